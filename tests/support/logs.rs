//! What is written to the log.

use std::cell::RefCell;
use std::io;
use std::marker::PhantomData;
use std::process::exit;
use std::sync::Once;

use serde_json::Value;
use shared::telemetry;

use crate::canary::offences;

/// How a run of tests ends that wrote to a log what must not be there.
pub const OFFENDED: i32 = 101;

thread_local! {
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Has every line of every story looked at: one that tells what no log may tell ends the run.
///
/// One subscriber serves all tests and writes where somebody listens: with one for each test, a
/// thread without any may be the first to meet an event, and then nobody ever sees it.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let log = telemetry::log("tests", telemetry::usual(), || ToThread);
        tracing::subscriber::set_global_default(log).expect("nobody else logs in tests");
    });
}

/// What a function would write on this thread, from `info` up, while the value lives. The stack of a
/// story runs there, unless the test asks for more threads.
pub struct Log(PhantomData<*const ()>);

impl Log {
    /// Begins to listen.
    pub fn listen() -> Self {
        watch();
        LOG.set(Some(Vec::new()));
        Self(PhantomData)
    }

    /// Everything that was written since it began.
    #[expect(clippy::unused_self, reason = "only who listens may read")]
    pub fn text(&self) -> String {
        LOG.with_borrow(|log| String::from_utf8(log.clone().unwrap_or_default()).unwrap())
    }

    /// The same, an object for each event.
    pub fn events(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The lines of requests.
    pub fn requests(&self) -> Vec<Value> {
        self.events().into_iter().filter(|event| event["message"] == "request").collect()
    }

    /// The lines of errors, and begins anew.
    pub fn take_errors(&self) -> Vec<String> {
        let errors = self.events().into_iter().filter(|event| event["level"] == "ERROR");
        let lines = errors.map(|event| event.to_string()).collect();
        LOG.set(Some(Vec::new()));
        lines
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        LOG.set(None);
    }
}

struct ToThread;

impl io::Write for ToThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        let offences = offences(&line);
        if !offences.is_empty() {
            // A panic would end in some task's answer, and what is printed may be captured.
            let thread = std::thread::current();
            let test = thread.name().unwrap_or("a thread");
            let told = format!("\n{test}: the log tells what it must not: {offences:#?}\n");
            let _told = io::Write::write_all(&mut io::stderr(), told.as_bytes());
            exit(OFFENDED);
        }
        // A thread that ends may log when there is no place for it any more.
        let _ = LOG.try_with(|log| log.borrow_mut().as_mut().map(|log| log.extend(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
