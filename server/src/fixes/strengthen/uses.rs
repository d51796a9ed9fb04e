//! What becomes of a value that is made in one place: compared, saved, given a name, or given to whoever calls the function around it;
//! and where that function is called.

use super::super::literal::Code;
use super::super::stack::imports;
use super::Here;
use crate::facts::walk::Target;
use crate::model::{BinaryOp, Entry, Expr, ExprId, ExprKind, Function, FunctionKind, PatternKind, StmtId, StmtKind, around};
use crate::project::Project;
use crate::text::Name;

/// What becomes of a value.
pub(super) enum Role<'c> {
    Compared(Comparison<'c>),
    /// It gets this name.
    Held(Name, StmtId),
    /// The function around it gives it to whoever calls.
    Given(&'c Function),
    /// It is saved.
    Kept,
}

pub(super) struct Comparison<'c> {
    pub whole: Here<'c>,
    pub kept: Here<'c>,
    pub differs: bool,
}

pub(super) fn role<'c>(here: &Here<'c>) -> Option<Role<'c>> {
    let segment = here.segment();
    let statement = *around::statements(segment, segment[here.id].span).first()?;
    match &segment[statement].kind {
        StmtKind::Return(Some(value)) if *value == here.id => {
            let inside = |function: &&Function| function.body_span.contains(segment[here.id].span);
            return segment.functions.iter().filter(inside).min_by_key(|function| function.body_span.len()).map(Role::Given);
        }
        StmtKind::Let { pattern, value: Some(value), .. } if *value == here.id => {
            let PatternKind::Name(name) = &segment[*pattern].kind else { return None };
            return Some(Role::Held(name.clone(), statement));
        }
        StmtKind::Expr(assign) => {
            if let ExprKind::Assign { target, op: None, value } = &segment[*assign].kind
                && *value == here.id
            {
                return match &segment[*target].kind {
                    PatternKind::Name(name) => Some(Role::Held(name.clone(), statement)),
                    PatternKind::Place(_) => Some(Role::Kept),
                    _ => None,
                };
            }
        }
        _ => {}
    }
    let parent = here.around().into_iter().next()?;
    match parent.kind() {
        ExprKind::Binary { op: op @ (BinaryOp::Eq | BinaryOp::Ne), left, right } => {
            let other = if *left == here.id { *right } else { *left };
            Some(Role::Compared(Comparison { whole: parent, kept: parent.of(other), differs: *op == BinaryOp::Ne }))
        }
        ExprKind::Call { callee, args, .. } => {
            let called = match &segment[*callee].kind {
                ExprKind::Member { name, .. } | ExprKind::Name(name) => name.as_str(),
                _ => return None,
            };
            if let ("compare_digest" | "safe_str_cmp", [first, second]) = (called, args.as_slice()) {
                let other = if first.value == here.id { second.value } else { first.value };
                return Some(Role::Compared(Comparison { whole: parent, kept: parent.of(other), differs: false }));
            }
            is_saved(here, statement).then_some(Role::Kept)
        }
        ExprKind::Object(entries) => {
            let is_value = entries.iter().any(|entry| matches!(entry, Entry::Field { value, .. } if *value == here.id));
            (is_value && is_saved(here, statement)).then_some(Role::Kept)
        }
        ExprKind::Seq { .. } => is_saved(here, statement).then_some(Role::Kept),
        _ => None,
    }
}

/// The statement writes something down, and asks for nothing.
fn is_saved(here: &Here<'_>, statement: StmtId) -> bool {
    const ASKS: &[&str] = &["find", "where", "select", "filter", "query(", "get_or", "objects.get", "first(", "exists", "verify", "check", "authenticate"];
    const WRITES: &[&str] = &["insert", "create", "update ", "update(", "save", "add(", "push(", "new ", "register", "put(", "set("];
    let text = here.placed.absolute(here.segment()[statement].span).of(&here.code.text);
    let words = text.to_ascii_lowercase();
    let writes = WRITES.iter().any(|word| words.contains(word)) || is_instance(here);
    let changes = words.contains("update ") && words.contains(" set ");
    writes && (changes || !ASKS.iter().any(|word| words.contains(word)))
}

/// `User(email=email, password_hash=..)` of Python.
fn is_instance(here: &Here<'_>) -> bool {
    here.is_python()
        && here.around().first().is_some_and(|parent| match parent.kind() {
            ExprKind::Call { callee, args, .. } => {
                let is_class = matches!(&here.segment()[*callee].kind, ExprKind::Name(name) if name.starts_with(|c: char| c.is_uppercase()));
                is_class && args.iter().any(|arg| arg.value == here.id && arg.name.is_some())
            }
            _ => false,
        })
}

