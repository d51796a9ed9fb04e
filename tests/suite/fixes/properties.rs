//! Whatever a string looks like: with the key read from a variable it is worth the same, and its neighbours stay.

use guardline::fixes::{apply, fixes};
use guardline::model::{BinaryOp, ExprId, ExprKind, FileModel, PatternId, PatternKind, Segment, StmtKind, TemplatePart};
use guardline::project::Project;
use guardline::rules::FixPlan;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Case, file, key};

/// What `v` is worth, with holes as their text and reads of the variable as the key.
fn worth(project: &Project, name: &str, key: &str) -> Option<String> {
    let known = project.file(&file(name))?;
    let (model, text) = (known.model.as_deref()?, known.document.text());
    value_of_v(model).and_then(|(start, segment, id)| flat(segment, id, &text, start, key))
}

fn value_of_v(model: &FileModel) -> Option<(u32, &Segment, ExprId)> {
    model.segments.iter().find_map(|placed| {
        let segment = &*placed.segment;
        let is_v = |pattern: PatternId| matches!(&segment[pattern].kind, PatternKind::Name(name) if name == "v");
        let declared = segment.stmts.iter().find_map(|stmt| match stmt.kind {
            StmtKind::Let { pattern, value, .. } if is_v(pattern) => value,
            _ => None,
        });
        let assigned = || {
            segment.exprs.iter().find_map(|expr| match expr.kind {
                ExprKind::Assign { target, value, .. } if is_v(target) => Some(value),
                _ => None,
            })
        };
        declared.or_else(assigned).map(|id| (placed.start, segment, id))
    })
}

fn flat(segment: &Segment, id: ExprId, text: &str, start: u32, key: &str) -> Option<String> {
    let written = segment[id].span.shifted(start).of(text);
    Some(match &segment[id].kind {
        ExprKind::Str(text) | ExprKind::Bytes(text) => text.to_string(),
        ExprKind::Template(parts) => {
            let mut all = String::new();
            for part in parts {
                match part {
                    TemplatePart::Text(text, _) => all.push_str(text),
                    TemplatePart::Hole(hole, _) => all.push_str(&flat(segment, *hole, text, start, key)?),
                }
            }
            all
        }
        ExprKind::Binary { op: BinaryOp::Add, left, right } => flat(segment, *left, text, start, key)? + &flat(segment, *right, text, start, key)?,
        // `f"…".encode()`
        ExprKind::Call { callee, .. } => match &segment[*callee].kind {
            ExprKind::Member { base, name, .. } if name == "encode" => flat(segment, *base, text, start, key)?,
            _ => return None,
        },
        _ if written.contains("THE_KEY") || written == "the_key" => key.to_owned(),
        _ => format!("<{written}>"),
    })
}

/// What strings of both languages may hold.
const PIECES: &[&str] = &["a", " ", "é", "'", "\"", "\\n", "\\\\", "\\'", "\\\"", "\\x41", "$", "{"];

/// A few pieces of a string, of which some are of one language only.
fn pieces(own: &[&'static str]) -> impl Strategy<Value = Vec<&'static str>> + use<> {
    proptest::collection::vec(select([PIECES, own].concat()), 0..6)
}

fn python() -> impl Strategy<Value = String> {
    let body = || pieces(&["{{", "}}", "{x}", "#", "%", "\\N{DASH}", "\\{"]);
    let prefix = select(vec!["", "f", "r", "b", "rf", "u"]);
    let quote = select(vec!["\"", "'", "\"\"\"", "'''"]);
    let before = select(vec!["", "'p{q}' ", "f'z{x}' ", "\"w\" + "]);
    (before, prefix, quote, body(), body()).prop_map(|(before, prefix, quote, head, tail)| {
        let inner = |pieces: Vec<&str>| pieces.into_iter().filter(|piece| !quote.starts_with(piece)).collect::<String>();
        format!("import os\nif x:\n    v = ({before}{prefix}{quote}{}«{{{{key}}}}»{}{quote})\n", inner(head), inner(tail))
    })
}

fn ecma() -> impl Strategy<Value = String> {
    let body = || pieces(&["${x}", "`", "}", "\\`", "\\$", "\\u{41}", "\\0", "\\\n"]);
    let quote = select(vec!["\"", "'", "`"]);
    let before = select(vec!["", "'p' + ", "`${x}` + "]);
    (before, quote, body(), body()).prop_map(|(before, quote, head, tail)| {
        let inner = |pieces: Vec<&str>| pieces.into_iter().filter(|piece| *piece != quote).collect::<String>();
        format!("const v = {before}{quote}{}«{{{{key}}}}»{}{quote};\n", inner(head), inner(tail))
    })
}

/// Applies every fix that is offered and compares.
fn compare(name: &str, text: &str) -> Result<(), TestCaseError> {
    let case = Case::new(&[("package.json", "{}"), ("requirements.txt", ""), (name, text)]);
    let known = case.project.file(&file(name)).and_then(|file| file.model.as_deref());
    if known.is_none_or(|model| model.segments.iter().any(|placed| placed.segment.is_incomplete())) {
        return Ok(());
    }
    let Some(before) = worth(&case.project, name, &case.value) else { return Ok(()) };
    let plan = FixPlan::MoveToEnv { literal: case.place.clone(), name: "THE_KEY".into(), kind: "".into() };
    for fix in fixes(&case.project, &plan) {
        case.verify(&fix);
        // There the worth stands in a variable of its own.
        if fix.title.contains("and stop where it is missing") {
            continue;
        }
        let after = apply::apply(&case.project, &fix);
        let after = after.as_ref().and_then(|project| worth(project, name, &key()));
        prop_assert_eq!(after.as_ref(), Some(&before), "{}", text);
    }
    Ok(())
}

proptest! {
    #[test]
    fn python_strings_keep_their_worth(text in python()) {
        compare("a.py", &text)?;
    }

    #[test]
    fn ecma_strings_keep_their_worth(text in ecma()) {
        compare("a.js", &text)?;
    }
}
