//! What is called: its name, and all that is said on the way to it.

use crate::facts::check::Root;
use crate::facts::value::{Kind, Value};
use crate::text::Name;

/// The last name on the way to what is called.
pub(super) fn called_name(function: &Value) -> Name {
    match function.kind() {
        Kind::Library(library) => {
            let mut library = library.clone();
            for _ in 0..8 {
                if library.step != "()" {
                    return library.step.clone();
                }
                match library.receiver.as_ref().and_then(|receiver| receiver.as_library().cloned()) {
                    Some(inner) => library = inner,
                    None => break,
                }
            }
            library.step.clone()
        }
        _ => function.symbol().and_then(|symbol| symbol.path.last().cloned()).unwrap_or_default(),
    }
}

/// Something from outside that is no query.
pub(super) fn is_plain(base: &Value) -> bool {
    !base.taint().is_empty() && base.as_library().is_some_and(|library| library.query.is_none())
}

/// All that is said on the way to what is called: `limiter.check`.
pub(super) fn said_name(function: &Value) -> Name {
    let Kind::Library(library) = function.kind() else {
        return function.symbol().map(|symbol| Name::from(symbol.path.join("."))).unwrap_or_default();
    };
    let mut steps: Vec<Name> = if library.package.is_empty() { Vec::new() } else { vec![library.package.clone()] };
    let mut at = Some(library.clone());
    for _ in 0..8 {
        let Some(library) = at else { break };
        if library.step != "()" {
            steps.push(library.step.clone());
        }
        at = library.receiver.as_ref().and_then(|receiver| receiver.as_library().cloned());
    }
    let from = usize::from(!library.package.is_empty());
    if let Some(called) = steps.get_mut(from..) {
        called.reverse();
    }
    Name::from(steps.join("."))
}

pub(super) fn is_text_name(name: &str) -> bool {
    matches!(name, "escape" | "format" | "quote" | "encode" | "decode" | "b64decode" | "b64encode" | "unquote" | "unquote_plus" | "sprintf" | "template")
}

pub(super) fn is_request(value: &Value) -> bool {
    match value.kind() {
        Kind::Library(library) => !library.states.is_empty() && library.package.is_empty() && library.receiver.is_none(),
        _ => value.symbol().is_some_and(|symbol| matches!(symbol.root, Root::Request(_)) && symbol.path.is_empty()),
    }
}
