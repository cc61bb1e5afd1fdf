#![no_main]
//! Bearer tokens: made up, badly signed, and well signed with any header and any claims.

use fuzz::desk::{DESK, GOOD_HEADER};
use fuzz::{MIB, within};
use libfuzzer_sys::fuzz_target;
use shared::auth::claims::Principal;

fuzz_target!(|data: &[u8]| {
    let desk = &*DESK;
    let Some((kind, said)) = data.split_first() else { return };
    match kind % 4 {
        0 => {
            let bearer = String::from_utf8_lossy(said);
            assert!(within(MIB, || desk.verify(&bearer)).is_err(), "made up, and believed");
        }
        // What one token's signature is good for is good for no other.
        1 => {
            let other = desk.signed(GOOD_HEADER, b"{}");
            let signature = other.rsplit_once('.').map(|(_, signature)| signature);
            let token =
                format!("{}.{}", String::from_utf8_lossy(said), signature.unwrap_or_default());
            if token != other {
                assert!(within(MIB, || desk.verify(&token)).is_err(), "badly signed, and believed");
            }
        }
        2 => {
            let cut = said.iter().position(|byte| *byte == b'\n').unwrap_or(said.len());
            let (header, payload) = said.split_at(cut);
            let token = desk.signed(header, payload.get(1..).unwrap_or_default());
            let _ = within(MIB, || desk.verify(&token)).map(|who| check(&who));
        }
        _ => {
            let token = desk.signed(GOOD_HEADER, said);
            let _ = within(MIB, || desk.verify(&token)).map(|who| check(&who));
        }
    }
});

/// What is promised of everybody who is let in.
fn check(who: &Principal) {
    for text in [&who.sub, &who.email] {
        assert!((1..=255).contains(&text.chars().count()), "{who:?}");
        assert!(!text.contains(char::is_control) && text.trim() == text, "{who:?}");
    }
    assert!(!who.email.bytes().any(|byte| byte.is_ascii_uppercase()), "{who:?}");
    assert!((1..=200).contains(&who.name.chars().count()), "{who:?}");
    assert!(!who.name.contains(char::is_control), "{who:?}");
}
