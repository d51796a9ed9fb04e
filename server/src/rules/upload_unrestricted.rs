//! A file that a visitor sends is kept, whatever it is and however long.

use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, FixPlan, Impact, Risk, RuleId, RuleMeta, parts};
use crate::facts::check::{Fact, Root, Symbol};
use crate::facts::event::{Effect, Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::taint::{Cleanings, Origin, Part};
use crate::facts::value::{Argument, Kind, Piece, Value};
use crate::model::ExprKind;
use crate::text::{FileId, Name};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("upload-unrestricted"),
    title: "Uploaded files are kept, whatever they are",
    risk: Risk::Input,
    impact: Impact::High,
    audience: Audience::Everyday,
    cwe: &[434],
    page: include_str!("../../../queries/rules/upload-unrestricted.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        match event {
            Event::Effect(effect) if effect.kind == "upload-limits" => out.extend(of_receiver(cx, effect)),
            Event::Sink(sink) if sink.kind == SinkKind::Upload => out.extend(of_sink(cx, sink)),
            _ => {}
        }
    }
}

/// What takes the files in has neither a limit nor a filter.
fn of_receiver(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    if !is_complete(cx, &effect.site) {
        return None;
    }
    let options = match effect.args.first().map(|arg| arg.value.kind()) {
        None => None,
        Some(Kind::Object(object)) if object.rest.is_none() => Some(object),
        Some(_) => return None,
    };
    let field = |name: &str| options.and_then(|options| options.get(name).0);
    let is_limited = match field("limits").map(Value::kind) {
        Some(Kind::Object(limits)) => limits.rest.is_some() || limits.get("fileSize").0.is_some(),
        Some(_) => true,
        None => false,
    };
    let is_filtered = field("fileFilter").is_some();
    let is_public = effect.args.iter().any(|arg| names_public(&arg.value, 0)) || is_served_by_code(cx, effect);
    let (impact, what) = match (is_limited, is_filtered) {
        (false, false) => (None, "takes files of any kind and any length"),
        (true, false) if is_public => (None, "keeps files of any kind where the site serves them"),
        (false, true) => (Some(Impact::Medium), "takes files of any length"),
        _ => return None,
    };
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Likely);
    raw.absence = true;
    raw.impact = impact;
    raw.message = format!(
        "This {what}: someone can fill your disk{}.",
        if is_filtered { "" } else { ", or upload a web page with a script that your site serves as its own" }
    );
    let call = cx.project.place(&effect.site)?;
    raw.plans.push(FixPlan::LimitUpload { call, limits: !is_limited, filter: !is_filtered });
    Some(raw)
}

/// `public/uploads`, in the options of the receiver or of its storage.
fn names_public(value: &Value, depth: u32) -> bool {
    if depth > 4 {
        return false;
    }
    match value.kind() {
        Kind::Str(text) => is_served(text),
        Kind::Text(text) => text.pieces.iter().any(|piece| match piece {
            Piece::Literal(text) => is_served(text),
            Piece::Hole { value, .. } => names_public(value, depth + 1),
        }),
        Kind::Object(object) => object.fields.iter().any(|(_, value)| names_public(value, depth + 1)),
        Kind::Library(library) => library.args.iter().any(|arg| names_public(&arg.value, depth + 1)),
        _ => false,
    }
}

/// `app.use("/photos", express.static("uploads"))`, of the folder in which the receiver keeps what it takes.
fn is_served_by_code(cx: &RuleCx<'_>, effect: &Effect) -> bool {
    let mut folders: Vec<String> = Vec::new();
    effect.args.iter().for_each(|arg| folder_names(&arg.value, &mut folders, 0));
    if folders.is_empty() {
        return false;
    }
    let is_one = |text: &str| text.split(['/', '\\']).any(|part| folders.iter().any(|folder| folder == part));
    let is_near = |file: &FileId| cx.project.application(file) == cx.project.application(&effect.site.item.file);
    cx.project.files().filter(|(file, _)| is_near(file)).filter_map(|(_, known)| known.model.as_ref()).flat_map(|model| &model.segments).any(|placed| {
        let segment = &*placed.segment;
        segment.exprs.iter().any(|expr| {
            let ExprKind::Call { callee, .. } = &expr.kind else { return false };
            let serves =
                matches!(&segment[*callee].kind, ExprKind::Member { name, .. } | ExprKind::Name(name) if matches!(name.as_str(), "static" | "serveStatic"));
            serves
                && segment.exprs.iter().filter(|inner| expr.span.contains(inner.span)).any(|inner| matches!(&inner.kind, ExprKind::Str(text) if is_one(text)))
        })
    })
}

