//! The repair of a finding: shown, or written to disk. Only what stood up to being tried out.

use serde_json::{Value, json};

use super::arguments::Wrong;
use super::bench::Project;
use super::findings;
use crate::engine::proof::{Proven, told};
use crate::fixes::Grade;
use crate::report::advice::Advice;
use crate::rules::own::Known;
use crate::text::FileId;
use crate::workspace::apply;

/// `applies`: write it; with `true` also if it needs to be reviewed. `None` if this project has no such finding.
pub fn repair(project: &mut Project, id: &str, applies: Option<bool>) -> Option<Result<Value, Wrong>> {
    let snapshot = project.snapshot();
    let all = match project.found(&snapshot) {
        Ok(all) => all,
        Err(why) => return Some(Err(why)),
    };
    let (shown, _) = findings::shown(&snapshot, &all);
    let known = Known::of(&snapshot.config);
    let rules = known.all();
    let advice = Advice::new(&snapshot.project, &rules, &all);
    let at = advice.keys(&shown).iter().position(|key| key == id)?;
    let finding = shown.get(at)?;
    let proven = match project.engine.prove(&snapshot, finding, &project.cancel) {
        Ok(proven) => proven,
        Err(why) => {
            project.lost();
            return Some(Err(why.to_string()));
        }
    };
    let Some(Proven { fix, .. }) = proven else {
        let why = "there is no repair for this finding that could be carried out and verified: repair it by hand, as `howToRepair` and `explain_rule` say";
        return Some(Err(why.to_owned()));
    };
    let named = |file: &FileId| snapshot.project.relative(file).to_owned();
    let (needs_review, edits) = (fix.grade == Grade::NeedsReview, fix.edits.clone());
    let mut value = json!({ "title": advice.clean(&fix.title), "grade": findings::grade(fix.grade) });
    if let Some(note) = &fix.note {
        value["byHand"] = json!(advice.clean(note));
    }
    let Some(reviewed) = applies else {
        value["finding"] = findings::one(&snapshot, &advice, finding, id);
        value["verified"] = json!(true);
        value["files"] = edits.iter().map(|edit| json!(named(&edit.file))).collect();
        value["difference"] = json!(advice.difference(&told(fix)).0);
        return Some(Ok(value));
    };
    if needs_review && !reviewed {
        return Some(Err("this repair decides who may do what. Read it with `preview_fix`; if it is what the application is meant to do, pass `reviewed: true`. Nothing was written.".to_owned()));
    }
    let before = |file: &FileId| snapshot.project.file(file).map(|known| known.document.text());
    // Not where the git work tree begins, should that lie above: only what was given.
    let applied = match apply::apply(&edits, &before, &[project.kept.root().to_owned()]) {
        Ok(applied) => applied,
        Err(why) => {
            project.lost();
            return Some(Err(why.to_string()));
        }
    };
    value["changed"] = applied.changed.iter().map(|file| json!(named(file))).collect();
    value["created"] = applied.created.iter().map(|file| json!(named(file))).collect();
    project.kept.catch_up(&[], &project.cancel);
    let snapshot = project.snapshot();
    // What was written is written, whatever comes of looking at it once more.
    match project.found(&snapshot) {
        Ok(all) => value["left"] = json!(findings::shown(&snapshot, &all).0.len()),
        Err(why) => value["notCheckedAgain"] = json!(why),
    }
    Some(Ok(value))
}
