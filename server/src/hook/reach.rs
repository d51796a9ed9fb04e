//! From a hook to the process that keeps the project. Where there is none, or none can be, the hook reads the project itself.

use std::path::Path;

use anyhow::Result;

use super::desk::Desk;
use super::memory::Memory;
use super::place::Place;
use super::wire::{Ask, Verdict};
use crate::engine::Cancel;
use crate::workspace::deep::deep;

pub fn ask(ask: &Ask, alone: bool) -> Result<Verdict> {
    if alone || !cfg!(unix) {
        return by_itself(ask);
    }
    #[cfg(unix)]
    return kept::ask(ask);
    #[cfg(not(unix))]
    by_itself(ask)
}

/// Has the project read while nobody waits for it yet.
pub fn begin(root: &Path, alone: bool) -> Result<()> {
    #[cfg(unix)]
    if !alone {
        return kept::start(&Place::open()?, root);
    }
    let _ = (root, alone);
    Ok(())
}

/// Ends the process that keeps this project, and waits until it is gone.
pub fn end(root: &Path) -> Result<()> {
    #[cfg(unix)]
    return kept::end(root);
    #[cfg(not(unix))]
    {
        let _ = root;
        Ok(())
    }
}

fn by_itself(ask: &Ask) -> Result<Verdict> {
    let place = Place::open()?;
    let run = || -> Result<Verdict> {
        let mut desk = Desk::open(&ask.root, Cancel::default())?;
        let mut said = desk.answer(ask, Memory::load(&place, &ask.session, &ask.root))?;
        desk.remember_before(&mut said)?;
        said.if_heard.save(&place, &ask.session)?;
        Ok(said.verdict)
    };
    deep("hook", run)?
}

#[cfg(unix)]
mod kept {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::os::unix::net::UnixStream;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use anyhow::{Context, Result, bail};

    use crate::hook::place::Place;
    use crate::hook::wire::{Ask, Request, Verdict};

    /// Assistants give their hooks between 30 and 600 seconds.
    const PATIENCE: Duration = Duration::from_secs(25);
    /// Between two processes of which one ends while the other begins.
    const ATTEMPTS: usize = 3;

    pub fn ask(ask: &Ask) -> Result<Verdict> {
        let place = Place::open()?;
        let mut stream = connect(&place, &ask.root)?;
        send(&mut stream, &Request::Ask(ask.clone()))?;
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) if answer.is_empty() => bail!("the process that keeps this project gave no answer"),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => bail!("the project is still being read"),
            Err(error) => return Err(error).context("the process that keeps this project gave no answer"),
        }
        serde_json::from_slice::<Result<Verdict, String>>(&answer).context("its answer cannot be read")?.map_err(anyhow::Error::msg)
    }

    pub fn end(root: &Path) -> Result<()> {
        let place = Place::open()?;
        if let Ok(mut stream) = UnixStream::connect(place.socket(root)) {
            send(&mut stream, &Request::End)?;
        }
        // It holds the lock as long as it lives.
        let lock = std::fs::File::create(place.lock(root)).context("the lock cannot be opened")?;
        lock.lock().context("the lock cannot be had")?;
        Ok(())
    }

    /// Sees to it that somebody keeps the project.
    pub fn start(place: &Place, root: &Path) -> Result<()> {
        if UnixStream::connect(place.socket(root)).is_ok() {
            return Ok(());
        }
        let program = std::env::current_exe().context("this program does not know where it lies")?;
        let mut command = Command::new(program);
        // It makes a session of its own before it says that it can be reached, so that what ends the hook does not end it.
        command.args(["hook", "--keep"]).arg(root).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().context("no process can be started to keep the project")?;
        // One line once it can be reached, or nothing because another was faster.
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            let _ = BufReader::new(output).read_line(&mut line);
        }
        Ok(())
    }

    fn connect(place: &Place, root: &Path) -> Result<UnixStream> {
        let mut failed = None;
        for _ in 0..ATTEMPTS {
            match UnixStream::connect(place.socket(root)) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(PATIENCE))?;
                    stream.set_write_timeout(Some(PATIENCE))?;
                    return Ok(stream);
                }
                Err(error) => failed = Some(error),
            }
            start(place, root)?;
        }
        bail!("the process that keeps this project cannot be reached{}", failed.map(|error| format!(": {error}")).unwrap_or_default())
    }

    fn send(stream: &mut UnixStream, request: &Request) -> Result<()> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        stream.write_all(&line).context("the process that keeps this project does not listen")
    }
}
