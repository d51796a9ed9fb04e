//! Errors that were caught, what they may say to whom, and whether the program runs for its developers.

use super::Walker;
use crate::facts::catalogue::{CallsEntry, Entry, Where};
use crate::facts::check::{Fact, Facts, Root, Symbol, TYPE_OF};
use crate::facts::event::{Event, Use, UseKind};
use crate::facts::names;
use crate::facts::taint::{Cleanings, Origin, Part, Taint};
use crate::facts::value::{Argument, Kind, Truth, Value};
use crate::model::{ExprId, ExprKind, PatternId};
use crate::text::{Name, Span};

/// What a test of an error's class tells of it.
pub const OF_CLASS: Name = Name::new_static("*class*");
/// The question whether the program runs for its developers, whatever it is asked of.
const MODE: Name = Name::new_static("*mode*");

impl Walker<'_> {
    /// What a handler of errors gets. Of an error of some other class the code knows what it says.
    pub(super) fn caught(&mut self, pattern: PatternId, types: &[ExprId]) -> Value {
        let tells = types.is_empty() || types.iter().any(|ty| self.may_be_any_error(*ty));
        if !tells {
            return Value::unknown().present();
        }
        let name = self.parameter_name(pattern).unwrap_or_else(|| Name::new_static("error"));
        let site = self.site(self.frame().segment[pattern].span);
        let error = self.failure(name.clone());
        error.with_taint(Taint::of(Origin { part: Part::Failure, name, site: Some(site), clean: Cleanings::default() }))
    }

    fn may_be_any_error(&mut self, ty: ExprId) -> bool {
        let segment = self.frame().segment.clone();
        if let ExprKind::Name(name) = &segment[ty].kind
            && matches!(name.as_str(), "Exception" | "BaseException")
        {
            return true;
        }
        let class = self.eval(ty);
        self.ended = false;
        is_failure(&class)
    }

    /// An error of which nothing is known.
    pub(super) fn failure(&mut self, name: Name) -> Value {
        self.calls += 1;
        let origin = Origin { part: Part::Failure, name, site: None, clean: Cleanings::default() };
        Value::unknown().with_symbol(Symbol::new(Root::Call(self.calls))).with_taint(Taint::of(origin)).present()
    }

    /// What an error says is harmless once the code has asked which error it is, or where only developers see it.
    pub(super) fn refined_failure(&self, value: Value) -> Value {
        if !is_failure(&value) {
            return value;
        }
        let root = value.symbol().map(|symbol| &symbol.root);
        let is_told_apart = |symbol: &Symbol| {
            Some(&symbol.root) == root && symbol.path.last().is_some_and(|last| !matches!(last.as_str(), "message" | "stack") && *last != TYPE_OF)
        };
        let is_harmless = is_for_developers(&self.facts)
            || self.facts.iter().any(|fact| match fact {
                Fact::Is(symbol, _) | Fact::Present(symbol) | Fact::Among(symbol) => is_told_apart(symbol),
                _ => false,
            });
        if is_harmless { value.with_taint(value.taint().cleaned_of(Part::Failure)) } else { value }
    }

    /// `error instanceof NotFound`.
    pub(super) fn told_apart(&self, error: &Value, class: &Value) -> Truth {
        let name = match class.kind() {
            Kind::Class(class) => class.name.clone(),
            Kind::Library(library) => library.step.clone(),
            _ => Name::default(),
        };
        match error.symbol() {
            Some(symbol) if !matches!(name.as_str(), "Error" | "Exception" | "BaseException") => {
                Truth { if_true: Facts::one(Fact::Is(symbol.member(&OF_CLASS), name.as_str().into())), if_false: Facts::none() }
            }
            _ => Truth::default(),
        }
    }

    /// Adds to what a condition tells whether it asks if this is development or production.
    pub(super) fn note_mode(&self, cond: ExprId, truth: &mut Truth) {
        if self.asks_for_mode(cond, 0) {
            let mode = Symbol::new(Root::Global(MODE));
            truth.if_true.add(Fact::Present(mode.clone()));
            truth.if_false.add(Fact::Absent(mode));
        }
    }

    fn asks_for_mode(&self, id: ExprId, depth: u32) -> bool {
        if depth > 6 {
            return false;
        }
        let segment = &self.frame().segment;
        let asks = |id: &ExprId| self.asks_for_mode(*id, depth + 1);
        match &segment[id].kind {
            ExprKind::Name(name) => is_mode_name(name),
            ExprKind::Str(text) => text.len() < 24 && is_mode_name(text),
            ExprKind::Member { base, name, .. } => is_mode_name(name) || asks(base),
            ExprKind::Index { base, index, .. } => asks(base) || asks(index),
            ExprKind::Call { callee, args, .. } => asks(callee) || args.iter().any(|arg| asks(&arg.value)),
            ExprKind::Binary { left, right, .. } | ExprKind::Logical { left, right, .. } => asks(left) || asks(right),
            ExprKind::Unary { operand, .. } => asks(operand),
            _ => false,
        }
    }

    /// Does the function declare so many parameters?
    pub(super) fn declares(&mut self, function: &Value, count: Option<usize>) -> bool {
        let Some(count) = count else { return true };
        let Kind::Function(closure) = function.kind() else { return false };
        let id = closure.function;
        let declared =
            self.inside(&closure.item.clone(), None, None, |walker| walker.frame().segment.functions.get(id.0 as usize).map(|function| function.params.len()));
        declared.flatten() == Some(count)
    }

    /// `@app.errorhandler(Exception)`: what the function below gives is answered. `kinds` says of which errors.
    pub(super) fn answers_failures(&mut self, calls: &CallsEntry, kinds: &[Argument], function: &Value, span: Span) {
        let is_of_any = match kinds.first().map(|arg| arg.value.kind()) {
            Some(Kind::Number(status)) => status.starts_with('5'),
            Some(Kind::Library(library)) => matches!(library.step.as_str(), "Exception" | "BaseException"),
            Some(_) => false,
            None => true,
        };
        if !is_of_any || !matches!(function.kind(), Kind::Function(_)) {
            return;
        }
        let before = self.save();
        let params: Vec<Value> = calls.params.iter().map(|role| self.role(role)).collect();
        let kept = params.into_iter().map(|value| match is_failure(&value) {
            true => value,
            false => value.without_truth(),
        });
        let value = self.apply_plain(function, kept.collect());
        self.ended = false;
        self.restore(before);
        let (site, facts) = (self.site(span), self.facts.clone());
        self.events.push(Event::Use(Use { value: value.awaited(), kind: UseKind::Respond, site, facts }));
    }

    /// A member that is assigned and sets something up: `app.debug = True`, `app.config["SESSION_COOKIE_SECURE"] = False`.
    pub(super) fn set_up(&mut self, base: &Value, name: &Name, value: &Value, span: Span) {
        let Kind::Library(library) = base.kind() else { return };
        let states = self.catalogue().member(&library.states, name);
        for entry in self.catalogue().at(&states) {
            let Entry::Effect(effect) = entry else { continue };
            let site = self.site(span);
            self.effect(effect, base, &[Argument { name: name.clone(), value: value.clone(), site: site.clone(), spread: false }], &site, false);
        }
    }
}

pub(super) fn argument_at<'a>(place: &Where, args: &'a [Argument]) -> Option<&'a Argument> {
    match place {
        Where::Argument(at) => args.iter().filter(|arg| arg.name.is_empty()).nth(*at),
        Where::Keyword(name) => args.iter().find(|arg| arg.name == name.as_str()),
        Where::Receiver | Where::All => None,
    }
}

pub(super) fn is_failure(value: &Value) -> bool {
    value.taint().iter().any(|origin| origin.part == Part::Failure)
}

fn is_mode_name(name: &str) -> bool {
    let is_word = |word: &String| {
        matches!(word.as_str(), "debug" | "debugging" | "dev" | "devel" | "develop" | "development" | "prod" | "production" | "staging" | "testing")
    };
    names::words(name).iter().any(is_word)
}

/// Does this hold only where it was asked whether the program runs for its developers?
pub fn is_for_developers(facts: &Facts) -> bool {
    facts.iter().any(|fact| match fact {
        Fact::Present(symbol) | Fact::Absent(symbol) => matches!(&symbol.root, Root::Global(name) if *name == MODE),
        _ => false,
    })
}
