//! What it costs to get to know a project: read from disk, parsed by tree-sitter alone, taken into the project, checked.
//!
//!     cargo bench --bench index -- FOLDER
//!
//! Prints seconds, files per second and the greatest memory so far. Parsing runs on all cores and so does what follows as far as it can;
//! the ratio is the project's time to that of parsing alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use guardline::config::Config;
use guardline::engine::{Cancel, Engine, STACK_BYTES, Snapshot};
use guardline::project::Project;
use guardline::syntax::{Document, Language};
use guardline::text::FileId;
use guardline::workspace::walk::Walk;
use rayon::prelude::*;

fn main() {
    let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        println!("index: name a folder to measure");
        return;
    };
    let folder = PathBuf::from(folder).canonicalize().expect("a folder");
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build_global();
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || measure(&folder)).expect("a thread").join().expect("a measurement");
}

fn measure(folder: &Path) {
    let config = Arc::new(Config::default());
    let roots = [folder.to_path_buf()];
    let began = Instant::now();
    let walked = Walk { roots: &roots, also: &[], config: &config, config_folder: None }.all(&Cancel::default()).expect("not cancelled");
    let count = walked.files.len();
    let tell = |what: &str, began: Instant| {
        let seconds = began.elapsed().as_secs_f64();
        println!("{what:<10} {seconds:>7.2} s {:>8.0} files/s {:>6} MiB at most", count as f64 / seconds, peak() / 1024);
        seconds
    };
    tell("read", began);
    let documents = || -> Vec<Document> {
        let document = |source: &guardline::workspace::walk::Source| Some(Document::new(source.file.clone(), Language::of(&source.file)?, 0, &source.text));
        walked.files.iter().filter_map(document).collect()
    };
    let began = Instant::now();
    let understood = documents().into_par_iter().filter(Document::parse).count();
    let parsed = tell("parsed", began);
    println!("           {understood} of {count} are code");
    let began = Instant::now();
    let files = documents().into_iter().map(|document| (document.file.clone(), Some(Arc::new(document)))).collect();
    let project = Project::new(vec![FileId::new(&folder.to_string_lossy())]).with(files);
    let known = tell("known", began);
    let began = Instant::now();
    let mut engine = Engine::default();
    let snapshot = Snapshot { project: Arc::new(project), config };
    let findings = engine.check_all(&snapshot, &Cancel::default()).expect("not cancelled").len();
    tell("checked", began);
    println!("known / parsed = {:.2}; {findings} findings; {:?}", known / parsed, engine.status(&snapshot));
}

/// The greatest resident memory so far, in KiB; 0 where the system does not say.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or_default()
}
