#![no_main]
//! Where in a list a page ended: a cursor is good for its own list and no other.

use fuzz::{MIB, within};
use libfuzzer_sys::fuzz_target;
use shared::domain::page::{Cursor, List, Place};
use uuid::Uuid;

const LISTS: [List; 12] = [
    List::Simulations,
    List::Candidates,
    List::Submissions,
    List::SessionSubmissions,
    List::Invites,
    List::Companies,
    List::Domains,
    List::CleanUps,
    List::DeadJobs,
    List::DueJobs,
    List::DoneBy,
    List::DoneTo,
];
/// Those whose rows stand by moments.
const BY_MOMENT: [List; 4] = [List::DeadJobs, List::DueJobs, List::DoneBy, List::DoneTo];

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    assert!(within(MIB, || readers(&text)) <= 1, "{text:?} is a cursor of two lists");
    let Some((said, rest)) = data.split_at_checked(25) else { return };
    let list = LISTS[usize::from(said[0]) % LISTS.len()];
    let number = u64::from_be_bytes(said[1..9].try_into().expect("eight bytes"));
    let place = if BY_MOMENT.contains(&list) {
        Place::Moment(number, Uuid::from_slice(&said[9..25]).expect("sixteen bytes"))
    } else {
        Place::Number(number)
    };
    let cursor = Cursor::after_place(list, place);
    let text = cursor.encode();
    assert_eq!(Cursor::parse(list, &text), Ok(cursor));
    assert_eq!(readers(&text), 1, "{text:?} of {list:?}");
    let longer = format!("{text}{}", String::from_utf8_lossy(rest));
    assert!(longer == text || Cursor::parse(list, &longer).is_err(), "{longer:?}");
});

/// How many lists take `text` for a cursor of theirs; what they take is written as it was read.
fn readers(text: &str) -> usize {
    let read = LISTS.into_iter().filter_map(|list| Some((list, Cursor::parse(list, text).ok()?)));
    read.inspect(|(list, cursor)| {
        assert_eq!((cursor.encode().as_str(), cursor.list()), (text, *list));
    })
    .count()
}
