//! A class says what may be sent, and what nobody should set of themselves is among it: `class ProfileDto { name; role }`.

use super::exposed::{is_decided_by_server, is_privilege, tied_columns};
use super::{META, article};
use crate::facts::check::{Root, Symbol};
use crate::facts::event::{Access, Effect};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::query::Operation;
use crate::facts::role_words;
use crate::facts::schema::names::same;
use crate::facts::schema::{Privacy, guess_privacy};
use crate::facts::taint::Part;
use crate::facts::value::{ClassValue, Instance, Kind, Value};
use crate::model::{ExprId, ExprKind, Field, Segment, TypeRef};
use crate::rules::Confidence;
use crate::rules::handler::{any, symbols};
use crate::rules::missing_validation::is_order;
use crate::rules::ownership::{Answer, title};
use crate::rules::raw::{Raw, RuleCx};
use crate::text::Name;

const DEEPEST: u32 = 6;

pub(super) fn check(cx: &RuleCx<'_>, access: &Access, out: &mut Vec<Raw>) {
    let query = &access.query;
    let sent = |says: &Says<'_>| {
        query.data.iter().flat_map(Value::alternatives).find_map(|data| sent_whole(&data).and_then(|instance| offered(cx, &instance.class, says, 0)))
    };
    if is_of_people(cx, &query.model) && query.operation != Operation::Upsert {
        if let Some((class, name)) = sent(&|segment, field| is_privilege(&field.name) && !is_free_to_choose(segment, field)) {
            tell_given(cx, &access.site, &query.model, &class, &name, out);
        }
        return;
    }
    let tied: Vec<Name> = tied_columns(&query.conjuncts(), &access.facts).collect();
    if query.operation == Operation::Update
        && let Some((class, name)) = sent(&|_, field| tied.iter().any(|column| same(column, &field.name)))
    {
        return tell_tied(cx, &access.site, &query.model, &class, &name, out);
    }
    if is_order(&query.model)
        && (query.operation == Operation::Create || query.operation == Operation::Update && tied.iter().any(is_buyer))
        && let Some((class, name)) = sent(&|segment, field| is_decided_by_server(&field.name) && !is_free_to_choose(segment, field))
    {
        tell_bought(cx, &access.site, &query.model, &class, &name, out);
    }
}

/// `for field, value in patch.model_dump().items(): setattr(me, field, value)`
pub(super) fn one_by_one(cx: &RuleCx<'_>, effect: &Effect, of: &Name, key: &Value, out: &mut Vec<Raw>) {
    let Some(symbol) = key.symbol().filter(|_| key.taint().iter().any(|origin| origin.part == Part::Body)) else { return };
    if cx.judge.signed_in(&effect.facts) == Answer::No || any(&effect.facts, &|fact| symbols(fact).contains(&symbol)) {
        return;
    }
    if !is_of_people(cx, of) {
        return hands_over(cx, effect, of, out);
    }
    let is_asked = |name: &Name| any(&effect.facts, &|fact| symbols(fact).iter().any(|asked| is_of_body(asked) && asked.path.last() == Some(name)));
    let says: &Says<'_> = &|segment, field| is_privilege(&field.name) && !is_free_to_choose(segment, field);
    let Some((class, name)) = cx.walk.sent.iter().find_map(|class| offered(cx, class, says, 0)).filter(|(_, name)| !is_asked(name)) else { return };
    if !leaves_out(cx, &effect.site, &name) {
        tell_given(cx, &effect.site, of, &class, &name, out);
    }
}

/// The row was looked up because a column of it is the caller's, and that column is among what is set.
fn hands_over(cx: &RuleCx<'_>, effect: &Effect, of: &Name, out: &mut Vec<Raw>) {
    let row = effect.args.first().and_then(|arg| arg.value.symbol()).and_then(|symbol| if let Root::Row(id) = symbol.root { Some(id) } else { None });
    let found = row.and_then(|id| cx.judge.accesses().find(|access| access.id == id));
    let conjuncts = found.map(|access| access.query.conjuncts()).unwrap_or_default();
    let tied: Vec<Name> = tied_columns(&conjuncts, &effect.facts).collect();
    let says: &Says<'_> = &|_, field| tied.iter().any(|column| same(column, &field.name));
    if let Some((class, name)) = cx.walk.sent.iter().find_map(|class| offered(cx, class, says, 0)) {
        if !leaves_out(cx, &effect.site, &name) {
            tell_tied(cx, &effect.site, of, &class, &name, out);
        }
        return;
    }
    let decided: &Says<'_> = &|segment, field| is_decided_by_server(&field.name) && !is_free_to_choose(segment, field);
    let bought = || cx.walk.sent.iter().find_map(|class| offered(cx, class, decided, 0));
    // What lies below something of the caller's was bought from them: they may say what it costs.
    if is_order(of)
        && tied.iter().any(is_buyer)
        && let Some((class, name)) = bought().filter(|(_, name)| !leaves_out(cx, &effect.site, name))
    {
        tell_bought(cx, &effect.site, of, &class, &name, out);
    }
}

