//! The real GitHub's secondary limits, for whoever wants them enforced here: how many calls that create
//! content, how many points, and how many calls at once.

use std::collections::VecDeque;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::github::GitHub;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const CREATES_PER_MINUTE: usize = 80;
const CREATES_PER_HOUR: usize = 500;
const POINTS_PER_MINUTE: u32 = 900;
const AT_ONCE: usize = 100;

const MESSAGE: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you \
                       try again.";
const DOCUMENTATION_URL: &str = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits";

/// A limit of GitHub's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// 80 calls a minute that create content.
    CreatesPerMinute,
    /// 500 calls an hour that create content.
    CreatesPerHour,
    /// 900 points a minute: a call that reads is 1, one that writes 5.
    PointsPerMinute,
    /// 100 calls at the same time.
    AtOnce,
}

/// A call that was refused because there were too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excess {
    pub limit: Limit,
    pub at: Timestamp,
    /// When the same call would be taken.
    pub until: Timestamp,
}

/// The calls of the last hour.
#[derive(Debug, Default)]
pub struct Limits {
    creates: VecDeque<Timestamp>,
    points: VecDeque<(Timestamp, u32)>,
    underway: usize,
    excesses: Vec<Excess>,
}

/// What a call counts.
#[derive(Debug, Clone, Copy)]
struct Weight {
    creates: bool,
    points: u32,
}

impl Weight {
    fn of(method: &Method) -> Self {
        let creates = matches!(*method, Method::POST | Method::PUT | Method::PATCH);
        let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        Self { creates, points: if reads { 1 } else { 5 } }
    }
}

/// Counts as one call at the same time for as long as it is there.
#[derive(Debug)]
pub(super) struct Underway(GitHub);

impl Drop for Underway {
    fn drop(&mut self) {
        if let Some(limits) = self.0.limits().as_mut() {
            limits.underway = limits.underway.saturating_sub(1);
        }
    }
}

impl GitHub {
    /// Takes a call, or says which limit it exceeds. What is taken counts until it is dropped.
    pub(super) fn admit(&self, method: &Method) -> Result<Option<Underway>, Excess> {
        let now = self.now();
        let mut limits = self.limits();
        let Some(limits) = limits.as_mut() else { return Ok(None) };
        limits.admit(method, now).map(|()| Some(Underway(self.clone())))
    }
}

impl Excess {
    /// Calls that create content are refused with 403, others with 429: the real one does both.
    pub(super) fn refusal(self) -> Response {
        let status = match self.limit {
            Limit::CreatesPerMinute | Limit::CreatesPerHour => StatusCode::FORBIDDEN,
            Limit::PointsPerMinute | Limit::AtOnce => StatusCode::TOO_MANY_REQUESTS,
        };
        let wait = self.until.duration_since(self.at).as_millis().div_euclid(1_000) + 1;
        let body = json!({ "message": MESSAGE, "documentation_url": DOCUMENTATION_URL });
        (status, [(RETRY_AFTER, wait.to_string())], Json(body)).into_response()
    }
}

impl Limits {
    /// The calls that were refused, oldest first.
    pub fn excesses(&self) -> Vec<Excess> {
        self.excesses.clone()
    }

    fn admit(&mut self, method: &Method, now: Timestamp) -> Result<(), Excess> {
        self.forget(now);
        let weight = Weight::of(method);
        if let Some((limit, until)) = self.exceeded(weight, now) {
            let excess = Excess { limit, at: now, until };
            self.excesses.push(excess);
            return Err(excess);
        }
        if weight.creates {
            self.creates.push_back(now);
        }
        self.points.push_back((now, weight.points));
        self.underway += 1;
        Ok(())
    }

    fn forget(&mut self, now: Timestamp) {
        while self.creates.front().is_some_and(|at| now.duration_since(*at) >= HOUR) {
            self.creates.pop_front();
        }
        while self.points.front().is_some_and(|(at, _)| now.duration_since(*at) >= MINUTE) {
            self.points.pop_front();
        }
    }

    /// The limit that one more call exceeds, and when it no longer would.
    fn exceeded(&self, weight: Weight, now: Timestamp) -> Option<(Limit, Timestamp)> {
        let Weight { creates, points } = weight;
        let nth_last = |count: usize| self.creates.iter().rev().nth(count - 1).copied();
        if creates && let Some(first) = nth_last(CREATES_PER_HOUR) {
            return Some((Limit::CreatesPerHour, first + HOUR));
        }
        if creates
            && let Some(first) = nth_last(CREATES_PER_MINUTE)
            && now.duration_since(first) < MINUTE
        {
            return Some((Limit::CreatesPerMinute, first + MINUTE));
        }
        let spent: u32 = self.points.iter().map(|(_, points)| points).sum();
        if spent + points > POINTS_PER_MINUTE {
            let first = self.points.front().map_or(now, |(at, _)| *at);
            return Some((Limit::PointsPerMinute, first + MINUTE));
        }
        (self.underway >= AT_ONCE).then_some((Limit::AtOnce, now))
    }
}
