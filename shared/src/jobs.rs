//! Jobs are done: claimed, run, and what became of them recorded.
//!
//! A failure is recorded on the job and the message acknowledged, so no job blocks a queue. Only a
//! table or a queue that cannot be reached leaves the message where it is.

pub mod deadline;
mod line;
pub mod survive;

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use tracing::{Instrument, info, warn};
use uuid::Uuid;

use crate::app::App;
use crate::domain::job::{Job, JobRecord, JobState, Outcome, Readiness};
use crate::error::Error;
use crate::flows::check_template::check_template;
use crate::flows::clean_up::{clean_up, start_clean_ups};
use crate::flows::close_workspace::close_workspace;
use crate::flows::examine_submission::examine_submission;
use crate::flows::follow_run::follow_run;
use crate::flows::give_up::give_up;
use crate::flows::heed_github::heed_github;
use crate::flows::learn_username::learn_username;
use crate::flows::prepare_workspace::prepare_workspace;
use crate::flows::send_invite::send_invite;
use crate::jobs::deadline::within;
use crate::jobs::survive::{Panicked, survive};
use crate::ledger;
use crate::store::item::Stored;
use crate::store::transaction::{Transaction, Written};
use crate::telemetry::alarms::{Alarm, alarm};
use crate::telemetry::invocation;

/// How often a job that could go on at once does so before it goes back to the queue.
const TURNS_MAX: usize = 8;

/// How long before it is due a job is sent to the queue: as far ahead as moments of creating calls are
/// reserved, for which the sweeper would be too late.
const SENT_WITHIN: SignedDuration = SignedDuration::from_hours(12);

/// How long a claim outlasts the deadline: nobody may take a job over while its process still lives.
const CLAIM_MARGIN: SignedDuration = SignedDuration::from_secs(2);

/// Does job `id` until `deadline`, when it is cut off and comes back.
pub async fn run(app: &App, id: Uuid, deadline: Timestamp) -> Result<(), Error> {
    let Some(read) = app.store.job(id).await? else {
        warn!(job = %id, "a message names a job that does not exist");
        alarm(Alarm::PoisonMessage, app.clock.now());
        return Ok(());
    };
    let cause = line::cause(&read.value);
    let work = Box::pin(begin(app, &read, deadline)).instrument(line::span(&read.value, &cause));
    ledger::kept_as(Some(cause), work).await.0
}

async fn begin(app: &App, read: &Stored<JobRecord>, deadline: Timestamp) -> Result<(), Error> {
    let (now, since) = (app.clock.now(), Instant::now());
    match read.value.readiness(now) {
        Readiness::Over => Ok(()),
        Readiness::NotBefore(at) => send(app, read.value.id, at).await,
        Readiness::Now => {
            let claimed = read.value.clone().claimed(deadline + CLAIM_MARGIN, now);
            if let JobState::Dead { .. } = claimed.state {
                return conclude(app, read, &claimed, since).await;
            }
            let write = Transaction::new().replace(read, &claimed)?;
            match app.store.write(write, &app.mint).await? {
                // Somebody else has it: the queue may deliver twice.
                Written::Refused => Ok(()),
                Written::Yes => carry_out(app, &read.replaced(claimed), deadline, since).await,
            }
        }
    }
}

async fn carry_out(
    app: &App,
    claimed: &Stored<JobRecord>,
    deadline: Timestamp,
    since: Instant,
) -> Result<(), Error> {
    let patient = app.patient();
    let attempt = survive(Box::pin(attempt(&patient, &claimed.value)));
    let outcome = match within(app, deadline, attempt).await {
        Some(Ok(outcome)) => outcome,
        Some(Err(Panicked)) => Outcome::Failed("it panicked".to_owned(), None),
        None => Outcome::Failed("it did not end in its time".to_owned(), None),
    };
    let after = claimed.value.clone().after(outcome, app.clock.now());
    conclude(app, claimed, &after, since).await
}

/// Records what became of a job that was begun at `since`, and sends it on if it comes back.
async fn conclude(
    app: &App,
    read: &Stored<JobRecord>,
    after: &JobRecord,
    since: Instant,
) -> Result<(), Error> {
    line::write(after, since.elapsed(), app.clock.now());
    if let JobState::Dead { .. } = after.state {
        // It changes things of every kind, which makes a large future of a rare one.
        Box::pin(give_up(app, &after.job)).await?;
    }
    let write = Transaction::new().replace(read, after)?;
    match app.store.write(write, &app.mint).await? {
        // The claim ran out and somebody else took over: what they record counts.
        Written::Refused => Ok(()),
        Written::Yes => match after.state {
            JobState::Waiting { due_at } => send(app, after.id, due_at).await,
            JobState::Running { .. } | JobState::Done | JobState::Dead { .. } => Ok(()),
        },
    }
}

/// Turns an error of ours into a failed attempt: it may heal.
async fn attempt(app: &App, JobRecord { id, job, .. }: &JobRecord) -> Outcome {
    for _ in 0..TURNS_MAX {
        match Box::pin(turn(app, *id, job)).await {
            Ok(Outcome::Again(pause)) if pause.is_zero() => {}
            Ok(outcome) => return outcome,
            Err(error) => return Outcome::Failed(error.chain(), None),
        }
    }
    Outcome::Again(SignedDuration::from_secs(1))
}

async fn turn(app: &App, id: Uuid, job: &Job) -> Result<Outcome, Error> {
    match job {
        Job::PrepareWorkspace { session, day } => {
            Box::pin(prepare_workspace(app, id, *session, *day)).await
        }
        Job::SendInvite { session, number } => send_invite(app, *session, *number).await,
        Job::FollowRun { run } => follow_run(app, *run).await,
        Job::ExamineSubmission { session, day } => examine_submission(app, *session, *day).await,
        Job::CheckTemplate { check, position } => check_template(app, *check, *position).await,
        Job::LearnUsername { session, claimed } => {
            learn_username(app, *session, claimed.as_ref()).await
        }
        Job::CloseWorkspace { session, day } => close_workspace(app, *session, *day).await,
        Job::CleanUp { session } => clean_up(app, *session).await,
        Job::HeedGitHub { notice, at } => Box::pin(heed_github(app, notice, *at)).await,
    }
}

/// Sends overdue jobs to the queue again: lost ones, and those due later than the queue can wait.
/// After that it starts the jobs of what is to be cleaned up. Says how many it sent.
pub async fn sweep(app: &App) -> Result<usize, Error> {
    let overdue = app.store.overdue_jobs(app.clock.now()).await?;
    let mut sent = 0;
    for job in &overdue {
        info!(job = %job.id, kind = job.job.kind(), "an overdue job is sent again");
        match app.queue.send(job.id, SignedDuration::ZERO).await {
            Ok(()) => sent += 1,
            Err(error) => tracing::error!(job = %job.id, error = %error.chain(), "not sent"),
        }
    }
    // What is old can wait for another sweep; what was lost is sent all the same.
    if let Err(error) = start_clean_ups(app).await {
        tracing::error!(error = %error.chain(), "nothing is cleaned up");
    }
    info!(sent, ColdStart = invocation::cold_start(), "a sweep");
    Ok(sent)
}

/// Sends a job to the queue for `at`. One that is due long after that is the sweeper's: the queue would
/// hand it out again and again before its time.
async fn send(app: &App, id: Uuid, at: Timestamp) -> Result<(), Error> {
    let wait = at.duration_since(app.clock.now());
    if wait > SENT_WITHIN {
        return Ok(());
    }
    app.queue.send(id, wait).await
}
