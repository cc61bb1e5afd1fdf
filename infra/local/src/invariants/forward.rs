//! Whatever is pending is brought on by a job that will be done, or is told to have failed to somebody
//! who can have it done after all.

use jiff::{SignedDuration, Timestamp};
use shared::domain::clean_up::{self, EndOfWork};
use shared::domain::id::CandidateSessionId;
use shared::domain::job::{ATTEMPTS_MAX, Job, JobState};
use shared::domain::live_check::LiveCheck;
use shared::domain::run::Run;
use shared::domain::submission::{Again, CodeWork};
use shared::domain::task::Day;
use shared::domain::workspace::Workspace;
use shared::domain::workspace::closing::Closing;
use shared::domain::workspace::plan::Next;
use shared::domain::workspace::trouble::Trouble;

use crate::invariants::broken::Broken;
use crate::invariants::rows::Rows;

/// How long the sweeper may take to send a job again that was lost.
const SWEPT_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// The longest that a job waits for anything: an invitation that GitHub keeps for a week.
const WAITS_MAX: SignedDuration = SignedDuration::from_hours(8 * 24);
/// How long a request may be under way.
const UNDER_WAY_MAX: SignedDuration = SignedDuration::from_secs(30);
/// After how many days repositories are put away where nothing else is set; here only whether they ever
/// are matters.
const PUT_AWAY_AFTER: (u32, u32) = (30, 180);

pub(super) fn check(rows: &Rows, now: Timestamp, broken: &mut Vec<Broken>) {
    of_jobs(rows, now, broken);
    of_sessions(rows, broken);
    for workspace in rows.workspaces.values() {
        of_workspace(workspace, rows, now, broken);
    }
    for run in rows.runs.values().filter(|run| !run.is_final()) {
        of_run(run, rows, broken);
    }
    for submission in rows.submissions.values() {
        let (session, day) = (submission.session, submission.day);
        let is_examined = submission.code.as_ref().is_some_and(CodeWork::is_examined_now);
        let job = Job::ExamineSubmission { session, day };
        if is_examined && !is_to_be_done(rows, &job) {
            broken.push(stuck(format!("the examination of submission {}", submission.id), &job));
        }
    }
    for check in rows.checks.iter().filter(|check| !check.is_over()) {
        of_check(check, rows, broken);
    }
}

fn is_to_be_done(rows: &Rows, job: &Job) -> bool {
    rows.is_to_be_done(|record| record.job == *job)
}

fn stuck(what: String, needs: &Job) -> Broken {
    Broken::Stuck { what, needs: needs.kind().to_owned() }
}

fn of_jobs(rows: &Rows, now: Timestamp, broken: &mut Vec<Broken>) {
    for record in &rows.jobs {
        let what = format!("the job {} ({})", record.id, record.job.kind());
        let longest = match record.state {
            JobState::Waiting { due_at } => Some((due_at, WAITS_MAX)),
            JobState::Running { until } => Some((until, UNDER_WAY_MAX)),
            JobState::Done | JobState::Dead { .. } => None,
        };
        if longest.is_some_and(|(at, longest)| at.duration_since(now) > longest) {
            broken.push(Broken::Stuck { what: what.clone(), needs: "a sooner attempt".to_owned() });
        }
        if record.sweep_at().is_some_and(|at| now.duration_since(at) > SWEPT_WITHIN) {
            broken.push(Broken::Stuck { what: what.clone(), needs: "the sweeper".to_owned() });
        }
        if record.failures > ATTEMPTS_MAX {
            let (times, most) = (record.failures.into(), ATTEMPTS_MAX.into());
            broken.push(Broken::Doubled { what: format!("a failure of {what}"), times, most });
        }
    }
    for (item, until) in &rows.under_way {
        if until.duration_since(now) > UNDER_WAY_MAX {
            broken.push(Broken::Stuck { what: item.clone(), needs: "its request".to_owned() });
        }
    }
}

