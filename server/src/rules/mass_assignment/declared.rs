//! A class says what may be sent, and what nobody should set of themselves is among it: `class ProfileDto { name; role }`.

use super::exposed::is_privilege;
use super::{META, article};
use crate::facts::event::Access;
use crate::facts::query::Operation;
use crate::facts::role_words;
use crate::facts::schema::{Privacy, guess_privacy};
use crate::facts::value::{ClassValue, Instance, Kind, Value};
use crate::model::{ExprKind, Field, Segment, TypeRef};
use crate::rules::Confidence;
use crate::rules::ownership::title;
use crate::rules::raw::{Raw, RuleCx};
use crate::text::Name;

const DEEPEST: u32 = 6;

pub(super) fn check(cx: &RuleCx<'_>, access: &Access, out: &mut Vec<Raw>) {
    let query = &access.query;
    let model = cx.schema.model(&query.model);
    let of_people = model.map_or_else(|| guess_privacy(&query.model) == Privacy::Principal, |model| model.is_principal);
    if !of_people || query.operation == Operation::Upsert {
        return;
    }
    let Some((class, name)) =
        query.data.iter().flat_map(Value::alternatives).find_map(|data| sent_whole(&data).and_then(|instance| offered(cx, &instance.class, 0)))
    else {
        return;
    };
    let model = model.map_or_else(|| title(&query.model), |model| model.name.to_string());
    let mut raw = Raw::new(&META, access.site.clone(), Confidence::Likely);
    raw.detail = Name::new_static("AZ11");
    raw.message =
        format!("`{class}` lets callers send `{name}`, and it is saved in {} {model} as it came: anybody can give it to themselves.", article(&model));
    if let Some(route) = &cx.walk.route {
        raw.also(route.site.clone(), format!("reached from {}", route.title()));
    }
    out.push(raw);
}

/// The body of the request as its class, saved as a whole: also where it was spread.
fn sent_whole(data: &Value) -> Option<&Instance> {
    match data.kind() {
        Kind::Instance(instance) if is_body(data) => Some(instance),
        Kind::Instance(instance) => instance.fields.iter().filter(|(name, _)| name == "**").find_map(|(_, spread)| sent_whole(spread)),
        Kind::Object(object) => object.rest.as_ref().and_then(sent_whole),
        _ => None,
    }
}

fn is_body(value: &Value) -> bool {
    use crate::facts::check::Root;
    value.symbol().is_some_and(|symbol| symbol.path.is_empty() && matches!(&symbol.root, Root::Request(part) if part == "body"))
}

/// What the class, or one above it, offers that says what somebody may do.
fn offered(cx: &RuleCx<'_>, class: &ClassValue, depth: u32) -> Option<(Name, Name)> {
    if depth > DEEPEST {
        return None;
    }
    let segment = &*cx.project.placed(&class.item)?.segment;
    let own = segment.classes.get(class.class.0 as usize)?;
    let found = own.fields.iter().find(|field| is_privilege(&field.name) && !is_free_to_choose(segment, field));
    let above = || class.bases.iter().find_map(|base| if let Kind::Class(above) = base.kind() { offered(cx, above, depth + 1) } else { None });
    found.map(|field| field.name.clone()).or_else(|| above().map(|(_, name)| name)).map(|name| (own.name.clone(), name))
}

/// `@IsIn(["BUYER", "SELLER"]) role`, `role: Literal["guest", "host"]`: which of them, is everybody's own choice.
fn is_free_to_choose(segment: &Segment, field: &Field) -> bool {
    let texts_in = |span: crate::text::Span| {
        segment
            .exprs
            .iter()
            .filter(move |expr| span.contains(expr.span))
            .filter_map(|expr| if let ExprKind::Str(text) = &expr.kind { Some(text.to_string()) } else { None })
    };
    let mut named: Vec<String> = field.decorators.iter().flat_map(|decorator| texts_in(segment[*decorator].span)).collect();
    if let Some(ty) = &field.ty {
        literals(ty, 0, &mut named);
        named.extend(texts_in(ty.span));
    }
    !named.is_empty() && !named.iter().any(|name| role_words::names_above(name))
}

fn literals(ty: &TypeRef, depth: u32, out: &mut Vec<String>) {
    if ty.name.starts_with(['"', '\'']) {
        out.push(ty.name.trim_matches(['"', '\'']).to_owned());
    }
    if depth < DEEPEST {
        ty.args.iter().for_each(|arg| literals(arg, depth + 1, out));
    }
}
