//! When we may make a call that creates something on GitHub: sliding windows, kept by reservation.
//!
//! Every call has a moment of its own, reserved before it is made. So no window is ever exceeded,
//! whoever comes first goes first, and it is known beforehand how long anybody waits.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How late a call may be made in its moment: the queue rounds to seconds, and hands jobs out in
/// batches. The minute and the hour are
/// taken to be longer by as much, so that they hold whoever is late.
pub const LATENESS: SignedDuration = SignedDuration::from_secs(10);
/// How many moments are kept: what is beyond waits without one. Keeps the item far below 64 KB.
const MOMENTS_MAX: usize = 4_000;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 70_000;
const HOUR_MS: i64 = 3_610_000;

/// How many calls there may be; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// In a second.
    pub second: u32,
    /// In a minute.
    pub minute: u32,
    /// In an hour.
    pub hour: u32,
}

/// How urgent a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Many come at once and nobody waits at a screen: they leave a sixth of the minute and of the
    /// hour to the others.
    Bulk,
    /// Somebody waits for it.
    Prompt,
}

/// The calls of the last hour, and those that are still to come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bucket {
    moments: Moments,
    /// GitHub had too many calls from us: until then there are none.
    pub closed_until: Option<Timestamp>,
}

/// Moments in milliseconds since the epoch, ascending; as text, each but the first by how much it
/// follows the one before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Moments(Vec<i64>);

/// The text is no list of moments.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("not a list of moments")]
struct InvalidMoments;

impl TryFrom<String> for Moments {
    type Error = InvalidMoments;

    fn try_from(text: String) -> Result<Self, InvalidMoments> {
        let mut last: i64 = 0;
        let steps = text.split(',').filter(|step| !step.is_empty());
        let moments = steps.map(|step| {
            let step: i64 = step.parse().map_err(|_not_one| InvalidMoments)?;
            last = last.checked_add(step).ok_or(InvalidMoments)?;
            Ok(last)
        });
        moments.collect::<Result<_, _>>().map(Self)
    }
}

impl From<Moments> for String {
    fn from(moments: Moments) -> Self {
        let mut last = 0;
        let steps = moments.0.into_iter().map(|moment| {
            let step = moment - last;
            last = moment;
            step.to_string()
        });
        steps.collect::<Vec<_>>().join(",")
    }
}

impl Rates {
    /// Whether there is any limit at all.
    pub const fn are_limited(self) -> bool {
        self.second > 0 || self.minute > 0 || self.hour > 0
    }

    /// The windows that hold in `lane`, as length in milliseconds and number of calls, the longest
    /// first.
    fn windows(self, lane: Lane) -> [(i64, usize); 3] {
        let of = |max: u32| {
            let spared = match lane {
                Lane::Bulk => max / 6,
                Lane::Prompt => 0,
            };
            usize::try_from(max - spared).unwrap_or(usize::MAX)
        };
        let second = usize::try_from(self.second).unwrap_or(usize::MAX);
        [(HOUR_MS, of(self.hour)), (MINUTE_MS, of(self.minute)), (SECOND_MS, second)]
    }
}

impl Bucket {
    /// Reserves the earliest moment from `now` on, and not while the bucket is closed, at which no
    /// window of `rates` has too many calls. `None` when too many wait already.
    pub fn take(mut self, lane: Lane, rates: Rates, now: Timestamp) -> Option<(Self, Timestamp)> {
        let oldest = now.as_millisecond().saturating_sub(HOUR_MS);
        let moments = &mut self.moments.0;
        moments.retain(|moment| *moment > oldest);
        if moments.len() >= MOMENTS_MAX {
            return None;
        }
        let from = self.closed_until.map_or(now, |until| until.max(now));
        let moment = earliest(moments, from.as_millisecond(), &rates.windows(lane));
        moments.insert(moments.partition_point(|earlier| *earlier <= moment), moment);
        let at = Timestamp::from_millisecond(moment).ok()?;
        Some((self, at))
    }

    /// Gives back a moment that was not used.
    pub fn give_back(mut self, at: Timestamp) -> Self {
        let given = at.as_millisecond();
        if let Some(index) = self.moments.0.iter().position(|moment| *moment == given) {
            self.moments.0.remove(index);
        }
        self
    }

    /// Closes the bucket until `until`, or longer where it is closed longer.
    pub fn close(mut self, until: Timestamp) -> Self {
        self.closed_until = self.closed_until.max(Some(until));
        self
    }

    /// Whether the moment `held` is good for a call at `now`: it has come, is not long past, and
    /// GitHub has not asked for a pause since.
    pub fn is_good(&self, held: Timestamp, now: Timestamp) -> bool {
        let open = self.closed_until.is_none_or(|until| until <= now);
        open && held <= now && now.duration_since(held) <= LATENESS
    }

    /// How many calls are to be made before the one at `held`.
    pub fn ahead_of(&self, held: Timestamp, now: Timestamp) -> u32 {
        let between = now.as_millisecond().saturating_add(1)..held.as_millisecond();
        let ahead = self.moments.0.iter().filter(|moment| between.contains(moment)).count();
        u32::try_from(ahead).unwrap_or(u32::MAX)
    }
}

/// The earliest moment from `from` on that fits into every one of `windows`.
fn earliest(moments: &[i64], from: i64, windows: &[(i64, usize)]) -> i64 {
    let mut moment = from;
    let next = |moment: i64| {
        windows
            .iter()
            .find_map(move |(length, max)| next_after_full(moments, moment, *length, *max))
    };
    while let Some(later) = next(moment) {
        moment = later;
    }
    moment
}

