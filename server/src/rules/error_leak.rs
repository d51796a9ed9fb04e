//! What an error says of the program is answered to whoever caused it.

use super::raw::{Raw, RuleCx};
use super::standing_place::place;
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta};
use crate::facts::catalogue::BUILT_IN;
use crate::facts::catalogue::Reached;
use crate::facts::check::{Fact, Facts, Root};
use crate::facts::event::{Event, SinkKind, UseKind};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Origin, Part};
use crate::facts::value::{Kind, Library, Piece, Value};
use crate::facts::walk::{OF_CLASS, is_for_developers};
use crate::model::{Expr, ExprKind, Segment};
use crate::project::session::RootKey;
use crate::syntax::Language;
use crate::text::{Name, Span};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("error-leak"),
    title: "Errors are shown to strangers in detail",
    risk: Risk::Deployment,
    impact: Impact::Medium,
    audience: Audience::Everyday,
    cwe: &[209],
    page: include_str!("../../../queries/rules/error-leak.md"),
};

/// How much an error says, the least first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Told {
    /// Of a database that answers with its errors.
    Answer(Name),
    Message(Name),
    Whole(Name),
    Trace(Name),
}

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Use(used) = event else { continue };
        let gets_out = match used.kind {
            UseKind::Respond => true,
            UseKind::Return => cx.walk.route.is_some() || answers_failures(cx),
            UseKind::Shown => !is_asked_for_by_page(cx, &used.site),
            _ => false,
        };
        if !gets_out || is_for_developers(&used.facts) {
            continue;
        }
        let mut worst = None;
        look(&used.value, &mut worst, 0);
        // A page has room for a message that was written for people; for a trace it has only where it shows it.
        let worst = worst.filter(|worst| used.kind != UseKind::Shown || matches!(worst.told, Told::Trace(_)));
        if let Some(Worst { mut told, site }) = worst {
            // Python answers with the text of an error: the error itself cannot be sent.
            let is_python = cx.project.file(&used.site.item.file).is_some_and(|known| known.document.language == Language::Python);
            if let (Told::Whole(name), true) = (&told, is_python) {
                told = Told::Message(name.clone());
            }
            // What is returned is told where the error was caught: the end of a function is no place.
            let home = match used.kind {
                UseKind::Return if answers_failures(cx) => Some(read_within(cx, &used.site, &told).unwrap_or_else(|| used.site.clone())),
                UseKind::Return if site.as_ref().is_some_and(|site| site.item.file == *cx.walk.key.file()) => site,
                // What is wrapped around many handlers answers for all of them: it is told there, of what only a failure comes to.
                UseKind::Return => {
                    site.filter(|_| matches!(told, Told::Trace(_)) && !is_of_own_class(&used.facts)).and_then(|caught| read_beside(cx, &caught, &told))
                }
                // What answers for many is told of where the error was read, or caught: there it was decided to tell of it.
                _ => Some(match &site {
                    Some(site) if site.item != used.site.item => {
                        read_elsewhere(cx, &used.site, site, &told).unwrap_or_else(|| place(cx, &used.site, &used.site, Some(site)))
                    }
                    // `send("failed", { reason: error.stack })`, where `send` is a function of this one.
                    Some(site) => read_elsewhere(cx, &used.site, site, &told).unwrap_or_else(|| used.site.clone()),
                    None => read_of_answer(cx, &used.site, &told).unwrap_or_else(|| used.site.clone()),
                }),
            };
            let Some(home) = home else { continue };
            let is_trace = matches!(told, Told::Trace(_));
            let mut raw = say(home, told);
            // What answers all errors answers those of the program's own classes, too; a page's own action tells its page.
            let is_of_all = cx.walk.route.as_ref().is_none_or(|route| used.kind == UseKind::Return && route.reached() == Reached::Action);
            if is_of_all && !is_trace && !answers_500(cx, &used.site) {
                raw.confidence = Confidence::Possible;
            }
            if used.kind == UseKind::Respond && raw.site == used.site {
                raw.plans.extend(cx.project.place(&used.site).map(|call| FixPlan::PlainAnswer { call }));
            }
            // Of what is answered in one place the worst is told: `jsonify(error=str(e), trace=format_exc())`.
            match out.iter().position(|known| known.site == raw.site && known.meta.id == META.id) {
                Some(at) if is_trace && out[at].confidence < raw.confidence => out[at] = raw,
                Some(_) => {}
                None => out.push(raw),
            }
        }
    }
}

/// The template is told as well whether somebody develops: then it can keep the rest to itself.
fn is_asked_for_by_page(cx: &RuleCx<'_>, shown: &Site) -> bool {
    let says_so = |name: &Name| names::words(name).iter().any(|word| matches!(word.as_str(), "debug" | "dev" | "development" | "verbose"));
    let given = cx.walk.events.iter().filter_map(|event| match event {
        Event::Sink(sink) if sink.kind == SinkKind::Template && sink.call == *shown => Some(&sink.args),
        _ => None,
    });
    given.flatten().any(|arg| says_so(&arg.name))
}

