//! Conditions: what holds when a value is true, and when it is false.

use std::sync::Arc;

use super::Walker;
use super::element::{EACH, SOME};
use super::enumeration::by_their_names;
use super::gate::cannot_be;
use crate::facts::catalogue::Entry;
use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root, Symbol, TYPE_OF};
use crate::facts::event::AccessId;
use crate::facts::query::{Filter, Term, TermOp};
use crate::facts::taint::{Cleanings, Part};
use crate::facts::value::{Column, Kind, Truth, Value};
use crate::model::BinaryOp;
use crate::text::{Name, Span};

impl Walker<'_> {
    /// What a value's truth tells. A promise is always true and tells nothing.
    pub fn truth_of(&self, value: &Value) -> Truth {
        match value.kind() {
            Kind::Bool(true) => return Truth { if_true: value.truth().map(|truth| truth.if_true.clone()).unwrap_or_default(), if_false: Facts::impossible() },
            Kind::Bool(false) => {
                return Truth { if_true: Facts::impossible(), if_false: value.truth().map(|truth| truth.if_false.clone()).unwrap_or_default() };
            }
            Kind::Null if value.truth().is_none() && value.symbol().is_none() => return Truth { if_true: Facts::impossible(), if_false: Facts::none() },
            _ => {}
        }
        if let Some(truth) = value.truth() {
            let mut truth = truth.clone();
            // Where something stands for strangers, too, it says of nobody that they are signed in.
            let is_for_strangers = |symbol: &Symbol| symbol.root == Root::Principal && symbol.path.is_empty() && truth.if_false.is_impossible();
            if let Some(symbol) = value.symbol().filter(|symbol| !is_for_strangers(symbol)) {
                truth.if_true.add(Fact::Present(symbol.clone()));
            }
            return truth;
        }
        match value.kind() {
            Kind::Promise(_) => Truth::default(),
            Kind::Union(alternatives) => {
                let mut if_true: Option<Facts> = None;
                let mut if_false: Option<Facts> = None;
                for alternative in alternatives.iter() {
                    let inner = self.truth_of(&alternative.value);
                    let known = alternative.value.is_truthy();
                    if known != Some(false) {
                        let facts = alternative.facts.and(&inner.if_true);
                        if_true = Some(if_true.map_or(facts.clone(), |known| known.or(&facts)));
                    }
                    if known != Some(true) {
                        let facts = alternative.facts.and(&inner.if_false);
                        if_false = Some(if_false.map_or(facts.clone(), |known| known.or(&facts)));
                    }
                }
                let mut truth = Truth { if_true: if_true.unwrap_or_default(), if_false: if_false.unwrap_or_default() };
                if let Some(symbol) = value.symbol() {
                    truth.if_true.add(Fact::Present(symbol.clone()));
                }
                truth
            }
            _ => match value.symbol() {
                // Whoever was shown to be signed in does not stop being so on the way.
                Some(symbol) if symbol.root == Root::Principal && self.facts.contains(&Fact::Present(symbol.clone())) => {
                    Truth { if_true: Facts::none(), if_false: Facts::impossible() }
                }
                Some(symbol) => Truth { if_true: Facts::one(Fact::Present(symbol.clone())), if_false: Facts::one(Fact::Absent(symbol.clone())) },
                None => Truth::default(),
            },
        }
    }

    pub(super) fn type_of(&mut self, value: &Value) -> Value {
        // `typeof x === "string"`: compared in `compare`, which sees the symbol with this member at its end.
        match value.symbol() {
            Some(symbol) => Value::unknown().with_symbol(symbol.member(&TYPE_OF)),
            None => Value::unknown(),
        }
    }

    pub(super) fn compare(&mut self, op: BinaryOp, a: &Value, b: &Value, span: Span) -> Value {
        let taint = a.taint().join(b.taint()).cleaned(Cleanings::ALL);
        if let Some(filter) = self.column_term(op, a, b, span) {
            return filter;
        }
        let (a, b) = (&by_their_names(a), &by_their_names(b));
        self.looked_at_file(op, a, b, span);
        self.note_matched(op, a, b);
        let (truth, known) = match op {
            BinaryOp::Eq | BinaryOp::Ne => {
                let (mut truth, known) = self.equality(a, b);
                for symbol in [a, b].into_iter().filter(|value| self.tells_sender(value)).filter_map(Value::symbol) {
                    truth.if_true.add(Fact::Fit(symbol.clone()));
                }
                if op == BinaryOp::Eq { (truth, known) } else { (flip(truth), known.map(|is| !is)) }
            }
            BinaryOp::In => (self.membership(a, b), self.is_among(a, b).or_else(|| self.is_put_together(a, b))),
            BinaryOp::NotIn => (flip(self.membership(a, b)), self.is_among(a, b).or_else(|| self.is_put_together(a, b)).map(|is| !is)),
            BinaryOp::Gt | BinaryOp::Ge | BinaryOp::Lt | BinaryOp::Le => {
                let truth = standing_above(op, a, b, self.order(op, a, b));
                (asked_of_failure(op, a, b, truth), self.ordered(op, a, b))
            }
            BinaryOp::Instanceof => {
                let (mut truth, known) = self.asked_of_each(a, |one| self.is_of_class(one, b));
                truth.if_true.add_all(&self.told_apart(a, b).if_true);
                (truth, known)
            }
            _ => (Truth::default(), None),
        };
        let value = match known {
            Some(is) => Value::bool(is),
            None => self.perhaps_term(op, a, b, span),
        };
        value.with_taint(taint).with_truth(truth)
    }

    /// It says who sent something: compared with anybody, that is asked.
    fn tells_sender(&self, value: &Value) -> bool {
        let Kind::Library(library) = value.kind() else { return false };
        self.catalogue().at(&library.states).any(|entry| matches!(entry, Entry::Effect(effect) if effect.kind == "tells-sender"))
    }

    fn equality(&self, a: &Value, b: &Value) -> (Truth, Option<bool>) {
        if let Kind::Union(alternatives) = a.kind()
            && a.symbol().is_none()
        {
            // Each alternative brings what held on its path.
            let mut if_true: Option<Facts> = None;
            let mut if_false: Option<Facts> = None;
            let is_every_one_ruled_out = alternatives.iter().all(|alternative| self.is_ruled_out(&alternative.facts));
            for alternative in alternatives.iter().filter(|alternative| is_every_one_ruled_out || !self.is_ruled_out(&alternative.facts)) {
                let (inner, known) = self.equality(&alternative.value, b);
                if known != Some(false) {
                    let facts = alternative.facts.and(&inner.if_true);
                    if_true = Some(if_true.map_or(facts.clone(), |before| before.or(&facts)));
                }
                if known != Some(true) {
                    let facts = alternative.facts.and(&inner.if_false);
                    if_false = Some(if_false.map_or(facts.clone(), |before| before.or(&facts)));
                }
            }
            return (Truth { if_true: if_true.unwrap_or_default(), if_false: if_false.unwrap_or_default() }, None);
        }
        if matches!(b.kind(), Kind::Union(_)) && b.symbol().is_none() && !matches!(a.kind(), Kind::Union(_)) {
            return self.equality(b, a);
        }
        for (value, other) in [(a, b), (b, a)] {
            if let (Some(symbol), Kind::Str(text)) = (value.symbol(), other.kind())
                && let Some(is) = self.decided(symbol, text)
            {
                return (Truth::default(), Some(is));
            }
        }
        let null = |value: &Value| matches!(value.kind(), Kind::Null);
        match (a.kind(), b.kind()) {
            (Kind::Null, Kind::Null) => return (Truth::default(), Some(true)),
            (Kind::Str(x), Kind::Str(y)) => return (Truth::default(), Some(x == y)),
            (Kind::Text(_), Kind::Str(text)) if cannot_be(a, text) => return (Truth::default(), Some(false)),
            (Kind::Str(text), Kind::Text(_)) if cannot_be(b, text) => return (Truth::default(), Some(false)),
            (Kind::Bool(x), Kind::Bool(y)) => return (Truth::default(), Some(x == y)),
            (Kind::Number(x), Kind::Number(y)) if !x.is_empty() && !y.is_empty() => return (Truth::default(), Some(x == y)),
            (Kind::Null, Kind::Str(_) | Kind::Bool(_) | Kind::Object(_) | Kind::Seq(_) | Kind::Function(_) | Kind::Class(_) | Kind::Instance(_))
            | (Kind::Str(_) | Kind::Bool(_) | Kind::Object(_) | Kind::Seq(_) | Kind::Function(_) | Kind::Class(_) | Kind::Instance(_), Kind::Null) => {
                return (Truth::default(), Some(false));
            }
            _ => {}
        }
        for (value, other) in [(a, b), (b, a)] {
            if null(other) {
                return (flip(self.truth_of(value)), None);
            }
            if let Kind::Bool(is) = other.kind() {
                let truth = self.truth_of(value);
                return (if *is { truth } else { flip(truth) }, None);
            }
        }
        let mut truth = Truth::default();
        for (value, other) in [(a, b), (b, a)] {
            let (Some(symbol), Kind::Str(text)) = (value.symbol(), other.kind()) else { continue };
            truth.if_true.add(Fact::Is(symbol.clone(), text.clone()));
            truth.if_false.add(Fact::IsNot(symbol.clone(), text.clone()));
            if !text.is_empty() {
                truth.if_true.add(Fact::Present(symbol.clone()));
            }
            return (truth, None);
        }
        for (value, other) in [(a, b), (b, a)] {
            if let (Some(symbol), Kind::Number(text)) = (value.symbol(), other.kind())
                && !(text.is_empty() && other.symbol().is_some())
            {
                match text.as_str() {
                    "0" => {
                        truth.if_true.add(Fact::Absent(symbol.clone()));
                        truth.if_false.add(Fact::Present(symbol.clone()));
                    }
                    "" => {}
                    _ => {
                        truth.if_true.add(Fact::Present(symbol.clone()));
                        truth.if_true.add(Fact::Is(symbol.clone(), Arc::from(text.as_str())));
                    }
                }
                return (truth, None);
            }
        }
        // A secret of the program compared with something from outside: a machine proved that it knows it.
        match (a.symbol(), b.symbol()) {
            (Some(x), Some(y)) if x == y => return (Truth::default(), None),
            (Some(x), Some(y)) => {
                truth.if_true.add(Fact::Same(x.clone(), y.clone()));
                truth.if_false.add(Fact::Differ(x.clone(), y.clone()));
                if let Some(fact) = self.shared_secret(a, b) {
                    truth.if_true.add(fact);
                }
            }
            _ => {
                if let Some(fact) = self.shared_secret(a, b) {
                    truth.if_true.add(fact);
                }
                // A part of an address compared with something of the program's own.
                for (value, other) in [(a, b), (b, a)] {
                    if let Some(symbol) = value.symbol().filter(|symbol| super::tested::is_of_address(symbol))
                        && other.taint().iter().all(|origin| !origin.part.is_request())
                    {
                        truth.if_true.add(Fact::Fit(symbol.clone()));
                    }
                }
            }
        }
        (truth, None)
    }

    /// Whether something of the request equals a text, where that is known already.
    pub(super) fn decided(&self, symbol: &Symbol, text: &Arc<str>) -> Option<bool> {
        if !matches!(symbol.root, Root::Request(_)) || symbol.path.iter().any(|step| step == EACH || step == SOME) {
            return None;
        }
        self.facts.iter().find_map(|fact| match fact {
            Fact::Is(known, is) if known == symbol && is == text => Some(true),
            // What answers to GET is asked for HEAD too.
            Fact::Is(known, is) if known == symbol && !(&**is == "GET" && &**text == "HEAD") => Some(false),
            Fact::IsNot(known, not) if known == symbol && not == text => Some(false),
            _ => None,
        })
    }

    /// `header !== \`Bearer ${process.env.CRON_SECRET}\``.
    fn shared_secret(&self, a: &Value, b: &Value) -> Option<Fact> {
        for (value, other) in [(a, b), (b, a)] {
            let from_request = value.taint().iter().any(|origin| origin.part.is_request() && origin.part != Part::Method);
            let secret = other.taint().iter().any(|origin| origin.part.is_environment());
            if from_request && secret {
                return Some(Fact::Guard(Guard { kind: GuardKind::Machine, sure: true, name: "shared secret".into(), site: None }));
            }
        }
        None
    }

    /// `count > 0`, `count < 1`, `rows.length === 0` (the last is an equality).
    fn order(&self, op: BinaryOp, a: &Value, b: &Value) -> Truth {
        let (symbol, number, op) = match (a.symbol(), a.kind(), b.symbol(), b.kind()) {
            (Some(symbol), _, _, Kind::Number(number)) => (symbol, number, op),
            (_, Kind::Number(number), Some(symbol), _) => (symbol, number, mirrored(op)),
            _ => return Truth::default(),
        };
        let present = Facts::one(Fact::Present(symbol.clone()));
        let absent = Facts::one(Fact::Absent(symbol.clone()));
        match (op, number.as_str()) {
            (BinaryOp::Gt, "0") | (BinaryOp::Ge, "1") => Truth { if_true: present, if_false: absent },
            (BinaryOp::Lt, "1") | (BinaryOp::Le, "0") => Truth { if_true: absent, if_false: present },
            _ => Truth::default(),
        }
    }

    /// `Note.id == x` is not a comparison but a term of a query.
    fn column_term(&mut self, op: BinaryOp, a: &Value, b: &Value, span: Span) -> Option<Value> {
        let (column, other) = match (column_in(a), column_in(b)) {
            (Some(column), _) => (column, b),
            (None, Some(column)) => (column, a),
            (None, None) => return None,
        };
        let op = match op {
            BinaryOp::Eq => TermOp::Eq,
            BinaryOp::In => TermOp::In,
            _ => TermOp::Other,
        };
        let term = Term { path: vec![column.name.clone()], op, value: other.clone(), site: Some(self.site(span)) };
        Some(Value::new(Kind::Filter(Arc::new(Filter::Term(term)))))
    }

    /// The same where the class is not in the project: it may be one of a query, and is a comparison all the same.
    fn perhaps_term(&mut self, op: BinaryOp, a: &Value, b: &Value, span: Span) -> Value {
        let column = |value: &Value| {
            let library = value.as_library()?;
            let class = library.receiver.as_ref()?.as_library()?;
            let is_named = |name: &Name, upper: bool| name.starts_with(|c: char| if upper { c.is_ascii_uppercase() } else { c.is_ascii_lowercase() });
            let is_column =
                (class.guessed || class.states.is_empty()) && class.receiver.is_none() && is_named(&class.step, true) && is_named(&library.step, false);
            is_column.then(|| Column { model: class.step.clone(), name: library.step.clone() })
        };
        let (column, other) = match (column(a), column(b)) {
            (Some(column), None) => (column, b),
            (None, Some(column)) => (column, a),
            _ => return Value::unknown(),
        };
        let column = Value::new(Kind::Column(Arc::new(column)));
        if self.python() { self.column_term(op, &column, other, span).unwrap_or_else(Value::unknown) } else { Value::unknown() }
    }

    /// `(Note.id == x) & (Note.owner == y)`.
    pub(super) fn filter_operator(&mut self, op: BinaryOp, a: &Value, b: &Value) -> Value {
        let (Kind::Filter(x), Kind::Filter(y)) = (a.kind(), b.kind()) else {
            return Value::number().with_taint(a.taint().join(b.taint()).cleaned(Cleanings::ALL));
        };
        let both = vec![(**x).clone(), (**y).clone()];
        let filter = if op == BinaryOp::BitAnd { Filter::All(both) } else { Filter::Any(both) };
        Value::new(Kind::Filter(Arc::new(filter)))
    }
}

