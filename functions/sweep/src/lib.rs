//! Finds jobs that were lost or are due later than a queue can wait, and sends them again. Never
//! runs one.

use lambda_runtime::{Error, LambdaEvent};
use serde::Serialize;
use serde_json::Value;
use shared::app::App;
use shared::jobs::deadline::{deadline, within};

/// What a sweep did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Swept {
    /// Jobs that were sent again.
    pub sent: usize,
}

/// Sweeps once; what the schedule says does not matter. A sweep that would outlast its invocation fails half a
/// second before: the next one finds what it left.
pub async fn handle(app: &App, event: LambdaEvent<Value>) -> Result<Swept, Error> {
    let deadline = deadline(event.context.deadline, app.clock.now());
    let swept = within(app, deadline, Box::pin(shared::jobs::sweep(app))).await;
    Ok(Swept { sent: swept.ok_or("the sweep did not end in its time")?? })
}