/// The function is what the framework asks for an answer to the errors of all others.
fn answers_failures(cx: &RuleCx<'_>) -> bool {
    let RootKey::Function(key) = &cx.walk.key else { return false };
    let name = cx.project.function_name(key);
    name.is_some_and(|name| BUILT_IN.answers_failures(&name, key.item.file.file_name()).is_some())
}

/// The program failed, and did not refuse: what the error says was not written to be read.
fn answers_500(cx: &RuleCx<'_>, site: &Site) -> bool {
    cx.walk.events.iter().any(|event| {
        let Event::Use(used) = event else { return false };
        let is_pair = matches!(used.value.kind(), Kind::Seq(_));
        let is_here = used.site.item == site.item && (is_pair || used.site.span.start <= site.span.end && site.span.start <= used.site.span.end);
        let is_500 = |value: &Value| matches!(value.kind(), Kind::Number(text) if text == "500");
        is_here
            && used.kind == UseKind::Respond
            && match used.value.kind() {
                // `return jsonify(..), 500`
                Kind::Seq(seq) => seq.items.iter().any(is_500),
                Kind::Object(object) => object.fields.iter().any(|(name, value)| matches!(name.as_str(), "status" | "statusCode") && is_500(value)),
                _ => is_500(&used.value),
            }
    })
}

/// What was read of an error before a function of the project was asked to answer with it is told where it was read: that
/// function answers with whatever it gets.
fn read_elsewhere(cx: &RuleCx<'_>, used: &Site, caught: &Site, told: &Told) -> Option<Site> {
    let name = member_of(told)?;
    let here = cx.project.placed(&used.item)?;
    let user = here.segment.functions.iter().filter(|function| function.span.contains(used.span)).min_by_key(|function| function.span.len());
    let is_in_user = |span: Span| user.is_none_or(|user| user.span.contains(span));
    if caught.item == used.item && is_in_user(caught.span) || first_read(&here.segment, name, &is_in_user).is_some() {
        return None;
    }
    let there = cx.project.placed(&caught.item)?;
    let span = first_read(&there.segment, name, &|span| span.start >= caught.span.start)?;
    Some(Site { item: caught.item.clone(), span })
}

/// The same of what a database said, where the handler takes it from its answer.
fn read_of_answer(cx: &RuleCx<'_>, used: &Site, told: &Told) -> Option<Site> {
    let Told::Answer(name) = told else { return None };
    let handler = cx.walk.route.as_ref()?.function().filter(|handler| handler.item != used.item)?;
    let segment = &cx.project.placed(&handler.item)?.segment;
    let body = segment.functions.get(handler.function.0 as usize)?.body_span;
    let span = first_read(segment, name, &|span| body.contains(span))?;
    Some(Site { item: handler.item, span })
}

/// `if (error instanceof HttpError)`: an error of the program's own, whose words were written to be read.
fn is_of_own_class(facts: &Facts) -> bool {
    facts.iter().any(|fact| matches!(fact, Fact::Is(symbol, _) | Fact::Among(symbol) if symbol.path.last().is_some_and(|name| *name == OF_CLASS)))
}

/// Where what is told is read, in the function that caught the error.
fn read_beside(cx: &RuleCx<'_>, caught: &Site, told: &Told) -> Option<Site> {
    let placed = cx.project.placed(&caught.item)?;
    let last = placed
        .segment
        .exprs
        .iter()
        .filter(|expr| matches!(&expr.kind, ExprKind::Member { name, .. } if member_of(told) == Some(name)) && expr.span.start >= caught.span.start);
    let span = last.map(|expr| expr.span).max()?;
    Some(Site { item: caught.item.clone(), span })
}

/// What is told is read in this very function.
fn read_within(cx: &RuleCx<'_>, function: &Site, told: &Told) -> Option<Site> {
    let placed = cx.project.placed(&function.item)?;
    let span = first_read(&placed.segment, member_of(told)?, &|span| function.span.contains(span))?;
    Some(Site { item: function.item.clone(), span })
}

/// The member of the error that is told.
fn member_of(told: &Told) -> Option<&Name> {
    match told {
        Told::Trace(name) | Told::Message(name) => Some(name),
        Told::Whole(_) | Told::Answer(_) => None,
    }
}

fn first_read(segment: &Segment, name: &Name, within: &dyn Fn(Span) -> bool) -> Option<Span> {
    let is_read = |expr: &&Expr| matches!(&expr.kind, ExprKind::Member { name: member, .. } if member == name) && within(expr.span);
    segment.exprs.iter().filter(is_read).map(|expr| expr.span).min()
}

/// The most that an answer tells, and where the error came in.
struct Worst {
    told: Told,
    site: Option<Site>,
}

