//! Stored files in code: options of objects and calls, and calls that open a file or a bucket.

use super::{Opening, OpeningKind, is_access_list, is_block, of_access_list, of_actions};
use crate::model::{Arg, Entry, ExprId, ExprKind, FileModel, Key, PatternId, PatternKind, Placed, Segment, around};
use crate::text::{Name, Span};

/// More in one file is somebody's joke.
const MOST: usize = 64;

pub fn in_code(model: &FileModel) -> Vec<Opening> {
    let mut found = Vec::new();
    for placed in &model.segments {
        let segment = &placed.segment;
        for id in (0..segment.exprs.len() as u32).map(ExprId) {
            if found.len() >= MOST {
                return found;
            }
            match &segment[id].kind {
                ExprKind::Object(entries) => {
                    found.extend(entries.iter().filter_map(|entry| of_entry(placed, entry)));
                    found.extend(of_statement(placed, id, entries));
                }
                ExprKind::Call { callee, args, .. } => {
                    found.extend(args.iter().filter_map(|arg| of_keyword(placed, arg)));
                    found.extend(of_call(placed, id, *callee, args));
                }
                ExprKind::Assign { target, value, .. } => found.extend(of_setting(placed, *target, *value, segment[id].span)),
                _ => {}
            }
        }
    }
    found.sort_by_key(|opening| (opening.span.start, opening.span.end));
    found.dedup_by_key(|opening| opening.span);
    found
}

fn of_entry(placed: &Placed, entry: &Entry) -> Option<Opening> {
    let Entry::Field { key: Key::Name(name), value, span, .. } = entry else { return None };
    option(placed, name, *value, *span)
}

fn of_keyword(placed: &Placed, arg: &Arg) -> Option<Opening> {
    option(placed, arg.name.as_ref()?, arg.value, arg.span)
}

/// `AWS_DEFAULT_ACL = "public-read"`
fn of_setting(placed: &Placed, target: PatternId, value: ExprId, span: Span) -> Option<Opening> {
    let PatternKind::Name(name) = &placed.segment[target].kind else { return None };
    (name == "AWS_DEFAULT_ACL").then(|| option(placed, name, value, span)).flatten()
}

fn option(placed: &Placed, name: &Name, value: ExprId, span: Span) -> Option<Opening> {
    let segment = &placed.segment;
    let kind = match &segment[value].kind {
        ExprKind::Str(text) if is_access_list(name) => of_access_list(text)?,
        // `ObjectCannedACL.public_read`, `s3.BucketAccessControl.PUBLIC_READ`.
        ExprKind::Member { name: member, .. } if is_access_list(name) => of_access_list(member)?,
        ExprKind::Bool(false) if is_block(name) => OpeningKind::Unblocked,
        ExprKind::Bool(true) if matches!(name.as_str(), "publicReadAccess" | "public_read_access") => OpeningKind::Read,
        _ => return None,
    };
    let around = around_call(placed, span);
    Some(Opening { kind, span: placed.absolute(span), value: Some(placed.absolute(segment[value].span)), word: name.clone(), around })
}

/// The innermost call or statement around it.
fn around_call(placed: &Placed, span: Span) -> Span {
    let segment = &placed.segment;
    let call = around::expressions(segment, span).into_iter().find(|id| matches!(segment[*id].kind, ExprKind::Call { .. }) && segment[*id].span != span);
    let statement = || around::statements(segment, span).into_iter().next().map(|id| segment[id].span);
    placed.absolute(call.map(|id| segment[id].span).or_else(statement).unwrap_or(span))
}

