//! A thread whose stack is deep enough for the engine: code nests deeply.

use crate::engine::STACK_BYTES;

/// Why nothing came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotRun {
    #[error("no thread can be started")]
    NoThread,
    #[error("the analysis failed; this is a mistake in Guardline")]
    Panicked,
}

/// Runs on such a thread, and waits for it.
pub fn deep<T: Send>(name: &str, run: impl FnOnce() -> T + Send) -> Result<T, NotRun> {
    let thread = std::thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES);
    std::thread::scope(|scope| {
        let running = thread.spawn_scoped(scope, run).map_err(|_| NotRun::NoThread)?;
        running.join().map_err(|_| NotRun::Panicked)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: u32) -> u64 {
        let here = std::hint::black_box([u64::from(depth); 256]);
        if depth == 0 { here[0] } else { nested(depth - 1) + here[255] - here[0] }
    }

    #[test]
    fn it_is_deep_and_a_panic_is_an_error() {
        assert_eq!(deep("nested", || nested(20_000)), Ok(0));
        assert_eq!(
            deep("panics", || if std::hint::black_box(true) {
                panic!("on purpose")
            }),
            Err(NotRun::Panicked)
        );
    }
}
