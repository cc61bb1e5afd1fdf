//! What these routes take.

use shared::domain::candidate_session::CandidateName;
use shared::domain::email_address::EmailAddress;
use shared::domain::id::{CandidateSessionId, SimulationId};
use shared::domain::simulation::Brief;
use shared::domain::template::TemplateKey;
use shared::domain::text::{Line, Prose};
use shared::http::input::{Reader, Shape, Told};
use utoipa::ToSchema;

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

/// A new simulation.
#[derive(ToSchema)]
#[schema(as = CreateSimulation)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `Create` reads, for the document")]
pub(crate) struct CreateDocument {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, pattern = line!(), example = "Payments API")]
    title: String,
    /// The position to fill.
    #[schema(min_length = 1, max_length = 200, example = "Backend Engineer")]
    role: String,
    /// Languages and tools.
    #[schema(min_length = 1, max_length = 500, example = "Python, FastAPI")]
    tech_stack: String,
    /// How experienced; the web client sends `Junior`, `Mid` or `Senior`.
    #[schema(min_length = 1, max_length = 100, example = "Mid")]
    seniority: String,
    /// What to look at.
    #[schema(max_length = 1000, required = false, default = "")]
    focus: String,
    /// Where the code days start.
    #[schema(required = false, default = "python-fastapi")]
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
