//! `GET /repos/{owner}/{repo}/compare/{base}...{head}`

use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::Value;

use crate::github::GitHub;
use crate::github::answers::commits as answer;
use crate::github::comparison::Comparison;
use crate::github::gate::Caller;
use crate::github::refusal::Refusal;
use crate::github::routes::{Page, visible};

/// Commits that a comparison lists when no page is asked for.
const COMMITS_MAX: usize = 250;

/// Both sides may be branches, tags or full SHAs.
pub(crate) async fn compare(
    State(github): State<GitHub>,
    caller: Caller,
    Path((owner, name, basehead)): Path<(String, String, String)>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Refusal> {
    let world = github.world();
    let repository = visible(&world, caller, (&owner, &name))?;
    let (base, head) = basehead.split_once("...").ok_or(Refusal::NotFound)?;
    let resolve = |name: &str| repository.resolve(name).ok_or(Refusal::NotFound);
    let (base_sha, head_sha) = (resolve(base)?, resolve(head)?);
    let found = Comparison::between(&world.archive, &base_sha, &head_sha).ok_or_else(|| {
        Refusal::NoCommonAncestor { base: base.to_owned(), head: head.to_owned() }
    })?;
    let commits = if page.is_given() {
        page.of(found.ahead.clone())
    } else {
        found.ahead.iter().take(COMMITS_MAX).cloned().collect()
    };
    let asked = (basehead.as_str(), &base_sha, &head_sha);
    let shown = answer::comparison(&world, repository, asked, &found, (&commits, page.is_first()));
    Ok(Json(shown.ok_or(Refusal::NotFound)?))
}
