//! An end in time: what is asked of the engine until then is given up, as it is when somebody wants an end.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::engine::Cancel;

/// How often it is looked whether somebody wants an end before that.
const GLANCE: Duration = Duration::from_millis(50);

pub struct Deadline {
    cancel: Cancel,
    over: Option<Sender<()>>,
    watching: Option<JoinHandle<()>>,
}

impl Deadline {
    /// After so long, or once `other` is cancelled.
    pub fn after(time: Duration, other: &Cancel) -> Deadline {
        let (over, heard) = channel();
        let (cancel, other, end) = (Cancel::default(), other.clone(), Instant::now() + time);
        if time.is_zero() {
            cancel.cancel();
        }
        let watched = cancel.clone();
        let watch = move || {
            while Instant::now() < end && !other.is_cancelled() {
                let left = end.saturating_duration_since(Instant::now());
                if heard.recv_timeout(left.min(GLANCE)) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
            watched.cancel();
        };
        // Where no thread can be started, there is no time at all.
        let watching = std::thread::Builder::new().name("deadline".into()).spawn(watch).map_err(|_| cancel.cancel()).ok();
        Deadline { cancel, over: Some(over), watching }
    }

    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        drop(self.over.take());
        if let Some(watching) = self.watching.take() {
            let _ = watching.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_in_time_or_with_the_other() {
        let other = Cancel::default();
        let long = Deadline::after(Duration::from_secs(3600), &other);
        assert!(!long.cancel().is_cancelled());
        other.cancel();
        let waiting = |deadline: &Deadline| {
            while !deadline.cancel().is_cancelled() {
                std::thread::yield_now()
            }
        };
        waiting(&long);
        waiting(&Deadline::after(Duration::ZERO, &Cancel::default()));
    }
}
