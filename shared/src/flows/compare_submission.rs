//! What was handed in, beside what the candidate started from and what came after.

use crate::app::App;
use crate::domain::diff::{DiffSummary, LaterChanges};
use crate::domain::repository::CommitSha;
use crate::domain::submission::CodeWork;
use crate::domain::tampering::{Files, WORKFLOWS, tampered_files};
use crate::github::error::{GitHubError, GitHubFailure};
use crate::github::trees::TreeEntry;

/// What a comparison found.
#[derive(Debug)]
pub(crate) struct Compared {
    /// What was changed; none where GitHub cannot compare.
    pub(crate) diff: Option<DiffSummary>,
    /// Files that decide how the tests are run and are not the template's any more.
    pub(crate) tampered: Vec<String>,
    /// What became of the branch since.
    pub(crate) later: Option<LaterChanges>,
}

/// What was changed, which of it should not have been, and what was changed too late.
///
/// The trees decide on what should not have been changed: the list of changes has a limit behind
/// which a change could hide. The base stands for the template: it was the one commit of the copy
/// that GitHub made of it, recorded before anybody but us had access, and its name is a hash of its
/// content. The template itself may have become another one since, which is not the candidate's doing.
pub(crate) async fn compare(app: &App, code: &CodeWork) -> Result<Compared, GitHubError> {
    let (github, repository) = (&app.github, &code.repository);
    let protected = &app.config.github.protected_paths;
    let mut guarded: Vec<&str> = protected.iter().map(String::as_str).collect();
    if !guarded.contains(&WORKFLOWS) {
        guarded.push(WORKFLOWS);
    }
    let (diff, base, handed_in, later) = tokio::join!(
        difference(app, code, (&code.base, &code.commit)),
        github.files_under(repository, &code.base, &guarded),
        github.files_under(repository, &code.commit, &guarded),
        later(app, code),
    );
    let files = |tree: Vec<TreeEntry>| -> Files {
        tree.into_iter().map(|entry| (entry.path, entry.sha.to_string())).collect()
    };
    let tampered = match handed_in {
        Ok(handed_in) => tampered_files(&files(base?), &files(handed_in), protected),
        // So many files are the candidate's doing, and a change could hide among them.
        Err(error) if error.is_too_much() => {
            vec![format!("{} (too many files to compare)", guarded.join(", "))]
        }
        Err(error) => return Err(error),
    };
    Ok(Compared { diff: diff?, tampered, later: later? })
}

/// What lies between two commits; none where they have no common ancestor, which will not change.
async fn difference(
    app: &App,
    code: &CodeWork,
    (base, head): (&CommitSha, &CommitSha),
) -> Result<Option<DiffSummary>, GitHubError> {
    match app.github.compare(&code.repository, base, head).await {
        Ok(diff) => Ok(Some(diff)),
        Err(error)
            if matches!(error.kind, GitHubFailure::NotFound | GitHubFailure::Unprocessable) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What became of the branch after it was handed in; none where it still ends there.
async fn later(app: &App, code: &CodeWork) -> Result<Option<LaterChanges>, GitHubError> {
    let Some(branch) = code.branch.clone() else { return Ok(None) };
    let head = app.github.branch_head(&code.repository, &branch).await?;
    let now = app.clock.now();
    let Some(head) = head else { return Ok(Some(LaterChanges::apart(branch, None, now))) };
    if head == code.commit {
        return Ok(None);
    }
    let diff = difference(app, code, (&code.commit, &head)).await?;
    Ok(Some(match diff {
        Some(diff) => LaterChanges::between(branch, &diff, now),
        None => LaterChanges::apart(branch, Some(head), now),
    }))
}
