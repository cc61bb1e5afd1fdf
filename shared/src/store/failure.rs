//! What a call to the table comes to that failed, in the one place that tells of it.

use std::error::Error as Cause;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::error::Error;
use crate::store::Store;
use crate::telemetry::alarms::{Alarm, alarm};

/// What the table calls it when it has had too much of us.
const THROTTLES: [&str; 4] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "ThrottlingError",
];

impl Store {
    /// What the caller is told of a call that failed while `doing`: that the table is not available, which
    /// heals, or that something is wrong with us. The former is an alarm, also where somebody makes do
    /// without the table.
    pub(super) fn failed<E>(&self, doing: &'static str, error: SdkError<E>) -> Error
    where
        E: ProvideErrorMetadata + Cause + Send + Sync + 'static,
    {
        if !is_unavailable(&error) {
            return Error::internal(doing, error);
        }
        alarm(Alarm::TableUnavailable, self.clock.now());
        Error::TableUnavailable { doing, source: error.into() }
    }

    /// The same of a transaction whose parts were throttled until it was given up.
    pub(super) fn throttled(&self, doing: &'static str) -> Error {
        alarm(Alarm::TableUnavailable, self.clock.now());
        Error::TableUnavailable { doing, source: "every try was throttled".into() }
    }
}

fn is_unavailable<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            true
        }
        SdkError::ServiceError(answer) => {
            let code = answer.err().code();
            answer.raw().status().is_server_error()
                || code.is_some_and(|code| THROTTLES.contains(&code))
        }
        _ => false,
    }
}
