//! `guardline demo`: an assistant writes code into a small shop, and the real language server watches and repairs it.
//!
//! The shop lies in a temporary folder and the assistant's lines are fixed beforehand. Everything else is real: the
//! server is this program's own, started as a child and spoken to as an editor does; what it shows and repairs is what
//! it found.

mod buffer;
mod client;
mod difference;
mod log;
mod outcome;
mod screen;
mod script;
mod session;

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::args::Demo;
use super::{STOPPED, output};
use session::Session;

pub fn run(demo: &Demo, no_color: bool) -> Result<u8> {
    let stop = Stop::on_ctrl_c()?;
    let is_watched = std::io::stdout().is_terminal() && !demo.plain;
    let played = if is_watched {
        let mut screen = screen::Screen::open(output::style(no_color), demo.speed, stop.clone())?;
        Session::set_up(&stop)?.play(&mut screen)
    } else {
        let mut log = log::Log::new(output::style(true));
        Session::set_up(&stop)?.play(&mut log)
    };
    match played {
        Ok(outcome) => {
            output::print(&outcome.in_words(output::style(no_color)))?;
            Ok(if outcome.is_success() { 0 } else { super::FAILED })
        }
        Err(error) if error.is::<Stopped>() => {
            output::complain("stopped")?;
            Ok(STOPPED)
        }
        Err(error) => Err(error),
    }
}

/// Set when the person wants an end.
#[derive(Clone)]
struct Stop(Arc<AtomicBool>);

/// The person wanted an end.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
struct Stopped;

impl Stop {
    fn on_ctrl_c() -> Result<Stop> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&flag))?;
        }
        Ok(Stop(flag))
    }

    /// An error once an end is wanted.
    fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) { Err(Stopped.into()) } else { Ok(()) }
    }
}
