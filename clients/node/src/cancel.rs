//! Ends a run from outside.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasmtime::Engine;

/// Ends the run that was given a clone of it, whatever the program does; one that has not
/// begun does not begin.
#[derive(Clone, Default)]
pub struct Cancel(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    cancelled: bool,
    runs: Option<Engine>,
}

impl Cancel {
    /// Nobody wants the outcome any more.
    pub fn cancel(&self) {
        let mut state = self.state();
        state.cancelled = true;
        if let Some(engine) = &state.runs {
            engine.increment_epoch();
        }
    }

    /// Whether it was said.
    pub fn is_cancelled(&self) -> bool {
        self.state().cancelled
    }

    /// What interrupts the run from now on.
    pub(crate) fn interrupts(&self, engine: &Engine) {
        let mut state = self.state();
        state.runs = Some(engine.clone());
        if state.cancelled {
            engine.increment_epoch();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Both fields are true at any moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
