//! Why there is no answer: said by the type, so that nobody takes a check that did not end for one that found nothing.

/// Neither of these says anything about the code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoAnswer {
    /// Nobody waits for it any more.
    #[error("stopped")]
    Cancelled,
    /// It broke off. What was remembered is thrown away.
    #[error("the analysis failed; this is a mistake in Guardline")]
    Failed,
}

/// A panic on purpose, so that tests see what becomes of a check that fails.
#[cfg(test)]
pub mod failing {
    use std::cell::Cell;

    thread_local! {
        static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    }

    /// On this thread, after so many that go well, one check fails.
    pub fn after(checks: u32) {
        LEFT.set(Some(checks));
    }

    pub(in crate::engine) fn strike() {
        match LEFT.get() {
            Some(0) => {
                LEFT.set(None);
                panic!("on purpose");
            }
            left => LEFT.set(left.map(|left| left - 1)),
        }
    }
}
