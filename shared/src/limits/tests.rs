use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region};
use tokio::net::TcpListener;

use super::*;
use crate::aws::over::Over;
use crate::config::TlsRoots;
use crate::error::Noun;
use crate::http_client::Http;

const ON: LimitsConfig = LimitsConfig { enabled: true, trusted_proxies: Vec::new() };
const OFF: LimitsConfig = LimitsConfig { enabled: false, trusted_proxies: Vec::new() };

/// Limits that are counted in a table where nobody answers.
async fn nobody_counts(config: LimitsConfig) -> (Limits, Store) {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let config_of_table = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .http_client(Over(Http::new(TlsRoots::Embedded)))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(format!("http://{free}"));
    let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
    let store = Store::new(config_of_table, "tenon", clock.clone());
    (Limits::new(&config, &store, &clock), store)
}

#[tokio::test]
async fn a_limit_that_nobody_can_count_lets_everything_pass_and_tells_nothing() {
    let (limits, store) = nobody_counts(ON).await;

    let (answers, entry) = ledger::kept(async {
        let taken = limits.take(limit::SUBMIT.of(&[&1])).await;
        let read = limits.beside(limit::POLL.of(&[&1]), async { Ok(5) }).await;
        let missing = async { Err::<(), _>(Error::NotFound(Noun::Run)) };
        let missing = limits.beside(limit::POLL.of(&[&1]), missing).await;
        limits.failed_admin_key(None).await;
        (taken, read, missing, limits.failed_login(None, Error::NotAuthenticated).await)
    })
    .await;

    assert!(matches!(
        answers,
        (Ok(()), Ok(5), Err(Error::NotFound(Noun::Run)), Error::NotAuthenticated)
    ));
    assert_eq!(entry.standing, None);
    assert_eq!(store.calls().count(), 5);
}

#[tokio::test]
async fn limits_that_are_off_do_not_ask_the_table() {
    let (limits, store) = nobody_counts(OFF).await;

    limits.take(limit::SUBMIT.of(&[&1])).await.unwrap();
    limits.failed_admin_key(None).await;

    assert!(matches!(
        limits.failed_login(None, Error::NotAuthenticated).await,
        Error::NotAuthenticated
    ));
    assert_eq!(store.calls().count(), 0);
}

#[test]
fn an_address_counts_for_its_network_and_no_address_is_one_caller() {
    let of = |text: &str| of_address(limit::FAILED_LOGIN, Some(text.parse().unwrap()));
    let unknown = of_address(limit::FAILED_LOGIN, None);

    assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
    assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
    assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
    assert_eq!(unknown, of_address(limit::FAILED_LOGIN, None));
    assert_ne!(unknown, of("192.0.2.1"));
}
