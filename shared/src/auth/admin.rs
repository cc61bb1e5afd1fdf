//! The admin key: one secret, compared in constant time.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};

use crate::secret::Secret;

/// Whoever showed the admin key.
#[derive(Debug, Clone, Copy)]
pub struct Admin(());

impl Admin {
    /// The proof, if `shown` is the `configured` key, white space around either aside. Without a
    /// configured key, or with an empty one, nobody is an admin.
    pub fn by_key(configured: Option<&Secret>, shown: &[u8]) -> Option<Self> {
        let key = configured.map(|key| key.expose().trim()).filter(|key| !key.is_empty())?;
        // Digests have one length, so that the comparison does not tell the key's.
        let [key, shown] = [key.as_bytes(), shown.trim_ascii()].map(|text| digest(&SHA256, text));
        verify_slices_are_equal(key.as_ref(), shown.as_ref()).ok()?;
        Some(Self(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_admin(configured: &str, shown: &str) -> bool {
        Admin::by_key(Some(&Secret::new(configured)), shown.as_bytes()).is_some()
    }

    #[test]
    fn the_key_opens_whatever_white_space_is_around_it() {
        for (configured, shown) in [("key", "key"), (" key\n", "key"), ("key", "\tkey ")] {
            assert!(is_admin(configured, shown), "{configured:?} {shown:?}");
        }
    }

    #[test]
    fn another_key_and_no_key_at_all_open_nothing() {
        for wrong in ["", " ", "ke", "keys", "KEY", "k ey", "key\0"] {
            assert!(!is_admin("key", wrong), "{wrong:?}");
        }
        for empty in ["", " ", "\n"] {
            assert!(!is_admin(empty, empty) && !is_admin(empty, "key"), "{empty:?}");
        }
        assert!(Admin::by_key(None, b"").is_none());
    }
}