/// `file.makePublic()`, `createBucket("x", { public: true })`, `createContainer("x", { access: "blob" })`.
fn of_call(placed: &Placed, call: ExprId, callee: ExprId, args: &[Arg]) -> Option<Opening> {
    let segment = &placed.segment;
    let ExprKind::Member { name, .. } = &segment[callee].kind else { return None };
    let span = placed.absolute(segment[call].span);
    let make = |kind, at: Span, value: Option<ExprId>| Opening {
        kind,
        span: placed.absolute(at),
        value: value.map(|value| placed.absolute(segment[value].span)),
        word: name.clone(),
        around: span,
    };
    match name.as_str() {
        "makePublic" | "make_public" if args.len() <= 1 && is_of_files(segment, call, args) => Some(make(OpeningKind::Read, segment[call].span, None)),
        "createBucket" | "create_bucket" | "updateBucket" | "update_bucket" => {
            let (at, value) = args.iter().find_map(|arg| field(segment, arg, &["public"]))?;
            matches!(segment[value].kind, ExprKind::Bool(true)).then(|| make(OpeningKind::Bucket, at, Some(value)))
        }
        "createContainer" | "create_container" | "createIfNotExists" => {
            let (at, value) = args.iter().find_map(|arg| field(segment, arg, &["access", "public_access"]))?;
            let kind = match &segment[value].kind {
                ExprKind::Str(text) if &**text == "container" => OpeningKind::List,
                ExprKind::Str(text) if &**text == "blob" => OpeningKind::Read,
                _ => return None,
            };
            Some(make(kind, at, None))
        }
        _ => None,
    }
}

/// Pages and posts are made public too: what it is called on has to be of files, and what it is given one of the library's options.
fn is_of_files(segment: &Segment, call: ExprId, args: &[Arg]) -> bool {
    const OPTIONS: [&str; 3] = ["includeFiles", "force", "private"];
    let whole = segment[call].span;
    let given = args.iter().all(|arg| match &segment[arg.value].kind {
        ExprKind::Object(entries) => entries.is_empty() || field(segment, arg, &OPTIONS).is_some(),
        _ => true,
    });
    let names_files = |name: &str| {
        crate::facts::names::words(name)
            .iter()
            .any(|word| matches!(word.as_str(), "file" | "files" | "bucket" | "blob" | "upload" | "object" | "storage" | "gcs" | "image" | "photo"))
    };
    given
        && segment.exprs.iter().filter(|expr| whole.contains(expr.span)).any(|expr| match &expr.kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => names_files(name),
            _ => false,
        })
}

/// A field of an argument, or the argument of that name: where it stands, and its value.
fn field(segment: &Segment, arg: &Arg, names: &[&str]) -> Option<(Span, ExprId)> {
    if arg.name.as_ref().is_some_and(|name| names.contains(&name.as_str())) {
        return Some((arg.span, arg.value));
    }
    let ExprKind::Object(entries) = &segment[arg.value].kind else { return None };
    entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(name), value, span, .. } if names.contains(&name.as_str()) => Some((*span, *value)),
        _ => None,
    })
}

/// `{ Effect: "Allow", Principal: "*", Action: "s3:GetObject" }`
fn of_statement(placed: &Placed, object: ExprId, entries: &[Entry]) -> Option<Opening> {
    let segment = &placed.segment;
    let get = |wanted: &str| {
        entries.iter().find_map(|entry| match entry {
            Entry::Field { key: Key::Name(name), value, .. } if name == wanted => Some(*value),
            _ => None,
        })
    };
    let is_text = |value: ExprId, wanted: &str| matches!(&segment[value].kind, ExprKind::Str(text) if &**text == wanted);
    let principal = get("Principal")?;
    let is_everybody = is_text(principal, "*")
        || matches!(&segment[principal].kind, ExprKind::Object(inner) if inner.iter().any(|entry| matches!(entry, Entry::Field { key: Key::Name(name), value, .. } if name == "AWS" && is_text(*value, "*"))));
    if !is_everybody || get("Condition").is_some() || !is_text(get("Effect")?, "Allow") {
        return None;
    }
    let action = get("Action")?;
    let texts: Vec<&str> = match &segment[action].kind {
        ExprKind::Str(text) => vec![&**text],
        ExprKind::Seq { items, .. } => {
            items.iter().filter_map(|item| if let ExprKind::Str(text) = &segment[item.value].kind { Some(&**text) } else { None }).collect()
        }
        _ => return None,
    };
    let span = placed.absolute(segment[object].span);
    let value = placed.absolute(segment[principal].span);
    Some(Opening { kind: of_actions(texts.into_iter())?, span: value, value: None, word: "Principal".into(), around: span })
}
