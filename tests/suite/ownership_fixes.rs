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

const OPEN: &str = include_str!("../../queries/rules/missing-auth.md");

/// What the first fix of each finding of an example writes, under the heading's text.
fn asks(file: &str, text: &str) -> Vec<String> {
    deep(|| {
        let all = cases("missing-auth", OPEN);
        let case = all
            .iter()
            .find(|case| case.section == Section::Flagged && case.files.iter().any(|known| known.name == file && known.text.contains(text)))
            .expect("an example");
        let project = project(case);
        let findings = check(&project);
        let open = findings.iter().filter(|finding| finding.rule.as_str() == "missing-auth");
        let first = open.filter_map(|finding| engine::offers(&project, finding).into_iter().find(|fix| !fix.suppresses));
        first.flat_map(|fix| fix.edits.into_iter().flat_map(|edit| edit.edits)).map(|edit| edit.text.trim().to_owned()).collect()
    })
}

#[test]
fn where_nobody_shows_how_the_library_that_is_set_up_asks() {
    let asked = asks("auth.ts", "{ handlers, auth } = NextAuth");
    assert_eq!(
        asked,
        ["import { auth } from \"../../../../auth\";", "const session = await auth();\n  if (!session?.user) return new Response(null, { status: 401 });"]
    );
    let asked = asks("app/actions.ts", "export async function remove(id: string) {\n  await prisma.note.delete");
    assert_eq!(
        asked,
        ["import { auth } from \"@clerk/nextjs/server\";", "const { userId } = await auth();\n  if (!userId) throw new Error(\"Unauthorized\");"]
    );
    assert_eq!(asks("app.py", "login = LoginManager(app)"), ["from flask_login import login_required", "@login_required"]);
    assert_eq!(asks("main.py", "def remove(id: int, session: Session = Depends(get_session)):"), [", current_user=Depends(get_current_user)"]);
    assert_eq!(asks("shop/views.py", "def cancel_order(request, pk):"), ["from django.contrib.auth.decorators import login_required", "@login_required"]);
}