/// What a function is called by, if others can only call it so.
pub(super) fn called(here: &Here<'_>, function: &Function) -> Option<Name> {
    if !function.name.is_empty() && function.kind == FunctionKind::Function {
        // A method of Python, which is called on an object.
        let is_method = here.is_python() && here.segment().classes.iter().any(|class| class.span.contains(function.span));
        return (!is_method).then(|| function.name.clone());
    }
    here.segment().stmts.iter().find_map(|stmt| {
        let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { return None };
        let ExprKind::Function(id) = here.segment()[*value].kind else { return None };
        match &here.segment()[*pattern].kind {
            PatternKind::Name(name) if here.segment()[id].span == function.span => Some(name.clone()),
            _ => None,
        }
    })
}

/// At which place the function is given the password.
pub(super) fn parameter(here: &Here<'_>, function: &Function, password: &str) -> Option<usize> {
    function.params.iter().position(|param| matches!(&here.segment()[param.pattern].kind, PatternKind::Name(name) if name == password))
}

/// The files in which something is called by this function's name: the file, and how it is named there.
pub(super) fn files_with<'p>(project: &'p Project, own: &Code<'_>, name: &Name) -> Option<Vec<(Code<'p>, Word)>> {
    let mut found = vec![(Code::of(project, &own.file)?, Word::Own)];
    for (file, known) in project.sorted_files() {
        if *file == own.file || known.model.is_none() || !known.document.text().contains(name.as_str()) {
            continue;
        }
        let code = Code::of(project, file)?;
        let mut words = Vec::new();
        for import in imports(code.model) {
            let is_it = |target: &Target| matches!(target, Target::File(file) if *file == own.file);
            if !is_it(&project.resolver().resolve(file, &import.source)) {
                continue;
            }
            words.extend(import.names.iter().filter_map(|known| match known.imported.as_str() {
                imported if imported == name.as_str() => Some(Word::Name(known.local.clone())),
                "*" | "default" => Some(Word::Of(known.local.clone())),
                _ => None,
            }));
        }
        match words.into_iter().next() {
            Some(word) => found.push((code, word)),
            // It may be asked for where that cannot be seen.
            None if code.text.contains("require(") || code.text.contains("import *") => return None,
            None => {}
        }
    }
    Some(found)
}

/// How a file names the function.
pub(super) enum Word {
    Own,
    Name(Name),
    /// As a member of a module.
    Of(Name),
}

/// Every call of the function in a file; `None` if it is used in another way.
pub(super) fn uses<'c>(code: &'c Code<'c>, word: &Word, name: &Name, out: &mut Vec<Here<'c>>) -> Option<()> {
    for placed in &code.model.segments {
        let segment = &placed.segment;
        for (at, expr) in segment.exprs.iter().enumerate() {
            let here = Here { code, placed, id: ExprId(at as u32) };
            let is_it = match (&expr.kind, word) {
                (ExprKind::Name(known), Word::Own) => known == name,
                (ExprKind::Name(known), Word::Name(local)) => known == local,
                (ExprKind::Member { base, name: known, .. }, Word::Of(module)) => {
                    known == name && matches!(&segment[*base].kind, ExprKind::Name(of) if of == module)
                }
                _ => false,
            };
            if !is_it {
                continue;
            }
            match here.around().into_iter().next() {
                Some(call) if matches!(call.kind(), ExprKind::Call { callee, .. } if *callee == here.id) => out.push(call),
                // `module.exports = { hashPassword }`.
                Some(object) if matches!(object.kind(), ExprKind::Object(_)) && is_exported(&here) => {}
                _ => return None,
            }
        }
    }
    Some(())
}

fn is_exported(here: &Here<'_>) -> bool {
    let statement = around::statements(here.segment(), here.segment()[here.id].span).first().copied();
    statement.is_some_and(|statement| {
        let text = here.placed.absolute(here.segment()[statement].span).of(&here.code.text);
        text.starts_with("module.exports") || text.starts_with("exports")
    })
}

/// With the `await` around it.
pub(super) fn awaited(here: Here<'_>) -> Here<'_> {
    here.around().into_iter().next().filter(|parent| matches!(parent.kind(), ExprKind::Await(inner) if *inner == here.id)).unwrap_or(here)
}

/// Where a variable is read in the function it is made in.
pub(super) fn names<'c>(at: &Here<'c>, name: &Name, statement: StmtId) -> Vec<Here<'c>> {
    let segment = at.segment();
    let made = segment[statement].span;
    let inside = |function: &&Function| function.body_span.contains(made);
    let body = segment.functions.iter().filter(inside).min_by_key(|function| function.body_span.len()).map(|function| function.body_span);
    let is_it = |expr: &Expr| {
        matches!(&expr.kind, ExprKind::Name(known) if known == name) && !made.contains(expr.span) && body.is_none_or(|body| body.contains(expr.span))
    };
    let found = segment.exprs.iter().enumerate().filter(|(_, expr)| is_it(expr));
    found.map(|(id, _)| at.of(ExprId(id as u32))).collect()
}
