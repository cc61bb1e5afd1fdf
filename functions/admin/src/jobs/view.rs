//! What the routes of the jobs answer.

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::id::{CandidateSessionId, RunId, TemplateCheckId};
use shared::domain::job::about;
use shared::domain::job::{JobRecord, JobState};
use shared::domain::page::Cursor;
use shared::domain::task::Day;
use shared::flows::redrive_jobs;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::jobs::body::kind;

/// Work in the background, and how it fares.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Job {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// What it does.
    #[schema(schema_with = kind)]
    kind: &'static str,
    /// How far it is.
    #[schema(pattern = "^(waiting|running|done|dead)$", example = "dead")]
    state: &'static str,
    /// Attempts in a row that failed; the twelfth is the last.
    failures: u32,
    /// What the last failure said, at most 500 characters, without secrets and addresses.
    last_error: Option<String>,
    created_at: Timestamp,
    /// When it is to be done, of one that waits.
    due_at: Option<Timestamp>,
    /// Until when somebody does it, of one that runs; after that it is anybody's again.
    claimed_until: Option<Timestamp>,
    /// When it was given up.
    died_at: Option<Timestamp>,
    about: About,
}

/// What a job is about.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JobAbout)]
struct About {
    candidate_session_id: Option<CandidateSessionId>,
    day_index: Option<Day>,
    /// Which of the invite's mails.
    mail_number: Option<u32>,
    run_id: Option<RunId>,
    template_check_id: Option<TemplateCheckId>,
    /// Which of the check's templates, from 0.
    template_position: Option<u8>,
    /// GitHub's number of the repository.
    repository_id: Option<u64>,
    /// GitHub's number of the run.
    workflow_run_id: Option<u64>,
}

impl From<&JobRecord> for Job {
    fn from(record: &JobRecord) -> Self {
        let (mut due_at, mut claimed_until, mut died_at) = (None, None, None);
        match record.state {
            JobState::Waiting { due_at: at } => due_at = Some(at),
            JobState::Running { until } => claimed_until = Some(until),
            JobState::Dead { at } => died_at = Some(at),
            JobState::Done => {}
        }
        Self {
            id: record.id,
            kind: record.job.kind(),
            state: record.state.as_str(),
            failures: record.failures,
            last_error: record.last_error.clone(),
            created_at: record.created_at,
            due_at,
            claimed_until,
            died_at,
            about: About::from(record.job.about()),
        }
    }
}

impl From<about::About> for About {
    fn from(about: about::About) -> Self {
        let (check, position) = about.check.unzip();
        Self {
            candidate_session_id: about.session,
            day_index: about.day,
            mail_number: about.mail,
            run_id: about.run,
            template_check_id: check,
            template_position: position,
            repository_id: about.repository,
            workflow_run_id: about.github_run,
        }
    }
}

/// What became of jobs that were to be started again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RedrivenJobs)]
pub(crate) struct Outcome {
    /// Those that are about to be done.
    #[schema(value_type = Vec<String>)]
    redriven: Vec<Uuid>,
    skipped: Vec<Skipped>,
    /// Where to go on; null when none of the kind is left.
    next_cursor: Option<String>,
}

/// A job that was not started again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SkippedJob)]
struct Skipped {
    #[schema(value_type = String, format = "uuid")]
    job_id: Uuid,
    /// Why, for programs.
    #[schema(pattern = "^[A-Z][A-Z0-9_]*$", example = "JOB_NOT_REDRIVABLE")]
    error_code: &'static str,
    /// Why, and what to do instead.
    detail: String,
}

impl From<redrive_jobs::Redriven> for Outcome {
    fn from(done: redrive_jobs::Redriven) -> Self {
        let skipped = done.skipped.into_iter().map(|(job_id, error)| {
            let refusal = error.refusal();
            Skipped { job_id, error_code: refusal.code, detail: refusal.detail }
        });
        Self {
            redriven: done.started,
            skipped: skipped.collect(),
            next_cursor: done.next.map(Cursor::encode),
        }
    }
}
