//! What the code of a configuration comes to: its literals, its own functions and the files it imports, over the program
//! model. Of a library only what the catalogue says is known. Where two things may be, both are kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::scope;
use crate::facts::scope::{Definition, Export, Module};
use crate::facts::setup::catalogue::CATALOGUE;
use crate::facts::setup::{Field, Given, Map, Shape};
use crate::facts::walk::Target;
use crate::model::{Arg, BinaryOp, Entry, Expr, ExprId, ExprKind, FunctionId, Key, LogicalOp, Segment, SeqItem, TemplatePart, UnaryOp};
use crate::project::Project;
use crate::text::{FileId, Name, Place, Span};

const MOST_STEPS: u32 = 20_000;
const DEEPEST: u32 = 60;

pub(super) struct Evaluator<'p> {
    pub(super) project: &'p Project,
    steps: u32,
    reads: BTreeSet<FileId>,
    /// Names that are being looked up, and which of their values.
    looking: Vec<(FileId, Name, usize)>,
}

/// Where an expression stands.
#[derive(Clone)]
pub(super) struct At {
    pub file: FileId,
    pub module: Arc<Module>,
    pub segment: u32,
    /// The functions around it, innermost last, each with its arguments where it was called.
    pub functions: Vec<(FunctionId, Option<Arc<Vec<Given>>>)>,
}

impl At {
    fn segment(&self) -> &Segment {
        // Made from the module's own definitions and segments.
        &self.module.model.segments[self.segment as usize].segment
    }

    pub(super) fn place(&self, span: Span) -> Place {
        let start = self.module.model.segments.get(self.segment as usize).map_or(0, |placed| placed.start);
        Place { file: self.file.clone(), span: span.shifted(start) }
    }

    fn top(&self, segment: u32) -> At {
        At { segment, functions: Vec::new(), ..self.clone() }
    }
}

impl<'p> Evaluator<'p> {
    pub(super) fn new(project: &'p Project) -> Self {
        Evaluator { project, steps: 0, reads: BTreeSet::new(), looking: Vec::new() }
    }

    /// The other files that were looked into.
    pub(super) fn read_files(self, own: &FileId) -> Vec<FileId> {
        self.reads.into_iter().filter(|file| file != own).collect()
    }

    /// What a file exports under a name.
    pub(super) fn exported(&mut self, file: &FileId, name: &str, depth: u32) -> Option<Given> {
        self.reads.insert(file.clone());
        let known = self.project.file(file)?;
        let Some(module) = known.module.clone() else {
            let tree = crate::model::data::read(known.document.language, &known.document.text());
            let given = Given::of(file, tree.root()?);
            return if name == "default" { Some(given) } else { given.get(name).cloned() };
        };
        if depth > DEEPEST {
            return None;
        }
        let at = At { file: file.clone(), module: Arc::clone(&module), segment: 0, functions: Vec::new() };
        match module.exports.get(name) {
            Some(Export::Local(local)) => self.name(&at, local, depth + 1),
            Some(Export::From { source, name }) => self.imported(&at, source, name, depth + 1),
            Some(Export::Expression(segment, expr)) => Some(self.eval(&at.top(*segment), *expr, depth + 1)),
            None => None,
        }
    }

    fn imported(&mut self, at: &At, source: &str, name: &str, depth: u32) -> Option<Given> {
        match self.project.resolver().resolve(&at.file, source) {
            Target::File(file) if name != "*" => self.exported(&file, name, depth),
            _ => None,
        }
    }

