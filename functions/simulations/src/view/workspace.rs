//! A candidate's repository, as the recruiter sees it.

use serde::Serialize;
use shared::domain::candidate_session::CandidateSession;
use shared::domain::id::TaskId;
use shared::domain::task::Day;
use shared::domain::workspace::access::Access;
use shared::domain::workspace::summary::Stage;
use shared::domain::workspace::trouble::Reason;
use utoipa::ToSchema;

/// How the repository of a code day fares.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CandidateRowWorkspace)]
pub(super) struct Workspace {
    day: Day,
    task_id: TaskId,
    state: Stage,
    /// What is wrong, for programs: with the making of the repository or, once that is `ready`, with
    /// letting the candidate in.
    reason: Option<Reason>,
    /// What is wrong, for people.
    message: Option<&'static str>,
    /// Null until GitHub has the repository.
    repo_full_name: Option<String>,
    access: Access,
}

impl Workspace {
    /// Those of `session`, by day.
    pub(super) fn all_of(session: &CandidateSession) -> Vec<Self> {
        let username = session.github_username.as_ref();
        let shown = session.workspaces.iter().map(|workspace| {
            let reason = workspace.reason(username);
            Self {
                day: workspace.day,
                task_id: workspace.task,
                state: workspace.stage,
                reason,
                message: reason.map(Reason::sentence),
                repo_full_name: workspace.repository.as_ref().map(ToString::to_string),
                access: workspace.access(username),
            }
        });
        shown.collect()
    }
}
