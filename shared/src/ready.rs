//! Whether this process can serve: what it cannot do without is looked at, by name.
//!
//! Anybody may ask, so what was found is kept for a moment, and it tells nothing but which checks
//! failed: no name, no address, no reason.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::error::Error;
use crate::store::Store;
use crate::vault::Vault;

/// How long what was found is told again.
const KEPT: SignedDuration = SignedDuration::from_secs(2);
/// How long the table may take to answer.
const TABLE_LIMIT: Duration = Duration::from_millis(500);

/// Each check by its name, and whether it passed.
pub type Checks = Vec<(&'static str, bool)>;

/// Whether this process can serve. Clones share what was found.
#[derive(Debug, Clone)]
pub struct Readiness {
    store: Store,
    vault: Vault,
    clock: Clock,
    found: Arc<Mutex<Option<(Timestamp, Checks)>>>,
}

impl Readiness {
    /// Looks at `store` and `vault`, at most once in two seconds by `clock`.
    pub fn new(store: &Store, vault: &Vault, clock: &Clock) -> Self {
        let (store, vault, clock) = (store.clone(), vault.clone(), clock.clone());
        Self { store, vault, clock, found: Arc::default() }
    }

    /// All checks, when all pass; else [`Error::NotReady`]. Of many who ask at once one looks: at most
    /// one call to the table in two seconds.
    pub async fn checks(&self) -> Result<Checks, Error> {
        let mut found = self.found.lock().await;
        let now = self.clock.now();
        let fresh = SignedDuration::ZERO..KEPT;
        let kept = found.as_ref().filter(|(at, _)| fresh.contains(&now.duration_since(*at)));
        let checks = if let Some((_at, checks)) = kept {
            checks.clone()
        } else {
            let checks = self.look().await;
            *found = Some((now, checks.clone()));
            checks
        };
        let ready = checks.iter().all(|(_name, passed)| *passed);
        if ready { Ok(checks) } else { Err(Error::NotReady(checks)) }
    }

    async fn look(&self) -> Checks {
        let (table, secrets) =
            tokio::join!(self.store.answers_within(TABLE_LIMIT), self.vault.secrets());
        // Open settings were read and found right before the process served anything: with wrong ones
        // none starts. Secret ones may be read only now.
        vec![("table", table), ("configuration", secrets.is_ok())]
    }
}

/// What is told of `checks`: `ok` or `failed`, by name.
pub fn results_of(checks: &Checks) -> BTreeMap<&'static str, &'static str> {
    let told = |passed| if passed { "ok" } else { "failed" };
    checks.iter().map(|(name, passed)| (*name, told(*passed))).collect()
}
