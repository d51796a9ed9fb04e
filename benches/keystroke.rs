//! What one keystroke costs, stage by stage, without transport: the edit, the project after it, the check.
//!
//!     cargo bench --bench keystroke            # our own files of 300, 3,000 and 30,000 lines
//!     cargo bench --bench keystroke -- FILE…   # these files
//!     cargo bench --bench keystroke -- --project FOLDER [--verify] [COUNT | FILE…]
//!
//! Of a project everything is read and walked first, as the server does it; then a few of its files are written in, half of them files with
//! routes and half of them those that most others import, and what all keys cost together is told last. `walks` and
//! `steps` is how many of each a key makes, `first` how many answers leave something to be looked at afterwards (`Engine::check_soon`). With `--verify` each answer is held against that of a fresh engine.
//!
//! Types a call into function bodies at seeded places, a character at a time, and takes it away again. Prints the median and the 99th percentile
//! in milliseconds, and what a keystroke takes of the processor on average: that is what to compare where others use the machine too.
//! Every rule is on, and every fourth handler has mistakes in it, so that what is said of the rest of the file has its price, too.
//! Nothing is asserted: figures are for people, and for comparing two states of the code on one machine.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use guardline::config::Config;
use guardline::engine::{Cancel, Engine, STACK_BYTES, Snapshot};
use guardline::facts::walk::Target;
use guardline::project::Project;
use guardline::rules::Finding;
use guardline::syntax::{Document, Language};
use guardline::text::{Change, Encoding, FileId, position};
use guardline::workspace::walk::Walk;

const TYPED: &str = "log(item.id);";
const PLACES: usize = 12;

/// So many files of a project are written in if nobody says how many.
const FILES: usize = 24;

fn main() {
    let mut asked: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let folder = asked.iter().position(|argument| argument == "--project").and_then(|at| {
        asked.remove(at);
        (at < asked.len()).then(|| asked.remove(at))
    });
    let verifies = asked.iter().position(|argument| argument == "--verify").map(|at| asked.remove(at)).is_some();
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build_global();
    let measured = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || match folder {
        Some(folder) => measure_project(&PathBuf::from(folder).canonicalize().expect("a folder"), &asked, verifies),
        None => measure_files(asked),
    });
    measured.expect("a thread").join().expect("a measurement");
}

fn head() {
    println!(
        "{:<40} {:>6} | {:>13} | {:>13} | {:>15} | {:>15} | {:>7} {:>5} {:>7} {:>5} | open",
        "file", "lines", "edit p50/p99", "project", "check", "all", "CPU", "walks", "steps", "first"
    );
}

fn measure_files(asked: Vec<String>) {
    let files: Vec<(String, String)> = if asked.is_empty() {
        [300, 3_000, 30_000].iter().flat_map(|lines| [(format!("{lines}.ts"), typescript(*lines)), (format!("{lines}.py"), python(*lines))]).collect()
    } else {
        asked.into_iter().map(|path| (path.clone(), std::fs::read_to_string(&path).expect("a readable file"))).collect()
    };
    head();
    for (name, text) in &files {
        let short = name.rsplit('/').next().unwrap_or(name);
        let mut desk = Desk::new(Project::new(vec![FileId::new("/bench")]));
        let (times, opened) = desk.measure(&FileId::new(&format!("/bench/src/{short}")), text);
        times.print(short, text.lines().count(), Some(opened));
    }
}

