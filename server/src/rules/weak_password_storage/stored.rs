//! A password is put into the database as it was typed.

use super::{META, typed};
use crate::facts::credential_names::{is_of_service, is_password_column};
use crate::facts::event::{Access, Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::query::Operation;
use crate::facts::sign_in;
use crate::facts::value::{Kind, Piece, Value};
use crate::model::{ExprKind, StmtKind};
use crate::project::Project;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, FixPlan, Strengthen};
use crate::text::{FileId, Name};

pub(super) fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Access(access) = event else { continue };
        if !matches!(access.query.operation, Operation::Create | Operation::Update | Operation::Upsert) || is_kept_by_another(&access.query.client) {
            continue;
        }
        for data in &access.query.data {
            each(data, 0, &mut |column, value| {
                if let Some(raw) = told(cx, access, column, value)
                    && !out.iter().any(|known| known.site == raw.site)
                {
                    out.push(raw);
                }
            });
        }
    }
}

/// The fields of what is written, of each of several rows.
fn each(data: &Value, depth: u32, on: &mut dyn FnMut(&Name, &Value)) {
    if depth > 4 {
        return;
    }
    match data.kind() {
        Kind::Object(object) => {
            for (at, (name, value)) in object.fields.iter().enumerate() {
                // A spread that comes later may bring another value.
                let may_change = object.rest.is_some() && at < object.spread_at;
                if is_password_column(name) && !may_change {
                    on(name, value);
                }
            }
        }
        Kind::Instance(instance) => instance.fields.iter().filter(|(name, _)| is_password_column(name)).for_each(|(name, value)| on(name, value)),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).for_each(|item| each(item, depth + 1, on)),
        Kind::Union(alternatives) => alternatives.iter().for_each(|alternative| each(&alternative.value, depth + 1, on)),
        _ => {}
    }
}

fn told(cx: &RuleCx<'_>, access: &Access, column: &Name, value: &Value) -> Option<Raw> {
    // One of several ways may have hashed it, and which is not known.
    if let Kind::Union(alternatives) = value.kind()
        && alternatives.iter().any(|alternative| typed(&alternative.value).is_none() && !matches!(alternative.value.kind(), Kind::Null | Kind::Str(_)))
    {
        return None;
    }
    let (origin, confidence) = typed(value)?;
    if [column, &origin.name, &access.query.model].into_iter().any(|name| is_of_service(name)) {
        return None;
    }
    let model = cx.schema.model_near(&access.query.model, &access.site.item.file);
    let hashes = model.is_some_and(|model| model.columns.iter().any(|column| imports_hasher(cx.project, &column.site.file)))
        || model.is_none() && imports_hasher(cx.project, &access.site.item.file);
    if hashes {
        return None;
    }
    let confidence = if access.query.guessed { confidence.min(Confidence::Likely) } else { confidence };
    let site = written_at(cx, access, column, &origin.name).unwrap_or_else(|| access.site.clone());
    let mut raw = Raw::new(&META, site, confidence);
    raw.detail = "plain".into();
    let of = if access.query.model.is_empty() { String::new() } else { format!(" of `{}`", access.query.model) };
    raw.message = format!(
        "`{}` is kept in `{column}`{of} just as it was typed: whoever gets to see the table, by a leak, a backup or a mistake, can read every password and try it elsewhere",
        origin.name
    );
    if let Some(at) = cx.project.place(&raw.site).filter(|_| raw.site != access.site) {
        raw.plans.push(FixPlan::Strengthen { at, how: Strengthen::Hash });
    }
    raw.also(access.site.clone(), "it is written here".to_owned());
    if let Some(source) = &origin.site {
        raw.also(source.clone(), "it comes from here".to_owned());
    }
    Some(raw)
}

/// Where the field is given its value, inside of the call.
fn written_at(cx: &RuleCx<'_>, access: &Access, column: &Name, value: &Name) -> Option<Site> {
    let around = access.query.site.as_ref().unwrap_or(&access.site);
    let inside = |site: &&Site| site.item == around.item && around.span.contains(site.span);
    let written = cx.walk.events.iter().filter_map(|event| if let Event::Named(named) = event { Some(named) } else { None });
    let mut written: Vec<&Site> = written.filter(|named| named.name == *column).map(|named| &named.site).collect();
    written.dedup();
    let found =
        written.iter().copied().find(inside).cloned().or_else(|| put_in_text(cx, &access.site, value)).or_else(|| bound_at(cx.project, &access.site, value));
    found.or_else(|| if let [only] = written.as_slice() { Some((*only).clone()) } else { None })
}

/// Where it is put into the text of a statement; the call, if that was done before.
fn put_in_text(cx: &RuleCx<'_>, call: &Site, value: &Name) -> Option<Site> {
    let is_it = |sink: &&Sink| sink.kind == SinkKind::Sql && sink.call == *call;
    let mut sinks = cx.walk.events.iter().filter_map(|event| if let Event::Sink(sink) = event { Some(sink) } else { None });
    let Kind::Text(text) = sinks.find(is_it)?.value.kind() else { return None };
    let hole = text.pieces.iter().find_map(|piece| match piece {
        Piece::Hole { value: given, site } if given.taint().iter().any(|origin| origin.name == *value) => Some(site),
        _ => None,
    })?;
    let is_here = hole.item == call.item && call.span.contains(hole.span);
    Some(if is_here { hole.clone() } else { call.clone() })
}

/// The one value of this name among those that are handed over beside an SQL text: `[email, password]`.
fn bound_at(project: &Project, call: &Site, value: &Name) -> Option<Site> {
    let segment = &project.placed(&call.item)?.segment;
    let in_call = segment.exprs.iter().filter(|expr| call.span.contains(expr.span));
    let items = in_call.filter_map(|expr| if let ExprKind::Seq { items, .. } = &expr.kind { Some(items) } else { None }).flatten();
    let mut named = items.filter(|item| match &segment[item.value].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => name == value,
        _ => false,
    });
    let found = named.next()?;
    named.next().is_none().then(|| Site { item: call.item.clone(), span: segment[found.value].span })
}

/// The vendor hashes what it gets.
fn is_kept_by_another(client: &Name) -> bool {
    matches!(client.as_str(), "clerk" | "auth0" | "firebase-auth")
}

/// Hooks and setters hash where the model is declared.
pub(super) fn imports_hasher(project: &Project, file: &FileId) -> bool {
    let Some(model) = project.file(file).and_then(|known| known.model.as_ref()) else { return false };
    let hashes = |source: &str| sign_in::hashers().any(|known| source.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
    model.segments.iter().flat_map(|placed| placed.segment.body.iter().map(move |id| &placed.segment[*id].kind)).any(|kind| match kind {
        StmtKind::Import(import) => {
            hashes(&import.source)
                || import
                    .names
                    .iter()
                    .any(|name| hashes(&format!("{}.{}", import.source, name.imported)) || name.imported.to_ascii_lowercase().contains("hash"))
        }
        _ => false,
    }) || requires_hasher(model)
}

/// `const bcrypt = require("bcrypt")`.
fn requires_hasher(model: &crate::model::FileModel) -> bool {
    use crate::model::ExprKind;
    model.segments.iter().any(|placed| {
        placed.segment.exprs.iter().any(|expr| match &expr.kind {
            ExprKind::Call { callee, args, .. } if matches!(&placed.segment[*callee].kind, ExprKind::Name(name) if name == "require") => args
                .first()
                .is_some_and(|arg| matches!(&placed.segment[arg.value].kind, ExprKind::Str(source) if sign_in::hashers().any(|known| known == &**source))),
            _ => false,
        })
    })
}
