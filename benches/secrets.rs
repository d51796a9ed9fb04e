//! What it costs to look for secrets in a folder's files: the first look, which asks which telling words a text has, and the whole.
//!
//!     cargo bench --bench secrets -- FOLDER
//!
//! Prints megabytes (10^6 bytes) per second on one core. Reading from disk is not counted, and neither is parsing of code.

use std::path::PathBuf;
use std::time::Instant;

use guardline::config::Config;
use guardline::engine::{Cancel, STACK_BYTES};
use guardline::facts::secrets::{FileHints, HintWords, in_code, in_text, make_ready};
use guardline::model::FileModel;
use guardline::model::lower::lower;
use guardline::syntax::{Document, Language};
use guardline::workspace::walk::Walk;

fn main() {
    let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        println!("secrets: name a folder to measure");
        return;
    };
    let folder = PathBuf::from(folder).canonicalize().expect("a folder");
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || measure(folder)).expect("a thread").join().expect("a measurement");
}

fn measure(folder: PathBuf) {
    make_ready();
    let roots = [folder];
    let walked = Walk { roots: &roots, also: &[], config: &Config::default(), config_folder: None }.all(&Cancel::default()).expect("not cancelled");
    let read: Vec<Read> = walked
        .files
        .iter()
        .filter_map(|source| Read::of(&source.text, Document::new(source.file.clone(), Language::of(&source.file)?, 0, &source.text)))
        .collect();
    let bytes: usize = read.iter().map(|read| read.text.len()).sum();
    let tell = |what: &str, began: Instant, found: usize| {
        let seconds = began.elapsed().as_secs_f64();
        println!("{what:<10} {:>8.1} MB/s ({:.1} MB in {seconds:.2} s; {found})", bytes as f64 / 1e6 / seconds, bytes as f64 / 1e6);
    };
    let began = Instant::now();
    let telling = read.iter().filter(|read| HintWords::of(&read.text) != HintWords::default()).count();
    tell("first look", began, telling);
    let began = Instant::now();
    let hits = read.iter().map(Read::secrets).sum();
    tell("whole", began, hits);
}

/// A file, as the search gets it.
struct Read {
    document: Document,
    text: String,
    path: String,
    model: Option<FileModel>,
}

impl Read {
    fn of(text: &str, document: Document) -> Option<Read> {
        let model = lower(&document, None);
        Some(Read { path: document.file.as_str().trim_start_matches('/').to_owned(), text: text.to_owned(), document, model })
    }

    fn secrets(&self) -> usize {
        match &self.model {
            Some(model) => in_code(model, &self.document, &self.path).len(),
            None => in_text(&self.document, &self.text, &FileHints::of(&self.document, &self.path)).len(),
        }
    }
}
