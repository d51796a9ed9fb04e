//! Walking a function of the project where it is called.

use std::sync::Arc;

use super::{Frame, MOST_DEPTH, Outcome, Walker};
use crate::facts::check::Facts;
use crate::facts::place::FunctionKey;
use crate::facts::value::{Alternative, Argument, Closure, Kind, Object, Seq, Value};
use crate::model::{Function, Rest};
use crate::text::Name;

pub(super) fn copy(closure: &Closure) -> Closure {
    Closure {
        item: closure.item.clone(),
        function: closure.function,
        captured: closure.captured.clone(),
        this: closure.this.clone(),
        class: closure.class.clone(),
        bound: closure.bound.clone(),
        assumes: closure.assumes.clone(),
    }
}

impl Walker<'_> {
    /// Calls a function with these values, as a root of its own or in the middle of a walk. What it gives is not awaited.
    pub(super) fn inline(&mut self, closure: &Arc<Closure>, args: &[Argument]) -> Value {
        let key = FunctionKey { item: closure.item.clone(), function: closure.function };
        let recursive = self.frames.iter().filter(|frame| frame.function == Some(closure.function) && frame.item == closure.item).count();
        if self.frames.len() > MOST_DEPTH || recursive > 0 || self.is_exhausted() {
            let taint = args.iter().fold(Default::default(), |taint: crate::facts::taint::Taint, arg| taint.join(arg.value.taint()));
            return Value::unknown().with_taint(taint);
        }
        let Some(module) = self.world.module(&closure.item.file) else { return Value::unknown() };
        self.reads.items.insert(closure.item.clone());
        let Some(placed) = module.segment_of(&closure.item).and_then(|at| module.model.segments.get(at)) else { return Value::unknown() };
        let segment = Arc::clone(&placed.segment);
        let Some(function) = segment.functions.get(closure.function.0 as usize) else { return Value::unknown() };
        self.visited.insert(key);
        self.facts.add_all(&closure.assumes);
        let entry = self.facts.clone();
        let is_method_self = closure.this.clone();
        self.frames.push(Frame {
            module,
            item: closure.item.clone(),
            segment: Arc::clone(&segment),
            function: Some(closure.function),
            state: Vec::new(),
            captured: closure.captured.clone(),
            this: is_method_self,
            class: closure.class.clone(),
            returns: Vec::new(),
            yields: Vec::new(),
            exits: Vec::new(),
            tries: 0,
            entry: entry.clone(),
        });
        self.parameters(function, &closure.bound, args);
        self.hoist(&function.body);
        if self.statements(&function.body) {
            let facts = self.facts.since(&entry);
            self.frame_mut().returns.push(Alternative { value: Value::null(), facts });
        }
        self.ended = false;
        let Some(frame) = self.frames.pop() else { return Value::unknown() };
        if self.frames.is_empty() {
            self.last_request = frame.state.first().map(|(_, value)| value.clone());
        }
        if function.kind == crate::model::FunctionKind::Constructor {
            self.built = frame.this.clone();
        } else if function.name == "__init__" {
            // Python names its `self`; it is the first variable that was bound.
            self.built = frame.state.first().map(|(_, value)| value.clone());
        }
        if function.is_generator {
            let rest = frame.yields.into_iter().reduce(super::expression::either);
            // The code after the last `yield` runs after whoever uses the value.
            self.facts = entry;
            return Value::new(Kind::Seq(Arc::new(Seq { items: Vec::new(), rest })));
        }
        let outcome = self.outcome(frame.returns, entry);
        let value = match outcome.value {
            Some(value) => value,
            None => {
                if function.is_async {
                    // It throws when it is awaited, and not before.
                    return Value::new(Kind::Promise(Value::unknown()));
                }
                self.ended = true;
                return Value::unknown();
            }
        };
        self.facts = outcome.facts;
        if function.is_async { promised(value) } else { value }
    }

    /// The ways a function came back, as one value and what always holds then.
    fn outcome(&mut self, returns: Vec<Alternative>, entry: Facts) -> Outcome {
        let mut all = returns.iter();
        let Some(first) = all.next() else { return Outcome { value: None, facts: entry } };
        let common = all.fold(first.facts.clone(), |common, next| common.or(&next.facts));
        let alternatives = returns.into_iter().map(|alternative| Alternative { facts: alternative.facts.since(&common), value: alternative.value }).collect();
        Outcome { value: Some(Value::union(alternatives)), facts: entry.and(&common) }
    }

    fn parameters(&mut self, function: &Function, bound: &[Value], args: &[Argument]) {
        let mut positional: Vec<Value> = bound.to_vec();
        let mut named: Vec<(Name, Value)> = Vec::new();
        let mut open = false;
        for arg in args {
            if !arg.name.is_empty() {
                named.push((arg.name.clone(), arg.value.clone()));
            } else if arg.spread {
                match arg.value.kind() {
                    Kind::Seq(seq) if seq.rest.is_none() => positional.extend(seq.items.iter().cloned()),
                    Kind::Object(object) => named.extend(object.fields.iter().cloned()),
                    _ => open = true,
                }
            } else {
                positional.push(arg.value.clone());
            }
        }
        let mut given = positional.into_iter();
        for param in &function.params {
            let name = self.parameter_name(param.pattern);
            let value = match param.rest {
                Rest::Sequence => Some(Value::new(Kind::Seq(Arc::new(Seq { items: given.by_ref().collect(), rest: open.then(Value::unknown) })))),
                Rest::Mapping => {
                    let mut object = Object::default();
                    for (name, value) in named.drain(..) {
                        object.set(name, value);
                    }
                    if let (1, Some(handler)) = (self.frames.len(), self.handler.clone()) {
                        // `def inner(*args, **kwargs)` around a handler: the framework passes what the path captured.
                        for name in handler.path.as_deref().map(captured).unwrap_or_default() {
                            let value = self.requested(None, &name, &handler);
                            object.set(name, value);
                        }
                    }
                    if open {
                        object.spread(Value::unknown());
                    }
                    Some(Value::new(Kind::Object(Arc::new(object))))
                }
                Rest::No => {
                    let by_name = name.as_ref().and_then(|name| named.iter().position(|(known, _)| known == name));
                    match by_name {
                        Some(at) => Some(named.remove(at).1),
                        None if param.keyword_only => None,
                        None => given.next(),
                    }
                }
            };
            let value = match value {
                Some(value) if matches!(value.kind(), Kind::Unknown) && value.symbol().is_none() && value.taint().is_empty() => {
                    param.ty.as_ref().and_then(|ty| self.declared(ty)).unwrap_or(value)
                }
                Some(value) => match (value.kind(), param.default) {
                    (Kind::Null, Some(default)) if !self.python() => self.eval(default),
                    _ => value,
                },
                None if open => Value::unknown(),
                None => self.ungiven(param, name.as_ref()),
            };
            self.bind(param.pattern, value);
        }
    }

    /// A parameter without an argument: its default, what its type injects, or nothing.
    fn ungiven(&mut self, param: &crate::model::Param, name: Option<&Name>) -> Value {
        if let Some(injected) = self.injected(param) {
            return injected;
        }
        if self.frames.len() == 1
            && let (Some(handler), Some(name)) = (self.handler.clone(), name)
        {
            return self.requested(param.ty.as_ref(), name, &handler);
        }
        if let Some(default) = param.default {
            let value = self.eval(default);
            if !matches!(value.kind(), Kind::Unknown) {
                return value;
            }
        }
        if let Some(value) = param.ty.as_ref().and_then(|ty| self.declared(ty)) {
            return value;
        }
        match name {
            // A root's own parameters are open; inside a walk an argument that is not given is undefined.
            Some(name) if self.frames.len() <= self.open_from + 1 => self.open_parameter(name),
            _ if self.python() => Value::unknown(),
            _ => Value::null(),
        }
    }

    /// A handler's own parameter: the framework fills it from the request.
    fn requested(&mut self, ty: Option<&crate::model::TypeRef>, name: &Name, handler: &super::Handler) -> Value {
        use crate::facts::check::{Root, Symbol};
        use crate::facts::taint::{Cleanings, Origin, Part, Taint};
        let converter = handler.path.as_deref().and_then(|path| converter(path, name));
        let part = match (converter, handler.injects) {
            (Some(_), _) => Part::Params,
            (None, true) => Part::Query,
            (None, false) => Part::Input,
        };
        let origin = |part, clean| Taint::of(Origin { part, name: name.clone(), site: None, clean });
        let clean = match converter {
            Some("int" | "float" | "uuid" | "path_int") => Cleanings::ALL,
            _ => Cleanings::NOSQL,
        };
        let root = match part {
            Part::Params => "params",
            Part::Query => "query",
            _ => "input",
        };
        let symbol = Symbol::new(Root::Request(Name::new_static(root))).member(name);
        let declared = ty.and_then(|ty| self.declared(ty));
        match declared.as_ref().map(Value::kind) {
            Some(Kind::Number(_)) => Value::number().with_taint(origin(part, Cleanings::ALL)).with_symbol(symbol),
            // A model of the project: its shape was checked, its content is the caller's.
            Some(Kind::Instance(_)) => {
                let value = declared.unwrap_or_else(Value::unknown);
                let shape = Cleanings(Cleanings::SHAPE.0 | Cleanings::NOSQL.0);
                value.with_taint(origin(Part::Body, shape)).with_symbol(Symbol::new(Root::Request("body".into())))
            }
            Some(Kind::Library(library)) if handler.injects && !library.states.is_empty() => declared.unwrap_or_else(Value::unknown),
            _ if part == Part::Input && !handler.injects && handler.path.is_none() => {
                Value::unknown().with_taint(origin(part, Cleanings::default())).with_symbol(symbol)
            }
            _ => Value::unknown().with_taint(origin(part, clean)).with_symbol(symbol),
        }
    }

    /// FastAPI's `Depends(f)`, in the default or in the type: the value that calling it gives.
    pub(super) fn injected(&mut self, param: &crate::model::Param) -> Option<Value> {
        if let Some(default) = param.default {
            let segment = self.frame().segment.clone();
            if let crate::model::ExprKind::Call { callee, args, .. } = &segment[default].kind
                && let Some(value) = self.injection(*callee, args, param.ty.as_ref())
            {
                return Some(value);
            }
        }
        let ty = param.ty.as_ref()?;
        self.injected_by_type(ty, 0)
    }

    fn injected_by_type(&mut self, ty: &crate::model::TypeRef, depth: u32) -> Option<Value> {
        if depth > 4 {
            return None;
        }
        if matches!(ty.name.as_str(), "Annotated" | "typing.Annotated" | "t.Annotated") {
            let segment = self.frame().segment.clone();
            for arg in ty.args.iter().skip(1) {
                if let Some(value) = arg.value
                    && let crate::model::ExprKind::Call { callee, args, .. } = &segment[value].kind
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
        let definition = module.definitions.get(&name)?.last()?.clone();
        let crate::facts::scope::Definition::Variable { segment, value, .. } = definition else { return None };
        let item = module.items.get(segment as usize)?.clone();
        self.inside(&item, None, None, |walker| walker.annotated_alias(value)).flatten()
    }

    /// Follows imports to the file that defines a type alias.
    fn alias_home(&mut self, file: &crate::text::FileId, name: &Name, member: Option<Name>, depth: u32) -> Option<(crate::text::FileId, Name)> {
        use super::Target;
        use crate::facts::scope::Definition;
        if depth > 6 {
            return None;
        }
        let module = self.world.module(file)?;
        match module.definitions.get(name).and_then(|all| all.last()) {
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
    fn annotated_alias(&mut self, value: crate::model::ExprId) -> Option<Value> {
        let segment = self.frame().segment.clone();
        let crate::model::ExprKind::Index { base, index, .. } = &segment[value].kind else { return None };
        let named = match &segment[*base].kind {
            crate::model::ExprKind::Name(name) => name == "Annotated",
            crate::model::ExprKind::Member { name, .. } => name == "Annotated",
            _ => false,
        };
        if !named {
            return None;
        }
        let items: Vec<crate::model::ExprId> = match &segment[*index].kind {
            crate::model::ExprKind::Seq { items, .. } => items.iter().map(|item| item.value).collect(),
            crate::model::ExprKind::Other(items) => items.clone(),
            _ => return None,
        };
        for item in items.iter().skip(1) {
            if let crate::model::ExprKind::Call { callee, args, .. } = &segment[*item].kind
                && let Some(value) = self.injection(*callee, args, None)
            {
                return Some(value);
            }
        }
        None
    }

    /// `Depends(f)`: `f` is called with its own dependencies; what it checked holds from here on.
    fn injection(&mut self, callee: crate::model::ExprId, args: &[crate::model::Arg], ty: Option<&crate::model::TypeRef>) -> Option<Value> {
        use crate::facts::catalogue::Entry;
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
        Some(self.depend(&dependency))
    }

    /// Runs a dependency: a function, a class or an object that can be called.
    pub fn depend(&mut self, dependency: &Value) -> Value {
        let value = match dependency.kind() {
            Kind::Function(closure) => {
                let closure = closure.clone();
                self.as_root(|walker| walker.inline(&closure, &[]))
            }
            Kind::Instance(_) => {
                let call = self.member(dependency, &Name::new_static("__call__"));
                match call.kind() {
                    Kind::Function(closure) => {
                        let closure = closure.clone();
                        self.as_root(|walker| walker.inline(&closure, &[]))
                    }
                    _ => Value::unknown(),
                }
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
        let before = std::mem::replace(&mut self.open_from, self.frames.len());
        let result = run(self);
        self.open_from = before;
        result
    }

    /// Walks a function as the root: a handler with its roles, or any function with open parameters.
    pub fn root(&mut self, function: &Value, args: Vec<Argument>) -> Value {
        let value = match function.kind() {
            Kind::Function(closure) => self.inline(&closure.clone(), &args),
            Kind::Promise(inner) => return self.root(&inner.clone(), args),
            _ => Value::unknown(),
        };
        self.fired_outside(&value)
    }
}

/// The names that a path pattern captures, in order.
fn captured(path: &str) -> Vec<Name> {
    let mut names = Vec::new();
    for part in path.split('/') {
        if let Some((inside, _)) = part.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
            names.push(Name::from(inside.split_once(':').map_or(inside, |(_, name)| name)));
        } else if let Some((inside, _)) = part.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
            names.push(Name::from(inside.split_once(':').map_or(inside, |(name, _)| name)));
        }
    }
    names
}

/// What a path pattern says about a parameter: `<int:id>`, `{id:int}`, `:id`.
pub fn converter<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    for (open, close) in [('<', '>'), ('{', '}')] {
        for part in path.split(open).skip(1) {
            let Some((inside, _)) = part.split_once(close) else { continue };
            let (left, right) = inside.split_once(':').unwrap_or((inside, ""));
            if open == '<' && right == name {
                return Some(left);
            }
            if left == name {
                return Some(right);
            }
        }
    }
    path.split('/').any(|part| part.strip_prefix(':').is_some_and(|part| part.trim_end_matches(['?', '*', '+']) == name)).then_some("")
}

fn promised(value: Value) -> Value {
    match value.kind() {
        Kind::Promise(_) => value,
        _ => Value::new(Kind::Promise(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::{captured, converter};

    #[test]
    fn a_path_tells_what_it_captures() {
        assert_eq!(captured("/teams/<int:team>/notes/<id>/"), ["team", "id"]);
        assert_eq!(captured("/notes/{id:uuid}/{page}"), ["id", "page"]);
        assert_eq!(captured("/notes"), [""; 0]);
    }

    #[test]
    fn converters_of_all_spellings() {
        assert_eq!(converter("/notes/<int:id>", "id"), Some("int"));
        assert_eq!(converter("/notes/<id>", "id"), Some(""));
        assert_eq!(converter("/notes/{id}", "id"), Some(""));
        assert_eq!(converter("/notes/{id:uuid}", "id"), Some("uuid"));
        assert_eq!(converter("/notes/:id", "id"), Some(""));
        assert_eq!(converter("/notes/:id", "slug"), None);
    }
}
