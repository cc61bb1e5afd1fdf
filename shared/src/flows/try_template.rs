//! A template is tried out, a turn at a time. Nothing is kept here: whoever takes a turn keeps what
//! comes of it, in the table or in memory, before the next.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::domain::live_check::{LiveCheck, LiveState, Verdict};
use crate::domain::results::{Conclusion, RunPhase};
use crate::domain::template_health::{Certainty, HealthCode};
use crate::flows::inspect_template::{inspect_template, refused};
use crate::github::GitHub;
use crate::github::actions::WorkflowRun;
use crate::github::error::GitHubError;

/// How long looking at a template may take before it is tried.
const INSPECTION_LIMIT: std::time::Duration = std::time::Duration::from_secs(6);
/// How far GitHub's clock and ours may differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(10);
/// How long GitHub may take to list a run that it has begun without our hearing of it.
const LISTING_LIMIT: SignedDuration = SignedDuration::from_secs(10);
/// The pause before GitHub is asked again after it failed.
const PAUSE: SignedDuration = SignedDuration::from_secs(2);

/// What comes of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// This must be kept, and only then may [`Trial::dispatch`] be called with it: should its answer be
    /// lost, whoever comes next knows that GitHub may have been asked.
    Dispatch(LiveCheck),
    /// This is how it stands.
    Step(Step),
}

/// How a check stands after a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The next turn is after a pause.
    Later(LiveCheck, SignedDuration),
    /// It is over.
    Over(LiveCheck),
}

/// What a turn works with.
#[derive(Debug, Clone)]
pub struct Trial {
    /// GitHub.
    pub github: GitHub,
    /// The time.
    pub clock: Clock,
}

impl Trial {
    /// Takes the next turn of a check that is not over.
    pub async fn turn(&self, mut check: LiveCheck) -> Turn {
        let now = self.clock.now();
        check.began_at = check.began_at.or(Some(now));
        match check.state.clone() {
            LiveState::Waiting => self.inspect(check).await,
            LiveState::Asked { at, newest_before } => {
                match self.find(check, at, newest_before).await {
                    Step::Later(check, _)
                        if check.run().is_none() && now.duration_since(at) >= LISTING_LIMIT =>
                    {
                        // GitHub never heard of it.
                        let state = LiveState::Asked { at: now, newest_before };
                        Turn::Dispatch(LiveCheck { state, ..check })
                    }
                    step => Turn::Step(step),
                }
            }
            LiveState::Accepted { at, newest_before } => {
                Turn::Step(self.find(check, at, newest_before).await)
            }
            LiveState::Running { at, run } => Turn::Step(self.follow(check, at, run).await),
            LiveState::Over { .. } => Turn::Step(Step::Over(check)),
        }
    }

    /// Takes every turn until the check is over, keeping nothing but in memory: for whoever has no
    /// table. Waits as long as a check wants to be left alone; a clock that stands still is moved.
    pub async fn to_the_end(&self, mut check: LiveCheck) -> LiveCheck {
        loop {
            let step = match self.turn(check).await {
                Turn::Step(step) => step,
                Turn::Dispatch(intent) => self.dispatch(intent).await.0,
            };
            match step {
                Step::Over(check) => return check,
                Step::Later(later, pause) => {
                    check = later;
                    self.wait(pause).await;
                }
            }
        }
    }

    async fn wait(&self, pause: SignedDuration) {
        match &self.clock {
            Clock::Fixed(_) => self.clock.advance(pause),
            Clock::System => {
                let pause = std::time::Duration::try_from(pause).unwrap_or_default();
                #[expect(clippy::disallowed_methods, reason = "nobody else takes the next turn")]
                tokio::time::sleep(pause).await;
            }
        }
    }

    /// Has GitHub run the workflow of a check whose intent to do so is kept; with what came of it, why
    /// GitHub would not.
    pub async fn dispatch(&self, check: LiveCheck) -> (Step, Option<GitHubError>) {
        let LiveState::Asked { at, newest_before } = check.state else {
            return (Step::Later(check, PAUSE), None);
        };
        let repository = check.template.repository();
        let branch = check.inspection.usable_branch().unwrap_or_default();
        let error = match self.github.dispatch(&repository, &check.workflow_file, branch).await {
            Ok(Some(run)) => {
                return (self.later(check, LiveState::Running { at, run: run.id }, at), None);
            }
            Ok(None) => {
                return (self.later(check, LiveState::Accepted { at, newest_before }, at), None);
            }
            Err(error) => error,
        };
        let step = if error.is_unanswered() || is_away(&error) {
            // Whether GitHub took it or not, the list of runs will tell.
            let state = check.state.clone();
            self.later(check, state, at)
        } else {
            self.ends(check, &error, HealthCode::WorkflowDispatchFailed)
        };
        (step, Some(error))
    }

