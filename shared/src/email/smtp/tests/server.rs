//! A mail server that follows a script and remembers what it was told.

use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What the server offers, and where it leaves the usual path.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Script {
    /// What it says it can do.
    pub(super) offers: &'static [&'static str],
    /// To what begins so, it says this instead; nothing is hanging up. `.` is the end of a mail.
    pub(super) instead: Option<(&'static str, &'static str)>,
}

/// A mail server.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) port: u16,
    script: Script,
    heard: Arc<Mutex<Vec<String>>>,
    mails: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Server {
    pub(super) async fn following(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, script, heard: Arc::default(), mails: Arc::default() };
        let listening = server.clone();
        tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let _ended = listening.serve(caller).await;
            }
        });
        server
    }

    /// Every line it heard outside of mails; those that came encrypted begin with `tls `.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// The mails it was given, as they came, without the dots that the wire adds.
    pub(super) fn mails(&self) -> Vec<Vec<u8>> {
        self.mails.lock().unwrap().clone()
    }

    async fn serve(&self, mut caller: TcpStream) -> std::io::Result<()> {
        caller.write_all(b"220 mail.test ready\r\n").await?;
        if let Some(caller) = self.converse(caller, "").await? {
            let encrypted = acceptor().accept(caller).await?;
            self.converse(encrypted, "tls ").await?;
        }
        Ok(())
    }

    /// Talks until either hangs up; gives the stream back when it is to be encrypted.
    async fn converse<S>(&self, stream: S, mark: &str) -> std::io::Result<Option<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut stream = BufReader::new(stream);
        while let Some(line) = line(&mut stream).await? {
            self.heard.lock().unwrap().push(format!("{mark}{line}"));
            let verb = line.split(' ').next().unwrap_or_default();
            let mut reply = self.reply(&line, verb, mark);
            if reply.starts_with("354") {
                say(&mut stream, &reply).await?;
                let mail = mail(&mut stream).await?;
                self.mails.lock().unwrap().push(mail);
                reply = self.reply(".", ".", mark);
            }
            if reply.is_empty() {
                return Ok(None);
            }
            say(&mut stream, &reply).await?;
            match verb {
                "STARTTLS" => return Ok(Some(stream.into_inner())),
                "QUIT" => return Ok(None),
                _ => {}
            }
        }
        Ok(None)
    }

    /// What it says to `line`; nothing when it hangs up instead.
    fn reply(&self, line: &str, verb: &str, mark: &str) -> String {
        if let Some((at, instead)) = self.script.instead
            && line.starts_with(at)
        {
            return instead.to_owned();
        }
        let usual = match verb {
            "EHLO" => return self.hello(mark),
            "STARTTLS" => "220 go ahead",
            "AUTH" => "235 welcome",
            "DATA" => "354 go ahead",
            "QUIT" => "221 bye",
            _ => "250 OK",
        };
        usual.to_owned()
    }

    /// What it can do; it encrypts once.
    fn hello(&self, mark: &str) -> String {
        let offers = self.script.offers.iter().copied();
        let offers = offers.filter(|offer| mark.is_empty() || *offer != "STARTTLS");
        let lines: Vec<_> = ["mail.test"].into_iter().chain(offers).collect();
        format!("250-{}\r\n250 SIZE 1000000", lines.join("\r\n250-"))
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, reply: &str) -> std::io::Result<()> {
    stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
    stream.flush().await
}

async fn line<S>(stream: &mut S) -> std::io::Result<Option<String>>
where
    S: AsyncBufReadExt + Unpin,
{
    let mut line = String::new();
    let count = stream.read_line(&mut line).await?;
    Ok((count > 0).then(|| line.trim_end().to_owned()))
}

/// A mail up to the line that is a dot.
async fn mail<S: AsyncBufReadExt + Unpin>(stream: &mut S) -> std::io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 || line == b".\r\n" {
            return Ok(mail);
        }
        mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

fn acceptor() -> TlsAcceptor {
    let chain = vec![CertificateDer::from_pem_slice(include_bytes!("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("server_key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
