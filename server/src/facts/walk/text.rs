//! Strings that are put together.

use std::sync::Arc;

use super::Walker;
use crate::facts::check::{Root, Symbol};
use crate::facts::taint::{Cleanings, Part, Taint};
use crate::facts::value::{Argument, Kind, Library, Piece, Seq, Text, Value};
use crate::model::TemplatePart;
use crate::text::{Name, Span};

/// Pieces beyond this are one hole.
const MOST_PIECES: usize = 128;
/// A path of Python's that is an object.
const PATH: &str = "pathlib#Path()";

impl Walker<'_> {
    pub(super) fn template(&mut self, parts: &[TemplatePart]) -> Value {
        let mut text = Text::default();
        let segment = self.frame().segment.clone();
        for part in parts {
            match part {
                TemplatePart::Text(literal, _) => push_literal(&mut text, literal),
                TemplatePart::Hole(expr, _) => {
                    let value = self.eval(*expr);
                    self.push_value(&mut text, &value, segment[*expr].span);
                }
            }
        }
        finish(text)
    }

    /// `a + b`: text if either is text, a number if both are, a list if both are lists.
    pub(super) fn concat(&mut self, a: &Value, a_span: Span, b: &Value, b_span: Span) -> Value {
        let is_text = |value: &Value| match value.kind() {
            Kind::Str(_) | Kind::Text(_) => true,
            Kind::Union(alternatives) => alternatives.iter().any(|a| matches!(a.value.kind(), Kind::Str(_) | Kind::Text(_))),
            _ => false,
        };
        if let (Kind::Seq(x), Kind::Seq(y)) = (a.kind(), b.kind()) {
            let items = x.items.iter().chain(&y.items).cloned().collect();
            let rest = x.rest.clone().or_else(|| y.rest.clone());
            return Value::new(Kind::Seq(Arc::new(Seq { items, rest })));
        }
        if matches!((a.kind(), b.kind()), (Kind::Number(_), Kind::Number(_))) {
            return Value::number().with_taint(a.taint().join(b.taint()));
        }
        if !is_text(a) && !is_text(b) && (self.python() || !is_sent_text(a, b) && !is_sent_text(b, a)) {
            return Value::unknown().with_taint(a.taint().join(b.taint()));
        }
        let mut text = Text::default();
        self.push_value(&mut text, a, a_span);
        self.push_value(&mut text, b, b_span);
        finish(text)
    }

    /// Python's `"... %s" % (x, y)`.
    pub(super) fn percent(&mut self, format: &Value, args: &Value, span: Span) -> Value {
        let values: Vec<Value> = match args.kind() {
            Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).cloned().collect(),
            Kind::Object(object) => object.fields.iter().map(|(_, value)| value.clone()).collect(),
            _ => vec![args.clone()],
        };
        let Some(pattern) = format.as_str().cloned() else {
            let taint = values.iter().fold(format.taint().clone(), |taint, value| taint.join(value.taint()));
            return Value::unknown().with_taint(taint);
        };
        let mut text = Text::default();
        let mut values = values.into_iter();
        let mut rest = &*pattern;
        while let Some(at) = rest.find('%') {
            push_literal(&mut text, &rest[..at]);
            let after = &rest[at + 1..];
            let name_end = if after.starts_with('(') { after.find(')').map_or(0, |end| end + 1) } else { 0 };
            let Some(kind) = after[name_end..].char_indices().find(|(_, c)| c.is_ascii_alphabetic() || *c == '%') else { break };
            rest = &after[name_end + kind.0 + kind.1.len_utf8()..];
            if kind.1 == '%' {
                push_literal(&mut text, "%");
                continue;
            }
            let value = values.next().unwrap_or_else(Value::unknown);
            let value = if matches!(kind.1, 'd' | 'i' | 'f' | 'x') { value.with_taint(value.taint().cleaned(Cleanings::ALL)) } else { value };
            self.push_value(&mut text, &value, span);
        }
        push_literal(&mut text, rest);
        finish(text)
    }

    /// Python's `"... {} {name}".format(x, name=y)`.
    pub(super) fn format(&mut self, pattern: &str, args: &[Argument], span: Span) -> Value {
        let mut text = Text::default();
        let mut positional = args.iter().filter(|arg| arg.name.is_empty() && !arg.spread);
        let mut rest = pattern;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(at);
            push_literal(&mut text, before);
            if after.starts_with("{{") || after.starts_with("}}") {
                push_literal(&mut text, &after[..1]);
                rest = &after[2..];
                continue;
            }
            let Some(end) = after.find('}').filter(|_| after.starts_with('{')) else {
                rest = &after[1..];
                continue;
            };
            let asked = after[1..end].split(['!', ':']).next().unwrap_or_default();
            let (field, inside) = asked.split_at(asked.find(['.', '[']).unwrap_or(asked.len()));
            let given = if field.is_empty() {
                positional.next()
            } else if let Ok(at) = field.parse::<usize>() {
                args.iter().filter(|arg| arg.name.is_empty()).nth(at)
            } else {
                args.iter().find(|arg| arg.name == field)
            };
            // `format(**values)`
            let spread = || args.iter().find(|arg| arg.spread && !field.is_empty());
            let (value, site) = match given {
                Some(arg) => (arg.value.clone(), arg.site.span),
                None => match spread() {
                    Some(arg) => (self.member(&arg.value.clone(), &Name::from(field)), arg.site.span),
                    None => (Value::unknown(), span),
                },
            };
            // `{0[name]}`, `{user.email}`
            let value = inside.split(['.', '[', ']']).filter(|step| !step.is_empty()).take(8).fold(value, |value, step| match value.kind() {
                Kind::Seq(_) => self.element_of(&value),
                _ => self.member(&value, &Name::from(step)),
            });
            self.push_value(&mut text, &value, site);
            rest = &after[end + 1..];
        }
        push_literal(&mut text, rest);
        finish(text)
    }

    /// `page.replace("{{name}}", name)`: where what is put in stands is known if the text is. Of anything else it is text with
    /// something of somebody else's in it.
    pub(super) fn replaced(&mut self, base: &Value, args: &[Argument], span: Span) -> Option<Value> {
        let [looked_for, put, ..] = args else { return None };
        if looked_for.value.as_str().is_none() && puts_into_element(&put.value) && !matches!(base.kind(), Kind::Str(_) | Kind::Text(_)) {
            // What is found is put into an element, and what stands around it becomes markup, too.
            return Some(base.with_taint(base.taint().cleaned(Cleanings::RENDERED)).without_symbol());
        }
        let is_text = matches!(put.value.kind(), Kind::Unknown | Kind::Library(_) | Kind::Text(_) | Kind::Union(_)) && !put.value.taint().is_empty();
        if args.len() > 3 || args.iter().any(|arg| !arg.name.is_empty() || arg.spread) || !is_text {
            return None;
        }
        let needle = looked_for.value.as_str().filter(|needle| !needle.is_empty())?.clone();
        let mut text = Text::default();
        match base.kind() {
            Kind::Str(all) => {
                for (i, part) in all.split(&*needle).enumerate().take(MOST_PIECES) {
                    if i > 0 {
                        self.push_value(&mut text, &put.value, put.site.span);
                    }
                    push_literal(&mut text, part);
                }
            }
            _ => {
                self.push_value(&mut text, base, span);
                self.push_value(&mut text, &put.value, put.site.span);
            }
        }
        Some(finish(text))
    }

    /// `pieces.join(separator)`.
    pub(super) fn joined(&mut self, separator: &Value, list: &Value, span: Span) -> Value {
        let mut text = Text::default();
        match list.kind() {
            Kind::Seq(seq) => {
                for (i, item) in seq.items.iter().chain(&seq.rest).enumerate() {
                    if i > 0 {
                        self.push_value(&mut text, separator, span);
                    }
                    self.push_value(&mut text, item, span);
                }
                if seq.rest.is_some() {
                    self.push_value(&mut text, separator, span);
                }
            }
            // What was added on some of the ways may be there.
            Kind::Union(alternatives) if alternatives.iter().all(|alternative| matches!(alternative.value.kind(), Kind::Seq(_))) => {
                let length = |value: &Value| if let Kind::Seq(seq) = value.kind() { seq.items.len() + usize::from(seq.rest.is_some()) } else { 0 };
                let longest = alternatives.iter().max_by_key(|alternative| length(&alternative.value));
                return longest.map_or_else(Value::unknown, |longest| self.joined(separator, &longest.value, span));
            }
            Kind::Union(_) => return list.map(|list| self.joined(separator, list, span)),
            Kind::Object(object) if self.python() => return self.joined(separator, &super::element::keys_of(object, list), span),
            _ => return Value::unknown().with_taint(list.taint().join(separator.taint())),
        }
        finish(text)
    }

    /// In Python a text is divided by nothing but a path.
    pub(super) fn is_path(&self, a: &Value, b: &Value) -> bool {
        let paths = self.catalogue().named(PATH);
        let is_made = |value: &Value| value.as_library().is_some_and(|library| library.states.iter().any(|state| paths.contains(state)));
        let is_text = matches!(b.kind(), Kind::Str(_) | Kind::Text(_)) || matches!(b.kind(), Kind::Unknown) && b.taint().reaches(Cleanings::ALL);
        is_made(a) || is_made(b) || is_text
    }

    /// `folder / name`.
    pub(super) fn joined_path(&mut self, a: &Value, a_span: Span, b: &Value, b_span: Span) -> Value {
        let given =
            [(a, a_span), (b, b_span)].map(|(value, span)| Argument { name: Name::default(), value: value.clone(), site: self.site(span), spread: false });
        let states = self.catalogue().named(PATH);
        let site = self.site(Span::new(a_span.start, b_span.end));
        let library = Library { package: "pathlib".into(), step: "()".into(), states, args: given.to_vec(), site: Some(site), ..Library::default() };
        let value = Value::new(Kind::Library(Arc::new(library)));
        let taint = a.taint().join(b.taint());
        if taint.is_empty() {
            return value;
        }
        let part = Name::new_static("*path*");
        let symbol = super::tested::only_from_outside(&[a.clone(), b.clone()]).unwrap_or_else(|| {
            self.calls += 1;
            Symbol::new(Root::Call(self.calls))
        });
        value.with_symbol(symbol.member(&part)).with_taint(taint)
    }

    fn push_value(&mut self, text: &mut Text, value: &Value, span: Span) {
        if text.pieces.len() > MOST_PIECES {
            return;
        }
        let value = self.refined(value.clone());
        match value.kind() {
            Kind::Str(literal) => push_literal(text, literal),
            Kind::Number(number) if !number.is_empty() => push_literal(text, number),
            Kind::Text(inner) => {
                for piece in &inner.pieces {
                    match piece {
                        Piece::Literal(literal) => push_literal(text, literal),
                        hole => text.pieces.push(hole.clone()),
                    }
                }
            }
            _ => {
                let site = self.site(span);
                text.pieces.push(Piece::Hole { value, site });
            }
        }
    }
}

