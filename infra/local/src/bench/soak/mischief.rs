//! What befalls the functions' calls to table and queue, and the jobs that are handed to them: a share of all,
//! drawn from a seed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use http::request::Parts;
use serde_json::{Value, json};

use crate::door::{Call, Fate, Keeper};
use crate::github::faults::chance::Chance;

/// What is behind a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Table,
    Queue,
    /// The functions, as the queue hands jobs to them; what else goes there passes.
    Jobs,
}

/// Something that befalls a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// 500; nothing happened.
    Error,
    /// It happened, and the answer breaks off.
    LostAnswer,
    /// The table is too busy; nothing happened.
    Throttle,
    /// Somebody else writes the same; nothing happened.
    Conflict,
}

impl Fault {
    const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::LostAnswer => "lost answer",
            Self::Throttle => "throttle",
            Self::Conflict => "conflict",
        }
    }
}

/// Who stands at the doors, and what they did.
#[derive(Debug)]
pub(super) struct Mischief {
    percent: u8,
    reigns: AtomicBool,
    chance: Mutex<Chance>,
    dealt: Mutex<BTreeMap<String, u64>>,
}

impl Mischief {
    /// Befalls `percent` of all calls, until it is ended.
    pub(super) fn new(percent: u8, seed: u64) -> Arc<Self> {
        let chance = Mutex::new(Chance::from(seed));
        let (reigns, dealt) = (AtomicBool::new(true), Mutex::default());
        Arc::new(Self { percent, reigns, chance, dealt })
    }

    /// From now on everything passes.
    pub(super) fn end(&self) {
        self.reigns.store(false, Ordering::SeqCst);
    }

    /// How often what befell whom: `table: throttle`.
    pub(super) fn dealt(&self) -> BTreeMap<String, u64> {
        self.dealt.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn draw(&self, part: Part, operation: &str) -> Option<Fault> {
        let mut faults = vec![Fault::Error, Fault::LostAnswer];
        if part == Part::Table {
            faults.push(Fault::Throttle);
        }
        if operation == "TransactWriteItems" {
            faults.push(Fault::Conflict);
        }
        let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.reigns.load(Ordering::SeqCst) || !chance.hits(self.percent) {
            return None;
        }
        let fault = chance.pick(&faults).copied()?;
        let name = format!("{}: {}", part.name(), fault.name());
        *self.dealt.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += 1;
        Some(fault)
    }
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Queue => "queue",
            Self::Jobs => "jobs",
        }
    }
}

/// One of the doors.
#[derive(Debug)]
pub(super) struct Doorkeeper {
    pub(super) part: Part,
    pub(super) mischief: Arc<Mischief>,
}

impl Keeper for Doorkeeper {
    fn fate(&self, call: &mut Call) -> Fate {
        let target = call.parts.headers.get("x-amz-target").and_then(|it| it.to_str().ok());
        let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
        if self.part == Part::Jobs
            && !call.parts.uri.path().ends_with("/functions/jobs/invocations")
        {
            return Fate::Passed;
        }
        match self.mischief.draw(self.part, operation) {
            None => Fate::Passed,
            Some(Fault::LostAnswer) => Fate::Lost,
            Some(Fault::Error) => {
                let text = refusal("InternalServerError", "The request failed.").to_string();
                Fate::Refused(StatusCode::INTERNAL_SERVER_ERROR, text)
            }
            Some(Fault::Throttle) => {
                let name = "ProvisionedThroughputExceededException";
                let text = refusal(name, "The level of throughput was exceeded.").to_string();
                Fate::Refused(StatusCode::BAD_REQUEST, text)
            }
            Some(Fault::Conflict) => {
                Fate::Refused(StatusCode::BAD_REQUEST, conflict(&call.body).to_string())
            }
        }
    }

    fn heard(&self, _call: &Parts, _answer: &[u8]) {}
}

fn refusal(name: &str, message: &str) -> Value {
    json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": message })
}

/// The first item of the transaction is being written by somebody else.
fn conflict(body: &[u8]) -> Value {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let items = request.get("TransactItems").and_then(Value::as_array).map_or(1, Vec::len);
    let mut reasons = vec![json!({ "Code": "None" }); items.max(1)];
    if let Some(first) = reasons.first_mut() {
        *first = json!({
            "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item",
        });
    }
    let message = "Transaction cancelled, please refer cancellation reasons for specific reasons";
    let mut refused = refusal("TransactionCanceledException", message);
    if let Some(fields) = refused.as_object_mut() {
        fields.insert("CancellationReasons".to_owned(), Value::Array(reasons));
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_what_befalls_and_at_its_end_nothing_does() {
        let drawn = |seed| {
            let mischief = Mischief::new(20, seed);
            (0..200).map(|_call| mischief.draw(Part::Table, "PutItem")).collect::<Vec<_>>()
        };
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
        let befallen = drawn(7).into_iter().flatten().count();
        assert!((20..=60).contains(&befallen), "{befallen} of 200");

        let mischief = Mischief::new(100, 1);
        assert!(mischief.draw(Part::Queue, "SendMessage").is_some());
        mischief.end();
        assert_eq!(mischief.draw(Part::Queue, "SendMessage"), None);
        assert_eq!(mischief.dealt().values().sum::<u64>(), 1);
    }

    #[test]
    fn a_conflict_has_a_reason_for_each_item_of_its_transaction() {
        let refused = conflict(br#"{"TransactItems":[{},{},{}]}"#);
        let codes: Vec<_> = refused["CancellationReasons"].as_array().unwrap().iter().collect();
        assert_eq!((codes.len(), &codes[0]["Code"]), (3, &json!("TransactionConflict")));
        assert_eq!(codes[1], &json!({ "Code": "None" }));
    }
}
