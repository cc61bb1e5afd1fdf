//! The fields of an event or a span, as members of a JSON object.

use std::error::Error;
use std::fmt::Debug;

use serde_json::Value;
use tracing::field::{Field, Visit};

/// Named values, in the order in which they were told; a name is there once.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    /// Takes a field out.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        let place = self.0.iter().position(|(known, _value)| *known == name)?;
        Some(self.0.remove(place).1)
    }

    /// Sets a field.
    pub(super) fn put(&mut self, name: &'static str, value: impl Into<Value>) {
        self.take(name);
        self.0.push((name, value.into()));
    }

    /// Adds those of `more` that are not there.
    pub(super) fn complete(&mut self, more: &Self) {
        for (name, value) in &more.0 {
            if !self.0.iter().any(|(known, _value)| known == name) {
                self.0.push((name, value.clone()));
            }
        }
    }

    /// All of them.
    pub(super) fn into_members(self) -> Vec<(&'static str, Value)> {
        self.0
    }

    /// A name with a dot is one of OpenTelemetry's, for traces.
    fn note(&mut self, field: &Field, value: impl Into<Value>) {
        if !field.name().contains('.') {
            self.put(field.name(), value);
        }
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.note(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.note(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.note(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.note(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.note(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.note(field, value.to_string());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.note(field, format!("{value:?}"));
    }
}
