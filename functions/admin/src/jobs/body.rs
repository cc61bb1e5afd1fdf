//! What the routes of the jobs take.

use shared::domain::audit::Reason;
use shared::domain::id::parse_uuid;
use shared::domain::job::Job;
use shared::domain::page::{Cursor, List};
use shared::domain::text::Invalid;
use shared::flows::redrive_jobs::JOBS_MAX;
use shared::http::input::{Reader, Shape, Told};
use shared::http::paging::Paging;
use shared::http::schema::{WholeNumber, one_of};
use utoipa::openapi::schema::Object;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which jobs are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Dead,
    Overdue,
}

impl State {
    fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "dead" => Ok(Self::Dead),
            "overdue" => Ok(Self::Overdue),
            _ => Err(Invalid::new("literal_error", "must be dead or overdue")),
        }
    }
}

pub(crate) struct Filter {
    pub(crate) state: State,
    pub(crate) kind: Option<&'static str>,
    pub(crate) paging: Paging,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "tells the document what `Filter` reads")]
pub(crate) struct FilterDocument {
    /// `dead`: those that were given up. `overdue`: those that should have been begun a minute ago, or
    /// whose worker died.
    #[param(pattern = "^(dead|overdue)$", required = false, default = "dead")]
    state: String,
    /// Only of this kind.
    #[param(
        pattern = "^(prepare_workspace|send_invite|follow_run|examine_submission|check_template|learn_username|close_workspace|clean_up|heed_github)$",
        required = false,
        example = "send_invite"
    )]
    kind: String,
}

/// A kind of job, for the document.
pub(crate) fn kind() -> Object {
    one_of(&Job::KINDS)
}

impl Shape for Filter {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let state = reader.query(&["state"], State::parse).map(|it| it.unwrap_or(State::Dead));
        let kind = reader.query(&["kind"], Job::parse_kind);
        let list = match state {
            Ok(State::Overdue) => List::DueJobs,
            Ok(State::Dead) | Err(Told) => List::DeadJobs,
        };
        let paging = Paging::read(reader, list, &["state", "kind"]);
        Ok(Self { state: state?, kind: kind?, paging: paging? })
    }
}

/// The id of a job.
#[derive(ToSchema)]
#[schema(as = JobId, format = "uuid", example = "3f0d6f3c-6a3e-4f0e-9b0a-8f2f1f1f9d3a")]
#[expect(dead_code, reason = "tells the document what an id is")]
pub(crate) struct IdDocument(String);

pub(crate) struct One {
    pub(crate) job: Uuid,
}

impl Shape for One {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { job: reader.path("jobId", parse_uuid)? })
    }
}

pub(crate) struct Redrive {
    pub(crate) job: Uuid,
    pub(crate) reason: Reason,
}

impl Shape for Redrive {
    const HAS_BODY: bool = true;

    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let job = reader.path("jobId", parse_uuid);
        let reason = reader.body("reason", Reason::parse);
        Ok(Self { job: job?, reason: reason? })
    }
}

/// Why a job is started again.
#[derive(ToSchema)]
#[schema(as = RedriveJob)]
#[expect(dead_code, reason = "tells the document what `Redrive` reads")]
pub(crate) struct RedriveDocument {
    /// In words. It is kept with who did it.
    reason: Reason,
}

pub(crate) struct RedriveMany {
    pub(crate) kind: &'static str,
    pub(crate) reason: Reason,
    pub(crate) most: usize,
    pub(crate) after: Option<Cursor>,
}

impl Shape for RedriveMany {
    const HAS_BODY: bool = true;

    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let kind = reader.body("kind", Job::parse_kind);
        let reason = reader.body("reason", Reason::parse);
        let most = reader.body_number("limit");
        let after = reader.body_or_none("cursor", |text| Cursor::parse(List::DeadJobs, text));
        let most = most?.map_or(JOBS_MAX, |most| usize::try_from(most).unwrap_or(0));
        let most = most.clamp(1, JOBS_MAX);
        Ok(Self { kind: kind?, reason: reason?, most, after: after? })
    }
}

/// Which jobs are started again, and why.
#[derive(ToSchema)]
#[schema(as = RedriveJobs)]
#[expect(dead_code, reason = "tells the document what `RedriveMany` reads")]
pub(crate) struct RedriveManyDocument {
    /// What they do.
    #[schema(schema_with = kind)]
    kind: String,
    /// In words. It is kept with each of them.
    reason: Reason,
    /// The most that are started, from 1 to 100; what is beyond is taken for the nearest.
    #[schema(default = 100, required = false)]
    limit: WholeNumber,
    /// Where to go on: `nextCursor` of the request before.
    #[schema(required = false)]
    cursor: Option<String>,
}
