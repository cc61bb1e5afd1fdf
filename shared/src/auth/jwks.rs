//! The identity provider's signing keys: fetched seldom, kept long, and never by a stranger's leave.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::DecodingKey;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{Mutex, RwLock};
use url::Url;

use crate::auth::token::TokenError;
use crate::clock::Clock;
use crate::error::is_unknown_issuer;
use crate::http_client::Http;

/// The deadline of one fetch.
const FETCH_TIMEOUT: Duration = Duration::from_millis(1_500);
/// The largest document, in bytes.
const DOCUMENT_BYTES_MAX: usize = 256 * 1024;
/// The most keys of a document that are looked at.
const KEYS_MAX: usize = 64;
/// The longest key id, in bytes. Ours are some 20 to 40; nobody looks up a longer one.
const KID_BYTES_MAX: usize = 256;
/// Keys serve this long after they were fetched while the provider is away.
const STALE_FOR: SignedDuration = SignedDuration::from_hours(24);
/// The least time between two fetches while keys are known.
const COOL_DOWN: SignedDuration = SignedDuration::from_secs(30);
/// The least time between two fetches while none are, because nobody can log in meanwhile.
const COLD_COOL_DOWN: SignedDuration = SignedDuration::from_secs(5);
/// A key id that was not found is not looked for again this long.
const UNKNOWN_FOR: SignedDuration = SignedDuration::from_secs(120);
/// The most key ids remembered as unknown; the oldest makes room.
const UNKNOWN_MAX: usize = 64;
/// The smallest and the largest RSA modulus, in bits.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;
/// The longest RSA exponent, in bytes.
const EXPONENT_BYTES_MAX: usize = 8;

/// The keys of one provider. Cheap to clone; clones share what was fetched.
#[derive(Debug, Clone)]
pub struct Jwks {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: Http,
    url: Url,
    ttl: SignedDuration,
    clock: Clock,
    keys: RwLock<Option<KeySet>>,
    /// Held while fetching, so that a crowd of callers makes one fetch.
    flight: Mutex<Flight>,
}

#[derive(Debug)]
struct KeySet {
    by_kid: HashMap<String, Arc<DecodingKey>>,
    fetched_at: Timestamp,
}

#[derive(Debug, Default)]
struct Flight {
    tried_at: Option<Timestamp>,
    unknown: VecDeque<(String, Timestamp)>,
}

impl Jwks {
    /// The keys at `url`, fetched anew when they are older than `ttl` (an hour is usual). Nothing is
    /// fetched before the first token.
    pub fn new(http: impl Into<Http>, url: Url, ttl: SignedDuration, clock: Clock) -> Self {
        let http = http.into();
        let (keys, flight) = (RwLock::default(), Mutex::default());
        Self { inner: Arc::new(Inner { http, url, ttl, clock, keys, flight }) }
    }

    /// The key named `kid`.
    ///
    /// Errors: [`TokenError::KeyNotFound`], or [`TokenError::ProviderUnavailable`] when no keys are
    /// known and none can be fetched. Fetches at most once per 30 s (5 s while nothing is known).
    pub async fn key(&self, kid: &str, now: Timestamp) -> Result<Arc<DecodingKey>, TokenError> {
        if kid.len() > KID_BYTES_MAX {
            return Err(TokenError::KeyNotFound);
        }
        if let Found::Fresh(key) = self.known(kid, now).await {
            return Ok(key);
        }
        let mut flight = self.inner.flight.lock().await;
        // Whoever held the lock may have fetched what we came for.
        let found = self.known(kid, now).await;
        match &found {
            Found::Fresh(key) => return Ok(Arc::clone(key)),
            Found::NotInSet if flight.is_unknown(kid, now) => return Err(TokenError::KeyNotFound),
            _ => {}
        }
        let rest = flight.rest(&found, now);
        let was_fetched = rest.is_zero() && self.fetch(&mut flight, now).await;
        let found = if was_fetched { self.known(kid, now).await } else { found };
        match found {
            Found::Fresh(key) | Found::Stale(key) => Ok(key),
            Found::NotInSet if was_fetched => {
                flight.remember_unknown(kid, now);
                Err(TokenError::KeyNotFound)
            }
            Found::NotInSet => Err(TokenError::KeyNotFound),
            Found::NoSet => Err(unavailable(rest)),
        }
    }

    async fn known(&self, kid: &str, now: Timestamp) -> Found {
        let keys = self.inner.keys.read().await;
        let Some(set) = keys.as_ref().filter(|set| set.age(now) < STALE_FOR) else {
            return Found::NoSet;
        };
        match set.by_kid.get(kid) {
            Some(key) if set.age(now) < self.inner.ttl => Found::Fresh(Arc::clone(key)),
            Some(key) => Found::Stale(Arc::clone(key)),
            None => Found::NotInSet,
        }
    }

