//! An identity provider for the tests: one key, one document, and a count of who asked for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaEncoding, RsaKeyPair};
use axum::Router;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use crate::auth::jwks::Jwks;
use crate::clock::Clock;
use crate::http_client;

/// When the tests take place: 2026-03-02T09:00:00Z.
pub(crate) const NOW: i64 = 1_772_442_000;

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) url: Url,
    pub(crate) clock: Clock,
    fetches: Arc<AtomicUsize>,
    answer: Arc<Mutex<(StatusCode, HeaderMap, String)>>,
}

impl Provider {
    /// A provider with the key `one`.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap()).parse().unwrap();
        let clock = Clock::fixed(Timestamp::from_second(NOW).unwrap());
        let answer = Arc::new(Mutex::new((StatusCode::OK, HeaderMap::new(), String::new())));
        let provider = Self { url, clock, fetches: Arc::default(), answer };
        provider.publish(&json!({"keys": [jwk("one")]}));
        let routes = Router::new().route("/jwks.json", get(document)).with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        provider
    }

    pub(crate) fn publish(&self, document: &Value) {
        self.answer_with(StatusCode::OK, &document.to_string());
    }

    pub(crate) fn answer_with(&self, status: StatusCode, text: &str) {
        *self.answer.lock().unwrap() = (status, HeaderMap::new(), text.to_owned());
    }

    pub(crate) fn redirect_to(&self, url: &Url) {
        let headers = HeaderMap::from_iter([(LOCATION, url.as_str().parse().unwrap())]);
        *self.answer.lock().unwrap() = (StatusCode::FOUND, headers, String::new());
    }

    pub(crate) fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    pub(crate) fn jwks(&self) -> Jwks {
        let http = http_client::build().unwrap();
        Jwks::new(http, self.url.clone(), SignedDuration::from_hours(1), self.clock.clone())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }
}

async fn document(State(provider): State<Provider>) -> (StatusCode, HeaderMap, String) {
    provider.fetches.fetch_add(1, Ordering::SeqCst);
    provider.answer.lock().unwrap().clone()
}

/// The tests' key pair. Making one takes a while, so there is one.
pub(crate) fn key_pair() -> &'static RsaKeyPair {
    static KEY_PAIR: OnceLock<RsaKeyPair> = OnceLock::new();
    KEY_PAIR.get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
}

/// The public key as a JSON web key named `kid`.
pub(crate) fn jwk(kid: &str) -> Value {
    // In PKCS #1, SEQUENCE, INTEGER and a zero byte take the first nine bytes of a 2048-bit key.
    let modulus = URL_SAFE_NO_PAD.encode(&key_pair().public_key().as_ref()[9..265]);
    json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": modulus, "e": "AQAB"})
}

pub(crate) fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// A token of these parts with a true RS256 signature, whatever its header says.
pub(crate) fn signed(header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signed_by(&RSA_PKCS1_SHA256, &message)))
}

/// The signature of the tests' key over `message`, in any of the ways that RSA knows.
pub(crate) fn signed_by(kind: &'static dyn RsaEncoding, message: &str) -> Vec<u8> {
    let mut signature = vec![0; key_pair().public_modulus_len()];
    key_pair().sign(kind, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    signature
}
