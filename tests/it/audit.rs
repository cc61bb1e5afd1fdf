//! What recruiters did is recorded with it, and nothing is recorded that was not done.

use serde_json::{Value, json};
use tests::story::Story;

/// What was done, in the order in which it was.
async fn entries(story: &Story) -> Vec<Value> {
    let mut entries = story.items("AUDIT#").await;
    entries.sort_by_key(|entry| entry["SK"]["S"].as_str().unwrap().to_owned());
    entries
}

#[tokio::test]
async fn a_recruiters_changes_are_recorded_with_them_and_what_changes_nothing_is_not() {
    let story = Story::begin().await;
    let me = story.recruiter(1).get("/api/auth/me").await.expect(200);
    let invited = story.invited("ada@example.com").await;
    let resend = format!(
        "/api/simulations/{}/candidates/{}/invite/resend",
        invited.simulation, invited.session
    );
    story.invite(invited.simulation, "Ada Example", "ada@example.com").await.expect(200);
    assert_eq!(story.recruiter(1).post_nothing(&resend).await.status, 429);
    story.pass(30).await;
    story.recruiter(1).post_nothing(&resend).await.expect(200);

    let entries = entries(&story).await;
    let changes: Vec<_> = entries.iter().map(|entry| entry["change"]["S"].clone()).collect();
    assert_eq!(changes, ["simulationCreated", "candidateInvited", "inviteResent"]);
    for entry in &entries {
        assert_eq!(entry["PK"]["S"], format!("AUDIT#{:016}", me["id"].as_u64().unwrap()));
        assert_eq!(entry["by"]["M"]["recruiter"]["N"], me["id"].to_string());
        assert_eq!(entry["simulation"]["N"], invited.simulation.to_string());
    }
    assert_eq!(entries[2]["session"]["N"], invited.session.to_string());
    assert_eq!(entries[2]["at"]["S"], json!("2026-03-02T09:00:30Z"));
}
