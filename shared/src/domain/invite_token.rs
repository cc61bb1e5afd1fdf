//! Invite tokens: a proof that is computed, never stored.
//!
//! 43 characters of URL-safe base64 over 32 bytes: 1 key version, 7 session id, 4 generation,
//! 20 of an HMAC-SHA256 tag over the first 12. A forged one is refused without a read.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::id::CandidateSessionId;

const CLAIM_BYTES: usize = 12;
const TAG_BYTES: usize = 20;
/// Bytes of an id that a token keeps: 2^53 fits in seven.
const ID_BYTES: usize = 7;

/// What a genuine token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InviteClaim {
    /// Version of the key it was made with.
    pub key_version: u8,
    /// Whose invite it is.
    pub session: CandidateSessionId,
    /// Which invite of that session: a renewal raises it and kills the old link.
    pub generation: u32,
}

/// The text of a token. Printing it for people shows nothing; [`InviteToken::expose`] gives it away.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteToken(String);

impl InviteToken {
    /// The 43 characters, for the link of the one who may have it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for InviteToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[invite token]")
    }
}

/// The keys that make and check tokens. Every version checks; the newest makes.
#[derive(Clone)]
pub struct InviteKeys {
    newest: (u8, hmac::Key),
    all: BTreeMap<u8, hmac::Key>,
}

impl InviteKeys {
    /// Keys by version; `None` without any.
    pub fn new(secrets: &BTreeMap<u8, Vec<u8>>) -> Option<Self> {
        let all: BTreeMap<_, _> = secrets
            .iter()
            .map(|(version, secret)| (*version, hmac::Key::new(hmac::HMAC_SHA256, secret)))
            .collect();
        let newest = all.last_key_value().map(|(version, key)| (*version, key.clone()))?;
        Some(Self { newest, all })
    }

    /// The version new invites are made with.
    pub const fn newest_version(&self) -> u8 {
        self.newest.0
    }

    /// The token that says `claim`; `None` when its key version is no longer configured.
    pub fn token(&self, claim: InviteClaim) -> Option<InviteToken> {
        let key = self.all.get(&claim.key_version)?;
        let said = claim_bytes(claim);
        let mut bytes = said.to_vec();
        bytes.extend(hmac::sign(key, &said).as_ref().iter().take(TAG_BYTES));
        Some(InviteToken(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What `text` says, if one of our keys made it.
    pub fn read(&self, text: &str) -> Option<InviteClaim> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (said, tag) = bytes.split_at_checked(CLAIM_BYTES)?;
        let (&version, rest) = said.split_first()?;
        let expected = hmac::sign(self.all.get(&version)?, said);
        verify_slices_are_equal(expected.as_ref().get(..TAG_BYTES)?, tag).ok()?;
        let (id, generation) = rest.split_at_checked(ID_BYTES)?;
        let id = id.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let generation = u32::from_be_bytes(generation.try_into().ok()?);
        let session = CandidateSessionId::new(id);
        Some(InviteClaim { key_version: version, session, generation })
    }
}

impl fmt::Debug for InviteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InviteKeys({} versions)", self.all.len())
    }
}

fn claim_bytes(claim: InviteClaim) -> [u8; CLAIM_BYTES] {
    let mut bytes = [0; CLAIM_BYTES];
    let id = claim.session.get().to_be_bytes();
    let generation = claim.generation.to_be_bytes();
    let parts = [claim.key_version].into_iter().chain(id.into_iter().skip(8 - ID_BYTES));
    for (to, from) in bytes.iter_mut().zip(parts.chain(generation)) {
        *to = from;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(versions: &[u8]) -> InviteKeys {
        let secrets = versions.iter().map(|v| (*v, vec![*v; 32])).collect();
        InviteKeys::new(&secrets).unwrap()
    }

    const CLAIM: InviteClaim = InviteClaim {
        key_version: 1,
        session: CandidateSessionId::new((1 << 53) - 1),
        generation: 7,
    };

    #[test]
    fn a_token_has_43_url_safe_characters_and_says_what_it_was_made_for() {
        let token = keys(&[1]).token(CLAIM).unwrap();

        assert_eq!(token.expose().len(), 43);
        assert!(
            token.expose().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_eq!(keys(&[1]).read(token.expose()), Some(CLAIM));
    }

    #[test]
    fn every_configured_version_checks_and_only_those() {
        let token = keys(&[1]).token(CLAIM).unwrap();

        assert_eq!(keys(&[1, 2]).newest_version(), 2);
        assert_eq!(keys(&[1, 2]).read(token.expose()), Some(CLAIM));
        assert_eq!(keys(&[2]).read(token.expose()), None);
        assert_eq!(keys(&[2]).token(CLAIM), None);
    }

    #[test]
    fn a_token_with_any_bit_changed_is_refused() {
        let token = keys(&[1]).token(CLAIM).unwrap();
        let genuine = URL_SAFE_NO_PAD.decode(token.expose()).unwrap();

        for bit in 0..256 {
            let mut forged = genuine.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(keys(&[1]).read(&URL_SAFE_NO_PAD.encode(forged)), None, "bit {bit}");
        }
        for odd in ["", "a", "not base64!", &token.expose()[..42], "\0"] {
            assert_eq!(keys(&[1]).read(odd), None);
        }
    }

    #[test]
    fn printing_a_token_shows_nothing_of_it() {
        let token = keys(&[1]).token(CLAIM).unwrap();
        assert_eq!(format!("{token:?}"), "[invite token]");
    }
}
