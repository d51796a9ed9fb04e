//! What a configuration does on its way: plugins that it makes (`new DefinePlugin({ ... })`), members that it assigns
//! (`config.devtool = "source-map"`), wherever in the file that stands.

use std::sync::Arc;

use super::evaluate::{At, Evaluator};
use crate::facts::scope::Module;
use crate::facts::setup::{Facts, FileRow};
use crate::model::visit::{Node, Parents, Role, visit};
use crate::model::{CallKind, ExprId, ExprKind, PatternKind, Segment};
use crate::text::Name;

pub(super) fn read(evaluator: &mut Evaluator<'_>, rows: &[&FileRow], module: &Arc<Module>, out: &mut Facts) {
    let classes = |name: &Name| rows.iter().any(|row| row.inlined.iter().any(|inlined| inlined.made_by.as_ref() == Some(name)));
    let members = |name: &Name| rows.iter().any(|row| row.settings.iter().any(|setting| setting.assigned.as_ref() == Some(name)));
    for (index, placed) in module.model.segments.iter().enumerate() {
        let segment = &*placed.segment;
        let mut found: Vec<(ExprId, Name)> = Vec::new();
        let parents = visit(segment, |node, _| {
            let Node::Expr(expr) = node else { return };
            let name = match &segment[expr].kind {
                ExprKind::Call { callee, kind: CallKind::New, .. } => last_name(segment, *callee).filter(|name| classes(name)),
                ExprKind::Assign { target, op: None, .. } => match &segment[*target].kind {
                    PatternKind::Place(place) => last_name(segment, *place).filter(|name| members(name)),
                    _ => None,
                },
                _ => None,
            };
            found.extend(name.map(|name| (expr, name)));
        });
        for (expr, name) in found {
            let functions = functions_around(&parents, expr);
            let at = At { file: module.model.file.clone(), module: Arc::clone(module), segment: index as u32, functions };
            match &segment[expr].kind {
                ExprKind::Call { args, .. } => {
                    let argument = args.first().map(|arg| evaluator.eval(&at, arg.value, 0));
                    for row in rows {
                        out.read_made(row, &name, argument.as_ref(), &at.place(segment[expr].span));
                    }
                }
                ExprKind::Assign { value, .. } => {
                    let given = evaluator.eval(&at, *value, 0);
                    let is_certain = !parents.ancestors(expr).any(|place| matches!(place.role, Role::Then | Role::Otherwise));
                    for row in rows {
                        out.read_assigned(row, &name, &given, is_certain);
                    }
                }
                _ => {}
            }
        }
    }
}

fn last_name(segment: &Segment, expr: ExprId) -> Option<Name> {
    match &segment[expr].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name.clone()),
        _ => None,
    }
}

/// Innermost last.
fn functions_around(parents: &Parents, expr: ExprId) -> Vec<(crate::model::FunctionId, Option<Arc<Vec<crate::facts::setup::Given>>>)> {
    let mut functions: Vec<_> = parents
        .ancestors(expr)
        .filter_map(|place| match place.parent {
            Node::Function(function) => Some((function, None)),
            _ => None,
        })
        .collect();
    functions.reverse();
    functions
}
