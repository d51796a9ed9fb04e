//! What somebody can set in motion through a route: the questions that the rules about open doors share (`missing-auth`,
//! `admin-open`).

pub mod administrative;
mod columns;
mod deed;
pub mod door;
pub mod known;
pub mod page_only;
pub mod public_mark;
pub mod purpose;
pub mod standing;
pub mod switched_off;
pub mod why;

pub use deed::{Deed, What, deeds};

use crate::facts::event::{Access, Event};
use crate::facts::query::Filter;
use crate::facts::value::Value;
use crate::project::RootWalk;

/// What a handler does itself, with its place in the walk: what ran before it looked for what it then knows.
pub fn own_events(walk: &RootWalk) -> impl Iterator<Item = (usize, &Event)> {
    walk.events.iter().enumerate().skip(walk.before_handler)
}

/// Does somebody outside have a say in which rows are meant, or in what is written to them?
pub fn is_steered(access: &Access) -> bool {
    let from_outside = |value: &Value| value.taint().iter().any(|origin| origin.part.is_request());
    let mut conjuncts = Vec::new();
    Filter::conjuncts(&access.query.filter, &mut conjuncts);
    let chosen = conjuncts.iter().any(|filter| matches!(filter, Filter::Term(term) if from_outside(&term.value)));
    chosen || access.query.data.iter().any(columns::holds_input)
}
