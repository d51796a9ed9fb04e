//! Where the names of a configuration lead: to variables and parameters of its functions, to what it and other files define,
//! and to what its functions give back.

use std::sync::Arc;

use super::combine::{member, one_of, truth};
use super::evaluate::{At, DEEPEST, Evaluator};
use super::scope;
use crate::facts::scope::{Definition, Export};
use crate::facts::setup::{Given, Shape};
use crate::facts::walk::Target;
use crate::model::{ExprKind, FunctionId, StmtId, StmtKind};
use crate::text::{FileId, Name, Span};

impl Evaluator<'_> {
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
        match module.exports.last(name) {
            Some(Export::Local(local)) => self.name(&at, local, depth + 1),
            Some(Export::From { source, name }) => self.imported(&at, source, name, depth + 1),
            Some(Export::Expression(segment, expr)) => Some(self.eval(&at.top(*segment), *expr, depth + 1)),
            None => None,
        }
    }

    pub(super) fn imported(&mut self, at: &At, source: &str, name: &str, depth: u32) -> Option<Given> {
        match self.project.resolver().resolve(&at.file, source) {
            Target::File(file) if name != "*" => self.exported(&file, name, depth),
            _ => None,
        }
    }

    /// A name in the functions around it, or of the file.
    pub(super) fn name(&mut self, at: &At, name: &Name, depth: u32) -> Option<Given> {
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
        let definitions: Vec<Definition> = at.module.definitions.get(name).iter().map(|(_, definition)| definition.clone()).collect();
        self.guarded(&at.file, name, definitions.len(), |walker, which| match definitions.get(which)? {
            Definition::Import { source, imported } => walker.imported(at, source, imported, depth + 1),
            Definition::Function(segment, function) => Some(walker.returned(&at.top(*segment), *function, None, depth + 1)),
            Definition::Variable { segment, pattern, value } => {
                let at = at.top(*segment);
                let value = walker.eval(&at, *value, depth + 1);
                let way = scope::way_to(at.segment(), *pattern, name)?;
                Some(walker.along(value, &way))
            }
            Definition::Class(..) | Definition::Member { .. } | Definition::Later { .. } => None,
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
    pub(super) fn returned(&mut self, at: &At, function: FunctionId, arguments: Option<Vec<Given>>, depth: u32) -> Given {
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
    fn returns(&mut self, at: &At, body: &[StmtId], ways: &mut Vec<Given>, depth: u32) -> bool {
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
                StmtKind::Block(body) | StmtKind::Try { body, .. } if self.returns(at, body, ways, depth + 1) => return true,
                StmtKind::Loop { body, .. } => drop(self.returns(at, body, ways, depth + 1)),
                _ => {}
            }
        }
        false
    }

    /// A call of a function of the project.
    pub(super) fn own_call(&mut self, at: &At, name: &Name, arguments: &[Given], depth: u32) -> Option<Given> {
        let definition = at.module.definitions.last(name)?.clone();
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
            Definition::Class(..) | Definition::Member { .. } | Definition::Later { .. } => return None,
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
        match module.exports.last(name)? {
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
}