fn measure_project(folder: &Path, asked: &[String], verifies: bool) {
    let config = Arc::new(Config::default());
    let roots = [folder.to_path_buf()];
    let walked = Walk { roots: &roots, also: &[], config: &config, config_folder: None }.all(&Cancel::default()).expect("not cancelled");
    let documents = walked.files.iter().filter_map(|source| Some(Document::new(source.file.clone(), Language::of(&source.file)?, 0, &source.text)));
    let files = documents.map(|document| (document.file.clone(), Some(Arc::new(document)))).collect();
    let mut desk = Desk::new(Project::new(vec![FileId::new(&folder.to_string_lossy())]).with(files));
    desk.verifies = verifies;
    let began = Instant::now();
    let found = desk.engine.check_all(&desk.snapshot(), &Cancel::default()).expect("an answer").len();
    println!(
        "{} files, {found} findings, {:?}, {:.1} s, {} MiB",
        walked.files.len(),
        desk.engine.status(&desk.snapshot()),
        began.elapsed().as_secs_f64(),
        peak() / 1024
    );
    let count = asked.first().map_or(Some(FILES), |first| first.parse().ok());
    let chosen = match count {
        Some(count) => desk.chosen(count),
        None => asked.iter().map(|path| FileId::new(&folder.join(path).to_string_lossy())).collect(),
    };
    head();
    let mut all = Times::default();
    for file in chosen {
        let Some(text) = desk.project.file(&file).map(|known| known.document.text()) else { continue };
        let (times, opened) = desk.measure(&file, &text);
        times.print(desk.project.relative(&file), text.lines().count(), Some(opened));
        all.add(times);
    }
    all.print("all of them", 0, None);
    println!("{} MiB at most", peak() / 1024);
}

#[derive(Default)]
struct Times {
    edit: Vec<Duration>,
    project: Vec<Duration>,
    check: Vec<Duration>,
    all: Vec<Duration>,
    used: Duration,
    walks: u64,
    steps: u64,
    /// How many answers left something to be looked at afterwards.
    firsts: u32,
}

impl Times {
    fn add(&mut self, mut other: Times) {
        self.edit.append(&mut other.edit);
        self.project.append(&mut other.project);
        self.check.append(&mut other.check);
        self.all.append(&mut other.all);
        self.used += other.used;
        self.walks += other.walks;
        self.steps += other.steps;
        self.firsts += other.firsts;
    }

    fn print(&self, name: &str, lines: usize, opened: Option<Duration>) {
        let count = self.all.len().max(1) as f64;
        let [edit, project, check, all] = [&self.edit, &self.project, &self.check, &self.all].map(|times| quantiles(times.clone()));
        let name = &name[name.char_indices().rev().nth(39).map_or(0, |(at, _)| at)..];
        let (used, walks, steps) = (self.used.as_secs_f64() * 1e3 / count, self.walks as f64 / count, self.steps as f64 / count);
        let opened = opened.map(|opened| format!("{:.1} ms", opened.as_secs_f64() * 1e3)).unwrap_or_default();
        let firsts = f64::from(self.firsts) / count * 1e2;
        println!(
            "{name:<40} {lines:>6} | {edit:>13} | {project:>13} | {check:>15} | {all:>15} | {used:>7.3} {walks:>5.1} {steps:>7.0} {firsts:>4.0}% | {opened}"
        );
    }
}

/// A project that is written in.
struct Desk {
    project: Arc<Project>,
    config: Arc<Config>,
    engine: Engine,
    verifies: bool,
}

impl Desk {
    fn new(project: Project) -> Desk {
        Desk { project: Arc::new(project), config: Arc::new(Config::default()), engine: Engine::default(), verifies: false }
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot { project: Arc::clone(&self.project), config: Arc::clone(&self.config) }
    }

    /// Files with routes, and files that many others import, spread over what there is.
    fn chosen(&mut self, count: usize) -> Vec<FileId> {
        let entries = self.engine.routes(&self.snapshot(), &|_| true, &Cancel::default()).expect("an answer");
        let mut with_routes: Vec<FileId> = entries.iter().map(|entry| entry.site.item.file.clone()).collect();
        with_routes.sort();
        with_routes.dedup();
        let mut imported: BTreeMap<FileId, usize> = BTreeMap::new();
        for (file, known) in self.project.files() {
            let Some(module) = &known.module else { continue };
            for source in module.imported() {
                if let Target::File(target) = self.project.resolver().resolve(file, source) {
                    *imported.entry(target).or_default() += 1;
                }
            }
        }
        let mut helpers: Vec<(usize, FileId)> =
            imported.into_iter().map(|(file, times)| (times, file)).filter(|(_, file)| !with_routes.contains(file)).collect();
        helpers.sort_by(|one, other| other.cmp(one));
        // Of those, every third: the first few hold types only.
        let helpers = helpers.into_iter().step_by(3).map(|(_, file)| file).take(count / 2);
        let half = count.div_ceil(2);
        let routes = (0..half).filter_map(|i| with_routes.get(with_routes.len() * (2 * i + 1) / (2 * half)).cloned());
        let mut chosen: Vec<FileId> = routes.chain(helpers).collect();
        chosen.dedup();
        chosen
    }

