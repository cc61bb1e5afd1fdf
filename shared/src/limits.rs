//! Limits, shared by all processes through the table.
//!
//! They protect the service and nothing is built on them: whatever must not happen twice is refused
//! by its own condition. So a limit never fails a request by itself: when the table does not answer
//! for it, or is too busy with it, the request passes, and the log says so.

use std::net::IpAddr;
use std::time::Duration;

use crate::clock::Clock;
use crate::config::LimitsConfig;
use crate::domain::limit::{self, Allowance, Policy};
use crate::error::Error;
use crate::ledger::{self, Standing};
use crate::store::Store;

/// How long a request waits to hear whether it may pass.
const PATIENCE: Duration = Duration::from_secs(1);

/// Bits of an IPv6 address that name one network: whoever has one has all addresses in it.
const NETWORK_BITS: u32 = 64;

/// Who may do what how often. Clones share their counts, as all processes do.
#[derive(Debug, Clone)]
pub struct Limits {
    /// None where limits are off: then the table is not asked.
    counts: Option<Store>,
    clock: Clock,
}

impl Limits {
    /// The limits that `config` switches on or off, counted in `store`.
    pub fn new(config: &LimitsConfig, store: &Store, clock: &Clock) -> Self {
        Self { counts: config.enabled.then(|| store.clone()), clock: clock.clone() }
    }

    /// Takes one of `allowance` while `read` is under way, so that asking costs no time; the refusal
    /// wins over whatever was read. `read` must change nothing: it is done for a refused request too.
    pub async fn beside<T>(
        &self,
        allowance: Allowance,
        read: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let (allowed, read) = tokio::join!(self.take(allowance), Box::pin(read));
        allowed?;
        read
    }

    /// Takes one of `allowance`: [`Error::RateLimited`] until the window's end when none is left.
    /// The answer to the request says how many are.
    pub async fn take(&self, allowance: Allowance) -> Result<(), Error> {
        let standing = self.standing(&allowance).await;
        let Some((taken, standing)) = standing else { return Ok(()) };
        ledger::limited(standing);
        taken.then_some(()).ok_or(Error::RateLimited(standing.reset_seconds))
    }

    /// Counts a request that showed no good token, by the `address` it came from, and says what it is
    /// answered: `refusal`, or [`Error::RateLimited`] once there were too many. Requests with a good
    /// token are not asked about, so an address full of failures keeps nobody out.
    pub async fn failed_login(&self, address: Option<IpAddr>, refusal: Error) -> Error {
        let counted = self.take(of_address(limit::FAILED_LOGIN, address)).await;
        counted.err().unwrap_or(refusal)
    }

    /// Counts a wrong admin key, by the `address` it came from. Call it after the comparison, and only
    /// where a key was sent.
    ///
    /// The answer to a wrong key is the same before and after the limit, headers included, because
    /// any difference would tell that there is something to guess at. The guess that reaches the limit
    /// is an error in the log, one for each window, to put an alarm on.
    pub async fn failed_admin_key(&self, address: Option<IpAddr>) {
        let standing = self.standing(&of_address(limit::ADMIN_KEY, address)).await;
        if let Some((true, Standing { remaining: 0, .. })) = standing {
            tracing::error!("somebody guesses at the admin key");
        }
    }

    /// Whether so many wrong admin keys came from `address` that the right one does not count either
    /// until the window ends: otherwise guessing would go on at any pace.
    pub async fn is_guessed_out(&self, address: Option<IpAddr>) -> bool {
        let Some(store) = &self.counts else { return false };
        let allowance = of_address(limit::ADMIN_KEY, address);
        let window = allowance.policy().window(self.clock.now());
        let taken = tokio::time::timeout(PATIENCE, store.taken(&allowance, window)).await;
        let Ok(Ok(taken)) = taken else {
            tracing::warn!(policy = allowance.policy().name, "a limit is unknown");
            return false;
        };
        taken >= allowance.policy().max
    }

    /// Whether one of `allowance` could be taken, and what is left; none when nobody can tell.
    async fn standing(&self, allowance: &Allowance) -> Option<(bool, Standing)> {
        let store = self.counts.as_ref()?;
        let (policy, now) = (allowance.policy(), self.clock.now());
        let window = policy.window(now);
        // Boxed: a call of the SDK makes a large future, and every route has this one in its own.
        let taking = Box::pin(store.take(allowance, window));
        let taken = match tokio::time::timeout(PATIENCE, taking).await {
            Ok(Ok(taken)) => taken,
            Ok(Err(error)) => {
                tracing::warn!(policy = policy.name, error = %error.chain(), "a limit is unknown");
                return None;
            }
            Err(_elapsed) => {
                tracing::warn!(policy = policy.name, "a limit is unknown: the table is slow");
                return None;
            }
        };
        let standing = Standing {
            policy: policy.name,
            max: policy.max,
            window_seconds: policy.window_seconds,
            remaining: taken.map_or(0, |taken| policy.max.saturating_sub(taken)),
            reset_seconds: window.seconds_left(now),
        };
        Some((taken.is_some(), standing))
    }
}

/// What a network address may use of `policy`. An IPv6 address counts for its /64 network, and all
/// callers whose address is not known share one allowance.
fn of_address(policy: Policy, address: Option<IpAddr>) -> Allowance {
    match address.map(|address| address.to_canonical()) {
        None => policy.of(&[&"unknown"]),
        Some(IpAddr::V4(address)) => policy.of(&[&address]),
        Some(IpAddr::V6(address)) => {
            let network = address.to_bits() >> (u128::BITS - NETWORK_BITS);
            policy.of(&[&"network", &network])
        }
    }
}

#[cfg(test)]
mod tests;
