//! What one keystroke costs, stage by stage, without transport: the edit, the project after it, the check.
//!
//!     cargo bench --bench keystroke            # our own files of 300, 3,000 and 30,000 lines
//!     cargo bench --bench keystroke -- FILE…   # these files
//!
//! Types a call into function bodies at seeded places, a character at a time, and takes it away again. Prints the median and the 99th percentile
//! in milliseconds, and what a keystroke takes of the processor on average: that is what to compare where others use the machine too.
//! Every rule is on, and every fourth handler has mistakes in it, so that what is said of the rest of the file has its price, too.
//! Nothing is asserted: figures are for people, and for comparing two states of the code on one machine.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use guardline::config::Config;
use guardline::engine::{Cancel, Engine, STACK_BYTES, Snapshot};
use guardline::project::Project;
use guardline::syntax::{Document, Language};
use guardline::text::{Change, Encoding, FileId, position};

const TYPED: &str = "log(item.id);";
const PLACES: usize = 12;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let files: Vec<(String, String)> = if asked.is_empty() {
        [300, 3_000, 30_000].iter().flat_map(|lines| [(format!("{lines}.ts"), typescript(*lines)), (format!("{lines}.py"), python(*lines))]).collect()
    } else {
        asked.into_iter().map(|path| (path.clone(), std::fs::read_to_string(&path).expect("a readable file"))).collect()
    };
    println!("{:<28} {:>7} | {:>14} | {:>14} | {:>14} | {:>14} | {:>7} | open", "file", "lines", "edit p50/p99", "project", "check", "all", "CPU");
    let measured = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        for (name, text) in &files {
            measure(name, text);
        }
    });
    measured.expect("a thread").join().expect("a measurement");
}

#[derive(Default)]
struct Times {
    edit: Vec<Duration>,
    project: Vec<Duration>,
    check: Vec<Duration>,
    all: Vec<Duration>,
}

fn measure(name: &str, text: &str) {
    let file = FileId::new(&format!("/bench/src/{}", name.rsplit('/').next().unwrap_or(name)));
    let language = Language::of(&file).expect("a known language");
    let mut document = Arc::new(Document::new(file.clone(), language, 1, text));
    let config = Arc::new(Config::default());
    let began = Instant::now();
    let mut project = Arc::new(Project::new(vec![FileId::new("/bench")]).with(vec![(file.clone(), Some(Arc::clone(&document)))]));
    let mut engine = Engine::default();
    let snapshot = |project: &Arc<Project>| Snapshot { project: Arc::clone(project), config: Arc::clone(&config) };
    let _ = engine.check(&snapshot(&project), &file, &Cancel::default());
    let _ = engine.check_all(&snapshot(&project), &Cancel::default());
    let opened = began.elapsed();
    let mut times = Times::default();
    let used = processor_time();
    for at in places(text) {
        for (offset, typed) in script(at) {
            let began = Instant::now();
            let rope = document.rope();
            let start = position::position(rope, offset as u32, Encoding::Utf16);
            let end = position::position(rope, (offset + usize::from(typed.is_empty())) as u32, Encoding::Utf16);
            let change = Change { range: Some(position::Range { start, end }), text: typed };
            document = Arc::new(document.edited(document.version + 1, &[change], Encoding::Utf16));
            let edited = began.elapsed();
            project = Arc::new(project.with(vec![(file.clone(), Some(Arc::clone(&document)))]));
            let known = began.elapsed();
            let _ = std::hint::black_box(engine.check_briefly(&snapshot(&project), &file, &Cancel::default()));
            let checked = began.elapsed();
            times.edit.push(edited);
            times.project.push(known - edited);
            times.check.push(checked - known);
            times.all.push(checked);
        }
    }
    let used = processor_time().saturating_sub(used).as_secs_f64() * 1e3 / times.all.len().max(1) as f64;
    let Times { edit, project, check, all } = times;
    let [edit, project, check, all] = [edit, project, check, all].map(quantiles);
    let short = name.rsplit('/').next().unwrap_or(name);
    println!(
        "{short:<28} {:>7} | {edit:>14} | {project:>14} | {check:>14} | {all:>14} | {used:>7.3} | {:.1} ms",
        text.lines().count(),
        opened.as_secs_f64() * 1e3
    );
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
