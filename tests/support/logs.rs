//! What is written to the log.

use std::cell::RefCell;
use std::io;
use std::marker::PhantomData;
use std::sync::Once;

use serde_json::Value;
use shared::telemetry;
use tracing_subscriber::EnvFilter;

thread_local! {
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What a function would write on this thread, from `info` up, while the value lives. The stack of a
/// story runs there, unless the test asks for more threads.
///
/// One subscriber serves all tests and writes where somebody listens: with one for each test, a
/// thread without any may be the first to meet an event, and then nobody ever sees it.
pub struct Log(PhantomData<*const ()>);

impl Log {
    /// Begins to listen.
    pub fn listen() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let log = telemetry::log(EnvFilter::new("info"), || ToThread);
            tracing::subscriber::set_global_default(log).expect("nobody else logs in tests");
        });
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
        // A thread that ends may log when there is no place for it any more.
        let _ = LOG.try_with(|log| log.borrow_mut().as_mut().map(|log| log.extend(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
