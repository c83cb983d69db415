//! Being told to stop. The first signal asks the running job to end cleanly, a second one ends the
//! program at once; outside a job the first one does. Always exit code 130.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::failure::INTERRUPTED;

/// What the signals set.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    asked: Arc<AtomicBool>,
    idle: Arc<AtomicBool>,
}

/// While it lives, the first signal is left to the job.
pub(crate) struct Busy<'a>(&'a AtomicBool);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Stop {
    /// Takes over Ctrl-C, `SIGTERM` and `SIGHUP`.
    pub(crate) fn install() -> std::io::Result<Self> {
        let stop = Self { asked: Arc::new(AtomicBool::new(false)), idle: Arc::new(AtomicBool::new(true)) };
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // In this order: a signal that finds `asked` set is the second one.
            flag::register_conditional_shutdown(signal, i32::from(INTERRUPTED), Arc::clone(&stop.asked))?;
            flag::register_conditional_shutdown(signal, i32::from(INTERRUPTED), Arc::clone(&stop.idle))?;
            flag::register(signal, Arc::clone(&stop.asked))?;
        }
        Ok(stop)
    }

    /// The flag that a job looks at.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.asked
    }

    /// A job or a prompt begins.
    pub(crate) fn busy(&self) -> Busy<'_> {
        self.idle.store(false, Ordering::SeqCst);
        Busy(&self.idle)
    }
}
