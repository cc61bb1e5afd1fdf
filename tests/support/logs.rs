//! What is written to the log.

use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt;

/// The errors that are logged on this thread while the value lives. A story's stack runs there.
pub struct Errors {
    written: Arc<Mutex<Vec<u8>>>,
    _guard: DefaultGuard,
}

impl Errors {
    /// Begins to listen.
    pub fn listen() -> Self {
        let written = Arc::new(Mutex::new(Vec::new()));
        let subscriber = fmt()
            .with_max_level(tracing::Level::ERROR)
            .with_ansi(false)
            .with_writer(Arc::clone(&written))
            .finish();
        Self { written, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// The lines since the last call.
    pub fn take(&self) -> Vec<String> {
        let written = std::mem::take(&mut *self.written.lock().unwrap());
        String::from_utf8(written).unwrap().lines().map(str::to_owned).collect()
    }
}
