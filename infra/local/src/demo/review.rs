//! The recruiter reads what Ada handed in.

use serde_json::{Value, json};

use crate::demo::DemoFailed;
use crate::demo::answer::{Answer, Surprise};
use crate::demo::call::{Call, Person};
use crate::demo::candidate::{DAYS, text};
use crate::demo::code_day::CodeDay;
use crate::demo::recruiter::{Invite, candidates};
use crate::demo::repository::{FIX, SOURCE, short};
use crate::demo::stage::Stage;

/// While the tests run the submission is there and says so; then it holds what they said.
pub(super) async fn sees_the_code_at_once(
    stage: &mut Stage<'_>,
    recruiter: &Person,
    invite: &Invite,
    day: &CodeDay,
    commit: &str,
) -> Result<(), DemoFailed> {
    let row = json!({ "dayIndex": day.task.day, "commitSha": commit });
    let submission = stage
        .until("the submission in the list", &submissions(recruiter, invite), |answer| {
            answer.is(200)?;
            let row = answer.row("/items", &row)?;
            let id = row.and_then(|row| row.get("submissionId")?.as_u64());
            Ok(id.map(|id| (id, format!("day {} is listed", day.task.day))))
        })
        .await?;
    let detail = detail(recruiter, submission);
    stage
        .step(&detail, |answer| {
            answer.is(200)?;
            answer.shows(&json!({ "testResults": { "commitSha": commit } }))?;
            let status = answer.text("/testResults/status")?;
            match status.as_str() {
                "pending" | "passed" => Ok(((), format!("its tests: {status}"))),
                _ => Err(Surprise::new("test results that are pending or passed")),
            }
        })
        .await?;
    sees_the_examined_code(stage, &detail, day, commit).await
}

/// Everything the tests and the comparison said, about the commit that was handed in.
async fn sees_the_examined_code(
    stage: &mut Stage<'_>,
    detail: &Call,
    day: &CodeDay,
    commit: &str,
) -> Result<(), DemoFailed> {
    let repository = &day.repository;
    let passed = json!({
        "task": { "dayIndex": day.task.day },
        "code": { "repoFullName": repository },
        "commitUrl": format!("https://github.com/{repository}/commit/{commit}"),
        "testResults": {
            "status": "passed", "conclusion": "success", "runStatus": "completed",
            "passed": 3, "failed": 0, "total": 3,
            "commitSha": commit,
        },
        "diffSummary": { "head": commit, "total_commits": 1 },
    });
    stage
        .until("the results of the tests", detail, |answer| {
            let pending = json!({ "testResults": { "status": "pending" } });
            if answer.shows(&pending).is_ok() {
                return Ok(None);
            }
            answer.is(200)?;
            answer.shows(&passed)?;
            shows_the_change(answer)?;
            links_to_github(answer, repository, commit)?;
            let told = tells_of_the_push(answer, commit)?;
            Ok(told.map(|at| ((), format!("3 of 3 pass at {}, pushed {at}", short(commit)))))
        })
        .await
}

/// When GitHub told of the push of `commit`; none while that is still on its way.
fn tells_of_the_push(answer: &Answer, commit: &str) -> Result<Option<String>, Surprise> {
    let pushes = answer.list("/activity/pushes")?.iter();
    let mut hers =
        pushes.filter(|push| push.get("headSha").and_then(Value::as_str) == Some(commit));
    Ok(hers.next().and_then(|push| Some(push.get("at")?.as_str()?.to_owned())))
}

/// The one file that Ada changed, with her line in its patch.
fn shows_the_change(answer: &Answer) -> Result<(), Surprise> {
    let files = answer.list("/diffSummary/files")?;
    let is_hers = |file: &Value| {
        let patch = file.get("patch").and_then(Value::as_str);
        let added = patch.is_some_and(|patch| patch.contains(&format!("+{FIX}")));
        file.get("filename").and_then(Value::as_str) == Some(SOURCE) && added
    };
    match files {
        [file] if is_hers(file) => Ok(()),
        _ => Err(Surprise::new(format!("`{SOURCE}` alone in `diffSummary`, with `+{FIX}`"))),
    }
}

