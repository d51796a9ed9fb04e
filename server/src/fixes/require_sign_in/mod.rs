//! **Ask who is calling**: a handler gets the check that a handler beside it has, in the same words. What the project does
//! elsewhere is better than anything a manual says: it has the right library, the right refusal and the right names.

mod argument;
mod decorator;
mod lead;
mod names_used;
mod parameter;

use super::edits::Edits;
use super::literal::Code;
use super::{Fix, Grade};
use crate::model::{Function, Placed};
use crate::project::Project;
use crate::rules::Place;
use crate::rules::plan::RequireSignIn;
use crate::syntax::Language;

pub fn fix(project: &Project, plan: &RequireSignIn) -> Option<Fix> {
    let code = Code::of(project, &plan.handler.file)?;
    let guide_code = Code::of(project, &plan.guide.file)?;
    let ours = Handler::at(&code, &plan.handler, &plan.registered)?;
    let guide = Handler::at(&guide_code, &plan.guide, &plan.guide_registered)?;
    let copying = Copying { plan, ours, guide };
    let recipes: [fn(&Copying<'_>, &mut Edits) -> Option<()>; 4] = [decorator::copy, parameter::copy, argument::copy, lead::copy];
    let edits = recipes.into_iter().find_map(|recipe| {
        let mut edits = Edits::default();
        recipe(&copying, &mut edits)?;
        edits.finish().filter(|edits| !edits.is_empty())
    })?;
    let with = if plan.asks.is_empty() { String::new() } else { format!(" with `{}`", plan.asks) };
    Some(Fix {
        title: format!("Ask who is calling{with}, as the other handlers do"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits,
        note: Some("Try it in a private window: without being signed in it must refuse.".to_owned()),
        suppresses: false,
    })
}

/// The handler that lacks the check, and the one that has it.
struct Copying<'c> {
    plan: &'c RequireSignIn,
    ours: Handler<'c>,
    guide: Handler<'c>,
}

impl Copying<'_> {
    fn is_python(&self) -> bool {
        self.ours.code.language == Language::Python
    }
}

/// A handler's function where it stands.
struct Handler<'c> {
    code: &'c Code<'c>,
    placed: &'c Placed,
    function: &'c Function,
    /// Where it is registered, if that is a call beside it.
    registered: &'c Place,
}

impl<'c> Handler<'c> {
    fn at(code: &'c Code<'c>, place: &Place, registered: &'c Place) -> Option<Handler<'c>> {
        let placed = code.model.segment_at(place.span.start)?;
        let function = placed.segment.functions.iter().find(|function| placed.absolute(function.span) == place.span)?;
        Some(Handler { code, placed, function, registered })
    }
}
