//! A part of a document query is whatever the caller sends: an operator in the place of a value.

use super::input::{Input, is_fixed};
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::check::{Fact, Facts, TYPE_OF};
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Kind, Object, Value};
use crate::model::ExprKind;
use crate::text::Name;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("nosql-injection"),
    title: "Whatever a caller sends becomes part of a document query",
    risk: Risk::Input,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[943],
    page: include_str!("../../../queries/rules/nosql-injection.md"),
};

/// Packages that take operators out of everything that is sent.
const SANITIZERS: &[&str] =
    &["express-mongo-sanitize", "@exortek/express-mongo-sanitize", "mongo-sanitize", "koa-mongo-sanitize", "@exortek/fastify-mongo-sanitize"];
/// Operators whose value is run as code.
const CODE: &[&str] = &["$where", "$function", "$accumulator"];
/// Operators that hold conditions.
const NESTED: &[&str] = &["$or", "$and", "$nor", "$not", "$elemMatch", "$expr", "$match"];

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Sink(sink) = event else { continue };
        if sink.kind == SinkKind::Nosql {
            out.extend(of_sink(cx, sink));
        }
    }
}

struct Found {
    /// The key that it stands under; empty for the whole query.
    key: Name,
    input: Input,
    is_code: bool,
}

fn of_sink(cx: &RuleCx<'_>, sink: &Sink) -> Option<Raw> {
    if sink.client.starts_with("named") && !is_document_query(sink) {
        return None;
    }
    let mut found = Vec::new();
    collect(cx, &sink.value, &Name::default(), &sink.facts, &mut found, 0);
    let worst = found.iter().max_by_key(|found| (found.is_code, found.input.confidence))?;
    if is_sanitized(cx) {
        return None;
    }
    let confidence = if sink.client.starts_with("named") { worst.input.confidence.min(Confidence::Likely) } else { worst.input.confidence };
    let mut raw = Raw::new(&META, sink.site.clone(), confidence);
    raw.detail = sink.client.clone();
    raw.message = message(worst);
    raw.also(sink.call.clone(), "the database is asked here".to_owned());
    if let Some(source) = &worst.input.source {
        raw.also(source.clone(), "it comes from here".to_owned());
    }
    if worst.is_code {
        raw.impact = Some(Impact::Critical);
    } else if let Some(object) = cx.project.place(&sink.site) {
        let mut keys: Vec<Name> = found.iter().filter(|found| !found.is_code).map(|found| found.key.clone()).collect();
        keys.dedup();
        if keys.iter().all(|key| !key.is_empty()) {
            raw.plans.push(FixPlan::AskForText { object, keys });
        }
    }
    Some(raw)
}

/// Only its method's name says what is asked: then what it gets must look like a document, and not like the options of a library for
/// tables.
fn is_document_query(sink: &Sink) -> bool {
    const OPTIONS: &[&str] =
        &["where", "include", "attributes", "select", "relations", "data", "filter", "orderBy", "order", "cache", "key", "TableName", "Key"];
    let Kind::Object(query) = sink.value.kind() else { return false };
    let is_options = query.fields.iter().any(|(name, _)| OPTIONS.contains(&name.as_str()));
    let changes =
        || sink.args.iter().skip(1).any(|arg| matches!(arg.value.kind(), Kind::Object(change) if change.fields.iter().any(|(name, _)| name.starts_with('$'))));
    !is_options && (sink.client != "named-change" || changes())
}

fn collect(cx: &RuleCx<'_>, value: &Value, key: &Name, facts: &Facts, out: &mut Vec<Found>, depth: u32) {
    if depth > 6 {
        return;
    }
    match value.kind() {
        Kind::Object(object) => fields(cx, object, key, facts, out, depth),
        Kind::Union(alternatives) => {
            alternatives.iter().for_each(|alternative| collect(cx, &alternative.value, key, &facts.and(&alternative.facts), out, depth + 1))
        }
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).for_each(|item| collect(cx, item, key, facts, out, depth + 1)),
        Kind::Unknown | Kind::Library(_) => {
            if let Some(input) = judge(cx, value, facts) {
                out.push(Found { key: key.clone(), input, is_code: false });
            }
        }
        _ => {}
    }
}

fn fields(cx: &RuleCx<'_>, object: &Object, key: &Name, facts: &Facts, out: &mut Vec<Found>, depth: u32) {
    for (name, value) in &object.fields {
        match name.as_str() {
            name if CODE.contains(&name) => {
                let input = Input::of(value, Cleanings::CODE, facts, None);
                out.extend(input.map(|input| Found { key: Name::from(name), input, is_code: true }));
            }
            nested if NESTED.contains(&nested) => collect(cx, value, key, facts, out, depth + 1),
            // Compared as a value, whatever it is; or no part of the condition.
            operator if operator.starts_with('$') => {}
            _ => collect(cx, value, name, facts, out, depth + 1),
        }
    }
    if let Some(rest) = &object.rest {
        collect(cx, rest, &Name::default(), facts, out, depth + 1);
    }
}

/// A value in whose place an object can be sent.
fn judge(cx: &RuleCx<'_>, value: &Value, facts: &Facts) -> Option<Input> {
    if is_text(value, facts) || is_fixed(value, facts) {
        return None;
    }
    let mut input = Input::of(value, Cleanings::NOSQL, facts, None)?;
    match input.part {
        Part::Body | Part::Input | Part::RawBody => {}
        // Older versions of Express make objects of `?a[b]=c`.
        Part::Query if cx.walk.route.is_some() => input.confidence = Confidence::Likely,
        _ => return None,
    }
    Some(input)
}

/// `typeof x === "string"` holds.
fn is_text(value: &Value, facts: &Facts) -> bool {
    let Some(symbol) = value.symbol() else { return false };
    facts.iter().any(|fact| match fact {
        Fact::Is(known, kind) => {
            &**kind != "object" && known.root == symbol.root && known.path.split_last().is_some_and(|(last, path)| *last == TYPE_OF && path == &*symbol.path)
        }
        _ => false,
    })
}

/// Something takes operators out of all queries of the project.
fn is_sanitized(cx: &RuleCx<'_>) -> bool {
    let file = cx.walk.key.file();
    let setup = cx.project.setup();
    if cx.project.folders_up(file).iter().any(|folder| setup.dependencies(folder).iter().any(|name| SANITIZERS.contains(&name.as_str()))) {
        return true;
    }
    let models = cx.project.files().filter_map(|(_, known)| known.model.as_ref());
    models
        .flat_map(|model| &model.segments)
        .flat_map(|placed| &placed.segment.exprs)
        .any(|expr| matches!(&expr.kind, ExprKind::Str(text) if &**text == "sanitizeFilter"))
}

fn message(found: &Found) -> String {
    let (name, from) = (&found.input.name, found.input.from());
    if found.is_code {
        return format!(
            "`{name}`, {from}, becomes code that the database runs (`{}`): whoever sends it can read every record, or keep the database busy for good.",
            found.key
        );
    }
    if found.key.is_empty() {
        return format!("The query is whatever is sent (`{name}`, {from}): somebody can ask for every record, with any condition they like.");
    }
    format!(
        "`{name}`, {from}, is put into the query as it is: sent as `{{\"$ne\": null}}` instead of a text, it matches other people's records, for example to log in without the password."
    )
}
