//! What a handler says that it answers.

use super::{Project, RootWalk};
use crate::model::{Arg, ExprId, ExprKind, Segment, TypeRef};

/// Arguments of a decorator that say which fields are sent.
const CHOOSING: &[&str] = &["response_model", "response_class", "response_model_include", "response_model_exclude"];

impl Project {
    /// Does the handler declare the shape of what it answers, so that nothing else is sent? FastAPI sends what its
    /// `response_model` or its return type names.
    pub fn declares_answer(&self, walk: &RootWalk) -> bool {
        let Some(key) = walk.route.as_ref().and_then(|route| route.function()) else { return false };
        let Some(segment) = self.placed(&key.item).map(|placed| &*placed.segment) else { return false };
        let Some(function) = segment.functions.get(key.function.0 as usize) else { return false };
        let is_python = self.file(&key.item.file).is_some_and(|known| known.document.language == crate::syntax::Language::Python);
        // A model of the database, declared as what is answered, leaves nothing out.
        let is_whole = |name: &str| self.schema().model(name).is_some_and(|model| model.name == name);
        let by_type = function.returns.as_ref().is_some_and(|ty| !names_any(ty, &is_whole, 0));
        let chosen = function.decorators.iter().any(|decorator| chooses(segment, *decorator, &is_whole));
        is_python && (by_type || chosen)
    }
}

fn names_any(ty: &TypeRef, is_whole: &dyn Fn(&str) -> bool, depth: u32) -> bool {
    let last = ty.name.rsplit('.').next().unwrap_or_default();
    is_whole(last) || depth < 4 && ty.args.iter().any(|arg| names_any(arg, is_whole, depth + 1))
}

/// `Donor`, `list[Donor]`
fn is_of_model(segment: &Segment, id: ExprId, is_whole: &dyn Fn(&str) -> bool) -> bool {
    match &segment[id].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => is_whole(name),
        ExprKind::Index { index, .. } => is_of_model(segment, *index, is_whole),
        _ => false,
    }
}

fn chooses(segment: &Segment, decorator: ExprId, is_whole: &dyn Fn(&str) -> bool) -> bool {
    let ExprKind::Call { args, .. } = &segment[decorator].kind else { return false };
    let is_all = |arg: &Arg| matches!(segment[arg.value].kind, ExprKind::Null) || is_of_model(segment, arg.value, is_whole);
    args.iter().any(|arg| arg.name.as_ref().is_some_and(|name| CHOOSING.contains(&name.as_str())) && !is_all(arg))
}