    /// A name in the functions around it, or of the file.
    fn name(&mut self, at: &At, name: &Name, depth: u32) -> Option<Given> {
        for inner in (0..at.functions.len()).rev() {
            let (function, arguments) = &at.functions[inner];
            let found = scope::of_function(at.segment(), *function, name);
            if !found.is_empty() {
                let around = At { functions: at.functions[..=inner].to_vec(), ..at.clone() };
                let count = found.len();
                return self.guarded(&at.file, name, count, |walker, which| {
                    let given = found.get(count - 1 - which)?;
                    let value = walker.eval(&around, given.value, depth + 1);
                    Some(walker.along(value, &given.way))
                });
            }
            if let Some(given) = self.parameter(at, *function, arguments.as_deref(), name) {
                return given;
            }
        }
        let definitions = at.module.definitions.get(name)?.clone();
        self.guarded(&at.file, name, definitions.len(), |walker, which| match definitions.get(which)? {
            Definition::Import { source, imported } => walker.imported(at, source, imported, depth + 1),
            Definition::Function(segment, function) => Some(walker.returned(&at.top(*segment), *function, None, depth + 1)),
            Definition::Variable { segment, pattern, value } => {
                let at = at.top(*segment);
                let value = walker.eval(&at, *value, depth + 1);
                let way = scope::way_to(at.segment(), *pattern, name)?;
                Some(walker.along(value, &way))
            }
            Definition::Class(..) => None,
        })
    }

    /// The outer `None`: it is no parameter of this function.
    fn parameter(&self, at: &At, function: FunctionId, arguments: Option<&Vec<Given>>, name: &Name) -> Option<Option<Given>> {
        let params = &at.segment().functions.get(function.0 as usize)?.params;
        params.iter().enumerate().find_map(|(index, param)| {
            let way = scope::way_to(at.segment(), param.pattern, name)?;
            let given = arguments.and_then(|arguments| arguments.get(index)).cloned();
            Some(given.map(|given| self.along(given, &way)))
        })
    }

    /// `config = withX(config)`: a value that is made of the one before it.
    fn guarded(&mut self, file: &FileId, name: &Name, count: usize, look: impl FnOnce(&mut Self, usize) -> Option<Given>) -> Option<Given> {
        let open = self.looking.iter().filter(|(known, of, _)| known == file && of == name).map(|(_, _, which)| *which).min();
        let which = open.unwrap_or(count).checked_sub(1)?;
        if self.looking.len() > DEEPEST as usize {
            return None;
        }
        self.looking.push((file.clone(), name.clone(), which));
        let found = look(self, which);
        self.looking.pop();
        found
    }

    fn along(&self, given: Given, way: &[Name]) -> Given {
        way.iter().fold(given, |given, name| member(&given, name))
    }

    /// What a function gives back.
    fn returned(&mut self, at: &At, function: FunctionId, arguments: Option<Vec<Given>>, depth: u32) -> Given {
        let Some(body) = at.segment().functions.get(function.0 as usize).map(|function| (function.body.clone(), function.span)) else {
            return Given::new(at.place(Span::default()), Shape::Unknown);
        };
        let mut inside = at.clone();
        inside.functions.push((function, arguments.map(Arc::new)));
        let mut ways = Vec::new();
        self.returns(&inside, &body.0, &mut ways, depth + 1);
        one_of(ways, at.place(body.1))
    }

    /// True if no statement after these is reached.
    fn returns(&mut self, at: &At, body: &[crate::model::StmtId], ways: &mut Vec<Given>, depth: u32) -> bool {
        use crate::model::StmtKind;
        if depth > DEEPEST {
            return false;
        }
        for stmt in body {
            match &at.segment()[*stmt].kind {
                StmtKind::Return(Some(value)) => {
                    let value = self.eval(at, *value, depth + 1);
                    ways.push(value);
                    return true;
                }
                StmtKind::Return(None) | StmtKind::Throw(_) => return true,
                StmtKind::If { cond, then, otherwise, .. } => {
                    let cond = self.eval(at, *cond, depth + 1);
                    let ended = match truth(&cond) {
                        Some(true) => self.returns(at, then, ways, depth + 1),
                        Some(false) => self.returns(at, otherwise, ways, depth + 1),
                        None => {
                            let first = self.returns(at, then, ways, depth + 1);
                            self.returns(at, otherwise, ways, depth + 1) && first
                        }
                    };
                    if ended {
                        return true;
                    }
                }
                StmtKind::Block(body) | StmtKind::Try { body, .. } => {
                    if self.returns(at, body, ways, depth + 1) {
                        return true;
                    }
                }
                StmtKind::Loop { body, .. } => drop(self.returns(at, body, ways, depth + 1)),
                _ => {}
            }
        }
        false
    }

