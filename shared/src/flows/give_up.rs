//! A job has failed too often: what it was for ends in a state that people can see.

use crate::app::App;
use crate::domain::job::Job;
use crate::domain::run::RunFailure;
use crate::domain::submission::Examination;
use crate::error::Error;
use crate::store::transaction::{Transaction, Written, settled};

/// Records for the people concerned that `job` will not be done, and why.
///
/// A workspace and a mail say so already: every failure of theirs is recorded as it happens.
pub async fn give_up(app: &App, job: &Job, error: &str) -> Result<(), Error> {
    match job {
        Job::PrepareWorkspace { .. } | Job::SendInvite { .. } => Ok(()),
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
        Job::ExamineSubmission { session, day } => {
            settled(|| async {
                let Some(read) = app.store.submission(*session, *day).await? else {
                    return Ok(Some(()));
                };
                let failed = Examination::Failed {
                    code: "examination_failed".to_owned(),
                    reason: error.to_owned(),
                    at: app.clock.now(),
                };
                let pending = read.value.code.as_ref();
                if pending.is_none_or(|code| code.examination != Examination::Pending) {
                    return Ok(Some(()));
                }
                let write =
                    Transaction::new().replace(&read, &read.value.clone().examined(failed))?;
                Ok((app.store.write(write, &app.mint).await? == Written::Yes).then_some(()))
            })
            .await
        }
    }
}
