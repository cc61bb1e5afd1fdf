//! What the fuzz targets share. Each target reads one kind of text or bytes that a stranger may send, and fails on
//! a panic, on more memory than it says, and on a broken promise of what it reads.

pub mod desk;
pub mod door;
pub mod parsers;
pub mod place;
pub mod reports;

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A mebibyte, in bytes.
pub const MIB: usize = 1024 * 1024;

/// What comes of `work`, which may take `ceiling` bytes beyond what was in use before.
pub fn within<T>(ceiling: usize, work: impl FnOnce() -> T) -> T {
    let idle = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let outcome = work();
    let taken = MEMORY.peak_usage().saturating_sub(idle);
    assert!(taken <= ceiling, "it took {taken} bytes, and may take {ceiling}");
    outcome
}