/// The names of folders in `dest: "uploads/"`, `destination: path.join(__dirname, "..", "uploads")`.
fn folder_names(value: &Value, out: &mut Vec<String>, depth: u32) {
    let mut add = |text: &str| out.extend(text.split(['/', '\\']).filter(|part| part.chars().any(char::is_alphanumeric)).map(str::to_owned));
    match value.kind() {
        _ if depth > 5 => {}
        Kind::Str(text) => add(text),
        Kind::Text(text) => text.pieces.iter().for_each(|piece| {
            if let Piece::Literal(text) = piece {
                add(text)
            }
        }),
        Kind::Object(object) => {
            let places = object.fields.iter().filter(|(name, _)| matches!(name.as_str(), "dest" | "destination" | "storage"));
            places.for_each(|(_, field)| folder_names(field, out, depth + 1));
        }
        Kind::Library(library) => library.args.iter().for_each(|arg| folder_names(&arg.value, out, depth + 1)),
        _ => {}
    }
}

fn is_served(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| matches!(part, "public" | "static" | "www" | "htdocs"))
}

fn of_sink(cx: &RuleCx<'_>, sink: &Sink) -> Option<Raw> {
    cx.walk.route.as_ref().filter(|_| is_complete(cx, &sink.call))?;
    // `{ Bucket, Key, Body }`
    let value = match sink.value.kind() {
        Kind::Object(object) => object.get("Body").0.or_else(|| object.get("params").0.and_then(|params| member(params, "Body")))?,
        _ => &sink.value,
    };
    let is_upload = |origin: &&Origin| origin.part == Part::Files && !origin.clean.has(Cleanings::SHAPE);
    let of = |value: &Value| value.taint().iter().find(is_upload).cloned();
    let file = of(value).or_else(|| parts::of(value).iter().find_map(|hole| of(hole.value))).or_else(|| field_of_form(value))?;
    let framework = cx.walk.route.as_ref().map(|route| route.framework.clone()).unwrap_or_default();
    // What took the file in has the limits, or a finding of its own.
    if framework == "express" && !sink.args.iter().any(|arg| arg.name == "*receiver*") {
        return None;
    }
    let looks = Looks::of(cx, sink);
    let name = name_of(&file, value);
    if looks.at_kind {
        return believed(cx, sink, &file, &looks, &name);
    }
    let mut raw = Raw::new(&META, sink.call.clone(), Confidence::Likely);
    raw.absence = true;
    raw.impact = looks.at_size.then_some(Impact::Medium);
    let length = if looks.at_size { "" } else { ", and however long it is" };
    raw.message = format!(
        "{name} is kept whatever it is{length}: someone can upload a web page or a program that your site hands on as its own{}.",
        if looks.at_size { "" } else { ", or fill your disk" }
    );
    if let Some(source) = &file.site {
        raw.also(source.clone(), "it is sent here".to_owned());
    }
    Some(raw)
}

/// The kind that the browser claims is all that was asked, and the file keeps the ending that it was sent with where the site serves
/// it: by that ending it is a page.
fn believed(cx: &RuleCx<'_>, sink: &Sink, file: &Origin, looks: &Looks, name: &str) -> Option<Raw> {
    let keeps_name = sink.args.iter().any(|arg| names_public(&arg.value, 0) && holds_name(&arg.value, 0));
    if !looks.only_at_claim || !keeps_name {
        return None;
    }
    let mut raw = Raw::new(&META, sink.call.clone(), Confidence::Likely);
    raw.detail = "claimed".into();
    raw.message = format!(
        "{name} is kept under the name it was sent with, where your site serves it, and only the kind that the browser claims was asked: a page that is sent as a picture and called `x.html` is served as a page."
    );
    if let Some(source) = &file.site {
        raw.also(source.clone(), "it is sent here".to_owned());
    }
    cx.walk.route.as_ref().map(|_| raw)
}

