//! The map of an application: of each route who may call it, whose data it touches, and what care it takes. What the rules
//! about open doors and missing care judge by is gathered here, for whoever wants to see it whole.

mod callers;
mod care;
mod proof;
mod touched;

use crate::project::routes::Route;

pub use super::ownership::Answer;
pub(in crate::rules) use callers::is_callers;
pub use callers::{Callers, Who};
pub use care::Care;
pub use proof::Proof;
pub use touched::{Rows, Touched};

use super::handler::Handler;
use super::open::door::door;
use super::raw::RuleCx;
use crate::facts::place::Site;
use crate::text::Name;

/// One route of the map.
#[derive(Clone, Debug)]
pub struct Entry {
    pub framework: Name,
    /// Upper case; empty for any.
    pub methods: Vec<Name>,
    /// `None` if some part could not be read.
    pub path: Option<String>,
    /// What the code calls the handler; empty if it has no name.
    pub handler: Name,
    pub site: Site,
    pub callers: Callers,
    pub data: Vec<Touched>,
    pub care: Care,
    /// The settings say that it is open on purpose.
    pub is_public: bool,
    /// Its router is mounted nowhere that can be seen.
    pub adrift: bool,
    /// The handler was found, and seen whole.
    pub complete: bool,
}

impl Entry {
    /// `GET|HEAD /api/notes/:id`, for people.
    pub fn title(&self) -> String {
        let methods = if self.methods.is_empty() { "ANY".to_owned() } else { self.methods.join("|") };
        let path = self.path.as_deref().unwrap_or("?");
        if self.framework.ends_with("action") && !self.handler.is_empty() { format!("{methods} {path} {}", self.handler) } else { format!("{methods} {path}") }
    }
}

/// The entry of a walk through a route.
pub fn entry(cx: &RuleCx<'_>) -> Option<Entry> {
    let route: &Route = cx.walk.route.as_deref()?;
    let handler = Handler::of(cx)?;
    let judge = &cx.judge;
    let door = door(cx.project, route);
    let complete = route.function().is_some() && !cx.walk.exhausted;
    // What was not seen may hold whatever is missing.
    let is_seen = complete && !route.adrift;
    Some(Entry {
        framework: route.framework.clone(),
        methods: route.methods.clone(),
        path: route.path.clone(),
        handler: door.name.clone(),
        callers: callers::of(cx, judge, &handler, is_seen),
        data: touched::of(cx, judge),
        care: care::of(cx, &handler, is_seen),
        site: door.site,
        is_public: route.path.as_deref().is_some_and(|path| cx.config.is_public_route(&route.methods, path)),
        adrift: route.adrift,
        complete,
    })
}

/// What is not there, where not all was seen, may be there.
fn seen(answer: Answer, is_seen: bool) -> Answer {
    if answer == Answer::No && !is_seen { Answer::Unknown } else { answer }
}
