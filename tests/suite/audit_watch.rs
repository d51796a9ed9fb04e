//! `guardline audit --watch`: what changes on disk is told, until Ctrl-C.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::program::{Project, findings, leak, notes, stripe_key};
use crate::repository::committed;

/// How long is waited for what must be told. Only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

struct Watching {
    child: Child,
    out: Receiver<String>,
    complaints: Receiver<String>,
}

impl Watching {
    fn of(project: &Project, arguments: &[&str]) -> Watching {
        let mut command = project.command(&[&["audit", "--watch"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
        let (out, complaints) = (lines(child.stdout.take().expect("a pipe")), lines(child.stderr.take().expect("a pipe")));
        Watching { child, out, complaints }
    }

    /// The next report.
    fn whole_report(&mut self) -> Value {
        let mut text = String::new();
        loop {
            let line = self.out.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("nothing more was told: {text}"));
            text.push_str(&line);
            // The report is one object, and only it ends at the beginning of a line.
            if line == "}\n" {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }

    /// The findings of the next report.
    fn report(&mut self) -> Vec<String> {
        findings(&self.whole_report())
    }

    /// Waits until these are found, whatever is found on the way there.
    fn reports(&mut self, expected: &[&str]) {
        while self.report() != expected {}
    }

    /// Waits until something is complained of.
    fn complaint(&mut self) -> String {
        self.complaints.recv_timeout(PATIENCE).expect("something is complained of")
    }

    #[cfg(unix)]
    fn end(mut self) -> Option<i32> {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, rustix::process::Signal::INT).expect("a signal");
        self.child.wait().expect("it ends").code()
    }
}

/// The lines of a pipe, as they come.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (told, heard) = channel();
    std::thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = String::new();
        while pipe.read_line(&mut line).is_ok_and(|length| length > 0) && told.send(std::mem::take(&mut line)).is_ok() {}
    });
    heard
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[test]
fn what_changes_is_checked_again_until_somebody_ends_it() {
    let project = Project::of(&[("package.json", "{}"), ("src/a.ts", "export const a = 1;\n")]);
    let mut watching = Watching::of(&project, &["--format", "json"]);
    assert_eq!(watching.report(), Vec::<String>::new());
    project.write("src/a.ts", leak(&stripe_key(1)).as_bytes());
    assert_eq!(watching.report(), ["src/a.ts secret-hardcoded"]);
    project.write("lib/deep/b.ts", leak(&stripe_key(2)).as_bytes());
    assert_eq!(watching.report(), ["lib/deep/b.ts secret-hardcoded", "src/a.ts secret-hardcoded"]);
    project.write("guardline.json", b"{ \"ignore\": [\"lib/\"] }");
    assert_eq!(watching.report(), ["src/a.ts secret-hardcoded"]);
    std::fs::remove_file(project.at("src/a.ts")).expect("removed");
    assert_eq!(watching.report(), Vec::<String>::new());
    assert_eq!(watching.end(), Some(0));
}

#[cfg(unix)]
#[test]
fn what_git_calls_changed_is_asked_again() {
    let project = committed(&[("package.json", "{}"), ("src/a.ts", &leak(&stripe_key(1))), ("src/b.ts", "export const b = 1;\n")]);
    let mut watching = Watching::of(&project, &["--format", "json", "--changed"]);
    assert_eq!(watching.report(), Vec::<String>::new());
    project.write("src/b.ts", leak(&stripe_key(2)).as_bytes());
    assert_eq!(watching.report(), ["src/b.ts secret-hardcoded"]);
    project.write("src/b.ts", b"export const b = 1;\n");
    assert_eq!(watching.report(), Vec::<String>::new());
    assert_eq!(watching.end(), Some(0));
}

#[cfg(unix)]
#[test]
fn settings_that_break_are_told_and_hold_again_once_repaired() {
    let project = Project::of(&[("package.json", "{}"), ("guardline.json", "{ \"ignore\": [\"lib/\"] }"), ("lib/a.ts", &leak(&stripe_key(1)))]);
    let mut watching = Watching::of(&project, &["--format", "json"]);
    assert_eq!(watching.report(), Vec::<String>::new());
    project.write("guardline.json", b"{ \"ignore\": [\"lib/\"");
    let broken = watching.whole_report();
    assert_eq!(findings(&broken), ["lib/a.ts secret-hardcoded"]);
    assert!(notes(&broken).iter().any(|note| note.starts_with("guardline.json:1:") && note.contains("nothing in this file has effect")), "{broken}");
    project.write("guardline.json", b"{ \"ignore\": [\"lib/\"] }");
    let repaired = watching.whole_report();
    assert_eq!((findings(&repaired), notes(&repaired)), (Vec::new(), Vec::new()));
    assert_eq!(watching.end(), Some(0));
}

#[cfg(unix)]
#[test]
fn settings_that_break_are_told_beside_formats_without_room_for_it() {
    let project = Project::of(&[("package.json", "{}"), ("src/a.ts", &leak(&stripe_key(1)))]);
    let mut watching = Watching::of(&project, &["--format", "lines"]);
    assert!(watching.out.recv_timeout(PATIENCE).expect("a line").contains("[secret-hardcoded]"));
    project.write("guardline.json", b"{ \"ignore\": ");
    assert!(watching.complaint().contains("nothing in this file has effect"));
    assert_eq!(watching.end(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_any_more_is_no_longer_spoken_of() {
    let project = Project::of(&[("package.json", "{}"), ("src/a.ts", &leak(&stripe_key(1))), ("src/b.ts", &leak(&stripe_key(2)))]);
    let mut watching = Watching::of(&project, &["--format", "json"]);
    assert_eq!(watching.report(), ["src/a.ts secret-hardcoded", "src/b.ts secret-hardcoded"]);
    project.write("src/a.ts", b"\x7fELF\0\x01\xff\xfe");
    assert_eq!(watching.report(), ["src/b.ts secret-hardcoded"]);
    // A folder of the same name.
    std::fs::remove_file(project.at("src/b.ts")).expect("removed");
    std::fs::create_dir(project.at("src/b.ts")).expect("a folder");
    assert_eq!(watching.report(), Vec::<String>::new());
    project.write("src/a.ts", leak(&stripe_key(3)).as_bytes());
    assert_eq!(watching.report(), ["src/a.ts secret-hardcoded"]);
    assert_eq!(watching.end(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_folder_that_vanishes_is_told_and_looked_at_again_once_it_is_back() {
    let around = Project::of(&[("app/package.json", "{}"), ("app/src/a.ts", &leak(&stripe_key(1)))]);
    let mut watching = Watching::of(&around, &["--format", "json", "app"]);
    assert_eq!(watching.report(), ["src/a.ts secret-hardcoded"]);
    std::fs::rename(around.at("app"), around.at("aside")).expect("renamed");
    let told = watching.complaint();
    assert!(told.contains("is not there any more") && told.contains("no longer holds"), "{told}");
    around.write("aside/src/b.ts", leak(&stripe_key(2)).as_bytes());
    std::fs::rename(around.at("aside"), around.at("app")).expect("renamed");
    watching.reports(&["src/a.ts secret-hardcoded", "src/b.ts secret-hardcoded"]);
    // Removed, and made anew: nobody watched the new one before.
    std::fs::remove_dir_all(around.at("app")).expect("removed");
    while !watching.complaint().contains("is not there any more") {}
    around.write("next/package.json", b"{}");
    around.write("next/src/c.ts", leak(&stripe_key(3)).as_bytes());
    std::fs::rename(around.at("next"), around.at("app")).expect("renamed");
    watching.reports(&["src/c.ts secret-hardcoded"]);
    around.write("app/src/c.ts", b"export const c = 1;\n");
    watching.reports(&[]);
    assert_eq!(watching.end(), Some(0));
}
