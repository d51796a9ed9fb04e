//! Texts that are put where a variable is missing, later on: `if (!key) key = "dev"`, `except KeyError: key = "dev"`, and what a function
//! gives back then.

use rustc_hash::FxHashMap;

use super::reads;
use crate::facts::names;
use crate::model::{ExprId, ExprKind, Function, LogicalOp, PatternId, PatternKind, Placed, Segment, StmtId, StmtKind};
use crate::text::Name;

/// A text, and the variable that it replaces.
pub struct Replaced<'m> {
    pub placed: &'m Placed,
    pub value: ExprId,
    pub env: Name,
}

/// The texts of a file that are put where a variable is missing, in order of place.
pub fn replaced_in(segments: &[Placed]) -> Vec<Replaced<'_>> {
    let puts: Vec<(&Placed, Puts)> = segments.iter().filter_map(|placed| Some((placed, Puts::of(&placed.segment)?))).collect();
    replaced(&puts.iter().map(|(placed, puts)| (*placed, puts)).collect::<Vec<_>>())
}

/// What one segment puts in place of variables: at its top, and in each of its functions. Depends on the segment alone.
pub(super) struct Puts {
    top: Found,
    functions: Vec<Found>,
}

impl Puts {
    /// `None` where it holds no variable and puts nothing in the place of one.
    pub fn of(segment: &Segment) -> Option<Puts> {
        let mut top = Found::default();
        top.block(segment, &segment.body, Held::Always, 0);
        let functions = segment.functions.iter().filter(|function| !function.expression_body).map(|function| {
            let mut found = Found::default();
            found.block(segment, &function.body, Held::Always, 0);
            found.given_back(function);
            found
        });
        let functions: Vec<Found> = functions.filter(|found| !found.put.is_empty()).collect();
        (!functions.is_empty() || !top.held.is_empty() || !top.put.is_empty()).then_some(Puts { top, functions })
    }
}

/// In order of place. `puts`: what each segment of the file puts in place of variables.
pub(super) fn replaced<'m>(puts: &[(&'m Placed, &Puts)]) -> Vec<Replaced<'m>> {
    let of_file: FxHashMap<&Name, &Name> = puts.iter().flat_map(|(_, puts)| &puts.top.held).collect();
    let mut out = Vec::new();
    for (placed, puts) in puts {
        for found in std::iter::once(&puts.top).chain(&puts.functions) {
            found.tell(placed, &of_file, &mut out);
        }
    }
    out
}

/// When a statement runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Always,
    /// Where something is asked of a value, or failed.
    Sometimes,
    /// Where the program asks how it is run.
    ByMode,
}

#[derive(Default)]
struct Found {
    /// What holds a variable of the environment.
    held: FxHashMap<Name, Name>,
    /// What a text is put into, if something is asked before.
    put: Vec<(Name, ExprId)>,
    /// What is given back: variables, and texts.
    given: Vec<Name>,
    texts: Vec<ExprId>,
}

const DEEPEST: u32 = 40;

