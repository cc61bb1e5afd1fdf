//! What the platform is told of a function that cannot start.

use std::error::Error as Cause;
use std::time::Duration;

use serde::Serialize;

use crate::error::chain;
use crate::http_client::Http;

/// The kind of failure, in the platform's form.
const KIND: &str = "Tenon.CannotStart";
/// The header that repeats it.
const KIND_HEADER: &str = "lambda-runtime-function-error-type";
/// How long telling it may take: nobody waits for us, and the log has it already.
const LIMIT: Duration = Duration::from_secs(1);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Unfit {
    error_message: String,
    error_type: &'static str,
    stack_trace: [&'static str; 0],
}

/// Tells the Runtime API at `place`, host and port, that this process cannot start, and why: else the
/// platform shows that it ended and no more. `lambda_runtime` has no call for it.
pub(super) async fn tell(place: &str, why: &(dyn Cause + 'static), http: &Http) {
    let unfit = Unfit { error_message: chain(why), error_type: KIND, stack_trace: [] };
    let Ok(client) = http.client() else { return };
    let address = format!("http://{place}/2018-06-01/runtime/init/error");
    let told = client.post(address).header(KIND_HEADER, KIND).json(&unfit).timeout(LIMIT);
    let _told = told.send().await;
}
