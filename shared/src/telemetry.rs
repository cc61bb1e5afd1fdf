//! Logs: one JSON line an event on standard output. No header, token, address or text of a
//! candidate is ever given to it.

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

/// The target of the line that every request gets.
pub const REQUESTS: &str = "tenon::request";

/// Starts logging as `RUST_LOG` says, or from `info` up. A second start changes nothing.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_unset| EnvFilter::new("info"));
    let log = log(filter, std::io::stdout);
    if tracing::subscriber::set_global_default(log).is_err() {
        tracing::debug!("logging had started before");
    }
}

/// The log of the functions, written to `writer`: what `filter` lets pass, a JSON object a line. What
/// others tell below `info` is never written: the Lambda runtime's `trace` is whole events, headers
/// and paths and all.
pub fn log<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let log = tracing_subscriber::fmt().json().flatten_event(true);
    log.with_env_filter(filter).with_writer(writer).finish().with(filter_fn(is_fit))
}

fn is_fit(told: &Metadata<'_>) -> bool {
    let ours = ["shared", "tenon"];
    let crate_name = told.target().split("::").next();
    *told.level() <= Level::INFO || crate_name.is_some_and(|name| ours.contains(&name))
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::Mutex;

    use super::*;

    static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

    struct Page;

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            WRITTEN.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_setting_makes_the_runtime_write_down_whole_events() {
        let log = log(EnvFilter::new("trace"), || Page);
        tracing::subscriber::with_default(log, || {
            tracing::trace!(target: "lambda_runtime::layers", body = "Bearer x", "raw event");
            tracing::debug!(target: "aws_smithy_runtime::client", "request: Bearer y");
            tracing::info!(target: "lambda_runtime", "one");
            tracing::trace!(target: "shared::store", "two");
        });

        let written = String::from_utf8(WRITTEN.lock().unwrap().clone()).unwrap();
        let told = ["one", "two", "Bearer"].map(|word| written.matches(word).count());
        assert_eq!(told, [1, 1, 0], "{written}");
    }
}