    pub(super) fn eval(&mut self, at: &At, id: ExprId, depth: u32) -> Given {
        self.steps += 1;
        let Some(expr) = at.segment().exprs.get(id.0 as usize) else { return Given::new(at.place(Span::default()), Shape::Unknown) };
        let place = at.place(expr.span);
        if depth > DEEPEST || self.steps > MOST_STEPS {
            return Given::new(place, Shape::Unknown);
        }
        let shape = self.shape(at, expr, &place, depth + 1);
        Given::new(place, shape)
    }

    fn shape(&mut self, at: &At, expr: &Expr, place: &Place, depth: u32) -> Shape {
        match &expr.kind {
            ExprKind::Str(text) | ExprKind::Bytes(text) => Shape::Text(Arc::clone(text)),
            ExprKind::Template(parts) => self.template(at, parts, depth),
            ExprKind::Num(number) => Shape::Number(number.clone()),
            ExprKind::Bool(value) => Shape::Bool(*value),
            ExprKind::Null => Shape::Null,
            ExprKind::Name(name) => match self.name(at, name, depth) {
                Some(given) if given.shape != Shape::Unknown => given.shape,
                _ if name == "__dirname" => Shape::Text(at.file.folder().into()),
                _ => deployed(name),
            },
            ExprKind::Member { base, name, .. } => self.member(at, *base, name, depth),
            ExprKind::Index { base, index, .. } => {
                let index = self.eval(at, *index, depth);
                match index.text() {
                    Some(name) => self.member(at, *base, &Name::from(name), depth),
                    None => Shape::Made(vec![self.eval(at, *base, depth)]),
                }
            }
            ExprKind::Call { callee, args, .. } => self.call(at, *callee, args, place, depth),
            ExprKind::Object(entries) => self.object(at, entries, depth),
            ExprKind::Seq { items, .. } => self.list(at, items, depth),
            ExprKind::Function(function) => self.returned(at, *function, None, depth).shape,
            ExprKind::Await(inner) => self.eval(at, *inner, depth).shape,
            ExprKind::Unary { op: UnaryOp::Not, operand } => {
                let operand = self.eval(at, *operand, depth);
                truth(&operand).map_or(Shape::Unknown, |is| Shape::Bool(!is))
            }
            ExprKind::Unary { op: UnaryOp::Void, .. } => Shape::Null,
            ExprKind::Binary { op, left, right } => {
                let (left, right) = (self.eval(at, *left, depth), self.eval(at, *right, depth));
                binary(*op, left, right)
            }
            ExprKind::Logical { op, left, right } => {
                let left = self.eval(at, *left, depth);
                let is = match op {
                    LogicalOp::Nullish => match left.shape {
                        Shape::Null => Some(false),
                        Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) | Shape::Map(_) | Shape::List(_) => Some(true),
                        _ => None,
                    },
                    LogicalOp::And | LogicalOp::Or => truth(&left),
                };
                match (op, is) {
                    (LogicalOp::And, Some(true)) | (LogicalOp::Or | LogicalOp::Nullish, Some(false)) => self.eval(at, *right, depth).shape,
                    (_, Some(_)) => left.shape,
                    (LogicalOp::And, None) => {
                        let right = self.eval(at, *right, depth);
                        Shape::OneOf(vec![Given::new(place.clone(), Shape::Null), right])
                    }
                    (_, None) => Shape::OneOf(vec![left, self.eval(at, *right, depth)]),
                }
            }
            ExprKind::Cond { cond, then, otherwise } => {
                let cond = self.eval(at, *cond, depth);
                match truth(&cond) {
                    Some(true) => self.eval(at, *then, depth).shape,
                    Some(false) => self.eval(at, *otherwise, depth).shape,
                    None => Shape::OneOf(vec![self.eval(at, *then, depth), self.eval(at, *otherwise, depth)]),
                }
            }
            ExprKind::Assign { op: None, value, .. } => self.eval(at, *value, depth).shape,
            _ => Shape::Unknown,
        }
    }

    fn template(&mut self, at: &At, parts: &[TemplatePart], depth: u32) -> Shape {
        let parts: Vec<Given> = parts
            .iter()
            .map(|part| match part {
                TemplatePart::Text(text, span) => Given::new(at.place(*span), Shape::Text(Arc::clone(text))),
                TemplatePart::Hole(hole, _) => self.eval(at, *hole, depth),
            })
            .collect();
        joined(parts)
    }

    fn member(&mut self, at: &At, base: ExprId, name: &Name, depth: u32) -> Shape {
        let is = |id: ExprId, wanted: &str| matches!(&at.segment()[id].kind, ExprKind::Name(name) if name == wanted);
        if name == "env" {
            let is_process = is(base, "process") || is(base, "Bun");
            let is_meta = matches!(&at.segment()[base].kind, ExprKind::Member { base, name, .. } if name == "meta" && is(*base, "import"));
            if is_process || is_meta {
                return Shape::Environment(Name::default());
            }
        }
        if let ExprKind::Name(module) = &at.segment()[base].kind
            && let Some(Definition::Import { source, imported }) = at.module.definitions.get(module).and_then(|all| all.first()).cloned()
            && imported == "*"
        {
            return self.imported(at, &source, name, depth).map_or(Shape::Unknown, |given| given.shape);
        }
        let base = self.eval(at, base, depth);
        member(&base, name).shape
    }

    fn call(&mut self, at: &At, callee: ExprId, args: &[Arg], place: &Place, depth: u32) -> Shape {
        let (called, receiver) = match &at.segment()[callee].kind {
            ExprKind::Name(name) => (name.clone(), None),
            ExprKind::Member { base, name, .. } => (name.clone(), Some(*base)),
            _ => (Name::default(), Some(callee)),
        };
        if called == "require"
            && let [only] = args
            && let ExprKind::Str(source) = &at.segment()[only.value].kind
        {
            return self.imported(at, source, "default", depth).map_or(Shape::Unknown, |given| given.shape);
        }
        let arguments: Vec<Given> = args.iter().map(|arg| self.eval(at, arg.value, depth)).collect();
        if receiver.is_none()
            && let Some(given) = self.own_call(at, &called, &arguments, depth)
        {
            return given.shape;
        }
        // `(() => { ... })()`.
        if let ExprKind::Function(function) = &at.segment()[callee].kind {
            return self.returned(at, *function, Some(arguments), depth).shape;
        }
        let code = &CATALOGUE.code;
        if let Some(row) = code.environment.iter().find(|row| row.call == called) {
            let prefix = match row.prefix_at.and_then(|at| arguments.get(at)) {
                Some(given) => given.text().map(Name::from),
                None => Some(row.prefix.clone()),
            };
            let all = prefix.map_or(Shape::Unknown, Shape::Environment);
            return match &row.member {
                Some(member) => {
                    let field = Field { name: member.clone(), place: place.clone(), value: Given::new(place.clone(), all) };
                    Shape::Map(Map { fields: vec![field], open: true })
                }
                None => all,
            };
        }
        if code.same.contains(&called) {
            return arguments.into_iter().next().map_or(Shape::Unknown, |given| given.shape);
        }
        if code.merges.contains(&called) {
            let mut map = Map::default();
            arguments.into_iter().for_each(|given| spread(&mut map, given));
            return Shape::Map(map);
        }
        let mut parts: Vec<Given> = receiver.map(|receiver| self.eval(at, receiver, depth)).into_iter().collect();
        // Whatever wraps a configuration gives one that says at least as much: `withSentryConfig(config, ...)`,
        // `withPlugins([...], config)`. A method of a value makes something of that value instead.
        let is_method = parts.iter().any(|part| matches!(part.shape, Shape::Environment(_) | Shape::Made(_) | Shape::Text(_)));
        let wrapped = arguments.iter().find(|given| !is_method && !matches!(given.shape, Shape::List(_))).and_then(opened);
        if let Some(shape) = wrapped {
            return shape;
        }
        parts.extend(arguments);
        parts.retain(|part| part.shape != Shape::Unknown);
        if parts.is_empty() { Shape::Unknown } else { Shape::Made(parts) }
    }

    /// A call of a function of the project.
    fn own_call(&mut self, at: &At, name: &Name, arguments: &[Given], depth: u32) -> Option<Given> {
        let definition = at.module.definitions.get(name)?.last()?.clone();
        let (at, function) = match definition {
            Definition::Function(segment, function) => (at.top(segment), function),
            Definition::Variable { segment, value, .. } => {
                let at = at.top(segment);
                let ExprKind::Function(function) = at.segment()[value].kind else { return None };
                (at, function)
            }
            Definition::Import { source, imported } => {
                let called = self.imported_call(at, &source, &imported, arguments, depth);
                return called.or_else(|| self.imported(at, &source, &imported, depth));
            }
            Definition::Class(..) => return None,
        };
        let called = self.guarded(&at.file, name, 1, |walker, _| Some(walker.returned(&at, function, Some(arguments.to_vec()), depth)));
        called.or_else(|| Some(Given::new(at.place(Span::default()), Shape::Unknown)))
    }

    fn imported_call(&mut self, at: &At, source: &str, name: &str, arguments: &[Given], depth: u32) -> Option<Given> {
        let Target::File(file) = self.project.resolver().resolve(&at.file, source) else { return None };
        self.reads.insert(file.clone());
        let module = self.project.file(&file)?.module.clone()?;
        if depth > DEEPEST {
            return None;
        }
        let there = At { file, module: Arc::clone(&module), segment: 0, functions: Vec::new() };
        match module.exports.get(name)? {
            Export::Local(local) => self.own_call(&there, local, arguments, depth + 1),
            Export::From { source, name } => self.imported_call(&there, source, name, arguments, depth + 1),
            Export::Expression(segment, expr) => {
                let there = there.top(*segment);
                match there.segment()[*expr].kind {
                    ExprKind::Function(function) => Some(self.returned(&there, function, Some(arguments.to_vec()), depth + 1)),
                    _ => None,
                }
            }
        }
    }

    fn object(&mut self, at: &At, entries: &[Entry], depth: u32) -> Shape {
        let mut map = Map::default();
        for entry in entries {
            match entry {
                Entry::Field { key, key_span, value, .. } => {
                    let name = match key {
                        Key::Name(name) => Some(name.clone()),
                        Key::Computed(key) => self.eval(at, *key, depth).scalar().map(Name::from),
                    };
                    let value = self.eval(at, *value, depth);
                    match name {
                        Some(name) => map.set(Field { name, place: at.place(*key_span), value }),
                        None => map.open = true,
                    }
                }
                Entry::Spread { value, .. } => {
                    let value = self.eval(at, *value, depth);
                    spread(&mut map, value);
                }
            }
        }
        Shape::Map(map)
    }

    fn list(&mut self, at: &At, items: &[SeqItem], depth: u32) -> Shape {
        let mut list = Vec::new();
        for item in items {
            let value = self.eval(at, item.value, depth);
            match value.shape {
                Shape::List(more) if item.spread => list.extend(more),
                _ => list.push(value),
            }
        }
        Shape::List(list)
    }
}

