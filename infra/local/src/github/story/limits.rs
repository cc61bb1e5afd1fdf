use jiff::SignedDuration;
use serde_json::json;

use crate::github::limits::Limit;
use crate::github::story::{Story, TEMPLATE, WORKSPACE};

const SLOW_DOWN: &str =
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

impl Story {
    /// Invites somebody: a call that creates content. Status, and `Retry-After` where it is refused.
    async fn create(&self, number: u32) -> (u16, Option<String>) {
        let path = format!("{WORKSPACE}/collaborators/somebody{number}");
        let answer = self.put(&path, json!({})).await;
        let wait = answer.headers.get("retry-after");
        (answer.status(), wait.map(|wait| wait.to_str().unwrap().to_owned()))
    }
}

#[tokio::test]
async fn eighty_calls_a_minute_create_something_and_no_more() {
    let story = Story::with_workspace().await;
    story.github.enforce_limits();
    for number in 0..80 {
        assert_eq!(story.create(number).await, (201, None));
    }
    story.wait(30_000);

    assert_eq!(story.create(80).await, (403, Some("31".to_owned())));
    let path = format!("{WORKSPACE}/collaborators/late");
    assert_eq!(story.put(&path, json!({})).await.refusal(), (403, SLOW_DOWN.to_owned()));
    assert_eq!(story.get(TEMPLATE).await.status(), 200);
    assert_eq!(story.github.limited().len(), 2);
    story.wait(30_000);
    assert_eq!(story.create(80).await, (201, None));
}

#[tokio::test]
async fn five_hundred_calls_an_hour_create_something_and_no_more() {
    let story = Story::with_workspace().await;
    story.github.enforce_limits();
    for number in 0..500 {
        assert_eq!(story.create(number).await, (201, None));
        story.wait(1_000);
    }

    assert_eq!(story.create(500).await, (403, Some("3101".to_owned())));
    let excess = story.github.limited()[0];
    assert_eq!(
        (excess.limit, excess.until - SignedDuration::from_secs(3_100)),
        (Limit::CreatesPerHour, excess.at)
    );
}

#[tokio::test]
async fn a_minute_has_nine_hundred_points_of_which_reading_takes_one_and_writing_five() {
    let story = Story::with_workspace().await;
    story.github.enforce_limits();
    for number in 0..20 {
        story.create(number).await;
    }
    for _ in 0..800 {
        assert_eq!(story.get(TEMPLATE).await.status(), 200);
    }

    let refused = story.get(TEMPLATE).await;
    assert_eq!((refused.status(), refused.header("retry-after")), (429, "61"));
    story.wait(60_000);
    assert_eq!(story.get(TEMPLATE).await.status(), 200);
}

#[tokio::test]
async fn without_being_told_so_nothing_is_limited() {
    let story = Story::with_workspace().await;
    for number in 0..90 {
        assert_eq!(story.create(number).await, (201, None));
    }
    assert_eq!(story.github.limited(), []);
}
