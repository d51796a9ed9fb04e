//! Everything that a caller sends is saved as it came, with columns that nobody meant to offer.

mod account_fields;
mod declared;
mod exposed;
mod form;
mod named;
mod open_schema;
mod serializer;
mod session_update;

use exposed::{exposed_columns, shown};
pub use session_update::of_file;

use crate::facts::catalogue::BUILT_IN;
use crate::facts::check::Facts;
use crate::facts::event::{Access, Effect, Event};
use crate::facts::query::Operation;
use crate::facts::schema::names::same;
use crate::facts::schema::{Column, Model};
use crate::facts::taint::Cleanings;
use crate::facts::value::{Kind, Object, Value};
use crate::rules::asked_for::asked_for;
use crate::rules::handler::{Handler, is_of_request};
use crate::rules::input::Input;
use crate::rules::ownership::{Answer, Judge};
use crate::rules::plan::Offered;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::text::Name;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("mass-assignment"),
    title: "Everything a caller sends is saved",
    risk: Risk::Input,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[915, 1321],
    page: include_str!("../../../../queries/rules/mass-assignment.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    let judge = &cx.judge;
    for event in &cx.walk.events {
        match event {
            Event::Access(access) => saved(cx, judge, access, out),
            Event::Effect(effect) if effect.kind == "offers-all" => serializer::check(cx, judge, effect, out),
            Event::Effect(effect) if effect.kind == "offers-form" => form::check(cx, judge, effect, out),
            Event::Effect(effect) if effect.kind == "accounts" => account_fields::check(cx, effect, out),
            Event::Effect(effect) => applied(cx, judge, effect, out),
            _ => {}
        }
    }
}

/// A query that writes what it is given.
fn saved(cx: &RuleCx<'_>, judge: &Judge<'_>, access: &Access, out: &mut Vec<Raw>) {
    let query = &access.query;
    if !matches!(query.operation, Operation::Create | Operation::Update | Operation::Upsert) || is_trusted(judge, &access.facts) {
        return;
    }
    let mut wholes = Vec::new();
    let keeps = open_schema::keeps_unknown(cx);
    for data in &query.data {
        collect(data, &access.facts, keeps, &mut wholes, 0);
    }
    let model = cx.schema.model(&query.model);
    if let Some(whole) = wholes.first().filter(|_| !is_shaped(cx)) {
        let exposed = exposed_columns(model, &query.model, &whole.after).and_tied(model, &query.conjuncts(), &access.facts, &whole.after);
        let confidence = exposed.confidence.min(whole.input.confidence);
        let told_at = || cx.walk.route.as_ref().filter(|_| query.client == "kv").and_then(|route| asked_for(cx, route, access));
        let mut raw = Raw::new(&META, told_at().unwrap_or_else(|| access.site.clone()), confidence);
        raw.detail = query.client.clone();
        raw.impact = exposed.of_people.then_some(Impact::Critical);
        raw.message = exposed.message(&whole.input, &title(model, &query.model), query.operation);
        also(&mut raw, model, &whole.input);
        if let Some(call) = cx.project.place(&access.site) {
            let is_over = |name: &Name| whole.later.iter().any(|set| same(set, name));
            let only_order = exposed.is_known && !exposed.columns.is_empty() && exposed.columns.iter().all(is_over);
            match model {
                _ if only_order => raw.plans.push(FixPlan::ServerLast { call, names: exposed.columns.clone() }),
                Some(model) => {
                    let fields = offered(model, &exposed.columns, &whole.after);
                    let partial = query.operation != Operation::Create;
                    raw.plans.push(FixPlan::ParsePayload { call, model: model.name.clone(), fields, partial });
                }
                None => {}
            }
        }
        out.push(raw);
        return;
    }
    declared::check(cx, access, out);
    named::check(cx, judge, access, model, out);
}

/// A schema may have taken out what nobody asked for.
fn is_shaped(cx: &RuleCx<'_>) -> bool {
    // What a type, or the schema that let it through, says of a payload is known of the payload itself.
    let by_type = cx
        .walk
        .route
        .as_ref()
        .is_some_and(|route| !route.shapes.is_empty() || BUILT_IN.framework(&route.framework).is_some_and(|framework| framework.shapes_by_type));
    !by_type && !open_schema::is_open(cx) && Handler::of(cx).is_some_and(|handler| handler.is_shaped())
}

/// Machines and people who stand above ownership may set what they like.
fn is_trusted(judge: &Judge<'_>, facts: &Facts) -> bool {
    judge.is_machine(facts) || judge.is_elevated(facts)
}

