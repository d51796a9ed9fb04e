//! **Load safely**: with the loader that only makes plain values.

use super::edits::Edits;
use super::here::Here;
use super::{Fix, Grade};
use crate::model::{Arg, Entry, ExprKind, Key};
use crate::project::Project;
use crate::rules::Place;
use crate::text::{Name, Span};

pub fn fix(project: &Project, call: &Place, client: &Name) -> Option<Fix> {
    let here = Here::at(project, call)?;
    let id = here.expression(call.span)?;
    let ExprKind::Call { callee, args, .. } = here.kind(id) else { return None };
    let mut edits = Edits::default();
    let title = match client.as_str() {
        "yaml" | "yaml-unsafe" => yaml(&here, *callee, args, &mut edits)?,
        "torch" => option(&here, args, "weights_only", "True", &mut edits)?,
        "numpy" => option(&here, args, "allow_pickle", "False", &mut edits)?,
        "xml" => xml(&here, args, &mut edits)?,
        _ => return None,
    };
    Some(Fix { title, grade: Grade::Safe, preferred: true, edits: edits.finish()?, note: None, suppresses: false })
}

/// `yaml.load(x, Loader=..)` becomes `yaml.safe_load(x)`.
fn yaml(here: &Here<'_>, callee: crate::model::ExprId, args: &[Arg], edits: &mut Edits) -> Option<String> {
    let ExprKind::Member { name, name_span, .. } = here.kind(callee) else { return None };
    let safe = if name.ends_with("_all") { "safe_load_all" } else { "safe_load" };
    edits.replace(&here.code.file, here.placed.absolute(*name_span), safe);
    let first = args.first()?;
    if let Some(last) = args.get(1..).and_then(<[Arg]>::last) {
        let (from, to) = (here.placed.absolute(first.span).end, here.placed.absolute(last.span).end);
        edits.replace(&here.code.file, Span::new(from, to), "");
    }
    Some(format!("Load with {safe}"))
}

fn option(here: &Here<'_>, args: &[Arg], name: &str, value: &str, edits: &mut Edits) -> Option<String> {
    match args.iter().find(|arg| arg.name.as_ref().is_some_and(|known| known == name)) {
        Some(arg) => edits.replace(&here.code.file, here.span(arg.value), value),
        None => edits.insert(&here.code.file, here.placed.absolute(args.last()?.span).end, format!(", {name}={value}")),
    }
    Some(format!("Load with {name}={value}"))
}

fn xml(here: &Here<'_>, args: &[Arg], edits: &mut Edits) -> Option<String> {
    for arg in args {
        let ExprKind::Object(entries) = here.kind(arg.value) else { continue };
        for entry in entries {
            if let Entry::Field { key: Key::Name(key), value, shorthand: false, .. } = entry
                && key == "noent"
            {
                edits.replace(&here.code.file, here.span(*value), "false");
                return Some("Leave other files out of the XML".to_owned());
            }
        }
    }
    None
}
