//! What a person should be woken up for: a line that `CloudWatch` reads as a metric.

use std::fmt::{self, Debug};

use jiff::Timestamp;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The target of the lines that are metrics.
pub(super) const ALARMS: &str = "tenon::alarm";
/// The namespace of our metrics.
const NAMESPACE: &str = "Tenon";

/// Something that should never happen, and that a person must look at when it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// A candidate may still push to a day that is handed in, or nobody can tell.
    WorkspaceStillWritable,
}

impl Alarm {
    /// Every one; the template has an alarm for each.
    pub const ALL: [Self; 1] = [Self::WorkspaceStillWritable];

    /// The metric's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WorkspaceStillWritable => "WorkspaceStillWritable",
        }
    }
}

/// Raises an alarm: its metric is 1 at `at`. What it is about belongs into a line of its own.
pub fn alarm(alarm: Alarm, at: Timestamp) {
    tracing::error!(target: ALARMS, metric = alarm.name(), at_ms = at.as_millisecond(), "alarm");
}

/// Writes alarms in `CloudWatch`'s embedded metric format, whose object within an object no event can
/// have, and leaves all other events to another format.
pub(super) struct WithAlarms<F>(pub(super) F);

impl<S, N, F> FormatEvent<S, N> for WithAlarms<F>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if event.metadata().target() != ALARMS {
            return self.0.format_event(context, writer, event);
        }
        let mut told = Told::default();
        event.record(&mut told);
        writeln!(writer, "{}", told.line())
    }
}

/// The fields of an alarm.
#[derive(Default)]
struct Told {
    metric: String,
    at_ms: i64,
}

impl Told {
    fn line(&self) -> serde_json::Value {
        json!({
            "_aws": {
                "Timestamp": self.at_ms,
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [[]],
                    "Metrics": [{ "Name": self.metric, "Unit": "Count" }],
                }],
            },
            "level": "ERROR",
            "target": ALARMS,
            self.metric.as_str(): 1,
        })
    }
}

impl Visit for Told {
    fn record_i64(&mut self, field: &Field, value: i64) {
        if field.name() == "at_ms" {
            self.at_ms = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "metric" {
            value.clone_into(&mut self.metric);
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn Debug) {}
}
