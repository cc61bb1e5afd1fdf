use super::*;

const LIST: &str = "GET /repos/acme/ws/actions/runs/9/artifacts?per_page=100";

fn zipped(name: &str, content: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, SimpleFileOptions::default()).unwrap();
    writer.write_all(content.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

fn report(passed: u32) -> Vec<u8> {
    zipped("tenon-test-results.json", &json!({"passed": passed, "total": passed}).to_string())
}

fn listed(artifacts: &[(u64, &str)]) -> Value {
    let artifact = |(id, name): &(u64, &str)| json!({"id": id, "name": name, "size_in_bytes": 100, "expired": false});
    json!({"artifacts": artifacts.iter().map(artifact).collect::<Vec<_>>()})
}

fn zip_line(id: u64) -> String {
    format!("GET /repos/acme/ws/actions/artifacts/{id}/zip")
}

async fn read(github: &GitHub) -> Result<(u32, String), ArtifactProblem> {
    let report = github.read_report(&ours(), 9).await.unwrap()?;
    Ok((report.passed, report.artifact_name))
}

#[tokio::test]
async fn the_likeliest_artifact_is_opened_first() {
    let names = listed(&[(1, "other"), (2, "JUnit"), (3, "Tenon-Test-Results")]);
    let (script, github) = Script::with(LIST, 200, names).await;
    script.on(&zip_line(3), 200, report(3));

    assert_eq!(read(&github).await, Ok((3, "Tenon-Test-Results".to_owned())));
    assert_eq!(script.lines(), [LIST.to_owned(), zip_line(3)]);
}

#[tokio::test]
async fn a_redirect_is_followed_once_and_without_our_token() {
    for location in ["/store/1?sig=x".to_owned(), "BASE/store/1?sig=x".to_owned()] {
        let (script, github) = Script::with(LIST, 200, listed(&[(1, "junit")])).await;
        let location = location.replace("BASE", &script.base);
        script.on_with(&zip_line(1), 302, vec![("location", location)], "");
        script.on("GET /store/1?sig=x", 200, report(1));

        assert_eq!(read(&github).await, Ok((1, "junit".to_owned())));
        assert_eq!(script.header(1, "authorization").as_deref(), Some("Bearer ghs_token"));
        assert_eq!(script.header(2, "authorization"), None);

        script.on_with("GET /store/1?sig=x", 302, vec![("location", "/store/2".to_owned())], "");
        assert_eq!(read(&github).await, Err(ArtifactProblem::DownloadFailed));
        assert!(!script.lines().contains(&"GET /store/2".to_owned()));
    }
}

#[tokio::test]
async fn a_redirect_to_a_stranger_is_not_followed() {
    let (stranger, _) = Script::start().await;
    let (script, github) = Script::with(LIST, 200, listed(&[(1, "junit")])).await;
    script.on_with(&zip_line(1), 302, vec![("location", format!("{}/x", stranger.base))], "");

    assert_eq!(read(&github).await, Err(ArtifactProblem::DownloadFailed));
    assert_eq!(stranger.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_bad_artifact_gives_way_to_the_next() {
    let (script, github) =
        Script::with(LIST, 200, listed(&[(1, "junit"), (2, "x"), (3, "y")])).await;
    script.on(&zip_line(1), 200, "not a zip");
    script.on(&zip_line(2), 500, "");
    script.on(&zip_line(3), 200, report(3));
    assert_eq!(read(&github).await, Ok((3, "y".to_owned())));

    script.on(&zip_line(3), 200, zipped("readme.txt", "nothing"));
    assert_eq!(read(&github).await, Err(ArtifactProblem::DownloadFailed));

    script.on(&zip_line(2), 200, "not a zip");
    assert_eq!(read(&github).await, Err(ArtifactProblem::Corrupt));
}

#[tokio::test]
async fn nothing_listed_is_missing_and_too_much_is_unavailable() {
    let (script, github) = Script::with(LIST, 200, listed(&[])).await;
    assert_eq!(read(&github).await, Err(ArtifactProblem::Missing));

    let expired =
        json!({"artifacts": [{"id": 1, "name": "junit", "size_in_bytes": 1, "expired": true}]});
    script.on(LIST, 200, expired.to_string());
    assert_eq!(read(&github).await, Err(ArtifactProblem::Missing));

    let large = json!({"artifacts": [{"id": 1, "name": "junit", "size_in_bytes": 10_485_761}]});
    script.on(LIST, 200, large.to_string());
    assert_eq!(read(&github).await, Err(ArtifactProblem::Unavailable));

    script.on(LIST, 200, listed(&[(1, "junit")]).to_string());
    script.on(&zip_line(1), 200, vec![0; 10 * 1024 * 1024 + 1]);
    assert_eq!(read(&github).await, Err(ArtifactProblem::Unavailable));
}

#[tokio::test]
async fn a_listing_that_fails_is_githubs_failure_and_not_the_runs() {
    let (_script, github) = Script::with(LIST, 403, json!({"message": "no"})).await;

    let refusal = github.read_report(&ours(), 9).await;

    assert_eq!(failure(refusal), GitHubFailure::PermissionDenied);
}

#[tokio::test]
async fn a_limit_met_on_the_way_to_an_artifact_tells_how_long_to_wait() {
    let (script, github) = Script::with(LIST, 200, listed(&[(1, "junit"), (2, "x")])).await;
    for status in [403, 429] {
        script.on_with(&zip_line(1), status, vec![("retry-after", "17".to_owned())], "{}");

        let error = github.read_report(&ours(), 9).await.unwrap_err();

        let wait = error.retry_after.map(|wait| wait.as_secs());
        assert_eq!((error.kind, wait), (GitHubFailure::RateLimited, Some(17)), "{status}");
    }
    assert_eq!(script.lines(), [LIST.to_owned(), zip_line(1), LIST.to_owned(), zip_line(1)]);

    script.on(&zip_line(1), 403, "{}");
    script.on(&zip_line(2), 200, report(3));
    assert_eq!(read(&github).await, Ok((3, "x".to_owned())));
}
