//! Members that are written by names the code does not choose: `table[section][key] = value`.

use super::Walker;
use crate::facts::event::{Event, Sink, SinkKind};
use crate::facts::place::Site;
use crate::facts::value::{Argument, Kind, Value};
use crate::model::{ExprId, ExprKind, LogicalOp, PatternKind, StmtKind};
use crate::text::{Name, Span};

impl Walker<'_> {
    /// `table[section][key] = value`: where both names are from outside, the first can be `__proto__`, which is the object behind
    /// all others.
    pub(super) fn written_by_name(&mut self, base: ExprId, old: &Value, (name, site): (&Value, Site), span: Span) {
        let is_open = |value: &Value| value.as_str().is_none() && !value.taint().is_empty() && !matches!(value.kind(), Kind::Number(_));
        if self.python() || !is_open(name) || matches!(old.kind(), Kind::Library(_) | Kind::Seq(_) | Kind::Instance(_)) {
            return;
        }
        let Some((outer, at)) = self.looked_up(base, 0).filter(|(outer, _)| is_open(outer)) else { return };
        let (call, facts) = (self.site(span), self.facts.clone());
        self.events.push(Event::Sink(Sink {
            kind: SinkKind::Member,
            value: outer,
            site: self.site(at),
            call,
            args: vec![Argument { name: Name::default(), value: name.clone(), site, spread: false }],
            client: Name::default(),
            facts,
            guessed: false,
            spoken: Vec::new(),
        }));
    }

    /// `window[name](..)`: a function of everything there is, by a name that is from outside.
    pub(super) fn called_by_name(&mut self, base: ExprId, index: ExprId, span: Span) {
        let segment = self.frame().segment.clone();
        if self.python() || !matches!(segment[base].kind, ExprKind::Name(_)) {
            return;
        }
        let of = self.eval(base);
        if !self.is_global_object(&of) && !matches!(of.kind(), Kind::Function(_) | Kind::Hoisted(_)) {
            return;
        }
        let value = self.eval(index);
        // What stands before or behind it leaves few names to choose from.
        let is_narrowed = match value.kind() {
            Kind::Text(text) => text.pieces.len() > 1,
            _ => false,
        };
        if value.as_str().is_some() || value.taint().is_empty() || is_narrowed {
            return;
        }
        let (call, facts, site) = (self.site(span), self.facts.clone(), self.site(segment[index].span));
        self.events.push(Event::Sink(Sink {
            kind: SinkKind::Code,
            value,
            site,
            call,
            args: Vec::new(),
            client: Name::new_static("by-name"),
            facts,
            guessed: false,
            spoken: Vec::new(),
        }));
    }

    /// The name by which an object was looked up: here, or where the variable got it that stands here.
    fn looked_up(&mut self, place: ExprId, depth: u32) -> Option<(Value, Span)> {
        let segment = self.frame().segment.clone();
        match &segment[place].kind {
            ExprKind::Index { index, .. } => Some((self.eval(*index), segment[*index].span)),
            ExprKind::Logical { left, op: LogicalOp::Or | LogicalOp::Nullish, .. } if depth < 3 => self.looked_up(*left, depth + 1),
            ExprKind::Name(name) if depth < 3 => {
                let given = segment.stmts.iter().rev().find_map(|stmt| match &stmt.kind {
                    StmtKind::Let { pattern, value: Some(value), .. } if stmt.span.end <= segment[place].span.start => match &segment[*pattern].kind {
                        PatternKind::Name(known) if known == name => Some(*value),
                        _ => None,
                    },
                    _ => None,
                })?;
                // Only names are looked at again: a call would do what it does twice.
                match &segment[given].kind {
                    ExprKind::Index { index, .. } if !matches!(segment[*index].kind, ExprKind::Name(_)) => None,
                    ExprKind::Index { .. } | ExprKind::Logical { .. } => self.looked_up(given, depth + 1),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
