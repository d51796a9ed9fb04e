//! What it means that two things are the same, or that one holds the other.

use super::demand::{Demand, Role, Tie};
use super::judge::Judge;
use super::steps::{Root, Step, collection_and_field, field, has_caller, has_here};
use super::term::Term;
use crate::text::Name;

/// More elements of a list are not compared one by one.
const MOST_COMPARED: usize = 24;

impl Judge<'_> {
    /// `a == b`; with `listed`, one of them may be a list that has the other.
    pub(super) fn related(&mut self, a: &Term, b: &Term, listed: bool) -> Demand {
        match (a, b) {
            (Term::List(items), other) | (other, Term::List(items)) => Demand::any(
                items
                    .iter()
                    .take(MOST_COMPARED)
                    .map(|item| one_way(item, other, false).or_else(|| one_way(other, item, false)).unwrap_or_else(|| by_parts(&[item, other])))
                    .collect(),
            ),
            _ => one_way(a, b, listed).or_else(|| one_way(b, a, listed)).unwrap_or_else(|| by_parts(&[a, b])),
        }
    }

    /// The value itself is the answer.
    pub(super) fn met(&mut self, term: &Term) -> Demand {
        match term {
            Term::Bool(true) => Demand::Always,
            Term::Bool(false) | Term::Null => Demand::Never,
            Term::Caller | Term::Uid => Demand::SignedIn,
            Term::Exists(document) => of_document(document, &[]),
            Term::At(Root::Row, path) if path.is_empty() => Demand::Stored(true),
            Term::At(Root::Incoming, path) if path.is_empty() => Demand::Written(true),
            other => one_way(other, &Term::Bool(true), false).unwrap_or_else(|| by_parts(&[other])),
        }
    }
}

/// `None` if these two say nothing in this order.
fn one_way(a: &Term, b: &Term, listed: bool) -> Option<Demand> {
    Some(match (a, b) {
        (Term::Caller | Term::Uid, Term::Null) => Demand::SignedOut,
        (Term::Uid, Term::Literal(text)) if text.is_empty() => Demand::SignedOut,
        (Term::Uid, Term::Literal(_)) => Demand::Role(Role::Person),
        (Term::Uid, Term::Uid) => Demand::Token(Name::new_static("uid")),
        (Term::Uid, other) => tie(other, listed)?,
        (Term::Claim(claim), other) => of_claim(claim, other, listed)?,
        (Term::Literal(name), Term::Claim(claim)) if claim.is_empty() => Demand::Role(Role::Claim(name.clone())),
        (Term::At(Root::Row, path), Term::Null) if path.is_empty() => Demand::Stored(false),
        (Term::At(Root::Incoming, path), Term::Null) if path.is_empty() => Demand::Written(false),
        (Term::At(Root::Row, path), Term::Null) => Demand::Row(field(path)),
        (Term::At(Root::Row, path), _) if has_caller(path) => Demand::Owner(Tie::Listed(field(path))),
        (Term::At(Root::Incoming, path), _) if has_caller(path) => Demand::Owner(Tie::Incoming(field(path))),
        (Term::At(Root::Document(document), path), other) => of_other(document, path, other)?,
        (Term::At(Root::Tree, path), other) => of_other(path, &[], other)?,
        (Term::At(Root::Incoming, path), other) if !asks_caller(other) => Demand::Incoming(field(path)),
        (Term::At(Root::Request, path), other) if matches!(path.first(), Some(Step::Name(name)) if name == "query") && !asks_caller(other) => {
            Demand::Query(field(path))
        }
        (Term::At(Root::Row, path), Term::Literal(_) | Term::Bool(_) | Term::Wildcard(_) | Term::Now | Term::Moment(_)) => Demand::Row(field(path)),
        (Term::Wildcard(name), Term::Literal(_)) => Demand::Row(name.clone()),
        (Term::Literal(a), Term::Literal(b)) => {
            if a == b {
                Demand::Always
            } else {
                Demand::Never
            }
        }
        _ => return None,
    })
}

/// The caller's id is this, or is in it.
fn tie(other: &Term, listed: bool) -> Option<Demand> {
    Some(Demand::Owner(match other {
        Term::Wildcard(name) => Tie::Path(name.clone()),
        Term::At(Root::Row, path) if listed || has_caller(path) => Tie::Listed(field(path)),
        Term::At(Root::Row, path) => Tie::Field(field(path)),
        Term::At(Root::Incoming, path) => Tie::Incoming(field(path)),
        Term::At(Root::Document(document), path) => return Some(tie_by_document(document, path)),
        Term::At(Root::Tree, path) => return Some(tie_by_document(path, &[])),
        // `uid + '.jpg'` of a path, `fileName.split('.')[0]`
        Term::Made(parts) => match parts.as_slice() {
            [Term::Wildcard(name), ..] => Tie::Path(name.clone()),
            _ => return None,
        },
        _ => return None,
    }))
}

fn tie_by_document(document: &[Step], path: &[Step]) -> Demand {
    let (collection, field) = collection_and_field(document, path);
    match (has_here(document) || has_here(path), has_caller(document)) {
        (true, _) => Demand::Owner(Tie::Document(collection, field)),
        // The document is the caller's own: that he stands in it says nothing.
        (false, true) => Demand::Token(collection),
        (false, false) => Demand::Role(Role::Document(collection, field)),
    }
}

