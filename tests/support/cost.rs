//! What a request costs: calls to the table, and calls to GitHub.

use crate::caller::Answer;
use crate::story::Story;

/// How many calls were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// To the table, a transaction counting as one.
    pub table: u64,
    /// To GitHub.
    pub github: u64,
}

impl Cost {
    /// Calls to the table and none to GitHub.
    pub const fn of_table(table: u64) -> Self {
        Self { table, github: 0 }
    }
}

impl Story {
    /// The answer to `request` and what it cost. Nothing else may happen meanwhile.
    pub async fn costing(&self, request: impl Future<Output = Answer>) -> (Answer, Cost) {
        let before = self.spent();
        let answer = request.await;
        let after = self.spent();
        let cost = Cost { table: after.table - before.table, github: after.github - before.github };
        (answer, cost)
    }

    fn spent(&self) -> Cost {
        Cost {
            table: self.stack.app.store.calls().count(),
            github: self.stack.github.total_calls(),
        }
    }
}
