//! What is declared or assigned to.

use super::kinds::{Field, Kind};
use super::{Child, Ecma};
use crate::model::{Key, ObjectPatternEntry, PatternId, PatternKind, SequencePatternItem};
use crate::text::Span;

impl<'a> Ecma<'a> {
    pub(super) fn target(&mut self, child: Option<Child<'a>>, within: Span) -> PatternId {
        match child {
            Some(child) => self.pattern(child),
            None => self.cx.builder.pattern(Span::at(within.start), PatternKind::Ignore),
        }
    }

    pub(super) fn pattern(&mut self, child: Child<'a>) -> PatternId {
        let span = self.span(child);
        let kind = self.deeper(|ecma| ecma.pattern_kind(child)).unwrap_or(PatternKind::Ignore);
        self.cx.builder.pattern(span, kind)
    }

    fn pattern_kind(&mut self, child: Child<'a>) -> PatternKind {
        let span = self.span(child);
        match child.kind {
            Kind::Identifier | Kind::ShorthandPropertyIdentifierPattern | Kind::Undefined | Kind::TypeIdentifier => {
                if span.is_empty() {
                    PatternKind::Ignore
                } else {
                    PatternKind::Name(self.name(child))
                }
            }
            Kind::ObjectPattern => self.object_pattern(child),
            Kind::ArrayPattern => self.array_pattern(child),
            Kind::AssignmentPattern | Kind::ObjectAssignmentPattern => {
                let children = self.children(child.node);
                let pattern = self.target(children.field(Field::Left), span);
                let default = self.operand(children.field(Field::Right), span);
                PatternKind::Default { pattern, default }
            }
            // `(a) = 1`, and a rest where none is allowed.
            Kind::ParenthesizedExpression | Kind::RestPattern => match self.children(child.node).iter().next() {
                Some(inner) => self.pattern_kind_nested(inner),
                None => PatternKind::Ignore,
            },
            kind if kind.is_expression() => PatternKind::Place(self.expr(child)),
            _ => PatternKind::Ignore,
        }
    }

    fn pattern_kind_nested(&mut self, child: Child<'a>) -> PatternKind {
        self.deeper(|ecma| ecma.pattern_kind(child)).unwrap_or(PatternKind::Ignore)
    }

    fn object_pattern(&mut self, child: Child<'a>) -> PatternKind {
        let children = self.children(child.node);
        let mut entries = Vec::with_capacity(children.0.len());
        let mut rest = None;
        for child in children.iter() {
            let span = self.span(child);
            match child.kind {
                Kind::ShorthandPropertyIdentifierPattern => {
                    let pattern = self.pattern(child);
                    entries.push(ObjectPatternEntry { key: Key::Name(self.name(child)), key_span: span, pattern });
                }
                Kind::ObjectAssignmentPattern => {
                    let left = self.children(child.node).field(Field::Left);
                    let pattern = self.pattern(child);
                    if let Some(left) = left.filter(|left| left.kind == Kind::ShorthandPropertyIdentifierPattern) {
                        entries.push(ObjectPatternEntry { key: Key::Name(self.name(left)), key_span: self.span(left), pattern });
                    }
                }
                Kind::PairPattern => {
                    let inner = self.children(child.node);
                    if let Some(key) = inner.field(Field::Key) {
                        let pattern = self.target(inner.field(Field::Value), span);
                        entries.push(ObjectPatternEntry { key: self.key(key), key_span: self.span(key), pattern });
                    }
                }
                Kind::RestPattern => {
                    let inner = self.children(child.node).iter().next();
                    rest = Some(self.target(inner, span));
                }
                _ => {}
            }
        }
        PatternKind::Object { entries, rest }
    }

    fn array_pattern(&mut self, child: Child<'a>) -> PatternKind {
        let children = self.children(child.node);
        let mut items = Vec::with_capacity(children.0.len());
        let mut empty = true;
        for child in children.iter() {
            match child.kind {
                Kind::Comma => {
                    if empty {
                        let span = Span::at(self.span(child).start);
                        let pattern = self.cx.builder.pattern(span, PatternKind::Ignore);
                        items.push(SequencePatternItem { pattern, rest: false });
                    }
                    empty = true;
                    continue;
                }
                Kind::RestPattern => {
                    let span = self.span(child);
                    let inner = self.children(child.node).iter().next();
                    let pattern = self.target(inner, span);
                    items.push(SequencePatternItem { pattern, rest: true });
                }
                _ => {
                    let pattern = self.pattern(child);
                    items.push(SequencePatternItem { pattern, rest: false });
                }
            }
            empty = false;
        }
        PatternKind::Sequence { items }
    }
}
