//! What the code of a configuration comes to: its literals, its own functions and the files it imports, over the program
//! model. Of a library only what the catalogue says is known. Where two things may be, both are kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::combine::{binary, deployed, joined, member, opened, spread, truth};
use crate::facts::scope::{Definition, Module};
use crate::facts::setup::catalogue::CATALOGUE;
use crate::facts::setup::{Field, Given, Map, Shape};
use crate::model::{Arg, Entry, Expr, ExprId, ExprKind, FunctionId, Key, LogicalOp, Segment, SeqItem, TemplatePart, UnaryOp};
use crate::project::Project;
use crate::text::{FileId, Name, Place, Span};

const MOST_STEPS: u32 = 20_000;
pub(super) const DEEPEST: u32 = 60;

pub(super) struct Evaluator<'p> {
    pub(super) project: &'p Project,
    steps: u32,
    pub(super) reads: BTreeSet<FileId>,
    /// Names that are being looked up, and which of their values.
    pub(super) looking: Vec<(FileId, Name, usize)>,
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
    pub(super) fn segment(&self) -> &Segment {
        // Made from the module's own definitions and segments.
        &self.module.model.segments[self.segment as usize].segment
    }

    pub(super) fn place(&self, span: Span) -> Place {
        let start = self.module.model.segments.get(self.segment as usize).map_or(0, |placed| placed.start);
        Place { file: self.file.clone(), span: span.shifted(start) }
    }

    pub(super) fn top(&self, segment: u32) -> At {
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
            && let Some(Definition::Import { source, imported }) = at.module.definitions.get(module).first().map(|(_, definition)| definition).cloned()
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
        // `Object.keys(process.env).filter((name) => name.startsWith("VITE_"))`: not the whole of it any more.
        if called == "filter" {
            let prefix = args.first().and_then(|arg| begins_with(at, at.segment()[arg.value].span));
            return parts.pop().map_or(Shape::Unknown, |part| narrowed(part.shape, prefix.as_ref(), 0));
        }
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

/// The text that names have to begin with for a filter to keep them.
fn begins_with(at: &At, filter: Span) -> Option<Name> {
    let segment = at.segment();
    segment.exprs.iter().filter(|expr| filter.contains(expr.span)).find_map(|expr| match &expr.kind {
        ExprKind::Call { callee, args, .. } => match (&segment[*callee].kind, args.first().map(|arg| &segment[arg.value].kind)) {
            (ExprKind::Member { name, .. }, Some(ExprKind::Str(text))) if name == "startsWith" && !text.is_empty() => Some(Name::from(&**text)),
            _ => None,
        },
        _ => None,
    })
}

/// What is left of a value of which only some was kept: of the environment, what begins like that; else nobody knows.
fn narrowed(shape: Shape, prefix: Option<&Name>, depth: u32) -> Shape {
    match shape {
        Shape::Environment(_) => prefix.map_or(Shape::Unknown, |prefix| Shape::Environment(prefix.clone())),
        Shape::Made(parts) if depth < 8 => {
            Shape::Made(parts.into_iter().map(|part| Given { shape: narrowed(part.shape, prefix, depth + 1), ..part }).collect())
        }
        other => other,
    }
}
