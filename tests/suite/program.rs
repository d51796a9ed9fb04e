//! The real `guardline` program, run over projects made for a test.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder with a project in it, gone when dropped.
pub struct Project {
    folder: tempfile::TempDir,
}

/// What the program did.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    pub fn of(files: &[(&str, &str)]) -> Project {
        let project = Project { folder: tempfile::tempdir().expect("a temporary folder") };
        for (path, text) in files {
            project.write(path, text.as_bytes());
        }
        project
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    /// The program with these arguments, in the project's folder, not yet started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guardline"));
        command.args(args).current_dir(self.path()).env_remove("COLUMNS").stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().expect("the program runs").into()
    }

    /// The report of an audit as JSON, with the given further arguments.
    pub fn json(&self, args: &[&str]) -> Value {
        let ran = self.run(&[&["audit", "--format", "json"], args].concat());
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// `file rule` of each finding.
pub fn findings(report: &Value) -> Vec<String> {
    let told = |finding: &Value| format!("{} {}", finding["file"].as_str().unwrap_or(""), finding["rule"].as_str().unwrap_or(""));
    report["findings"].as_array().into_iter().flatten().map(told).collect()
}

/// The sentences of a report's notes.
pub fn notes(report: &Value) -> Vec<String> {
    report["notes"].as_array().into_iter().flatten().filter_map(|note| note["message"].as_str()).map(str::to_owned).collect()
}

/// A key as Stripe makes them, of letters drawn from the seed: no such key stands in this repository.
pub fn stripe_key(seed: u64) -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        LETTERS[(state % LETTERS.len() as u64) as usize] as char
    };
    format!("sk_{}_{}", "live", (0..24).map(|_| letter()).collect::<String>())
}

/// A server file with a key in it.
pub fn leak(key: &str) -> String {
    format!("import Stripe from \"stripe\";\n\nexport const stripe = new Stripe(\"{key}\");\n")
}
