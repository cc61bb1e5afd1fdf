//! Ada's days with a repository: she runs the tests, mends what fails, and hands in a commit.

use serde_json::{Value, json};

use crate::demo::DemoFailed;
use crate::demo::answer::{Answer, Surprise};
use crate::demo::candidate::{Ada, handed_in, sees_the_task, submit};
use crate::demo::recruiter::Task;
use crate::demo::repository::{has_an_invitation, pushes_the_fix};
use crate::demo::stage::Stage;

/// Ada's account on GitHub.
const ACCOUNT: &str = "ada";

/// A code day and the repository that was made for it.
#[derive(Debug, Clone)]
pub(super) struct CodeDay {
    pub(super) task: Task,
    /// `owner/name`
    pub(super) repository: String,
}

/// Ada names her GitHub account, and waits until the repository is made and open to her.
pub(super) async fn opens_the_first_workspace(
    stage: &mut Stage<'_>,
    ada: &Ada,
    task: Task,
) -> Result<CodeDay, DemoFailed> {
    sees_the_task(stage, ada, task).await?;
    let path = format!("/api/tasks/{}/codespace/init", task.id);
    stage
        .step(&ada.post(path, json!({ "githubUsername": ACCOUNT })), |answer| {
            if answer.status == 409 {
                answer.refuses(409, "WORKSPACE_NOT_READY")?;
                answer.has_header("retry-after")?;
                return Ok(((), "the repository is being made".to_owned()));
            }
            let repository = made(answer)?;
            Ok(((), format!("the repository is {repository}")))
        })
        .await?;
    let repository = waits_for_access(stage, ada, task).await?;
    has_an_invitation(stage, &repository, ACCOUNT).await?;
    Ok(CodeDay { task, repository })
}

/// The account is remembered: the next repository is open to it already.
pub(super) async fn opens_the_next_workspace(
    stage: &mut Stage<'_>,
    ada: &Ada,
    task: Task,
) -> Result<CodeDay, DemoFailed> {
    sees_the_task(stage, ada, task).await?;
    let repository = waits_for_access(stage, ada, task).await?;
    Ok(CodeDay { task, repository })
}

async fn waits_for_access(
    stage: &mut Stage<'_>,
    ada: &Ada,
    task: Task,
) -> Result<String, DemoFailed> {
    let status = ada.get(format!("/api/tasks/{}/codespace/status", task.id));
    stage
        .until("a workspace that Ada is invited to", &status, |answer| {
            if answer.status == 409 {
                answer.refuses(409, "WORKSPACE_NOT_READY")?;
                return Ok(None);
            }
            let repository = made(answer)?;
            let invited = answer.shows(&json!({ "access": "invited" })).is_ok();
            Ok(invited.then(|| (repository, format!("{ACCOUNT} is invited to the repository"))))
        })
        .await
}

/// The workspace is shown with its repository.
fn made(answer: &Answer) -> Result<String, Surprise> {
    answer.is(200)?;
    let repository = answer.text("/repoFullName")?;
    answer.shows(&json!({
        "repoUrl": format!("https://github.com/{repository}"),
        "defaultBranch": "main",
    }))?;
    answer.text("/codespaceUrl")?;
    Ok(repository)
}

/// The template as it is fails two of its three tests.
pub(super) async fn is_told_what_fails(
    stage: &mut Stage<'_>,
    ada: &Ada,
    day: &CodeDay,
) -> Result<(), DemoFailed> {
    let said = json!({
        "status": "failed", "conclusion": "failure",
        "passed": 1, "failed": 2, "total": 3,
    });
    runs_the_tests(stage, ada, day, said).await
}

/// Ada pushes a fix, and the tests pass on exactly that commit, which is given.
pub(super) async fn mends_it_and_is_told_so(
    stage: &mut Stage<'_>,
    ada: &Ada,
    day: &CodeDay,
) -> Result<String, DemoFailed> {
    let commit = pushes_the_fix(stage, &day.repository).await?;
    let said = json!({
        "status": "passed", "conclusion": "success",
        "passed": 3, "failed": 0, "total": 3,
        "commitSha": commit,
    });
    runs_the_tests(stage, ada, day, said).await?;
    Ok(commit)
}

/// Starts a run, which is answered at once, and looks until it is over and says what is expected.
async fn runs_the_tests(
    stage: &mut Stage<'_>,
    ada: &Ada,
    day: &CodeDay,
    said: Value,
) -> Result<(), DemoFailed> {
    let path = format!("/api/tasks/{}/run", day.task.id);
    let run_takes = stage.options.run_takes;
    let run = stage
        .step(&ada.post(path.as_str(), json!({})), |answer| {
            answer.is(200)?;
            answer.shows(&json!({ "status": "running" }))?;
            answer.within(run_takes)?;
            answer.number("/pollAfterMs")?;
            let run = answer.number("/runId")?;
            Ok((run, format!("run {run} is running")))
        })
        .await?;
    stage
        .until("the end of the run", &ada.get(format!("{path}/{run}")), |answer| {
            answer.is(200)?;
            answer.shows(&json!({ "runId": run }))?;
            if answer.shows(&json!({ "status": "running" })).is_ok() {
                return Ok(None);
            }
            answer.shows(&said)?;
            answer.text("/stdout")?;
            answer.text("/workflowUrl")?;
            let (passed, total) = (answer.number("/passed")?, answer.number("/total")?);
            Ok(Some(((), format!("{passed} of {total} tests pass"))))
        })
        .await
}

/// Hands in the day, which is answered at once, with the commit that Ada pushed last.
pub(super) async fn hands_in(
    stage: &mut Stage<'_>,
    ada: &Ada,
    day: &CodeDay,
    commit: &str,
) -> Result<(), DemoFailed> {
    let run_takes = stage.options.run_takes;
    stage
        .step(&ada.post(submit(day.task), json!({})), |answer| {
            let submission = handed_in(answer, day.task)?;
            answer.within(run_takes)?;
            answer.shows(&json!({ "commitSha": commit }))?;
            Ok(((), format!("day {} is handed in: submission {submission}", day.task.day)))
        })
        .await
}
