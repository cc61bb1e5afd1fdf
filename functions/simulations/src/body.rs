//! What these routes take.

use shared::domain::candidate_session::CandidateName;
use shared::domain::email_address::EmailAddress;
use shared::domain::id::{CandidateSessionId, SimulationId};
use shared::domain::page::List;
use shared::domain::simulation::Brief;
use shared::domain::template::TemplateKey;
use shared::domain::text::{Line, Prose};
use shared::http::input::{Reader, Shape, Told};
use shared::http::paging::Paging;
use utoipa::ToSchema;

pub(crate) struct All {
    pub(crate) paging: Paging,
}

impl Shape for All {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { paging: Paging::read(reader, List::Simulations, &[])? })
    }
}

pub(crate) struct Create {
    pub(crate) brief: Brief,
}

impl Shape for Create {
    const HAS_BODY: bool = true;

    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let title = reader.body("title", Line::parse);
        let role = reader.body("role", Line::parse);
        let tech_stack = reader.body("techStack", Line::parse);
        let seniority = reader.body("seniority", Line::parse);
        // The client leaves it out when it is blank.
        let focus = reader.body_or_default("focus", Prose::parse);
        let template_key = reader.body_or_default("templateKey", TemplateKey::parse);
        Ok(Self {
            brief: Brief {
                title: title?,
                role: role?,
                tech_stack: tech_stack?,
                seniority: seniority?,
                focus: focus?,
                template_key: template_key?,
            },
        })
    }
}

/// A simulation to be made.
#[derive(ToSchema)]
#[schema(as = CreateSimulation)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "tells the document what `Create` reads")]
pub(crate) struct CreateDocument {
    /// What it is called.
    title: Line<200>,
    /// The position to fill.
    role: Line<200>,
    /// Languages and tools.
    tech_stack: Line<500>,
    /// How experienced: the web client sends `Junior`, `Mid` or `Senior`.
    seniority: Line<100>,
    /// What to look at. May be left out, but not be null.
    #[schema(required = false)]
    focus: Prose<1000>,
    /// Where the code days start; `python-fastapi` when it is left out.
    #[schema(required = false)]
    template_key: TemplateKey,
}

pub(crate) struct One {
    pub(crate) simulation: SimulationId,
}

impl Shape for One {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { simulation: reader.path("simulationId", SimulationId::parse)? })
    }
}

pub(crate) struct Candidates {
    pub(crate) simulation: SimulationId,
    pub(crate) paging: Paging,
}

impl Shape for Candidates {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let simulation = reader.path("simulationId", SimulationId::parse);
        let paging = Paging::read(reader, List::Candidates, &[]);
        Ok(Self { simulation: simulation?, paging: paging? })
    }
}

pub(crate) struct Invite {
    pub(crate) simulation: SimulationId,
    pub(crate) name: CandidateName,
    pub(crate) email: EmailAddress,
}

impl Shape for Invite {
    const HAS_BODY: bool = true;

    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let simulation = reader.path("simulationId", SimulationId::parse);
        let name = reader.body("candidateName", CandidateName::parse);
        let email = reader.body("inviteEmail", EmailAddress::parse);
        Ok(Self { simulation: simulation?, name: name?, email: email? })
    }
}

/// A candidate to be invited.
#[derive(ToSchema)]
#[schema(as = InviteCandidate)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "tells the document what `Invite` reads")]
pub(crate) struct InviteDocument {
    /// How the candidate is addressed.
    candidate_name: Line<255>,
    /// Where the invite goes; only who proves this address can claim it.
    invite_email: EmailAddress,
}

pub(crate) struct Resend {
    pub(crate) simulation: SimulationId,
    pub(crate) session: CandidateSessionId,
}

impl Shape for Resend {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let simulation = reader.path("simulationId", SimulationId::parse);
        let session = reader.path("candidateSessionId", CandidateSessionId::parse);
        Ok(Self { simulation: simulation?, session: session? })
    }
}
