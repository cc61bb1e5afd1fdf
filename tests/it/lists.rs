//! Every list: in pages, newest first, each row once.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::cost::Cost;
use tests::story::Story;
use tests::table::older_copies;

const ADA: &str = "ada@example.com";

/// A story in which each of the four lists has five rows for whom it is for.
struct Lists {
    story: Story,
    /// Path, name of the row's number, who asks, and what a page costs.
    all: [(String, &'static str, Caller, Cost); 4],
}

impl Lists {
    async fn begin() -> Self {
        let story = Story::begin().await;
        let (invited, candidate) = story.claimed(ADA).await;
        let task = story.current_task(&candidate, invited.session).await;
        story.hand_in_text(&candidate, task).await;
        let simulation = story.item("SIM#", "SIM").await;
        let session = story.item("CS#", "CS").await;
        let submission = story.item("CS#", "SUBMISSION#1").await;
        let id = submission["id"]["N"].as_str().unwrap().parse().unwrap();
        story.put_items(&older_copies(&simulation, &[invited.simulation], 4));
        story.put_items(&older_copies(&session, &[invited.session], 4));
        story.put_items(&older_copies(&submission, &[id, invited.session], 4));
        let (one, two) = (Cost::of_table(1), Cost::of_table(2));
        let candidates = format!("/api/simulations/{}/candidates", invited.simulation);
        let all = [
            ("/api/simulations".to_owned(), "id", story.recruiter(1), one),
            (candidates, "candidateSessionId", story.recruiter(1), two),
            ("/api/submissions".to_owned(), "submissionId", story.recruiter(1), one),
            ("/api/candidate/invites".to_owned(), "candidateSessionId", candidate, one),
        ];
        Self { story, all }
    }
}

#[tokio::test]
async fn pages_show_every_row_once_newest_first_for_one_call_each() {
    let lists = Lists::begin().await;

    for (path, id, caller, cost) in &lists.all {
        let whole = caller.get(path).await;
        let all = whole.numbers(id);
        assert_eq!((all.len(), whole.header("link")), (5, None), "{path}");
        assert!(all.is_sorted_by(|newer, older| newer > older), "{path}: {all:?}");

        for (limit, sizes) in [(1, vec![1; 5]), (2, vec![2, 2, 1]), (5, vec![5]), (200, vec![5])] {
            let limited = format!("{path}?limit={limit}");
            let (first, spent) = lists.story.costing(caller.get(&limited)).await;
            assert_eq!((first.status, spent), (200, *cost), "{limited}");
            let pages = caller.pages(&limited).await;
            let lengths: Vec<_> = pages.iter().map(|page| page.rows().len()).collect();
            assert_eq!(lengths, sizes, "{limited}");
            let walked: Vec<_> = pages.iter().flat_map(|page| page.numbers(id)).collect();
            assert_eq!(walked, all, "{limited}");
        }
    }
}

#[tokio::test]
async fn a_row_that_comes_or_goes_meanwhile_moves_no_other() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let mut ids = Vec::new();
    for _ in 0..3 {
        story.clock.advance(SignedDuration::from_millis(1));
        ids.push(story.simulation().await);
    }
    let path = "/api/simulations?limit=2";
    let first = recruiter.get(path).await;
    assert_eq!(first.numbers("id"), [ids[2], ids[1]]);

    story.clock.advance(SignedDuration::from_millis(1));
    story.simulation().await;

    let second = recruiter.get(&first.next_page(path).unwrap()).await;
    assert_eq!((second.numbers("id"), second.header("link")), (vec![ids[0]], None));
}

#[tokio::test]
async fn a_limit_an_offset_and_a_cursor_are_refused_when_they_are_none() {
    let lists = Lists::begin().await;
    let cases = [
        ("limit=0", "limit", "greater_than_equal"),
        ("limit=201", "limit", "less_than_equal"),
        ("limit=", "limit", "int_parsing"),
        ("limit=ten", "limit", "int_parsing"),
        ("limit=-1", "limit", "int_parsing"),
        ("limit=1.0", "limit", "int_parsing"),
        ("limit=1&limit=2", "limit", "value_error"),
        ("offset=1", "offset", "value_error"),
        ("offset=", "offset", "int_parsing"),
        ("offset=x", "offset", "int_parsing"),
        ("cursor=", "cursor", "value_error"),
        ("cursor=0", "cursor", "value_error"),
        ("cursor=%00%ff", "cursor", "value_error"),
        ("cursor=AAAAAAAAAAAAAAAA", "cursor", "value_error"),
        ("cursor=eyJQSyI6eyJTIjoiU0lNIyJ9fQ", "cursor", "value_error"),
    ];

    for (path, _id, caller, _cost) in &lists.all {
        for (query, name, code) in cases {
            let refused = caller.get(&format!("{path}?{query}")).await;
            let expected = [(format!("/query/{name}"), code.to_owned())];
            assert_eq!(refused.pointers(), expected, "{path}?{query}");
        }
        let all = caller.get(&format!("{path}?limit=0&cursor=x&offset=7")).await;
        assert_eq!(all.pointers().len(), 3, "{path}");
        assert!(all.refusal().2.contains("follow `cursor`"), "{}", all.refusal().2);
        assert_eq!(caller.get(&format!("{path}?offset=0")).await.rows().len(), 5);
    }
}

#[tokio::test]
async fn a_cursor_is_good_in_its_own_list_only_and_among_ones_own_rows() {
    let lists = Lists::begin().await;
    let mut cursors = Vec::new();
    for (path, id, caller, _cost) in &lists.all {
        let first = caller.get(&format!("{path}?limit=2")).await;
        let next = first.next_page(path).unwrap();
        let cursor = next.split("cursor=").nth(1).unwrap().to_owned();
        // Without a limit a cursor brings up to 200 rows.
        let rest = caller.get(&format!("{path}?cursor={cursor}")).await;
        assert_eq!((rest.numbers(id).len(), rest.header("link")), (3, None), "{path}");
        cursors.push(cursor);
    }

    for (at, (path, _id, caller, _cost)) in lists.all.iter().enumerate() {
        for (from, cursor) in cursors.iter().enumerate() {
            let answer = caller.get(&format!("{path}?limit=1&cursor={cursor}")).await;
            assert_eq!(answer.status == 200, at == from, "{path} {from}");
            assert_eq!(answer.status == 422, at != from, "{path} {from}");
        }
    }
    let theirs = lists.story.recruiter(2);
    for (path, cursor) in [("/api/simulations", &cursors[0]), ("/api/submissions", &cursors[2])] {
        let answer = theirs.get(&format!("{path}?limit=9&cursor={cursor}")).await;
        assert_eq!((answer.rows(), answer.header("link")), (&[][..], None), "{path}");
    }
}

#[tokio::test]
async fn submissions_tell_the_next_cursor_in_their_body() {
    let lists = Lists::begin().await;
    let recruiter = lists.story.recruiter(1);
    let keys = |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();

    let whole = recruiter.get("/api/submissions").await.expect(200);
    assert_eq!(
        (keys(&whole), &whole["nextCursor"]),
        (vec!["items".into(), "nextCursor".into()], &json!(null))
    );

    let first = recruiter.get("/api/submissions?limit=4").await;
    let cursor = first.body["nextCursor"].as_str().unwrap().to_owned();
    assert!(first.header("link").unwrap().contains(&format!("limit=4&cursor={cursor}>")));
    let last = recruiter.get(&format!("/api/submissions?limit=4&cursor={cursor}")).await;
    assert_eq!((last.rows().len(), &last.body["nextCursor"]), (1, &json!(null)));
    assert_eq!((keys(&last.body), last.header("link")), (keys(&first.body), None));
}

#[tokio::test]
async fn one_candidates_submissions_are_paged_by_day() {
    let story = Story::begin().await;
    let (invited, _ada, _first) = story.completed(ADA).await;
    let recruiter = story.recruiter(1);
    let session = format!("candidateSessionId={0}&candidate_session_id={0}", invited.session);
    let path = format!("/api/submissions?{session}&limit=2");

    let pages = recruiter.pages(&path).await;
    let days: Vec<_> = pages.iter().map(|page| page.numbers("dayIndex")).collect();
    assert_eq!(days, [vec![5, 4], vec![3, 2], vec![1]]);
    assert!(pages[0].header("link").unwrap().contains(&session));

    // Nothing tells somebody else that the session is there.
    let theirs = story.recruiter(2).get(&path).await;
    assert_eq!(theirs.header("link"), None);
    assert_eq!(theirs.expect(200), json!({ "items": [], "nextCursor": null }));
}

#[tokio::test]
async fn a_filter_applies_within_a_page_which_may_be_short_and_still_have_a_next_one() {
    let story = Story::begin().await;
    let (ada, _ada, second) = story.on_day_two(ADA).await;
    for number in 0..3 {
        story.clock.advance(SignedDuration::from_millis(1));
        story.on_day_two(&format!("grace{number}@example.com")).await;
    }
    let recruiter = story.recruiter(1);

    for filter in [format!("simulationId={}", ada.simulation), format!("task_id={}", second - 1)] {
        let path = format!("/api/submissions?{filter}&limit=2");
        let pages = recruiter.pages(&path).await;
        let emails = pages.iter().map(|page| {
            page.rows().iter().map(|row| row["inviteEmail"].as_str().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(emails.collect::<Vec<_>>(), [vec![], vec![ADA]], "{filter}");
        let link = pages[0].header("link").unwrap();
        assert!(link.starts_with(&format!("<?{filter}&limit=2&cursor=")), "{link}");
        assert!(pages[0].body["nextCursor"].is_string());
    }
}

#[tokio::test]
async fn a_list_never_carries_what_is_wide() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let task = story.current_task(&ada, invited.session).await;
    let text = json!({ "contentText": "x".repeat(200_000) });
    ada.post(&format!("/api/tasks/{task}/submit"), text).await.expect(201);

    let row = story.item("CS#", "SUBMISSION#1").await;

    assert!(row.to_string().len() < 3_000, "{row:#}");
}

#[tokio::test]
async fn who_has_a_list_already_is_told_that_nothing_changed() {
    let story = Story::begin().await;
    story.simulation().await;
    let recruiter = story.recruiter(1);
    let known = |tag: String| {
        let request = recruiter.request(Method::GET, "/api/simulations");
        recruiter.send(request.header("if-none-match", tag))
    };

    let first = recruiter.get("/api/simulations").await;
    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(known(tag.clone()).await.status, 304);

    story.simulation().await;
    let changed = known(tag.clone()).await;
    assert_eq!((changed.status, changed.rows().len()), (200, 2));
    assert_ne!(changed.header("etag").unwrap(), tag);
}
