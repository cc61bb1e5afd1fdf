//! Ids and chance, as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::{digest, rand};
use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// 2025-01-01T00:00:00Z, in milliseconds since 1970: the year ids count from.
const EPOCH_MS: i64 = 1_735_689_600_000;
/// Random bits under the 41 bits of milliseconds; 53 in all, so that every id is exact in JavaScript.
const RANDOM_BITS: u32 = 12;

/// Where chance comes from. Clones share their state.
#[derive(Debug, Clone)]
pub enum Mint {
    /// The operating system's generator, through aws-lc.
    System,
    /// A reproducible stream for tests: block `n` is the SHA-256 of `n`.
    Counted(Arc<AtomicU64>),
}

impl Mint {
    /// A mint that draws the same things in the same order each time.
    pub fn counted() -> Self {
        Self::Counted(Arc::new(AtomicU64::new(0)))
    }

    /// Up to 32 unpredictable bytes.
    ///
    /// The system's generator never fails once the process runs; should it, the bytes stay zero and
    /// every conditional write that needs them to be unique refuses them.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self {
            Self::System => {
                if rand::fill(&mut bytes).is_err() {
                    tracing::error!("the system's random generator failed");
                }
            }
            Self::Counted(counter) => {
                let block = counter.fetch_add(1, Ordering::SeqCst).to_be_bytes();
                let hash = digest::digest(&digest::SHA256, &block);
                for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
                    *to = *from;
                }
            }
        }
        bytes
    }

    /// A number from 1 to 2^53 − 1 that grows with time: 41 bits of milliseconds since 2025 and 12
    /// random bits. Two drawn in one millisecond may be equal, so it is always written on condition
    /// that it is new, and drawn again if it is not.
    pub fn id(&self, now: Timestamp) -> u64 {
        let milliseconds = u64::try_from(now.as_millisecond() - EPOCH_MS).unwrap_or(0);
        let random = u64::from(u16::from_be_bytes(self.bytes())) >> (16 - RANDOM_BITS);
        ((milliseconds & ((1 << 41) - 1)) << RANDOM_BITS | random).max(1)
    }

    /// A version 4 UUID.
    pub fn uuid(&self) -> Uuid {
        Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_fit_a_javascript_number_and_sort_by_time() {
        let mint = Mint::System;
        let early = mint.id("2026-03-02T09:00:00Z".parse().unwrap());
        let late = mint.id("2026-03-02T09:00:00.001Z".parse().unwrap());
        let last = mint.id("2094-09-01T00:00:00Z".parse().unwrap());

        assert!(early < late);
        assert!(last < 1 << 53);
    }

    #[test]
    fn a_counted_mint_draws_the_same_things_in_the_same_order() {
        let (one, other) = (Mint::counted(), Mint::counted());

        assert_eq!(one.uuid(), other.uuid());
        assert_ne!(one.uuid(), one.uuid());
    }
}
