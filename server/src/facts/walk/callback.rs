//! Functions that others call: executors of promises, what comes after one, and callbacks of what cannot be looked into.

use super::Walker;
use crate::facts::check::{Root, Symbol};
use crate::facts::value::{Argument, Kind, Value};

impl Walker<'_> {
    /// `new Promise((resolve) => ..)`: what it is resolved with.
    pub(super) fn promise(&mut self, executor: &Value) -> Value {
        self.promised.push(Vec::new());
        let executor = executor.clone();
        self.repeated(|walker| walker.apply_plain(&executor, vec![Value::new(Kind::Next), Value::unknown()]));
        self.ended = false;
        let resolved = self.promised.pop().unwrap_or_default();
        let value = resolved.into_iter().reduce(super::expression::either).unwrap_or_else(Value::unknown).awaited();
        self.calls += 1;
        let value =
            if value.symbol().is_none() && matches!(value.kind(), Kind::Unknown) { value.with_symbol(Symbol::new(Root::Call(self.calls))) } else { value };
        Value::new(Kind::Promise(value))
    }

    /// `ready().then(() => app.use(..))`: what comes after something that cannot be looked into. Once it is there, it goes on.
    pub(super) fn continued(&mut self, args: &[Argument]) -> Option<Value> {
        let next = args.first()?.value.clone();
        if !matches!(next.kind(), Kind::Function(_)) {
            return self.callbacks(args);
        }
        let given = self.repeated(|walker| walker.apply_plain(&next, vec![Value::unknown()]));
        self.ended = false;
        Some(Value::new(Kind::Promise(given.awaited())))
    }

    /// Functions given to something that cannot be looked into are taken to be called by it, once.
    pub(super) fn callbacks(&mut self, args: &[Argument]) -> Option<Value> {
        let at_top = self.frame().function.is_none();
        let mut given = None;
        let mut functions = 0;
        for arg in args {
            if let Kind::Function(closure) = arg.value.kind() {
                functions += 1;
                if at_top {
                    given = Some(arg.value.clone());
                    continue;
                }
                let before = self.save();
                let closure = closure.clone();
                let value = self
                    .repeated(|walker| if walker.python() { walker.inline(&closure, &[]) } else { walker.as_callback(|walker| walker.inline(&closure, &[])) });
                self.ended = false;
                let after = self.save();
                // It may not have been called at all.
                let joined = self.mix(before.clone(), after, &before.1);
                self.restore(joined);
                given = Some(value);
            }
        }
        if functions == 1 { given } else { None }
    }
}
