//! Logs: one JSON line an event on standard output. No header, token, address or text of a
//! candidate is ever given to it.

use tracing_subscriber::EnvFilter;

/// Starts logging as `RUST_LOG` says, or from `info` up. A second start changes nothing.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_unset| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter);
    if log.try_init().is_err() {
        tracing::debug!("logging had started before");
    }
}
