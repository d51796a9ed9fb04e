//! What a gate puts into the headers that it hands on: `headers.set("x-user-id", user.id)` before
//! `NextResponse.next({ request: { headers } })`. Who reads that header behind the gate reads what was put there.

use crate::facts::check::{Root, Symbol};
use crate::facts::event::{Effect, Event};
use crate::facts::value::Value;
use crate::facts::walk::Walker;
use crate::text::Name;

/// `from`: the events before are not the gate's.
pub(super) fn hand_headers(walker: &mut Walker<'_>, from: usize) {
    let effects = walker.events.iter().skip(from).filter_map(|event| if let Event::Effect(effect) = event { Some(effect) } else { None });
    let handed: Vec<(Symbol, Value)> = effects.filter(|effect| effect.kind == "header-set").filter_map(handed).collect();
    walker.handed_on.extend(handed);
}

/// The header that is put into a copy of the request's, if it says who is calling.
fn handed(effect: &Effect) -> Option<(Symbol, Value)> {
    let copy = effect.of.as_library()?.receiver.as_ref()?.as_library()?.clone();
    let is_of_request = |value: &Value| value.symbol().is_some_and(|symbol| matches!(&symbol.root, Root::Request(part) if part == "headers"));
    if !copy.args.iter().any(|arg| is_of_request(&arg.value)) {
        return None;
    }
    let [name, value, ..] = effect.args.as_slice() else { return None };
    let caller = value.value.alternatives().into_iter().find(|one| one.symbol().is_some_and(|symbol| symbol.root == Root::Principal))?;
    let name: Name = name.value.as_str()?.to_ascii_lowercase().into();
    Some((Symbol::new(Root::Request(Name::new_static("headers"))).member(&name), caller.present()))
}
