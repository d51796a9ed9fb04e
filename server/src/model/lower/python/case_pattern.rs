//! The patterns of `case`: what they compare the subject with, and what they bind.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::kind::{Field, Kind};
use super::{Part, Reader};
use crate::model::{ExprId, ExprKind, Key, ObjectPatternEntry, PatternId, PatternKind, SequencePatternItem, UnaryOp};
use crate::text::{Name, Span};

/// When a pattern fits.
pub(super) enum Test {
    Always,
    Equals(ExprId),
    /// One of them, each with the place it is written at.
    Any(Vec<(Test, Span)>),
    /// The subject has a structure; the expressions that describe it.
    Structure(Vec<ExprId>),
}

/// A binding of the subject (`whole`), or of something that comes out of it.
pub(super) struct Capture {
    pub pattern: PatternId,
    pub whole: bool,
}

#[derive(Default)]
pub(super) struct Captures {
    list: Vec<Capture>,
    /// Names that are bound without a place of their own in a pattern. Alternatives bind the same ones.
    loose: FxHashSet<Name>,
}

impl Captures {
    pub(super) fn into_list(self) -> Vec<Capture> {
        self.list
    }
}

/// Where a pattern stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is the case's pattern.
    Whole,
    /// It is the part of a pattern that says where it lies in the subject.
    Part,
    /// Nothing says where what it binds comes from: in an alternative, or an argument of a class by position.
    Nowhere,
}

/// A pattern read: its test, and what it binds at its place.
type Fit = (Test, Option<PatternId>);

