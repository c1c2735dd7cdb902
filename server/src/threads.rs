//! Threads that go on until they are told to stop.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often threads that were told to stop are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

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
        for handle in self.tell() {
            join(handle);
        }
    }

    /// Tells the threads to stop and waits, but not longer than that; says whether all did. Those that did not are not
    /// waited for any more.
    pub fn stop_within(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut handles = self.tell();
        loop {
            let (ended, running): (Vec<_>, Vec<_>) = handles.into_iter().partition(JoinHandle::is_finished);
            ended.into_iter().for_each(join);
            if running.is_empty() || Instant::now() >= deadline {
                return running.is_empty();
            }
            handles = running;
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn tell(&self) -> Vec<JoinHandle<()>> {
        self.signal.state().is_stopped = true;
        self.signal.changed.notify_all();
        std::mem::take(&mut *self.handles.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn join(handle: JoinHandle<()>) {
    if handle.join().is_err() {
        log::error!("a thread panicked");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_stop_in_time_is_not_waited_for() {
        let threads = Threads::default();
        threads.spawn("obedient", |signal| signal.pause(signal.wakes(), Duration::from_secs(60)));
        assert!(threads.stop_within(Duration::from_secs(10)));

        let threads = Threads::default();
        threads.spawn("stubborn", |_| std::thread::sleep(Duration::from_secs(20)));
        let begun = Instant::now();
        assert!(!threads.stop_within(Duration::from_millis(100)));
        drop(threads);
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}
