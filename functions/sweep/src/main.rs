//! The `sweep` function.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::app::App;
use shared::telemetry::invocation::within;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &App::start(env!("CARGO_PKG_NAME")).await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<_>| {
        let context = event.context.clone();
        within(&context, Box::pin(sweep::handle(app, event))).await
    }))
    .await
}
