//! Misbehaviour on demand. Tests say which calls it befalls, one by one; `cargo dev` gives a share of
//! all calls, drawn from a seed. Only Tenon's own calls are befallen: candidates and browsers are not
//! what is tried.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Mutex;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::github::faults::chance::Chance;
use crate::github::faults::kind::Kind;
use crate::github::{GitHub, lock};

pub(super) mod act;
pub mod chance;
pub(super) mod control;
pub mod kind;

/// A fault that is to befall calls. Without `times` and `percent` it befalls every call until it is
/// taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What happens.
    #[serde(rename = "fault")]
    pub kind: Kind,
    /// Which operation it befalls, as [`GitHub::calls`] names it: `POST generate`. Without it any
    /// that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// How many calls more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Which share of the calls, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// Milliseconds of latency, seconds of a limit or a late list, calls of an empty repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<u32>,
}

impl Fault {
    /// A fault that befalls every call it is about.
    pub const fn always(kind: Kind) -> Self {
        Self { kind, operation: None, times: None, percent: None, measure: None }
    }

    /// A fault that befalls the next call it is about.
    pub fn once(kind: Kind) -> Self {
        Self::times(kind, 1)
    }

    /// A fault that befalls the next `times` calls it is about.
    pub fn times(kind: Kind, times: u32) -> Self {
        Self { times: Some(times), ..Self::always(kind) }
    }

    /// The same for calls of `operation` only.
    pub fn on(self, operation: &str) -> Self {
        Self { operation: Some(operation.to_owned()), ..self }
    }

    /// The same by this measure.
    pub fn measuring(self, measure: u32) -> Self {
        Self { measure: Some(measure), ..self }
    }

    fn befalls(&self, operation: &str) -> bool {
        let about = self.kind.concerns().is_none_or(|those| those.contains(&operation));
        self.operation.as_deref().map_or(about, |named| named == operation)
            && self.times.is_none_or(|times| times > 0)
    }
}

impl FromStr for Fault {
    type Err = String;

    /// As a flag orders it: `NAME`, or `NAME=PERCENT`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, share) = text.split_once('=').unwrap_or((text, "100"));
        let kind = Kind::from_str(name, false).map_err(|_unknown| {
            let names: Vec<_> = Kind::all().iter().map(|kind| kind.name()).collect();
            format!("there is no such fault; there are {}", names.join(", "))
        })?;
        let percent = share.parse().ok().filter(|percent| *percent <= 100);
        let percent = percent.ok_or("the share is a number up to 100")?;
        Ok(Self { percent: Some(percent), ..Self::always(kind) })
    }
}

/// A fault that befalls a call now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dealt {
    pub(super) kind: Kind,
    pub(super) measure: u32,
}

/// A repository that GitHub still makes: how it shows, and for how many calls.
#[derive(Debug, Clone, Copy)]
struct Unready {
    kind: Kind,
    calls: u32,
}

#[derive(Debug, Default)]
struct Rules {
    faults: Vec<Fault>,
    /// The share of calls that any fault befalls, 0 to 100.
    chaos: u8,
    chance: Chance,
    dealt: BTreeMap<Kind, u64>,
    /// By lower-case `owner/name`.
    unready: BTreeMap<String, Unready>,
}

/// What befalls which calls.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Rules>);

impl GitHub {
    /// Lets `fault` befall calls from now on.
    pub fn misbehave(&self, fault: Fault) {
        lock(&self.faults().0).faults.push(fault);
    }

    /// Lets every fault that passes befall `percent` of the calls it is about: those that may befall
    /// any call share that between them. What is drawn depends on `seed` and the order of the calls.
    pub fn be_chaotic(&self, percent: u8, seed: u64) {
        let mut rules = lock(&self.faults().0);
        rules.chaos = percent;
        rules.chance = Chance::from(seed);
    }

    /// Takes back every fault; what has happened has happened.
    pub fn behave(&self) {
        let mut rules = lock(&self.faults().0);
        *rules = Rules { dealt: std::mem::take(&mut rules.dealt), ..Rules::default() };
    }

    /// How often which fault befell a call, since the start.
    pub fn dealt(&self) -> BTreeMap<Kind, u64> {
        lock(&self.faults().0).dealt.clone()
    }
}

impl Faults {
    /// What befalls this call of `operation`.
    fn deal(&self, operation: &str) -> Option<Dealt> {
        let mut rules = lock(&self.0);
        let dealt = rules.named(operation).or_else(|| rules.chaotic(operation))?;
        *rules.dealt.entry(dealt.kind).or_default() += 1;
        Some(dealt)
    }

    /// From now on the repository is not ready for so many calls.
    fn delay(&self, repository: &str, Dealt { kind, measure: calls }: Dealt) {
        let unready = Unready { kind, calls };
        lock(&self.0).unready.insert(repository.to_ascii_lowercase(), unready);
    }

    /// How a repository shows that it is not ready, if it is not; that was one call of those.
    fn unready(&self, repository: &str) -> Option<Kind> {
        let mut rules = lock(&self.0);
        let unready = rules.unready.get_mut(&repository.to_ascii_lowercase())?;
        unready.calls = unready.calls.checked_sub(1)?;
        Some(unready.kind)
    }
}

impl Rules {
    fn named(&mut self, operation: &str) -> Option<Dealt> {
        let Self { faults, chance, .. } = self;
        let drawn = |fault: &&mut Fault| {
            fault.befalls(operation) && fault.percent.is_none_or(|percent| chance.hits(percent))
        };
        let fault = faults.iter_mut().find(drawn)?;
        fault.times = fault.times.map(|times| times.saturating_sub(1));
        let measure = fault.measure.unwrap_or(fault.kind.usual_measure());
        Some(Dealt { kind: fault.kind, measure })
    }

    fn chaotic(&mut self, operation: &str) -> Option<Dealt> {
        let passing = Kind::all().iter().filter(|kind| kind.passes());
        let (own, any): (Vec<Kind>, Vec<Kind>) =
            passing.partition(|kind| kind.concerns().is_some());
        let mut kind = None;
        for own in own.into_iter().filter(|own| Fault::always(*own).befalls(operation)) {
            if self.chance.hits(self.chaos) {
                kind = Some(own);
            }
        }
        if kind.is_none() && self.chance.hits(self.chaos) {
            kind = self.chance.pick(&any).copied();
        }
        kind.map(|kind| Dealt { kind, measure: kind.short_measure() })
    }
}

#[cfg(test)]
mod tests;