/// The column that a side of a comparison is, or is worked out from by the database: `func.date(Visit.begins)`.
fn column_in(side: &Value) -> Option<Arc<Column>> {
    match side.kind() {
        // What has an identity of its own is a key that somebody gave, not a column.
        Kind::Column(column) if side.symbol().is_none() => Some(column.clone()),
        Kind::Library(made) if made.step == "()" && made.query.is_none() && made.package.split('.').next() == Some("sqlalchemy") => {
            made.args.iter().find_map(|arg| match arg.value.kind() {
                Kind::Column(column) if arg.value.symbol().is_none() => Some(column.clone()),
                _ => None,
            })
        }
        _ => None,
    }
}

/// `status < 500`, where the status may be the one an error brought: those are errors that the code knows.
fn asked_of_failure(op: BinaryOp, a: &Value, b: &Value, mut truth: Truth) -> Truth {
    let is_below = matches!(op, BinaryOp::Lt | BinaryOp::Le);
    for (value, is_left) in [(a, true), (b, false)] {
        for symbol in value.alternatives().iter().filter(|one| super::failure::is_failure(one)).filter_map(|one| one.symbol()) {
            if symbol.path.last().is_some_and(|last| !matches!(last.as_str(), "message" | "stack")) {
                let side = if is_below == is_left { &mut truth.if_true } else { &mut truth.if_false };
                side.add(Fact::Present(symbol.clone()));
            }
        }
    }
    truth
}

