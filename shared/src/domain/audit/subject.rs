//! Whose or what's entries are read: by whom something was done, or to what.

use uuid::Uuid;

use crate::domain::audit::Actor;
use crate::domain::id::{CandidateSessionId, CompanyId, SimulationId, UserId, parse_uuid};
use crate::domain::page::List;
use crate::domain::text::Invalid;

/// What something was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A company.
    Company(CompanyId),
    /// The templates.
    Templates,
    /// A simulation.
    Simulation(SimulationId),
    /// A candidate's session.
    Session(CandidateSessionId),
    /// A job.
    Job(Uuid),
}

/// Whose entries are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// What somebody did.
    By(Actor),
    /// What was done to something.
    About(About),
}

impl Subject {
    /// Reads `admin`, `templates`, or a kind and its id: `recruiter:7`, `company:7`, `simulation:7`,
    /// `session:7`, `job:<UUID>`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let unknown = || {
            let kinds = "must be admin, templates, or recruiter, company, simulation, session or \
                         job with an id after a colon";
            Invalid::new("value_error", kinds)
        };
        Ok(match text.split_once(':') {
            None if text == "admin" => Self::By(Actor::AdminKey),
            None if text == "templates" => Self::About(About::Templates),
            Some(("recruiter", id)) => Self::By(Actor::Recruiter(UserId::parse(id)?)),
            Some(("company", id)) => Self::About(About::Company(CompanyId::parse(id)?)),
            Some(("simulation", id)) => Self::About(About::Simulation(SimulationId::parse(id)?)),
            Some(("session", id)) => Self::About(About::Session(CandidateSessionId::parse(id)?)),
            Some(("job", id)) => Self::About(About::Job(parse_uuid(id)?)),
            _ => return Err(unknown()),
        })
    }

    /// The list that its entries stand in.
    pub const fn list(self) -> List {
        match self {
            Self::By(_) => List::DoneBy,
            Self::About(_) => List::DoneTo,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_who_did_something_or_what_it_was_done_to() {
        let job = "00000000-0000-0000-0000-000000000007";
        let read = |text: &str| Subject::parse(text).ok();
        assert_eq!(read("admin"), Some(Subject::By(Actor::AdminKey)));
        assert_eq!(read("recruiter:7"), Some(Subject::By(Actor::Recruiter(UserId::new(7)))));
        let about = Subject::About(About::Job(Uuid::from_u128(7)));
        assert_eq!(read(&format!("job:{job}")), Some(about));
        assert_eq!((about.list(), read("admin").unwrap().list()), (List::DoneTo, List::DoneBy));

        for odd in ["", "Admin", "admin:1", "company", "company:", "company:x", "job:7", "a:b:c"] {
            assert!(Subject::parse(odd).is_err(), "{odd:?}");
        }
    }
}
