//! One template is looked at: three calls to GitHub, and nothing is run.

use tokio::time::{Instant, timeout_at};

use crate::domain::template::TemplateKey;
use crate::domain::template_health::{Certainty, HealthCode, Inspection, Reached};
use crate::github::GitHub;
use crate::github::error::{GitHubError, GitHubFailure};

/// Looks at `template` until the first thing that is wrong. What has no answer by `deadline` is
/// reported as what could not be had.
pub async fn inspect_template(
    github: &GitHub,
    template: TemplateKey,
    workflow_file: &str,
    deadline: Instant,
) -> Inspection {
    let repository = template.repository();
    let mut found = Inspection::begun();
    let branch = match answered(deadline, github.default_branch(&repository)).await {
        Ok(branch) => branch,
        Err(trouble) => {
            return trouble.ends(found, HealthCode::RepoNotFound, HealthCode::RepoUnreachable);
        }
    };
    found = found.at(Reached::Repository);
    if branch.trim().is_empty() {
        return found.failed(HealthCode::DefaultBranchMissing, Certainty::Settled);
    }
    found.default_branch = Some(branch.clone());
    if let Err(trouble) = answered(deadline, github.require_branch(&repository, &branch)).await {
        let unusable = HealthCode::DefaultBranchUnusable;
        return trouble.ends(found, unusable, unusable);
    }
    found = found.at(Reached::Branch);
    let text = github.workflow_text(&repository, workflow_file, &branch);
    match answered(deadline, text).await {
        Ok(Some(text)) => found.judged(&text),
        Ok(None) => found
            .at(Reached::WorkflowFile)
            .failed(HealthCode::WorkflowFileUnreadable, Certainty::Settled),
        Err(trouble) => {
            let (missing, other) =
                (HealthCode::WorkflowFileMissing, HealthCode::WorkflowFileUnreadable);
            trouble.ends(found, missing, other)
        }
    }
}

/// Why a question to GitHub was not answered.
enum Trouble {
    /// There was no time left.
    Late,
    /// GitHub refused, or failed.
    GitHub(GitHubError),
}

impl Trouble {
    /// The inspection that ends with this: `missing` is what it is called when the thing that was
    /// asked for is not there, `other` when anything else went wrong.
    fn ends(self, found: Inspection, missing: HealthCode, other: HealthCode) -> Inspection {
        let Self::GitHub(error) = self else { return found.failed(other, Certainty::MayHeal) };
        let certainty = if error.retryable() { Certainty::MayHeal } else { Certainty::Settled };
        let code = match error.kind {
            GitHubFailure::NotFound | GitHubFailure::Moved => missing,
            _ => refused(&error).unwrap_or(other),
        };
        found.failed(code, certainty)
    }
}

/// The code of a refusal that has nothing to do with the template.
pub(crate) const fn refused(error: &GitHubError) -> Option<HealthCode> {
    match error.kind {
        GitHubFailure::PermissionDenied => Some(HealthCode::GithubForbidden),
        GitHubFailure::RateLimited => Some(HealthCode::GithubRateLimited),
        GitHubFailure::TokenInvalid
        | GitHubFailure::NotFound
        | GitHubFailure::Moved
        | GitHubFailure::Unavailable
        | GitHubFailure::Unprocessable
        | GitHubFailure::TagElsewhere => None,
    }
}

/// GitHub's answer, unless the time is up before; GitHub is not asked once it is.
async fn answered<T>(
    deadline: Instant,
    question: impl Future<Output = Result<T, GitHubError>>,
) -> Result<T, Trouble> {
    if Instant::now() >= deadline {
        return Err(Trouble::Late);
    }
    match timeout_at(deadline, question).await {
        Ok(answer) => answer.map_err(Trouble::GitHub),
        Err(_elapsed) => Err(Trouble::Late),
    }
}
