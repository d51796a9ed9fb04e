//! Whose row it is, repaired in each client's own words: every finding of the page's examples has a fix, and writes what a
//! person who knows the client would write.

use guardline::engine;

use crate::pages::{Section, cases, check, deep, project};

const PAGE: &str = include_str!("../../queries/rules/missing-ownership.md");

/// What the fixes of all flagged examples insert.
fn written() -> (Vec<String>, Vec<String>) {
    let (mut texts, mut without) = (Vec::new(), Vec::new());
    for case in cases("missing-ownership", PAGE).iter().filter(|case| case.section == Section::Flagged) {
        let project = project(case);
        for finding in check(&project).iter().filter(|finding| finding.rule.as_str() == "missing-ownership") {
            let offers = engine::offers(&project, finding);
            match offers.iter().find(|fix| !fix.suppresses) {
                Some(fix) => texts.extend(fix.edits.iter().flat_map(|edit| &edit.edits).map(|edit| edit.text.trim().to_owned())),
                None => without.push(format!("line {} of the page: {}", case.line, finding.message)),
            }
        }
    }
    (texts, without)
}

#[test]
fn every_client_has_a_repair_in_its_own_words() {
    let (texts, without) = deep(written);
    let expected = [
        "{ where: { id: req.params.id, userId: req.user.id } }",
        "{ where: { id: req.params.id, userId: req.user.id },",
        ", userId: req.user.id",
        ".where(\"owner_id\", \"=\", req.user.id)",
        ".where(\"tickets.owner_id\", \"=\", req.user.id)",
        ", owner_id: req.user.id",
        ".where(\"owner_id\", req.user.id)",
        "|| note.userId !== userId",
        "if (!note || note.userId !== userId) throw new Error(\"Not found\");",
        "or item.owner_id != current_user.id",
        ", Item.owner_id == current_user.id",
        "Note.get(Note.id == note_id, Note.owner == current_user.id)",
        ", Note.owner == current_user.id",
        "Note.delete().where(Note.id == note_id, Note.owner == current_user.id).execute()",
    ];
    let missing: Vec<&str> = expected.into_iter().filter(|wanted| !texts.iter().any(|text| text == wanted)).collect();
    assert!(missing.is_empty(), "{missing:#?} is not in {texts:#?}; without a fix: {without:#?}");
}
