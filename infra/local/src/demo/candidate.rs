//! Ada follows the link in her mail, and hands in the days that are texts.

use serde_json::{Value, json};

use crate::demo::DemoFailed;
use crate::demo::answer::{Answer, Surprise};
use crate::demo::call::{Call, Person};
use crate::demo::recruiter::{ADA, Invite, Task};
use crate::demo::stage::Stage;

/// How many days there are.
pub(super) const DAYS: u64 = 5;

/// Ada, who has opened her session.
#[derive(Debug, Clone)]
pub(super) struct Ada {
    person: Person,
    session: u64,
}

impl Ada {
    pub(super) fn get(&self, path: impl Into<String>) -> Call {
        self.person.get(path).in_session(self.session)
    }

    pub(super) fn post(&self, path: impl Into<String>, body: Value) -> Call {
        self.person.post(path, body).in_session(self.session)
    }

    fn current_task(&self) -> Call {
        self.get(format!("/api/candidate/session/{}/current_task", self.session))
    }
}

/// Only Ada gets in, and only signed in.
pub(super) async fn follows_the_link(
    stage: &mut Stage<'_>,
    invite: &Invite,
) -> Result<Ada, DemoFailed> {
    let (name, email) = ADA;
    let ada = stage.sign_in(("ada", "candidate"), (name, email)).await?;
    let row = json!({
        "candidateSessionId": invite.session,
        "simulationId": invite.simulation,
        "inviteToken": invite.token,
        "status": "not_started",
        "progress": { "completed": 0, "total": DAYS },
        "isExpired": false,
    });
    stage
        .until("the invite in Ada's list", &ada.get("/api/candidate/invites"), |answer| {
            answer.is(200)?;
            Ok(answer.row("", &row)?.map(|_row| ((), "Ada sees her invite".to_owned())))
        })
        .await?;
    let link = format!("/api/candidate/session/{}", invite.token);
    stage
        .step(&Person::nobody().get(link.as_str()), |answer| {
            answer.refuses(401, "NOT_AUTHENTICATED")?;
            answer.has_header("www-authenticate")?;
            Ok(((), "the link alone opens nothing".to_owned()))
        })
        .await?;
    let eve = stage.sign_in(("eve", "candidate"), ("Eve Stranger", "eve@example.com")).await?;
    stage
        .step(&eve.get(link.as_str()), |answer| {
            answer.refuses(404, "CANDIDATE_SESSION_NOT_FOUND")?;
            Ok(((), "neither does it with somebody else's token".to_owned()))
        })
        .await?;
    stage
        .step(&ada.get(link.as_str()), |answer| {
            answer.is(200)?;
            answer.shows(&json!({
                "candidateSessionId": invite.session,
                "status": "in_progress",
                "candidateName": name,
                "simulation": { "id": invite.simulation },
            }))?;
            Ok(((), "Ada is in".to_owned()))
        })
        .await?;
    Ok(Ada { person: ada, session: invite.session })
}

/// The days come in their order, and a text day needs a text.
pub(super) async fn may_neither_skip_a_day_nor_hand_in_nothing(
    stage: &mut Stage<'_>,
    ada: &Ada,
    first: Task,
    second: Task,
) -> Result<(), DemoFailed> {
    stage
        .step(&ada.post(submit(second), json!({})), |answer| {
            answer.refuses(400, "TASK_OUT_OF_ORDER")?;
            Ok(((), "day 2 before day 1 is refused".to_owned()))
        })
        .await?;
    stage
        .step(&ada.post(submit(first), json!({})), |answer| {
            answer.refuses(400, "CONTENT_REQUIRED")?;
            Ok(((), "so is a plan without a word".to_owned()))
        })
        .await
}

/// Opens the day's task, and hands in a text.
pub(super) async fn writes(stage: &mut Stage<'_>, ada: &Ada, task: Task) -> Result<(), DemoFailed> {
    sees_the_task(stage, ada, task).await?;
    let Task { day, .. } = task;
    stage
        .step(&ada.post(submit(task), json!({ "contentText": text(day) })), |answer| {
            let submission = handed_in(answer, task)?;
            Ok(((), format!("day {day} is handed in: submission {submission}")))
        })
        .await
}

/// The answer has everything without which the web client takes a submit for lost; gives the
/// submission's number.
pub(super) fn handed_in(answer: &Answer, Task { id, day }: Task) -> Result<u64, Surprise> {
    answer.is(201)?;
    answer.text("/submittedAt")?;
    answer.number("/candidateSessionId")?;
    answer.shows(&json!({
        "taskId": id,
        "isComplete": day == DAYS,
        "progress": { "completed": day, "total": DAYS },
    }))?;
    answer.number("/submissionId")
}

/// The text that Ada hands in on a day.
pub(super) fn text(day: u64) -> String {
    format!(
        "# Day {day}\n\nA client may ask 60 times a minute; then it is answered 429 until the minute \
         is over.\nCounted per client, in one place, so that two servers agree.\n"
    )
}

/// What Ada is to do now is `task`.
pub(super) async fn sees_the_task(
    stage: &mut Stage<'_>,
    ada: &Ada,
    Task { id, day }: Task,
) -> Result<(), DemoFailed> {
    stage
        .step(&ada.current_task(), |answer| {
            answer.is(200)?;
            answer.shows(&json!({
                "status": "in_progress",
                "isComplete": false,
                "currentDayIndex": day,
                "currentTask": { "id": id, "dayIndex": day },
                "progress": { "completed": day - 1, "total": DAYS },
            }))?;
            let title = answer.text("/currentTask/title")?;
            Ok(((), format!("the task of day {day}: {title}")))
        })
        .await
}

/// A day is handed in once.
pub(super) async fn cannot_hand_in_twice(
    stage: &mut Stage<'_>,
    ada: &Ada,
    task: Task,
) -> Result<(), DemoFailed> {
    stage
        .step(&ada.post(submit(task), json!({ "contentText": "Another plan." })), |answer| {
            answer.refuses(409, "SUBMISSION_CONFLICT")?;
            Ok(((), format!("day {} is handed in once", task.day)))
        })
        .await
}

/// After the last day there is no task.
pub(super) async fn has_nothing_left_to_do(
    stage: &mut Stage<'_>,
    ada: &Ada,
) -> Result<(), DemoFailed> {
    stage
        .step(&ada.current_task(), |answer| {
            answer.is(200)?;
            answer.shows(&json!({
                "status": "completed",
                "isComplete": true,
                "currentTask": null,
                "progress": { "completed": DAYS, "total": DAYS },
            }))?;
            Ok(((), "Ada has finished".to_owned()))
        })
        .await
}

/// Where a day is handed in.
pub(super) fn submit(task: Task) -> String {
    format!("/api/tasks/{}/submit", task.id)
}
