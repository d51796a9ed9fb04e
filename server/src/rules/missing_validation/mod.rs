//! The server believes what it is sent: a price, a quantity, an address that says something was paid.

use crate::facts::check::{Fact, Facts, Root, Symbol};
use crate::facts::event::{Access, Effect, Event};
use crate::facts::names;
use crate::facts::query::Operation;
use crate::facts::taint::{Cleanings, Origin, Part};
use crate::facts::value::{Kind, Value};
use crate::model::{Entry, ExprId, ExprKind, Key, Segment};
use crate::rules::handler::{Handler, any, is_checked, is_there, symbols};
use crate::rules::ownership::Answer;
use crate::rules::paid_by_word::paid_by_word;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::said_as_bought::said_as_bought;
use crate::rules::webhook_unverified;
use crate::rules::{Audience, Confidence, Impact, Risk, RuleId, RuleMeta};
use crate::text::Name;

mod unbounded;

use unbounded::unbounded;

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("missing-validation"),
    title: "The server believes what it is sent",
    risk: Risk::Input,
    impact: Impact::Medium,
    audience: Audience::Everyday,
    cwe: &[20],
    page: include_str!("../../../../queries/rules/missing-validation.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    let Some(handler) = Handler::of(cx) else { return };
    // One for a handler: the worst.
    let mut found: Vec<Raw> = Vec::new();
    for event in handler.events() {
        match event {
            Event::Effect(effect) if effect.kind == "pay" => found.extend(charged(&handler, effect).or_else(|| said_as_bought(&handler, effect))),
            Event::Access(access) => found.extend(
                granted(&handler, access)
                    .or_else(|| paid_by_word(&handler, access))
                    .or_else(|| ordered(&handler, access))
                    .or_else(|| unbounded(&handler, access))
                    .or_else(|| unshaped(&handler, access)),
            ),
            _ => {}
        }
    }
    let level = |raw: &Raw| crate::rules::Level::of(raw.impact.unwrap_or(META.impact), raw.confidence);
    let Some(at) = (0..found.len()).max_by_key(|at| (level(&found[*at]), std::cmp::Reverse(*at))) else { return };
    let mut raw = found.swap_remove(at);
    if handler.route.adrift || cx.walk.exhausted {
        raw.confidence = raw.confidence.min(Confidence::Likely);
    }
    raw.also(handler.site(), format!("reached from {}", handler.route.title()));
    out.push(raw);
}

/// A payment of an amount that the caller chose.
fn charged(handler: &Handler<'_>, effect: &Effect) -> Option<Raw> {
    // What people give is theirs to choose.
    if handler.is_called(&["donate", "donation", "donations", "tip", "tips", "topup", "deposit", "wallet", "contribute", "pledge", "custom", "fund"])
        || handler.judge.is_elevated(&effect.facts)
    {
        return None;
    }
    let mut chosen = None;
    for arg in &effect.args {
        amounts(&arg.name, &arg.value, &mut |key, value| {
            chosen = chosen.take().or_else(|| chosen_price(value, &effect.facts).map(|origin| (key.clone(), origin.clone())));
        });
    }
    let (key, origin) = chosen?;
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Proven);
    raw.impact = Some(Impact::High);
    raw.detail = Name::new_static("price");
    raw.message = format!(
        "The buyer chooses the price: `{}`, sent by the caller, becomes `{key}` of the payment. Anyone can pay one cent for what you sell.",
        origin.name
    );
    source(&mut raw, &origin);
    Some(raw)
}

/// What is said of amounts, in an object of options.
fn amounts(key: &Name, value: &Value, of: &mut dyn FnMut(&Name, &Value)) {
    walk(key, value, of, 0);
}

fn walk(key: &Name, value: &Value, of: &mut dyn FnMut(&Name, &Value), depth: u32) {
    if depth > 8 {
        return;
    }
    match value.kind() {
        Kind::Object(object) => object.fields.iter().for_each(|(name, field)| walk(name, field, of, depth + 1)),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).for_each(|item| walk(key, item, of, depth + 1)),
        _ if matches!(key.as_str(), "unit_amount" | "unit_amount_decimal" | "amount" | "total" | "amount_total" | "value" | "unitAmount" | "price_amount") => {
            of(key, value)
        }
        _ => {}
    }
}

/// The caller's word on a price, that nobody compared with anything.
fn chosen_price<'v>(value: &'v Value, facts: &Facts) -> Option<&'v Origin> {
    if is_checked(value, facts) {
        return None;
    }
    value.taint().iter().find(|origin| origin.part.is_request() && is_price(&origin.name))
}

