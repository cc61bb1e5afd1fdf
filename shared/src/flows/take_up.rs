//! What a job was given up for is taken up again: what was recorded for the people concerned when it
//! was given up is undone, where that can still be, so that the job can succeed.

use crate::app::App;
use crate::domain::id::CandidateSessionId;
use crate::domain::job::Job;
use crate::domain::job::redrive::RedriveRefused;
use crate::domain::task::Day;
use crate::error::Error;
use crate::flows::change_workspace::{Opened, open_workspace};
use crate::store::clean_ups::CleanUpEntry;
use crate::store::transaction::Transaction;

/// Adds to `write` what `job` needs in order to go on; [`Error::RedriveRefused`] where it could not
/// come to anything, or somebody has seen what it came to. At most two reads.
pub(crate) async fn take_up(
    app: &App,
    job: &Job,
    write: Transaction,
) -> Result<Transaction, Error> {
    match job {
        Job::SendInvite { session, number } => mail(app, *session, *number, write).await,
        Job::PrepareWorkspace { session, day } => {
            let opened = opened(app, *session, *day).await?;
            if opened.session.value.has_handed_in(*day) {
                return closing(&opened, write);
            }
            let after = opened.workspace.value.clone().taken_up()?;
            opened.replaced(write, after).map(|(write, _after)| write)
        }
        // What could not be taken back is told to the recruiter until GitHub says that it is.
        Job::CloseWorkspace { session, day } => closing(&opened(app, *session, *day).await?, write),
        Job::ExamineSubmission { session, day } => {
            let read = app.store.submission(*session, *day).await?.ok_or(RedriveRefused::Gone)?;
            let after = read.value.clone().taken_up()?;
            write.replace(&read, &after)
        }
        Job::CleanUp { session } => {
            let entry = app.store.clean_up(*session).await?.ok_or(RedriveRefused::Gone)?;
            entry.value.look_at.ok_or(RedriveRefused::Superseded)?;
            write.replace(&entry, &CleanUpEntry { session: *session, look_at: None })
        }
        Job::LearnUsername { session, claimed: _ } => {
            let read = app.store.session(*session).await?.ok_or(RedriveRefused::Gone)?;
            let known = read.value.github_username.is_some();
            if known { Err(RedriveRefused::NothingLeft.into()) } else { Ok(write) }
        }
        Job::FollowRun { .. } => Err(RedriveRefused::RunOver.into()),
        Job::CheckTemplate { .. } => Err(RedriveRefused::TemplateTried.into()),
        // Nothing was recorded when it was given up, and GitHub is asked how things are now.
        Job::HeedGitHub { .. } => Ok(write),
    }
}

async fn mail(
    app: &App,
    id: CandidateSessionId,
    number: u32,
    write: Transaction,
) -> Result<Transaction, Error> {
    let read = app.store.session(id).await?.ok_or(RedriveRefused::Gone)?;
    let mut session = read.value.clone();
    session.mail = session.mail.taken_up(number)?;
    if session.is_expired(app.clock.now()) && session.claimed_by().is_none() {
        return Err(RedriveRefused::InviteExpired.into());
    }
    write.replace(&read, &session)
}

async fn opened(app: &App, session: CandidateSessionId, day: Day) -> Result<Opened, Error> {
    Ok(open_workspace(app, session, day).await?.ok_or(RedriveRefused::Gone)?)
}

/// The right to push is taken back, where anything of that is left to be done.
fn closing(opened: &Opened, write: Transaction) -> Result<Transaction, Error> {
    let username = opened.session.value.github_username.as_ref();
    let step = opened.workspace.value.closing_step(username);
    step.map(|_left| write).ok_or_else(|| RedriveRefused::NothingLeft.into())
}