    /// Says so if a fresh engine answers otherwise.
    fn verify(&mut self, file: &FileId, answer: &[Finding]) {
        let mut fresh = Engine::default();
        let all = fresh.check_all_briefly(&self.snapshot(), &Cancel::default()).expect("an answer");
        let told = |findings: &mut dyn Iterator<Item = &Finding>| findings.map(|finding| format!("{finding:?}")).collect::<Vec<_>>();
        let (known, new) = (told(&mut answer.iter()), told(&mut all.iter().filter(|finding| finding.place.file == *file)));
        let is_it = |known: &FileId| known == file;
        let routes = |engine: &mut Engine| engine.routes(&self.snapshot(), &is_it, &Cancel::default()).map(|entries| format!("{entries:?}")).ok();
        if known != new {
            println!("{file}: other findings than a fresh engine's: {known:?} and {new:?}");
        }
        if routes(&mut fresh) != self.engine.routes(&self.snapshot(), &is_it, &Cancel::default()).map(|entries| format!("{entries:?}")).ok() {
            println!("{file}: other routes than a fresh engine's");
        }
    }

    /// Opens the file, which has this text, and writes in it.
    fn measure(&mut self, file: &FileId, text: &str) -> (Times, Duration) {
        let language = Language::of(file).expect("a known language");
        let mut document = Arc::new(Document::new(file.clone(), language, 1, text));
        let began = Instant::now();
        self.project = Arc::new(self.project.with(vec![(file.clone(), Some(Arc::clone(&document)))]));
        self.engine.check(&self.snapshot(), file, &Cancel::default()).expect("an answer");
        if !self.engine.is_complete() {
            self.engine.check_all(&self.snapshot(), &Cancel::default()).expect("an answer");
        }
        let opened = began.elapsed();
        let mut times = Times::default();
        let (used, walks, steps) = (processor_time(), self.engine.walks_made(), self.engine.steps_made());
        for at in places(text) {
            for (offset, typed) in script(at) {
                let began = Instant::now();
                let rope = document.rope();
                let start = position::position(rope, offset as u32, Encoding::Utf16);
                let end = position::position(rope, (offset + usize::from(typed.is_empty())) as u32, Encoding::Utf16);
                let change = Change { range: Some(position::Range { start, end }), text: typed };
                document = Arc::new(document.edited(document.version + 1, &[change], Encoding::Utf16));
                let edited = began.elapsed();
                self.project = Arc::new(self.project.with(vec![(file.clone(), Some(Arc::clone(&document)))]));
                let known = began.elapsed();
                let (answer, is_all) = std::hint::black_box(self.engine.check_soon(&self.snapshot(), file, &Cancel::default()).expect("an answer"));
                let checked = began.elapsed();
                times.firsts += u32::from(!is_all);
                if self.verifies {
                    let rest = (!is_all).then(|| self.engine.check_briefly(&self.snapshot(), file, &Cancel::default()).expect("an answer"));
                    self.verify(file, &rest.unwrap_or(answer));
                }
                times.edit.push(edited);
                times.project.push(known - edited);
                times.check.push(checked - known);
                times.all.push(checked);
            }
        }
        times.used = processor_time().saturating_sub(used);
        times.walks = self.engine.walks_made() - walks;
        times.steps = self.engine.steps_made() - steps;
        (times, opened)
    }
}

/// The greatest resident memory so far, in KiB; 0 where the system does not say.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or_default()
}

