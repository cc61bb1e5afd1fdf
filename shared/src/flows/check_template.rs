//! A template of a request is tried out in the background: each turn is recorded, and with the last
//! one the job of the template that waits for it.

use jiff::SignedDuration;

use crate::app::App;
use crate::domain::id::TemplateCheckId;
use crate::domain::job::{Job, JobRecord, Outcome};
use crate::domain::live_check::LiveCheck;
use crate::domain::template_health::HealthCode;
use crate::error::Error;
use crate::flows::try_template::{Step, Trial, Turn};
use crate::store::item::Stored;
use crate::store::keys;
use crate::store::transaction::{Transaction, Written, settled};

/// Takes a turn at template `position` of request `id`.
pub async fn check_template(
    app: &App,
    id: TemplateCheckId,
    position: u8,
) -> Result<Outcome, Error> {
    let Some(mut read) = app.store.live_check(id, position).await? else {
        return Ok(Outcome::Hopeless("the check does not exist".to_owned()));
    };
    if read.value.is_over() {
        return Ok(Outcome::Done);
    }
    let trial = Trial { github: app.github.clone(), clock: app.clock.clone() };
    let step = match trial.turn(read.value.clone()).await {
        Turn::Step(step) => step,
        Turn::Dispatch(intent) => {
            let write = Transaction::new().replace(&read, &intent)?;
            if app.store.write(write, &app.mint).await? == Written::Refused {
                return Ok(Outcome::Again(SignedDuration::ZERO));
            }
            read = read.replaced(intent);
            trial.dispatch(read.value.clone()).await
        }
    };
    let (after, outcome) = match step {
        Step::Later(after, pause) => (after, Outcome::Again(pause)),
        Step::Over(after) => (after, Outcome::Done),
    };
    Ok(match record(app, &read, &after).await? {
        Written::Yes => outcome,
        Written::Refused => Outcome::Again(SignedDuration::ZERO),
    })
}

/// Ends the check of a template whose job failed too often.
pub(crate) async fn abandon(app: &App, id: TemplateCheckId, position: u8) -> Result<(), Error> {
    settled(|| async {
        let read = app.store.live_check(id, position).await?;
        let Some(read) = read.filter(|read| !read.value.is_over()) else { return Ok(Some(())) };
        let code = match read.value.run() {
            Some(_) => HealthCode::WorkflowRunTimeout,
            None => HealthCode::WorkflowDispatchFailed,
        };
        let after = read.value.clone().failed(vec![code], app.clock.now());
        Ok((record(app, &read, &after).await? == Written::Yes).then_some(()))
    })
    .await
}

/// Records how a check stands. Its run is reserved for it, so that no two checks take one; the end of
/// a check begins the next. Refused, nothing of `after` is so: whoever reads again decides anew.
async fn record(app: &App, read: &Stored<LiveCheck>, after: &LiveCheck) -> Result<Written, Error> {
    if *after == read.value {
        return Ok(Written::Yes);
    }
    let mut write = Transaction::new().replace(read, after)?;
    if let Some(position) = after.next_position().filter(|_| after.is_over()) {
        let job = Job::CheckTemplate { check: after.check, position };
        write = write.create(&JobRecord::new(app.mint.uuid(), job, app.clock.now()))?;
    }
    let Some(run) = after.run().filter(|_| read.value.run().is_none()) else {
        return app.store.write(write, &app.mint).await;
    };
    let reserved = write.guard(&keys::github_run(run));
    if app.store.write(reserved, &app.mint).await? == Written::Yes {
        return Ok(Written::Yes);
    }
    // It is another check's: this one goes on looking for its own, and is not over.
    let write = Transaction::new().replace(read, &read.value.clone().not_run(run))?;
    let (Written::Yes | Written::Refused) = app.store.write(write, &app.mint).await?;
    Ok(Written::Refused)
}
