//! What a page gets from an address of the project's own: the function that answers there is looked into, as far as its place tells
//! which one that is.

use std::sync::Arc;

use super::Walker;
use super::loaded::renewed;
use super::world::Answering;
use crate::facts::event::{Event, UseKind};
use crate::facts::value::{Alternative, Kind, Library, Object, Piece, Value};
use crate::model::ExprKind;
use crate::text::{FileId, Name};

/// What stands for a part of an address that the program computes.
pub const ANY_PART: &str = "*";
/// So many steps lead from what was answered to the call that asked.
const MOST_STEPS: usize = 8;

struct Asked {
    path: String,
    method: Name,
}

impl Walker<'_> {
    /// What an address of the project's own answered, if `of` is what is left of a call that asked for one.
    pub(super) fn own_answer(&mut self, of: &Value) -> Option<Value> {
        // What a handler asks of another is looked at where that one is.
        if self.python() || self.handler.is_some() || self.is_exhausted() {
            return None;
        }
        let asked = asked(of)?;
        let from = self.frame().module.model.file.clone();
        let found = self.world.answering(&from, &asked.path, &asked.method);
        let mut answers = Vec::new();
        for answering in found.iter().take(2) {
            self.reads.names.insert((answering.file.clone(), answering.export.clone()));
            answers.extend(self.answered_by(answering));
        }
        let each = answers.into_iter().map(|value| Alternative { value, facts: Default::default() }).collect::<Vec<_>>();
        (!each.is_empty()).then(|| Value::union(each))
    }

    fn answered_by(&mut self, answering: &Answering) -> Vec<Value> {
        let key = (answering.file.clone(), Name::from(format!("answer {}", answering.export)));
        if self.resolving.contains(&key) || self.resolving.len() > 16 {
            return Vec::new();
        }
        let function = if answering.export.is_empty() { self.served_at_top(&answering.file) } else { self.exported(&answering.file, &answering.export) };
        let Some(function) = function.filter(|function| matches!(function.kind(), Kind::Function(_))) else { return Vec::new() };
        let params = self.catalogue().framework(&answering.framework).map(|framework| framework.params.clone()).unwrap_or_default();
        let params: Vec<Value> = params.iter().map(|role| self.role(role)).collect();
        self.resolving.push(key);
        let (given, happened) = self.run_apart(&function, params);
        self.resolving.pop();
        let mut out = Vec::new();
        for event in &happened {
            let Event::Use(used) = event else { continue };
            if used.kind == UseKind::Respond {
                out.extend(sent(&used.value).map(|value| renewed(&value, 0)));
            }
        }
        // What is given and cannot be read may be anything.
        let given = given.alternatives();
        if given.iter().any(|value| matches!(value.kind(), Kind::Unknown)) {
            return Vec::new();
        }
        out.extend(given.iter().filter_map(sent).map(|value| renewed(&value, 0)));
        out
    }

    /// `Deno.serve(async (request) => ..)`: the function that a file serves all by itself.
    fn served_at_top(&mut self, file: &FileId) -> Option<Value> {
        let module = self.world.module(file)?;
        let found = module.model.segments.iter().enumerate().find_map(|(at, placed)| {
            let segment = &placed.segment;
            segment.exprs.iter().find_map(|expr| {
                let ExprKind::Call { callee, args, .. } = &expr.kind else { return None };
                let is_it = match &segment[*callee].kind {
                    ExprKind::Name(name) => name == "serve",
                    ExprKind::Member { base, name, .. } => name == "serve" && matches!(&segment[*base].kind, ExprKind::Name(base) if base == "Deno"),
                    _ => false,
                };
                args.last().filter(|_| is_it).map(|arg| (at as u32, arg.value))
            })
        })?;
        let value = self.at_top(&module, found.0, |walker| walker.eval(found.1));
        matches!(value.kind(), Kind::Function(_)).then_some(value)
    }
}

