//! What many measurements of one thing come to.

use std::time::Duration;

use serde::Serialize;

/// How measurements of one thing lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "a time without its unit says nothing")]
pub struct Spread {
    /// The shortest, in microseconds.
    pub min_us: u64,
    /// Half are not longer, in microseconds.
    pub p50_us: u64,
    /// Of a hundred, 95 are not longer, in microseconds.
    pub p95_us: u64,
}

impl Spread {
    /// Of `measured`; of nothing it is zero.
    pub fn of(measured: &[Duration]) -> Self {
        let mut sorted: Vec<_> = measured.iter().copied().map(microseconds).collect();
        sorted.sort_unstable();
        Self {
            min_us: sorted.first().copied().unwrap_or(0),
            p50_us: nearest(&sorted, 50),
            p95_us: nearest(&sorted, 95),
        }
    }
}

/// The middle of counts; of none it is zero.
pub fn median(counts: &[u64]) -> u64 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    nearest(&sorted, 50)
}

/// The least of `sorted` that `percent` of a hundred do not exceed.
pub(super) fn nearest(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

/// `time` in whole microseconds.
pub(super) fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(times: impl IntoIterator<Item = u64>) -> Vec<Duration> {
        times.into_iter().map(Duration::from_millis).collect()
    }

    #[test]
    fn twenty_starts_have_their_tenth_in_the_middle_and_their_nineteenth_near_the_end() {
        // As they come, in no order.
        let spread = Spread::of(&ms((1..=20).rev()));
        assert_eq!(spread, Spread { min_us: 1_000, p50_us: 10_000, p95_us: 19_000 });
    }

    #[test]
    fn one_measurement_is_all_there_is_and_none_is_zero() {
        let spread = Spread::of(&ms([7]));
        assert_eq!(spread, Spread { min_us: 7_000, p50_us: 7_000, p95_us: 7_000 });
        assert_eq!(Spread::of(&[]), Spread::default());
    }

    #[test]
    fn one_slow_start_in_forty_moves_neither_middle_nor_end() {
        let times = ms(std::iter::repeat_n(3, 39).chain([900]));
        assert_eq!(Spread::of(&times), Spread { min_us: 3_000, p50_us: 3_000, p95_us: 3_000 });
    }

    #[test]
    fn the_middle_of_counts_is_one_of_them() {
        assert_eq!(median(&[9, 1, 4, 2]), 2);
        assert_eq!(median(&[5]), 5);
        assert_eq!(median(&[]), 0);
    }
}