/// A document is there, or has something.
fn of_document(document: &[Step], path: &[Step]) -> Demand {
    let (collection, field) = collection_and_field(document, path);
    match (has_caller(document) || has_caller(path), has_here(document) || has_here(path)) {
        (true, true) => Demand::Owner(Tie::Document(collection, field)),
        (true, false) => Demand::Role(Role::Document(collection, field)),
        (false, true) => Demand::Row(Name::from(format!("{collection}.{field}").trim_end_matches('.'))),
        (false, false) => Demand::Unknown,
    }
}

/// What another document says, compared with something.
fn of_other(document: &[Step], path: &[Step], other: &Term) -> Option<Demand> {
    let whole: Vec<Step> = document.iter().chain(path).cloned().collect();
    Some(match other {
        Term::Literal(_) | Term::Bool(_) | Term::Null | Term::Now | Term::Moment(_) => of_document(document, path),
        // The caller's document says which of these are his.
        Term::Wildcard(_) | Term::At(Root::Row | Root::Incoming, _) if has_caller(&whole) => {
            let (collection, field) = collection_and_field(document, path);
            Demand::Owner(Tie::Document(collection, field))
        }
        Term::At(Root::Document(_) | Root::Tree, _) if has_caller(&whole) => {
            let (collection, field) = collection_and_field(document, path);
            Demand::Owner(Tie::Document(collection, field))
        }
        Term::At(Root::Incoming, path) => Demand::Incoming(field(path)),
        _ => return None,
    })
}

fn of_claim(claim: &Name, other: &Term, listed: bool) -> Option<Demand> {
    let everybody_has = matches!(
        claim.as_str(),
        "email_verified" | "name" | "picture" | "sub" | "provider" | "firebase.sign_in_provider" | "firebase" | "auth_time" | "iat" | "exp" | "provider_id"
    );
    let is_address = matches!(claim.as_str(), "email" | "phone_number");
    Some(match other {
        Term::Null if claim.is_empty() => Demand::SignedOut,
        Term::Null if everybody_has || is_address => Demand::Token(claim.clone()),
        Term::Null => Demand::Role(Role::Claim(claim.clone())).negated(),
        Term::Literal(name) if claim.is_empty() && listed => Demand::Role(Role::Claim(name.clone())),
        Term::Literal(_) if is_address => Demand::Role(Role::Person),
        Term::Literal(_) | Term::Bool(_) if everybody_has || claim.is_empty() || is_address => Demand::Token(claim.clone()),
        Term::Literal(_) | Term::Bool(_) => Demand::Role(Role::Claim(claim.clone())),
        Term::Wildcard(_) | Term::At(..) if is_address => tie(other, listed)?,
        Term::Wildcard(name) => Demand::Owner(Tie::Claim(claim.clone(), name.clone())),
        Term::At(Root::Row, path) => Demand::Owner(Tie::Claim(claim.clone(), field(path))),
        Term::At(Root::Incoming, path) => Demand::Owner(Tie::Incoming(field(path))),
        _ => return None,
    })
}

fn asks_caller(term: &Term) -> bool {
    match term {
        Term::Caller | Term::Uid | Term::Claim(_) => true,
        Term::At(Root::Document(document), path) => has_caller(document) || has_caller(path),
        Term::At(_, steps) | Term::Steps(steps) => has_caller(steps),
        Term::Exists(document) => has_caller(document),
        Term::List(terms) | Term::Made(terms) => terms.iter().any(asks_caller),
        _ => false,
    }
}

fn holds(term: &Term, is: &dyn Fn(&Root) -> bool) -> bool {
    match term {
        Term::At(root, _) => is(root),
        Term::List(terms) | Term::Made(terms) => terms.iter().any(|term| holds(term, is)),
        _ => false,
    }
}

fn is_unknown(term: &Term) -> bool {
    match term {
        Term::Unknown => true,
        Term::List(terms) | Term::Made(terms) => terms.iter().any(is_unknown),
        _ => false,
    }
}

/// Nothing better is known than what it was made of.
fn by_parts(terms: &[&Term]) -> Demand {
    let any = |is: &dyn Fn(&Root) -> bool| terms.iter().any(|term| holds(term, is));
    if terms.iter().any(|term| asks_caller(term)) {
        return Demand::Unknown;
    }
    if any(&|root| *root == Root::Incoming) {
        return Demand::Incoming(terms.iter().find_map(|term| first_field(term, &Root::Incoming)).unwrap_or_default());
    }
    if any(&|root| matches!(root, Root::Document(_) | Root::Tree | Root::Request)) || terms.iter().any(|term| is_unknown(term)) {
        return Demand::Unknown;
    }
    if any(&|root| *root == Root::Row) {
        return Demand::Row(terms.iter().find_map(|term| first_field(term, &Root::Row)).unwrap_or_default());
    }
    Demand::Unknown
}

fn first_field(term: &Term, root: &Root) -> Option<Name> {
    match term {
        Term::At(known, path) if known == root => Some(field(path)),
        Term::List(terms) | Term::Made(terms) => terms.iter().find_map(|term| first_field(term, root)),
        _ => None,
    }
}
