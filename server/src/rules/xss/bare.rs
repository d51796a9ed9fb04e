//! Templates of a library that escapes nothing unless it is told to: `jinja2.Template(text).render(name=name)`.

use super::{META, message};
use crate::facts::event::Effect;
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Kind, Value};
use crate::rules::called::{chain, name, named};
use crate::rules::input::Input;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, FixPlan};

/// Endings of names of templates that become no page.
const OTHER: &[&str] = &["txt", "text", "md", "sql", "tex", "csv", "json", "yml", "yaml", "toml", "ini", "conf", "cfg", "sh", "py"];

pub(super) fn check(cx: &RuleCx<'_>, effect: &Effect, out: &mut Vec<Raw>) {
    if escapes(effect) || becomes_no_page(effect) {
        return;
    }
    for arg in &effect.args {
        let found = match arg.value.kind() {
            Kind::Object(object) => object.fields.iter().find_map(|(_, value)| judge(value, effect)),
            _ => judge(&arg.value, effect),
        };
        let Some(input) = found else { continue };
        let mut raw = Raw::new(&META, arg.site.clone(), input.confidence);
        raw.detail = "bare".into();
        raw.message = message(&input);
        raw.also(effect.site.clone(), "a template of Jinja escapes nothing unless `autoescape` is on".to_owned());
        if let Some(source) = &input.source {
            raw.also(source.clone(), "it comes from here".to_owned());
        }
        if let (Some(place), false) = (cx.project.place(&arg.site), matches!(arg.value.kind(), Kind::Object(_))) {
            raw.plans.push(FixPlan::EscapeMarkup { holes: vec![place] });
        }
        out.push(raw);
        return;
    }
}

fn judge(value: &Value, effect: &Effect) -> Option<Input> {
    let input = Input::of(value, Cleanings::HTML, &effect.facts, None).filter(|input| input.part.is_request() && input.part != Part::Method)?;
    // A link cannot set a cookie or a header.
    let confidence = if matches!(input.part, Part::Cookies | Part::Headers) { Confidence::Possible } else { input.confidence };
    Some(Input { confidence, ..input })
}

/// What made the template was told to escape, or by something that cannot be seen.
fn escapes(effect: &Effect) -> bool {
    let is_off = |value: &Value| matches!(value.kind(), Kind::Bool(false) | Kind::Null);
    chain(&effect.of)
        .filter(|library| library.step == "()")
        .any(|made| made.args.iter().any(|arg| arg.spread) || named(&made.args, "autoescape").is_some_and(|arg| !is_off(&arg.value)))
}

fn becomes_no_page(effect: &Effect) -> bool {
    let called = chain(&effect.of).find(|library| library.step == "()" && library.receiver.as_ref().is_some_and(|called| name(called) == "get_template"));
    let file = called.and_then(|library| library.args.first()).and_then(|arg| arg.value.as_str());
    file.is_some_and(|file| {
        file.trim_end_matches(".j2").trim_end_matches(".jinja2").trim_end_matches(".jinja").rsplit_once('.').is_some_and(|(_, ending)| OTHER.contains(&ending))
    })
}
