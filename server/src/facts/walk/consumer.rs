//! What a module puts before routes: `consumer.apply(Signed).exclude("health").forRoutes(Notes)`.

use std::sync::Arc;

use super::Walker;
use super::assembly::field;
use crate::facts::names;
use crate::facts::value::{ClassValue, Kind, Value};
use crate::model::{ExprId, ExprKind, Segment};
use crate::text::Name;

/// One of them.
pub(super) struct Applied {
    /// A middleware, or what may be one.
    pub middleware: Value,
    /// The controllers it is for; none: all.
    pub controllers: Vec<Arc<ClassValue>>,
}

/// What is said along one chain of calls.
#[derive(Default)]
struct Chain {
    applied: Vec<ExprId>,
    routes: Vec<ExprId>,
    excludes: bool,
}

impl Walker<'_> {
    /// What the method `configure` of a module says.
    pub(super) fn consumed(&mut self, class: &Arc<ClassValue>) -> Vec<Applied> {
        let found = self.inside(&class.item, class.captured.clone(), Some(class.clone()), |walker| {
            let segment = walker.frame().segment.clone();
            let Some(body) = segment[class.class].methods.iter().map(|method| &segment[*method]).find(|method| method.name == "configure") else {
                return Vec::new();
            };
            let within = body.body_span;
            let heads = segment.exprs.iter().enumerate().filter(|(_, expr)| within.contains(expr.span));
            let chains: Vec<Chain> = heads.filter_map(|(at, _)| chain(&segment, ExprId(at as u32))).collect();
            chains.iter().flat_map(|chain| walker.applied(chain)).collect()
        });
        found.unwrap_or_default()
    }

    fn applied(&mut self, chain: &Chain) -> Vec<Applied> {
        let routes: Vec<Value> = chain.routes.iter().map(|route| self.eval(*route)).collect();
        self.ended = false;
        let controllers: Vec<Arc<ClassValue>> =
            routes.iter().filter_map(|route| if let Kind::Class(class) = route.kind() { Some(class.clone()) } else { None }).collect();
        let all = routes.iter().any(is_everything);
        // Some paths, or all but some: for which routes that is cannot be told here.
        let is_plain = !chain.excludes && (all || controllers.len() == routes.len());
        let mut out = Vec::new();
        for given in &chain.applied {
            let value = self.eval(*given);
            self.ended = false;
            let (name, middleware) = match value.kind() {
                Kind::Class(class) => {
                    let object = self.instance(class.clone(), Vec::new());
                    (class.name.clone(), self.member(&object, &Name::new_static("use")))
                }
                _ => (self.called_name(&value), value.clone()),
            };
            let controllers = if all { Vec::new() } else { controllers.clone() };
            match is_plain {
                true => out.push(Applied { middleware, controllers }),
                false if may_ask(&name) => out.push(Applied { middleware: Value::unknown(), controllers: Vec::new() }),
                false => {}
            }
        }
        out
    }
}

/// `a.apply(..).forRoutes(..)`, from its last call on.
fn chain(segment: &Segment, head: ExprId) -> Option<Chain> {
    let ExprKind::Call { callee, args, .. } = &segment[head].kind else { return None };
    let ExprKind::Member { base, name, .. } = &segment[*callee].kind else { return None };
    if name != "forRoutes" {
        return None;
    }
    let mut found = Chain { routes: args.iter().map(|arg| arg.value).collect(), ..Chain::default() };
    let mut at = *base;
    for _ in 0..16 {
        let ExprKind::Call { callee, args, .. } = &segment[at].kind else { break };
        let ExprKind::Member { base, name, .. } = &segment[*callee].kind else { break };
        match name.as_str() {
            "apply" => found.applied.extend(args.iter().map(|arg| arg.value)),
            "exclude" => found.excludes = true,
            _ => {}
        }
        at = *base;
    }
    (!found.applied.is_empty()).then_some(found)
}

/// `"*"`, `"/*path"`, `{ path: "(.*)", method: RequestMethod.ALL }`.
fn is_everything(route: &Value) -> bool {
    let path = field(route, "path").unwrap_or_else(|| route.clone());
    path.as_str().is_some_and(|text| {
        let text = text.trim_start_matches('/');
        text.is_empty() || matches!(text, "*" | "(.*)" | ".*") || text.starts_with('*') || text.starts_with("{*")
    })
}

/// By its name it may ask who is calling.
fn may_ask(name: &str) -> bool {
    let word = |word: &String| matches!(word.as_str(), "auth" | "jwt" | "session" | "token" | "user" | "login" | "authentication" | "tenant" | "guard");
    names::is_guard(name) || names::words(name).iter().any(word)
}