fn look(value: &Value, worst: &mut Option<Worst>, depth: u32) {
    if depth > 6 {
        return;
    }
    match value.kind() {
        Kind::Object(object) if object.is_element() => {}
        Kind::Object(object) => {
            object.fields.iter().for_each(|(_, value)| look(value, worst, depth + 1));
            // Of an error that is spread only what it was given besides comes along, neither message nor trace.
            let is_error = |rest: &&Value| !(is_whole(rest) && matches!(told(rest), Some((Told::Whole(_), _))));
            object.rest.iter().filter(is_error).for_each(|rest| look(rest, worst, depth + 1));
        }
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).for_each(|item| look(item, worst, depth + 1)),
        Kind::Union(alternatives) => {
            let for_all = alternatives.iter().filter(|alternative| !is_for_developers(&alternative.facts));
            for_all.for_each(|alternative| look(&alternative.value, worst, depth + 1));
        }
        Kind::Promise(inner) => look(inner, worst, depth + 1),
        Kind::Text(text) => text.pieces.iter().for_each(|piece| {
            if let Piece::Hole { value, .. } = piece {
                look(value, worst, depth + 1);
            }
        }),
        // What is written out as JSON says what it is made of.
        Kind::Library(library) if is_written_as_json(library) => {
            library.args.iter().take(1).for_each(|arg| look(&arg.value, worst, depth + 1));
        }
        Kind::Unknown | Kind::Library(_) | Kind::Str(_) => {
            if let Some((told, site)) = told(value)
                && worst.as_ref().is_none_or(|known| known.told < told)
            {
                *worst = Some(Worst { told, site });
            }
        }
        _ => {}
    }
}

/// `JSON.stringify(x)`.
fn is_written_as_json(library: &Library) -> bool {
    let called = library.receiver.as_ref().and_then(|called| called.as_library());
    library.package.is_empty() && (library.step == "stringify" || called.is_some_and(|called| called.step == "stringify")) && !library.args.is_empty()
}

fn told(value: &Value) -> Option<(Told, Option<Site>)> {
    let of_failure = value.taint().without(Cleanings::ALL).filter(|origin| origin.part == Part::Failure);
    let how = |origin: &Origin| match origin.name.as_str() {
        "stack" | "format_exc" | "format_exception" | "format_tb" | "format_stack" => Some(Told::Trace(origin.name.clone())),
        "message" | "msg" | "args" | "detail" | "description" | "toString" | "orig" => Some(Told::Message(origin.name.clone())),
        _ if is_whole(value) => Some(Told::Whole(origin.name.clone())),
        // Its code, its status: what the program gave it itself.
        _ if value.symbol().is_some_and(|symbol| !symbol.path.is_empty()) => None,
        _ => Some(Told::Message(origin.name.clone())),
    };
    let worst = of_failure.filter_map(|origin| Some((how(origin)?, origin.site.clone()))).max_by(|a, b| a.0.cmp(&b.0));
    worst.or_else(|| {
        // `const { data, error } = await supabase.from("notes").select()`.
        let symbol = value.symbol()?;
        match (&symbol.root, &*symbol.path) {
            (Root::Row(_), [error, member]) if error == "error" && matches!(member.as_str(), "message" | "details" | "hint") => {
                Some((Told::Answer(member.clone()), None))
            }
            (Root::Row(_), [error]) if error == "error" => Some((Told::Answer(error.clone()), None)),
            _ => None,
        }
    })
}

/// The error itself, not something of it.
fn is_whole(value: &Value) -> bool {
    value.symbol().is_some_and(|symbol| symbol.path.is_empty() && matches!(symbol.root, Root::Call(_)))
}

fn say(site: Site, told: Told) -> Raw {
    let (impact, confidence, what, shows) = match &told {
        Told::Trace(name) => (
            Impact::Medium,
            Confidence::Proven,
            if name == "stack" { "The stack trace".to_owned() } else { "The traceback".to_owned() },
            "it shows them your files, your libraries and the way through your code",
        ),
        Told::Whole(name) => (
            Impact::Low,
            Confidence::Likely,
            format!("The whole error `{name}`"),
            "errors of databases and services bring statements, addresses and sometimes keys along",
        ),
        Told::Message(name) => (
            Impact::Low,
            Confidence::Likely,
            match name.as_str() {
                "message" => "The message of whatever went wrong".to_owned(),
                name => format!("The text of the error `{name}`"),
            },
            "messages of databases and services name tables, hosts and values",
        ),
        Told::Answer(name) => (
            Impact::Low,
            Confidence::Likely,
            if name == "error" { "The database's own error".to_owned() } else { format!("The database's own error, its `{name}`,") },
            "it names your tables, columns and rules",
        ),
    };
    let mut raw = Raw::new(&META, site, confidence);
    raw.impact = Some(impact);
    raw.detail = match told {
        Told::Trace(_) => "stack".into(),
        _ => "message".into(),
    };
    raw.message = format!("{what} is sent to whoever calls this: {shows}");
    raw
}