fn is_price(name: &str) -> bool {
    let words = names::words(name);
    let is_money = |word: &String| {
        matches!(word.as_str(), "price" | "amount" | "total" | "subtotal" | "cost" | "fee" | "fare" | "rate" | "rent" | "cents" | "pence" | "discount" | "sum")
    };
    words.iter().any(is_money) && !words.iter().any(|word| matches!(word.as_str(), "id" | "ids" | "count" | "max" | "min" | "limit" | "limits"))
}

/// Records of what somebody bought.
pub fn is_order(model: &str) -> bool {
    names::words(model).iter().any(|word| {
        matches!(
            word.as_str(),
            "order"
                | "orders"
                | "payment"
                | "payments"
                | "purchase"
                | "purchases"
                | "booking"
                | "bookings"
                | "checkout"
                | "cart"
                | "charge"
                | "subscription"
                | "subscriptions"
                | "reservation"
                | "reservations"
                | "orderitem"
                | "orderitems"
                | "enrolment"
                | "enrolments"
                | "enrollment"
                | "enrollments"
                | "rental"
                | "rentals"
                | "membership"
                | "memberships"
        )
    })
}

/// An order with a price or a quantity as it was sent.
fn ordered(handler: &Handler<'_>, access: &Access) -> Option<Raw> {
    let query = &access.query;
    if !matches!(query.operation, Operation::Create | Operation::Update | Operation::Upsert)
        || !is_order(&query.model)
        || handler.judge.is_machine(&access.facts)
        || handler.judge.is_elevated(&access.facts)
    {
        return None;
    }
    let fields: Vec<(&Name, &Value)> = query.data.iter().flat_map(Value::named_fields).map(|(name, value)| (name, value)).collect();
    let mut prices = fields.iter().copied().filter(|(name, _)| is_price(name));
    let chosen = prices.find_map(|(name, value)| {
        let origin = chosen_price(value, &access.facts).or_else(|| said_to_be_paid(name, value, &access.facts))?;
        Some((name, origin))
    });
    if let Some((name, origin)) = chosen {
        let mut raw = Raw::new(&META, access.site.clone(), Confidence::Likely);
        raw.impact = Some(Impact::High);
        raw.detail = Name::new_static("price");
        raw.message = format!(
            "The buyer chooses the price: `{}`, sent by the caller, is saved as `{name}` of `{}`. Look it up by what is bought instead.",
            origin.name, query.model
        );
        source(&mut raw, origin);
        return Some(raw);
    }
    let quantity = fields.iter().find_map(|(name, value)| {
        let origin = value
            .taint()
            .iter()
            .find(|origin| origin.part.is_request() && !origin.clean.has(Cleanings::SHAPE) || origin.part.is_request() && origin.clean == Cleanings::ALL)?;
        (is_quantity(name) && !is_checked(value, &access.facts) && !is_there(value, &access.facts) && is_open(value)).then_some((*name, *value, origin))
    })?;
    let (name, value, origin) = quantity;
    let counts = |field: &str, total: &Value| {
        (is_price(field) || is_stock(field)) && total.taint().iter().any(|other| other.part.is_request() && other.name == origin.name)
    };
    let total = fields.iter().find(|(field, total)| counts(field.as_str(), total)).map(|(field, _)| (*field).clone()).or_else(|| {
        // The sum, or what is left, may be kept with another row.
        if is_bounded(handler, &origin.name) {
            return None;
        }
        handler.events().find_map(|event| match event {
            Event::Access(other) if other.query.operation.is_write() && other.id != access.id => other
                .query
                .data
                .iter()
                .find_map(|data| data.named_fields().iter().find(|(field, total)| counts(field.as_str(), total)).map(|(field, _)| field.clone())),
            _ => None,
        })
    })?;
    let mut raw = Raw::new(&META, origin.site.clone().filter(|site| site.item == access.site.item).unwrap_or_else(|| access.site.clone()), Confidence::Proven);
    raw.impact = Some(Impact::Medium);
    raw.detail = Name::new_static("quantity");
    let number = if matches!(value.kind(), Kind::Number(_)) { "a negative or huge number" } else { "anything, also a negative number" };
    raw.message = format!(
        "Nobody looks at `{}` before it is saved as `{name}` and counted into `{}`: a caller can send {number}, and the sum goes below zero.",
        origin.name, total
    );
    raw.also(access.site.clone(), "it is saved here".to_owned());
    Some(raw)
}

