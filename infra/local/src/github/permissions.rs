//! What the token of an installation lets its holder do, operation by operation, as GitHub's
//! "Permissions required for GitHub Apps" has it.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::github::GitHub;
use crate::github::app::{Access, Grant};
use crate::github::gate::bearer;
use crate::github::refusal::Refusal;
use crate::github::repository::Repository;

/// The permissions that `operation` needs, named as the routes name it; none for one that is not
/// for installations at all.
fn needed(operation: &str) -> Option<Vec<(&'static str, Access)>> {
    use Access::{Read, Write};
    Some(match operation {
        "GET user" => return None,
        "GET contents" | "GET branch" | "GET ref" | "GET tree" | "GET compare" => {
            vec![("contents", Read)]
        }
        "POST refs" | "PUT contents" => vec![("contents", Write)],
        // Every template has a workflow.
        "POST generate" => vec![("administration", Write), ("workflows", Write)],
        "POST dispatches" => vec![("actions", Write)],
        "GET run" | "GET runs" | "GET artifacts" | "GET artifact" => vec![("actions", Read)],
        "GET invitations" => vec![("administration", Read)],
        read if read.starts_with("GET ") => vec![("metadata", Read)],
        _ => vec![("administration", Write)],
    })
}

/// Refuses what the caller's token does not cover. Only tokens of installations are limited; whose
/// they are not is for the handlers to say.
pub(super) async fn check(
    State((github, operation)): State<(GitHub, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    let grant = bearer(request.headers()).and_then(|token| github.grant(token));
    match grant.map_or(Ok(()), |grant| covers(&github, &grant, operation, request.uri().path())) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn covers(github: &GitHub, grant: &Grant, operation: &str, path: &str) -> Result<(), Refusal> {
    let needed = needed(operation).ok_or(Refusal::NotAccessible)?;
    let has = |(name, access): &(&str, Access)| {
        grant.permissions.get(*name).is_some_and(|granted| granted >= access)
    };
    if !needed.iter().all(has) {
        return Err(Refusal::NotAccessible);
    }
    // What is somebody else's is there if it is public, to be looked at or to be copied.
    let mut parts = path.split('/').skip(1);
    let (Some("repos"), Some(owner), Some(name)) = (parts.next(), parts.next(), parts.next())
    else {
        return Ok(());
    };
    let world = github.world();
    let foreign = !owner.eq_ignore_ascii_case(&grant.account);
    let private = world.repository(owner, name).is_none_or(Repository::is_private);
    if foreign && private {
        return Err(Refusal::NotFound);
    }
    if foreign && !operation.starts_with("GET ") && operation != "POST generate" {
        return Err(Refusal::NotAccessible);
    }
    Ok(())
}
