//! The log's lines: one JSON object an event, with the names that AWS's Powertools give.

use std::io::Write;

use serde::Serializer;
use serde_json::Value;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::alarms::ALARMS;
use super::fields::Fields;
use super::metrics::{self, embedded};
use crate::clock::Clock;

/// What every line begins with, as far as it is known.
const FIRST: [&str; 12] = [
    "level",
    "location",
    "message",
    "timestamp",
    "service",
    "cold_start",
    "function_name",
    "function_memory_size",
    "function_arn",
    "function_request_id",
    "xray_trace_id",
    "correlation_id",
];

/// Writes a line for each event: what every line has, the event's own fields, then those of the spans it
/// happened in, the nearest first. A field that is named as a metric is one.
pub(super) struct Lines<W> {
    service: &'static str,
    clock: Clock,
    writer: W,
}

impl<W> Lines<W> {
    pub(super) const fn new(service: &'static str, clock: Clock, writer: W) -> Self {
        Self { service, clock, writer }
    }

    /// The members of the line for an event with these fields.
    fn members(&self, event: &Event<'_>, mut fields: Fields) -> Vec<(&'static str, Value)> {
        let now = self.clock.now();
        let about = event.metadata();
        let mut metrics_at = now.as_millisecond();
        if about.target() == ALARMS {
            let name = fields.take("alarm");
            let name = name.as_ref().and_then(Value::as_str);
            let named = metrics::ALL.iter().find(|metric| Some(metric.name) == name);
            let told_at = fields.take("at_ms").and_then(|at| at.as_i64());
            metrics_at = told_at.unwrap_or(metrics_at);
            if let Some(metric) = named {
                fields.put(metric.name, 1);
            }
        }
        fields.put("level", about.level().as_str());
        fields.put("location", format!("{}:{}", about.target(), about.line().unwrap_or_default()));
        fields.put("timestamp", format!("{now:.3}"));
        fields.put("service", self.service);
        let mut members: Vec<_> =
            FIRST.into_iter().filter_map(|name| Some((name, fields.take(name)?))).collect();
        members.extend(fields.into_members());
        if let Some(metrics) = embedded(&members, metrics_at) {
            members.push(("_aws", metrics));
        }
        members
    }
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().replace(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(more) = span.extensions().get::<Fields>() {
                fields.complete(more);
            }
        }
        let members = self.members(event, fields);
        let mut line = Vec::with_capacity(512);
        let members = members.iter().map(|(name, value)| (name, value));
        // A line goes out whole or not at all, and there is nobody to tell that the log is gone.
        if serde_json::Serializer::new(&mut line).collect_map(members).is_ok() {
            line.push(b'\n');
            let _told = self.writer.make_writer_for(event.metadata()).write_all(&line);
        }
    }
}
