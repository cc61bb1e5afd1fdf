#![no_main]
//! The body of a webhook, after its signature was checked: the first byte says which event it is.

use fuzz::{MIB, within};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use shared::domain::notice::Notice;
use shared::github::webhook::{Arrival, Heard, read};
use uuid::Uuid;

const EVENTS: [&str; 6] =
    ["push", "workflow_run", "member", "repository", "installation", "issues"];

fuzz_target!(|data: &[u8]| {
    let Some((said, body)) = data.split_first() else { return };
    let event = EVENTS[usize::from(*said) % EVENTS.len()];
    let arrival = Arrival { delivery: Uuid::nil(), at: Timestamp::UNIX_EPOCH };
    let heard = within(4 * MIB, || read(event, arrival, body));
    match heard {
        // It stands in a job, which is read again, perhaps weeks later.
        Ok(Heard::Notice(notice)) => {
            let kept = serde_json::to_string(&notice).expect("a notice can be kept");
            let again: Notice = serde_json::from_str(&kept).expect("a notice can be read again");
            assert_eq!(again, notice);
            // Of a push a number, a commit and a branch are kept, and of anything else less.
            assert!(kept.len() <= 1024, "{} bytes are kept", kept.len());
        }
        Ok(Heard::Installation { .. }) => assert_eq!(event, "installation"),
        Ok(Heard::Nothing) => {}
        Err(_) => assert_ne!(event, "issues"),
    }
});
