//! What a piece of work asks of AWS, noted where somebody wants to know: the stories of the tests
//! compare it with what the template lets each function do. Elsewhere nothing is kept.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    static NOTING: Noting;
}

/// Who is at work, and where its notes go.
struct Noting {
    function: &'static str,
    notes: Notes,
}

/// A permission, as a role gives it: an action, on the table itself or on one of its indexes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// As AWS writes it: `dynamodb:Query`.
    pub action: String,
    /// The index that it is about.
    pub index: Option<String>,
}

impl Permission {
    /// The permission for `action`.
    pub fn of(action: &str) -> Self {
        Self { action: action.to_owned(), index: None }
    }

    /// The same, on an index of the table.
    pub fn on(self, index: Option<&str>) -> Self {
        Self { index: index.map(ToOwned::to_owned), ..self }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.action)?;
        self.index.as_ref().map_or(Ok(()), |index| write!(f, " on {index}"))
    }
}

/// Which function asked for what. Clones share what is noted.
#[derive(Debug, Clone, Default)]
pub struct Notes(Arc<Mutex<BTreeSet<(&'static str, Permission)>>>);

impl Notes {
    /// Does `work` of `function` and notes what it asks of AWS. What it leaves to other tasks is not
    /// noted.
    pub async fn of<T>(&self, function: &'static str, work: impl Future<Output = T>) -> T {
        let noting = Noting { function, notes: self.clone() };
        NOTING.scope(noting, work).await
    }

    /// Everything that was asked so far, by function.
    pub fn all(&self) -> BTreeSet<(&'static str, Permission)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Notes that the work at hand needs `permission`.
pub(crate) fn note(permission: Permission) {
    let _noted = NOTING.try_with(|noting| {
        let mut notes = noting.notes.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.insert((noting.function, permission));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_asked_is_noted_by_who_asks_and_elsewhere_not_at_all() {
        let notes = Notes::default();
        let query = || Permission::of("dynamodb:Query").on(Some("GSI1"));

        note(Permission::of("ses:SendEmail"));
        notes.of("jobs", async { note(query()) }).await;
        let later = notes.of("sweep", async { note(Permission::of("sqs:SendMessage")) });
        drop(later);
        notes.of("sweep", async { note(query()) }).await;

        let told: Vec<String> =
            notes.all().iter().map(|(who, what)| format!("{who}: {what}")).collect();
        assert_eq!(told, ["jobs: dynamodb:Query on GSI1", "sweep: dynamodb:Query on GSI1"]);
    }
}
