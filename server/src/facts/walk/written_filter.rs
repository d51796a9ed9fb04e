//! Filters by how they are written: as objects, as keywords, as paths of documents.

use super::filter::items;
use crate::facts::place::Site;
use crate::facts::query::{Filter, Term, TermOp};
use crate::facts::value::{Kind, Piece, Value};
use crate::text::Name;

/// `{ id: x, author: { is: { id: y } }, OR: [..] }` as filters.
pub(super) fn object_filter(value: &Value, path: &[Name], depth: u32) -> Vec<Filter> {
    if depth > 8 {
        return vec![Filter::Opaque(value.clone())];
    }
    let Kind::Object(object) = value.kind() else {
        return match value.kind() {
            Kind::Null => Vec::new(),
            Kind::Union(alternatives) => {
                vec![Filter::Any(alternatives.iter().map(|a| Filter::All(object_filter(&a.value, path, depth + 1))).collect())]
            }
            _ => vec![Filter::Opaque(value.clone())],
        };
    };
    let mut out = Vec::new();
    if let Some(rest) = &object.rest {
        out.push(Filter::Opaque(rest.clone()));
    }
    for (i, (key, value)) in object.fields.iter().enumerate() {
        if object.rest.is_some() && i < object.spread_at {
            // A later spread may overwrite it.
            out.push(Filter::Opaque(value.clone()));
            continue;
        }
        match key.as_str() {
            "AND" | "$and" => {
                for item in items(value) {
                    out.extend(object_filter(&item, path, depth + 1));
                }
            }
            "OR" | "$or" => {
                let arms = items(value).iter().map(|item| Filter::All(object_filter(item, path, depth + 1))).collect();
                out.push(Filter::Any(arms));
            }
            "NOT" | "$not" | "$nor" => out.push(Filter::Not(Box::new(Filter::All(object_filter(value, path, depth + 1))))),
            "equals" | "$eq" | "eq" if !path.is_empty() => out.push(Filter::eq(path.to_vec(), value.clone(), None)),
            "in" | "$in" if !path.is_empty() => {
                out.push(Filter::Term(Term { path: path.to_vec(), op: TermOp::In, value: value.clone(), site: None }));
            }
            "contains" | "startsWith" | "endsWith" | "like" | "ilike" | "$regex" | "search" if !path.is_empty() => {
                out.push(Filter::Term(Term { path: path.to_vec(), op: TermOp::Like, value: value.clone(), site: None }));
            }
            // How it is looked for, and not what.
            "mode" | "$options" if !path.is_empty() => {}
            "is" | "some" | "$elemMatch" if !path.is_empty() => out.extend(object_filter(value, path, depth + 1)),
            operator
                if operator.starts_with('$')
                    || matches!(operator, "not" | "notIn" | "lt" | "lte" | "gt" | "gte" | "none" | "every" | "isNot" | "ne") && !path.is_empty() =>
            {
                out.push(Filter::Term(Term { path: path.to_vec(), op: TermOp::Other, value: value.clone(), site: None }));
            }
            _ => {
                let mut longer: Vec<Name> = path.to_vec();
                longer.extend(key.split('.').map(Name::from));
                match value.kind() {
                    // `{ id_ownerId: { id, ownerId } }` and relation filters both nest.
                    Kind::Object(_) => out.extend(object_filter(value, &longer, depth + 1)),
                    // What a function of the project gives, in one of several ways.
                    Kind::Union(alternatives) if alternatives.iter().any(|one| matches!(one.value.kind(), Kind::Object(_))) => {
                        let arm = |value: &Value| match value.kind() {
                            Kind::Object(_) => object_filter(value, &longer, depth + 1),
                            Kind::Null => Vec::new(),
                            _ => vec![Filter::eq(longer.clone(), value.clone(), None)],
                        };
                        out.push(Filter::Any(alternatives.iter().map(|one| Filter::All(arm(&one.value))).collect()));
                    }
                    _ => out.push(Filter::eq(longer, value.clone(), None)),
                }
            }
        }
    }
    out
}

/// Django's and SQLAlchemy's keywords: `project__owner=x`, `pk=x`, `id__in=xs`.
pub(super) fn keyword_filter(name: &Name, value: Value, site: Option<Site>) -> Filter {
    let mut parts: Vec<Name> = name.split("__").map(|part| Name::from(if part == "pk" { "id" } else { part })).collect();
    let op = match parts.last().map(Name::as_str) {
        Some("exact" | "iexact") if parts.len() > 1 => {
            parts.pop();
            TermOp::Eq
        }
        Some("in") if parts.len() > 1 => {
            parts.pop();
            TermOp::In
        }
        Some("contains" | "icontains" | "startswith" | "istartswith" | "endswith" | "iendswith" | "regex" | "iregex" | "search") if parts.len() > 1 => {
            parts.pop();
            TermOp::Like
        }
        Some("isnull") if parts.len() > 1 && matches!(value.kind(), Kind::Bool(true)) => {
            parts.pop();
            return Filter::Term(Term { path: parts, op: TermOp::Eq, value: Value::null(), site });
        }
        Some("gt" | "gte" | "lt" | "lte" | "isnull" | "range" | "date" | "year" | "month" | "day") if parts.len() > 1 => {
            parts.pop();
            TermOp::Other
        }
        _ => TermOp::Eq,
    };
    Filter::Term(Term { path: parts, op, value, site })
}

pub(super) fn split_keywords(filter: Filter) -> Filter {
    match filter {
        Filter::Term(Term { path, value, site, .. }) if path.len() == 1 => keyword_filter(&path[0], value, site),
        other => other,
    }
}

/// The collections and documents of a path: `users/${uid}/notes/${id}`. None of it if a part cannot be told.
pub(super) fn documents(path: &Value, between: char) -> Vec<(Name, Value)> {
    let mut segments: Vec<(String, Option<Value>)> = vec![Default::default()];
    let literal = |text: &str, segments: &mut Vec<(String, Option<Value>)>| {
        for (at, part) in text.split(between).enumerate() {
            if at > 0 {
                segments.push(Default::default());
            }
            if let Some((known, _)) = segments.last_mut() {
                known.push_str(part);
            }
        }
    };
    match path.kind() {
        Kind::Str(text) => literal(text, &mut segments),
        Kind::Text(text) => {
            for piece in &text.pieces {
                match piece {
                    Piece::Literal(text) => literal(text, &mut segments),
                    Piece::Hole { value, .. } => {
                        if let Some((_, hole)) = segments.last_mut() {
                            *hole = Some(value.clone());
                        }
                    }
                }
            }
        }
        _ => return Vec::new(),
    }
    let pairs = segments.chunks(2).map(|pair| match pair {
        [(collection, None), (id, hole)] if !collection.is_empty() => {
            Some((Name::from(collection.as_str()), hole.clone().unwrap_or_else(|| Value::str(id.as_str()))))
        }
        _ => None,
    });
    pairs.collect::<Option<Vec<_>>>().unwrap_or_default()
}
