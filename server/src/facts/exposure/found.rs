//! What a value is made of, as far as it matters who is given which key: variables, names, and the address of a vendor among them.

use super::env;
use super::table::{EXPOSURE, Vendor};
use crate::model::{Entry, ExprId, ExprKind, Key, Segment, TemplatePart};
use crate::text::{Name, Span};

/// Where a key comes from, as far as the expression says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeySource {
    Env(Name),
    /// A name of the file, or a field of `this`.
    Local(Name),
    Text,
}

/// A value that is part of what a call is given.
#[derive(Clone, PartialEq, Debug)]
pub struct KeyUse {
    /// Which argument it is part of.
    pub(super) argument: usize,
    pub source: KeySource,
    pub span: Span,
    /// It stands in a header or field for a key, or behind `?key=`.
    pub(super) is_key: bool,
}

/// Where in the arguments of a call something stands.
#[derive(Clone, Copy, Default)]
pub(super) struct At {
    pub argument: usize,
    /// Whatever stands here is (part of) a key.
    pub is_key: bool,
    depth: u32,
}

impl At {
    pub fn argument(argument: usize) -> At {
        At { argument, ..At::default() }
    }

    /// The value of a field, which takes a key or something else.
    pub fn place(is_key: bool) -> At {
        At { is_key, ..At::default() }
    }
}

/// Nothing deeper in an argument is looked at.
const DEEPEST: u32 = 6;
/// More parts of one argument are not looked at.
const MOST_KEYS: usize = 24;

#[derive(Default)]
pub(super) struct Found {
    pub keys: Vec<KeyUse>,
    pub vendor: Option<&'static Vendor>,
    /// There is a text in it.
    pub text: bool,
    /// The text before ends with `?key=`.
    asks: bool,
}

impl Found {
    pub fn in_value(segment: &Segment, value: ExprId) -> Found {
        let mut found = Found::default();
        found.add(segment, value, At::default());
        found
    }

    pub fn add(&mut self, segment: &Segment, expr: ExprId, at: At) {
        if at.depth > DEEPEST || self.keys.len() >= MOST_KEYS {
            return;
        }
        let span = segment[expr].span;
        if let Some(name) = env::read(segment, expr) {
            return self.key(KeySource::Env(name), span, at);
        }
        let below = At { depth: at.depth + 1, ..at };
        match &segment[expr].kind {
            ExprKind::Name(name) => self.key(KeySource::Local(name.clone()), span, at),
            ExprKind::Member { base, name, .. } => match &segment[*base].kind {
                ExprKind::This => self.key(KeySource::Local(name.clone()), span, at),
                ExprKind::Name(_) => self.add(segment, *base, below),
                _ => {}
            },
            ExprKind::Str(text) => self.text(text),
            ExprKind::Template(parts) => {
                for part in parts {
                    match part {
                        TemplatePart::Text(text, _) => self.text(text),
                        TemplatePart::Hole(hole, _) => self.add(segment, *hole, below),
                    }
                }
            }
            ExprKind::Object(entries) => {
                for entry in entries {
                    let (value, is_key) = match entry {
                        Entry::Field { key: Key::Name(name), value, .. } => (*value, at.is_key || EXPOSURE.is_key_field(name)),
                        Entry::Field { value, .. } | Entry::Spread { value, .. } => (*value, at.is_key),
                    };
                    self.asks = false;
                    self.add(segment, value, At { is_key, ..below });
                }
            }
            ExprKind::Binary { left, right, .. } | ExprKind::Logical { left, right, .. } => {
                self.add(segment, *left, below);
                self.add(segment, *right, below);
            }
            ExprKind::Cond { then, otherwise, .. } => {
                self.add(segment, *then, below);
                self.add(segment, *otherwise, below);
            }
            // `String(key)`, `new Headers({ ... })`
            ExprKind::Call { args, .. } => args.iter().take(2).for_each(|arg| self.add(segment, arg.value, below)),
            _ => {}
        }
    }

    fn key(&mut self, source: KeySource, span: Span, at: At) {
        let is_key = at.is_key || std::mem::take(&mut self.asks);
        self.keys.push(KeyUse { argument: at.argument, source, span, is_key });
    }

    fn text(&mut self, text: &str) {
        self.text = true;
        self.asks = asks_for_key(text);
        if self.vendor.is_none() {
            self.vendor = EXPOSURE.vendor_of_address(text);
        }
    }
}

/// `https://api.acme.io/v1?key=`, `&api_key=`: what is put behind it is a key.
fn asks_for_key(text: &str) -> bool {
    let field = text.strip_suffix('=').and_then(|text| text.rsplit_once(['?', '&']));
    field.is_some_and(|(_, field)| EXPOSURE.is_key_field(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_ask_for_keys() {
        assert!(asks_for_key("https://api.acme.io/v1?key=") && asks_for_key("&api_key="));
        assert!(!asks_for_key("https://api.acme.io/v1?model=") && !asks_for_key("key=") && !asks_for_key("?key=1"));
    }
}