/// What is there to be had.
fn is_stock(name: &str) -> bool {
    names::words(name).iter().any(|word| matches!(word.as_str(), "stock" | "inventory" | "available" | "remaining" | "balance" | "credits" | "capacity"))
}

/// A class of the project's reads it with bounds, or has something look at it.
fn is_bounded(handler: &Handler<'_>, name: &Name) -> bool {
    handler.cx.project.files().filter_map(|(_, known)| known.model.as_ref()).flat_map(|model| &model.segments).any(|placed| {
        let segment = &placed.segment;
        segment.classes.iter().any(|class| {
            class.fields.iter().any(|field| {
                let is_free = field.ty.as_ref().is_some_and(|ty| matches!(ty.name.as_str(), "int" | "float" | "Decimal" | "number"));
                let is_plain = field.decorators.is_empty() && field.value.is_none_or(|value| matches!(segment[value].kind, ExprKind::Num(_)));
                let is_column = field.ty.as_ref().is_some_and(|ty| ty.name == "Mapped") || field.value.is_some_and(|value| makes_column(segment, value));
                field.name == *name && !is_column && !(is_free && is_plain)
            })
        }) || segment.exprs.iter().any(|expr| {
            let ExprKind::Object(entries) = &expr.kind else { return false };
            entries.iter().any(|entry| {
                matches!(entry, Entry::Field { key: Key::Name(key), value, .. } if key == name && matches!(segment[*value].kind, ExprKind::Call { .. }))
            })
        }) || segment.functions.iter().any(|function| {
            function.decorators.iter().any(|decorator| {
                let ExprKind::Call { args, .. } = &segment[*decorator].kind else { return false };
                args.iter().any(|arg| matches!(&segment[arg.value].kind, ExprKind::Str(text) if **text == **name))
            })
        })
    })
}

/// `Column(Integer)`, `models.IntegerField()`: what a table keeps, whatever it is.
fn makes_column(segment: &Segment, value: ExprId) -> bool {
    let ExprKind::Call { callee, .. } = &segment[value].kind else { return false };
    match &segment[*callee].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => {
            matches!(name.as_str(), "Column" | "mapped_column" | "IntegerField" | "DecimalField" | "FloatField")
        }
        _ => false,
    }
}

/// `paid: Number(form.get("paid"))`: what somebody says they paid.
fn said_to_be_paid<'v>(name: &str, value: &'v Value, facts: &Facts) -> Option<&'v Origin> {
    let words = names::words(name);
    if !words.iter().any(|word| word == "paid") || is_checked(value, facts) {
        return None;
    }
    value.taint().iter().find(|origin| origin.part.is_request() && names::words(&origin.name).iter().any(|word| words.contains(word)))
}

fn is_quantity(name: &str) -> bool {
    names::words(name).iter().any(|word| matches!(word.as_str(), "quantity" | "qty" | "count" | "units" | "seats" | "tickets"))
}

/// A framework's own parameters were read as what their types say, perhaps with bounds.
fn is_open(value: &Value) -> bool {
    value.symbol().is_some_and(|symbol| !matches!(&symbol.root, Root::Request(part) if part == "params"))
}

/// Something of worth is given to whoever opens an address with the right word in it.
fn granted(handler: &Handler<'_>, access: &Access) -> Option<Raw> {
    let is_page = handler.route.framework.ends_with("page") || handler.route.methods.iter().all(|method| method == "GET") && !handler.route.methods.is_empty();
    if !is_page || !matches!(access.query.operation, Operation::Update | Operation::Upsert | Operation::Create) {
        return None;
    }
    let given = access.query.data.iter().find_map(|data| match data.kind() {
        Kind::Object(object) => {
            object.fields.iter().find(|(name, value)| is_worth(name) && matches!(value.kind(), Kind::Bool(true) | Kind::Str(_))).map(|(name, _)| name.clone())
        }
        _ => None,
    })?;
    let is_query = |symbol: &Symbol| matches!(&symbol.root, Root::Request(part) if part == "query");
    let word = access.facts.iter().find_map(|fact| match fact {
        Fact::Present(symbol) if is_query(symbol) => symbol.path.last().cloned(),
        Fact::Is(symbol, _) if is_query(symbol) => symbol.path.last().cloned(),
        _ => None,
    })?;
    // Somebody was asked whether it is true.
    let asked = |fact: &Fact| match fact {
        Fact::Guard(guard) => !guard.sure || guard.kind == crate::facts::check::GuardKind::Machine,
        fact => symbols(fact).into_iter().any(|symbol| matches!(symbol.root, Root::Call(_) | Root::Row(_))),
    };
    if any(&access.facts, &asked) {
        return None;
    }
    let mut raw = Raw::new(&META, access.site.clone(), Confidence::Likely);
    raw.impact = Some(Impact::High);
    raw.detail = Name::new_static("granted");
    let who = if handler.judge.signed_in(&access.facts) == Answer::Yes { "Anybody signed in" } else { "Anyone" };
    raw.message =
        format!("{who} gets `{given}` by opening this address with `{word}` in it: nobody asks whether that is true, for example whether it was paid.");
    raw.absence = true;
    Some(raw)
}

