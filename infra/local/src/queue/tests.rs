use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::error::ProvideErrorMetadata;
use jiff::SignedDuration;
use shared::aws::over::Over;
use shared::config::TlsRoots;
use shared::http_client::Http;
use tokio::net::TcpListener;

use super::*;

const VISIBILITY: Duration = Duration::from_mins(1);

fn queue() -> Queue {
    let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
    Queue::new("tenon-jobs", VISIBILITY, clock, Mint::counted())
}

fn received(id: &str, body: &str, receive_count: u32) -> Message {
    Message { id: id.to_owned(), body: body.to_owned(), receive_count }
}

/// A real client and the queue's URL.
async fn sdk(queue: &Queue) -> (Client, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = queue.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .http_client(Over(Http::new(TlsRoots::Embedded)))
        .endpoint_url(&endpoint)
        .build();
    (Client::from_conf(config), queue.url(&endpoint))
}

#[tokio::test]
async fn the_sdk_sends_a_message_that_is_due_after_its_delay_and_not_before() {
    let queue = queue();
    let (client, url) = sdk(&queue).await;

    let sent = client
        .send_message()
        .queue_url(url)
        .message_body(r#"{"jobId":"8f14"}"#)
        .delay_seconds(900)
        .send()
        .await
        .unwrap();
    let id = sent.message_id().unwrap();

    assert_eq!(sent.md5_of_message_body(), Some("cdb37bf2dc41ca47582622b4f29a3e91"));
    assert_eq!(queue.next_due().unwrap().to_string(), "2026-03-02T09:15:00Z");
    queue.clock.advance(SignedDuration::from_secs(899));
    assert_eq!(queue.take_due(10), []);
    queue.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(queue.take_due(10), [received(id, r#"{"jobId":"8f14"}"#, 1)]);
}

#[tokio::test]
async fn the_sdk_reads_why_a_message_was_refused() {
    let queue = queue();
    let (client, url) = sdk(&queue).await;
    let message = || client.send_message().queue_url(&url).message_body("text");

    let late = message().delay_seconds(901).send().await.unwrap_err();
    let negative = message().delay_seconds(-1).send().await.unwrap_err();
    let lost = message().queue_url("http://127.0.0.1/0/other").send().await.unwrap_err();
    let empty = message().message_body("").send().await.unwrap_err();
    let control = message().message_body("a\u{1}").send().await.unwrap_err();

    assert_eq!(late.code(), Some("InvalidParameterValue"));
    assert_eq!(
        late.message(),
        Some(
            "Value 901 for parameter DelaySeconds is invalid. \
             Reason: DelaySeconds must be >= 0 and <= 900."
        )
    );
    assert_eq!(negative.code(), Some("InvalidParameterValue"));
    assert!(lost.into_service_error().is_queue_does_not_exist());
    assert!(empty.into_service_error().is_invalid_message_contents());
    assert!(control.into_service_error().is_invalid_message_contents());
    assert_eq!(queue.next_due(), None);
}

#[tokio::test]
async fn other_actions_are_refused_by_name() {
    let queue = queue();
    let (client, url) = sdk(&queue).await;

    let refused = client.purge_queue().queue_url(url).send().await.unwrap_err();

    assert_eq!(refused.message(), Some("The local queue knows the action SendMessage only."));
}

#[test]
fn messages_come_in_the_order_they_were_sent_and_no_more_than_asked_for() {
    let queue = queue();
    let ids: Vec<_> = ["a", "b", "c"].iter().map(|body| queue.push(body, Duration::ZERO)).collect();

    assert_eq!(queue.take_due(2), [received(&ids[0], "a", 1), received(&ids[1], "b", 1)]);
    assert_eq!(queue.take_due(2), [received(&ids[2], "c", 1)]);
    assert_eq!(queue.take_due(2), []);
}

#[test]
fn a_message_that_is_not_deleted_comes_back_after_the_visibility_time_out() {
    let queue = queue();
    let kept = queue.push("kept", Duration::ZERO);
    let deleted = queue.push("deleted", Duration::ZERO);

    queue.take_due(10);
    queue.delete(&deleted);
    queue.delete("unknown");

    assert_eq!(queue.next_due().unwrap().to_string(), "2026-03-02T09:01:00Z");
    queue.clock.advance(SignedDuration::from_secs(59));
    assert_eq!(queue.take_due(10), []);
    queue.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(queue.take_due(10), [received(&kept, "kept", 2)]);
}

#[test]
fn a_message_that_was_received_five_times_becomes_a_dead_letter() {
    let queue = queue();
    let id = queue.push("poison", Duration::ZERO);

    for count in 1..=RECEIVES_MAX {
        assert_eq!(queue.take_due(10), [received(&id, "poison", count)]);
        assert_eq!(queue.dead_letters(), []);
        queue.clock.advance(SignedDuration::from_secs(60));
    }

    assert_eq!(queue.take_due(10), []);
    assert_eq!(queue.dead_letters(), [received(&id, "poison", 5)]);
    assert_eq!(queue.next_due(), None);
}

#[tokio::test]
async fn a_push_while_nobody_waits_is_not_missed() {
    let queue = queue();
    queue.push("a", Duration::ZERO);

    queue.notified().await;

    assert_eq!(queue.take_due(1).len(), 1);
}
