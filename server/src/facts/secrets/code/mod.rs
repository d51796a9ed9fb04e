//! Secrets in code: the literals of a program model, each with what it is called and where it stands.

mod address;
mod calls;
mod constants;
mod joined;
mod login;
mod reads;
mod replaced;
mod stand_in;
mod walk;

use std::sync::LazyLock;

use super::context::{Names, Position, Siblings};
use super::hit::{self, HitKind, SecretHit};
use super::judge::{self, Candidate, Origin, Verdict};
use rustc_hash::FxHashMap;

use super::{FileHints, Memory, Place, pair, shape, token};
use crate::model::{Comment, ExprId, FileModel, Segment};
use crate::syntax::Document;
use crate::text::{Name, Span};
use joined::Text;
pub(super) use login::HARDCODED_LOGIN;
pub use reads::variable as variable_read;
pub use replaced::{Replaced, replaced_in};
pub(super) use stand_in::{Fallbacks, stand_ins};

/// The secrets of a file of code, in order of place. `path` is relative to the workspace folder.
pub fn in_code(model: &FileModel, document: &Document, path: &str) -> Vec<SecretHit> {
    Memory::default().in_code(model, document, path)
}

/// What only the whole file can tell: ids beside their secrets.
pub(super) fn pair_in_file(hits: &mut Vec<SecretHit>, document: &Document) {
    let rope = document.rope();
    pair::pair_identifiers(hits, |offset| rope.byte_to_line((offset as usize).min(rope.len_bytes())));
}

/// The secrets of one segment, in its own coordinates. Depends on nothing but its arguments. `text` is the segment's.
/// [`pair_in_file`] belongs behind it.
pub(super) fn in_segment(segment: &Segment, text: &str, hints: &FileHints) -> Vec<SecretHit> {
    if hints.place == Place::Skipped {
        return Vec::new();
    }
    let mut finder = Finder { segment, text, hints, hits: Vec::new(), constants: constants::of(segment), fields: constants::fields(segment) };
    walk::segment(&mut finder);
    for comment in &segment.comments {
        finder.comment(comment);
    }
    let mut hits = finder.hits;
    hits.sort_by_key(|hit| (hit.token.start, hit.token.end));
    hits.dedup_by(|later, earlier| later.token == earlier.token);
    hits
}

/// Collects the hits of a segment.
struct Finder<'s> {
    segment: &'s Segment,
    text: &'s str,
    hints: &'s FileHints,
    hits: Vec<SecretHit>,
    /// What its variables are, where that is written down once.
    constants: FxHashMap<Name, ExprId>,
    /// What the fields of its classes are given.
    fields: FxHashMap<Name, ExprId>,
}

/// Where a literal stands.
#[derive(Clone, Default)]
struct Around {
    names: Names,
    position: Position,
    /// The variable that is read first, if the literal only stands in for it.
    fallback: Option<Name>,
    /// `None`: it stands alone.
    siblings: Option<std::rc::Rc<Siblings>>,
    connects: bool,
    /// Types, enum members, directives: nothing can be read at run time there.
    fixed: bool,
}

static NONE: LazyLock<Siblings> = LazyLock::new(Siblings::default);

impl Around {
    fn siblings(&self) -> &Siblings {
        self.siblings.as_deref().unwrap_or(&NONE)
    }
}

impl Finder<'_> {
    /// A literal, or several that make one text.
    fn literal(&mut self, literal: Span, value: &Text<'_>, around: &Around) {
        // What a missing variable is replaced by counts however short it is.
        if value.text.len() < 3 && (around.fallback.is_none() || value.text.is_empty()) {
            return;
        }
        let candidate = self.candidate(value, around);
        let Some(verdict) = judge::judge(&candidate, self.hints) else {
            self.asked_for(literal, value, around);
            return;
        };
        let kind = match &around.fallback {
            Some(env) => HitKind::Fallback { env: env.clone() },
            None if around.position == Position::Comment => HitKind::Comment,
            None => HitKind::Literal,
        };
        let hit = self.hit(&verdict, literal, value, around, kind);
        self.hits.push(hit);
    }

    /// A text that a call is handed by the name of a variable: what the call says of its argument counts, the variable's own name did.
    fn handed_over(&mut self, value: ExprId, around: &Around) {
        let segment = self.segment;
        let Some(text) = joined::constant(segment, value) else { return };
        let literal = segment[value].span;
        let known = self.hits.iter().any(|hit| hit.literal == literal);
        if !known {
            let around = Around { fallback: None, ..around.clone() };
            self.literal(literal, &Text::one(text, literal), &around);
        }
    }

    fn candidate<'c>(&'c self, value: &'c Text<'_>, around: &'c Around) -> Candidate<'c> {
        Candidate {
            value: &value.text,
            names: &around.names,
            siblings: around.siblings(),
            position: around.position,
            origin: if around.fallback.is_some() { Origin::Fallback } else { Origin::Plain },
            near: self.text,
            whole: value.whole,
            connects: around.connects,
        }
    }

    fn hit(&self, verdict: &Verdict, literal: Span, value: &Text<'_>, around: &Around, kind: HitKind) -> SecretHit {
        let token = value.span_of(verdict.range.clone(), self.text, literal);
        let is_whole = verdict.range == (0..value.text.len());
        let env = match &kind {
            HitKind::Fallback { env } if !env.is_empty() => env.clone(),
            _ => hit::variable(verdict, &around.names),
        };
        SecretHit {
            row: verdict.row,
            name: around.names.label().clone(),
            callee: around.names.callee.clone(),
            span: if is_whole { literal } else { token },
            literal,
            token,
            env,
            severity: verdict.severity,
            evidence: verdict.evidence,
            movable: !around.fixed && around.position != Position::Comment,
            kind,
            guessable: verdict.guessable,
        }
    }

    /// A comment: only what has a secret's shape.
    fn comment(&mut self, comment: &Comment) {
        let none = Names::default();
        let candidate = Candidate {
            value: &comment.text,
            names: &none,
            siblings: &NONE,
            position: Position::Comment,
            origin: Origin::Plain,
            near: self.text,
            whole: false,
            connects: false,
        };
        let mut verdicts: Vec<Verdict> =
            shape::tokens(&comment.text, self.hints.words).iter().filter_map(|found| token::judge(found, &candidate, self.hints, self.hints.words)).collect();
        verdicts.sort_by_key(|verdict| (verdict.range.start, std::cmp::Reverse(verdict.rank)));
        let mut end = 0;
        for verdict in verdicts {
            if verdict.range.start < end {
                continue;
            }
            end = verdict.range.end;
            let span = Span::new(comment.span.start + verdict.range.start as u32, comment.span.start + verdict.range.end as u32);
            self.hits.push(SecretHit {
                row: verdict.row,
                name: Name::default(),
                callee: Name::default(),
                span,
                literal: span,
                token: span,
                env: hit::variable(&verdict, &none),
                severity: verdict.severity,
                evidence: verdict.evidence,
                kind: HitKind::Comment,
                guessable: verdict.guessable,
                movable: false,
            });
        }
    }
}

#[cfg(test)]
mod tests;
