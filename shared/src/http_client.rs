//! The one HTTP client. Everything that talks to AWS, to GitHub or to the identity
//! provider shares its pool.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Client, redirect};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use webpki_roots::TLS_SERVER_ROOTS;

use crate::config::TlsRoots;

/// How we name ourselves; GitHub refuses requests without a name.
pub const USER_AGENT: &str = "Tenon-Backend";
/// To open a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// For a whole call that does not set its own deadline.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// The client, built when it is first needed. Clones share it.
#[derive(Debug, Clone)]
pub struct Http(Arc<Lazy>);

#[derive(Debug)]
struct Lazy {
    roots: TlsRoots,
    client: OnceLock<Client>,
}

impl Http {
    /// A client that believes `roots`. Nothing is built yet.
    pub fn new(roots: TlsRoots) -> Self {
        Self(Arc::new(Lazy { roots, client: OnceLock::new() }))
    }

    /// The client. Fails when the machine has no certificates to believe.
    pub fn client(&self) -> Result<&Client, reqwest::Error> {
        if let Some(client) = self.0.client.get() {
            return Ok(client);
        }
        let built = build_trusting(self.0.roots)?;
        Ok(self.0.client.get_or_init(|| built))
    }
}

impl From<Client> for Http {
    fn from(client: Client) -> Self {
        Self(Arc::new(Lazy { roots: TlsRoots::Embedded, client: OnceLock::from(client) }))
    }
}

/// The client of a program that has no settings: it believes the roots that are compiled in.
pub fn build() -> Result<Client, reqwest::Error> {
    build_trusting(TlsRoots::Embedded)
}

/// Builds the client: aws-lc as everywhere else, no redirects, 2 s to connect and 10 s for a call that
/// sets no deadline.
///
/// Plain http is possible, because the development stack is on loopback; who takes an address from
/// elsewhere checks its scheme.
fn build_trusting(roots: TlsRoots) -> Result<Client, reqwest::Error> {
    // An error means that a provider is in place already, and there is only this one.
    let _ = aws_lc_rs::default_provider().install_default();
    let builder = match roots {
        TlsRoots::Embedded => Client::builder().tls_backend_preconfigured(embedded()),
        TlsRoots::System => Client::builder(),
    };
    builder
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .build()
}

/// TLS that believes the roots which are compiled in, and them alone. They lie in the program as a verifier reads
/// them: certificates would be parsed and copied at every start.
fn embedded() -> ClientConfig {
    let roots = RootCertStore { roots: TLS_SERVER_ROOTS.to_vec() };
    let mut tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    tls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_built_at_its_first_use_and_once() {
        let http = Http::new(TlsRoots::Embedded);
        assert!(http.0.client.get().is_none());

        let clone = http.clone();
        let first = std::ptr::from_ref(clone.client().unwrap());

        assert!(std::ptr::eq(first, http.client().unwrap()));
    }

    #[test]
    fn the_client_can_be_built_more_than_once_and_with_the_roots_of_the_machine() {
        assert!(build().is_ok());
        assert!(build().is_ok());
        assert!(Http::new(TlsRoots::System).client().is_ok());
    }
}
