//! A candidate hands in a day: one read, at most one question to GitHub, one write.

use jiff::Timestamp;
use serde::Serialize;

use crate::app::App;
use crate::auth::owned::Owned;
use crate::auth::principal::Candidate;
use crate::domain::id::{RunId, SubmissionId, TaskId};
use crate::domain::idempotency::{IdempotencyKey, Operation};
use crate::domain::job::{Job, JobRecord};
use crate::domain::run::{Run, RunState};
use crate::domain::standing::Standing;
use crate::domain::submission::{CodeWork, Examination, Submission};
use crate::domain::task::{Day, Task};
use crate::domain::text::ContentText;
use crate::domain::workspace::Workspace;
use crate::error::Error;
use crate::flows::change_workspace::Opened;
use crate::flows::find_again::{is_elsewhere, look_again};
use crate::flows::once::{Once, Receipt, Start, keyed, start};
use crate::flows::open_desk::{open_desk, task_of};
use crate::flows::start_run::branch_of;
use crate::store::item::Stored;
use crate::store::sessions::Desk;
use crate::store::submissions::{SubmissionPlace, SubmittedText};
use crate::store::transaction::{Transaction, Written, settled_from};

/// What a candidate hands in.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// A text; required on text days.
    pub content: Option<ContentText>,
    /// The branch the code is on, where it is not the default one.
    pub branch: Option<String>,
}

/// Stores the answer to `task` at `desk`. Of several at once one is stored; the others find the day
/// done. Under a `key` that was used before, the submission that was stored then.
pub async fn submit_task(
    app: &App,
    candidate: &Candidate,
    (desk, task): (Owned<Desk>, TaskId),
    answer: &Answer,
    key: Option<&IdempotencyKey>,
) -> Result<Once<Submission>, Error> {
    let session = desk.get().session.value.id;
    let operation = Operation::Submit(task);
    // The session is not in the path, so it is part of what is handed in.
    let request = keyed(key, candidate.claimant().sub, operation, &(session, answer))?;
    match start(app, request).await? {
        Start::Before(day) => {
            let submission = app.store.submission(session, day).await?;
            let gone = || Error::internal("answering again", "the submission is gone");
            Ok(Once::replayed(submission.ok_or_else(gone)?.value))
        }
        Start::Now(receipt) => {
            let again = || open_desk(app, candidate, session);
            let attempt = |desk| attempt(app, desk, task, answer, &receipt);
            let stored = settled_from(desk, again, attempt).await;
            receipt.close(app, stored).await
        }
    }
}

async fn attempt(
    app: &App,
    desk: Owned<Desk>,
    task: TaskId,
    answer: &Answer,
    receipt: &Receipt<Day>,
) -> Result<Option<Submission>, Error> {
    let desk = desk.get();
    let task = task_of(desk, task)?;
    let read = &desk.session;
    read.value.may_submit(task.day)?;
    let code = if task.day.kind().is_code() {
        match pin(app, desk, task, answer).await? {
            Some(code) => Some(code),
            // Its repository has another name: who reads again knows it.
            None => return Ok(None),
        }
    } else if answer.content.as_ref().is_none_or(ContentText::is_blank) {
        return Err(Error::ContentRequired);
    } else {
        None
    };
    let now = app.clock.now();
    let mut session = read.value.clone().submit(task.day, now)?;
    let id = SubmissionId::new(app.mint.id(now));
    let submission = Submission::new(id, &session, task, code, now);
    let mut write = receipt.sign(Transaction::new(), task.day)?;
    if let Some((missed, after)) = found(desk, task.day) {
        write = write.replace(missed, &after)?;
        session = session.with_workspace(&after);
    }
    write = write
        .replace(read, &session)?
        .create(&submission)?
        .create(&SubmissionPlace::from(&submission))?;
    if let Some(content) = answer.content.clone() {
        write = write.create(&SubmittedText { submission: id, content })?;
    }
    if let Some(code) = &submission.code {
        let run = examining_run(&submission, code, (code.run, now));
        write = write.create(&run)?;
        let (session, day) = (session.id, task.day);
        for job in [Job::ExamineSubmission { session, day }, Job::CloseWorkspace { session, day }] {
            write = write.create(&JobRecord::new(app.mint.uuid(), job, now))?;
        }
    }
    if session.completed_at().is_some() {
        // Settles when the repositories are put away: earlier than it was thought.
        let job = JobRecord::new(app.mint.uuid(), Job::CleanUp { session: session.id }, now);
        write = write.create(&job)?;
    }
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => Some(submission),
        Written::Refused => None,
    })
}

/// The workspace of `day` that was taken for gone, and what it is once its code was handed in: it is
/// there. Who takes the right to push back must not believe the former.
fn found(desk: &Desk, day: Day) -> Option<(&Stored<Workspace>, Workspace)> {
    let missed = desk.workspace(day).filter(|read| read.value.standing == Standing::Gone)?;
    let after = Workspace { standing: Standing::There, ..missed.value.clone() };
    Some((missed, after))
}

/// Settles which commit is handed in: the head of the branch at this moment. None where the
/// repository is not called any more what the desk says.
async fn pin(
    app: &App,
    desk: &Desk,
    task: &Task,
    answer: &Answer,
) -> Result<Option<CodeWork>, Error> {
    let read = desk.workspace(task.day).ok_or(Error::WorkspaceMissing { on_status: false })?;
    let workspace = &read.value;
    let branch = branch_of(workspace, answer.branch.as_deref())?;
    let (repository, base) = workspace.ready().ok_or(Error::WorkspaceNotReady)?;
    let head = app.github.branch_head(&workspace.name, &branch).await;
    if head.as_ref().map_or_else(is_elsewhere, Option::is_none) {
        let opened = Opened { workspace: read.clone(), session: desk.session.clone() };
        if look_again(app, &opened, &workspace.name).await?.is_some() {
            return Ok(None);
        }
    }
    let commit = head?.ok_or(Error::InvalidBranch)?;
    Ok(Some(CodeWork {
        repository: workspace.name.clone(),
        repository_id: repository.id,
        base: base.clone(),
        commit,
        branch: Some(branch),
        run: RunId::new(app.mint.id(app.clock.now())),
        examination: Examination::Pending,
        again: None,
    }))
}

/// The test run that examines `submission`, asked for at some moment: on a tag of its own, at the
/// commit that was handed in.
pub(crate) fn examining_run(
    submission: &Submission,
    code: &CodeWork,
    (id, requested_at): (RunId, Timestamp),
) -> Run {
    Run {
        id,
        session: submission.session,
        task: submission.task,
        day: submission.day,
        repository: code.repository.clone(),
        repository_id: code.repository_id,
        git_ref: format!("tenon-day-{}", submission.day),
        pinned: Some(code.commit.clone()),
        requested_at,
        tagged: false,
        slot: None,
        asked_at: None,
        looked_at: None,
        refused: 0,
        missing_since: None,
        state: RunState::Requested,
    }
}
