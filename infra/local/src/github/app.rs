//! The one GitHub App that this GitHub knows: who signs for it, and what a token of an installation
//! may do. Tokens carry what they grant under our seal, so nothing is kept of them; those of an
//! earlier start are over.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::mint::Mint;

use crate::github::GitHub;
use crate::github::installations::{Installation, Standing};
use crate::github::objects::hex;
use crate::github::refusal::Refusal;

/// Its id.
pub const APP_ID: u64 = 1_200_001;
/// Its client id.
pub const CLIENT_ID: &str = "Iv23liTenonLocal0001";
/// Its name in addresses.
pub const SLUG: &str = "tenon-local";
/// Who it acts as: its name in addresses, and what GitHub adds to it.
pub const ACTOR: &str = "tenon-local[bot]";
/// How long a token of an installation is good.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// How far ahead the end of the App's own token may be.
const SIGNED_LIFE_MAX: SignedDuration = SignedDuration::from_mins(10);
/// What every token of an installation begins with.
const TOKEN_PREFIX: &str = "ghs_";

/// How far a permission goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    Read,
    Write,
}

/// Permissions by GitHub's names for them.
pub type Permissions = BTreeMap<String, Access>;

/// What the App may do wherever it is installed: what README.md says that it must be granted.
pub fn granted() -> Permissions {
    let write = ["actions", "administration", "contents", "workflows"];
    let write = write.map(|name| (name.to_owned(), Access::Write));
    write.into_iter().chain([("metadata".to_owned(), Access::Read)]).collect()
}

/// What the holder of a token may do, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub installation: u64,
    /// Whose repositories.
    pub account: String,
    pub permissions: Permissions,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// What the App signs.
#[derive(Deserialize)]
struct Claims {
    iat: i64,
    exp: i64,
    /// The App's id, as a number or a text, or its client id.
    iss: Value,
}

/// How signatures are checked and seals are made.
pub(super) struct App {
    key: DecodingKey,
    seal: hmac::Key,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("App")
    }
}

impl App {
    /// The App whose private key, PEM, is `pem`.
    pub(super) fn new(pem: &str) -> Result<Self, jsonwebtoken::errors::Error> {
        let private = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        let public = Jwk::from_encoding_key(&private, Algorithm::RS256)?;
        let seal: [u8; 32] = Mint::System.bytes();
        Ok(Self {
            key: DecodingKey::from_jwk(&public)?,
            seal: hmac::Key::new(hmac::HMAC_SHA256, &seal),
        })
    }

    /// Checks that the App itself signed `token`, for now.
    pub(super) fn signed(&self, token: &str, now: Timestamp) -> Result<(), Refusal> {
        let mut rules = Validation::new(Algorithm::RS256);
        // By the stack's clock, and in GitHub's words, below.
        rules.validate_exp = false;
        rules.validate_aud = false;
        rules.required_spec_claims.clear();
        let claims = jsonwebtoken::decode::<Claims>(token, &self.key, &rules);
        let claims = claims.map_err(|_error| Refusal::Undecodable)?.claims;
        let ours = [APP_ID.to_string(), CLIENT_ID.to_owned()];
        if !ours.contains(&claims.iss.to_string().trim_matches('"').to_owned()) {
            return Err(Refusal::UnknownApp);
        }
        if claims.iat > now.as_second() {
            return Err(Refusal::IssuedLater);
        }
        if claims.exp <= now.as_second() {
            return Err(Refusal::SignatureExpired);
        }
        if claims.exp > (now + SIGNED_LIFE_MAX).as_second() {
            return Err(Refusal::SignatureTooLong);
        }
        Ok(())
    }

    /// A token for `installation` that may do what is asked for, or all that the App may.
    pub(super) fn grant(
        &self,
        installation: &Installation,
        asked: Option<Permissions>,
        now: Timestamp,
    ) -> Result<(String, Grant), Refusal> {
        let most = granted();
        let mut permissions = asked.unwrap_or_else(|| most.clone());
        if permissions.iter().any(|(name, access)| most.get(name).is_none_or(|it| it < access)) {
            return Err(Refusal::NotGranted);
        }
        // Whoever may do anything may look.
        permissions.entry("metadata".to_owned()).or_insert(Access::Read);
        let expires_at = (now + TOKEN_LIFE).as_second();
        let (account, installation) = (installation.account.clone(), installation.id);
        let grant = Grant { installation, account, permissions, expires_at };
        let text = serde_json::to_vec(&grant).map_err(Refusal::NotJson)?;
        let content = URL_SAFE_NO_PAD.encode(text);
        Ok((format!("{TOKEN_PREFIX}{content}_{}", self.sealed(&content)), grant))
    }

    /// What `token` grants, until its end.
    pub(super) fn opened(&self, token: &str, now: Timestamp) -> Option<Grant> {
        let (content, seal) = token.strip_prefix(TOKEN_PREFIX)?.rsplit_once('_')?;
        if self.sealed(content) != seal {
            return None;
        }
        let text = URL_SAFE_NO_PAD.decode(content).ok()?;
        let grant: Grant = serde_json::from_slice(&text).ok()?;
        (now.as_second() < grant.expires_at).then_some(grant)
    }

    fn sealed(&self, content: &str) -> String {
        hex(hmac::sign(&self.seal, content.as_bytes()).as_ref())
    }
}

impl GitHub {
    /// Registers the App that signs with the private key `pem`; of several the first one stays.
    pub fn register_app(&self, pem: &str) -> Result<(), jsonwebtoken::errors::Error> {
        let app = App::new(pem)?;
        self.0.app.get_or_init(|| app);
        Ok(())
    }

    /// Says how the App's installation for the account stands from now on.
    pub fn set_installation(&self, account: &str, standing: Standing) -> Result<(), Refusal> {
        let now = self.now();
        let mut world = self.world();
        let installation = world.installations.of(account, now)?.ok_or(Refusal::NotFound)?;
        world.installations.save(Installation { standing, ..installation })?;
        Ok(())
    }

    /// Installs the App for the account anew.
    pub fn install_app(&self, account: &str) -> Result<(), Refusal> {
        let now = self.now();
        self.world().installations.install(account, now)?;
        Ok(())
    }

    /// What an installation's token grants, while it is good and the installation stands.
    pub(crate) fn grant(&self, token: &str) -> Option<Grant> {
        let grant = self.0.app.get()?.opened(token, self.now())?;
        let world = self.world();
        let installation = world.installations.by_id(grant.installation)?;
        (installation.standing == Standing::Active).then_some(grant)
    }
}
