//! What a process has taken of the machine, from Linux's `/proc`.

use std::path::Path;
use std::time::Duration;
use std::{fs, io};

/// What a process has taken so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Time of its living threads on a processor; unlike the time on the wall it hardly depends on what else the
    /// machine does.
    pub cpu: Duration,
    /// Memory it has now, in KiB.
    pub rss_kib: u64,
    /// The most memory it ever had, in KiB.
    pub rss_max_kib: u64,
}

impl Usage {
    /// Of process `id`. Fails when it is gone.
    pub fn of(id: u32) -> io::Result<Self> {
        let process = Path::new("/proc").join(id.to_string());
        let status = fs::read_to_string(process.join("status"))?;
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number.and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        let (rss_kib, rss_max_kib) = (kib("VmRSS:"), kib("VmHWM:"));
        let mut cpu = Duration::ZERO;
        for thread in fs::read_dir(process.join("task"))? {
            // A thread may end between the listing and the look.
            let Ok(spent) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            let nanoseconds = spent.split(' ').next().and_then(|first| first.parse().ok());
            cpu += Duration::from_nanos(nanoseconds.unwrap_or(0));
        }
        Ok(Self { cpu, rss_kib, rss_max_kib })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_lives_has_taken_something_and_one_that_does_not_is_an_error() {
        let own = Usage::of(std::process::id()).unwrap();
        assert!(own.rss_kib > 100 && own.rss_max_kib >= own.rss_kib, "{own:?}");
        assert!(own.cpu > Duration::ZERO);

        // No process has this number: it is above what Linux gives.
        assert_eq!(Usage::of(u32::MAX).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
