//! A template of a request is tried out in the background: each turn is recorded, and with the last
//! one the job of the template that waits for it.

use jiff::SignedDuration;

use crate::app::App;
use crate::creates::{Moment, Slot};
use crate::domain::creates::Lane;
use crate::domain::id::TemplateCheckId;
use crate::domain::job::{Job, JobRecord, Outcome};
use crate::domain::live_check::LiveCheck;
use crate::domain::template_health::HealthCode;
use crate::error::Error;
use crate::flows::heed_limit::heed_limit;
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
            read = match intend(app, read, intent).await? {
                Intent::Kept(read) => *read,
                Intent::Later(outcome) => return Ok(outcome),
            };
            let (step, refusal) = trial.dispatch(read.value.clone()).await;
            if let Some(error) = refusal {
                heed_limit(app, &error).await?;
            }
            step
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

/// What became of the intent to have GitHub run a workflow.
enum Intent {
    /// It is kept: now is the moment.
    Kept(Box<Stored<LiveCheck>>),
    /// It is not, and whoever comes then begins anew.
    Later(Outcome),
}

/// Keeps the `intent` to have GitHub run a workflow, which it counts as creating something, when the
/// moment for that is there; an administrator waits for it. Until then the check has not begun.
async fn intend(app: &App, read: Stored<LiveCheck>, intent: LiveCheck) -> Result<Intent, Error> {
    let kept = LiveCheck { slot: None, ..intent };
    let with = |moment: Moment| {
        if moment.is_now() {
            kept.clone()
        } else {
            LiveCheck { slot: Some(moment.at), ..read.value.clone() }
        }
    };
    let reserve = |write: Transaction, moment| write.replace(&read, &with(moment));
    Ok(match app.creates.take(Lane::Prompt, read.value.slot, reserve).await? {
        Slot::Reserved(moment) if moment.is_now() => Intent::Kept(Box::new(read.replaced(kept))),
        Slot::Reserved(moment) => Intent::Later(Outcome::Again(moment.wait)),
        Slot::Open => {
            let write = Transaction::new().replace(&read, &kept)?;
            match app.store.write(write, &app.mint).await? {
                Written::Yes => Intent::Kept(Box::new(read.replaced(kept))),
                Written::Refused => Intent::Later(Outcome::Again(SignedDuration::ZERO)),
            }
        }
        Slot::Changed => Intent::Later(Outcome::Again(SignedDuration::ZERO)),
        Slot::Busy(pause) => Intent::Later(Outcome::Again(pause)),
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
