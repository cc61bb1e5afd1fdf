//! Who did what.

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::auth::admin::Admin;
use shared::domain::audit::subject::Subject;
use shared::domain::audit::{Actor, AuditEntry, Change};
use shared::domain::id::{
    CandidateSessionId, CompanyId, SimulationId, SubmissionId, TemplateCheckId, UserId,
};
use shared::domain::page::List;
use shared::domain::template::TemplateKey;
use shared::error::Error;
use shared::http::input::{Input, Reader, Shape, Told};
use shared::http::paging::{Items, Paging};
use shared::http::respond::Listed;
use utoipa::ToSchema;
use uuid::Uuid;

/// Whose entries, and which page of them.
pub(crate) struct Query {
    subject: Subject,
    paging: Paging,
}

#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "tells the document what `Query` reads")]
pub(crate) struct QueryDocument {
    /// Who did it: `admin` or `recruiter:<id>`; or what it was done to: `templates`, `company:<id>`,
    /// `simulation:<id>`, `session:<id>` or `job:<id>`.
    #[param(
        pattern = "^(admin|templates|(recruiter|company|simulation|session):([1-9][0-9]{0,14}|[1-8][0-9]{15})|job:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$",
        example = "admin"
    )]
    subject: String,
}

impl Shape for Query {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let subject = reader.query_there("subject", Subject::parse);
        let list = subject.as_ref().map_or(List::DoneBy, |subject| subject.list());
        let paging = Paging::read(reader, list, &["subject"]);
        Ok(Self { subject: subject?, paging: paging? })
    }
}

/// What somebody did, or what was done to something, newest first.
///
/// Every change that an admin or a recruiter makes is written down with it, and never again. What was
/// done to something may lag a second behind.
#[utoipa::path(
    get, path = "/api/admin/audit", tag = "admin", operation_id = "listAudit",
    params(QueryDocument, Paging),
    responses(
        (status = 200, description = "The newest entries.", body = Items<Entry>),
        (status = 304, description = "As the caller knows it."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    _admin: Admin,
    Input(input): Input<Query>,
) -> Result<Listed<Items<Entry>>, Error> {
    let page = app.store.audit(input.subject, input.paging.wanted).await?;
    let rows = page.rows.into_iter().map(Entry::from).collect();
    Ok(Listed::new(Items::new(rows, page.next), &input.paging, page.next))
}

/// One change, and who made it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub(crate) struct Entry {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    at: Timestamp,
    /// `admin`: whoever holds the admin key; or `recruiter`.
    #[schema(pattern = "^(admin|recruiter)$", example = "admin")]
    by: &'static str,
    /// Which recruiter.
    recruiter_id: Option<UserId>,
    /// What was done.
    #[schema(example = "jobRedriven")]
    change: &'static str,
    details: Details,
}

/// What a change was about; what it was not about is null.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditDetails)]
struct Details {
    company_id: Option<CompanyId>,
    /// The company that a domain was taken from.
    from_company_id: Option<CompanyId>,
    domain: Option<String>,
    template_check_id: Option<TemplateCheckId>,
    template_keys: Option<Vec<TemplateKey>>,
    simulation_id: Option<SimulationId>,
    candidate_session_id: Option<CandidateSessionId>,
    submission_id: Option<SubmissionId>,
    #[schema(value_type = Option<String>, format = "uuid")]
    job_id: Option<Uuid>,
    job_kind: Option<String>,
    /// Why, in the words of whoever did it.
    reason: Option<String>,
}

impl From<AuditEntry> for Entry {
    fn from(entry: AuditEntry) -> Self {
        let (by, recruiter_id) = match entry.by {
            Actor::AdminKey => ("admin", None),
            Actor::Recruiter(id) => ("recruiter", Some(id)),
        };
        let (id, at, change) = (entry.id, entry.at, entry.change.as_str());
        Self { id, at, by, recruiter_id, change, details: Details::from(entry.change) }
    }
}

impl From<Change> for Details {
    fn from(change: Change) -> Self {
        let nothing = Self::default();
        match change {
            Change::CompanyAdded { company } => Self { company_id: Some(company), ..nothing },
            Change::DomainMapped { domain, company }
            | Change::DomainUnmapped { domain, company } => {
                Self { company_id: Some(company), domain: Some(domain.to_string()), ..nothing }
            }
            Change::DomainMoved { domain, from, company } => Self {
                company_id: Some(company),
                from_company_id: Some(from),
                domain: Some(domain.to_string()),
                ..nothing
            },
            Change::TemplatesChecked { check, templates } => {
                Self { template_check_id: Some(check), template_keys: Some(templates), ..nothing }
            }
            Change::SimulationCreated { simulation } => {
                Self { simulation_id: Some(simulation), ..nothing }
            }
            Change::CandidateInvited { simulation, session }
            | Change::InviteResent { simulation, session } => Self {
                simulation_id: Some(simulation),
                candidate_session_id: Some(session),
                ..nothing
            },
            Change::ExaminationRepeated { session, submission } => Self {
                candidate_session_id: Some(session),
                submission_id: Some(submission),
                ..nothing
            },
            Change::JobRedriven { job, kind, reason } => Self {
                job_id: Some(job),
                job_kind: Some(kind),
                reason: Some(reason.as_str().to_owned()),
                ..nothing
            },
        }
    }
}
