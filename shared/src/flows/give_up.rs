//! A job has failed too often: what it was for ends in a state that people can see, and from which
//! there is a way forward.

use crate::app::App;
use crate::domain::job::Job;
use crate::domain::run::RunFailure;
use crate::domain::submission::{CodeWork, Examination};
use crate::error::Error;
use crate::flows::send_invite::abandon;
use crate::store::transaction::{Transaction, Written, settled};

/// Records for the people concerned that `job` was given up.
pub async fn give_up(app: &App, job: &Job) -> Result<(), Error> {
    match job {
        Job::SendInvite { session, number } => {
            abandon(app, *session, *number, "The mail could not be sent.").await.map(|_outcome| ())
        }
        Job::PrepareWorkspace { session, day } => {
            settled(|| async {
                let read = app.store.workspace(*session, *day).await?;
                let Some(read) = read.filter(|read| read.value.ready().is_none()) else {
                    return Ok(Some(()));
                };
                let mut after = read.value.clone();
                after.given_up = true;
                let write = Transaction::new().replace(&read, &after)?;
                Ok((app.store.write(write, &app.mint).await? == Written::Yes).then_some(()))
            })
            .await
        }
        Job::FollowRun { run } => {
            settled(|| async {
                let read = app.store.run(*run).await?.filter(|read| !read.value.is_final());
                let Some(read) = read else { return Ok(Some(())) };
                let after = read.value.clone().failed(RunFailure::NeverEnded, app.clock.now());
                let write = Transaction::new().replace(&read, &after)?;
                Ok((app.store.write(write, &app.mint).await? == Written::Yes).then_some(()))
            })
            .await
        }
        // The timeline lacks an entry, a run is found by who follows it: nobody waits for either.
        Job::HeedGitHub { .. } => Ok(()),
        Job::ExamineSubmission { session, day } => {
            settled(|| async {
                let read = app.store.submission(*session, *day).await?;
                let open = |code: &CodeWork| code.examination == Examination::Pending;
                let Some(read) = read.filter(|read| read.value.code.as_ref().is_some_and(open))
                else {
                    return Ok(Some(()));
                };
                let given_up = Examination::GivenUp { at: app.clock.now() };
                let after = read.value.clone().examined(given_up);
                let write = Transaction::new().replace(&read, &after)?;
                Ok((app.store.write(write, &app.mint).await? == Written::Yes).then_some(()))
            })
            .await
        }
    }
}
