//! The `sweep` function.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::app::App;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = &App::start().await?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<_>| Box::pin(sweep::handle(app, event))))
        .await
}
