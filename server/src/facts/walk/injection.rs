//! Dependencies that a framework calls to fill a parameter: FastAPI's `Depends(f)`.

use super::call::called_name;
use super::{Target, Walker};
use crate::facts::catalogue::{Entry, How};
use crate::facts::check::{Fact, Guard, GuardKind};
use crate::facts::scope::Definition;
use crate::facts::value::{Kind, Value};
use crate::model::{Arg, ExprId, ExprKind, Param, TypeRef};
use crate::text::{FileId, Name};

impl Walker<'_> {
    /// FastAPI's `Depends(f)`, in the default or in the type: the value that calling it gives.
    pub(super) fn injected(&mut self, param: &Param) -> Option<Value> {
        if let Some(default) = param.default {
            let segment = self.frame().segment.clone();
            if let ExprKind::Call { callee, args, .. } = &segment[default].kind
                && let Some(value) = self.injection(*callee, args, param.ty.as_ref())
            {
                return Some(value);
            }
        }
        let ty = param.ty.as_ref()?;
        self.injected_by_type(ty, 0)
    }

    fn injected_by_type(&mut self, ty: &TypeRef, depth: u32) -> Option<Value> {
        if depth > 4 {
            return None;
        }
        if matches!(ty.name.as_str(), "Annotated" | "typing.Annotated" | "t.Annotated") {
            let segment = self.frame().segment.clone();
            for arg in ty.args.iter().skip(1) {
                if let Some(value) = arg.value
                    && let ExprKind::Call { callee, args, .. } = &segment[value].kind
                    && let Some(value) = self.injection(*callee, args, ty.args.first())
                {
                    return Some(value);
                }
            }
            return None;
        }
        // An alias: `CurrentUser = Annotated[User, Depends(get_current_user)]`, here or in another file.
        let mut parts = ty.name.split('.');
        let first = Name::from(parts.next().filter(|name| !name.is_empty())?);
        let file = self.frame().module.model.file.clone();
        let (file, name) = self.alias_home(&file, &first, parts.next().map(Name::from), 0)?;
        let module = self.world.module(&file)?;
        let definition = module.definitions.last(&name)?.clone();
        let Definition::Variable { segment, value, .. } = definition else { return None };
        let item = module.item(segment as usize)?;
        self.inside(&item, None, None, |walker| walker.annotated_alias(value)).flatten()
    }

    /// Follows imports to the file that defines a type alias.
    fn alias_home(&mut self, file: &FileId, name: &Name, member: Option<Name>, depth: u32) -> Option<(FileId, Name)> {
        if depth > 6 {
            return None;
        }
        let module = self.world.module(file)?;
        match module.definitions.last(name) {
            Some(Definition::Import { source, imported }) => {
                let (source, imported) = (source.clone(), imported.clone());
                match (self.world.resolve(file, &source), member) {
                    (Target::File(target), None) if imported != "*" => self.alias_home(&target, &imported, None, depth + 1),
                    (Target::File(target), Some(member)) if imported == "*" => self.alias_home(&target, &member, None, depth + 1),
                    (_, Some(member)) => {
                        let joined = if source.ends_with('.') { format!("{source}{imported}") } else { format!("{source}.{imported}") };
                        match self.world.resolve(file, &joined) {
                            Target::File(target) => self.alias_home(&target, &member, None, depth + 1),
                            _ => None,
                        }
                    }
                    _ => None,
                }
            }
            Some(_) => Some((file.clone(), name.clone())),
            None => None,
        }
    }

    /// `Annotated[T, Depends(f)]` as a value.
    fn annotated_alias(&mut self, value: ExprId) -> Option<Value> {
        let segment = self.frame().segment.clone();
        let ExprKind::Index { base, index, .. } = &segment[value].kind else { return None };
        let named = match &segment[*base].kind {
            ExprKind::Name(name) => name == "Annotated",
            ExprKind::Member { name, .. } => name == "Annotated",
            _ => false,
        };
        if !named {
            return None;
        }
        let items: Vec<ExprId> = match &segment[*index].kind {
            ExprKind::Seq { items, .. } => items.iter().map(|item| item.value).collect(),
            ExprKind::Other(items) => items.clone(),
            _ => return None,
        };
        for item in items.iter().skip(1) {
            if let ExprKind::Call { callee, args, .. } = &segment[*item].kind
                && let Some(value) = self.injection(*callee, args, None)
            {
                let ty = items.first().map(|first| self.eval(*first)).filter(|_| is_unsure(&value));
                return Some(ty.and_then(|ty| self.of_type(&ty)).filter(is_client).unwrap_or(value));
            }
        }
        None
    }

    /// `Depends(f)`: `f` is called with its own dependencies; what it checked holds from here on.
    fn injection(&mut self, callee: ExprId, args: &[Arg], ty: Option<&TypeRef>) -> Option<Value> {
        let function = self.eval(callee);
        let library = function.as_library()?;
        let states = self.world.catalogue().call(&library.states);
        let injects = self.world.catalogue().at(&states).any(|entry| matches!(entry, Entry::Injects));
        if !injects {
            return None;
        }
        let dependency = match args.iter().find(|arg| arg.name.as_ref().is_none_or(|name| name == "dependency")) {
            Some(arg) => self.eval(arg.value),
            // `Depends()` on its own means the declared class.
            None => return ty.and_then(|ty| self.declared(ty)),
        };
        let value = self.depend(&dependency);
        // The function that makes the session may not be there to be looked into: what it makes is declared.
        let declared = ty.filter(|_| is_unsure(&value)).and_then(|ty| self.declared(ty)).filter(is_client);
        Some(declared.unwrap_or(value))
    }

    /// Runs a dependency: a function, a class or an object that can be called.
    pub fn depend(&mut self, dependency: &Value) -> Value {
        let value = match dependency.kind() {
            Kind::Function(closure) => {
                let closure = closure.clone();
                self.as_root(|walker| walker.inline(&closure, &[]))
            }
            // In front of a route nothing is walked yet: what is asked of the object is asked where its class stands.
            Kind::Instance(instance) => {
                let item = instance.class.item.clone();
                let call = self.inside(&item, None, None, |walker| walker.member(dependency, &Name::new_static("__call__")));
                match call.unwrap_or_else(Value::unknown).kind() {
                    Kind::Function(closure) => {
                        let closure = closure.clone();
                        self.as_root(|walker| walker.inline(&closure, &[]))
                    }
                    _ => Value::unknown(),
                }
            }
            Kind::Library(library) => {
                // `Depends(RateLimiter(times=5))`: the object that was made guards.
                for entry in self.catalogue().at(&library.states) {
                    if let Entry::Guard(guard) = entry
                        && guard.guards_as(How::Dependency)
                        && guard.kind == GuardKind::Limit
                    {
                        self.facts.add(Fact::Guard(Guard { kind: guard.kind, sure: true, name: called_name(dependency), site: library.site.clone() }));
                    }
                }
                self.apply_plain(dependency, Vec::new())
            }
            _ => self.apply_plain(dependency, Vec::new()),
        };
        self.ended = false;
        match value.awaited().kind() {
            Kind::Seq(seq) if seq.items.is_empty() => seq.rest.clone().unwrap_or_else(Value::unknown),
            _ => value.awaited(),
        }
    }

    /// Parameters of what is called inside are filled by the framework, as those of a handler are.
    fn as_root<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = (std::mem::replace(&mut self.open_from, self.frames.len()), std::mem::take(&mut self.is_called_back));
        let result = run(self);
        (self.open_from, self.is_called_back) = before;
        result
    }

    /// Parameters of a callback of something that cannot be looked into: their names and types may say what they are.
    pub(super) fn as_callback<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = (std::mem::replace(&mut self.open_from, self.frames.len()), std::mem::replace(&mut self.is_called_back, true));
        let result = run(self);
        (self.open_from, self.is_called_back) = before;
        result
    }
}

/// Nothing is known of it, or only what its name makes probable.
fn is_unsure(value: &Value) -> bool {
    match value.kind() {
        Kind::Unknown => true,
        Kind::Library(library) => library.states.is_empty() || library.guessed,
        _ => false,
    }
}

/// A value of a library that the catalogue knows.
fn is_client(value: &Value) -> bool {
    matches!(value.kind(), Kind::Library(library) if !library.states.is_empty())
}
