//! Threads that go on until they are told to stop.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// A number of threads; they are stopped and waited for when this is dropped.
#[derive(Debug, Default)]
pub struct Threads {
    signal: Arc<Signal>,
    handles: Mutex<Vec<JoinHandle<()>>>,
}

impl Threads {
    /// Starts a thread. Without one its work is left undone, which the log says.
    pub fn spawn(&self, name: &str, work: impl FnOnce(&Signal) + Send + 'static) {
        let signal = Arc::clone(&self.signal);
        match std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&signal)) {
            Ok(handle) => self.handles.lock().unwrap_or_else(PoisonError::into_inner).push(handle),
            Err(error) => log::error!("the thread {name} cannot be started: {error}"),
        }
    }

    /// Wakes those that pause.
    pub fn wake(&self) {
        self.signal.state().wakes += 1;
        self.signal.changed.notify_all();
    }

    /// Tells the threads to stop and waits until they have done what they are at.
    pub fn stop(&self) {
        self.signal.state().is_stopped = true;
        self.signal.changed.notify_all();
        let handles = std::mem::take(&mut *self.handles.lock().unwrap_or_else(PoisonError::into_inner));
        for handle in handles {
            if handle.join().is_err() {
                log::error!("a thread panicked");
            }
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What a thread is told.
#[derive(Debug, Default)]
pub struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_stopped: bool,
    /// How often the threads were woken.
    wakes: u64,
}

impl Signal {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the thread is to stop.
    pub fn is_stopped(&self) -> bool {
        self.state().is_stopped
    }

    /// How often the threads were woken so far.
    pub fn wakes(&self) -> u64 {
        self.state().wakes
    }

    /// Pauses, but not beyond a stop, nor when the threads were woken since there were `wakes`.
    pub fn pause(&self, wakes: u64, pause: Duration) {
        let goes_on = |state: &mut State| !state.is_stopped && state.wakes == wakes;
        drop(self.changed.wait_timeout_while(self.state(), pause, goes_on));
    }
}
