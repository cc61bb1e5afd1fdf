//! What this GitHub holds that Tenon made, for whoever checks that nothing was lost or made twice.

use jiff::Timestamp;

use crate::github::GitHub;
use crate::github::users::BOT_LOGIN;

/// How the login of an App ends.
const APP_SUFFIX: &str = "[bot]";

/// Everything that came of Tenon's calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Every repository that is no template, oldest first.
    pub repositories: Vec<HeldRepository>,
    /// Every run that Tenon dispatched, oldest first.
    pub runs: Vec<HeldRun>,
}

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRepository {
    /// GitHub's number for it.
    pub id: u64,
    /// `owner/name`.
    pub name: String,
    /// Where our marker is.
    pub description: Option<String>,
    /// Whether nobody can write to it.
    pub archived: bool,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRun {
    /// GitHub's number for it.
    pub id: u64,
    /// GitHub's number for its repository.
    pub repository: u64,
    /// The branch or tag it was dispatched on.
    pub git_ref: String,
    /// When it was dispatched.
    pub created_at: Timestamp,
}

impl GitHub {
    /// What it holds at this moment.
    pub fn holdings(&self) -> Holdings {
        let world = self.world();
        let made = world.repositories().filter(|repository| !repository.is_template);
        let repositories = made.map(|repository| HeldRepository {
            id: repository.id,
            name: repository.full_name(),
            description: repository.description.clone(),
            archived: repository.archived,
        });
        let ours = |actor: &str| actor == BOT_LOGIN || actor.ends_with(APP_SUFFIX);
        let runs = world.runs().filter(|run| ours(&run.actor)).map(|run| HeldRun {
            id: run.id,
            repository: run.repository,
            git_ref: run.head_branch.clone(),
            created_at: run.created_at,
        });
        Holdings { repositories: repositories.collect(), runs: runs.collect() }
    }
}
