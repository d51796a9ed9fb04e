//! What is in a value that a library made of others, and which settings are secrets.

use crate::facts::catalogue::{BUILT_IN, Entry, Where};
use crate::facts::private::is_private_variable;
use crate::facts::value::{Argument, ClassValue, Instance, Kind, Library, Value};
use crate::model::TypeRef;
use crate::rules::raw::RuleCx;
use crate::text::Name;

/// Options by which a call leaves something out of what it gives.
const CHOOSING: &[&str] = &["include", "exclude", "only", "fields"];

/// The values that a call gives without leaving anything out: `JSON.stringify(config)`, `settings.model_dump()`.
pub(super) fn within(library: &Library) -> Vec<Value> {
    if library.step != "()" {
        return Vec::new();
    }
    let receiver = library.receiver.as_ref().and_then(|called| called.as_library()).and_then(|called| called.receiver.clone());
    let wholes = BUILT_IN.at(&library.states).filter_map(|entry| match entry {
        Entry::Pass(pass) if pass.whole => Some(pass),
        _ => None,
    });
    let mut found = Vec::new();
    for pass in wholes {
        for place in &pass.of {
            match place {
                Where::All => found.extend(library.args.iter().map(|arg| arg.value.clone())),
                Where::Argument(at) if !library.args.iter().any(|arg| chooses(arg, *at, &library.args)) => {
                    found.extend(library.args.iter().filter(|arg| arg.name.is_empty()).nth(*at).map(|arg| arg.value.clone()));
                }
                Where::Receiver if !library.args.iter().any(|arg| chooses(arg, usize::MAX, &library.args)) => found.extend(receiver.clone()),
                _ => {}
            }
        }
    }
    found
}

/// An argument beside the value may say which parts of it are taken: a function, a list of names, an option.
fn chooses(arg: &Argument, of: usize, all: &[Argument]) -> bool {
    let is_value = arg.name.is_empty() && all.iter().filter(|arg| arg.name.is_empty()).nth(of).is_some_and(|value| value.site == arg.site);
    if is_value {
        return false;
    }
    match arg.name.as_str() {
        "" => !matches!(arg.value.kind(), Kind::Null | Kind::Number(_) | Kind::Str(_) | Kind::Bool(_)),
        name => CHOOSING.contains(&name),
    }
}

/// The fields of a settings object that are secrets by their names, and that are not hidden by their type.
pub(super) fn secrets_of(cx: &RuleCx<'_>, instance: &Instance) -> Vec<Name> {
    let mut found = Vec::new();
    gather(cx, &instance.class, &mut found, 0);
    found
}

fn gather(cx: &RuleCx<'_>, class: &ClassValue, found: &mut Vec<Name>, depth: u32) {
    let Some(placed) = cx.project.placed(&class.item).filter(|_| depth < 6) else { return };
    let Some(body) = placed.segment.classes.get(class.class.0 as usize) else { return };
    for field in &body.fields {
        let is_told = is_private_variable(&field.name) && !field.ty.as_ref().is_some_and(is_hidden);
        if is_told && !found.contains(&field.name) {
            found.push(field.name.clone());
        }
    }
    for base in &class.bases {
        if let Kind::Class(base) = base.kind() {
            gather(cx, base, found, depth + 1);
        }
    }
}

/// `SecretStr`, `Optional[SecretStr]`: what is answered of it are stars.
fn is_hidden(ty: &TypeRef) -> bool {
    ty.name.rsplit('.').next().is_some_and(|name| name.starts_with("Secret")) || ty.args.iter().any(is_hidden)
}
