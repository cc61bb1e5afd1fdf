//! Calls that create something on GitHub, at the pace that all processes keep together.
//!
//! Jobs reserve a moment for every such call: making a repository, inviting a collaborator, tagging
//! and testing a submission, trying a template out. The reservation and whoever holds it are one write, so none is lost with
//! a process. The test runs that candidates ask for do not wait: what the settings leave of GitHub's
//! limits (80 calls a minute, 500 an hour) is theirs.

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::config::CreateLimits;
use crate::domain::creates::{Bucket, Lane, Rates};
use crate::error::Error;
use crate::mint::Mint;
use crate::store::Store;
use crate::store::item::Stored;
use crate::store::transaction::{Transaction, Written, settled};

/// How often a reservation is tried that others overtake.
const ROUNDS_MAX: u32 = 8;
/// How long somebody waits who was overtaken too often, in milliseconds: from 1 to 4 seconds, so that
/// those who come together do not come together again.
const BUSY_MS: std::ops::Range<i64> = 1_000..4_000;
/// How long somebody waits for whom there is no moment left to reserve.
const FULL: SignedDuration = SignedDuration::from_mins(15);

/// When creating calls are made. Clones share their moments, as all processes do.
#[derive(Debug, Clone)]
pub struct Creates {
    store: Store,
    clock: Clock,
    mint: Mint,
    rates: Rates,
}

/// What became of asking for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Slot {
    /// Now, and nothing was written: the moment that was held is good, or there are no limits.
    Open,
    /// At that moment, which may be now; the holder's write is stored.
    Reserved(Moment),
    /// The holder changed meanwhile; nothing is stored.
    Changed,
    /// Others were faster, again and again, or too many wait: ask again after that.
    Busy(SignedDuration),
}

/// A moment that is reserved. Whether it has come is judged by the time at which it was looked for:
/// the clock goes on while the reservation is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When the call may be made.
    pub at: Timestamp,
    /// How long it was until then; zero where it is to be made now.
    pub wait: SignedDuration,
}

impl Moment {
    fn seen(at: Timestamp, now: Timestamp) -> Self {
        Self { at, wait: at.duration_since(now).max(SignedDuration::ZERO) }
    }

    /// Whether the call is to be made now.
    pub const fn is_now(self) -> bool {
        self.wait.is_zero()
    }
}

/// Where somebody stands who waits for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// How many calls come before.
    pub ahead: u32,
    /// How long it takes until the moment.
    pub wait: SignedDuration,
}

/// How far ahead moments are reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many calls have a moment that is still to come.
    pub reserved: u32,
    /// GitHub had too many calls from us: until then there are none.
    pub closed_until: Option<Timestamp>,
    /// The next free moment of a call that many make at once; none while too many wait.
    pub bulk: Option<Timestamp>,
    /// The next free moment of a call that somebody waits for; none while too many wait.
    pub prompt: Option<Timestamp>,
}

impl Creates {
    /// The pace of `limits`, kept in `store`.
    pub fn new(limits: CreateLimits, store: &Store, clock: &Clock, mint: &Mint) -> Self {
        let rates =
            Rates { second: limits.per_second, minute: limits.per_minute, hour: limits.per_hour };
        Self { store: store.clone(), clock: clock.clone(), mint: mint.clone(), rates }
    }

    /// Asks for a moment for one creating call. `held` is the moment that was reserved for it before,
    /// if one was; it is exchanged when it has passed, or when GitHub asked for a pause since. `reserve`
    /// adds to the write that the moment is held: it must be refused when the holder has changed.
    ///
    /// Without limits nothing is read.
    pub async fn take(
        &self,
        lane: Lane,
        held: Option<Timestamp>,
        reserve: impl Fn(Transaction, Moment) -> Result<Transaction, Error>,
    ) -> Result<Slot, Error> {
        if !self.rates.are_limited() {
            return Ok(Slot::Open);
        }
        let mut before = None;
        for _ in 0..ROUNDS_MAX {
            let now = self.clock.now();
            let read = self.store.creates().await?;
            let version = read.as_ref().map(|read| read.version);
            if before == Some(version) {
                return Ok(Slot::Changed);
            }
            before = Some(version);
            let bucket = read.as_ref().map(|read| read.value.clone()).unwrap_or_default();
            if held.is_some_and(|held| bucket.is_good(held, now)) {
                return Ok(Slot::Open);
            }
            let Some((bucket, at)) = self.exchanged(bucket, (lane, held), now) else {
                return Ok(Slot::Busy(FULL));
            };
            let moment = Moment::seen(at, now);
            let write = reserve(Self::stored(read.as_ref(), &bucket)?, moment)?;
            match self.store.write(write, &self.mint).await {
                Ok(Written::Yes) => return Ok(Slot::Reserved(moment)),
                Ok(Written::Refused) | Err(Error::Contended) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Slot::Busy(self.some_seconds()))
    }

    /// The bucket with a moment in place of the one that was `held`. Who had one and missed it has
    /// waited long enough.
    fn exchanged(
        &self,
        bucket: Bucket,
        (lane, held): (Lane, Option<Timestamp>),
        now: Timestamp,
    ) -> Option<(Bucket, Timestamp)> {
        match held {
            Some(held) => bucket.give_back(held).take(Lane::Prompt, self.rates, now),
            None => bucket.take(lane, self.rates, now),
        }
    }

    fn stored(read: Option<&Stored<Bucket>>, bucket: &Bucket) -> Result<Transaction, Error> {
        match read {
            Some(read) => Transaction::new().replace(read, bucket),
            None => Transaction::new().create(bucket),
        }
    }

    fn some_seconds(&self) -> SignedDuration {
        let spread = BUSY_MS.end - BUSY_MS.start;
        let chance = i64::from(u32::from_be_bytes(self.mint.bytes())) % spread;
        SignedDuration::from_millis(BUSY_MS.start + chance)
    }

    /// Nobody makes a creating call for `pause`: GitHub had too many from us.
    pub async fn close(&self, pause: SignedDuration) -> Result<(), Error> {
        if !self.rates.are_limited() {
            return Ok(());
        }
        settled(|| async {
            let read = self.store.creates().await?;
            let bucket = read.as_ref().map(|read| read.value.clone()).unwrap_or_default();
            let until = self.clock.now().checked_add(pause).unwrap_or(Timestamp::MAX);
            let write = Self::stored(read.as_ref(), &bucket.close(until))?;
            Ok((self.store.write(write, &self.mint).await? == Written::Yes).then_some(()))
        })
        .await
    }

    /// Where whoever holds the moment `held` stands; `None` once it has come. One read.
    pub async fn place(&self, held: Timestamp) -> Result<Option<Place>, Error> {
        let now = self.clock.now();
        if held <= now {
            return Ok(None);
        }
        let read = self.store.creates().await?;
        Ok(read.map(|read| Place {
            ahead: read.value.ahead_of(held, now),
            wait: held.duration_since(now),
        }))
    }

    /// How far ahead moments are reserved; none where there are no limits. At most one read.
    pub async fn pace(&self) -> Result<Option<Pace>, Error> {
        if !self.rates.are_limited() {
            return Ok(None);
        }
        let bucket = self.store.creates().await?.map(|read| read.value).unwrap_or_default();
        let now = self.clock.now();
        let next = |lane| bucket.clone().take(lane, self.rates, now).map(|(_bucket, at)| at);
        Ok(Some(Pace {
            reserved: bucket.ahead_of(Timestamp::MAX, now),
            closed_until: bucket.closed_until.filter(|until| *until > now),
            bulk: next(Lane::Bulk),
            prompt: next(Lane::Prompt),
        }))
    }
}
