//! Parameters: what a function gets from its caller, from its framework, or from nobody.

use std::sync::Arc;

use super::{Handler, Walker};
use crate::facts::catalogue::Reached;
use crate::facts::check::{Root, Symbol};
use crate::facts::taint::{Cleanings, Origin, Part, Taint};
use crate::facts::value::{Argument, Kind, Object, Seq, Value};
use crate::model::{ExprId, ExprKind, Function, Key, Param, PatternId, PatternKind, Rest, TypeRef};
use crate::text::Name;

impl Walker<'_> {
    pub(super) fn parameters(&mut self, function: &Function, bound: &[Value], args: &[Argument]) {
        let mut positional: Vec<Value> = bound.to_vec();
        let mut named: Vec<(Name, Value)> = Vec::new();
        // What may come after what is known.
        let mut open: Option<Value> = None;
        for arg in args {
            if !arg.name.is_empty() {
                named.push((arg.name.clone(), arg.value.clone()));
            } else if arg.spread {
                match arg.value.kind() {
                    Kind::Seq(seq) if seq.rest.is_none() => positional.extend(seq.items.iter().cloned()),
                    Kind::Seq(seq) => {
                        positional.extend(seq.items.iter().cloned());
                        open = seq.rest.clone();
                    }
                    Kind::Object(object) => named.extend(object.fields.iter().cloned()),
                    _ => open = Some(Value::unknown()),
                }
            } else {
                positional.push(arg.value.clone());
            }
        }
        let mut given = positional.into_iter();
        let shape = self.shape(function);
        for (at, param) in function.params.iter().enumerate() {
            let name = self.parameter_name(param.pattern);
            let value = match param.rest {
                Rest::Sequence => {
                    let rest = open.clone().or_else(|| self.sent_after(name.as_ref()));
                    Some(Value::new(Kind::Seq(Arc::new(Seq { items: given.by_ref().collect(), rest }))))
                }
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
                    if open.is_some() {
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
                None if open.is_some() => open.as_ref().map_or_else(Value::unknown, |open| one_of(open, name.as_ref())),
                None => match shape.iter().find(|(of, _)| *of == at) {
                    Some((_, value)) => value.clone(),
                    None => self.ungiven(param, name.as_ref(), at == 0),
                },
            };
            self.bind(param.pattern, value);
        }
        // What was injected ran before the handler does anything itself.
        if self.frames.len() == 1 && self.handler.as_ref().is_some_and(|handler| handler.injects) {
            self.before_handler = self.events.len();
        }
    }

    /// `(...args)` around an action: whoever calls it sends as many as they like.
    fn sent_after(&mut self, name: Option<&Name>) -> Option<Value> {
        let handler = self.handler.clone().filter(|_| self.frames.len() == 1 && !self.python())?;
        let is_action = self.catalogue().framework(&handler.framework).is_some_and(|framework| framework.reached == Reached::Action);
        let name = name.filter(|_| is_action)?;
        Some(self.requested(None, name, &handler))
    }

    /// The parameters of a function that nobody here calls or registers, where they are what a framework passes to its handlers.
    fn shape(&mut self, function: &Function) -> Vec<(usize, Value)> {
        let is_open = self.frames.len() <= self.open_from + 1 && (self.frames.len() > 1 || self.handler.is_none());
        if !is_open || self.python() {
            return Vec::new();
        }
        if let Some(event) = self.failures_of_all().or_else(|| self.exported_handler(function)) {
            return vec![(0, event)];
        }
        if function.params.len() < 2 {
            return Vec::new();
        }
        let params: Vec<(Option<Name>, Option<Name>)> = function
            .params
            .iter()
            .map(|param| {
                let name = match &self.frame().segment[param.pattern].kind {
                    PatternKind::Name(name) => Some(name.clone()),
                    _ => None,
                };
                (name, param.ty.as_ref().map(|ty| Name::from(ty.name.rsplit('.').next().unwrap_or_default())))
            })
            .collect();
        let catalogue = self.world.catalogue();
        let Some((framework, begins)) = catalogue.shaped(&params) else { return Vec::new() };
        let roles = framework.params.clone();
        roles.iter().zip(begins..function.params.len()).map(|(role, at)| (at, self.probable_role(role))).collect()
    }

    /// A parameter without an argument: its default, what its type injects, or nothing.
    fn ungiven(&mut self, param: &Param, name: Option<&Name>, is_first: bool) -> Value {
        if !param.decorators.is_empty()
            && let Some(filled) = self.filled(&param.decorators, param.ty.as_ref())
        {
            return filled;
        }
        if let Some(injected) = self.injected(param) {
            return injected;
        }
        if self.frames.len() == 1
            && self.handler.is_none()
            && is_first
            && let Some(given) = self.page_properties()
        {
            return given;
        }
        if let Some(name) = name
            && let Some(value) = self.said_by_model(param, name)
        {
            return value;
        }
        if let Some(name) = name
            && let Some(value) = self.sent_as(param, name)
        {
            return value;
        }
        // A dependency's own parameters are filled as the handler's are.
        let is_filled = self.frames.len() == 1
            || self.frames.len() == self.open_from + 1 && !self.is_called_back && self.handler.as_ref().is_some_and(|handler| handler.injects);
        if is_filled && let (Some(handler), Some(name)) = (self.handler.clone(), name) {
            let named = self.catalogue().framework(&handler.framework).and_then(|framework| framework.named.get(name)).cloned();
            if let Some(role) = named {
                return self.role(&role);
            }
            return self.requested(param.ty.as_ref(), name, &handler);
        }
        if let Some(default) = param.default {
            let value = self.eval(default);
            if !matches!(value.kind(), Kind::Unknown) {
                return value;
            }
        }
        if let Some(value) = param.ty.as_ref().and_then(|ty| self.written_by_model(ty, 0).or_else(|| self.declared(ty))) {
            return value;
        }
        match name {
            // A root's own parameters are open; inside a walk an argument that is not given is undefined.
            Some(name) if self.frames.len() <= self.open_from + 1 => self.open_parameter(name),
            _ if self.python() => Value::unknown(),
            _ => Value::null(),
        }
    }

    /// `role: str = Header()`, `Annotated[str, Cookie()]`: the parameter says where in the request it stands.
    fn sent_as(&mut self, param: &Param, name: &Name) -> Option<Value> {
        if !self.handler.as_ref().is_some_and(|handler| handler.injects) {
            return None;
        }
        let annotated = param.ty.iter().filter(|ty| ty.name.rsplit('.').next() == Some("Annotated")).flat_map(|ty| ty.args.iter().skip(1));
        let places: Vec<ExprId> = annotated.filter_map(|arg| arg.value).chain(param.default).collect();
        let segment = self.frame().segment.clone();
        let calls: Vec<ExprId> = places.into_iter().filter(|place| matches!(segment[*place].kind, ExprKind::Call { .. })).collect();
        calls.into_iter().find_map(|call| {
            let said = self.eval(call);
            let origin =
                said.taint().iter().find(|origin| matches!(origin.part, Part::Headers | Part::Cookies)).filter(|_| matches!(said.kind(), Kind::Unknown))?;
            let root = if origin.part == Part::Headers { "headers" } else { "cookies" };
            let taint = Taint::of(Origin { part: origin.part, name: name.clone(), site: origin.site.clone(), clean: Cleanings::NOSQL });
            Some(Value::unknown().with_taint(taint).with_symbol(Symbol::new(Root::Request(Name::new_static(root))).member(name)))
        })
    }

    /// A handler's own parameter: the framework fills it from the request.
    fn requested(&mut self, ty: Option<&TypeRef>, name: &Name, handler: &Handler) -> Value {
        let converter = handler.path.as_deref().and_then(|path| converter(path, name));
        let is_whole = ty.is_some_and(|ty| matches!(&*ty.name, "dict" | "Dict" | "list" | "List" | "Mapping" | "MutableMapping"));
        let part = match (converter, handler.injects) {
            (Some(_), _) => Part::Params,
            // What is typed as a table or a list is the payload.
            (None, true) if is_whole => Part::Body,
            (None, true) => Part::Query,
            (None, false) => Part::Input,
        };
        let origin = |part, clean| Taint::of(Origin { part, name: name.clone(), site: None, clean });
        let clean = match converter {
            Some("int" | "float" | "uuid" | "path_int") => Cleanings::ALL,
            // A table of anything has tables in it, too.
            None if part == Part::Body && !ty.is_some_and(holds_plain) => Cleanings::default(),
            _ => Cleanings::NOSQL,
        };
        let root = match part {
            Part::Params => "params",
            Part::Query => "query",
            Part::Body => "body",
            _ => "input",
        };
        let symbol = Symbol::new(Root::Request(Name::new_static(root)));
        let symbol = if part == Part::Body { symbol } else { symbol.member(name) };
        let declared = ty.and_then(|ty| self.declared(ty)).map(|value| self.shared_if_request(value));
        let is_open = handler.injects && converter.is_none() && self.python();
        if let Some(value) = ty.filter(|_| is_open).and_then(|ty| self.perhaps_injected(ty, name)) {
            return value;
        }
        match declared.as_ref().map(Value::kind) {
            Some(Kind::Number(_)) => Value::number().with_taint(origin(part, Cleanings::ALL)).with_symbol(symbol),
            // One that takes whatever comes has no shape.
            Some(Kind::Instance(instance)) if self.takes_anything(&instance.class.clone()) => {
                Value::unknown().with_taint(origin(Part::Body, Cleanings::NOSQL)).with_symbol(Symbol::new(Root::Request("body".into())))
            }
            // A model of the project: its shape was checked, its content is the caller's.
            Some(Kind::Instance(instance)) => {
                self.sent.push(instance.class.clone());
                let value = declared.clone().unwrap_or_else(Value::unknown);
                let shape = Cleanings(Cleanings::SHAPE.0 | Cleanings::NOSQL.0);
                value.with_taint(origin(Part::Body, shape)).with_symbol(Symbol::new(Root::Request("body".into())))
            }
            // What stands in the path is from there, whatever reads it.
            Some(Kind::Library(library)) if handler.injects && converter.is_none() && !library.states.is_empty() => declared.unwrap_or_else(Value::unknown),
            // `session`, of a type that is not here: called like what a dependency gives, and not like what is sent.
            None if self.python() && handler.injects && converter.is_none() && self.guessed(name).is_some() => {
                self.guessed(name).unwrap_or_else(Value::unknown)
            }
            _ if part == Part::Input && !handler.injects && handler.path.is_none() => {
                Value::unknown().with_taint(origin(part, Cleanings::default())).with_symbol(symbol)
            }
            // A path that matched has something in this place.
            _ if matches!(converter, Some("" | "str" | "slug" | "uuid" | "string")) => {
                Value::unknown().with_taint(origin(part, clean)).with_symbol(symbol).present()
            }
            _ => Value::unknown().with_taint(origin(part, clean)).with_symbol(symbol),
        }
    }

    /// A parameter that no caller gave.
    pub(super) fn open_parameter(&mut self, name: &Name) -> Value {
        self.calls += 1;
        let origin = Origin { part: Part::Parameter, name: name.clone(), site: None, clean: Default::default() };
        if let Some(value) = self.guessed(name) {
            return value;
        }
        if self.is_called_back {
            return Value::unknown().with_symbol(Symbol::new(Root::Call(self.calls)));
        }
        Value::unknown().with_symbol(Symbol::new(Root::Parameter(self.calls))).with_taint(Taint::of(origin))
    }

    /// The names of the parameters that a function declares, where they are plain names.
    pub(super) fn parameter_name(&self, pattern: PatternId) -> Option<Name> {
        let segment = &self.frame().segment;
        match &segment[pattern].kind {
            PatternKind::Name(name) => Some(name.clone()),
            PatternKind::Default { pattern, .. } => self.parameter_name(*pattern),
            PatternKind::Object { entries, .. } => entries.first().and_then(|entry| match &entry.key {
                Key::Name(name) => Some(name.clone()),
                Key::Computed(_) => None,
            }),
            _ => None,
        }
    }
}

/// `dict[str, str]`, `list[int]`
fn holds_plain(ty: &TypeRef) -> bool {
    ty.args.last().is_some_and(|held| matches!(&*held.name, "str" | "int" | "float" | "bool"))
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

/// What a parameter gets of a list of which only what its elements are is known.
fn one_of(rest: &Value, name: Option<&Name>) -> Value {
    match (rest.symbol(), name) {
        (Some(symbol), Some(name)) => rest.clone().with_symbol(symbol.member(name)).with_taint(rest.taint().member(name)),
        _ => rest.clone(),
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