/// `user.role >= Role.Editor`: the roles of some people are that high.
fn standing_above(op: BinaryOp, a: &Value, b: &Value, mut truth: Truth) -> Truth {
    let (symbol, op) = match (a.symbol(), b.symbol()) {
        (Some(symbol), None) if is_constant(b) => (symbol, op),
        (None, Some(symbol)) if is_constant(a) => (symbol, mirrored(op)),
        _ => return truth,
    };
    if symbol.root == Root::Principal && !symbol.path.is_empty() {
        match op {
            BinaryOp::Gt | BinaryOp::Ge => truth.if_true.add(Fact::Among(symbol.clone())),
            _ => truth.if_false.add(Fact::Among(symbol.clone())),
        }
    }
    truth
}

pub(super) fn flip(truth: Truth) -> Truth {
    Truth { if_true: truth.if_false, if_false: truth.if_true }
}

fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        other => other,
    }
}

pub(super) fn is_constant(value: &Value) -> bool {
    match value.kind() {
        Kind::Str(_) | Kind::Bool(_) | Kind::Null => true,
        Kind::Number(text) => !text.is_empty(),
        Kind::Union(alternatives) => alternatives.iter().all(|alternative| is_constant(&alternative.value)),
        _ => false,
    }
}

/// The identity of a count of rows.
pub(super) fn count_symbol(access: AccessId) -> Symbol {
    Symbol::new(Root::Count(access))
}
