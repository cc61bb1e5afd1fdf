//! How GitHub misbehaves: the ways that it is known for.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A way to misbehave. The names are those of `cargo dev --github-fault` and of `/_faults`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The answer comes late, by so many milliseconds.
    Latency,
    /// 403: the calls of the hour are used up; the headers say until when.
    PrimaryLimit,
    /// The same with 429.
    PrimaryLimitTooMany,
    /// 403: too fast; `retry-after` says how long to wait.
    SecondaryLimit,
    /// 403: too fast, said in the text alone.
    SecondaryLimitUnannounced,
    /// 429 with `retry-after`.
    TooMany,
    /// 429 without a word.
    TooManyUnannounced,
    /// 500; nothing was done.
    ServerError,
    /// 502 as a page of HTML; what was asked for is done.
    BadGateway,
    /// It is done, and half of the answer's JSON comes.
    Truncated,
    /// It is done, and answered with 200 and nothing.
    Empty,
    /// It is done, and the connection ends before the answer.
    LostAnswer,
    /// The connection ends; nothing was done.
    Cut,
    /// A generated repository is empty at first: for so many calls 409.
    NotReadyConflict,
    /// The same as 404.
    NotReadyMissing,
    /// The same as branches without a commit.
    NotReadyNull,
    /// Runs are not listed for so many seconds.
    LateListing,
    /// A dispatch is answered with 204, although its details were asked for.
    NoDetails,
    /// Artifacts are listed as expired, and their download is 410.
    ArtifactExpired,
    /// A download leads to a host that is not GitHub's.
    ArtifactElsewhere,
    /// A download leads to itself.
    ArtifactLoop,
}

/// What `retry-after` and the reset of a limit say, in seconds.
const LIMIT_SECONDS: u32 = 60;
/// How much later an answer comes, in milliseconds.
const LATENCY_MS: u32 = 200;
/// For how many calls a generated repository is empty.
const EMPTY_CALLS: u32 = 3;
/// For how many seconds a run is not listed.
const UNLISTED_SECONDS: u32 = 5;

impl Kind {
    /// Every way.
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// Its name on the wire and in flags.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The operations that it is about; none when it may befall any.
    pub(super) const fn concerns(self) -> Option<&'static [&'static str]> {
        match self {
            Self::NotReadyConflict | Self::NotReadyMissing | Self::NotReadyNull => {
                Some(&["POST generate"])
            }
            Self::LateListing => Some(&["GET runs"]),
            Self::NoDetails => Some(&["POST dispatches"]),
            Self::ArtifactExpired => Some(&["GET artifacts", "GET artifact"]),
            Self::ArtifactElsewhere | Self::ArtifactLoop => Some(&["GET artifact"]),
            _ => None,
        }
    }

    /// Whether it passes: of an expired artifact nothing can be had any more.
    pub(super) const fn passes(self) -> bool {
        !matches!(self, Self::ArtifactExpired)
    }

    /// Its measure, in its own unit, where nobody says another.
    pub(super) const fn usual_measure(self) -> u32 {
        match self {
            Self::Latency => LATENCY_MS,
            Self::NotReadyConflict | Self::NotReadyMissing | Self::NotReadyNull => EMPTY_CALLS,
            Self::LateListing => UNLISTED_SECONDS,
            _ => LIMIT_SECONDS,
        }
    }

    /// Its measure in a play that nobody wants to wait for.
    pub(super) const fn short_measure(self) -> u32 {
        match self {
            Self::Latency => LATENCY_MS,
            Self::NotReadyConflict | Self::NotReadyMissing | Self::NotReadyNull => 2,
            Self::LateListing => 3,
            _ => 1,
        }
    }
}
