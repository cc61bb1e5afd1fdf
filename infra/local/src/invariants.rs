//! What must be so whatever happened: campaigns of faults, races and load are judged by it.
//!
//! `rows` reads every item and holds its keys against its value; `counts` holds counters and copies
//! against what they count; `forward` finds what is pending and brought on by nobody; `elsewhere` holds
//! the table against GitHub and the mailbox; `promises` finds what somebody was told and is not there.
//!
//! All of it holds at every moment between two writes, not only once everything is done: state and what
//! must follow are one write. Only a job that is long overdue, or a request that is under way, needs
//! somebody to look again later.

pub mod broken;
mod counts;
mod elsewhere;
mod forward;
pub mod promises;
mod rows;

use dynoxide::DynoxideError;
use dynoxide::actions::scan::ScanRequest;
use jiff::Timestamp;

use crate::github::evidence::Holdings;
use crate::invariants::broken::Broken;
use crate::invariants::promises::Promises;
use crate::invariants::rows::Rows;
use crate::mailbox::Mail;
use crate::opened::{CannotOpen, Item, opened};
use crate::stack::Stack;
use crate::table::Table;

/// Everything there is at one moment.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// All items of the table, opened.
    pub items: Vec<Item>,
    /// What GitHub holds.
    pub github: Holdings,
    /// All mails.
    pub mails: Vec<Mail>,
    /// The moment.
    pub now: Timestamp,
}

/// The table could not be read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// It did not answer.
    #[error("cannot read the table")]
    Read(#[source] DynoxideError),
    /// It answered with what no DynamoDB answers.
    #[error("an item of the table is no item")]
    Item(#[source] CannotOpen),
}

impl Evidence {
    /// Everything that `stack` holds now. Nobody should write meanwhile: a repository that is made
    /// between two reads would look like one that is nobody's.
    pub fn of(stack: &Stack) -> Result<Self, EvidenceError> {
        Ok(Self {
            items: items_of(&stack.table)?,
            github: stack.github.holdings(),
            mails: stack.mailbox.mails(),
            now: stack.app.clock.now(),
        })
    }

    /// Every invariant that does not hold, each once, in the order of its kinds.
    pub fn broken(&self, promises: &Promises) -> Vec<Broken> {
        let mut broken = Vec::new();
        let rows = Rows::read(&self.items, &mut broken);
        counts::check(&rows, &mut broken);
        forward::check(&rows, self.now, &mut broken);
        elsewhere::check(&rows, self, promises.lost_answers, &mut broken);
        promises::check(promises, &rows, &mut broken);
        broken.sort();
        broken.dedup();
        broken
    }
}

/// Every invariant that does not hold of `stack` now, where nobody was promised anything and no answer
/// was lost.
pub fn broken(stack: &Stack) -> Result<Vec<Broken>, EvidenceError> {
    Ok(Evidence::of(stack)?.broken(&Promises::default()))
}

/// All items of `table`, opened.
pub fn items_of(table: &Table) -> Result<Vec<Item>, EvidenceError> {
    let mut items = Vec::new();
    let mut after = None;
    loop {
        let table_name = table.name().to_owned();
        let scan = ScanRequest { table_name, exclusive_start_key: after, ..ScanRequest::default() };
        let page = table.database().scan(scan).map_err(EvidenceError::Read)?;
        for item in page.items.unwrap_or_default() {
            let told = serde_json::to_value(&item).map_err(CannotOpen::Json);
            items.push(told.and_then(opened).map_err(EvidenceError::Item)?);
        }
        after = page.last_evaluated_key;
        if after.is_none() {
            return Ok(items);
        }
    }
}
