//! Who did what: one entry for each change that an admin or a recruiter makes, written with it and
//! never again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::id::{
    CandidateSessionId, CompanyId, SimulationId, SubmissionId, TemplateCheckId, UserId,
};
use crate::domain::mail_domain::MailDomain;
use crate::domain::template::TemplateKey;

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "camelCase")]
pub enum Change {
    /// A company was added.
    CompanyAdded {
        /// Which.
        company: CompanyId,
    },
    /// A domain that was nobody's became a company's.
    DomainMapped {
        /// Which domain.
        domain: MailDomain,
        /// Whose it is now.
        company: CompanyId,
    },
    /// A domain went from one company to another.
    DomainMoved {
        /// Which domain.
        domain: MailDomain,
        /// Whose it was.
        from: CompanyId,
        /// Whose it is now.
        company: CompanyId,
    },
    /// A domain became nobody's.
    DomainUnmapped {
        /// Which domain.
        domain: MailDomain,
        /// Whose it was.
        company: CompanyId,
    },
    /// Templates were tried out.
    TemplatesChecked {
        /// Under which number.
        check: TemplateCheckId,
        /// Which templates.
        templates: Vec<TemplateKey>,
    },
    /// A simulation was made.
    SimulationCreated {
        /// Which.
        simulation: SimulationId,
    },
    /// A candidate was invited; for the first time, or again so that something changed.
    CandidateInvited {
        /// To what.
        simulation: SimulationId,
        /// The candidate's session.
        session: CandidateSessionId,
    },
    /// Handed-in code was asked to be examined again.
    ExaminationRepeated {
        /// The candidate's session.
        session: CandidateSessionId,
        /// What was handed in.
        submission: SubmissionId,
    },
    /// An invite mail was asked for again.
    InviteResent {
        /// Of what.
        simulation: SimulationId,
        /// The candidate's session.
        session: CandidateSessionId,
    },
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Actor {
    /// Whoever holds the admin key: it is one, and names nobody.
    AdminKey,
    /// A recruiter.
    Recruiter(UserId),
}

/// The record of one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Tells it from another of the same moment.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// What.
    #[serde(flatten)]
    pub change: Change,
}

impl AuditEntry {
    /// The record of `change`, made with the admin key.
    pub const fn by_admin(id: Uuid, at: Timestamp, change: Change) -> Self {
        Self { id, at, by: Actor::AdminKey, change }
    }

    /// The record of `change`, made by `recruiter`.
    pub const fn by_recruiter(id: Uuid, at: Timestamp, recruiter: UserId, change: Change) -> Self {
        Self { id, at, by: Actor::Recruiter(recruiter), change }
    }
}
