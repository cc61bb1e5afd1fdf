//! AWS: what all its clients share.

pub mod over;

use std::time::Duration;

use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_config::meta::region::ProvideRegion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_types::retry::ReconnectMode;
use url::Url;

use self::over::Over;
use crate::config::{Config, Environment};
use crate::http_client::Http;

/// How long one attempt at an AWS call may take.
const ATTEMPT_LIMIT: Duration = Duration::from_millis(1_500);
/// How long an AWS call may take with its retries.
const CALL_LIMIT: Duration = Duration::from_secs(4);

/// What all clients of AWS share: the connections of `http`, one set of credentials, tight time-outs.
///
/// On AWS, credentials and region are those in the environment, where Lambda puts them. No other place is
/// looked at: neither profiles, nor containers, nor the metadata of a machine.
pub async fn shared(config: &Config, http: Http) -> SdkConfig {
    let limits = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_LIMIT)
        .operation_timeout(CALL_LIMIT)
        .build();
    // Away from AWS there are no credentials to find, and nobody who would check them.
    let (region, credentials) = match config.environment {
        Environment::Prod => (
            EnvironmentVariableRegionProvider::new().region().await,
            SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()),
        ),
        Environment::Local | Environment::Test => (
            Some(Region::from_static("us-east-1")),
            SharedCredentialsProvider::new(Credentials::new("local", "local", None, None, "local")),
        ),
    };
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(Over(http))
        .timeout_config(limits)
        .retry_config(retries())
        .region(region)
        .credentials_provider(credentials)
        .build()
}

/// Three attempts. Which connection failed only the HTTP client knows, and it keeps none that broke: where the
/// SDK is to find out, it tells an error of its own for each attempt that failed.
fn retries() -> RetryConfig {
    let retries = RetryConfig::standard().with_max_attempts(3);
    retries.with_reconnect_mode(ReconnectMode::ReuseAllConnections)
}

/// An address as the SDK takes it.
pub(crate) fn address(endpoint: Option<&Url>) -> Option<String> {
    endpoint.map(|url| url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests;
