//! The client's process: when it dies without a word and something else holds our input open, the server ends too.

#[cfg(unix)]
pub fn watch(process: i64, ended: impl FnOnce() + Send + 'static) {
    use std::time::Duration;

    use rustix::process::{Pid, test_kill_process};

    let Some(pid) = i32::try_from(process).ok().filter(|pid| *pid > 0).and_then(Pid::from_raw) else { return };
    // Only a process that is not there counts: one of another user is alive, and answers with a refusal.
    let is_gone = move || test_kill_process(pid) == Err(rustix::io::Errno::SRCH);
    // Inside a container the client's number means nothing.
    if is_gone() {
        return;
    }
    let watching = std::thread::Builder::new().name("parent".into()).stack_size(64 << 10).spawn(move || {
        while !is_gone() {
            std::thread::sleep(Duration::from_secs(1));
        }
        ended();
    });
    drop(watching);
}

/// Elsewhere the end of input has to do.
#[cfg(not(unix))]
pub fn watch(_: i64, _: impl FnOnce() + Send + 'static) {}