    /// Fetches and keeps the keys; false if there were none to be had and the old ones stay.
    async fn fetch(&self, flight: &mut Flight, now: Timestamp) -> bool {
        // Noted before the call: a caller who gives up does not free the next one to try again.
        flight.tried_at = Some(now);
        let by_kid = match self.download().await {
            Ok(document) => document.usable(),
            Err(reason) => {
                tracing::warn!(reason, "cannot fetch the identity provider's keys");
                return false;
            }
        };
        let mut keys = self.inner.keys.write().await;
        if by_kid.is_empty() && keys.as_ref().is_some_and(|known| !known.by_kid.is_empty()) {
            tracing::warn!(
                "the identity provider's document has no usable key; keeping the last ones"
            );
            return false;
        }
        *keys = Some(KeySet { by_kid, fetched_at: now.max(self.inner.clock.now()) });
        true
    }

    async fn download(&self) -> Result<Document, &'static str> {
        let http = self.inner.http.client().map_err(|_error| "no certificates can be believed")?;
        let call = http.get(self.inner.url.clone()).timeout(FETCH_TIMEOUT);
        let mut response = call.send().await.map_err(|error| kind_of(&error))?;
        if response.status() != StatusCode::OK {
            return Err("the status is not 200");
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| kind_of(&error))? {
            if body.len() + chunk.len() > DOCUMENT_BYTES_MAX {
                return Err("the document is too large");
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(|_error| "the document is not a key set")
    }
}

/// A fixed word for a failure, because the error's own text may hold an address with a secret in it.
fn kind_of(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "the call took too long"
    } else if is_unknown_issuer(error) {
        "its certificate is of an unknown issuer; TENON_TLS_ROOTS=system believes whom this machine \
         believes"
    } else {
        "the call failed"
    }
}

fn unavailable(rest: SignedDuration) -> TokenError {
    let wait = if rest.is_zero() { COLD_COOL_DOWN } else { rest };
    let seconds = u32::try_from(wait.as_secs() + i64::from(wait.subsec_nanos() > 0)).unwrap_or(1);
    TokenError::ProviderUnavailable { retry_after_seconds: seconds.max(1) }
}

enum Found {
    Fresh(Arc<DecodingKey>),
    Stale(Arc<DecodingKey>),
    NotInSet,
    NoSet,
}

impl KeySet {
    fn age(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.fetched_at)
    }
}

impl Flight {
    /// How long until the next fetch is allowed.
    fn rest(&self, found: &Found, now: Timestamp) -> SignedDuration {
        let Some(tried_at) = self.tried_at else { return SignedDuration::ZERO };
        let cool_down = if matches!(found, Found::NoSet) { COLD_COOL_DOWN } else { COOL_DOWN };
        (cool_down - now.duration_since(tried_at)).clamp(SignedDuration::ZERO, cool_down)
    }

    fn is_unknown(&self, kid: &str, now: Timestamp) -> bool {
        self.unknown
            .iter()
            .any(|(unknown, since)| unknown == kid && now.duration_since(*since) < UNKNOWN_FOR)
    }

    fn remember_unknown(&mut self, kid: &str, now: Timestamp) {
        self.unknown.retain(|(unknown, _)| unknown != kid);
        if self.unknown.len() >= UNKNOWN_MAX {
            self.unknown.pop_front();
        }
        self.unknown.push_back((kid.to_owned(), now));
    }
}

/// A JSON Web Key Set. Its members are read one by one, so an odd one spoils no other.
#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct WebKey {
    kid: String,
    kty: String,
    n: String,
    e: String,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
}

impl Document {
    /// The keys that may verify an RS256 signature, without those that share their id.
    fn usable(self) -> HashMap<String, Arc<DecodingKey>> {
        let mut by_kid = HashMap::new();
        let mut doubled = HashSet::new();
        for value in self.keys.into_iter().take(KEYS_MAX) {
            let Ok(key) = serde_json::from_value::<WebKey>(value) else { continue };
            let Some(decoding) = key.decoding() else { continue };
            if by_kid.insert(key.kid.clone(), Arc::new(decoding)).is_some() {
                doubled.insert(key.kid);
            }
        }
        by_kid.retain(|kid, _| !doubled.contains(kid));
        by_kid
    }
}

impl WebKey {
    fn decoding(&self) -> Option<DecodingKey> {
        let is_for_us = self.kty == "RSA"
            && !self.kid.is_empty()
            && self.kid.len() <= KID_BYTES_MAX
            && self.alg.as_ref().is_none_or(|alg| alg == "RS256")
            && self.purpose.as_ref().is_none_or(|purpose| purpose == "sig")
            && self.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if !is_for_us {
            return None;
        }
        let modulus = number(&self.n)?;
        let exponent = number(&self.e)?;
        let bits = modulus.len() * 8 - leading_zeros(&modulus);
        let is_odd = exponent.last().is_some_and(|last| last % 2 == 1);
        let is_sound = MODULUS_BITS.contains(&bits)
            && is_odd
            && exponent.len() <= EXPONENT_BYTES_MAX
            && exponent != [1];
        is_sound.then(|| DecodingKey::from_rsa_raw_components(&modulus, &exponent))
    }
}

/// A big-endian number without leading zero bytes.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}

fn leading_zeros(bytes: &[u8]) -> usize {
    bytes.first().map_or(0, |byte| usize::try_from(byte.leading_zeros()).unwrap_or(0))
}

#[cfg(test)]
mod tests;