/// A payload that is taken whole.
struct Whole {
    input: Input,
    /// Columns that the server sets after it: they cannot be overwritten.
    after: Vec<Name>,
    /// Columns that the server sets before it, and that it overwrites.
    later: Vec<Name>,
}

fn collect(value: &Value, facts: &Facts, keeps: bool, out: &mut Vec<Whole>, depth: u32) {
    if depth > 5 {
        return;
    }
    match value.kind() {
        Kind::Union(alternatives) => alternatives.iter().for_each(|alternative| collect(&alternative.value, facts, keeps, out, depth + 1)),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).for_each(|item| collect(item, facts, keeps, out, depth + 1)),
        Kind::Promise(inner) => collect(inner, facts, keeps, out, depth + 1),
        Kind::Object(object) => of_object(object, facts, keeps, out, depth),
        // A class that says what may be sent, and keeps what it does not say.
        Kind::Instance(_) if keeps && kept_whole(value, facts).is_some() => {
            out.extend(kept_whole(value, facts).map(|input| Whole { input, after: Vec::new(), later: Vec::new() }));
        }
        // `User(**data)`: what was spread into it stands among its fields, in order.
        Kind::Instance(instance) => {
            let Some(at) = instance.fields.iter().rposition(|(name, _)| name == "**") else { return };
            let mut inner = Vec::new();
            instance.fields.iter().skip(at).take(1).for_each(|(_, spread)| collect(spread, facts, keeps, &mut inner, depth + 1));
            let others: Vec<Name> = instance.fields.iter().filter(|(name, _)| name != "**").map(|(name, _)| name.clone()).collect();
            // A keyword that is given twice is an error of Python's: what stands beside the spread cannot be overwritten.
            out.extend(inner.into_iter().map(|whole| Whole { after: others.iter().cloned().chain(whole.after).collect(), ..whole }));
        }
        Kind::Unknown | Kind::Library(_) => {
            if let Some(input) = payload(value, facts) {
                out.push(Whole { input, after: Vec::new(), later: Vec::new() });
            }
        }
        _ => {}
    }
}

fn of_object(object: &Object, facts: &Facts, keeps: bool, out: &mut Vec<Whole>, depth: u32) {
    // `{ $set: body }`
    for (name, field) in object.fields.iter().filter(|(name, _)| name.starts_with('$') || *name == "set") {
        if name != "set" || matches!(field.kind(), Kind::Unknown) {
            collect(field, facts, keeps, out, depth + 1);
        }
    }
    let Some(rest) = &object.rest else { return };
    let mut inner = Vec::new();
    collect(rest, facts, keeps, &mut inner, depth + 1);
    let name_of = |(name, _): &(Name, Value)| name.clone();
    for whole in inner {
        let mut after: Vec<Name> = object.fields.iter().skip(object.spread_at).map(name_of).collect();
        after.extend(whole.after);
        let set_by_server = |(name, value): &&(Name, Value)| !is_callers(value) && !name.starts_with('$');
        let later = object.fields.iter().take(object.spread_at).filter(set_by_server).map(name_of).collect();
        out.push(Whole { input: whole.input, after, later });
    }
}

fn is_callers(value: &Value) -> bool {
    value.taint().iter().any(|origin| origin.part.is_request())
}

/// Something of the request that nobody gave a shape.
fn payload(value: &Value, facts: &Facts) -> Option<Input> {
    use crate::facts::taint::Part;
    let input = Input::of(value, Cleanings::SHAPE, facts, None)?;
    let is_payload = matches!(input.part, Part::Body | Part::RawBody | Part::Input | Part::Query);
    // What a function made of several things is no payload any more.
    (is_payload && value.symbol().is_some_and(is_of_request)).then_some(input)
}

/// The body as a class declares it, as a whole.
fn kept_whole(value: &Value, facts: &Facts) -> Option<Input> {
    use crate::facts::taint::Part;
    let is_body = matches!(value.kind(), Kind::Instance(_)) && value.symbol().is_some_and(|symbol| is_of_request(symbol) && symbol.path.is_empty());
    Input::of(value, Cleanings::SHELL, facts, None).filter(|input| is_body && matches!(input.part, Part::Body | Part::RawBody))
}

