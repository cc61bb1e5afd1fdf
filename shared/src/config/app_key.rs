//! The private key of our GitHub App.

use std::fmt;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use thiserror::Error;

/// An RSA key that signs. Printing it shows `[secret]`.
#[derive(Clone)]
pub struct AppKey(EncodingKey);

/// The text is no RSA key in PEM. What it is stays untold: it may be half a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it is no RSA key in PEM")]
pub struct NotAnAppKey;

/// The key did not sign.
#[derive(Debug, Error)]
#[error("the key does not sign")]
pub struct NotSigned(#[from] jsonwebtoken::errors::Error);

impl AppKey {
    /// Reads PEM as GitHub hands it out (`RSA PRIVATE KEY`) or as PKCS #8 (`PRIVATE KEY`), and signs
    /// once: what is cut in half looks like a key until it is used.
    pub fn parse(pem: &str) -> Result<Self, NotAnAppKey> {
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_error| NotAnAppKey)?;
        let key = Self(key);
        key.sign(&()).map_err(|_error| NotAnAppKey)?;
        Ok(key)
    }

    /// `claims` as a JSON Web Token, RS256.
    pub fn sign<T: Serialize>(&self, claims: &T) -> Result<String, NotSigned> {
        Ok(jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &self.0)?)
    }
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::LazyLock;

    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    /// A key made for this run of the tests.
    pub(crate) static PEM: LazyLock<String> = LazyLock::new(|| {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let text = STANDARD.encode(der.as_ref());
        let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
    });

    #[test]
    fn a_key_signs_and_is_never_printed() {
        let key = AppKey::parse(&PEM).unwrap();

        assert_eq!(key.sign(&"claims").unwrap().split('.').count(), 3);
        assert_eq!(format!("{key:?}"), "[secret]");
    }

    #[test]
    fn half_a_key_and_what_is_none_are_refused() {
        let lines: Vec<_> = PEM.lines().collect();
        let half = [&lines[..8], &lines[lines.len() - 1..]].concat().join("\n");
        for text in ["", "ghp_token", half.as_str(), PEM.trim_end_matches(['-', '\n'])] {
            assert_eq!(AppKey::parse(text).err(), Some(NotAnAppKey));
        }
    }
}
