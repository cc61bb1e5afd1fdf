//! What came of it.

use std::collections::BTreeMap;
use std::time::Duration;
use std::{fmt, io};

use jiff::Timestamp;
use serde::Serialize;
use serde_dynamo::AttributeValue;

use crate::bench::days::Seen;
use crate::bench::load::weigh::float;
use crate::bench::soak::people::Told;
use crate::bench::soak::samples::Samples;
use crate::bench::spread::{microseconds, nearest};
use crate::github::faults::kind::Kind;
use crate::invariants::Evidence;
use crate::opened::Item;

/// Everything of one soak.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) minutes: u64,
    pub(super) percent: u8,
    pub(super) seed: u64,
    /// Candidates who did all five days.
    finished: u64,
    /// What was answered with success and has to be there.
    accepted: usize,
    answers: usize,
    /// Of those, what asked to come again later.
    put_off: u64,
    p50_us: u64,
    p99_us: u64,
    /// The recruiter's.
    looks: u64,
    /// What did not go as it must.
    failed: Vec<String>,
    /// Calls to GitHub, and to the table.
    pub(super) calls: u64,
    pub(super) table_calls: u64,
    /// What befell whom, how often.
    faults: BTreeMap<String, u64>,
    /// Jobs that were done, wait, or were given up.
    jobs: BTreeMap<&'static str, u64>,
    /// From the end of the faults until nothing was left to do; none when that did not come.
    dry_ms: Option<u64>,
    pub(super) samples: Samples,
    /// What must be so and is not.
    pub(super) broken: Vec<String>,
}

impl Report {
    pub(super) fn of_people(&mut self, told: &Told, seen: &Seen) {
        let mut times: Vec<_> = seen.times.iter().copied().map(microseconds).collect();
        times.sort_unstable();
        self.finished = told.finished;
        self.accepted = told.accepted.len();
        self.answers = times.len();
        self.put_off = seen.put_off;
        self.p50_us = nearest(&times, 50);
        self.p99_us = nearest(&times, 99);
        self.looks = told.looks;
        self.failed.clone_from(&told.failed);
    }

    pub(super) fn of_faults(
        &mut self,
        github: &BTreeMap<Kind, u64>,
        other: &BTreeMap<String, u64>,
    ) {
        let github =
            github.iter().map(|(kind, count)| (format!("GitHub: {}", kind.name()), *count));
        self.faults = github.chain(other.clone()).collect();
    }

    pub(super) fn of_jobs(&mut self, evidence: &Evidence, dry: Option<Duration>) {
        self.dry_ms = dry.map(|dry| microseconds(dry) / 1_000);
        for job in evidence.items.iter().filter(|item| text(item, "SK") == Some("JOB")) {
            let state = match text(job, "GSI1PK") {
                None => "done",
                Some("DEAD") => "given up",
                Some(_due) => "waits",
            };
            *self.jobs.entry(state).or_default() += 1;
        }
    }

    /// The same as JSON.
    pub(super) fn to_json(&self) -> io::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// What is not as it must be, a sentence each.
    pub(super) fn wrong(&self) -> Vec<String> {
        let mut wrong = self.samples.grown();
        wrong.extend(self.failed.iter().cloned());
        wrong.extend(self.broken.iter().cloned());
        if self.finished == 0 {
            wrong.push("nobody did all five days".to_owned());
        }
        if self.dry_ms.is_none() {
            wrong.push("the jobs did not come to an end".to_owned());
        }
        wrong
    }
}

/// How many jobs are to be done by `moment`.
pub(super) fn due_by(items: &[Item], moment: Timestamp) -> usize {
    let end = moment.as_millisecond();
    let is_due = |item: &&Item| {
        let at = text(item, "GSI1SK").and_then(|key| key.split('#').next()?.parse::<i64>().ok());
        text(item, "SK") == Some("JOB")
            && text(item, "GSI1PK") == Some("DUE")
            && at.is_some_and(|at| at <= end)
    };
    items.iter().filter(is_due).count()
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    match item.get(name) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    }
}

