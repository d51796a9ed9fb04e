//! **Data, not code**: a literal is read instead of run, and a template gets its values beside it.

use super::edits::Edits;
use super::here::Here;
use super::use_parameter::{Part, read};
use super::{Fix, Grade};
use crate::model::{ExprId, ExprKind};
use crate::project::Project;
use crate::rules::Place;
use crate::text::Name;

pub fn fix(project: &Project, call: &Place, text: &Place, client: &Name) -> Option<Fix> {
    let here = Here::at(project, text)?;
    if call.file != text.file || here.placed.start > call.span.start {
        return None;
    }
    let (id, call_id) = (here.expression(text.span)?, here.expression(call.span)?);
    let ExprKind::Call { callee, args, .. } = here.kind(call_id) else { return None };
    if args.first().is_none_or(|arg| arg.value != id) {
        return None;
    }
    let is_named = |name: &str| matches!(here.kind(*callee), ExprKind::Name(known) if known == name);
    let mut edits = Edits::default();
    let (title, preferred, note) = match client.as_str() {
        "template-string" if args.len() == 1 => (template(&here, id, &mut edits)?, true, None),
        "eval" if is_named("eval") && args.len() == 1 => {
            let instead = if here.python() { format!("{}.literal_eval", here.module("ast", &mut edits)?) } else { "JSON.parse".to_owned() };
            edits.replace(&here.code.file, here.span(*callee), instead.clone());
            let note = "This reads plain values only. A formula needs a library for formulas, and code that is meant to run needs a sandbox that has none of your keys.";
            (format!("Read it as data with {instead}"), false, Some(note.to_owned()))
        }
        _ => return None,
    };
    Some(Fix { title, grade: Grade::NeedsReview, preferred, edits: edits.finish()?, note, suppresses: false })
}

/// `render_template_string(f"Hi {name}")` becomes `render_template_string("Hi {{ name }}", name=name)`.
fn template(here: &Here<'_>, id: ExprId, edits: &mut Edits) -> Option<String> {
    let mut parts = Vec::new();
    read(&here.placed, id, &mut parts, 0)?;
    let mut text = String::new();
    let mut values: Vec<(String, String)> = Vec::new();
    for part in &parts {
        match part {
            Part::Text(literal) => text.push_str(literal),
            Part::Hole(expr, span) => {
                let name = match here.kind(*expr) {
                    ExprKind::Name(name) | ExprKind::Member { name, .. } => name.to_string(),
                    _ => format!("value_{}", values.len() + 1),
                };
                let value = span.of(&here.code.text).trim().to_owned();
                match values.iter().find(|(known, _)| *known == name) {
                    Some((_, other)) if *other != value => return None,
                    Some(_) => {}
                    None => values.push((name.clone(), value)),
                }
                text.push_str(&format!("{{{{ {name} }}}}"));
            }
        }
    }
    if values.is_empty() || text.contains('\\') {
        return None;
    }
    let literal = match (text.contains('\n'), text.contains('"')) {
        (true, _) if !text.contains("\"\"\"") => format!("\"\"\"{text}\"\"\""),
        (false, false) => format!("\"{text}\""),
        (false, true) if !text.contains('\'') => format!("'{text}'"),
        _ => return None,
    };
    let given: Vec<String> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    edits.replace(&here.code.file, here.span(id), format!("{literal}, {}", given.join(", ")));
    Some("Hand the values to the template".to_owned())
}
