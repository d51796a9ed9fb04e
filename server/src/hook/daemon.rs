//! The process that keeps a project read, so that a hook is answered at once. One for each project and build of this program,
//! reached through a socket in a folder of the user's own. It writes nothing into the project, and ends when nobody has asked
//! for a while, when the project or the socket is gone, and when it is told to.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write, stdout};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::desk::{Desk, Said};
use super::memory::Memory;
use super::place::Place;
use super::wire::{Ask, Request, Verdict};
use crate::engine::Cancel;
use crate::workspace::deep::deep;

/// How long a hook may take to say what it wants: it is a program, and says it at once.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked whether project and socket are still there.
const GLANCE: Duration = Duration::from_secs(30);
/// Who has not asked for so long has something else to do.
const REST: Duration = Duration::from_secs(1);
/// A question carries at most the texts of some files.
const LARGEST: u64 = 128 << 20;

/// Runs until it is not needed any more. Says `ready` on standard output once it can be reached; nothing if another is.
pub fn serve(root: &Path, idle: Duration) -> Result<()> {
    // Away from the terminal and the group that the assistant runs in.
    let _ = rustix::process::setsid();
    let place = Place::open()?;
    let lock = File::create(place.lock(root)).context("the lock cannot be made")?;
    if lock.try_lock().is_err() {
        return Ok(());
    }
    let socket = place.socket(root);
    // Left behind by one that was killed: who has the lock is the only one.
    let _ = std::fs::remove_file(&socket);
    let listener = UnixListener::bind(&socket).context("the socket cannot be made")?;
    listener.set_nonblocking(true)?;
    let stop = Arc::new(AtomicBool::new(false));
    let (woken, waker) = UnixStream::pair()?;
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
        signal_hook::low_level::pipe::register(signal, waker.try_clone()?)?;
    }
    let mut out = stdout().lock();
    let _ = out.write_all(b"ready\n").and_then(|()| out.flush());
    drop(out);
    let daemon = Daemon { root, place: &place, socket: &socket, idle, cancel: Cancel::from(stop) };
    let done = deep("daemon", || daemon.run(&listener, &woken)).map_err(anyhow::Error::from).flatten();
    // While the lock is held, so that it is not another's.
    let _ = std::fs::remove_file(&socket);
    done
}

struct Daemon<'a> {
    root: &'a Path,
    place: &'a Place,
    socket: &'a Path,
    idle: Duration,
    cancel: Cancel,
}

impl Daemon<'_> {
    fn run(&self, listener: &UnixListener, woken: &UnixStream) -> Result<()> {
        // Whoever asks meanwhile waits in the socket's queue.
        let mut desk = Desk::open(self.root, self.cancel.clone())?;
        let mut last = Instant::now();
        while !self.cancel.is_cancelled() {
            let left = self.idle.saturating_sub(last.elapsed());
            if left.is_zero() || !self.root.is_dir() || !self.socket.exists() {
                return Ok(());
            }
            let wait = if desk.is_at_rest() { GLANCE } else { REST };
            let wait = Timespec::try_from(left.min(wait)).ok();
            let mut sources = [PollFd::new(listener, PollFlags::IN), PollFd::new(woken, PollFlags::IN)];
            if poll(&mut sources, wait.as_ref()).is_err() || self.cancel.is_cancelled() {
                continue;
            }
            let mut is_asked = false;
            while let Ok((stream, _)) = listener.accept() {
                is_asked = true;
                let goes_on = self.talk(&mut desk, stream);
                last = Instant::now();
                if !goes_on {
                    return Ok(());
                }
            }
            self.meanwhile(listener, woken, |cancel| if is_asked { desk.go_on(cancel) } else { desk.look_around(cancel) });
        }
        Ok(())
    }

    /// What the answers left out is looked at until somebody asks again.
    fn meanwhile(&self, listener: &UnixListener, woken: &UnixStream, look: impl FnOnce(&Cancel) -> Result<()>) {
        let Ok((done, doing)) = UnixStream::pair() else { return };
        let cancel = Cancel::default();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut sources = [listener.as_fd(), woken.as_fd(), done.as_fd()].map(|source| PollFd::from_borrowed_fd(source, PollFlags::IN));
                while poll(&mut sources, None).is_err_and(|error| error == Errno::INTR) {}
                cancel.cancel();
            });
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| look(&cancel)));
            // Whoever watched ends with that.
            drop(doing);
        });
    }

    /// One question and its answer. False if it was the last.
    fn talk(&self, desk: &mut Desk, mut stream: UnixStream) -> bool {
        let Ok(Some(request)) = heard(&stream) else { return true };
        let ask = match request {
            Request::End => return false,
            Request::Ask(ask) => ask,
        };
        let memory = Memory::load(self.place, &ask.session, &ask.root);
        let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.answer(desk, &ask, memory)));
        let mut said = answered.unwrap_or_else(|_| Err("the check failed; this is a mistake in Guardline".to_owned()));
        let verdict: Result<&Verdict, &String> = said.as_ref().map(|said| &said.verdict);
        let is_heard = serde_json::to_vec(&verdict).is_ok_and(|bytes| stream.write_all(&bytes).is_ok());
        let save = |said: &Said| (if is_heard { &said.if_heard } else { &said.if_not }).save(self.place, &ask.session);
        if let Ok(said) = &said {
            let _ = save(said);
        }
        // The hook waits for the end of it.
        drop(stream);
        if let Some(said) = said.as_mut().ok().filter(|said| said.then.is_some()) {
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| desk.remember_before(said)));
            let _ = save(said);
        }
        said.is_ok()
    }

    fn answer(&self, desk: &mut Desk, ask: &Ask, memory: Memory) -> Result<Said, String> {
        if ask.root != self.root {
            return Err("another project is kept here".to_owned());
        }
        desk.answer(ask, memory).map_err(|error| format!("{error:#}"))
    }
}

/// What the hook asks; `None` if it only looked whether somebody is here.
fn heard(stream: &UnixStream) -> Result<Option<Request>> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = Vec::new();
    BufReader::new(stream.take(LARGEST)).read_until(b'\n', &mut line)?;
    if line.is_empty() { Ok(None) } else { Ok(Some(serde_json::from_slice(&line)?)) }
}
