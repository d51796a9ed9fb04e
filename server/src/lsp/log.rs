//! What the server says about itself: to a file, to stderr, or (without `--log`) to the editor's log window.
//!
//! Never a document's text, never a finding's values: names of files, numbers and what went wrong.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::json;

use super::held;
use super::outbox::Outbox;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
}

impl Level {
    pub fn named(name: &str) -> Option<Level> {
        let all = [Level::Off, Level::Error, Level::Warn, Level::Info, Level::Debug];
        all.into_iter().find(|level| level.name().eq_ignore_ascii_case(name))
    }

    fn name(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Error => "error",
            Level::Warn => "warn",
            Level::Info => "info",
            Level::Debug => "debug",
        }
    }
}

pub struct Log {
    level: AtomicU8,
    sink: Sink,
    began: Instant,
}

enum Sink {
    File(Mutex<File>),
    Stderr,
    Client(Arc<Outbox>),
}

impl Log {
    /// `target`: a path, `stderr`, or nothing for the client's own log.
    pub fn open(target: Option<&str>, level: Option<Level>, outbox: &Arc<Outbox>) -> std::io::Result<Log> {
        let sink = match target {
            Some("stderr") => Sink::Stderr,
            Some(path) => Sink::File(Mutex::new(OpenOptions::new().create(true).append(true).open(Path::new(path))?)),
            None => Sink::Client(outbox.clone()),
        };
        let usual = if target.is_some() { Level::Info } else { Level::Warn };
        Ok(Log { level: AtomicU8::new(level.unwrap_or(usual) as u8), sink, began: Instant::now() })
    }

    pub fn set_level(&self, level: Level) {
        self.level.store(level as u8, Ordering::Relaxed);
    }

    pub fn error(&self, message: impl FnOnce() -> String) {
        self.say(Level::Error, message);
    }

    pub fn warn(&self, message: impl FnOnce() -> String) {
        self.say(Level::Warn, message);
    }

    pub fn info(&self, message: impl FnOnce() -> String) {
        self.say(Level::Info, message);
    }

    pub fn debug(&self, message: impl FnOnce() -> String) {
        self.say(Level::Debug, message);
    }

    fn say(&self, level: Level, message: impl FnOnce() -> String) {
        if level as u8 > self.level.load(Ordering::Relaxed) {
            return;
        }
        let message = message();
        let line = || format!("{:>9.3} {:<5} {message}\n", self.began.elapsed().as_secs_f64(), level.name());
        // A log that cannot be written must not stop the server.
        match &self.sink {
            Sink::File(file) => drop(held(file).write_all(line().as_bytes())),
            Sink::Stderr => drop(std::io::stderr().write_all(line().as_bytes())),
            Sink::Client(outbox) => {
                let kind = match level {
                    Level::Off | Level::Error => 1,
                    Level::Warn => 2,
                    Level::Info => 3,
                    Level::Debug => 4,
                };
                outbox.notify("window/logMessage", &json!({ "type": kind, "message": message }));
            }
        }
    }
}

/// A panic is contained where it happens; this says where that was, and not what the message quoted.
pub fn on_panic(log: Arc<Log>) {
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        log.error(|| format!("internal error at {place}; the work in hand is given up, the server goes on"));
    }));
}
