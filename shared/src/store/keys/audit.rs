//! Where it is written down who did what.

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::audit::Actor;
use crate::domain::audit::subject::About;
use crate::store::keys::{Key, padded, timed};

/// What somebody did, by when.
pub(crate) fn done_by(by: Actor, at: Timestamp, id: Uuid) -> Key {
    Key::new(partition_of_actor(by), timed(at, id))
}

/// Everything that somebody did.
pub(crate) fn partition_of_actor(by: Actor) -> String {
    match by {
        Actor::AdminKey => "AUDIT#companies".to_owned(),
        Actor::Recruiter(user) => format!("AUDIT#{}", padded(user.get())),
    }
}

/// What was done to something, by when, in the first index.
pub(crate) fn done_to(about: About, at: Timestamp, id: Uuid) -> Key {
    Key::new(partition_of_subject(about), timed(at, id))
}

/// Everything that was done to something.
pub(crate) fn partition_of_subject(about: About) -> String {
    match about {
        About::Company(id) => format!("ABOUT#COMPANY#{}", padded(id.get())),
        About::Templates => "ABOUT#TEMPLATES".to_owned(),
        About::Simulation(id) => format!("ABOUT#SIM#{}", padded(id.get())),
        About::Session(id) => format!("ABOUT#CS#{}", padded(id.get())),
        About::Job(id) => format!("ABOUT#JOB#{id}"),
    }
}