    /// Looks at the template, and at the runs it has, before anything is run.
    async fn inspect(&self, mut check: LiveCheck) -> Turn {
        let deadline = Instant::now() + INSPECTION_LIMIT;
        let file = check.workflow_file.clone();
        check.inspection = inspect_template(&self.github, check.template, &file, deadline).await;
        let now = self.clock.now();
        let errors = &check.inspection.errors;
        if !errors.is_empty() {
            let limited = errors.contains(&HealthCode::GithubRateLimited);
            let may_heal = check.inspection.certainty == Certainty::MayHeal && !limited;
            if may_heal && !check.time_left(now).is_zero() {
                return Turn::Step(Step::Later(check, PAUSE));
            }
            let errors = errors.clone();
            return Turn::Step(Step::Over(check.failed(errors, now)));
        }
        match self.runs(&check).await {
            Ok(runs) => {
                let newest_before = runs.iter().map(|run| run.id).max();
                check.state = LiveState::Asked { at: now, newest_before };
                Turn::Dispatch(check)
            }
            Err(error) => {
                Turn::Step(self.retried(check, &error, HealthCode::WorkflowDispatchFailed))
            }
        }
    }

    /// Finds out which run is ours when GitHub did not say: the oldest that we dispatched since and
    /// that was not there before.
    async fn find(&self, check: LiveCheck, at: Timestamp, newest_before: Option<u64>) -> Step {
        let runs = match self.runs(&check).await {
            Ok(runs) => runs,
            Err(error) => return self.retried(check, &error, HealthCode::WorkflowDispatchFailed),
        };
        let since = at - CLOCKS_DIFFER;
        let mut ours = runs;
        ours.retain(|run| {
            let new = newest_before.is_none_or(|newest| run.id > newest);
            new && run.event == "workflow_dispatch" && run.created_at >= since
        });
        if !ours.is_empty() {
            match self.github.own_login().await {
                Ok(own) => ours.retain(|run| run.is_of(own)),
                Err(error) => {
                    return self.retried(check, &error, HealthCode::WorkflowDispatchFailed);
                }
            }
        }
        match ours.into_iter().min_by_key(|run| run.id) {
            Some(run) => {
                let state = LiveState::Running { at, run: run.id };
                Step::Later(LiveCheck { state, ..check }, SignedDuration::ZERO)
            }
            None => self.waits(check, at),
        }
    }

    async fn runs(&self, check: &LiveCheck) -> Result<Vec<WorkflowRun>, GitHubError> {
        let branch = check.inspection.usable_branch().unwrap_or_default();
        let repository = check.template.repository();
        self.github.workflow_runs(&repository, &check.workflow_file, branch).await
    }

    /// Looks how far the run is, and once it has ended at what it left.
    async fn follow(&self, check: LiveCheck, at: Timestamp, run: u64) -> Step {
        match self.github.workflow_run(&check.template.repository(), run).await {
            Ok(Some(WorkflowRun { phase: RunPhase::Completed(conclusion), .. })) => {
                self.judge(check, run, conclusion).await
            }
            Ok(Some(_) | None) => self.waits(check, at),
            Err(error) => self.retried(check, &error, HealthCode::WorkflowDispatchFailed),
        }
    }

    async fn judge(&self, check: LiveCheck, run: u64, conclusion: Conclusion) -> Step {
        let results = self.github.template_results(&check.template.repository(), run).await;
        let now = self.clock.now();
        let (artifact, error) = match results {
            Ok(results) => (results.artifact, results.error),
            Err(error) if is_away(&error) && !check.time_left(now).is_zero() => {
                return Step::Later(check, PAUSE);
            }
            Err(error) => (None, Some(refused(&error).unwrap_or(HealthCode::ArtifactMissing))),
        };
        let failed = conclusion != Conclusion::Success;
        let failed = failed.then_some(HealthCode::WorkflowRunNotSuccess);
        let errors = error.into_iter().chain(failed).collect();
        let verdict = Verdict { run: Some(run), conclusion: Some(conclusion), artifact, errors };
        Step::Over(check.over(verdict, now))
    }

    fn later(&self, check: LiveCheck, state: LiveState, asked_at: Timestamp) -> Step {
        self.waits(LiveCheck { state, ..check }, asked_at)
    }

    /// The check that waits for its run, as long as it has time.
    fn waits(&self, check: LiveCheck, asked_at: Timestamp) -> Step {
        let now = self.clock.now();
        if check.time_left(now).is_zero() {
            return Step::Over(check.failed(vec![HealthCode::WorkflowRunTimeout], now));
        }
        let pause = check.pause(asked_at, now);
        Step::Later(check, pause)
    }

    /// The check after GitHub did not answer a question: it is asked again while there is time, unless
    /// it said no.
    fn retried(&self, check: LiveCheck, error: &GitHubError, code: HealthCode) -> Step {
        if is_away(error) && !check.time_left(self.clock.now()).is_zero() {
            return Step::Later(check, PAUSE);
        }
        self.ends(check, error, code)
    }

    fn ends(&self, check: LiveCheck, error: &GitHubError, code: HealthCode) -> Step {
        let code = refused(error).unwrap_or(code);
        Step::Over(check.failed(vec![code], self.clock.now()))
    }
}

/// Whether GitHub may well answer the next time. One that has had enough of us is not asked again.
fn is_away(error: &GitHubError) -> bool {
    error.retryable() && refused(error).is_none()
}

#[cfg(test)]
mod tests;
