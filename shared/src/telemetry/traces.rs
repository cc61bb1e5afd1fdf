//! Traces: requests, jobs, and the calls to the table and to GitHub that they make, for whoever collects
//! them by OpenTelemetry's protocol. Without a collector nothing of this is built.
//!
//! Nothing runs beside the work: what has ended is kept, and handed over before the invocation ends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    SdkTracerProvider, Span, SpanData, SpanExporter as _, SpanProcessor,
};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tracing::{Metadata, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

use super::TRACES;
use super::parent::Parent;
use crate::config::TlsRoots;
use crate::http_client::Http;

/// How long handing over may take: somebody waits for the answer.
const EXPORT_LIMIT: Duration = Duration::from_millis(200);
/// Spans that are kept at most until they are handed over; more are dropped.
const SPANS_MAX: usize = 512;
/// Of a collector's answer, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The process's own.
static HERE: OnceLock<Traces> = OnceLock::new();

/// Has this process trace what it does, for `service`, to `collector`, as [`Traces::new`] takes them. A
/// second time changes nothing.
pub(super) fn begin<S>(
    service: &'static str,
    collector: &str,
    roots: TlsRoots,
) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    HERE.get_or_init(|| Traces::new(service, collector, roots)).layer()
}

/// Hands over what has ended, in 200 ms at most. Without a collector it does nothing.
pub(super) async fn export() {
    if let Some(traces) = HERE.get() {
        traces.export().await;
    }
}

/// Makes `span` part of the trace that `headers` name.
pub(crate) fn continue_from(span: &tracing::Span, headers: &HeaderMap) {
    let Some(parent) = Parent::of(headers) else { return };
    let context = SpanContext::new(
        TraceId::from(parent.trace),
        SpanId::from(parent.span),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    );
    // Nobody may trace this span.
    let _kept = span.set_parent(opentelemetry::Context::new().with_remote_span_context(context));
}

/// Spans on their way to a collector. Clones share them.
#[derive(Debug, Clone)]
pub struct Traces(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    resource: Resource,
    endpoint: String,
    http: Http,
    ended: Mutex<Vec<SpanData>>,
    exporter: OnceCell<SpanExporter>,
    complained: AtomicBool,
}

impl Traces {
    /// Traces of `service` for the collector at `collector`, to whose address `/v1/traces` is added; the
    /// connection to it believes `roots`.
    pub fn new(service: &'static str, collector: &str, roots: TlsRoots) -> Self {
        Self(Arc::new(Inner {
            resource: Resource::builder().with_service_name(service).build(),
            endpoint: format!("{}/v1/traces", collector.trim_end_matches('/')),
            http: Http::new(roots),
            ended: Mutex::default(),
            exporter: OnceCell::new(),
            complained: AtomicBool::new(false),
        }))
    }

    /// What notes our spans: not the runtime's and the clients', which know headers and addresses.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let provider = SdkTracerProvider::builder()
            .with_resource(self.0.resource.clone())
            .with_span_processor(Ended(Arc::clone(&self.0)))
            .build();
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("tenon"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(is_ours))
    }

    /// Hands over what has ended, in 200 ms at most. What cannot be handed over is dropped; that is told
    /// once.
    pub async fn export(&self) {
        let ended = {
            let mut ended = self.0.ended.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *ended)
        };
        if ended.is_empty() {
            return;
        }
        let delivered = timeout(EXPORT_LIMIT, Box::pin(self.deliver(ended))).await;
        let why = match delivered {
            Ok(Ok(())) => return,
            Ok(Err(why)) => why,
            Err(_elapsed) => "it takes too long".to_owned(),
        };
        if !self.0.complained.swap(true, Ordering::SeqCst) {
            tracing::warn!(why, "the collector does not take traces");
        }
    }

    async fn deliver(&self, ended: Vec<SpanData>) -> Result<(), String> {
        let exporter = self.0.exporter.get_or_try_init(async || self.exporter()).await?;
        exporter.export(ended).await.map_err(|error| error.to_string())
    }

    fn exporter(&self) -> Result<SpanExporter, String> {
        let http = self.0.http.client().map_err(|error| error.to_string())?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client(http.clone()))
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(&self.0.endpoint)
            .with_timeout(EXPORT_LIMIT)
            // Its pauses would hold up the thread.
            .with_retry_policy(RetryPolicy::disabled())
            .build();
        let mut exporter = exporter.map_err(|error| error.to_string())?;
        exporter.set_resource(&self.0.resource);
        Ok(exporter)
    }
}

fn is_ours(told: &Metadata<'_>) -> bool {
    let ours = told.target() == TRACES || told.target().starts_with("shared::");
    ours && told.is_span() && told.name() != "invocation"
}

/// Keeps what has ended.
#[derive(Debug)]
struct Ended(Arc<Inner>);

impl SpanProcessor for Ended {
    fn on_start(&self, _span: &mut Span, _context: &opentelemetry::Context) {}

    fn on_end(&self, span: SpanData) {
        let mut ended = self.0.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.len() < SPANS_MAX {
            ended.push(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// The one HTTP client of Tenon, as OpenTelemetry wants it.
#[derive(Debug)]
struct Client(reqwest::Client);

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let sent = self.0.execute(request.try_into()?).await;
        let mut response = sent.map_err(reqwest::Error::without_url)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err("the collector's answer is too long".into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(http::Response::builder().status(response.status()).body(body.into())?)
    }
}
