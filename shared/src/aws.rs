//! AWS: what all its clients share.

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use crate::config::{Config, Environment, TlsRoots};

/// How long one attempt at an AWS call may take.
const ATTEMPT_LIMIT: Duration = Duration::from_millis(1_500);
/// How long an AWS call may take with its retries.
const CALL_LIMIT: Duration = Duration::from_secs(4);

/// The names of the authorities that vouch for AWS: Amazon Root CA 1 to 4, and the one of Starfield's
/// that Amazon owns.
const AMAZON: [&[u8]; 2] =
    [b"Amazon Root CA ", b"Starfield Services Root Certificate Authority - G2"];
/// A root names itself as its issuer, within these first bytes.
const ISSUER_WITHIN: usize = 256;

/// What all clients of AWS share: one connection pool, one set of credentials, tight time-outs.
pub async fn shared(config: &Config) -> SdkConfig {
    let limits = TimeoutConfig::builder()
        .connect_timeout(ATTEMPT_LIMIT)
        .operation_attempt_timeout(ATTEMPT_LIMIT)
        .operation_timeout(CALL_LIMIT)
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client(config.tls_roots))
        .timeout_config(limits)
        .retry_config(RetryConfig::standard().with_max_attempts(3));
    // Away from AWS there are no credentials to find, and nobody who would check them.
    let loader = match config.environment {
        Environment::Prod => loader,
        Environment::Local | Environment::Test => loader
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "local", "local", None, None, "local",
            ))),
    };
    // The providers it looks through make a large future.
    Box::pin(loader.load()).await
}

/// An address as the SDK takes it.
pub(crate) fn address(endpoint: Option<&Url>) -> Option<String> {
    endpoint.map(|url| url.as_str().trim_end_matches('/').to_owned())
}

/// One connector for all clients, made at the first call. The SDK's own cache makes one for each
/// time-out that a client differs in, and another to throw away with each client.
fn http_client(roots: TlsRoots) -> SharedHttpClient {
    let connector = OnceLock::new();
    http_client_fn(move |_settings, components| {
        let made = || connector_trusting(roots, components);
        SharedHttpConnector::clone(connector.get_or_init(made))
    })
}

fn connector_trusting(roots: TlsRoots, components: &RuntimeComponents) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(ATTEMPT_LIMIT).build();
    let mut builder = Connector::builder().connector_settings(settings);
    builder.set_sleep_impl(components.sleep_impl());
    let tls = TlsContext::builder().with_trust_store(trusted(roots)).build();
    // It refuses nothing yet; and what it would stand for instead is stricter, or what was asked for.
    let tls = tls.unwrap_or_default();
    let builder = builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(tls);
    SharedHttpConnector::new(builder.build())
}

fn trusted(roots: TlsRoots) -> TrustStore {
    match roots {
        TlsRoots::System => TrustStore::default(),
        TlsRoots::Embedded => amazon().fold(TrustStore::empty(), |store, root| {
            // The store takes nothing else than PEM.
            let text = STANDARD.encode(root);
            let begin = "-----BEGIN CERTIFICATE-----";
            store.with_pem_certificate(format!("{begin}\n{text}\n-----END CERTIFICATE-----\n"))
        }),
    }
}

/// The roots that vouch for AWS, in DER.
fn amazon() -> impl Iterator<Item = &'static [u8]> {
    let roots = TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref);
    roots.filter(|root: &&[u8]| {
        let head = root.get(..ISSUER_WITHIN).unwrap_or_default();
        AMAZON.iter().any(|name| head.windows(name.len()).any(|part| part == *name))
    })
}

#[cfg(test)]
mod tests;