fn is_worth(name: &str) -> bool {
    names::words(name).iter().any(|word| {
        matches!(word.as_str(), "premium" | "paid" | "pro" | "plan" | "subscribed" | "subscription" | "credits" | "verified" | "admin" | "role" | "tier")
    })
}

/// Fields of a payload that nothing was asked of are saved.
fn unshaped(handler: &Handler<'_>, access: &Access) -> Option<Raw> {
    let query = &access.query;
    if !matches!(query.operation, Operation::Create | Operation::Update | Operation::Upsert)
        || handler.judge.is_machine(&access.facts)
        || handler.judge.is_elevated(&access.facts)
    {
        return None;
    }
    let mut open: Vec<(Name, Option<crate::facts::place::Site>)> = Vec::new();
    for data in &query.data {
        let Kind::Object(object) = data.kind() else { continue };
        for (_, value) in &object.fields {
            let origin = value
                .taint()
                .iter()
                .find(|origin| matches!(origin.part, Part::Body | Part::Input) && !origin.clean.has(Cleanings::SHAPE) && !origin.clean.has(Cleanings::NOSQL));
            let Some(origin) = origin else { continue };
            let is_direct = value.symbol().is_some_and(|symbol| matches!(&symbol.root, Root::Request(part) if matches!(part.as_str(), "body" | "input")));
            if !is_direct || is_checked(value, &access.facts) {
                return None;
            }
            if is_there(value, &access.facts) || is_of_a_file(value, &access.facts) {
                return None;
            }
            open.push((origin.name.clone(), origin.site.clone()));
        }
    }
    // Something that cannot be looked into may have been asked. Of a message that nobody asks who sent that is told.
    if open.is_empty() || webhook_unverified::is_told(handler) || handler.is_shaped() || handler.is_typed() {
        return None;
    }
    let names: Vec<String> = open.iter().map(|(name, _)| format!("`{name}`")).take(3).collect();
    let places = [&access.site].into_iter().chain(open.iter().filter_map(|(_, site)| site.as_ref()));
    let mut raw = Raw::new(&META, handler.place_of(places), Confidence::Likely);
    raw.detail = Name::new_static("shape");
    raw.absence = true;
    let what = names.join(", ");
    let (verb, pronoun) = if names.len() == 1 { ("is", "it") } else { ("are", "them") };
    raw.message = format!(
        "{what} {verb} saved in `{}` as the caller sent {pronoun}, and nobody looks at what arrives: a missing field, a list where a text should be, or a text of many megabytes.",
        query.model
    );
    if let Some(site) = open.into_iter().find_map(|(_, site)| site) {
        raw.also(site, "it comes from here".to_owned());
    }
    Some(raw)
}

/// `file.name`, after `file.size` or `file.type` was looked at.
fn is_of_a_file(value: &Value, facts: &Facts) -> bool {
    let Some((last, whole)) = value.symbol().and_then(|symbol| symbol.path.split_last().map(|(last, whole)| (last, (&symbol.root, whole)))) else {
        return false;
    };
    let is_of_it = |symbol: &&Symbol| (&symbol.root, symbol.path.get(..whole.1.len()).unwrap_or_default()) == whole && symbol.path.len() > whole.1.len();
    let is_size_or_type = |symbol: &Symbol| symbol.path.get(whole.1.len()).is_some_and(|part| matches!(part.as_str(), "size" | "type" | "mimetype"));
    matches!(last.as_str(), "name" | "type" | "size" | "originalname")
        && any(facts, &|fact| symbols(fact).iter().any(|symbol| is_of_it(symbol) && is_size_or_type(symbol)))
}

fn source(raw: &mut Raw, origin: &Origin) {
    if let Some(site) = &origin.site {
        raw.also(site.clone(), "it comes from here".to_owned());
    }
}
