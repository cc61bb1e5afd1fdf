//! A template is tried out: its workflow is dispatched, and what it leaves is read.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::id::TemplateCheckId;
use crate::domain::results::Conclusion;
use crate::domain::template::TemplateKey;
use crate::domain::template_health::{HealthCode, Inspection};

/// The most templates of one request.
pub const TEMPLATES_MAX: usize = 5;
/// How long what came of a check is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The first and the longest pause between two looks at a run.
const PAUSE_MIN: SignedDuration = SignedDuration::from_secs(2);
const PAUSE_MAX: SignedDuration = SignedDuration::from_secs(8);

/// What is asked for: which templates are tried out, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRequest {
    /// 1 to 5 templates, in the order in which they are answered; one may be there twice.
    pub templates: Vec<TemplateKey>,
    /// How long each may take: 1 to 600 seconds.
    pub timeout_seconds: u32,
    /// How many are tried at the same time: 1 to 5.
    pub concurrency: u8,
}

/// Why templates are not tried out. The texts are the contract's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckRefused {
    /// Looking at templates is another route's.
    #[error("Only live mode is supported for this endpoint")]
    NotLive,
    /// No template is named.
    #[error("templateKeys is required")]
    NoKeys,
    /// Too many templates are named.
    #[error("templateKeys must include 5 or fewer items")]
    TooManyKeys,
    /// Some keys are no template's: their positions.
    #[error("Invalid templateKeys")]
    UnknownKeys(Vec<usize>),
}

impl CheckRequest {
    /// Reads the keys exactly, white space included; the two numbers are brought into their ranges.
    pub fn parse(
        keys: &[String],
        timeout_seconds: i64,
        concurrency: i64,
    ) -> Result<Self, CheckRefused> {
        match keys.len() {
            0 => return Err(CheckRefused::NoKeys),
            1..=TEMPLATES_MAX => {}
            _ => return Err(CheckRefused::TooManyKeys),
        }
        let known = |key: &String| TemplateKey::ALL.into_iter().find(|it| it.as_str() == key);
        let templates: Vec<_> = keys.iter().filter_map(known).collect();
        if templates.len() < keys.len() {
            let unknown = keys.iter().enumerate().filter(|(_, key)| known(key).is_none());
            return Err(CheckRefused::UnknownKeys(unknown.map(|(position, _)| position).collect()));
        }
        Ok(Self {
            templates,
            timeout_seconds: u32::try_from(timeout_seconds.clamp(1, 600)).unwrap_or(600),
            concurrency: u8::try_from(concurrency.clamp(1, 5)).unwrap_or(5),
        })
    }
}

/// The check of one template of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveCheck {
    /// The request it belongs to.
    pub check: TemplateCheckId,
    /// Its place there, from 0.
    pub position: u8,
    /// How many the request asked for.
    pub of: u8,
    /// How many of them are tried at the same time.
    pub concurrency: u8,
    /// Which template.
    pub template: TemplateKey,
    /// The file in `.github/workflows` that is dispatched.
    pub workflow_file: String,
    /// How long it may take.
    pub timeout_seconds: u32,
    /// When it was first worked on.
    pub began_at: Option<Timestamp>,
    /// What looking at the template found.
    pub inspection: Inspection,
    /// How far it is.
    pub state: LiveState,
    /// When GitHub may be asked to run something, while a moment is reserved for that.
    #[serde(default)]
    pub slot: Option<Timestamp>,
    /// When the table may forget it, in seconds since 1970.
    pub expires_at_epoch: i64,
}

/// How far the check of a template is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "state")]
pub enum LiveState {
    /// GitHub has not been asked to run anything.
    Waiting,
    /// GitHub is asked, or was and the answer was lost.
    Asked {
        /// When.
        at: Timestamp,
        /// The newest run there was before.
        newest_before: Option<u64>,
    },
    /// GitHub took it and did not say under which number.
    Accepted {
        /// When it was asked.
        at: Timestamp,
        /// The newest run there was before.
        newest_before: Option<u64>,
    },
    /// GitHub runs it.
    Running {
        /// When it was asked.
        at: Timestamp,
        /// GitHub's number for the run.
        run: u64,
    },
    /// It is over.
    Over {
        /// When.
        at: Timestamp,
        /// What came of it.
        verdict: Verdict,
    },
}

/// What came of trying a template out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// GitHub's number for the run, once it was known.
    pub run: Option<u64>,
    /// How the run ended, if it did.
    pub conclusion: Option<Conclusion>,
    /// The artifact that the results were looked for in, in its own case.
    pub artifact: Option<String>,
    /// What is wrong with the template.
    pub errors: Vec<HealthCode>,
}

impl LiveCheck {
    /// One check for each template that was asked for, all of them waiting.
    pub fn all_of(
        request: &CheckRequest,
        check: TemplateCheckId,
        workflow_file: &str,
        now: Timestamp,
    ) -> Vec<Self> {
        let count = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        let forgotten_at = now.checked_add(KEPT).unwrap_or(Timestamp::MAX);
        let templates = request.templates.iter().enumerate();
        templates
            .map(|(position, template)| Self {
                check,
                position: count(position),
                of: count(request.templates.len()),
                concurrency: request.concurrency,
                template: *template,
                workflow_file: workflow_file.to_owned(),
                timeout_seconds: request.timeout_seconds,
                began_at: None,
                inspection: Inspection::begun(),
                state: LiveState::Waiting,
                slot: None,
                expires_at_epoch: forgotten_at.as_second(),
            })
            .collect()
    }

