//! `guardline audit --watch`: what changes on disk is told, until Ctrl-C.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use crate::program::{Project, findings, leak, stripe_key};
use crate::repository::committed;

struct Watching {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Watching {
    fn of(project: &Project, arguments: &[&str]) -> Watching {
        let mut command = project.command(&[&["audit", "--watch"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        Watching { child, out }
    }

    /// The findings of the next report.
    fn report(&mut self) -> Vec<String> {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            assert!(self.out.read_line(&mut line).expect("a line") > 0, "it ended: {text}");
            text.push_str(&line);
            // The report is one object, and only it ends at the beginning of a line.
            if line == "}\n" {
                return findings(&serde_json::from_str(&text).expect("JSON"));
            }
        }
    }

    #[cfg(unix)]
    fn end(mut self) -> Option<i32> {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, rustix::process::Signal::INT).expect("a signal");
        self.child.wait().expect("it ends").code()
    }
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
