//! What a request costs the processor, piece by piece: tokens, routing, rows, artifacts, and whole reads
//! with a table that answers at once. `cargo micro` measures; under
//! `cargo test --workspace --bench micro`, which the gate does, each runs once and nothing is measured.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "it may fail loudly")]

mod artifacts;
#[path = "../../fuzz/src/desk.rs"]
#[expect(unreachable_pub, reason = "the library of the fuzz targets has it, too")]
mod desk;
mod items;
#[path = "../../fuzz/src/place.rs"]
#[expect(unreachable_pub, reason = "the library of the fuzz targets has it, too")]
mod place;
mod reads;
mod routing;
mod rows;
mod table;
mod tokens;

use std::time::Duration;

use criterion::Criterion;

fn main() {
    let short = Duration::from_secs(3);
    let criterion = Criterion::default().warm_up_time(Duration::from_secs(1));
    let mut criterion = criterion.measurement_time(short).configure_from_args();
    tokens::all(&mut criterion);
    routing::all(&mut criterion);
    reads::all(&mut criterion);
    items::all(&mut criterion);
    artifacts::all(&mut criterion);
    criterion.final_summary();
}
