//! The issuer's RSA key.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::Value;

use crate::documents::Documents;
use crate::issuer::IssuerError;

const KIND: &str = "issuer";
const NAME: &str = "signing-key";

/// A 2048-bit RSA key that signs with RS256.
pub(super) struct SigningKey {
    private: EncodingKey,
    public: Jwk,
    id: String,
}

impl SigningKey {
    /// The key kept in `documents`; a new one is made and kept when there is none.
    pub(super) fn kept_in(documents: &Documents) -> Result<Self, IssuerError> {
        Self::from_pem(&kept_pem(documents, KIND)?)
    }

    fn from_pem(pem: &str) -> Result<Self, IssuerError> {
        let private = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(IssuerError::Key)?;
        let mut public =
            Jwk::from_encoding_key(&private, Algorithm::RS256).map_err(IssuerError::Key)?;
        let id = public.thumbprint(ThumbprintHash::SHA256).map_err(IssuerError::Key)?;
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { private, public, id })
    }

    pub(super) fn public(&self) -> &Jwk {
        &self.public
    }

    pub(super) fn sign(&self, claims: &Value) -> Result<String, IssuerError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.id.clone());
        jsonwebtoken::encode(&header, claims, &self.private).map_err(IssuerError::Sign)
    }
}

/// The key, PEM, that `documents` keep for `kind`; a new one is made and kept when there is none.
pub(crate) fn kept_pem(documents: &Documents, kind: &str) -> Result<String, IssuerError> {
    let kept = documents.all::<String>(kind).map_err(IssuerError::Documents)?;
    if let Some((_, pem)) = kept.into_iter().find(|(name, _)| name == NAME) {
        return Ok(pem);
    }
    let pem = generate()?;
    documents.put(kind, NAME, &pem).map_err(IssuerError::Documents)?;
    Ok(pem)
}

/// A new key in the one form that `jsonwebtoken` reads and people know: PKCS #8 in PEM.
fn generate() -> Result<String, IssuerError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(IssuerError::Generate)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(IssuerError::Generate)?;
    let text = STANDARD.encode(der.as_ref());
    let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    for (index, character) in text.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str("\n-----END PRIVATE KEY-----\n");
    Ok(pem)
}