fn of_sessions(rows: &Rows, broken: &mut Vec<Broken>) {
    for session in rows.sessions.values() {
        let (session_id, number) = (session.id, session.mail.number);
        let job = Job::SendInvite { session: session_id, number };
        if session.mail.awaits(number) && !is_to_be_done(rows, &job) {
            broken.push(stuck(format!("mail {number} of session {session_id}"), &job));
        }
        let unplanned = rows.clean_ups.get(&session_id).is_some_and(|it| it.look_at.is_none());
        let end = EndOfWork::of(session);
        let of_it = workspaces_of(rows, session_id);
        let is_left = of_it.filter_map(|it| clean_up::next(it, end, PUT_AWAY_AFTER)).count() > 0;
        let job = Job::CleanUp { session: session_id };
        if unplanned && is_left && !is_to_be_done(rows, &job) {
            broken.push(stuck(format!("putting session {session_id} away"), &job));
        }
    }
}

fn workspaces_of(rows: &Rows, id: CandidateSessionId) -> impl Iterator<Item = &Workspace> {
    Day::ALL.into_iter().filter_map(move |day| rows.workspaces.get(&(id, day)))
}

fn of_workspace(workspace: &Workspace, rows: &Rows, now: Timestamp, broken: &mut Vec<Broken>) {
    let (session, day) = (workspace.session, workspace.day);
    let what = format!("the workspace of day {day} of session {session}");
    let Some(of) = rows.sessions.get(&session) else {
        broken.push(Broken::Incomplete { item: what, lacks: "its session".to_owned() });
        return;
    };
    let username = of.github_username.as_ref();
    let prepare = Job::PrepareWorkspace { session, day };
    if of.has_handed_in(day) {
        let close = Job::CloseWorkspace { session, day };
        let told = matches!(workspace.closing, Closing::StillWritable { .. });
        let left = workspace.closing_step(username).is_some() && !told;
        if left && !is_to_be_done(rows, &close) && !is_to_be_done(rows, &prepare) {
            broken.push(stuck(format!("closing {what}"), &close));
        }
        return;
    }
    let given_up = workspace.trouble.as_ref().is_some_and(Trouble::is_given_up);
    if given_up || workspace.is_put_away() {
        return;
    }
    let brought_on = match workspace.next(username, now) {
        Next::Nothing => true,
        Next::Take(_) => is_to_be_done(rows, &prepare),
        // Whoever else comes before that moment leaves it to the one who waits.
        Next::Wait(_) => rows.is_to_be_done(|record| {
            record.job == prepare && workspace.sleeper.is_none_or(|sleeper| sleeper == record.id)
        }),
    };
    if !brought_on {
        broken.push(stuck(what, &prepare));
    }
}

fn of_run(run: &Run, rows: &Rows, broken: &mut Vec<Broken>) {
    let what = format!("run {}", run.id);
    let follow = Job::FollowRun { run: run.id };
    if run.pinned.is_none() {
        if !is_to_be_done(rows, &follow) {
            broken.push(stuck(what, &follow));
        }
        return;
    }
    let (session, day) = (run.session, run.day);
    let submission = rows.submissions.get(&(session, day));
    let code = submission.and_then(|submission| submission.code.as_ref());
    // What it is for is checked with the submission. Where that has ended the run has, too, as far as
    // anybody waits for it.
    let is_known = code.is_some_and(|code| {
        let ended_before = matches!(code.again, Some(Again::Failed { .. }));
        code.open_run() == Some(run.id) || ended_before || code.examination.failure().is_some()
    });
    if !is_known {
        broken.push(stuck(what, &Job::ExamineSubmission { session, day }));
    }
}

fn of_check(check: &LiveCheck, rows: &Rows, broken: &mut Vec<Broken>) {
    // Of all positions with the same remainder the first that is not over has the job.
    let leads = |record: &Job| match record {
        Job::CheckTemplate { check: of, position } => {
            let ahead = check.position.checked_sub(*position);
            let step = check.concurrency.max(1);
            *of == check.check && ahead.is_some_and(|ahead| ahead.is_multiple_of(step))
        }
        _ => false,
    };
    if !rows.is_to_be_done(|record| leads(&record.job)) {
        let what = format!("template {} of check {}", check.position, check.check);
        let job = Job::CheckTemplate { check: check.check, position: check.position };
        broken.push(stuck(what, &job));
    }
}