impl Found {
    fn block(&mut self, segment: &Segment, statements: &[StmtId], held: Held, depth: u32) {
        if depth > DEEPEST {
            return;
        }
        for id in statements {
            match &segment[*id].kind {
                StmtKind::Let { pattern, value: Some(value), .. } => self.assigned(segment, *pattern, *value, held),
                StmtKind::Expr(expr) => match &segment[*expr].kind {
                    ExprKind::Assign { target, op: None, value } => self.assigned(segment, *target, *value, held),
                    ExprKind::AssignLogical { target, op: LogicalOp::Or | LogicalOp::Nullish, value } => {
                        self.assigned(segment, *target, *value, Held::Sometimes)
                    }
                    _ => {}
                },
                StmtKind::If { cond, then, otherwise, .. } => {
                    let inner = if held == Held::ByMode || asks_for_mode(segment, *cond) { Held::ByMode } else { Held::Sometimes };
                    // What comes behind a refusal is for whom nothing is refused.
                    let refused =
                        then.iter().any(|id| matches!(segment[*id].kind, StmtKind::Throw(_)) || super::walk::refuses(segment, *id) || is_of_mode(segment, *id));
                    self.block(segment, then, if refused { Held::ByMode } else { inner }, depth + 1);
                    self.block(segment, otherwise, inner, depth + 1);
                }
                StmtKind::Try { body, handlers, otherwise, finally } => {
                    self.block(segment, body, held, depth + 1);
                    let failed = if held == Held::ByMode { held } else { Held::Sometimes };
                    handlers.iter().for_each(|handler| self.block(segment, &handler.body, failed, depth + 1));
                    self.block(segment, otherwise, held, depth + 1);
                    self.block(segment, finally, held, depth + 1);
                }
                StmtKind::Block(body) => self.block(segment, body, held, depth + 1),
                StmtKind::Export { stmt, .. } => self.block(segment, std::slice::from_ref(stmt), held, depth + 1),
                StmtKind::Return(Some(value)) => match reads::variable(segment, *value) {
                    Some(env) => self.given.push(env),
                    None => match &segment[*value].kind {
                        ExprKind::Name(name) => self.given.extend(self.held.get(name).cloned()),
                        ExprKind::Str(_) if held != Held::ByMode => self.texts.push(*value),
                        _ => {}
                    },
                },
                _ => {}
            }
        }
    }

    fn assigned(&mut self, segment: &Segment, target: PatternId, value: ExprId, held: Held) {
        let name = match &segment[target].kind {
            PatternKind::Name(name) => name.clone(),
            PatternKind::Place(place) => Name::from(reads::path(segment, *place)),
            _ => return,
        };
        if name.is_empty() {
            return;
        }
        if let Some(env) = reads::variable(segment, value) {
            self.held.insert(name, env);
        } else if held == Held::Sometimes && matches!(segment[value].kind, ExprKind::Str(_)) {
            self.put.push((name, value));
        }
    }

    /// `if (process.env.KEY) return process.env.KEY; return "dev";`: nothing else may be what it gives back.
    fn given_back(&mut self, function: &Function) {
        let [env] = self.given.as_slice() else { return };
        let [text] = self.texts.as_slice() else { return };
        let name = if function.name.is_empty() { Name::new_static("()") } else { function.name.clone() };
        self.held.insert(name.clone(), env.clone());
        self.put.push((name, *text));
    }

    fn tell<'m>(&self, placed: &'m Placed, of_file: &FxHashMap<&Name, &Name>, out: &mut Vec<Replaced<'m>>) {
        for (name, value) in &self.put {
            if let Some(env) = self.held.get(name).or_else(|| of_file.get(name).copied()) {
                out.push(Replaced { placed, value: *value, env: env.clone() });
            }
        }
    }
}

/// `process.env.NODE_ENV === "development"`, `settings.DEBUG`: what is said for one's own machine or for tests.
fn asks_for_mode(segment: &Segment, cond: ExprId) -> bool {
    let span = segment[cond].span;
    segment.exprs.iter().filter(|expr| span.contains(expr.span)).any(|expr| match &expr.kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => is_mode(name),
        ExprKind::Str(text) => is_mode(text),
        _ => false,
    })
}

fn is_mode(name: &str) -> bool {
    let is_it = |word: &String| {
        matches!(
            word.as_str(),
            "dev" | "development" | "debug" | "prod" | "production" | "test" | "tests" | "testing" | "local" | "ci" | "environment" | "mode" | "stage"
        )
    };
    name == "NODE_ENV" || names::words(name).iter().any(is_it)
}

/// `if (isProduction) throw new Error()` inside of it.
fn is_of_mode(segment: &Segment, id: StmtId) -> bool {
    matches!(&segment[id].kind, StmtKind::If { cond, .. } if asks_for_mode(segment, *cond))
}
