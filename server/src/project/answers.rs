//! What a handler says that it answers.

use super::{Project, RootWalk};
use crate::model::{Arg, ExprKind, Segment};

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
        is_python && (function.returns.is_some() || function.decorators.iter().any(|decorator| chooses(segment, *decorator)))
    }
}

fn chooses(segment: &Segment, decorator: crate::model::ExprId) -> bool {
    let ExprKind::Call { args, .. } = &segment[decorator].kind else { return false };
    let is_none = |arg: &Arg| matches!(segment[arg.value].kind, ExprKind::Null);
    args.iter().any(|arg| arg.name.as_ref().is_some_and(|name| CHOOSING.contains(&name.as_str())) && !is_none(arg))
}
