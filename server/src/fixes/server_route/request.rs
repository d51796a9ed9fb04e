//! `fetch(address, { method: "POST", headers: { ... } })`, one header of which holds the key.

use super::key::{Constant, KeyIs, Sought, field, text_of, without_gaps};
use super::library::{Fields, fields, settings};
use super::scaffold::quoted;
use crate::fixes::edits::Edits;
use crate::fixes::literal::Code;
use crate::fixes::remove_entry;
use crate::model::{CallKind, Entry, ExprId, ExprKind, Key, Placed, Segment};
use crate::text::{Name, Span};

pub struct Request {
    pub address: String,
    address_span: Span,
    /// The whole call.
    call: Span,
    /// What it sends: the object, or what else the body is.
    pub sent: Option<Span>,
    /// The header with the key, and what stands before the key in its value.
    secret: (String, String),
    /// The other headers, whose values are known.
    headers: Vec<(String, String)>,
    /// What is sent is an object.
    pub is_object: bool,
    /// The settings that are written in it: the page does not choose them any more.
    pub settled: Vec<(Name, String)>,
    pub fields: Option<Fields>,
    /// What goes: the header, and the constant that only it used.
    leaves: Vec<Span>,
}

impl Request {
    /// The one request of the file that carries the key. `within`: it holds this place.
    pub fn of(code: &Code<'_>, key: &KeyIs<'_>, within: Option<Span>) -> Option<Request> {
        let constant = Constant::of(code, key);
        let mut found = None;
        for placed in &code.model.segments {
            for id in (0..placed.segment.exprs.len() as u32).map(ExprId) {
                let is_it = within.is_none_or(|within| placed.absolute(placed.segment[id].span).contains(within));
                let Some(request) = is_it.then(|| Request::at(code, placed, id, key, constant.as_ref())).flatten() else { continue };
                if found.replace(request).is_some() {
                    return None;
                }
            }
        }
        found
    }

    fn at(code: &Code<'_>, placed: &Placed, id: ExprId, key: &KeyIs<'_>, constant: Option<&Constant>) -> Option<Request> {
        let segment = &placed.segment;
        let ExprKind::Call { callee, args, kind: CallKind::Plain, .. } = &segment[id].kind else { return None };
        let [address, options] = args.as_slice() else { return None };
        let (ExprKind::Name(callee), ExprKind::Str(text)) = (&segment[*callee].kind, &segment[address.value].kind) else { return None };
        if callee != "fetch" || text_of(segment, field(segment, options.value, "method")?)? != "POST" {
            return None;
        }
        let ExprKind::Object(entries) = &segment[field(segment, options.value, "headers")?].kind else { return None };
        let (mut secret, mut headers) = (None, Vec::new());
        for entry in entries {
            let Entry::Field { key: Key::Name(name), value, span, .. } = entry else { return None };
            let sought = Sought { code, placed, key, constant };
            match (sought.before_key(*value), text_of(segment, *value)) {
                (Some((before, through)), _) if secret.is_none() => secret = Some((name.to_string(), before, placed.absolute(*span), through)),
                (None, Some(text)) => headers.push((name.to_string(), text)),
                _ => return None,
            }
        }
        let (name, before, span, through) = secret?;
        let mut leaves = vec![remove_entry::extent(&code.text, span)?];
        if through {
            leaves.push(constant?.leaves?);
        }
        let body = field(segment, options.value, "body");
        let sent = body.and_then(|body| stringified(segment, body));
        let settled = sent.map_or_else(Vec::new, |object| settings(code, placed, object));
        let of = |id: ExprId| placed.absolute(segment[id].span);
        Some(Request {
            call: of(id),
            sent: sent.or(body).map(of),
            is_object: sent.is_some(),
            fields: sent.and_then(|object| fields(placed, object)),
            settled,
            address: text.to_string(),
            address_span: placed.absolute(segment[address.value].span),
            secret: (name, before),
            headers,
            leaves,
        })
    }

    /// All headers, as code; `key` is what the key is called there.
    pub fn headers_with(&self, key: &str) -> impl Iterator<Item = (&str, String)> {
        let (name, before) = &self.secret;
        let value = if before.is_empty() { key.to_owned() } else { format!("`{before}${{{key}}}`") };
        self.headers.iter().map(|(name, value)| (name.as_str(), quoted(value))).chain([(name.as_str(), value)])
    }

    /// Has something else in the place of the call.
    pub fn replace(&self, code: &Code<'_>, call: String, edits: &mut Edits) {
        edits.replace(&code.file, self.call, call);
        let outside = self.leaves.iter().filter(|span| !self.call.contains(**span)).copied().collect::<Vec<_>>();
        without_gaps(&code.text, &outside).into_iter().for_each(|span| edits.replace(&code.file, span, ""));
    }

    /// Asks the route at `address` instead.
    pub fn redirect(&self, code: &Code<'_>, address: &str, edits: &mut Edits) {
        edits.replace(&code.file, self.address_span, quoted(address));
        without_gaps(&code.text, &self.leaves).into_iter().for_each(|span| edits.replace(&code.file, span, ""));
    }
}

/// The object in `JSON.stringify({ .. })`.
fn stringified(segment: &Segment, body: ExprId) -> Option<ExprId> {
    let ExprKind::Call { callee, args, .. } = &segment[body].kind else { return None };
    let is_it = matches!(&segment[*callee].kind, ExprKind::Member { name, .. } if name == "stringify");
    args.first().map(|arg| arg.value).filter(|value| is_it && matches!(segment[*value].kind, ExprKind::Object(_)))
}
