//! GitHub tells us of something: what follows from it is a job, and the answer waits for nothing.

use crate::app::App;
use crate::domain::job::{Job, JobRecord};
use crate::domain::notice::Delivery;
use crate::error::Error;
use crate::github::webhook::{Arrival, Heard, InstallationChange};
use crate::store::transaction::{Transaction, Written};

/// What became of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// What follows from it will be done.
    Accepted,
    /// The same delivery was accepted before.
    Repeated,
    /// Nothing follows from it.
    Ignored,
}

/// Takes what was `heard`: one transaction with the delivery's number and the job, or nothing at all.
pub async fn take_webhook(app: &App, arrival: Arrival, heard: Heard) -> Result<Receipt, Error> {
    match heard {
        Heard::Nothing => Ok(Receipt::Ignored),
        Heard::Installation { id, change } => {
            tell(id, change);
            Ok(Receipt::Ignored)
        }
        Heard::Notice(notice) => {
            let Arrival { delivery, at } = arrival;
            let job = JobRecord::new(app.mint.uuid(), Job::HeedGitHub { notice, at }, at);
            let write = Transaction::new().create(&Delivery::taken(delivery, at))?.create(&job)?;
            Ok(match app.store.write(write, &app.mint).await? {
                Written::Yes => Receipt::Accepted,
                Written::Refused => Receipt::Repeated,
            })
        }
    }
}

/// The log is the place for it: no candidate's work changes by it, and whoever runs the service has to
/// act. Errors in the log raise the alarm.
fn tell(installation: u64, change: InstallationChange) {
    match change {
        InstallationChange::Suspended => {
            tracing::error!(installation, "the GitHub App is suspended: nothing can be done there");
        }
        InstallationChange::Deleted => {
            tracing::error!(installation, "the GitHub App is no longer installed");
        }
        InstallationChange::Unsuspended => {
            tracing::warn!(installation, "the GitHub App is no longer suspended");
        }
    }
}
