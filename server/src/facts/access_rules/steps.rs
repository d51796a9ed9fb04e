//! Ways to what is stored: fields, documents, and whose they are.

use std::rc::Rc;

use crate::text::Name;

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Step {
    Name(Name),
    /// The caller's id.
    Caller,
    /// A part of the path, or a field of what is stored.
    Here(Name),
    Other,
}

/// What a way begins at.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Root {
    Request,
    /// What is stored.
    Row,
    /// What is being written.
    Incoming,
    /// Another document.
    Document(Rc<[Step]>),
    /// The whole tree of a Realtime Database.
    Tree,
}

pub(super) fn has_caller(steps: &[Step]) -> bool {
    steps.contains(&Step::Caller)
}

pub(super) fn has_here(steps: &[Step]) -> bool {
    steps.iter().any(|step| matches!(step, Step::Here(_)))
}

/// `profile.role`: what of it has a name.
pub(super) fn field(steps: &[Step]) -> Name {
    let names: Vec<&str> = steps.iter().filter_map(|step| if let Step::Name(name) = step { Some(name.as_str()) } else { None }).collect();
    Name::from(names.join("."))
}

/// `users` and `role` of `/users/$(uid)` and `role`: what holds the document, and what is asked of it.
pub(super) fn collection_and_field(steps: &[Step], asked: &[Step]) -> (Name, Name) {
    let last = steps.iter().rposition(|step| !matches!(step, Step::Name(_))).unwrap_or(steps.len().saturating_sub(1));
    let before = steps.get(..last).unwrap_or_default();
    let collection = before.iter().rev().find_map(|step| if let Step::Name(name) = step { Some(name.clone()) } else { None });
    let after: Vec<Step> = steps.get(last + 1..).unwrap_or_default().iter().chain(asked).cloned().collect();
    (collection.unwrap_or_default(), field(&after))
}

/// `a/b` as two steps.
pub(super) fn split(text: &str) -> impl Iterator<Item = Step> + '_ {
    text.split('/').filter(|part| !part.is_empty()).map(|part| Step::Name(Name::from(part)))
}
