//! Targets of assignments, loops and `as`.

use super::kind::Kind;
use super::{Part, Reader};
use crate::model::{PatternId, PatternKind, SequencePatternItem};
use crate::text::Span;

impl<'t, 'n> Reader<'t, 'n> {
    /// `part`, or a pattern that binds nothing at `at` where broken code has none.
    pub(super) fn pattern_or_ignore(&mut self, part: Option<Part<'n>>, at: u32) -> PatternId {
        match part {
            Some(part) => self.pattern(part),
            None => self.cx.builder.pattern(Span::at(at), PatternKind::Ignore),
        }
    }

    pub(super) fn pattern(&mut self, part: Part<'n>) -> PatternId {
        let span = self.span(part.node);
        if !self.down() {
            self.skip(part.node);
            return self.cx.builder.pattern(span, PatternKind::Ignore);
        }
        let id = match part.kind {
            Kind::Identifier => {
                let kind = if span.is_empty() { PatternKind::Ignore } else { PatternKind::Name(self.cx.name_of(part.node)) };
                self.cx.builder.pattern(span, kind)
            }
            // `(a)` is `a`, `(a,)` is a sequence of one.
            Kind::TuplePattern | Kind::Tuple => {
                let parts = self.parts(part.node);
                match parts.as_slice() {
                    [only] if !self.has_comma(part.node) => self.pattern(*only),
                    several => self.sequence_pattern(span, several),
                }
            }
            Kind::PatternList | Kind::ListPattern | Kind::List | Kind::ExpressionList => {
                let parts = self.parts(part.node);
                self.sequence_pattern(span, &parts)
            }
            Kind::Parenthesized | Kind::AsPatternTarget => {
                let inner = self.parts(part.node).first().copied();
                self.pattern_or_ignore(inner, span.start)
            }
            Kind::ListSplatPattern | Kind::ListSplat | Kind::DictionarySplatPattern => {
                let inner = self.parts(part.node).into_iter().find(|part| !part.kind.is_token());
                self.pattern_or_ignore(inner, span.end)
            }
            _ => {
                let place = self.expr(part);
                self.cx.builder.pattern(span, PatternKind::Place(place))
            }
        };
        self.up();
        id
    }

    fn sequence_pattern(&mut self, span: Span, parts: &[Part<'n>]) -> PatternId {
        let read = |part: &Part<'n>| SequencePatternItem { pattern: self.pattern(*part), rest: matches!(part.kind, Kind::ListSplatPattern | Kind::ListSplat) };
        let items = parts.iter().filter(|part| !part.kind.is_token()).map(read).collect();
        self.cx.builder.pattern(span, PatternKind::Sequence { items })
    }
}
