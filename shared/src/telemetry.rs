//! Logs: one JSON line an event on standard output. No header, token, address or text of a
//! candidate is ever given to it.

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

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

/// The log of the functions, written to `writer`: what `filter` lets pass, a JSON object a line.
pub fn log<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let log = tracing_subscriber::fmt().json().flatten_event(true);
    log.with_env_filter(filter).with_writer(writer).finish()
}