/// A map to which somebody may have added; `None` for what is none.
fn opened(given: &Given) -> Option<Shape> {
    match &given.shape {
        Shape::Map(map) => Some(Shape::Map(Map { open: true, ..map.clone() })),
        Shape::OneOf(ways) => {
            let ways: Option<Vec<Given>> = ways.iter().map(|way| Some(Given::new(way.place.clone(), opened(way)?))).collect();
            ways.map(Shape::OneOf)
        }
        _ => None,
    }
}

/// What a name has in the build that visitors get.
fn deployed(name: &str) -> Shape {
    match CATALOGUE.code.deployed.get(name) {
        Some(toml::Value::String(text)) => Shape::Text(text.as_str().into()),
        Some(toml::Value::Boolean(is)) => Shape::Bool(*is),
        _ => Shape::Unknown,
    }
}

fn member(given: &Given, name: &Name) -> Given {
    let shape = match &given.shape {
        Shape::Environment(_) => match deployed(name) {
            Shape::Unknown => Shape::Variable(name.clone()),
            known => known,
        },
        Shape::Map(map) => match map.get(name) {
            Some(value) => return value.clone(),
            None if map.open => deployed(name),
            None => Shape::Null,
        },
        Shape::OneOf(ways) => return one_of(ways.iter().map(|way| member(way, name)).collect(), given.place.clone()),
        Shape::Unknown => deployed(name),
        _ => Shape::Made(vec![given.clone()]),
    };
    Given::new(given.place.clone(), shape)
}