/// The address and the method of the call that this is the answer of.
fn asked(of: &Value) -> Option<Asked> {
    let mut at = of.as_library().cloned();
    for _ in 0..MOST_STEPS {
        let library = at?;
        let callee = library.receiver.as_ref().and_then(|receiver| receiver.as_library().cloned());
        if library.step == "()"
            && let Some(path) = library.args.first().and_then(|first| path_of(&first.value))
        {
            let is_invoked = callee.as_ref().is_some_and(|callee| callee.step == "invoke" && names(callee) == "functions");
            let path = match (is_invoked, path.starts_with('/')) {
                (true, _) => format!("/functions/v1/{path}"),
                (false, true) => path,
                (false, false) => return None,
            };
            let told = library.args.get(1).and_then(|options| match options.value.kind() {
                Kind::Object(options) => options.get("method").0.and_then(|method| method.as_str().map(|text| text.to_uppercase())),
                _ => None,
            });
            let by_name = callee.map(|callee| callee.step.to_uppercase()).filter(|name| matches!(name.as_str(), "POST" | "PUT" | "PATCH" | "DELETE"));
            let method = told.or(by_name).unwrap_or_else(|| "GET".to_owned());
            return Some(Asked { path, method: Name::from(method) });
        }
        at = callee;
    }
    None
}

/// What the callee is a member of: `functions` of `client.functions.invoke`.
fn names(callee: &Library) -> Name {
    callee.receiver.as_ref().and_then(|receiver| receiver.as_library()).map(|library| library.step.clone()).unwrap_or_default()
}

/// A path without its query. What is put before it is the address of the server.
fn path_of(value: &Value) -> Option<String> {
    let path = match value.kind() {
        Kind::Str(text) => text.to_string(),
        Kind::Text(text) => {
            let mut path = String::new();
            for (at, piece) in text.pieces.iter().enumerate() {
                match piece {
                    Piece::Literal(literal) => path.push_str(literal),
                    Piece::Hole { .. } if at == 0 => {}
                    Piece::Hole { .. } => path.push_str(ANY_PART),
                }
            }
            path
        }
        _ => return None,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    (!path.is_empty() && !path.contains("://") && path.len() < 200).then(|| path.to_owned())
}

/// What arrives of an answer: an object, perhaps written out as JSON.
fn sent(value: &Value) -> Option<Value> {
    match value.kind() {
        // An error that was thrown to be answered.
        Kind::Object(object) if object.get("statusCode").0.is_some() => None,
        // How it is answered, not what.
        Kind::Object(object) if !object.fields.is_empty() && object.fields.iter().all(|(name, _)| is_manner(name)) => None,
        Kind::Object(_) | Kind::Row(_) | Kind::Rows(_) => Some(value.clone()),
        Kind::Library(library) if library.package.is_empty() => {
            let callee = library.receiver.as_ref().and_then(|receiver| receiver.as_library());
            let is_json = library.step == "stringify" || callee.is_some_and(|callee| callee.step == "stringify");
            library.args.first().filter(|_| is_json).and_then(|arg| sent(&arg.value))
        }
        _ => None,
    }
}

/// What stands in a text that was written as JSON: `JSON.stringify(note)`.
pub(super) fn written_out(value: &Value) -> Option<Value> {
    let Kind::Library(library) = value.kind() else { return None };
    let callee = library.receiver.as_ref().and_then(|receiver| receiver.as_library());
    let is_json = library.package.is_empty() && (library.step == "stringify" || callee.is_some_and(|callee| callee.step == "stringify"));
    library.args.first().filter(|_| is_json).map(|arg| arg.value.clone())
}

/// The same where a framework keeps it in something that is asked for its value.
pub(super) fn kept(value: &Value) -> Value {
    match value.kind() {
        Kind::Object(object) if object.get("value").0.is_none() => {
            let mut whole: Object = (**object).clone();
            whole.set(Name::new_static("value"), value.clone());
            value.with_kind(Kind::Object(Arc::new(whole)))
        }
        _ => value.clone(),
    }
}

fn is_manner(name: &str) -> bool {
    matches!(name, "status" | "statusText" | "headers" | "encodeBody" | "webSocket")
}
