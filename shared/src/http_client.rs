//! The one HTTP client. Everything that talks to GitHub or to the identity provider shares its pool.

use std::time::Duration;

use reqwest::{Certificate, Client, redirect};
use rustls::crypto::aws_lc_rs;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// How we name ourselves; GitHub refuses requests without a name.
pub const USER_AGENT: &str = "Tenon-Backend";
/// To open a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// For a whole call that does not set its own deadline.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Builds the client: the roots compiled in (reading the system's store is most of a cold start),
/// aws-lc as everywhere else, no redirects, 2 s to connect and 10 s for a call that sets no deadline.
///
/// Plain http is possible, because the development stack is on loopback; who takes an address from
/// elsewhere checks its scheme.
pub fn build() -> Result<Client, reqwest::Error> {
    // An error means that a provider is in place already, and there is only this one.
    let _ = aws_lc_rs::default_provider().install_default();
    let roots = TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|root| Certificate::from_der(root))
        .collect::<Result<Vec<_>, _>>()?;
    Client::builder()
        .tls_certs_only(roots)
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_can_be_built_more_than_once() {
        assert!(build().is_ok());
        assert!(build().is_ok());
    }
}
