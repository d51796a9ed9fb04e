//! A session's cookie that goes along with what any website sends, in an application that reads forms and asks of none where it came from.

use super::{HARM, META};
use crate::facts::event::Effect;
use crate::facts::names;
use crate::facts::value::Kind;
use crate::model::ExprKind;
use crate::rules::options::{Options, Said, default_of};
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, FixPlan, Impact};
use crate::text::{FileId, Name};

pub(super) fn sent_everywhere(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    if effect.kind != "session" {
        return None;
    }
    let under = default_of(effect, "under");
    let all = Options::of(effect);
    let options = if under.is_empty() { all } else { all.under(under)? };
    let Said::Value(value) = options.get("sameSite") else { return None };
    let is_none = matches!(value.kind(), Kind::Str(text) if text.eq_ignore_ascii_case("none"));
    let file = &effect.site.item.file;
    if !is_none || !says_anything(cx, file, &|name| name == "urlencoded") || says_anything(cx, file, &asks_where_from) {
        return None;
    }
    let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Likely);
    raw.impact = Some(Impact::Medium);
    raw.detail = "same-site".into();
    raw.message = format!("`sameSite: \"none\"` sends the session along with the forms of every website, and nothing asks where a form came from: {HARM}");
    raw.plans.extend(cx.project.place(&effect.site).map(|call| FixPlan::SetOptions {
        call,
        at: Some(0),
        way: if under.is_empty() { Vec::new() } else { vec![Name::from(under)] },
        entries: vec![(Name::new_static("sameSite"), Name::new_static("\"lax\""))],
        title: Name::new_static("Send the session along with this site's own forms only"),
    }));
    Some(raw)
}

/// What asks for a token, or looks where a request came from.
fn asks_where_from(name: &str) -> bool {
    let is_it = |word: &String| matches!(word.as_str(), "csrf" | "xsrf" | "csurf" | "lusca" | "origin" | "referer" | "xhr" | "site");
    names::words(name).iter().any(is_it)
}

/// Is anything called so in the file that sets the session up, which says as well what runs before all routes?
fn says_anything(cx: &RuleCx<'_>, file: &FileId, is_it: &dyn Fn(&str) -> bool) -> bool {
    let model = cx.project.file(file).and_then(|known| known.model.as_ref());
    model.into_iter().flat_map(|model| &model.segments).any(|placed| {
        placed.segment.exprs.iter().any(|expr| match &expr.kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => is_it(name),
            ExprKind::Str(text) => text.len() < 40 && is_it(text),
            _ => false,
        })
    })
}
