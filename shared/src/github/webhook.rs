//! What a webhook says, as far as anything follows from it. A body is read only for the events and
//! actions that we know, and of it only what we need.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use uuid::Uuid;

use crate::domain::activity::Push;
use crate::domain::notice::{Notice, RunTurn};
use crate::domain::repository::{BranchName, CommitSha, GitHubUsername};

/// What starts a run of ours: no other run can be one.
const DISPATCHED: &str = "workflow_dispatch";
const BRANCHES: &str = "refs/heads/";

/// What a webhook says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Something to look after.
    Notice(Notice),
    /// Somebody changed what our GitHub App may do where it is installed.
    Installation {
        /// GitHub's number of the installation.
        id: u64,
        /// How.
        change: InstallationChange,
    },
    /// Nothing for us: an event or an action that we do not know, or one without consequence.
    Nothing,
}

/// What became of an installation of our GitHub App.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallationChange {
    /// It may do nothing until it is unsuspended.
    Suspended,
    /// It may do again what it might before.
    Unsuspended,
    /// It is gone.
    Deleted,
}

/// How a webhook came: which delivery, and when.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// GitHub's number of the delivery.
    pub delivery: Uuid,
    /// When we received it.
    pub at: Timestamp,
}

#[derive(Deserialize)]
struct Action {
    action: String,
}

#[derive(Deserialize)]
struct Numbered {
    id: u64,
}

#[derive(Deserialize)]
struct OnRepository {
    repository: Numbered,
}

#[derive(Deserialize)]
struct OnInstallation {
    installation: Numbered,
}

#[derive(Deserialize)]
struct OnRun {
    repository: Numbered,
    workflow_run: WireRun,
}

#[derive(Deserialize)]
struct WireRun {
    id: u64,
    event: String,
}

#[derive(Deserialize)]
struct OnMember {
    repository: Numbered,
    member: Member,
}

#[derive(Deserialize)]
struct Member {
    login: String,
}

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the form is GitHub's")]
struct WirePush {
    #[serde(rename = "ref")]
    reference: String,
    after: CommitSha,
    deleted: bool,
    forced: bool,
    commits: Vec<IgnoredAny>,
    repository: Numbered,
}

/// Reads the body of an event that is named `event`, as `X-GitHub-Event` has it. An error is a body of
/// an event that we know which is not as GitHub describes it.
pub fn read(event: &str, arrival: Arrival, body: &[u8]) -> Result<Heard, serde_json::Error> {
    if event == "push" {
        return Ok(pushed(arrival, serde_json::from_slice(body)?));
    }
    if !["workflow_run", "member", "repository", "installation"].contains(&event) {
        return Ok(Heard::Nothing);
    }
    let Action { action } = serde_json::from_slice(body)?;
    match (event, action.as_str()) {
        // That one was requested is nothing new: we requested it.
        ("workflow_run", "in_progress") => ran(RunTurn::Began, body),
        ("workflow_run", "completed") => ran(RunTurn::Ended, body),
        ("member", "added") => joined(body),
        (
            "repository",
            "renamed" | "transferred" | "deleted" | "archived" | "unarchived" | "edited",
        ) => {
            let OnRepository { repository } = serde_json::from_slice(body)?;
            Ok(Heard::Notice(Notice::RepositoryChanged { repository: repository.id }))
        }
        ("installation", "suspend") => installation(InstallationChange::Suspended, body),
        ("installation", "unsuspend") => installation(InstallationChange::Unsuspended, body),
        ("installation", "deleted") => installation(InstallationChange::Deleted, body),
        _ => Ok(Heard::Nothing),
    }
}

fn pushed(arrival: Arrival, wire: WirePush) -> Heard {
    let Some(branch) = wire.reference.strip_prefix(BRANCHES).filter(|_| !wire.deleted) else {
        return Heard::Nothing;
    };
    let push = Push {
        delivery: arrival.delivery,
        at: arrival.at,
        commits: u32::try_from(wire.commits.len()).unwrap_or(u32::MAX),
        head: wire.after,
        branch: BranchName::parse(branch).ok(),
        forced: wire.forced,
    };
    Heard::Notice(Notice::Pushed { repository: wire.repository.id, push })
}

fn ran(turn: RunTurn, body: &[u8]) -> Result<Heard, serde_json::Error> {
    let OnRun { repository, workflow_run: run } = serde_json::from_slice(body)?;
    let notice = Notice::Run { repository: repository.id, github_id: run.id, turn };
    Ok(if run.event == DISPATCHED { Heard::Notice(notice) } else { Heard::Nothing })
}

fn joined(body: &[u8]) -> Result<Heard, serde_json::Error> {
    let OnMember { repository, member } = serde_json::from_slice(body)?;
    // Whom we invited has a name that we accept: another is somebody else.
    let username = GitHubUsername::parse(&member.login).ok();
    let repository = repository.id;
    let notice = |username| Notice::CollaboratorAdded { repository, username };
    Ok(username.map_or(Heard::Nothing, |username| Heard::Notice(notice(username))))
}

fn installation(change: InstallationChange, body: &[u8]) -> Result<Heard, serde_json::Error> {
    let OnInstallation { installation } = serde_json::from_slice(body)?;
    Ok(Heard::Installation { id: installation.id, change })
}

#[cfg(test)]
mod tests;
