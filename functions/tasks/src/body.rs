//! What these routes take.

use shared::domain::id::{CandidateSessionId, RunId, TaskId};
use shared::domain::repository::{BranchName, GitHubUsername};
use shared::domain::text::{ContentText, Invalid, any};
use shared::error::Error;
use shared::flows::submit_task::Answer;
use shared::http::extract::SESSION_HEADER;
use shared::http::input::{Reader, Shape, Told};
use utoipa::ToSchema;

/// A session and one of its tasks.
pub(crate) struct OnTask {
    pub(crate) session: CandidateSessionId,
    pub(crate) task: TaskId,
}

impl Shape for OnTask {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let session = reader.header(SESSION_HEADER, session);
        let task = reader.path("taskId", TaskId::parse);
        Ok(Self { session: session?, task: task? })
    }
}

pub(crate) struct Init {
    pub(crate) session: CandidateSessionId,
    pub(crate) task: TaskId,
    username: Option<String>,
}

/// What is to be known of a candidate who opens a workspace.
#[derive(ToSchema)]
#[schema(as = InitWorkspace)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "tells the document what `Init` reads")]
pub(crate) struct InitDocument {
    /// Who gets access to the repository, where it is not known already.
    github_username: Option<GitHubUsername>,
}

impl Init {
    /// The GitHub account, if one was named. A malformed name is a business refusal: it comes after
    /// the checks of the task.
    pub(crate) fn username(&self) -> Result<Option<GitHubUsername>, Error> {
        let named = self.username.as_deref().filter(|name| !name.is_empty());
        let parsed = named.map(GitHubUsername::parse).transpose();
        parsed.map_err(|_malformed| Error::InvalidGitHubUsername)
    }
}

impl Shape for Init {
    const HAS_BODY: bool = true;

    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let on = OnTask::read(reader);
        let username = reader.body_or_none("githubUsername", any);
        let OnTask { session, task } = on?;
        Ok(Self { session, task, username: username? })
    }
}

pub(crate) struct Run {
    pub(crate) session: CandidateSessionId,
    pub(crate) task: TaskId,
    pub(crate) branch: Option<String>,
}

/// What a test run is to test.
#[derive(ToSchema)]
#[schema(as = StartRun)]
#[expect(dead_code, reason = "tells the document what `Run` reads")]
pub(crate) struct RunDocument {
    /// What to test, where it is not the default branch.
    branch: Option<BranchName>,
}

impl Shape for Run {
    const HAS_BODY: bool = true;

    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let on = OnTask::read(reader);
        let branch = reader.body_or_none("branch", any);
        let OnTask { session, task } = on?;
        Ok(Self { session, task, branch: branch? })
    }
}

pub(crate) struct Poll {
    pub(crate) session: CandidateSessionId,
    pub(crate) task: TaskId,
    pub(crate) run: RunId,
}

impl Shape for Poll {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let on = OnTask::read(reader);
        let run = reader.path("runId", RunId::parse);
        let OnTask { session, task } = on?;
        Ok(Self { session, task, run: run? })
    }
}

pub(crate) struct Submit {
    pub(crate) session: CandidateSessionId,
    pub(crate) task: TaskId,
    pub(crate) answer: Answer,
}

/// What is handed in.
#[derive(ToSchema)]
#[schema(as = SubmitTask)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "tells the document what `Submit` reads")]
pub(crate) struct SubmitDocument {
    /// What was written; required on text days.
    content_text: Option<ContentText>,
    /// Where the code is, where it is not the default branch.
    branch: Option<BranchName>,
}

impl Shape for Submit {
    const HAS_BODY: bool = true;

    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let on = OnTask::read(reader);
        let content = reader.body_or_none("contentText", ContentText::parse);
        let branch = reader.body_or_none("branch", any);
        let OnTask { session, task } = on?;
        Ok(Self { session, task, answer: Answer { content: content?, branch: branch? } })
    }
}

/// In the header, unlike in a path, a number that no session can have is malformed.
fn session(text: &str) -> Result<CandidateSessionId, Invalid> {
    let id = CandidateSessionId::parse(text)?;
    if id.get() == 0 {
        return Err(Invalid::new("greater_than_equal", "must be at least 1"));
    }
    Ok(id)
}
