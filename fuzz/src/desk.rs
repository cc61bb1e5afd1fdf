//! An identity provider with one key, and a verifier that believes it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::LazyLock;
use std::thread;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use shared::auth::claims::{ClaimNames, Principal};
use shared::auth::jwks::Jwks;
use shared::auth::token::{TokenError, TokenRules, Verifier};
use shared::clock::Clock;
use tokio::runtime::{Builder, Runtime};

/// When every token is looked at, in seconds since 1970.
pub const NOW: i64 = 1_800_000_000;
/// A header as good tokens have it.
pub const GOOD_HEADER: &[u8] = br#"{"alg":"RS256","kid":"k","typ":"JWT"}"#;
/// What a good token says of a recruiter.
pub const GOOD_CLAIMS: &[u8] = br#"{"iss":"https://i/","aud":"a","sub":"auth0|7","exp":1800003600,
"iat":1800000000,"https://tenon.ai/email":"ada@example.com","name":"Ada","permissions":["recruiter:access"]}"#;

/// The one of this process.
pub static DESK: LazyLock<Desk> = LazyLock::new(Desk::new);

/// Who signs tokens and who checks them.
pub struct Desk {
    key: KeyPair,
    verifier: Verifier,
    runtime: Runtime,
}

impl Desk {
    fn new() -> Self {
        let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let public = key.public_key();
        let document = serde_json::json!({ "keys": [{
            "kty": "RSA", "kid": "k", "alg": "RS256", "use": "sig",
            "n": part(public.modulus().big_endian_without_leading_zero()),
            "e": part(public.exponent().big_endian_without_leading_zero()),
        }] });
        let http = shared::http_client::build().expect("a client");
        let now = moment();
        let url = publish(document.to_string()).parse().expect("an address");
        let jwks = Jwks::new(http, url, SignedDuration::from_hours(1), Clock::fixed(now));
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(jwks.key("k", now)).expect("the key is fetched");
        Self { key, verifier: Verifier::new(rules(), jwks), runtime }
    }

    /// The verifier, which has fetched the key.
    pub fn verifier(&self) -> Verifier {
        self.verifier.clone()
    }

    /// Who shows `bearer`.
    pub fn verify(&self, bearer: &str) -> Result<Principal, TokenError> {
        self.runtime.block_on(self.verifier.verify(bearer, moment()))
    }

    /// A token that says `header` and `payload`, well signed.
    pub fn signed(&self, header: &[u8], payload: &[u8]) -> String {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let said = format!("{}.{}", part(header), part(payload));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let chance = SystemRandom::new();
        let signed = self.key.sign(&RSA_PKCS1_SHA256, &chance, said.as_bytes(), &mut signature);
        signed.expect("the key signs");
        format!("{said}.{}", part(&signature))
    }
}

fn moment() -> Timestamp {
    Timestamp::from_second(NOW).expect("a moment")
}

fn rules() -> TokenRules {
    let name = |name: &str| format!("https://tenon.ai/{name}");
    TokenRules {
        issuer: "https://i/".to_owned(),
        audience: "a".to_owned(),
        leeway_seconds: 60,
        claims: ClaimNames {
            email: name("email"),
            roles: name("roles"),
            permissions: name("permissions"),
            permissions_str: name("permissions_str"),
            name: name("name"),
            email_verified: name("email_verified"),
            github_login: Some(name("github")),
        },
    }
}

/// Serves `document` to whoever calls, on loopback; where.
fn publish(document: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for call in listener.incoming() {
            let Ok(mut call) = call else { continue };
            let mut asked = [0; 4096];
            let _read = call.read(&mut asked);
            let length = document.len();
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            let _written =
                call.write_all(head.as_bytes()).and_then(|()| call.write_all(document.as_bytes()));
        }
    });
    format!("http://{address}/jwks.json")
}
