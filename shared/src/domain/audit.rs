//! Who did what: one entry for each change that an admin or a recruiter makes, written with it and
//! never again.

pub mod subject;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::audit::subject::About;
use crate::domain::id::{
    CandidateSessionId, CompanyId, SimulationId, SubmissionId, TemplateCheckId, UserId,
};
use crate::domain::mail_domain::MailDomain;
use crate::domain::template::TemplateKey;
use crate::domain::text::{Invalid, Line};

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
    /// A job that had been given up was started again.
    JobRedriven {
        /// Which.
        job: Uuid,
        /// What it does.
        kind: String,
        /// Why, in the words of whoever did it.
        reason: Reason,
    },
}

/// Why something was done by hand: 1 to 500 characters on one line, not all of them blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reason(Line<500>);

impl Reason {
    /// Reads a reason.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let line = Line::parse(text)?;
        if text.trim().is_empty() {
            return Err(Invalid::new("value_error", "must not be blank"));
        }
        Ok(Self(line))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Change {
    /// What it was done to.
    pub const fn about(&self) -> About {
        match self {
            Self::CompanyAdded { company }
            | Self::DomainMapped { company, .. }
            | Self::DomainMoved { company, .. }
            | Self::DomainUnmapped { company, .. } => About::Company(*company),
            Self::TemplatesChecked { .. } => About::Templates,
            Self::SimulationCreated { simulation } => About::Simulation(*simulation),
            Self::CandidateInvited { session, .. }
            | Self::ExaminationRepeated { session, .. }
            | Self::InviteResent { session, .. } => About::Session(*session),
            Self::JobRedriven { job, .. } => About::Job(*job),
        }
    }

    /// The word for it, as it is kept.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::CompanyAdded { .. } => "companyAdded",
            Self::DomainMapped { .. } => "domainMapped",
            Self::DomainMoved { .. } => "domainMoved",
            Self::DomainUnmapped { .. } => "domainUnmapped",
            Self::TemplatesChecked { .. } => "templatesChecked",
            Self::SimulationCreated { .. } => "simulationCreated",
            Self::CandidateInvited { .. } => "candidateInvited",
            Self::ExaminationRepeated { .. } => "examinationRepeated",
            Self::InviteResent { .. } => "inviteResent",
            Self::JobRedriven { .. } => "jobRedriven",
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_that_says_something() {
        assert!(Reason::parse("GitHub was down").is_ok());
        assert!(Reason::parse(&"x".repeat(500)).is_ok());
        let code = |text: &str| Reason::parse(text).unwrap_err().code;
        assert_eq!(code(""), "string_too_short");
        assert_eq!(code(&"x".repeat(501)), "string_too_long");
        assert_eq!(["  ", "two\nlines", "nul\0"].map(code), ["value_error"; 3]);
    }
}
