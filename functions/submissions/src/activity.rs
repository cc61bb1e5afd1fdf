//! When the candidate pushed, as a recruiter reads it.

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::activity;
use shared::domain::repository::CommitSha;
use utoipa::ToSchema;

/// The pushes to the repository of a code day, as far as GitHub told us of them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubmissionActivity)]
pub(crate) struct Activity {
    last_push_at: Option<Timestamp>,
    /// The newest, newest first.
    #[schema(max_items = 50)]
    pushes: Vec<Push>,
}

/// A push to a branch.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubmissionPush)]
struct Push {
    /// When we heard of it.
    at: Timestamp,
    /// How many commits it brought, as far as GitHub tells.
    commit_count: u32,
    /// The branch's newest commit after it.
    #[schema(value_type = CommitSha)]
    head_sha: String,
    /// Null where the name is not one that we show.
    branch: Option<String>,
    /// Whether it took commits away.
    forced: bool,
}

impl From<Option<&activity::Activity>> for Activity {
    fn from(activity: Option<&activity::Activity>) -> Self {
        let pushes = activity.map_or(&[][..], |activity| &activity.pushes);
        Self {
            last_push_at: pushes.first().map(|push| push.at),
            pushes: pushes.iter().map(Push::from).collect(),
        }
    }
}

impl From<&activity::Push> for Push {
    fn from(push: &activity::Push) -> Self {
        Self {
            at: push.at,
            commit_count: push.commits,
            head_sha: push.head.to_string(),
            branch: push.branch.as_ref().map(ToString::to_string),
            forced: push.forced,
        }
    }
}
