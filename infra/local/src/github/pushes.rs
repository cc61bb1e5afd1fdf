//! What somebody with the right to push does to a repository, besides pushing a file.

use crate::github::objects::Sha;
use crate::github::refusal::Refusal;
use crate::github::{GitHub, named};

impl GitHub {
    /// Has a run started again; 404 when the repository (`owner/name`) does not have it.
    pub fn run_again(&self, repository: &str, run: u64) -> Result<(), Refusal> {
        let now = self.now();
        let mut world = self.world();
        let repository = named(&world, repository)?.id;
        let run = world.run(run).filter(|run| run.repository == repository);
        let mut run = run.cloned().ok_or(Refusal::NotFound)?;
        run.repeats += 1;
        run.repeated_at = Some(now);
        Ok(world.save_run(run)?)
    }

    /// Deletes a branch; 404 when there is none.
    pub fn delete_branch(&self, repository: &str, branch: &str) -> Result<(), Refusal> {
        let mut world = self.world();
        let mut repository = named(&world, repository)?.clone();
        let gone = repository.refs.remove(&format!("refs/heads/{branch}"));
        gone.ok_or(Refusal::NotFound)?;
        Ok(world.save_repository(repository)?)
    }

    /// Has a branch end at `commit`, whatever it ended at: a push by force.
    pub fn force_push(&self, repository: &str, branch: &str, commit: &str) -> Result<(), Refusal> {
        let mut world = self.world();
        let mut repository = named(&world, repository)?.clone();
        let commit = Sha::parse(commit).filter(|commit| repository.commits.contains(commit));
        let commit = commit.ok_or(Refusal::UnknownObject)?;
        repository.refs.insert(format!("refs/heads/{branch}"), commit);
        Ok(world.save_repository(repository)?)
    }
}
