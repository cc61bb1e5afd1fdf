//! What a process tells of itself: a log of one JSON line an event, metrics in those very lines, and traces
//! where somebody collects them. No header, token, address or text of a candidate is ever given to it.

pub mod alarms;
mod fields;
pub mod invocation;
mod lines;
pub mod metrics;
mod panics;
#[cfg(feature = "otlp")]
mod parent;
#[cfg(feature = "otlp")]
pub mod traces;

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt, Targets, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry;
use tracing_subscriber::registry::LookupSpan;

use self::lines::Lines;
use crate::clock::Clock;
use crate::config::{self, TlsRoots};

/// The target of the line that every request gets.
pub const REQUESTS: &str = "tenon::request";
/// The target of spans that are of use in traces alone: no line names them.
pub const TRACES: &str = "tenon::trace";

/// What a function tells unless it is asked for something else: from `info` up.
pub fn usual() -> Targets {
    Targets::new().with_default(Level::INFO)
}

/// What `RUST_LOG` asks for, as `level` or `target=level`, by commas; `usual` where it asks for nothing, or
/// cannot be read.
pub fn asked(usual: Targets) -> Targets {
    read(config::log_levels().as_deref(), usual)
}

fn read(levels: Option<&str>, usual: Targets) -> Targets {
    let levels = levels.filter(|levels| !levels.trim().is_empty());
    levels.and_then(|levels| levels.parse().ok()).unwrap_or(usual)
}

/// Starts telling, for the function `service`: what `RUST_LOG` asks for, or from `info` up, to standard
/// output, and traces to `collector`, the base of an OTLP endpoint, where there is one, over connections
/// that believe `roots`. A second start changes nothing.
#[cfg_attr(not(feature = "otlp"), expect(unused_variables, reason = "nothing collects traces"))]
pub fn start(service: &'static str, collector: Option<&str>, roots: TlsRoots) {
    let log = log(service, asked(usual()), std::io::stdout);
    #[cfg(feature = "otlp")]
    let log = log.with(collector.map(|collector| traces::begin(service, collector, roots)));
    if tracing::subscriber::set_global_default(log).is_err() {
        tracing::debug!("logging had started before");
    }
    panics::heed();
}

/// The log of the function `service`, written to `writer`: what `filter` lets pass, a JSON object a
/// line. What others tell below `info` is never written: the Lambda runtime's `trace` is whole events,
/// headers and paths and all.
pub fn log<W>(
    service: &'static str,
    filter: Targets,
    writer: W,
) -> impl Subscriber + for<'span> LookupSpan<'span> + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let lines = Lines::new(service, Clock::System, writer);
    registry().with(lines.with_filter(filter.and(filter_fn(is_fit))))
}

/// Whether an event may be told, or a span name what happens in it: of others' spans none may, which hold
/// what they please.
fn is_fit(told: &Metadata<'_>) -> bool {
    let ours = ["shared", "tenon"];
    let crate_name = told.target().split("::").next();
    let is_ours = crate_name.is_some_and(|name| ours.contains(&name));
    let is_public = told.is_event() && *told.level() <= Level::INFO;
    told.target() != TRACES && (is_ours || is_public)
}

#[cfg(test)]
mod tests;
