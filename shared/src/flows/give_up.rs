//! A job has failed too often: what it was for ends in a state that people can see, and from which
//! there is a way forward.

use crate::app::App;
use crate::domain::job::Job;
use crate::domain::submission::{CodeWork, Examination};
use crate::domain::workspace::Workspace;
use crate::error::Error;
use crate::flows::change_workspace::{change_workspace, open_workspace};
use crate::flows::check_template::abandon as abandon_check;
use crate::flows::clean_up::put_off;
use crate::flows::close_workspace::leave_writable;
use crate::flows::examine_submission::record;
use crate::flows::learn_username::assume;
use crate::flows::send_invite::abandon;
use crate::store::transaction::{Transaction, Written, settled};

/// Records for the people concerned that `job` was given up.
pub async fn give_up(app: &App, job: &Job) -> Result<(), Error> {
    match job {
        Job::SendInvite { session, number } => {
            abandon(app, *session, *number, "The mail could not be sent.").await.map(|_outcome| ())
        }
        Job::PrepareWorkspace { session, day } => {
            let Some(opened) = open_workspace(app, *session, *day).await? else { return Ok(()) };
            if opened.session.value.has_handed_in(*day) {
                // It was taking the right to push back.
                return leave_writable(app, *session, *day).await;
            }
            let now = app.clock.now();
            let username = opened.session.value.github_username.clone();
            let given_up = |workspace: Workspace| workspace.given_up(username.as_ref(), now);
            change_workspace(app, opened, given_up).await.map(|_opened| ())
        }
        Job::LearnUsername { session, claimed } => assume(app, *session, claimed.as_ref()).await,
        Job::CloseWorkspace { session, day } => leave_writable(app, *session, *day).await,
        Job::CleanUp { session } => put_off(app, *session).await,
        Job::FollowRun { run } => {
            settled(|| async {
                let read = app.store.run(*run).await?.filter(|read| !read.value.is_final());
                let Some(read) = read else { return Ok(Some(())) };
                let after = read.value.clone().given_up(app.clock.now());
                let write = Transaction::new().replace(&read, &after)?;
                Ok((app.store.write(write, &app.mint).await? == Written::Yes).then_some(()))
            })
            .await
        }
        Job::CheckTemplate { check, position } => abandon_check(app, *check, *position).await,
        // The timeline lacks an entry, a run is found by who follows it: nobody waits for either.
        Job::HeedGitHub { .. } => Ok(()),
        Job::ExamineSubmission { session, day } => {
            settled(|| async {
                let read = app.store.submission(*session, *day).await?;
                let open = |code: &CodeWork| code.is_examined_now();
                let Some(read) = read.filter(|read| read.value.code.as_ref().is_some_and(open))
                else {
                    return Ok(Some(()));
                };
                let given_up = Examination::GivenUp { at: app.clock.now() };
                let written = record(app, &read, given_up, Transaction::new()).await?;
                Ok((written == Written::Yes).then_some(()))
            })
            .await
        }
    }
}