/// The first moment after `moment` that may fit where `moment` does not: where a call at it would be
/// one more than `max` within `length`, nothing fits before the first of those calls is `length` ago.
fn next_after_full(moments: &[i64], moment: i64, length: i64, max: usize) -> Option<i64> {
    if max == 0 {
        return None;
    }
    let begin = moments.partition_point(|other| *other <= moment - length);
    let end = moments.partition_point(|other| *other < moment + length);
    let full = moments.get(begin..end)?.windows(max).rev().find_map(|calls| {
        let (first, last) = (calls.first()?, calls.last()?);
        (*last.max(&moment) - *first.min(&moment) < length).then_some(*first)
    })?;
    Some(full + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: Rates = Rates { second: 1, minute: 60, hour: 450 };

    fn nine() -> Timestamp {
        "2026-03-02T09:00:00Z".parse().unwrap()
    }

    fn after(seconds: i64) -> Timestamp {
        nine() + SignedDuration::from_secs(seconds)
    }

    fn taken(bucket: Bucket, lane: Lane, now: Timestamp) -> (Bucket, i64) {
        let (bucket, at) = bucket.take(lane, RATES, now).unwrap();
        (bucket, at.duration_since(nine()).as_secs())
    }

    /// The most calls in any span of `length` milliseconds.
    fn most(bucket: &Bucket, length: i64) -> usize {
        let moments = &bucket.moments.0;
        let within = |from: i64| {
            moments.iter().filter(|moment| (from..from + length).contains(*moment)).count()
        };
        moments.iter().map(|from| within(*from)).max().unwrap_or(0)
    }

    #[test]
    fn calls_follow_each_other_second_by_second_until_the_minute_and_then_the_hour_is_full() {
        let (mut bucket, mut moments) = (Bucket::default(), Vec::new());
        for _ in 0..700 {
            let (after, at) = taken(bucket, Lane::Prompt, nine());
            bucket = after;
            moments.push(at);
        }

        assert_eq!(moments[..3], [0, 1, 2]);
        assert_eq!(moments[59..62], [59, 70, 71]);
        assert_eq!(moments[449..452], [519, 3_610, 3_611]);
        assert_eq!((most(&bucket, 60_000), most(&bucket, 3_600_000)), (60, 450));
        assert_eq!(bucket.ahead_of(after(71), nine()), 60);
    }

    #[test]
    fn calls_that_are_each_some_seconds_late_are_made_in_their_moments_and_no_window_is_exceeded() {
        for late in [5, 10] {
            let (mut bucket, mut calls) = (Bucket::default(), Bucket::default());
            for number in 0..500 {
                let (after_it, at) = bucket.take(Lane::Prompt, RATES, nine()).unwrap();
                bucket = after_it;
                // One is late and the next is not.
                let made = at + SignedDuration::from_secs(late * (number % 2));
                assert!(bucket.is_good(at, made), "{late} {number}");
                calls.moments.0.push(made.as_millisecond());
            }
            assert!(most(&calls, 60_000) <= 60, "{late}");
            assert!(most(&calls, 3_600_000) <= 450, "{late}");
        }
    }

    #[test]
    fn many_leave_room_for_one_that_somebody_waits_for() {
        let mut bucket = Bucket::default();
        for _ in 0..600 {
            bucket = taken(bucket, Lane::Bulk, nine()).0;
        }
        assert_eq!((most(&bucket, 60_000), most(&bucket, 3_600_000)), (50, 375));

        let (mut bucket, mut moments) = (bucket, Vec::new());
        for _ in 0..30 {
            let (after, at) = taken(bucket, Lane::Prompt, nine());
            bucket = after;
            moments.push(at);
        }

        assert_eq!(moments[..12], [50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 120, 121]);
        assert_eq!((most(&bucket, 60_000), most(&bucket, 1_000)), (60, 1));
        assert!(most(&bucket, 3_600_000) <= 450);
    }

    #[test]
    fn a_closed_bucket_gives_moments_after_it_opens_and_those_before_are_no_longer_good() {
        let (bucket, first) = taken(Bucket::default(), Lane::Bulk, nine());
        let (bucket, second) = taken(bucket, Lane::Bulk, nine());
        assert!(bucket.is_good(after(first), nine()));
        assert!(!bucket.is_good(after(second), nine()));

        let bucket = bucket.close(after(60)).close(after(30));

        assert!(!bucket.is_good(after(second), after(1)));
        let (bucket, moved) = taken(bucket.give_back(after(second)), Lane::Prompt, after(1));
        assert_eq!(moved, 60);
        assert!(bucket.is_good(after(60), after(60)));
        assert!(bucket.is_good(after(60), after(70)));
        assert!(!bucket.is_good(after(60), after(71)), "others count on that moment being past");
    }

    #[test]
    fn what_was_called_more_than_an_hour_ago_is_forgotten_and_no_more_than_4000_wait() {
        let mut bucket = taken(Bucket::default(), Lane::Bulk, nine()).0;
        bucket = taken(bucket, Lane::Bulk, after(3_610)).0;
        assert_eq!(bucket.moments.0.len(), 1);

        bucket.moments.0 = (0..4_000).map(|n| after(4_000 + n).as_millisecond()).collect();
        assert_eq!(bucket.take(Lane::Prompt, RATES, after(3_611)), None);
    }

    #[test]
    fn a_bucket_is_kept_as_a_short_text() {
        let (bucket, _at) = taken(Bucket::default(), Lane::Bulk, nine());
        let (bucket, _at) = taken(bucket, Lane::Bulk, nine());

        let text = String::from(bucket.moments.clone());

        assert_eq!(text, "1772442000000,1000");
        assert_eq!(Moments::try_from(text), Ok(bucket.moments));
        assert_eq!(Moments::try_from(String::new()), Ok(Moments::default()));
        assert_eq!(Moments::try_from("1,x".to_owned()), Err(InvalidMoments));
    }
}
