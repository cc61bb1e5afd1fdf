//! All that this GitHub knows, in memory, each piece written to the documents before it counts.
//!
//! A change is one `save_…` at its end; the objects it needs are written before. A process that dies
//! between the two leaves objects nobody refers to, as git does.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::documents::{Documents, DocumentsError};
use crate::github::archive::{Archive, Files};
use crate::github::objects::{Commit, Object, Sha, Signature};
use crate::github::repository::{Permission, Repository, Visibility};
use crate::github::runs::Run;
use crate::github::users::{BOT_LOGIN, User, UserKind};

const REPOSITORIES: &str = "github.repository";
const USERS: &str = "github.user";
const RUNS: &str = "github.run";

const FIRST_USER_ID: u64 = 2_200_000_001;
const FIRST_REPOSITORY_ID: u64 = 3_100_000_001;
const FIRST_RUN_ID: u64 = 30_000_000_001;
const FIRST_INVITATION_ID: u64 = 4_300_000_001;

/// The state.
#[derive(Debug)]
pub struct World {
    pub archive: Archive,
    /// By id.
    repositories: BTreeMap<u64, Repository>,
    /// By lower-case login.
    users: BTreeMap<String, User>,
    /// By id, which is their order in time.
    runs: BTreeMap<u64, Run>,
    documents: Documents,
}

/// A repository that is about to be.
#[derive(Debug)]
pub struct NewRepository {
    pub owner: String,
    pub name: String,
    pub description: Option<String>,
    pub visibility: Visibility,
    pub is_template: bool,
    pub template: Option<u64>,
    /// The files of the one commit of each branch; the first is the default branch.
    pub branches: Vec<(String, Files)>,
}

/// A commit that is about to be made on a branch.
#[derive(Debug)]
pub struct NewCommit {
    pub branch: String,
    pub files: Files,
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
}

impl World {
    /// Reads the state back exactly as it was.
    pub fn load(documents: Documents) -> Result<Self, DocumentsError> {
        let repositories = documents.all::<Repository>(REPOSITORIES)?;
        let runs = documents.all::<Run>(RUNS)?;
        Ok(Self {
            archive: Archive::load(documents.clone())?,
            repositories: repositories.into_iter().map(|(_, it)| (it.id, it)).collect(),
            users: documents.all(USERS)?.into_iter().collect(),
            runs: runs.into_iter().map(|(_, run)| (run.id, run)).collect(),
            documents,
        })
    }

    /// Every repository, oldest first.
    pub fn repositories(&self) -> impl DoubleEndedIterator<Item = &Repository> {
        self.repositories.values()
    }

    pub fn repository(&self, owner: &str, name: &str) -> Option<&Repository> {
        self.repositories.values().find(|repository| {
            repository.owner.eq_ignore_ascii_case(owner)
                && repository.name.eq_ignore_ascii_case(name)
        })
    }

    pub fn repository_by_id(&self, id: u64) -> Option<&Repository> {
        self.repositories.get(&id)
    }

    pub fn save_repository(&mut self, repository: Repository) -> Result<(), DocumentsError> {
        self.documents.put(REPOSITORIES, &repository.id.to_string(), &repository)?;
        self.repositories.insert(repository.id, repository);
        Ok(())
    }

    pub fn remove_repository(&mut self, id: u64) -> Result<(), DocumentsError> {
        self.documents.remove(REPOSITORIES, &id.to_string())?;
        self.repositories.remove(&id);
        Ok(())
    }

    /// Every run, oldest first.
    pub fn runs(&self) -> impl DoubleEndedIterator<Item = &Run> {
        self.runs.values()
    }

    pub fn run(&self, id: u64) -> Option<&Run> {
        self.runs.get(&id)
    }

    pub fn save_run(&mut self, run: Run) -> Result<(), DocumentsError> {
        self.documents.put(RUNS, &run.id.to_string(), &run)?;
        self.runs.insert(run.id, run);
        Ok(())
    }

    pub fn next_run_id(&self) -> u64 {
        self.runs.last_key_value().map_or(FIRST_RUN_ID, |(id, _)| id + 1)
    }

