//! What was found, as a tool tells it: bounded, the gravest first, without any secret.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::arguments::Wrong;
use super::bench::Project;
use super::tools::MOST;
use crate::config::Audience;
use crate::engine::{Snapshot, offers};
use crate::fixes::Grade;
use crate::report::advice::Advice;
use crate::report::json::risk;
use crate::report::{page, renew, suppress};
use crate::rules::own::Known;
use crate::rules::{Finding, Level};
use crate::syntax::{Document, Language};
use crate::text::{Encoding, FileId, position};
use crate::workspace::today;
use crate::workspace::walk::file_id;

/// Which findings are asked for.
#[derive(Default)]
pub struct Wanted {
    /// Those of this file or folder.
    pub below: Option<FileId>,
    pub rule: Option<String>,
    pub limit: usize,
    pub offset: usize,
}

pub fn audit(project: &mut Project, wanted: &Wanted) -> Result<Value, Wrong> {
    let snapshot = project.snapshot();
    let all = project.found(&snapshot)?;
    let notes: Vec<String> = project.kept.notes().iter().take(10).cloned().collect();
    Ok(told(&snapshot, project.kept.root(), all, wanted, notes))
}

/// The code as if it stood in this file.
pub fn snippet(project: &mut Project, path: &Path, code: &str) -> Result<Value, Wrong> {
    let file = file_id(path).ok_or("the file's name is not UTF-8")?;
    let language = Language::of(&file).ok_or_else(|| format!("`{}` is of no kind that Guardline reads", path.display()))?;
    if code.len() as u64 > project.kept.config().max_file_bytes {
        return Err("the code is too long".to_owned());
    }
    let with = project.kept.project().with(vec![(file.clone(), Some(Arc::new(Document::new(file.clone(), language, 0, code))))]);
    let snapshot = Snapshot { project: Arc::new(with), config: Arc::clone(project.kept.config()) };
    let all = project.engine.check(&snapshot, &file, &project.cancel).map_err(|why| why.to_string())?;
    let wanted = Wanted { below: Some(file), rule: None, limit: MOST, offset: 0 };
    Ok(told(&snapshot, project.kept.root(), all, &wanted, Vec::new()))
}

/// The findings that are shown, in order of file and place, and how many were silenced.
pub fn shown(snapshot: &Snapshot, all: &[Finding]) -> (Vec<Finding>, usize) {
    let today = today();
    let is_for_all = |finding: &&Finding| finding.level != Level::Hidden || snapshot.config.audience == Audience::Auditor;
    let known = Known::of(&snapshot.config);
    let loud: Vec<Finding> = all.iter().filter(is_for_all).cloned().collect();
    let (count, loud) = (loud.len(), loud.into_iter().filter(|finding| suppress::is_told(&snapshot.config, finding, today)).collect::<Vec<_>>());
    let by_config = count - loud.len();
    let judged = suppress::judge(&snapshot.project, &known.all(), loud, today);
    (judged.kept, judged.silenced.len() + by_config)
}

fn told(snapshot: &Snapshot, root: &Path, all: Vec<Finding>, wanted: &Wanted, notes: Vec<String>) -> Value {
    let is_wanted = |file: &FileId| wanted.below.as_ref().is_none_or(|below| file.is_within(below));
    let (shown, silenced) = shown(snapshot, &all);
    let known = Known::of(&snapshot.config);
    let rules = known.all();
    let advice = Advice::new(&snapshot.project, &rules, &all);
    let keys = advice.keys(&shown);
    let mut shown: Vec<(Finding, String)> = shown.into_iter().zip(keys).collect();
    shown.retain(|(finding, _)| is_wanted(&finding.place.file) && wanted.rule.as_ref().is_none_or(|rule| finding.rule.as_str() == rule));
    shown.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.level));
    let count = |level: Level| shown.iter().filter(|(finding, _)| finding.level == level).count();
    let counts = json!({ "error": count(Level::Error), "warning": count(Level::Warning), "information": count(Level::Information), "hint": count(Level::Hint), "hidden": count(Level::Hidden) });
    let some: Vec<Value> = shown.iter().skip(wanted.offset).take(wanted.limit).map(|(finding, key)| one(snapshot, &advice, finding, key)).collect();
    json!({
        "root": root, "total": shown.len(), "truncated": wanted.offset + some.len() < shown.len(), "counts": counts, "findings": some,
        "files": snapshot.project.files().filter(|(file, _)| is_wanted(file)).count(), "silenced": silenced, "notes": notes,
    })
}

/// One finding, with the name by which it can be asked for again.
pub fn one(snapshot: &Snapshot, advice: &Advice<'_>, finding: &Finding, key: &str) -> Value {
    let place = |finding: &Finding| {
        let document = snapshot.project.file(&finding.place.file).map(|known| &known.document);
        let line = |offset| document.map_or(1, |document| position::position(document.rope(), offset, Encoding::Utf8).line + 1);
        (snapshot.project.relative(&finding.place.file).to_owned(), line(finding.place.span.start), line(finding.place.span.end))
    };
    let (file, line, end) = place(finding);
    let meta = advice.rules.iter().find(|meta| meta.id == finding.rule);
    let related = finding.related.iter().take(5).map(|related| {
        let (file, line, _) = place(&Finding { place: related.place.clone(), ..finding.clone() });
        json!({ "file": file, "line": line, "message": advice.clean(&related.message) })
    });
    let mut told = Map::new();
    let mut add = |name: &str, value: Value| told.insert(name.to_owned(), value);
    add("id", json!(key));
    add("rule", json!(finding.rule.as_str()));
    add("title", json!(meta.map_or(finding.rule.as_str(), |meta| meta.title)));
    meta.map(|meta| add("risk", json!(risk(meta.risk))));
    add("level", json!(finding.level.word()));
    add("message", json!(advice.message(finding)));
    renew::of(finding).map(|new| add("renew", json!(new)));
    add("file", json!(file));
    add("line", json!(line));
    add("endLine", json!(end));
    if !finding.related.is_empty() {
        add("related", related.collect());
    }
    meta.and_then(|meta| page::what_can_happen(meta.page)).map(|why| add("whyItMatters", json!(why)));
    meta.and_then(|meta| page::how_to_fix(meta.page)).map(|how| add("howToRepair", json!(how)));
    let fix = offers(&snapshot.project, finding).into_iter().find(|fix| !fix.suppresses);
    fix.map(|fix| add("fix", json!({ "title": advice.clean(&fix.title), "grade": grade(fix.grade) })));
    Value::Object(told)
}

pub fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Safe => "safe",
        Grade::NeedsReview => "needs-review",
    }
}
