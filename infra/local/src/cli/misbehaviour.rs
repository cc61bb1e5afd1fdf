//! What the local GitHub is told to do wrong, and what it did.

use std::fmt;
use std::time::Duration;

use clap::Args;
use local::github::GitHub;
use local::github::faults::Fault;
use shared::mint::Mint;

/// How long the demo waits for anything when GitHub misbehaves: jobs pause longer after each failure.
pub(super) const CHAOS_PATIENCE: Duration = Duration::from_mins(4);
/// The share of calls that chaos befalls where nobody says another, in percent.
const CHAOS_PERCENT: &str = "10";

/// Flags for everything that runs a GitHub.
#[derive(Debug, Args)]
pub(super) struct Misbehaviour {
    /// Let the local GitHub misbehave: a fault, and the share of calls that it befalls in percent
    /// (100). May be repeated. `/_faults` of the GitHub takes them while it runs.
    #[arg(long, value_name = "NAME[=PERCENT]")]
    github_fault: Vec<Fault>,
    /// Hold every call to the local GitHub, and its answer, against GitHub's own description.
    #[arg(long)]
    strict_github: bool,
}

/// Flags for the demo.
#[derive(Debug, Args)]
pub(super) struct Chaos {
    /// Play while faults of every kind befall so many of GitHub's calls.
    #[arg(
        long,
        value_name = "PERCENT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = CHAOS_PERCENT,
        value_parser = clap::value_parser!(u8).range(..=100),
    )]
    chaos: Option<u8>,
    /// What the chaos is drawn from; without it another every time.
    #[arg(long, requires = "chaos")]
    seed: Option<u64>,
}

impl Misbehaviour {
    pub(super) fn apply(&self, github: &GitHub) {
        for fault in &self.github_fault {
            github.misbehave(fault.clone());
        }
        if self.strict_github {
            github.be_strict();
        }
    }
}

impl Chaos {
    /// The seed, once chaos reigns.
    pub(super) fn reign(&self, github: &GitHub) -> Option<u64> {
        let percent = self.chaos?;
        let seed = self.seed.unwrap_or_else(|| u16::from_le_bytes(Mint::System.bytes()).into());
        github.be_chaotic(percent, seed);
        Some(seed)
    }
}

/// What befell how many calls; shows itself as a line.
pub(super) struct Dealt<'a> {
    pub(super) seed: u64,
    pub(super) github: &'a GitHub,
}

impl fmt::Display for Dealt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dealt, calls) = (self.github.dealt(), self.github.total_calls());
        let (faults, kinds) = (dealt.values().sum::<u64>(), dealt.len());
        write!(
            f,
            "Chaos of seed {}: {faults} faults of {kinds} kinds in {calls} calls.",
            self.seed
        )?;
        for (kind, count) in dealt {
            write!(f, " {} {count}", kind.name())?;
        }
        Ok(())
    }
}
