//! People: who somebody is on GitHub, and what they may do in a repository.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::domain::repository::{GitHubUsername, RepositoryName};
use crate::github::error::{Cause, GitHubError};
use crate::github::repositories::unless_missing;
use crate::github::{Credential, GitHub};

#[derive(Deserialize)]
struct WireAccount {
    login: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct WirePermission {
    permission: String,
}

#[derive(Serialize)]
struct Invitation {
    permissions: &'static str,
}

/// What GitHub adds to the name of an App where that acts itself.
const APP_SUFFIX: &str = "[bot]";

#[derive(Deserialize)]
struct WireLogin {
    login: String,
}

impl GitHub {
    /// Who we are on GitHub, by login: an App acts under its name with `[bot]` behind it. Asked once,
    /// kept for as long as the process lives.
    pub async fn own_login(&self) -> Result<&str, GitHubError> {
        self.login.get_or_try_init(|| self.asked_login()).await.map(String::as_str)
    }

    async fn asked_login(&self) -> Result<String, GitHubError> {
        let operation = "learn who we are";
        let known = self.credentials.known().await;
        match known.map_err(|problem| GitHubError::new(operation, Cause::Secrets(problem)))? {
            Credential::App(tokens) => Ok(tokens.slug(self).await? + APP_SUFFIX),
            Credential::Token(_) => {
                let call = self.call("read our own account", Method::GET, &["user"])?;
                call.send().await?.read().map(|WireLogin { login }| login)
            }
        }
    }

    /// What the person with this account number is called; none when there is no such person, or when
    /// the name is one that we do not take: those of enterprises have underscores.
    pub async fn login(&self, account: u64) -> Result<Option<GitHubUsername>, GitHubError> {
        let path = ["user", &account.to_string()];
        let answer = self.call("read an account", Method::GET, &path)?.send().await;
        let Some(answer) = unless_missing(answer)? else { return Ok(None) };
        let account: WireAccount = answer.read()?;
        let login = GitHubUsername::parse(&account.login).ok();
        Ok(login.filter(|_login| account.kind == "User"))
    }

    /// Leaves `username` nothing but reading, or invites them to that: the number of the invitation
    /// that is to be accepted, none for who is in already.
    pub async fn let_read(
        &self,
        repository: &RepositoryName,
        username: &GitHubUsername,
    ) -> Result<Option<u64>, GitHubError> {
        self.put_collaborator("lower a collaborator", (repository, username), "pull").await
    }

    /// Makes a pending invitation one to read. False when it is no longer pending.
    pub async fn lower_invitation(
        &self,
        repository: &RepositoryName,
        invitation: u64,
    ) -> Result<bool, GitHubError> {
        let id = invitation.to_string();
        let path = ["repos", repository.owner(), repository.name(), "invitations", &id];
        let call = self.call("lower an invitation", Method::PATCH, &path)?;
        let answer = call.json(&Invitation { permissions: "read" }).send().await;
        Ok(unless_missing(answer)?.is_some())
    }

    /// Whether `username` may push, by whatever right they have; none where GitHub has no such account,
    /// or does not show us the repository.
    pub async fn may_push(
        &self,
        repository: &RepositoryName,
        username: &GitHubUsername,
    ) -> Result<Option<bool>, GitHubError> {
        let (owner, name) = (repository.owner(), repository.name());
        let path = ["repos", owner, name, "collaborators", username.as_str(), "permission"];
        let answer = self.call("read a permission", Method::GET, &path)?.send().await;
        let Some(answer) = unless_missing(answer)? else { return Ok(None) };
        let WirePermission { permission } = answer.read()?;
        // What we do not know is no reason to believe that nobody pushes.
        Ok(Some(!matches!(permission.as_str(), "read" | "none")))
    }
}