/// `setattr(user, key, value)`, `Object.assign(user, body)`, `_.merge(config, body)`.
fn applied(cx: &RuleCx<'_>, judge: &Judge<'_>, effect: &Effect, out: &mut Vec<Raw>) {
    let args: Vec<&Value> = effect.args.iter().filter(|arg| arg.name.is_empty()).map(|arg| &arg.value).collect();
    let facts = &effect.facts;
    if is_trusted(judge, facts) {
        return;
    }
    match (effect.kind.as_str(), args.as_slice()) {
        ("set-attribute", [to, key, value, ..]) => {
            let Some(name) = row_model(to).or_else(|| caller_model(cx, to)) else { return };
            let is_chosen = |value: &Value| Input::of(value, Cleanings::SHAPE, facts, None).is_some_and(|input| input.part.is_request());
            if !is_chosen(key) {
                return declared::one_by_one(cx, effect, &name, key, out);
            }
            if !is_chosen(value) || crate::rules::handler::is_checked(key, facts) || key.symbol().is_none() {
                return;
            }
            let Some(input) = Input::of(value, Cleanings::SHAPE, facts, None) else { return };
            tell(cx, effect, &name, &input, out);
        }
        ("assign", [to, rest @ ..]) => {
            let Some(name) = row_model(to).or_else(|| caller_model(cx, to)) else { return };
            let keeps = open_schema::keeps_unknown(cx);
            if let Some(input) = rest.iter().find_map(|value| payload(value, facts).or_else(|| kept_whole(value, facts).filter(|_| keeps))) {
                tell(cx, effect, &name, &input, out);
            }
        }
        ("merge", [_, rest @ ..]) => {
            let Some(input) = rest.iter().find_map(|value| payload(value, facts)) else { return };
            // Behind a door of any kind it is hardly a stranger who sends it.
            let is_open = judge.signed_in(facts) == Answer::No;
            let mut raw = Raw::new(&META, effect.site.clone(), if is_open { Confidence::Likely } else { Confidence::Possible });
            raw.detail = Name::new_static("prototype");
            raw.message = format!(
                "{} decides which keys are written here: a key such as `__proto__` or `constructor` changes objects all over the server.",
                shown(&input.name)
            );
            source(&mut raw, &input);
            out.push(raw);
        }
        _ => {}
    }
}

fn row_model(value: &Value) -> Option<Name> {
    value.alternatives().iter().find_map(|value| match value.kind() {
        Kind::Row(row) => Some(row.model.clone()),
        _ => None,
    })
}

/// `current_user` is the row of whoever is signed in.
fn caller_model(cx: &RuleCx<'_>, value: &Value) -> Option<Name> {
    value.symbol().filter(|symbol| super::ownership::is_principal(symbol) && symbol.path.is_empty())?;
    let mut people = cx.schema.principals();
    let only = people.next()?;
    people.next().is_none().then(|| only.name.clone())
}

fn tell(cx: &RuleCx<'_>, effect: &Effect, name: &Name, input: &Input, out: &mut Vec<Raw>) {
    let model = cx.schema.model(name);
    let exposed = exposed_columns(model, name, &[]).and_tied(model, &[], &effect.facts, &[]);
    let mut raw = Raw::new(&META, effect.site.clone(), exposed.confidence.min(input.confidence));
    raw.detail = effect.kind.clone();
    raw.impact = exposed.of_people.then_some(Impact::Critical);
    raw.message = exposed.message(input, &title(model, name), Operation::Update);
    also(&mut raw, model, input);
    out.push(raw);
}

fn also(raw: &mut Raw, model: Option<&Model>, input: &Input) {
    if let Some((model, site)) = model.and_then(|model| Some((model, model.site()?))) {
        raw.also_place(site.file.clone(), site.span, format!("{} is defined here", model.name));
    }
    source(raw, input);
}

fn source(raw: &mut Raw, input: &Input) {
    if let Some(source) = &input.source {
        raw.also(source.clone(), "it comes from here".to_owned());
    }
}

fn title(model: Option<&Model>, name: &Name) -> String {
    match model {
        Some(model) if model.name.starts_with(char::is_uppercase) => format!("{} {}", article(&model.name), model.name),
        Some(model) => format!("a row of `{}`", model.name),
        None if name.is_empty() => "a row".to_owned(),
        None => format!("a row of `{name}`"),
    }
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" }
}

/// The columns that a caller may set.
fn offered(model: &Model, exposed: &[Name], after: &[Name]) -> Vec<Offered> {
    let is_made = |name: &str| matches!(crate::facts::schema::names::snake(name).as_str(), "created_at" | "updated_at" | "deleted_at" | "_id");
    let may_set = |column: &&Column| {
        !column.primary
            && !column.implicit
            && !column.name.contains('.')
            && !exposed.contains(&column.name)
            && !after.contains(&column.name)
            && !is_made(&column.name)
    };
    let offer = |column: &Column| Offered { name: column.name.clone(), ty: column.ty.clone(), optional: column.optional, is_list: column.list };
    model.columns.iter().filter(may_set).map(offer).take(24).collect()
}