/// What this thread has used; nothing where the system does not say.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}

/// Ends of lines, spread over the file, where a statement can follow.
fn places(text: &str) -> Vec<usize> {
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).filter(|at| text[..*at].ends_with([';', ')'])).collect();
    (0..PLACES).filter_map(|i| ends.get(ends.len() * (2 * i + 1) / (2 * PLACES)).copied()).collect::<Vec<_>>()
}

/// One place: a character at a time, then backwards. An empty text takes the character at the offset away.
fn script(at: usize) -> Vec<(usize, String)> {
    let typed = format!(" {TYPED}");
    let forwards = typed.char_indices().map(|(i, char)| (at + i, char.to_string()));
    let backwards = (0..typed.len()).rev().map(|i| (at + i, String::new()));
    forwards.chain(backwards).collect()
}

fn quantiles(mut times: Vec<Duration>) -> String {
    times.sort();
    let of = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default().as_secs_f64() * 1e3;
    format!("{:.2} / {:.2}", of(50), of(99))
}

fn typescript(lines: usize) -> String {
    let mut out = String::from(
        "import express from 'express';\nimport { PrismaClient } from '@prisma/client';\nimport { log, auth } from './lib';\n\nconst prisma = new PrismaClient();\nconst app = express();\n",
    );
    let mut i = 0;
    while out.lines().count() < lines {
        let _ = write!(
            out,
            "\n{}function total{i}(items: {{ id: string; price: number }}[]) {{\n  let sum = 0;\n  for (const item of items) {{\n    if (item.price > {i}) sum += item.price;\n    else sum -= 1;\n  }}\n  return `${{sum}} for {i}`;\n}}\n\napp.get('/orders{i}/:id', auth, async (req, res) => {{\n  const item = await prisma.order.findFirst({{ where: {{ id: req.params.id, userId: req.user.id }} }});\n  if (!item) return res.status(404).json({{ error: 'not found' }});\n  const label = total{i}(item.lines);\n  res.json({{ label, id: item.id, note: 'order number {i}' }});\n}});\n",
            if i % 4 == 0 { careless_typescript(i) } else { String::new() }
        );
        i += 1;
    }
    out
}

fn careless_typescript(i: usize) -> String {
    format!(
        "app.get('/search{i}', async (req, res) => {{\n  const found = await prisma.$queryRawUnsafe(`select * from orders where note = '${{req.query.note}}'`);\n  res.send('<p>' + req.query.note + eval(req.query.shown) + found.length + '</p>');\n}});\n\n"
    )
}

fn careless_python(i: usize) -> String {
    format!(
        "\n\n@app.get(\"/search{i}\")\ndef search_{i}(note: str, db: Session = Depends(get_db)):\n    found = db.execute(f\"select * from orders where note = '{{note}}'\")\n    return {{\"found\": found.all(), \"shown\": eval(note)}}\n"
    )
}

fn python(lines: usize) -> String {
    let mut out = String::from(
        "from fastapi import Depends, FastAPI, HTTPException\nfrom sqlalchemy.orm import Session\n\nfrom app.lib import auth, get_db, log\nfrom app.models import Order\n\napp = FastAPI()\n",
    );
    let mut i = 0;
    while out.lines().count() < lines {
        let _ = write!(
            out,
            "{}\n\ndef total_{i}(items):\n    total = 0\n    for item in items:\n        if item.price > {i}:\n            total += item.price\n        else:\n            total -= 1\n    return f\"{{total}} for {i}\"\n\n\n@app.get(\"/orders{i}/{{order_id}}\")\ndef order_{i}(order_id: int, user=Depends(auth), db: Session = Depends(get_db)):\n    item = db.query(Order).filter(Order.id == order_id, Order.user_id == user.id).first()\n    if item is None:\n        raise HTTPException(404)\n    return {{\"label\": total_{i}(item.lines), \"id\": item.id, \"note\": \"order number {i}\"}}\n",
            if i % 4 == 0 { careless_python(i) } else { String::new() }
        );
        i += 1;
    }
    out
}
