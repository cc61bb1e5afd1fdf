//! The results of a submission: expired, or behind a redirect that leads astray.

use local::github::faults::Fault;
use local::github::faults::kind::Kind;
use serde_json::{Value, json};
use tests::story::Story;

use crate::faults::{ADA, until_all_is_done};

/// What the recruiter sees of a solved day whose examination meets `fault`: status, conclusion, and
/// what is wrong with the artifact; then how often its download was asked for.
async fn seen_despite(fault: Fault) -> (Value, Option<u64>) {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    story.push_solution(&story.repository(&ada, task).await);
    let path = format!("/api/tasks/{task}/submit");
    let submitted = ada.post(&path, json!({})).await.expect(201);
    story.stack.github.misbehave(fault);
    until_all_is_done(&story).await;
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let detail = story.recruiter(1).get(&path).await.expect(200);
    let results = &detail["testResults"];
    let seen = json!([results["status"], results["conclusion"], results["artifactErrorCode"]]);
    assert_eq!(story.stack.github.dispatches(), 1);
    (seen, story.stack.github.calls().get("GET artifact").copied())
}

#[tokio::test]
async fn results_that_have_expired_are_an_error_that_the_recruiter_sees() {
    let (seen, downloads) = seen_despite(Fault::always(Kind::ArtifactExpired)).await;

    assert_eq!(seen[0], "error");
    assert_eq!(seen[1], "success");
    assert!(seen[2].is_string(), "{seen}");
    assert_eq!(downloads, None, "what is listed as expired is not asked for");
}

#[tokio::test]
async fn a_download_that_leads_elsewhere_is_not_followed_and_tried_again() {
    let (seen, downloads) = seen_despite(Fault::times(Kind::ArtifactElsewhere, 2)).await;

    assert_eq!((seen, downloads), (json!(["passed", "success", null]), Some(3)));
}

#[tokio::test]
async fn a_download_that_leads_to_itself_is_given_up_after_one_hop_and_tried_again() {
    let (seen, downloads) = seen_despite(Fault::once(Kind::ArtifactLoop)).await;

    // The hop to itself is a call, too, and one that the fault does not befall: it has no token.
    assert_eq!((seen, downloads), (json!(["passed", "success", null]), Some(3)));
}

#[tokio::test]
async fn an_archive_that_comes_empty_is_asked_for_again() {
    let fault = Fault::times(Kind::Empty, 2).on("GET artifact");

    let (seen, downloads) = seen_despite(fault).await;

    assert_eq!((seen, downloads), (json!(["passed", "success", null]), Some(3)));
}
