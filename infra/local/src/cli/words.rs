//! The log for people: what `CloudWatch` alone reads is left out.

use std::fmt::{self, Debug};
use std::io;

use shared::telemetry::{REQUESTS, asked, metrics};
use tracing::Level;
use tracing::field::{Field, Visit};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::{Arguments, Command};

/// Warnings, and a line for every request to an API that stays up, unless `RUST_LOG` asks for
/// something else: people watch this terminal.
pub(crate) fn start_logging(arguments: &Arguments) {
    if arguments.command.as_ref().is_some_and(Command::logs_by_itself) {
        return;
    }
    let requests = if arguments.command.is_none() { Level::INFO } else { Level::WARN };
    let usual = Targets::new().with_default(Level::WARN).with_target("dynoxide", Level::ERROR);
    let usual = usual.with_target(REQUESTS, requests);
    let log = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(io::stderr);
    log.fmt_fields(Words).finish().with(asked(usual)).init();
}

/// What people would read twice: the correlation id is the request's or the job's, most often.
const LEFT_OUT: [&str; 2] = ["correlation_id", "outcome"];

/// Writes fields as `name=value`, without metrics and what is for traces.
struct Words;

impl<'writer> FormatFields<'writer> for Words {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut words = Telling { writer, told: Ok(()), separator: "" };
        fields.record(&mut words);
        words.told
    }
}

struct Telling<'writer> {
    writer: Writer<'writer>,
    told: fmt::Result,
    separator: &'static str,
}

impl Visit for Telling<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let name = field.name();
        let is_metric = metrics::ALL.iter().any(|metric| metric.name == name);
        if is_metric || name.contains('.') || LEFT_OUT.contains(&name) || self.told.is_err() {
            return;
        }
        let separator = std::mem::replace(&mut self.separator, " ");
        self.told = match name {
            "message" => write!(self.writer, "{separator}{value:?}"),
            _ => write!(self.writer, "{separator}{name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn people_read_what_happened_and_no_metrics() {
        let page = Page::default();
        let to = page.clone();
        let log = tracing_subscriber::fmt()
            .without_time()
            .with_ansi(false)
            .with_target(false)
            .with_writer(move || to.clone())
            .fmt_fields(Words)
            .finish();

        tracing::subscriber::with_default(log, || {
            let span = tracing::error_span!("request", request_id = "r", http.route = "/health");
            span.in_scope(|| {
                tracing::info!(route = "GET /health", outcome = "ok", Latency = 1.5, "request");
            });
        });

        let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text, " INFO request{request_id=r}: request route=GET /health\n");
    }
}
