//! Finds jobs that were lost or are due later than a queue can wait, and sends them again. Never
//! runs one.

use lambda_runtime::{Error, LambdaEvent};
use serde::Serialize;
use serde_json::Value;
use shared::app::App;

/// What a sweep did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Swept {
    /// Jobs that were sent again.
    pub sent: usize,
}

/// Sweeps once; what the schedule says does not matter.
pub async fn handle(app: &App, _event: LambdaEvent<Value>) -> Result<Swept, Error> {
    Ok(Swept { sent: shared::jobs::sweep(app).await? })
}