/// `customer_id`, `user_id`: and not who sells.
fn is_buyer(column: &Name) -> bool {
    names::says_taker(column) || names::words(column).iter().any(|word| matches!(word.as_str(), "user" | "member" | "account"))
}

/// By this column it is asked whose the row is.
fn tell_tied(cx: &RuleCx<'_>, site: &Site, of: &Name, class: &Name, name: &Name, out: &mut Vec<Raw>) {
    tell(cx, site, of, "AZ05", out, &|row| {
        format!("`{class}` lets callers send `{name}`, by which it is asked whose {row} is, and it is saved as it came: a caller can hand it to somebody else.")
    });
}

/// It says what somebody may do.
fn tell_given(cx: &RuleCx<'_>, site: &Site, of: &Name, class: &Name, name: &Name, out: &mut Vec<Raw>) {
    tell(cx, site, of, "AZ11", out, &|row| {
        format!("`{class}` lets callers send `{name}`, and it is saved in {row} as it came: anybody can give it to themselves.")
    });
}

/// It says what something costs, or that it was paid.
fn tell_bought(cx: &RuleCx<'_>, site: &Site, of: &Name, class: &Name, name: &Name, out: &mut Vec<Raw>) {
    tell(cx, site, of, "AZ05", out, &|row| {
        format!("`{class}` lets callers send `{name}`, and it is saved in {row} as it came: whoever buys says what it costs, or that it was paid.")
    });
}

/// `message`: of a row of the model, with its article.
fn tell(cx: &RuleCx<'_>, site: &Site, of: &Name, detail: &'static str, out: &mut Vec<Raw>, message: &dyn Fn(&str) -> String) {
    let model = cx.schema.model(of).map_or_else(|| title(of), |model| model.name.to_string());
    let mut raw = Raw::new(&META, site.clone(), Confidence::Likely);
    raw.detail = Name::new_static(detail);
    raw.message = message(&format!("{} {model}", article(&model)));
    if let Some(route) = &cx.walk.route {
        raw.also(route.site.clone(), format!("reached from {}", route.title()));
    }
    out.push(raw);
}

/// `model_dump(exclude={"role"})`, `fields.pop("role", None)`: what nobody should set may be what does not come along.
fn leaves_out(cx: &RuleCx<'_>, site: &Site, name: &str) -> bool {
    let Some(placed) = cx.project.placed(&site.item) else { return true };
    let segment = &placed.segment;
    let is_name = |value: ExprId| matches!(&segment[value].kind, ExprKind::Str(text) if &**text == name);
    segment.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::Call { callee, args, .. } => match &segment[*callee].kind {
            ExprKind::Member { name, .. } if matches!(name.as_str(), "model_dump" | "dict") => {
                args.iter().any(|arg| arg.name.as_ref().is_some_and(|name| matches!(name.as_str(), "include" | "exclude")))
            }
            ExprKind::Member { name, .. } => name == "pop" && args.first().is_some_and(|arg| is_name(arg.value)),
            _ => false,
        },
        // `del fields["role"]`, `fields["role"] = False`
        ExprKind::Index { index, .. } => is_name(*index),
        _ => false,
    })
}

fn is_of_body(symbol: &Symbol) -> bool {
    matches!(&symbol.root, Root::Request(part) if part == "body")
}

fn is_of_people(cx: &RuleCx<'_>, name: &Name) -> bool {
    cx.schema.model(name).map_or_else(|| cx.schema.is_kept_in_sessions(name) || guess_privacy(name) == Privacy::Principal, |model| model.is_principal)
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
    value.symbol().is_some_and(|symbol| symbol.path.is_empty() && is_of_body(symbol))
}

/// What is looked for among the fields of a class.
type Says<'s> = dyn Fn(&Segment, &Field) -> bool + 's;

/// What the class, or one above it, offers of this kind: the name of the class, and of the field.
fn offered(cx: &RuleCx<'_>, class: &ClassValue, says: &Says<'_>, depth: u32) -> Option<(Name, Name)> {
    if depth > DEEPEST {
        return None;
    }
    let segment = &*cx.project.placed(&class.item)?.segment;
    let own = segment.classes.get(class.class.0 as usize)?;
    let found = own.fields.iter().find(|field| says(segment, field));
    let above = || class.bases.iter().find_map(|base| if let Kind::Class(above) = base.kind() { offered(cx, above, says, depth + 1) } else { None });
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
