//! A door with TLS before a service without: under a certificate of the throw-away authority of the tests.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const CHAIN: &[u8] = include_bytes!("../../shared/src/email/smtp/tests/server.pem");
const KEY: &[u8] = include_bytes!("../../shared/src/email/smtp/tests/server_key.pem");

/// Where the authority's own certificate is.
pub(crate) fn authority() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/src/email/smtp/tests/authority.pem")
        .canonicalize()
        .unwrap()
}

/// Opens a door before `service`, an `http` address without a path, and says where it is.
pub(crate) async fn open(service: &str) -> String {
    let behind = service.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = acceptor();
    tokio::spawn(async move {
        while let Ok((caller, _from)) = listener.accept().await {
            let (acceptor, behind) = (acceptor.clone(), behind.clone());
            tokio::spawn(async move {
                // Whoever does not believe the certificate hangs up.
                let mut caller = acceptor.accept(caller).await?;
                let mut service = TcpStream::connect(behind).await?;
                copy_bidirectional(&mut caller, &mut service).await
            });
        }
    });
    format!("https://{address}/")
}

fn acceptor() -> TlsAcceptor {
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(CHAIN).unwrap()],
            PrivateKeyDer::from_pem_slice(KEY).unwrap(),
        )
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