/// How many answers were lost of calls that had happened.
pub(super) fn lost_answers(github: &BTreeMap<Kind, u64>, other: &BTreeMap<String, u64>) -> u64 {
    let lost = [Kind::BadGateway, Kind::Truncated, Kind::Empty, Kind::LostAnswer];
    let of_github: u64 = lost.iter().filter_map(|kind| github.get(kind)).sum();
    let others = other.iter().filter(|(name, _count)| name.ends_with("lost answer"));
    of_github + others.map(|(_name, count)| count).sum::<u64>()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { minutes, percent, seed, finished, accepted, answers, put_off, .. } = self;
        writeln!(f, "{minutes} minutes, faults at {percent} %, seed {seed}\n")?;
        writeln!(f, "people    {finished} candidates did all five days; {accepted} promises")?;
        let (p50, p99) = (float(self.p50_us) / 1_000.0, float(self.p99_us) / 1_000.0);
        writeln!(
            f,
            "API       {answers} answers, {put_off} put off; p50 {p50:.1} ms, p99 {p99:.1} ms"
        )?;
        writeln!(f, "calls     {} to the table, {} to GitHub", self.table_calls, self.calls)?;
        let faults: u64 = self.faults.values().sum();
        writeln!(f, "faults    {faults} of {} kinds", self.faults.len())?;
        for (name, count) in &self.faults {
            writeln!(f, "            {count:>6}  {name}")?;
        }
        let [first, middle, last] = self.samples.thirds(|sample| sample.rss_kib);
        writeln!(
            f,
            "memory    {first} KiB in the first third, {middle} in the second, {last} in the last"
        )?;
        let [first, middle, last] = self.samples.thirds(|sample| sample.backlog);
        let oldest = self.samples.0.iter().map(|sample| sample.oldest_seconds).max().unwrap_or(0);
        writeln!(f, "backlog   {first}, {middle}, {last} messages; the oldest waited {oldest} s")?;
        let [first, middle, last] = self.samples.thirds(|sample| sample.messages);
        writeln!(f, "queue     {first}, {middle}, {last} messages, those for later among them")?;
        let jobs: Vec<_> =
            self.jobs.iter().map(|(state, count)| format!("{count} {state}")).collect();
        writeln!(f, "jobs      {}", jobs.join(", "))?;
        match self.dry_ms {
            Some(ms) => writeln!(f, "dry       after {:.1} s", float(ms) / 1_000.0)?,
            None => writeln!(f, "dry       never")?,
        }
        writeln!(f, "broken    {}", self.broken.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(partition: Option<&str>, at: &str) -> Item {
        let pairs = [("SK", Some("JOB")), ("GSI1PK", partition), ("GSI1SK", Some(at))];
        let pairs = pairs.into_iter().filter_map(|(name, text)| Some((name, text?)));
        pairs.map(|(name, text)| (name.to_owned(), AttributeValue::S(text.to_owned()))).collect()
    }

    #[test]
    fn a_job_is_left_to_be_done_while_it_is_due_soon() {
        let items = [
            job(Some("DUE"), "001772442000000#1"),
            job(Some("DUE"), "001772442000001#2"),
            job(Some("DEAD"), "001772442000000#3"),
            job(None, "001772442000000#4"),
        ];
        assert_eq!(due_by(&items, Timestamp::from_millisecond(1_772_442_000_000).unwrap()), 1);
    }

    #[test]
    fn answers_are_lost_of_calls_that_happened_and_of_no_others() {
        let github = BTreeMap::from([(Kind::LostAnswer, 2), (Kind::ServerError, 9)]);
        let other = [("table: lost answer", 3), ("table: throttle", 9), ("jobs: lost answer", 4)];
        let other = other.map(|(name, count)| (name.to_owned(), count));
        assert_eq!(lost_answers(&github, &BTreeMap::from(other)), 9);
    }

    #[test]
    fn nobody_having_finished_is_wrong_and_so_is_what_never_ends() {
        let told = ["nobody did all five days", "the jobs did not come to an end"];
        assert_eq!(Report::default().wrong(), told);
        let well = Report { finished: 1, dry_ms: Some(2), ..Report::default() };
        assert_eq!(well.wrong(), Vec::<String>::new());
    }
}
