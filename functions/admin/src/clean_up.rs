//! What becomes of old repositories: what would be, where cleaning up is switched off.

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::auth::admin::Admin;
use shared::config::Cleanup;
use shared::domain::clean_up::{EndOfWork, next};
use shared::domain::id::CandidateSessionId;
use shared::domain::page::List;
use shared::domain::task::Day;
use shared::domain::workspace::Workspace;
use shared::domain::workspace::upkeep::Kept;
use shared::error::Error;
use shared::http::input::{Input, Reader, Shape, Told};
use shared::http::paging::{Items, Paging};
use shared::http::respond::Listed;
use shared::store::clean_ups::SessionWithWorkspaces;
use utoipa::ToSchema;

/// The page that is wanted.
pub(crate) struct Query {
    paging: Paging,
}

impl Shape for Query {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { paging: Paging::read(reader, List::CleanUps, &[])? })
    }
}

/// What became, and what will become, of the repositories of every candidate, newest first.
///
/// They are archived and later deleted, so many days after the candidate's work ended: when all days
/// were handed in, when nobody claimed the invite in its time, or 90 days after a candidate last
/// claimed, handed in or pushed something. While cleaning up is switched off nothing happens, and the list
/// tells what would. A page has at most 33 candidates.
#[utoipa::path(
    get, path = "/api/admin/cleanup", tag = "admin", operation_id = "listCleanup",
    params(Paging),
    responses(
        (status = 200, description = "The newest candidates.", body = Items<Row>),
        (status = 304, description = "As the caller knows it."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    _admin: Admin,
    Input(input): Input<Query>,
) -> Result<Listed<Items<Row>>, Error> {
    let page = app.store.clean_ups(input.paging.wanted).await?;
    let settings = app.config.github.cleanup;
    let rows = page.rows.iter().map(|of| Row::new(of, settings)).collect();
    Ok(Listed::new(Items::new(rows, page.next), &input.paging, page.next))
}

/// What becomes of a candidate's repositories.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CleanupRow)]
pub(crate) struct Row {
    candidate_session_id: CandidateSessionId,
    /// Whether cleaning up is switched on: otherwise nothing of this happens.
    enabled: bool,
    /// When the work ended, or will have ended unless the candidate does something.
    work_ends_at: Timestamp,
    /// What ends it: `completed`, `invite_expired` or `inactive`.
    #[schema(pattern = "^(completed|invite_expired|inactive)$", example = "completed")]
    work_ends_by: &'static str,
    repositories: Vec<Repository>,
}

/// What becomes of a repository.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CleanupRepository)]
struct Repository {
    day_index: Day,
    repo_full_name: String,
    /// `planned` until GitHub has it, then `kept`, `archived` and `deleted`.
    #[schema(pattern = "^(planned|kept|archived|deleted)$", example = "kept")]
    state: &'static str,
    /// Since when it is archived or deleted.
    since: Option<Timestamp>,
    /// What happens next: `archive` or `delete`; null when nothing does.
    #[schema(pattern = "^(archive|delete)$", example = "archive")]
    next: Option<&'static str>,
    /// From when on.
    next_at: Option<Timestamp>,
    /// Why the last attempt changed nothing: `not_ours` when GitHub has something else there, which is
    /// left alone for good, or `permission_missing`, which is tried again every day.
    #[schema(pattern = "^(not_ours|permission_missing)$", example = "permission_missing")]
    refusal: Option<&'static str>,
}

impl Row {
    fn new(of: &SessionWithWorkspaces, settings: Cleanup) -> Self {
        let end = EndOfWork::of(&of.session);
        let repository = |workspace| Repository::new(workspace, end, settings);
        Self {
            candidate_session_id: of.session.id,
            enabled: settings.enabled,
            work_ends_at: end.at,
            work_ends_by: end.by.as_str(),
            repositories: of.workspaces.iter().map(repository).collect(),
        }
    }
}

impl Repository {
    fn new(workspace: &Workspace, end: EndOfWork, settings: Cleanup) -> Self {
        let after = (settings.archive_after_days, settings.delete_after_days);
        let next = next(workspace, end, after);
        let (state, since) = match &workspace.upkeep.state {
            Kept::AsMade if workspace.repository.is_none() => ("planned", None),
            Kept::AsMade => ("kept", None),
            Kept::Archived { at } | Kept::Deleting { archived_at: at } => ("archived", Some(*at)),
            Kept::WantedBack => ("archived", None),
            Kept::Deleted { at } => ("deleted", Some(*at)),
        };
        Self {
            day_index: workspace.day,
            repo_full_name: workspace.name.to_string(),
            state,
            since,
            next: next.map(|(step, _at)| step.as_str()),
            next_at: next.map(|(_step, at)| at),
            refusal: workspace.upkeep.refusal.as_ref().map(|refusal| refusal.why.as_str()),
        }
    }
}
