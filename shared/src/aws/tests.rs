use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::config::TlsRoots;
use crate::error::chain;
use crate::telemetry::{log, usual};

/// AWS, as a server that finds nothing wrong with anything.
struct Aws {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Aws {
    /// Served in the open, or under a certificate of the throw-away authority of the tests.
    async fn serve(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections: Arc<AtomicUsize> = Arc::default();
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(welcome(caller, tls.clone()));
            }
        });
        Self { port, connections }
    }

    fn count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn welcome(caller: TcpStream, tls: Option<TlsAcceptor>) -> io::Result<()> {
    match tls {
        None => converse(caller).await,
        Some(tls) => converse(tls.accept(caller).await?).await,
    }
}

/// Answers every request with an empty object, for as long as there are any.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim().to_ascii_lowercase();
            if let Some(text) = line.strip_prefix("content-length: ") {
                length = text.parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        stream.read_exact(&mut vec![0; length]).await?;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\n";
        stream.write_all(format!("{head}content-length: 2\r\n\r\n{{}}").as_bytes()).await?;
        stream.flush().await?;
    }
}

fn acceptor() -> TlsAcceptor {
    let chain = include_bytes!("../email/smtp/tests/server.pem");
    let key = include_bytes!("../email/smtp/tests/server_key.pem");
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(chain).unwrap()],
            PrivateKeyDer::from_pem_slice(key).unwrap(),
        )
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn aws(environment: Environment) -> SdkConfig {
    aws_over(environment, Http::new(TlsRoots::Embedded)).await
}

async fn aws_over(environment: Environment, http: Http) -> SdkConfig {
    let settings = [
        ("TENON_ENV", "test"),
        ("TENON_TABLE_NAME", "tenon"),
        ("TENON_QUEUE_URL", "https://sqs.example.com/1/jobs"),
        ("TENON_AUTH0_DOMAIN", "tenant.example.com"),
        ("TENON_AUTH0_API_AUDIENCE", "https://api.example.com"),
        ("TENON_GITHUB_TOKEN", "a-token"),
        ("TENON_CANDIDATE_PORTAL_BASE_URL", "https://portal.example.com/"),
        ("TENON_INVITE_TOKEN_KEYS", "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ];
    let find = |name: &str| settings.iter().find(|(known, _)| *known == name);
    let config = Config::from_lookup(&|name| find(name).map(|(_, text)| (*text).to_owned()));
    shared(&Config { environment, ..config.unwrap() }, http).await
}

fn table(aws: &SdkConfig, endpoint: &str) -> Client {
    let config = aws_sdk_dynamodb::config::Builder::from(aws).endpoint_url(endpoint);
    Client::from_conf(config.build())
}

async fn read(table: &Client) -> Result<(), SdkError<GetItemError>> {
    let key = AttributeValue::S("k".to_owned());
    let read = table.get_item().table_name("tenon").key("PK", key).send().await;
    read.map(|_nothing| ())
}

#[tokio::test]
async fn on_aws_credentials_are_those_in_the_environment_and_elsewhere_none_that_anybody_has() {
    for (environment, provider) in [
        (Environment::Prod, "EnvironmentVariableCredentialsProvider"),
        (Environment::Local, "local"),
        (Environment::Test, "local"),
    ] {
        let told = format!("{:?}", aws(environment).await.credentials_provider());

        assert!(told.contains(provider), "{told}");
        for searched in ["Chain", "Profile", "Imds", "Ecs"] {
            assert!(!told.contains(searched), "{told}");
        }
    }
}

#[tokio::test]
async fn a_refused_connection_is_a_call_that_was_never_sent_and_names_no_address() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let table = table(&aws(Environment::Test).await, &format!("http://{free}"));

    let error = read(&table).await.unwrap_err();

    let SdkError::DispatchFailure(failure) = &error else { panic!("{error:?}") };
    assert!(failure.is_io());
    let told = chain(&error);
    assert!(told.contains("Connection refused"), "{told}");
    assert!(!told.contains("127.0.0.1"), "{told}");
}

#[tokio::test]
async fn a_body_that_is_streamed_is_refused_before_anything_is_sent() {
    let server = Aws::serve(None).await;
    let body = SdkBody::from_body_1_x(reqwest::Body::from("text"));
    let mut request = HttpRequest::new(body);
    request.set_uri(format!("http://127.0.0.1:{}/", server.port)).unwrap();

    let error = Over(Http::new(TlsRoots::Embedded)).call(request).await.unwrap_err();

    assert!(error.is_user(), "{error:?}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn all_clients_share_one_connection_and_not_only_those_of_aws() {
    let server = Aws::serve(None).await;
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let http = Http::new(TlsRoots::Embedded);
    let aws = aws_over(Environment::Test, http.clone()).await;
    let queue = aws_sdk_sqs::config::Builder::from(&aws).endpoint_url(&endpoint).build();
    let queue = aws_sdk_sqs::Client::from_conf(queue);
    // As mail and secrets differ, with time-outs of its own.
    let limits = TimeoutConfig::builder().operation_timeout(Duration::from_secs(6)).build();
    let secrets = aws_sdk_secretsmanager::config::Builder::from(&aws).timeout_config(limits);
    let secrets = secrets.endpoint_url(&endpoint).build();
    let secrets = aws_sdk_secretsmanager::Client::from_conf(secrets);
    assert_eq!(server.count(), 0);

    read(&table(&aws, &endpoint)).await.unwrap();
    queue.send_message().queue_url(&endpoint).message_body("m").send().await.unwrap();
    secrets.get_secret_value().secret_id("s").send().await.unwrap();
    http.client().unwrap().get(&endpoint).send().await.unwrap();

    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_server_of_another_authority_is_refused_with_the_cause_and_what_to_do() {
    let server = Aws::serve(Some(acceptor())).await;
    let table = table(&aws(Environment::Test).await, &format!("https://127.0.0.1:{}", server.port));

    let told = chain(&read(&table).await.unwrap_err());

    assert!(told.contains("invalid peer certificate: UnknownIssuer"), "{told}");
    assert!(told.ends_with("TENON_TLS_ROOTS=system believes whom this machine believes"), "{told}");
    assert_eq!(server.count(), 1, "a second try would end as the first");
}

/// A log to read.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Write::write(&mut *self.0.lock().unwrap(), bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn attempts_that_fail_are_no_errors_of_the_sdks_own_in_the_log() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let unwell = axum::Router::new().fallback(async move || {
        counted.fetch_add(1, Ordering::SeqCst);
        http::StatusCode::INTERNAL_SERVER_ERROR
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, unwell).await });
    let aws = aws(Environment::Test).await;
    let at_once = aws.retry_config().unwrap().clone().with_initial_backoff(Duration::ZERO);
    let config = aws_sdk_dynamodb::config::Builder::from(&aws).retry_config(at_once);
    let table = Client::from_conf(config.endpoint_url(endpoint).build());

    let page = Page::default();
    let to = page.clone();
    let listening = tracing::subscriber::set_default(log("auth", usual(), move || to.clone()));
    read(&table).await.unwrap_err();
    drop(listening);

    assert_eq!(asked.load(Ordering::SeqCst), 3);
    assert_eq!(String::from_utf8(page.0.lock().unwrap().clone()).unwrap(), "");
}