/// The name of a file that was sent, or what was cut from it, anywhere in what is put together.
fn holds_name(value: &Value, depth: u32) -> bool {
    let is_name = |name: &Name| matches!(name.as_str(), "name" | "filename" | "originalname" | "originalFilename");
    let is_sent = |origin: &Origin| origin.part.is_request() || origin.part == Part::Files;
    if depth > 5 || !value.taint().iter().any(is_sent) {
        return false;
    }
    if value.symbol().and_then(|symbol| symbol.path.last()).is_some_and(is_name) || value.taint().iter().any(|origin| is_sent(origin) && is_name(&origin.name))
    {
        return true;
    }
    match value.kind() {
        Kind::Text(text) => text.pieces.iter().any(|piece| matches!(piece, Piece::Hole { value, .. } if holds_name(value, depth + 1))),
        Kind::Library(library) => library.args.iter().any(|arg| holds_name(&arg.value, depth + 1)),
        _ => false,
    }
}

/// `form.get("photo")`, handed to what keeps files as it came: a text would be put together first.
fn field_of_form(value: &Value) -> Option<Origin> {
    let symbol = value.symbol().filter(|symbol| matches!(&symbol.root, Root::Request(part) if part == "body"))?;
    let [field] = &*symbol.path else { return None };
    Some(Origin { part: Part::Files, name: field.clone(), site: None, clean: Cleanings::default() })
}

/// What is missing there may only not have been written yet.
fn is_complete(cx: &RuleCx<'_>, site: &Site) -> bool {
    let Some(place) = cx.project.place(site) else { return false };
    let model = cx.project.file(&place.file).and_then(|file| file.model.as_ref());
    model.and_then(|model| model.segment_at(place.span.start)).is_some_and(|placed| !placed.segment.is_incomplete())
}

fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value.kind() {
        Kind::Object(object) => object.get(name).0,
        _ => None,
    }
}

fn name_of(file: &Origin, value: &Value) -> String {
    let name: Name = match file.name.as_str() {
        "" | "()" | "arrayBuffer" | "bytes" | "stream" | "read" => value.symbol().and_then(|symbol| symbol.path.last().cloned()).unwrap_or_default(),
        _ => file.name.clone(),
    };
    if name.is_empty() { "The uploaded file".to_owned() } else { format!("`{name}`, a file that a visitor sends,") }
}

/// What the handler asks about the file before it keeps it.
struct Looks {
    at_kind: bool,
    at_size: bool,
    /// At no more of its kind than what whoever sends it says.
    only_at_claim: bool,
}

impl Looks {
    fn of(cx: &RuleCx<'_>, sink: &Sink) -> Looks {
        let effects = cx.walk.events.iter().filter_map(|event| if let Event::Effect(effect) = event { Some(effect) } else { None });
        let mut looks = Looks { at_kind: false, at_size: false, only_at_claim: false };
        let mut at_more = false;
        for effect in effects {
            match effect.kind.as_str() {
                "file-checked" => {
                    let asked = effect.args.iter().filter(|arg| is_sent(arg));
                    asked.for_each(|arg| {
                        looks.at_kind = true;
                        at_more |= !is_claimed(&arg.value);
                    });
                }
                "file-measured" => looks.at_size = true,
                // By its name it looks at what is sent, and cannot be looked into.
                "validate" if effect.args.iter().any(|arg| field_of_form(&arg.value).is_some()) => {
                    looks.at_kind = true;
                    at_more = true;
                }
                _ => {}
            }
        }
        let asked: Vec<&Symbol> = sink
            .facts
            .iter()
            .filter_map(|fact| match fact {
                Fact::Among(symbol) | Fact::Matches(symbol, _) | Fact::Is(symbol, _) => Some(symbol).filter(|symbol| is_of_file(symbol)),
                _ => None,
            })
            .collect();
        let is_claim = |symbol: &&Symbol| symbol.path.last().is_some_and(|last| names_claim(last));
        looks.only_at_claim = !at_more && asked.iter().all(is_claim);
        looks.at_kind |= !asked.is_empty();
        looks
    }
}

/// The kind of a file as whoever sends it calls it.
fn is_claimed(value: &Value) -> bool {
    value.symbol().and_then(|symbol| symbol.path.last()).is_some_and(|last| names_claim(last)) || value.taint().iter().any(|origin| names_claim(&origin.name))
}

fn names_claim(name: &str) -> bool {
    matches!(name, "type" | "mimetype" | "content_type" | "contentType")
}

fn is_sent(arg: &Argument) -> bool {
    arg.value.taint().iter().any(|origin| origin.part.is_request())
}

fn is_of_file(symbol: &Symbol) -> bool {
    symbol.path.last().is_some_and(|last| matches!(last.as_str(), "type" | "mimetype" | "content_type" | "contentType" | "filename" | "name" | "ext"))
}
