//! A function that panics where ours do not, for the tests of what becomes of its process then. Where, is
//! what it is called: `panics-in-a-route`, `panics-in-a-job`; by any other name it panics at its start.

use std::fmt::Debug;

use axum::routing::get;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::app::App;
use shared::http::routes::Routes;
use shared::http::serve;
use shared::telemetry;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// What is logged while a job sends a mail to nobody, and while a message of SES is dealt with.
const CUES: [&str; 2] = ["a mail was sent to the console", "an event changes nothing"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    #[expect(clippy::disallowed_methods, reason = "Lambda tells a function its name so")]
    let name = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    match name.as_str() {
        "panics-in-a-route" => serve::run("auth", routes).await,
        "panics-in-a-job" => do_jobs().await,
        _ => start().await,
    }
}

fn routes() -> Routes {
    Routes::new().route("/health", get(panics)).route("/docs", get(async || "well"))
}

#[expect(clippy::panic, reason = "what becomes of it is tested")]
async fn panics() -> &'static str {
    panic!("what a candidate wrote")
}

async fn do_jobs() -> Result<(), Error> {
    let log = telemetry::log("jobs", telemetry::usual(), std::io::stdout).with(OnCue);
    tracing::subscriber::set_global_default(log)?;
    let app = &App::start("jobs").await?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| Box::pin(jobs::handle(app, event))))
        .await
}

#[expect(clippy::panic, reason = "what becomes of it is tested")]
async fn start() -> Result<(), Error> {
    let _app = App::start("jobs").await?;
    panic!("what a candidate wrote")
}

/// Panics where one of [`CUES`] is logged.
struct OnCue;

impl<S: Subscriber> Layer<S> for OnCue {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut heard = Heard::default();
        event.record(&mut heard);
        assert!(!heard.cue, "what a candidate wrote");
    }
}

/// What an event says.
#[derive(Default)]
struct Heard {
    cue: bool,
}

impl Visit for Heard {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.cue |= field.name() == "message" && CUES.contains(&format!("{value:?}").as_str());
    }
}
