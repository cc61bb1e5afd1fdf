//! Recorded events: for every route one as API Gateway hands it to the route's function.
//!
//! `cargo dev docs` writes those of the routes into `events/`, from [`examples::ALL`]. Those of the queue,
//! of the schedule and of GitHub were recorded, and stand there as they came.

pub mod examples;
mod gateway;

use serde_json::error::Error;

use crate::events::examples::{ALL, Example};
use crate::events::gateway::Event;

/// What stands in an event for something of the world that it is replayed in, and what that is. A
/// name that is part of another comes after it.
pub const PLACEHOLDERS: [(&str, &str); 12] = [
    ("CANDIDATE_TOKEN", "the bearer token of a candidate"),
    ("INVITE_TOKEN", "the token of an invite to that candidate"),
    ("TOKEN", "the bearer token of a recruiter"),
    ("ADMIN_KEY", "what `TENON_ADMIN_API_KEY` is"),
    ("SIMULATION_ID", "a simulation of that recruiter"),
    ("SESSION_ID", "the candidate's session"),
    ("TASK_ID", "the task of the session that is to be done now"),
    ("RUN_ID", "a test run of that task"),
    ("SUBMISSION_ID", "what a candidate handed in for the recruiter's simulation"),
    ("COMPANY_ID", "a company"),
    ("CHECK_ID", "a request to try templates out"),
    ("DEAD_JOB_ID", "a job that was given up"),
];

/// The job that the recorded message names. Messages are read as they stand, so what they name has the
/// shape of the real thing.
pub const JOB_ID: &str = "5d0f4f0e-6d3d-4f5c-8a53-0c1a1f1f2b11";
/// The key of the mail that the recorded bounces and complaints are about.
pub const MAIL_KEY: &str = "3300000000000000-1";

/// The event of every route: its file, from the root of the repository, and what that must say.
pub fn files() -> Result<Vec<(String, String)>, Error> {
    ALL.iter().map(file).collect()
}

fn file(example: &Example) -> Result<(String, String), Error> {
    let text = serde_json::to_string_pretty(&Event::of(example))?;
    Ok((format!("events/{}.json", example.name), format!("{text}\n")))
}

/// `event` with each placeholder replaced by what `value` says of it, if it says something.
pub fn fill(event: &str, value: impl Fn(&str) -> Option<String>) -> String {
    PLACEHOLDERS.iter().fold(event.to_owned(), |event, (name, _what)| match value(name) {
        Some(value) => event.replace(name, &value),
        None => event,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_replaced_whole_and_one_that_nobody_knows_stays() {
        let value = |name: &str| match name {
            "TOKEN" => Some("t".to_owned()),
            "INVITE_TOKEN" => Some("i".to_owned()),
            _ => None,
        };

        assert_eq!(fill("TOKEN/INVITE_TOKEN/TASK_ID", value), "t/i/TASK_ID");
    }
}
