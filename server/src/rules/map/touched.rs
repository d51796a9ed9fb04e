//! Whose data a route touches.

use super::Answer;
use super::callers::is_callers;
use crate::facts::event::Event;
use crate::facts::place::Site;
use crate::facts::query::Operation;
use crate::facts::schema::Privacy;
use crate::rules::open::{is_asking, own_events};
use crate::rules::ownership::{Judge, Tie};
use crate::rules::raw::RuleCx;

/// What the handler does with the rows of one model.
#[derive(Clone, Debug)]
pub struct Touched {
    /// Empty for a question that could not be read.
    pub model: String,
    pub privacy: Privacy,
    /// In the order of the code, each once.
    pub operations: Vec<Operation>,
    pub rows: Vec<Rows>,
    /// The first place.
    pub site: Site,
}

impl Touched {
    pub fn reads(&self) -> bool {
        self.operations.iter().any(|operation| matches!(operation, Operation::ReadOne | Operation::ReadMany | Operation::Count | Operation::Raw))
    }

    pub fn writes(&self) -> bool {
        self.operations.iter().any(|operation| operation.is_write())
    }
}

/// Which rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rows {
    /// The caller's own.
    Own,
    /// Whichever the caller names.
    Chosen,
    All,
    /// Those that the code itself names.
    Fixed,
    /// New ones.
    New,
    Unknown,
}

impl Rows {
    pub fn word(self) -> &'static str {
        match self {
            Rows::Own => "own",
            Rows::Chosen => "chosen",
            Rows::All => "all",
            Rows::Fixed => "fixed",
            Rows::New => "new",
            Rows::Unknown => "unknown",
        }
    }
}

/// By model, in the order of the code.
pub(super) fn of(cx: &RuleCx<'_>, judge: &Judge<'_>) -> Vec<Touched> {
    let mut all: Vec<Touched> = Vec::new();
    for (_, event) in own_events(cx.walk) {
        let Event::Access(access) = event else { continue };
        let query = &access.query;
        if access.facts.is_impossible() || is_asking(cx, &access.site) {
            continue;
        }
        let known = cx.schema.model_near(&query.model, &access.site.item.file);
        let model = known.map_or_else(|| query.model.to_string(), |model| model.name.to_string());
        let rows = match (query.operation, is_callers(judge, access)) {
            (Operation::Create, _) => Rows::New,
            (_, Some(Answer::Yes)) => Rows::Own,
            _ => match judge.tie(access) {
                Tie::Owned => Rows::Own,
                Tie::Client(_) | Tie::Spoofed => Rows::Chosen,
                Tie::List if query.operation == Operation::Raw => Rows::Unknown,
                Tie::List => Rows::All,
                Tie::Fixed => Rows::Fixed,
                Tie::Nullable | Tie::Opaque => Rows::Unknown,
            },
        };
        match all.iter_mut().find(|touched| touched.model == model) {
            Some(touched) => {
                if !touched.operations.contains(&query.operation) {
                    touched.operations.push(query.operation);
                }
                if !touched.rows.contains(&rows) {
                    touched.rows.push(rows);
                }
            }
            None => all.push(Touched { model, privacy: judge.privacy(query), operations: vec![query.operation], rows: vec![rows], site: access.site.clone() }),
        }
    }
    all
}