    pub fn next_invitation_id(&self) -> u64 {
        let invitations = self.repositories.values().flat_map(|it| it.invitations.values());
        invitations.map(|it| it.id + 1).max().unwrap_or(FIRST_INVITATION_ID)
    }

    pub fn user(&self, login: &str) -> Option<&User> {
        self.users.get(&login.to_ascii_lowercase())
    }

    pub fn user_by_id(&self, id: u64) -> Option<&User> {
        self.users.values().find(|user| user.id == id)
    }

    /// The account of this login, opened now when it is mentioned for the first time.
    pub fn mention(
        &mut self,
        login: &str,
        kind: UserKind,
        now: Timestamp,
    ) -> Result<User, DocumentsError> {
        if let Some(user) = self.user(login) {
            return Ok(user.clone());
        }
        let id = self.users.values().map(|user| user.id + 1).max().unwrap_or(FIRST_USER_ID);
        let user = User { id, login: login.to_owned(), kind, created_at: now };
        let key = login.to_ascii_lowercase();
        self.documents.put(USERS, &key, &user)?;
        self.users.insert(key, user.clone());
        Ok(user)
    }

    /// Makes a repository with one "Initial commit" on each branch, by the bot.
    pub fn create_repository(
        &mut self,
        new: NewRepository,
        now: Timestamp,
    ) -> Result<Repository, DocumentsError> {
        self.mention(&new.owner, UserKind::Organization, now)?;
        let bot = self.bot_signature(now);
        let mut refs = BTreeMap::new();
        let mut commits = Vec::new();
        for (branch, files) in &new.branches {
            let tree = self.archive.put_tree(files)?;
            let message = "Initial commit".to_owned();
            let (author, committer) = (bot.clone(), bot.clone());
            let commit = Commit { tree, parent: None, author, committer, message };
            let sha = self.archive.put(Object::Commit(commit))?;
            refs.insert(format!("refs/heads/{branch}"), sha.clone());
            if !commits.contains(&sha) {
                commits.push(sha);
            }
        }
        let repository = Repository {
            id: self.repositories.last_key_value().map_or(FIRST_REPOSITORY_ID, |(id, _)| id + 1),
            owner: new.owner,
            name: new.name,
            description: new.description,
            visibility: new.visibility,
            is_template: new.is_template,
            archived: false,
            default_branch: new
                .branches
                .into_iter()
                .next()
                .map(|(name, _)| name)
                .unwrap_or_default(),
            template: new.template,
            refs,
            commits,
            collaborators: BTreeMap::from([(BOT_LOGIN.to_owned(), Permission::Admin)]),
            invitations: BTreeMap::new(),
            created_at: now,
            pushed_at: now,
        };
        self.save_repository(repository.clone())?;
        Ok(repository)
    }

    /// Puts a commit on top of a branch and answers its name. The branch may be new: then the commit
    /// follows the head of the default branch.
    pub fn commit(
        &mut self,
        mut repository: Repository,
        new: NewCommit,
        now: Timestamp,
    ) -> Result<Sha, DocumentsError> {
        let head = repository.branch(&new.branch);
        let parent = head.or_else(|| repository.branch(&repository.default_branch)).cloned();
        let tree = self.archive.put_tree(&new.files)?;
        let NewCommit { branch, author, committer, message, .. } = new;
        let commit = Commit { tree, parent, author, committer, message };
        let sha = self.archive.put(Object::Commit(commit))?;
        if !repository.commits.contains(&sha) {
            repository.commits.push(sha.clone());
        }
        repository.refs.insert(format!("refs/heads/{branch}"), sha.clone());
        repository.pushed_at = now;
        self.save_repository(repository)?;
        Ok(sha)
    }

    /// Who the bot signs its commits as.
    pub fn bot_signature(&self, now: Timestamp) -> Signature {
        let id = self.user(BOT_LOGIN).map_or(FIRST_USER_ID, |user| user.id);
        let email = format!("{id}+{BOT_LOGIN}@users.noreply.github.com");
        Signature { name: BOT_LOGIN.to_owned(), email, at: now }
    }
}
