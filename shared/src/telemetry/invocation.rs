//! An invocation by Lambda: what every line within it says of it, and what must be done before it ends.

use std::sync::atomic::{AtomicU8, Ordering};

use lambda_http::Context;
use tracing::field::Empty;
use tracing::{Instrument, Span};

/// No invocation has begun; outside Lambda none ever does.
const NONE: u8 = 0;
/// The first one runs, and nobody has told so.
const FIRST: u8 = 1;
/// The first one was told of, or there was a second one.
const TOLD: u8 = 2;

/// How far this process is.
static STARTED: AtomicU8 = AtomicU8::new(NONE);

/// Does `work`, the work of an invocation. Every line within it says of which; what it did is handed to
/// whoever collects traces before this ends, because Lambda freezes the process then.
pub async fn within<T>(context: &Context, work: impl Future<Output = T>) -> T {
    let is_first =
        STARTED.compare_exchange(NONE, FIRST, Ordering::SeqCst, Ordering::SeqCst).is_ok();
    if !is_first {
        STARTED.store(TOLD, Ordering::SeqCst);
    }
    let span = span(context);
    span.record("cold_start", is_first);
    let output = work.instrument(span).await;
    #[cfg(feature = "otlp")]
    super::traces::export().await;
    output
}

/// The value of the metric `ColdStart` for whoever asks first in the first invocation of this process.
pub fn cold_start() -> Option<u64> {
    let told = STARTED.compare_exchange(FIRST, TOLD, Ordering::SeqCst, Ordering::SeqCst);
    told.is_ok().then_some(1)
}

fn span(context: &Context) -> Span {
    let function = &context.env_config;
    tracing::error_span!(
        "invocation",
        cold_start = Empty,
        function_name = function.function_name,
        function_memory_size = function.memory,
        function_arn = context.invoked_function_arn,
        function_request_id = context.request_id,
        xray_trace_id = context.xray_trace_id.as_deref().and_then(root),
    )
}

/// The trace's own id in an X-Ray header, `Root=…;Parent=…;Sampled=…`.
fn root(header: &str) -> Option<&str> {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_named_by_its_root_alone() {
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        assert_eq!(root(header), Some("1-5759e988-bd862e3fe1be46a994272793"));
        assert_eq!(root("Parent=53995c3f42cd8ad8"), None);
    }
}
