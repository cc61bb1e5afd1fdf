//! Webhooks: whether GitHub sent what arrived.

use aws_lc_rs::hmac;

use crate::secret::Secret;

/// What the signature's header begins with.
const SCHEME: &str = "sha256=";
/// Bytes of an HMAC-SHA256.
const TAG_BYTES: usize = 32;

/// A body that was signed with one of our secrets, byte for byte.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a>(&'a [u8]);

impl<'a> Signed<'a> {
    /// The proof, if `signature`, the value of `X-Hub-Signature-256`, is that of `body` under one of
    /// `secrets`: `sha256=` and 64 lower-case hexadecimal digits, as GitHub writes them and no other
    /// way. The comparison takes the same time whatever is wrong.
    pub fn with(secrets: &[Secret], signature: &str, body: &'a [u8]) -> Option<Self> {
        let tag = tag(signature.strip_prefix(SCHEME)?)?;
        let signed = |secret: &Secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
            hmac::verify(&key, body, &tag).is_ok()
        };
        secrets.iter().any(signed).then_some(Self(body))
    }

    /// The body.
    pub const fn body(&self) -> &'a [u8] {
        self.0
    }
}

fn tag(digits: &str) -> Option<[u8; TAG_BYTES]> {
    let mut tag = [0; TAG_BYTES];
    let mut pairs = digits.as_bytes().chunks(2);
    for byte in &mut tag {
        let [high, low] = pairs.next()? else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    pairs.next().is_none().then_some(tag)
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GitHub's own example.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const SIGNATURE: &str =
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn is_signed(secrets: &[&str], signature: &str, body: &[u8]) -> bool {
        let secrets: Vec<_> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
        Signed::with(&secrets, signature, body).is_some()
    }

    #[test]
    fn the_example_that_github_publishes_is_signed() {
        assert!(is_signed(&[SECRET], SIGNATURE, BODY));
        let secrets = [Secret::new(SECRET)];
        assert_eq!(Signed::with(&secrets, SIGNATURE, BODY).unwrap().body(), BODY);
    }

    #[test]
    fn while_a_secret_is_changed_both_are_good() {
        assert!(is_signed(&["new", SECRET], SIGNATURE, BODY));
        assert!(is_signed(&[SECRET, "new"], SIGNATURE, BODY));
        assert!(!is_signed(&["new", "newer"], SIGNATURE, BODY));
        assert!(!is_signed(&[], SIGNATURE, BODY));
    }

    #[test]
    fn anything_else_proves_nothing() {
        let digits = SIGNATURE.strip_prefix("sha256=").unwrap();
        for wrong in [
            String::new(),
            "sha256=".to_owned(),
            digits.to_owned(),
            format!("sha1={digits}"),
            format!("SHA256={digits}"),
            format!("sha256={}", digits.to_ascii_uppercase()),
            format!("{SIGNATURE}0"),
            format!("{SIGNATURE}00"),
            SIGNATURE[..SIGNATURE.len() - 1].to_owned(),
            SIGNATURE[..SIGNATURE.len() - 2].to_owned(),
            SIGNATURE.replace("757107", "757108"),
            format!("sha256={}", "é".repeat(32)),
            format!(" {SIGNATURE}"),
        ] {
            assert!(!is_signed(&[SECRET], &wrong, BODY), "{wrong}");
        }
        for body in ["", "Hello, World", "Hello, World!\n", "hello, World!"] {
            assert!(!is_signed(&[SECRET], SIGNATURE, body.as_bytes()), "{body}");
        }
    }
}
