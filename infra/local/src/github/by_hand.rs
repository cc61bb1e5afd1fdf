//! What the owner of a repository does to it on GitHub's pages, for better or for worse.

use crate::github::objects::Signature;
use crate::github::refusal::Refusal;
use crate::github::world::NewCommit;
use crate::github::{GitHub, named};

impl GitHub {
    /// Removes a file from the default branch of `repository` (`owner/name`); 404 when it is not there.
    pub fn remove_file(&self, repository: &str, path: &str) -> Result<(), Refusal> {
        let now = self.now();
        let mut world = self.world();
        let repository = named(&world, repository)?.clone();
        let branch = repository.default_branch.clone();
        let head = repository.branch(&branch).ok_or(Refusal::BranchNotFound)?;
        let mut files = world.archive.files_at(head);
        files.remove(path).ok_or(Refusal::NotFound)?;
        let email = "owner@users.noreply.github.com".to_owned();
        let author = Signature { name: "Owner".to_owned(), email, at: now };
        let (committer, message) = (author.clone(), format!("Remove {path}"));
        world.commit(repository, NewCommit { branch, files, author, committer, message }, now)?;
        Ok(())
    }

    /// Says which branch of `repository` is the default one, whether it is there or not.
    pub fn set_default_branch(&self, repository: &str, branch: &str) -> Result<(), Refusal> {
        let mut world = self.world();
        let mut repository = named(&world, repository)?.clone();
        branch.clone_into(&mut repository.default_branch);
        Ok(world.save_repository(repository)?)
    }

    /// Gives `repository` another name, under the same owner. The old one leads nowhere.
    pub fn rename_repository(&self, repository: &str, name: &str) -> Result<(), Refusal> {
        let mut world = self.world();
        let mut repository = named(&world, repository)?.clone();
        name.clone_into(&mut repository.name);
        Ok(world.save_repository(repository)?)
    }
}
