//! Artifacts that candidates could upload to hurt us. Whatever is in them, reading a report from them
//! takes no more than 64 MB beyond what was in use before.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod archives;
mod downloads;
mod reports;
mod storage;

use peak_alloc::PeakAlloc;
use shared::domain::results::{ArtifactProblem, TestReport};
use tokio::sync::Mutex;

use crate::storage::Storage;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;
/// One test measures at a time: the allocator counts for all of them.
static TURN: Mutex<()> = Mutex::const_new(());
/// What reading may take beyond what was in use before.
const CEILING_BYTES: usize = 64 * 1024 * 1024;

/// What is read from the one artifact of a run, under the ceiling.
async fn read(archive: Vec<u8>) -> Result<TestReport, ArtifactProblem> {
    let storage = Storage::start().await;
    storage.list(&["tenon-test-results"], archive.len());
    storage.hold(1, &archive);
    measured(&storage).await
}

/// What is read from all that `storage` has, under the ceiling.
async fn measured(storage: &Storage) -> Result<TestReport, ArtifactProblem> {
    let _turn = TURN.lock().await;
    let idle = MEMORY.current_usage();
    MEMORY.reset_peak_usage();

    let report = storage.read_report().await;

    let taken = MEMORY.peak_usage().saturating_sub(idle);
    assert!(taken <= CEILING_BYTES, "it took {} kB", taken / 1024);
    report
}

/// Passed, failed and total.
async fn counts(archive: Vec<u8>) -> Result<(u32, u32, u32), ArtifactProblem> {
    let report = read(archive).await?;
    Ok((report.passed, report.failed, report.total))
}
