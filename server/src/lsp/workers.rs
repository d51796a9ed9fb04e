//! Two threads for what requests ask for. An answer nobody waits for any more is cancelled.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex};

use tokio::sync::oneshot;

use super::{STACK, held};
use crate::engine::Cancel;

#[derive(Default)]
pub struct Workers(Arc<Pool>);

#[derive(Default)]
struct Pool {
    queue: Mutex<Queue>,
    bell: Condvar,
}

#[derive(Default)]
struct Queue {
    work: VecDeque<Box<dyn FnOnce() + Send>>,
    threads: usize,
    idle: usize,
    closed: bool,
}

const MOST: usize = 2;

/// Cancels when the request that waits is dropped.
struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Workers {
    /// Runs `work` on one of the threads. `None` if it panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce(&Cancel) -> T + Send + 'static) -> Option<T> {
        let (done, result) = oneshot::channel();
        let cancel = Cancel::default();
        let guard = CancelOnDrop(cancel.clone());
        self.push(Box::new(move || {
            if !cancel.is_cancelled() {
                let _ = done.send(work(&cancel));
            }
        }));
        let result = result.await.ok();
        drop(guard);
        result
    }

    /// Runs `work` on one of the threads; nobody waits for it.
    pub fn start(&self, work: impl FnOnce() + Send + 'static) {
        self.push(Box::new(work));
    }

    fn push(&self, work: Box<dyn FnOnce() + Send>) {
        let mut queue = held(&self.0.queue);
        queue.work.push_back(work);
        if queue.idle < queue.work.len() && queue.threads < MOST {
            let pool = self.0.clone();
            let started = std::thread::Builder::new().name("answer".into()).stack_size(STACK).spawn(move || pool.serve());
            queue.threads += usize::from(started.is_ok());
        }
        drop(queue);
        self.0.bell.notify_one();
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        held(&self.0.queue).closed = true;
        self.0.bell.notify_all();
    }
}

impl Pool {
    fn serve(&self) {
        loop {
            let mut queue = held(&self.queue);
            let work = loop {
                if let Some(work) = queue.work.pop_front() {
                    break work;
                }
                if queue.closed {
                    return;
                }
                queue.idle += 1;
                queue = self.bell.wait(queue).unwrap_or_else(std::sync::PoisonError::into_inner);
                queue.idle -= 1;
            };
            drop(queue);
            // The request sees that its answer will not come, and says so.
            let _ = catch_unwind(AssertUnwindSafe(work));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
    }

    #[test]
    fn a_panic_costs_one_answer() {
        let workers = Workers::default();
        let answers = block_on(async {
            let panicked = workers.run(|_| if held(&Mutex::new(true)).eq(&true) { panic!("on purpose") } else { 0 }).await;
            (panicked, workers.run(|_| 7).await)
        });
        assert_eq!(answers, (None, Some(7)));
    }

    #[test]
    fn work_that_nobody_waits_for_is_cancelled() {
        let workers = Workers::default();
        let (began, has_begun) = std::sync::mpsc::channel();
        let (saw, has_seen) = std::sync::mpsc::channel();
        block_on(async {
            let mut work = Box::pin(workers.run(move |cancel| {
                let _ = began.send(());
                while !cancel.is_cancelled() {
                    std::thread::yield_now();
                }
                let _ = saw.send(());
            }));
            assert!(futures::poll!(&mut work).is_pending());
            has_begun.recv().expect("it began");
        });
        has_seen.recv().expect("it saw that it was cancelled");
    }
}
