//! Functions that a language model calls: the program describes them to it, by name or as their decorator, and the model says what
//! they get.

use super::Walker;
use crate::facts::check::{Root, Symbol};
use crate::facts::taint::{Cleanings, Origin, Part, Taint};
use crate::facts::value::Value;
use crate::model::{Entry, Expr, ExprKind, Function, Key, Param, Segment};
use crate::text::Name;

/// So many things at the top level of a file may be descriptions.
const MOST_LISTS: usize = 64;

impl Walker<'_> {
    /// What a model passes for a parameter of the function that is being walked, if it is one that models call.
    pub(super) fn said_by_model(&mut self, param: &Param, name: &Name) -> Option<Value> {
        if !self.python() || self.frames.len() != 1 || self.handler.is_some() || name == "self" {
            return None;
        }
        let frame = self.frame();
        let segment = frame.segment.clone();
        let function = segment.functions.get(frame.function?.0 as usize)?;
        let is_said = self.is_described(function, name) || self.is_tool(&segment, function) && !is_of_program(param);
        if !is_said {
            return None;
        }
        // Numbers are numbers, whoever chose them.
        if param.ty.as_ref().is_some_and(|ty| matches!(ty.name.as_str(), "int" | "float" | "bool")) {
            return Some(Value::number());
        }
        self.calls += 1;
        let site = self.site(segment[param.pattern].span);
        let origin = Origin { part: Part::Model, name: name.clone(), site: Some(site), clean: Cleanings::default() };
        Some(Value::unknown().with_symbol(Symbol::new(Root::Call(self.calls))).with_taint(Taint::of(origin)))
    }

    /// `@tool`, `@mcp.tool()`: a decorator of which the catalogue says that a model calls what is below it.
    fn is_tool(&mut self, segment: &Segment, function: &Function) -> bool {
        function.decorators.iter().any(|decorator| {
            let may_be = |expr: &Expr| match &expr.kind {
                ExprKind::Name(name) | ExprKind::Member { name, .. } => name.contains("tool") || name.contains("function"),
                _ => false,
            };
            let named = match &segment[*decorator].kind {
                ExprKind::Call { callee, .. } => may_be(&segment[*callee]),
                _ => may_be(&segment[*decorator]),
            };
            if !named {
                return false;
            }
            let value = self.eval(*decorator);
            self.ended = false;
            value.taint().iter().any(|origin| origin.part == Part::Model)
        })
    }

    /// `{"name": "find_notes", "input_schema": {"properties": {"words": ..}}}` in the same file.
    fn is_described(&mut self, function: &Function, parameter: &Name) -> bool {
        if function.name.is_empty() {
            return false;
        }
        let module = self.frame().module.clone();
        let lists = module.model.segments.iter().enumerate().filter(|(_, placed)| {
            let segment = &placed.segment;
            segment.functions.is_empty() && segment.exprs.iter().any(|expr| matches!(&expr.kind, ExprKind::Str(text) if **text == *function.name))
        });
        let found =
            lists.take(MOST_LISTS).find(|(_, placed)| placed.segment.exprs.iter().any(|expr| describes(&placed.segment, expr, &function.name, parameter)));
        let Some((at, _)) = found else { return false };
        self.reads.items.extend(module.item(at));
        true
    }
}

/// A description of this function that names this parameter.
fn describes(segment: &Segment, expr: &Expr, function: &str, parameter: &str) -> bool {
    let ExprKind::Object(entries) = &expr.kind else { return false };
    let is_named = field(entries, "name").is_some_and(|value| matches!(&segment[value].kind, ExprKind::Str(text) if **text == *function));
    let schema = ["input_schema", "parameters", "inputSchema", "args_schema"].iter().find_map(|key| field(entries, key)).filter(|_| is_named);
    let Some(ExprKind::Object(schema)) = schema.map(|schema| &segment[schema].kind) else { return false };
    let properties = field(schema, "properties").map(|properties| &segment[properties].kind);
    matches!(properties, Some(ExprKind::Object(properties)) if field(properties, parameter).is_some())
}

fn field(entries: &[Entry], name: &str) -> Option<crate::model::ExprId> {
    entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(key), value, .. } if key == name => Some(*value),
        _ => None,
    })
}

/// What the program puts in by itself: `ctx: RunContext`.
fn is_of_program(param: &Param) -> bool {
    let Some(ty) = &param.ty else { return false };
    ["Context", "RunContextWrapper", "Deps", "State", "Session", "Runtime", "Config"].iter().any(|word| ty.name.contains(word))
}
