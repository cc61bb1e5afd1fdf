//! What comes before each job, and before a sweep.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use local::issuer::{Identity, Role};
use serde_json::json;

use crate::campaign::flow::Flow;
use crate::campaign::requests::run_ended;
use crate::campaign::scene::{ADA, Act};
use crate::story::{MORNING, Story};

/// The address whose mails come back.
const BOUNCES: &str = "bounce@simulator.amazonses.com";

/// What is about to be worked on.
pub(super) async fn act(flow: Flow, story: &Story) -> Act {
    match flow {
        Flow::PrepareWorkspace => {
            let (_invited, ada, task) = story.on_day_two_just_invited(ADA).await;
            let init = format!("/api/tasks/{task}/codespace/init");
            ada.post(&init, json!({ "githubUsername": "ada" })).await.expect(409);
            Act::Work("prepareWorkspace")
        }
        Flow::SendInvite => {
            story.invited_just_now(ADA).await;
            Act::Work("sendInvite")
        }
        Flow::FollowRun => {
            let (_invited, ada, task) = story.on_day_two(ADA).await;
            ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
            story.clock.advance(SignedDuration::from_secs(2));
            Act::Work("followRun")
        }
        Flow::ExamineSubmission => {
            handed_in(story).await;
            Act::Work("examineSubmission")
        }
        Flow::CheckTemplate => {
            let body = json!({
                "templateKeys": ["go-gin", "node-nest-ts"], "waitSeconds": 0, "concurrency": 1,
            });
            story.operator().post("/api/admin/templates/health/run", body).await.expect(202);
            Act::Work("checkTemplate")
        }
        Flow::LearnUsername => {
            let account = story.github().get("/users/ada").await.expect(200)["id"].clone();
            let invited = story.invited(ADA).await;
            let sub = Some(format!("github|{account}"));
            let ada = story.identified(&Identity { sub, ..Identity::new(ADA, Role::Candidate) });
            ada.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
            Act::Work("learnUsername")
        }
        Flow::CloseWorkspace => {
            let (_invited, ada, task) = story.on_day_two(ADA).await;
            let init = format!("/api/tasks/{task}/codespace/init");
            ada.post(&init, json!({ "githubUsername": "ada" })).await.expect(200);
            story.settle().await;
            story.accept_invitations("ada");
            story.clock.advance(SignedDuration::from_mins(10));
            story.settle().await;
            ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
            Act::Work("closeWorkspace")
        }
        Flow::CleanUp => {
            old_work(story).await;
            story.stack.worker.sweep().await.unwrap();
            Act::Work("cleanUp")
        }
        _ => listening(flow, story).await,
    }
}

async fn listening(flow: Flow, story: &Story) -> Act {
    match flow {
        Flow::HeedGitHub => {
            let (event, body) = run_ended(story).await;
            story.webhook(event, &body).await.expect(202);
            Act::Work("heedGitHub")
        }
        Flow::MailEvent => {
            story.invited(BOUNCES).await;
            story.clock.advance(SignedDuration::from_secs(1));
            Act::Listen
        }
        Flow::SweepLostJob => {
            story.invited_just_now(ADA).await;
            story.stack.worker.pump().unwrap();
            for message in story.stack.queue.take_due(100) {
                story.stack.queue.delete(&message.id);
            }
            story.clock.advance(SignedDuration::from_secs(61));
            Act::Sweep
        }
        Flow::SweepOldWork => {
            old_work(story).await;
            Act::Sweep
        }
        other => unreachable!("{other:?} has no scene"),
    }
}

/// Ada has handed in her second day, and all tests pass.
async fn handed_in(story: &Story) {
    let (_invited, ada, task) = story.on_day_two_just_invited(ADA).await;
    // The moments of creating calls are a second apart.
    story.pass(5).await;
    story.push_solution(&story.repository(&ada, task).await);
    ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
}

/// All five days were handed in thirty days ago.
async fn old_work(story: &Story) {
    let _completed = story.completed(ADA).await;
    story.settle().await;
    story.pass(12).await;
    let morning: Timestamp = MORNING.parse().unwrap();
    let month = Duration::from_hours(30 * 24);
    story.clock.set(morning.checked_add(month).unwrap());
}
