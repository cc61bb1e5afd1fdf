//! Logs: one JSON line an event on standard output. No header, token, address or text of a
//! candidate is ever given to it.

pub mod alarms;
pub mod panics;

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use self::alarms::WithAlarms;

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
    let log = log.map_event_format(WithAlarms);
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
    fn an_alarm_is_a_line_that_cloud_watch_reads_as_a_metric() {
        static ALARMS: Mutex<Vec<u8>> = Mutex::new(Vec::new());
        struct Alarms;
        impl Write for Alarms {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                ALARMS.lock().unwrap().write(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let log = log(EnvFilter::new("info"), || Alarms);
        tracing::subscriber::with_default(log, || {
            let at = "2026-03-02T09:00:00Z".parse().unwrap();
            alarms::alarm(alarms::Alarm::WorkspaceStillWritable, at);
            tracing::info!("afterwards");
        });

        let written = String::from_utf8(ALARMS.lock().unwrap().clone()).unwrap();
        let lines: Vec<serde_json::Value> =
            written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let metric = serde_json::json!({
            "_aws": {
                "Timestamp": 1_772_442_000_000_i64,
                "CloudWatchMetrics": [{
                    "Namespace": "Tenon",
                    "Dimensions": [[]],
                    "Metrics": [{ "Name": "WorkspaceStillWritable", "Unit": "Count" }],
                }],
            },
            "level": "ERROR",
            "target": "tenon::alarm",
            "WorkspaceStillWritable": 1,
        });
        assert_eq!(lines[0], metric);
        assert_eq!(lines[1]["message"], "afterwards");
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