impl<'t, 'n> Reader<'t, 'n> {
    /// The test of a case with `patterns`, which are a sequence if they are several.
    pub(super) fn case_test(&mut self, patterns: &[Part<'n>], captures: &mut Captures) -> Test {
        let (test, pattern) = match patterns {
            [only] => self.fit(std::slice::from_ref(only), Place::Whole, captures),
            [] => (Test::Structure(Vec::new()), None),
            [first, .., last] => {
                let span = Span::new(self.span(first.node).start, self.span(last.node).end);
                self.sequence_fit(span, patterns, Place::Whole, captures)
            }
        };
        if let Some(pattern) = pattern {
            captures.list.insert(0, Capture { pattern, whole: true });
        }
        test
    }

    /// Reads one pattern: a node, or a minus and a number.
    fn fit(&mut self, parts: &[Part<'n>], place: Place, captures: &mut Captures) -> Fit {
        let Some(part) = parts.iter().find(|part| !matches!(part.kind, Kind::Minus | Kind::Pipe | Kind::Equals)).copied() else {
            return (Test::Structure(Vec::new()), None);
        };
        let span = self.span(part.node);
        if !self.down() {
            self.skip(part.node);
            return (Test::Structure(Vec::new()), None);
        }
        let fit = match part.kind {
            Kind::Underscore => (Test::Always, None),
            Kind::CasePattern => {
                let parts = self.parts(part.node);
                self.fit(&parts, place, captures)
            }
            Kind::DottedName if self.text(part.node).contains('.') => (Test::Equals(self.dotted_name(part.node)), None),
            Kind::DottedName => (Test::Always, self.capture(self.name(part.node), span, place, captures)),
            Kind::AsPattern => self.as_fit(part.node, place, captures),
            Kind::UnionPattern => self.union_fit(part.node, captures),
            Kind::TuplePattern | Kind::ListPattern => {
                let parts = self.parts(part.node);
                match parts.as_slice() {
                    [only] if part.kind == Kind::TuplePattern && !self.has_comma(part.node) => self.fit(std::slice::from_ref(only), place, captures),
                    several => self.sequence_fit(span, several, place, captures),
                }
            }
            Kind::SplatPattern => {
                let parts = self.parts(part.node);
                let name = parts.iter().find(|part| part.kind == Kind::Identifier).copied();
                (Test::Always, name.and_then(|name| self.capture(self.name(name.node), self.span(name.node), place, captures)))
            }
            Kind::DictPattern => self.mapping_fit(part.node, place, captures),
            Kind::ClassPattern => self.class_fit(part.node, place, captures),
            Kind::KeywordPattern => {
                let parts = self.parts(part.node);
                self.fit(parts.get(1..).unwrap_or_default(), place, captures)
            }
            _ => {
                let mut value = self.expr(part);
                if let Some(minus) = parts.iter().find(|part| part.kind == Kind::Minus) {
                    let span = Span::new(self.span(minus.node).start, span.end);
                    value = self.new_expr(span, ExprKind::Unary { op: UnaryOp::Minus, operand: value });
                }
                (Test::Equals(value), None)
            }
        };
        self.up();
        fit
    }

    fn capture(&mut self, name: Name, span: Span, place: Place, captures: &mut Captures) -> Option<PatternId> {
        if place != Place::Nowhere {
            return Some(self.cx.builder.pattern(span, PatternKind::Name(name)));
        }
        if captures.loose.insert(name.clone()) {
            let pattern = self.cx.builder.pattern(span, PatternKind::Name(name));
            captures.list.push(Capture { pattern, whole: false });
        }
        None
    }

    /// `pattern as name`.
    fn as_fit(&mut self, node: Node<'n>, place: Place, captures: &mut Captures) -> Fit {
        let parts = self.parts(node);
        let (test, inner) = match parts.first() {
            Some(first) => self.fit(std::slice::from_ref(first), place, captures),
            None => (Test::Always, None),
        };
        let Some(name) = parts.get(1) else { return (test, inner) };
        let (name, span) = (self.name(name.node), self.span(name.node));
        let pattern = match (inner, place) {
            (None, _) => self.capture(name, span, place, captures),
            (Some(inner), Place::Whole) => {
                let pattern = self.cx.builder.pattern(span, PatternKind::Name(name));
                captures.list.push(Capture { pattern, whole: true });
                Some(inner)
            }
            (Some(inner), _) => {
                self.capture(name, span, Place::Nowhere, captures);
                Some(inner)
            }
        };
        (test, pattern)
    }

    /// `a | -1 | c.d`.
    fn union_fit(&mut self, node: Node<'n>, captures: &mut Captures) -> Fit {
        let parts = self.parts(node);
        let mut tests = Vec::new();
        for alternative in parts.split(|part| part.kind == Kind::Pipe) {
            let (Some(first), Some(last)) = (alternative.first(), alternative.last()) else { continue };
            let span = Span::new(self.span(first.node).start, self.span(last.node).end);
            tests.push((self.fit(alternative, Place::Nowhere, captures).0, span));
        }
        (Test::Any(tests), None)
    }

    fn sequence_fit(&mut self, span: Span, parts: &[Part<'n>], place: Place, captures: &mut Captures) -> Fit {
        let inside = inside(place);
        let mut read = Vec::new();
        let mut bound = Vec::new();
        for part in parts {
            let (test, pattern) = self.fit(std::slice::from_ref(part), inside, captures);
            flatten(test, &mut read);
            bound.push(pattern);
        }
        if bound.iter().all(Option::is_none) {
            return (Test::Structure(read), None);
        }
        let items = parts.iter().zip(bound).map(|(part, pattern)| SequencePatternItem {
            pattern: pattern.unwrap_or_else(|| self.ignore(*part)),
            // `*rest` is a case pattern of its own.
            rest: self.text(part.node).starts_with('*'),
        });
        let items = items.collect();
        (Test::Structure(read), Some(self.cx.builder.pattern(span, PatternKind::Sequence { items })))
    }

    /// `{"key": pattern, **rest}`.
    fn mapping_fit(&mut self, node: Node<'n>, place: Place, captures: &mut Captures) -> Fit {
        let span = self.span(node);
        let inside = inside(place);
        let parts = self.parts(node);
        let mut read = Vec::new();
        let mut entries = Vec::new();
        let mut rest = None;
        let mut key = None;
        for part in parts {
            match part.kind {
                Kind::Minus => {}
                Kind::SplatPattern => rest = self.fit(&[part], inside, captures).1,
                _ if part.field == Field::Value => {
                    let place = if key.is_some() { inside } else { Place::Nowhere };
                    let (test, pattern) = self.fit(&[part], place, captures);
                    flatten(test, &mut read);
                    if let (Some(pattern), Some((name, key_span))) = (pattern, key.take()) {
                        entries.push(ObjectPatternEntry { key: Key::Name(name), key_span, pattern });
                    }
                }
                _ => {
                    key = self.literal_key(part).map(|name| (name, self.span(part.node)));
                    let (test, _) = self.fit(&[part], Place::Nowhere, captures);
                    flatten(test, &mut read);
                }
            }
        }
        let binds = !entries.is_empty() || rest.is_some();
        let pattern = binds.then(|| self.cx.builder.pattern(span, PatternKind::Object { entries, rest }));
        (Test::Structure(read), pattern)
    }

    fn literal_key(&self, part: Part<'n>) -> Option<Name> {
        match part.kind {
            Kind::Integer | Kind::Float => Some(self.name(part.node)),
            Kind::String => self.plain_string(part.node).map(Name::from),
            _ => None,
        }
    }

    /// `User(name=pattern)`: what its attributes bind is bound as members of the subject.
    fn class_fit(&mut self, node: Node<'n>, place: Place, captures: &mut Captures) -> Fit {
        let span = self.span(node);
        let inside = inside(place);
        let parts = self.parts(node);
        let mut read = Vec::new();
        let mut entries = Vec::new();
        for part in parts {
            if part.kind != Kind::CasePattern {
                read.push(self.expr(part));
                continue;
            }
            let inner = self.parts(part.node);
            match inner.as_slice() {
                [keyword] if keyword.kind == Kind::KeywordPattern => {
                    let parts = self.parts(keyword.node);
                    let Some(name) = parts.first().copied() else { continue };
                    let (test, pattern) = self.fit(parts.get(1..).unwrap_or_default(), inside, captures);
                    flatten(test, &mut read);
                    if let Some(pattern) = pattern {
                        let key_span = self.span(name.node);
                        entries.push(ObjectPatternEntry { key: Key::Name(self.name(name.node)), key_span, pattern });
                    }
                }
                positional => flatten(self.fit(positional, Place::Nowhere, captures).0, &mut read),
            }
        }
        let binds = !entries.is_empty();
        let pattern = binds.then(|| self.cx.builder.pattern(span, PatternKind::Object { entries, rest: None }));
        (Test::Structure(read), pattern)
    }

    fn ignore(&mut self, part: Part<'n>) -> PatternId {
        let span = self.span(part.node);
        self.cx.builder.pattern(span, PatternKind::Ignore)
    }
}

/// The place of a pattern in one that says where it lies.
fn inside(place: Place) -> Place {
    if place == Place::Nowhere { Place::Nowhere } else { Place::Part }
}

fn flatten(test: Test, read: &mut Vec<ExprId>) {
    match test {
        Test::Always => {}
        Test::Equals(value) => read.push(value),
        Test::Structure(mut values) => read.append(&mut values),
        Test::Any(tests) => tests.into_iter().for_each(|(test, _)| flatten(test, read)),
    }
}
