//! Rows that come along with a row: those that were asked for only where they are the caller's say whose the row is.

use super::Judge;
use super::proof::asks_for_caller;
use crate::facts::check::{Root, Symbol};
use crate::facts::event::AccessId;
use crate::facts::names;
use crate::facts::schema::{NameClass, model_classes};
use crate::text::Name;

impl Judge<'_> {
    /// Something of a relation of the row that was asked for only where it is the caller's. That they like it, or follow it, is no
    /// membership.
    pub(super) fn comes_along_for_caller(&self, symbol: &Symbol, id: AccessId) -> bool {
        let belongs = |relation: &Name| !model_classes(relation).has(NameClass::ReactionModel) && !is_marking(relation);
        symbol.root == Root::Row(id)
            && self.accesses.get(&id).is_some_and(|access| {
                let mut below = access.query.below.iter();
                below.any(|(path, filters)| {
                    symbol.path.len() > path.len()
                        && symbol.path.starts_with(path)
                        && path.last().is_some_and(belongs)
                        && filters.iter().any(|filter| asks_for_caller(filter, false, 0))
                })
            })
    }
}

/// What people note of things that are there for everybody: favourites, follows, views.
fn is_marking(relation: &str) -> bool {
    names::words(relation).iter().any(|word| {
        matches!(
            word.trim_end_matches('s'),
            "favorite" | "favourite" | "bookmark" | "follow" | "follower" | "star" | "save" | "saved" | "view" | "read" | "subscription" | "watch"
        )
    })
}
