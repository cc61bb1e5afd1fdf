//! Somebody asks who may have accepted an invitation by now: a job looks.

use crate::app::App;
use crate::domain::job::{Job, JobRecord};
use crate::domain::workspace::Workspace;
use crate::domain::workspace::closing::Closing;
use crate::error::Error;
use crate::store::item::Stored;
use crate::store::transaction::{Transaction, Written};

/// Has a job look whether the invitation to `read` was accepted, because somebody asks who would know
/// it by now; not more than once a minute, and not once the day is handed in. One write, or none.
pub(crate) async fn look_at_invitation(app: &App, read: &Stored<Workspace>) -> Result<(), Error> {
    let now = app.clock.now();
    let workspace = &read.value;
    if workspace.closing != Closing::Open {
        return Ok(());
    }
    let asked_for = workspace.invitation.as_ref().and_then(|pending| pending.asked_for(now));
    let Some(invitation) = asked_for else { return Ok(()) };
    let after = Workspace { invitation: Some(invitation), sleeper: None, ..workspace.clone() };
    let job = Job::PrepareWorkspace { session: workspace.session, day: workspace.day };
    let job = JobRecord::new(app.mint.uuid(), job, now);
    let write = Transaction::new().replace(read, &after)?.create(&job)?;
    // Whoever changed it in between has as good a reason to look.
    let (Written::Yes | Written::Refused) = app.store.write(write, &app.mint).await?;
    Ok(())
}