/// What a caller sent, next to something else: whatever that is, text comes of it. Two numbers of a body may be a sum.
fn is_sent_text(value: &Value, other: &Value) -> bool {
    let is_sent = |value: &Value| value.taint().iter().any(|origin| origin.part.is_request());
    let is_always_text = value.taint().iter().any(|origin| matches!(origin.part, Part::Params | Part::Query | Part::Path | Part::Headers | Part::Cookies));
    matches!(value.kind(), Kind::Unknown | Kind::Library(_))
        && !matches!(other.kind(), Kind::Number(_))
        && is_sent(value)
        && (is_always_text || !is_sent(other))
}

/// `<mark>${term}</mark>`, `<b>$1</b>`
fn puts_into_element(put: &Value) -> bool {
    let opens = |text: &str| text.split('<').skip(1).any(|rest| rest.starts_with(|first: char| first.is_ascii_alphabetic()));
    match put.kind() {
        Kind::Str(text) => opens(text) && (text.contains('$') || text.contains('\\')),
        Kind::Text(text) => text.pieces.iter().any(|piece| matches!(piece, Piece::Literal(literal) if opens(literal))),
        _ => false,
    }
}

fn push_literal(text: &mut Text, literal: &str) {
    if literal.is_empty() {
        return;
    }
    match text.pieces.last_mut() {
        Some(Piece::Literal(last)) if last.len() + literal.len() < 64 * 1024 => *last = Arc::from(format!("{last}{literal}")),
        Some(Piece::Literal(_)) => {}
        _ => text.pieces.push(Piece::Literal(Arc::from(literal))),
    }
}

/// One literal is a string; anything else is text with the taint of its holes.
fn finish(text: Text) -> Value {
    match text.pieces.as_slice() {
        [] => Value::str(""),
        [Piece::Literal(only)] => Value::str(only.clone()),
        pieces => {
            let taint = pieces.iter().fold(Taint::none(), |taint, piece| match piece {
                Piece::Hole { value, .. } => taint.join(value.taint()),
                Piece::Literal(_) => taint,
            });
            Value::new(Kind::Text(Arc::new(text))).with_taint(taint)
        }
    }
}