fn links_to_github(answer: &Answer, repository: &str, commit: &str) -> Result<(), Surprise> {
    let base = answer.text("/diffSummary/base")?;
    let run = answer.text("/testResults/workflowRunId")?;
    answer.shows(&json!({
        "diffUrl": format!("https://github.com/{repository}/compare/{base}...{commit}"),
        "workflowUrl": format!("https://github.com/{repository}/actions/runs/{run}"),
    }))
}

/// The recruiter's list says that Ada has finished.
pub(super) async fn sees_ada_complete(
    stage: &mut Stage<'_>,
    recruiter: &Person,
    invite: &Invite,
) -> Result<(), DemoFailed> {
    let row = json!({
        "candidateSessionId": invite.session,
        "status": "completed",
        "verified": true,
        "progress": { "current": DAYS, "total": DAYS },
    });
    stage
        .until("Ada as completed", &candidates(recruiter, invite), |answer| {
            answer.is(200)?;
            let row = answer.row("", &row)?;
            Ok(row.map(|_row| ((), "Ada has completed 5 of 5".to_owned())))
        })
        .await
}

/// The submissions of the five days, in the order of the days.
pub(super) async fn lists_five_days(
    stage: &mut Stage<'_>,
    recruiter: &Person,
    invite: &Invite,
) -> Result<[u64; 5], DemoFailed> {
    stage
        .until("five days in the list", &submissions(recruiter, invite), |answer| {
            answer.is(200)?;
            let items = answer.list("/items")?;
            let mut found: Vec<_> = items.iter().filter_map(day_and_submission).collect();
            found.sort_unstable();
            if !found.iter().map(|(day, _submission)| *day).eq(1..=DAYS) {
                return Ok(None);
            }
            let submissions = found.into_iter().map(|(_day, submission)| submission);
            let five: Result<[u64; 5], _> = submissions.collect::<Vec<_>>().try_into();
            Ok(five.ok().map(|five| (five, "all five days are there".to_owned())))
        })
        .await
}

fn day_and_submission(item: &Value) -> Option<(u64, u64)> {
    Some((item.get("dayIndex")?.as_u64()?, item.get("submissionId")?.as_u64()?))
}

/// A text is what Ada wrote, to the letter.
pub(super) async fn reads_a_text(
    stage: &mut Stage<'_>,
    recruiter: &Person,
    submission: u64,
    (day, kind): (u64, &str),
) -> Result<(), DemoFailed> {
    let wanted = json!({
        "submissionId": submission,
        "task": { "dayIndex": day, "type": kind },
        "contentText": text(day),
        "code": null, "testResults": null, "diffSummary": null,
    });
    stage
        .step(&detail(recruiter, submission), |answer| {
            answer.is(200)?;
            answer.shows(&wanted)?;
            Ok(((), format!("day {day}, {kind}: as Ada wrote it")))
        })
        .await
}

/// Code is what Ada pushed before she handed it in, with what its tests said.
pub(super) async fn reads_the_code(
    stage: &mut Stage<'_>,
    recruiter: &Person,
    submission: u64,
    day: &CodeDay,
    commit: &str,
) -> Result<(), DemoFailed> {
    sees_the_examined_code(stage, &detail(recruiter, submission), day, commit).await
}

/// Somebody else's submissions are neither listed nor there.
pub(super) async fn shows_the_rival_nothing(
    stage: &mut Stage<'_>,
    rival: &Person,
    invite: &Invite,
    submission: u64,
) -> Result<(), DemoFailed> {
    stage
        .step(&submissions(rival, invite), |answer| {
            answer.is(200)?;
            answer.shows(&json!({ "items": [] }))?;
            Ok(((), "the rival's list is empty".to_owned()))
        })
        .await?;
    stage
        .step(&detail(rival, submission), |answer| {
            answer.refuses(404, "SUBMISSION_NOT_FOUND")?;
            Ok(((), "and what it does not list is not there".to_owned()))
        })
        .await
}

/// Ada's submissions; the web client names each filter in two ways.
fn submissions(recruiter: &Person, invite: &Invite) -> Call {
    let Invite { session, simulation, .. } = invite;
    recruiter.get(format!(
        "/api/submissions?candidateSessionId={session}&candidate_session_id={session}\
         &simulationId={simulation}&simulation_id={simulation}"
    ))
}

fn detail(recruiter: &Person, submission: u64) -> Call {
    recruiter.get(format!("/api/submissions/{submission}"))
}
