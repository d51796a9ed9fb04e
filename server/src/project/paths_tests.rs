//! The paths of the catalogue, run: code that takes one leads to its entry, and the same code on a module of one's own does not.

use std::sync::Arc;

use super::Project;
use crate::config::Config;
use crate::engine::{Cancel, Engine, STACK_BYTES, Snapshot};
use crate::facts::catalogue::{asked, written};
use crate::syntax::{Document, Language};
use crate::text::FileId;

/// Code for one way through a path.
struct Taken {
    id: u32,
    pattern: String,
    name: &'static str,
    package: String,
    code: String,
}

/// Every way through a path that an import begins with: each alternative of each step once.
fn ways(file: &str, pattern: &str, id: u32) -> Vec<Taken> {
    let Some((packages, steps)) = pattern.rsplit_once('#') else { return Vec::new() };
    let packages: Vec<&str> = packages.split('|').collect();
    let steps: Vec<(Vec<&str>, &str)> = steps
        .split('.')
        .map(|step| {
            let names = step.trim_end_matches("()");
            (names.split('|').collect(), step.get(names.len()..).unwrap_or(""))
        })
        .collect();
    let is_python = file.starts_with("python");
    let write = |package: &str, chosen: &dyn Fn(usize) -> usize| {
        let mut expression = String::from("start");
        let mut first = "";
        for (at, (names, calls)) in steps.iter().enumerate() {
            let name = names.get(chosen(at)).copied().unwrap_or("");
            match name {
                _ if at == 0 => first = name,
                "*" => expression.push_str(".something"),
                "{model}" => expression.push_str(".note"),
                _ if name.bytes().all(|b| b.is_ascii_digit()) => expression.push_str(&format!("[{name}]")),
                _ if is_python || name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$')) => expression.push_str(&format!(".{name}")),
                _ => expression.push_str(&format!("[\"{name}\"]")),
            }
            (0..calls.len() / 2).for_each(|_| expression.push_str("(given, given)"));
        }
        let code = match (is_python, first) {
            (true, "*") => format!("import {package} as start\n\n\ndef run(given):\n    return {expression}\n"),
            (true, _) => format!("from {package} import {first} as start\n\n\ndef run(given):\n    return {expression}\n"),
            (false, "default") => format!("import start from \"{package}\";\nexport function run(given) {{\n  return {expression};\n}}\n"),
            (false, "*") => format!("import * as start from \"{package}\";\nexport function run(given) {{\n  return {expression};\n}}\n"),
            (false, _) => format!("import {{ {first} as start }} from \"{package}\";\nexport function run(given) {{\n  return {expression};\n}}\n"),
        };
        Taken { id, pattern: pattern.to_owned(), name: if is_python { "example.py" } else { "example.ts" }, package: package.to_owned(), code }
    };
    let begin = packages.first().copied().unwrap_or("");
    let mut all = vec![write(begin, &|_| 0)];
    all.extend(packages.iter().skip(1).map(|package| write(package, &|_| 0)));
    for (at, (names, _)) in steps.iter().enumerate() {
        all.extend((1..names.len()).map(|choice| write(begin, &|step| if step == at { choice } else { 0 })));
    }
    all.retain(|taken| !is_python || !taken.package.contains(['-', '/']) && !taken.code.contains("<"));
    all
}

fn reaches(name: &str, code: &str, id: u32) -> bool {
    let file = FileId::new(&format!("/w/{name}"));
    let Some(language) = Language::of(&file) else { return false };
    let document = Arc::new(Document::new(file.clone(), language, 0, code));
    let project = Project::new(vec![FileId::new("/w")]).with(vec![(file.clone(), Some(document))]);
    drop(asked::taken());
    let snapshot = Snapshot { project: Arc::new(project), config: Arc::new(Config::default()) };
    let believed = Engine::default().believe(&snapshot, &|known| *known == file, &Cancel::default());
    believed.is_ok() && asked::taken().entries.contains(&id)
}

/// Paths that such code does not take, one a line: what is used by being derived from, decorated with, or written as an element, and
/// what stands behind a call that gives something else. The examples of their rows show them.
const OTHERWISE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/server/src/project/paths_otherwise.txt");

#[test]
fn every_path_leads_to_its_entry_and_only_from_its_package() {
    let otherwise = std::fs::read_to_string(OTHERWISE).expect("the list of other paths");
    let otherwise: std::collections::BTreeSet<&str> = otherwise.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).collect();
    let run = || {
        let mut wrong: Vec<String> = Vec::new();
        let mut count = 0usize;
        for (file, pattern, id) in written() {
            let is_otherwise = otherwise.contains(pattern.as_str());
            for (at, taken) in ways(file, &pattern, id).into_iter().enumerate() {
                count += 1;
                let is_reached = reaches(taken.name, &taken.code, taken.id);
                if !is_reached {
                    if !is_otherwise {
                        wrong.push(format!("{} is not reached in {file} by\n{}", taken.pattern, taken.code));
                    }
                    continue;
                }
                if at > 0 {
                    continue;
                }
                let (from, to) = (format!("\"{}\"", taken.package), "\"./own\"");
                let own = taken
                    .code
                    .replace(&from, to)
                    .replace(&format!("from {} import", taken.package), "from own_of_ours import")
                    .replace(&format!("import {} as", taken.package), "import own_of_ours as");
                if !is_otherwise && reaches(taken.name, &own, taken.id) {
                    wrong.push(format!("{} is reached in {file} by\n{own}", taken.pattern));
                }
            }
        }
        (count, wrong)
    };
    let (count, wrong) = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run).expect("a thread");
        thread.join().expect("no panic")
    });
    assert!(count > 1000, "only {count} paths");
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
