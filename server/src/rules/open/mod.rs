//! What somebody can set in motion through a route: the questions that the rules about open doors share (`missing-auth`,
//! `admin-open`).

pub mod above;
pub mod administrative;
mod always_there;
pub mod callable_by_all;
pub mod claimed;
pub mod columns;
mod commanded;
mod deed;
mod deed_access;
pub mod door;
mod fails_open;
mod harmless;
pub mod known;
pub mod never_true;
pub mod office;
pub mod open_mark;
mod out_of_order;
pub mod page_only;
pub mod people;
pub mod public_mark;
pub mod purpose;
pub mod script_page;
pub mod standing;
pub mod switched_off;
pub mod unheard;
pub mod unread_mark;
pub mod unused;
pub mod why;

pub use commanded::commanded;
pub use deed::{Deed, What, deeds};
pub use deed_access::is_by_capability;

use crate::facts::event::{Access, Event};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::query::Filter;
use crate::facts::value::Value;
use crate::project::RootWalk;
use crate::rules::raw::RuleCx;

/// What a handler does itself, with its place in the walk: what ran before it looked for what it then knows.
pub fn own_events(walk: &RootWalk) -> impl Iterator<Item = (usize, &Event)> {
    walk.events.iter().enumerate().skip(walk.before_handler)
}

/// Does somebody outside have a say in which rows are meant, or in what is written to them?
pub fn is_steered(access: &Access) -> bool {
    let from_outside = |value: &Value| value.taint().iter().any(|origin| origin.part.is_request());
    let conjuncts = access.query.conjuncts();
    let chosen = conjuncts.iter().any(|filter| matches!(filter, Filter::Term(term) if from_outside(&term.value)));
    chosen || access.query.data.iter().any(columns::holds_input)
}

/// Does this happen in a function that finds out who is asking? What happens there is no deed of a handler.
pub fn is_asking(cx: &RuleCx<'_>, site: &Site) -> bool {
    let Some(placed) = cx.project.placed(&site.item) else { return false };
    let around = placed.segment.functions.iter().filter(|function| function.body_span.contains(site.span) && !function.name.is_empty());
    around.min_by_key(|function| function.body_span.len()).is_some_and(|function| asks(&function.name))
}

/// `requireUser`, `get_current_user`: called like something that finds out who is asking.
pub fn asks(name: &str) -> bool {
    !name.is_empty() && (names::is_guard(name) || names::is_current_user(name))
}
