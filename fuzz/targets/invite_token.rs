#![no_main]
//! The token in an invite's link.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fuzz::{MIB, within};
use libfuzzer_sys::fuzz_target;
use shared::domain::id::CandidateSessionId;
use shared::domain::invite_token::{InviteClaim, InviteKeys};

static KEYS: LazyLock<InviteKeys> = LazyLock::new(|| {
    InviteKeys::new(&BTreeMap::from([(1, vec![1; 32]), (7, vec![7; 32])])).expect("keys")
});
/// The largest id of ours.
const ID_MAX: u64 = (1 << 53) - 1;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Some(claim) = within(MIB, || KEYS.read(&text)) {
        let token = KEYS.token(claim).expect("its key is one of ours");
        assert_eq!(token.expose(), text, "one token has one form");
    }
    let Some((said, mutation)) = data.split_at_checked(13) else { return };
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let claim = InviteClaim {
        key_version: if said[0] % 2 == 0 { 1 } else { 7 },
        session: CandidateSessionId::new(number(&said[1..9]) & ID_MAX),
        generation: u32::try_from(number(&said[9..13])).expect("four bytes"),
    };
    let token = KEYS.token(claim).expect("its key is there");
    let text = token.expose();
    assert_eq!((text.len(), KEYS.read(text)), (43, Some(claim)));
    forged(text, claim, mutation);
});

/// What became of `genuine` by putting in it what `mutation` says does not say the same. It may say something
/// else: libFuzzer keeps what it saw compared, and puts in a whole token that was made for another claim.
fn forged(genuine: &str, claim: InviteClaim, mutation: &[u8]) {
    let Some((at, put)) = mutation.split_first() else { return };
    let (at, put) = (usize::from(*at) % (genuine.len() + 1), String::from_utf8_lossy(put));
    let (before, after) = genuine.split_at(at);
    let inserted = format!("{before}{put}{after}");
    let replaced = format!("{before}{put}{}", after.get(put.len()..).unwrap_or_default());
    for forged in [inserted, replaced] {
        assert!(forged == genuine || KEYS.read(&forged) != Some(claim), "{forged:?} is believed");
    }
}
