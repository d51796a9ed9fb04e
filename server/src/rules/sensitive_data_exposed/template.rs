//! Templates that show a secret of the settings that they are given, or that Flask gives to every template.

use super::META;
use crate::facts::check::Root;
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::exposure::is_made_to_be_seen;
use crate::facts::template::{Shown, is_called};
use crate::facts::value::{Kind, Value};
use crate::rules::called::given_to_template;
use crate::rules::raw::{Raw, RawPlace, RuleCx};
use crate::rules::template_called::nearest;
use crate::rules::{Confidence, Impact};
use crate::text::{FileId, Name, Place};

pub(super) fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Sink(sink) = event else { continue };
        let Some(name) = sink.value.as_str().filter(|_| sink.kind == SinkKind::Template && cx.walk.route.is_some()) else { continue };
        let mut files = Vec::new();
        made_of(cx, &sink.site.item.file, name, &mut files);
        for (file, shown) in files {
            for one in shown.iter().filter(|one| tells(sink, one)) {
                let place = Place { file: file.clone(), span: one.span };
                if !out.iter().any(|known| known.elsewhere.as_ref() == Some(&place)) {
                    out.push(told(sink, one, place));
                }
            }
        }
    }
}

/// Templates in templates that are looked into.
const MOST: usize = 12;

/// A template, and those that it is made of. Of several that are called so it is the one nearest to whoever asks for it.
fn made_of<'p>(cx: &RuleCx<'p>, from: &FileId, name: &str, files: &mut Vec<(&'p FileId, &'p [Shown])>) {
    let said = cx.project.files().filter_map(|(file, known)| Some((file, known.said.as_deref()?)));
    let called = said.filter(|(file, said)| (!said.shown.is_empty() || !said.parts.is_empty()) && is_called(file, name));
    let Some((file, said)) = nearest(from, called.collect()) else { return };
    if files.len() >= MOST || files.iter().any(|(known, _)| *known == file) {
        return;
    }
    files.push((file, &said.shown));
    for part in &said.parts {
        made_of(cx, file, part, files);
    }
}

fn tells(sink: &Sink, one: &Shown) -> bool {
    let [root, rest @ ..] = one.path.as_slice() else { return false };
    if rest.last().is_some_and(|name| is_made_to_be_seen(name)) {
        return false;
    }
    match given_to_template(sink, root) {
        Some(value) => is_settings(&value, rest, 0),
        None => sink.client == "flask" && root == "config" && rest.len() < 2 && !sink.args.iter().any(|arg| arg.spread),
    }
}

/// Does the way lead into settings as a whole? Single secrets and the environment are told of where they are given to the template.
fn is_settings(value: &Value, rest: &[Name], depth: u32) -> bool {
    if value.symbol().is_some_and(|symbol| matches!(&symbol.root, Root::Request(part) if part == "settings") && symbol.path.is_empty()) {
        return true;
    }
    match (value.kind(), rest) {
        (Kind::Object(object), [first, rest @ ..]) if depth < 6 => object.get(first).0.is_some_and(|value| is_settings(value, rest, depth + 1)),
        _ => false,
    }
}

fn told(sink: &Sink, one: &Shown, place: Place) -> Raw {
    let mut raw = Raw::new(&META, sink.site.clone(), Confidence::Proven);
    raw.impact = Some(Impact::Critical);
    raw.detail = "template".into();
    raw.elsewhere = Some(place);
    let names: Vec<&str> = one.path.iter().map(Name::as_str).collect();
    raw.message = match names.as_slice() {
        [whole] => format!("`{whole}` is written into the page as a whole, where anyone who opens it can read every key and password in it"),
        _ => {
            format!("`{}` is written into the page, where anyone who opens it can read it: they can use it as if they were you", names.join("."))
        }
    };
    raw.related.push((RawPlace::Site(sink.site.clone()), "the page is filled in here".to_owned()));
    raw
}