fn one_of(mut ways: Vec<Given>, place: Place) -> Given {
    match ways.len() {
        0 => Given::new(place, Shape::Unknown),
        1 => ways.remove(0),
        _ => Given::new(place, Shape::OneOf(ways)),
    }
}

/// Text where all parts are, else what it is made of.
fn joined(parts: Vec<Given>) -> Shape {
    let text: Option<String> = parts.iter().map(Given::scalar).collect();
    match text {
        Some(text) => Shape::Text(text.into()),
        None => Shape::Made(parts),
    }
}

fn binary(op: BinaryOp, left: Given, right: Given) -> Shape {
    match op {
        BinaryOp::Add => joined(vec![left, right]),
        BinaryOp::Eq | BinaryOp::Ne => match (left.scalar(), right.scalar()) {
            (Some(a), Some(b)) => Shape::Bool((a == b) == (op == BinaryOp::Eq)),
            _ => Shape::Unknown,
        },
        _ => Shape::Unknown,
    }
}

fn truth(given: &Given) -> Option<bool> {
    match &given.shape {
        Shape::Null => Some(false),
        Shape::Bool(is) => Some(*is),
        Shape::Text(text) => Some(!text.is_empty()),
        Shape::Number(number) => Some(number != "0"),
        Shape::Map(_) | Shape::List(_) | Shape::Environment(_) => Some(true),
        Shape::OneOf(ways) => {
            let first = truth(ways.first()?)?;
            ways.iter().all(|way| truth(way) == Some(first)).then_some(first)
        }
        Shape::Unknown | Shape::Variable(_) | Shape::Made(_) => None,
    }
}

/// `...value`: what it has for certain holds, what it may have is kept beside what was there.
fn spread(map: &mut Map, value: Given) {
    match value.shape {
        Shape::Map(more) => {
            map.open |= more.open;
            more.fields.into_iter().for_each(|field| map.set(field));
        }
        Shape::Null | Shape::Bool(_) => {}
        Shape::OneOf(ways) => {
            for way in ways {
                match way.shape {
                    Shape::Map(more) => {
                        map.open |= more.open;
                        for field in more.fields {
                            let before = map.get(&field.name).cloned().unwrap_or_else(|| Given::new(field.place.clone(), Shape::Null));
                            let place = field.value.place.clone();
                            map.set(Field { value: Given::new(place, Shape::OneOf(vec![before, field.value])), ..field });
                        }
                    }
                    Shape::Null | Shape::Bool(_) => {}
                    _ => map.open = true,
                }
            }
        }
        // Everything of the environment, under its own names.
        Shape::Environment(_) => {
            let field = Field { name: Name::new_static("*"), place: value.place.clone(), value };
            map.set(field);
        }
        _ => map.open = true,
    }
}