    /// Whether nothing more happens to it.
    pub const fn is_over(&self) -> bool {
        matches!(self.state, LiveState::Over { .. })
    }

    /// The position that begins when this one is over: of all positions with the same remainder one
    /// is worked on at a time.
    pub fn next_position(&self) -> Option<u8> {
        self.position.checked_add(self.concurrency).filter(|next| *next < self.of)
    }

    /// How much of its time is left at `now`; nothing once it has passed.
    pub fn time_left(&self, now: Timestamp) -> SignedDuration {
        let began_at = self.began_at.unwrap_or(now);
        let left = SignedDuration::from_secs(self.timeout_seconds.into());
        (left - now.duration_since(began_at)).max(SignedDuration::ZERO)
    }

    /// How long to leave a run alone that was asked for at `asked_at`: 2 seconds, half as long again
    /// each time, at most 8, and not past the end of the check's time.
    pub fn pause(&self, asked_at: Timestamp, now: Timestamp) -> SignedDuration {
        let age = now.duration_since(asked_at).max(SignedDuration::ZERO);
        let pause = (PAUSE_MIN + age / 2).min(PAUSE_MAX);
        pause.min(self.time_left(now)).max(SignedDuration::from_secs(1))
    }

    /// GitHub's number for the run, once it is known.
    pub const fn run(&self) -> Option<u64> {
        match &self.state {
            LiveState::Running { run, .. } => Some(*run),
            LiveState::Over { verdict, .. } => verdict.run,
            LiveState::Waiting | LiveState::Asked { .. } | LiveState::Accepted { .. } => None,
        }
    }

    /// The check when the run it was taken for is another check's: ours came later.
    pub fn not_run(mut self, other: u64) -> Self {
        if let LiveState::Asked { newest_before, .. } | LiveState::Accepted { newest_before, .. } =
            &mut self.state
        {
            *newest_before = Some(other);
        }
        self
    }

    /// The check when it ends with nothing but `errors`.
    pub fn failed(self, errors: Vec<HealthCode>, now: Timestamp) -> Self {
        let verdict = Verdict { run: self.run(), errors, ..Verdict::default() };
        self.over(verdict, now)
    }

    /// The check when it ends.
    pub fn over(mut self, verdict: Verdict, now: Timestamp) -> Self {
        self.state = LiveState::Over { at: now, verdict };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    fn check() -> LiveCheck {
        let request = CheckRequest::parse(&keys(&["go-gin"; 5]), 60, 2).unwrap();
        let now = "2026-03-02T09:00:00Z".parse().unwrap();
        LiveCheck::all_of(&request, TemplateCheckId::new(1), "tenon-ci.yml", now).remove(0)
    }

    #[test]
    fn keys_are_exact_and_may_repeat_and_numbers_are_brought_into_range() {
        let parsed = CheckRequest::parse(&keys(&["go-gin", "ml-infra-mlops", "go-gin"]), 601, 0);
        let parsed = parsed.unwrap();
        let expected = [TemplateKey::GoGin, TemplateKey::MlInfraMlops, TemplateKey::GoGin];
        assert_eq!(parsed.templates, expected);
        assert_eq!((parsed.timeout_seconds, parsed.concurrency), (600, 1));
        let parsed = CheckRequest::parse(&keys(&["go-gin"]), -5, 9).unwrap();
        assert_eq!((parsed.timeout_seconds, parsed.concurrency), (1, 5));
    }

    #[test]
    fn what_is_wrong_with_the_keys_is_told_in_the_contracts_order() {
        let refused = |given: &[&str]| CheckRequest::parse(&keys(given), 1, 1).unwrap_err();
        assert_eq!(refused(&[]), CheckRefused::NoKeys);
        assert_eq!(refused(&["nope"; 6]), CheckRefused::TooManyKeys);
        let unknown = refused(&["Go-Gin", "go-gin", " go-gin ", ""]);
        assert_eq!(unknown, CheckRefused::UnknownKeys(vec![0, 2, 3]));
    }

    #[test]
    fn as_many_are_worked_on_at_a_time_as_was_asked_for() {
        let followed_by = |position| LiveCheck { position, ..check() }.next_position();
        assert_eq!([0, 1, 2, 3, 4].map(followed_by), [Some(2), Some(3), Some(4), None, None]);
    }

    #[test]
    fn a_run_is_looked_at_after_2_then_half_as_long_again_up_to_8_seconds_until_the_end() {
        let asked_at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let check = LiveCheck { began_at: Some(asked_at), ..check() };
        let mut now = asked_at;
        let mut pauses = Vec::new();
        while check.time_left(now) > SignedDuration::ZERO {
            let pause = check.pause(asked_at, now);
            pauses.push(pause.as_millis());
            now += pause;
        }
        assert_eq!(pauses, [2_000, 3_000, 4_500, 6_750, 8_000, 8_000, 8_000, 8_000, 8_000, 3_750]);
    }
}
