//! Downloads that do not end as they began.

use shared::domain::results::ArtifactProblem;

use crate::archives::{NAMED, REPORT, zipped};
use crate::storage::{Storage, download, in_chunks, moved, whole, with_length};
use crate::{TURN, measured};

const HELD: &str = "/held/1";
const LIMIT: usize = 10 * 1024 * 1024;

/// A storage with one artifact, which the list calls small.
async fn one() -> Storage {
    let storage = Storage::start().await;
    storage.list(&["junit"], 100);
    storage.redirect(1, HELD);
    storage
}

#[tokio::test]
async fn a_download_that_breaks_off_is_told_apart_from_one_that_is_broken() {
    let storage = one().await;
    let archive = zipped(&[(NAMED, REPORT)]);
    storage.say(HELD, whole(&archive));
    assert_eq!(measured(&storage).await.unwrap().total, 4);

    storage.say(HELD, with_length(archive.len() + 1, &archive));
    assert_eq!(measured(&storage).await, Err(ArtifactProblem::DownloadFailed));
    storage.say(HELD, whole(&archive)[..40].to_vec());
    assert_eq!(measured(&storage).await, Err(ArtifactProblem::DownloadFailed));
    storage.say(HELD, "");
    assert_eq!(measured(&storage).await, Err(ArtifactProblem::DownloadFailed));
    let in_parts = in_chunks(&archive);
    storage.say(HELD, in_parts[..in_parts.len() - 5].to_vec());
    assert_eq!(measured(&storage).await, Err(ArtifactProblem::DownloadFailed));
    storage.say(HELD, whole(&archive[..archive.len() - 1]));
    assert_eq!(measured(&storage).await, Err(ArtifactProblem::Corrupt));
}

#[tokio::test]
async fn more_than_ten_megabytes_are_not_read_whatever_the_list_or_the_header_says() {
    let storage = one().await;
    storage.say(HELD, whole(&vec![0; LIMIT]));
    assert_eq!(measured(&storage).await, Err(ArtifactProblem::Corrupt));

    storage.say(HELD, whole(&vec![0; LIMIT + 1]));
    assert_eq!(measured(&storage).await, Err(ArtifactProblem::Unavailable));
    storage.say(HELD, in_chunks(&vec![0; LIMIT + 1]));
    assert_eq!(measured(&storage).await, Err(ArtifactProblem::Unavailable));
    storage.say(HELD, with_length(usize::MAX / 2, b"little"));
    assert_eq!(measured(&storage).await, Err(ArtifactProblem::Unavailable));
}

#[tokio::test]
async fn a_redirect_is_followed_once_and_to_nobody_else() {
    let (storage, stranger) = (one().await, Storage::start().await);
    for place in [HELD.to_owned(), format!("{}{HELD}", storage.base), download(1)] {
        storage.say(HELD, moved(&place));
        assert_eq!(measured(&storage).await, Err(ArtifactProblem::DownloadFailed), "{place}");
    }
    assert_eq!(storage.asked().iter().filter(|path| *path == HELD).count(), 3);

    stranger.say(HELD, whole(&zipped(&[(NAMED, REPORT)])));
    let elsewhere = format!("{}{HELD}", stranger.base);
    for place in
        [elsewhere.as_str(), "file:///etc/passwd", "http://169.254.169.254/", "//evil.example/"]
    {
        storage.redirect(1, place);
        assert_eq!(measured(&storage).await, Err(ArtifactProblem::DownloadFailed), "{place}");
    }
    assert_eq!(stranger.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_gone_is_told_apart_from_what_is_only_out_of_reach() {
    let storage = one().await;
    let refusal = |status: &str| format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");

    for gone in ["410 Gone", "404 Not Found"] {
        storage.say(&download(1), refusal(gone));
        assert_eq!(measured(&storage).await, Err(ArtifactProblem::Unavailable), "{gone}");
    }
    for away in ["500 Internal Server Error", "503 Service Unavailable"] {
        storage.say(&download(1), refusal(away));
        assert_eq!(measured(&storage).await, Err(ArtifactProblem::DownloadFailed), "{away}");
    }
    // A signed address runs out; the next one is a new one.
    for stale in ["403 Forbidden", "404 Not Found", "410 Gone"] {
        storage.redirect(1, HELD);
        storage.say(HELD, refusal(stale));
        assert_eq!(measured(&storage).await, Err(ArtifactProblem::DownloadFailed), "{stale}");
    }
}

#[tokio::test]
async fn of_many_artifacts_five_are_tried_the_likely_ones_first() {
    let storage = Storage::start().await;
    let names = ["a", "b", "c", "d", "e", "JUnit", "tenon-test-results"];
    storage.list(&names, 100);
    for artifact in 1..=7 {
        storage.hold(artifact, b"no archive");
    }
    storage.hold(3, &zipped(&[(NAMED, REPORT)]));

    assert_eq!(measured(&storage).await.unwrap().artifact_name, "c");
    let held = |path: &String| path.strip_prefix("/held/").map(str::to_owned);
    assert_eq!(
        storage.asked().iter().filter_map(held).collect::<Vec<_>>(),
        ["7", "6", "1", "2", "3"]
    );

    storage.hold(3, b"no archive");
    storage.hold(4, &zipped(&[(NAMED, REPORT)]));
    assert_eq!(measured(&storage).await, Err(ArtifactProblem::Corrupt));
}

#[tokio::test]
async fn the_list_is_read_page_by_page_and_of_one_name_the_newest_counts() {
    let _turn = TURN.lock().await;
    let storage = Storage::start().await;
    let list = |page: &str| format!("/repos/acme/ws/actions/runs/9/artifacts?per_page=100{page}");
    let artifact = |id: u64, name: &str| serde_json::json!({"id": id, "name": name});
    let page = |artifacts: Vec<serde_json::Value>| {
        whole(serde_json::json!({"total_count": 9, "artifacts": artifacts}).to_string().as_bytes())
    };
    let filled =
        |from: u64| page((from..from + 100).map(|id| artifact(id, &id.to_string())).collect());
    storage.say(&list(""), filled(1_000));
    storage.say(&list("&page=2"), page(vec![artifact(5, "junit"), artifact(7, "junit")]));
    storage.hold(5, &zipped(&[(NAMED, br#"{"total": 5}"#)]));
    storage.hold(7, &zipped(&[(NAMED, br#"{"total": 7}"#)]));
    assert_eq!(storage.read_report().await.unwrap().total, 7);

    for (number, from) in [(2, 2_000), (3, 3_000), (4, 4_000), (5, 5_000), (6, 6_000)] {
        storage.say(&list(&format!("&page={number}")), filled(from));
    }
    assert_eq!(storage.read_report().await, Err(ArtifactProblem::Unavailable));
    assert!(!storage.asked().contains(&list("&page=6")));
}
