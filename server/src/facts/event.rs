//! What the code does, in the order in which it does it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::Facts;
use super::place::Site;
use super::query::Query;
use super::value::{Argument, Value};
use crate::text::Name;

/// An access of one walk, by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AccessId(pub u32);

#[derive(Clone, Debug)]
pub struct Access {
    pub id: AccessId,
    pub query: Arc<Query>,
    pub site: Site,
    /// What held when it happened.
    pub facts: Facts,
    /// A call that could have decided about it without our seeing it.
    pub delegated: bool,
    /// Expressions in scope here that are the signed-in user, or part of what says who that is.
    pub callers: Vec<Caller>,
}

/// `session`, `req.user`, `current_user`: how the code around an access names whoever is signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    pub expression: String,
    /// What it is of the principal: `data.user` of what `getUser()` gives.
    pub path: Vec<Name>,
    /// The way to the id from the principal itself.
    pub id: Vec<Name>,
    /// It is known not to be missing.
    pub present: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SinkKind {
    Sql,
    Nosql,
    Shell,
    Path,
    Fetch,
    Redirect,
    Html,
    Code,
    Deserialize,
    Postgrest,
    /// Written to a log.
    Log,
    /// Kept where every script of a page can read it.
    Storage,
}

#[derive(Clone, Debug)]
pub struct Sink {
    pub kind: SinkKind,
    /// The dangerous argument.
    pub value: Value,
    /// Its place.
    pub site: Site,
    /// The whole call and all its arguments (the fix needs them).
    pub call: Site,
    pub args: Vec<Argument>,
    /// The catalogue's name of the client, which decides how placeholders are written.
    pub client: Name,
    pub facts: Facts,
    pub guessed: bool,
    /// Of what is logged or kept: its parts as the code names them.
    pub spoken: Vec<(Vec<Name>, Site)>,
}

/// A value leaves: it is answered, returned from the handler, or handed to something that cannot be looked into.
#[derive(Clone, Debug)]
pub struct Use {
    pub value: Value,
    pub kind: UseKind,
    pub site: Site,
    pub facts: Facts,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UseKind {
    Respond,
    /// Given to a template, which shows what it picks.
    Shown,
    Return,
    Handed,
    /// Given to a component that runs in the browser.
    Passed,
}

/// A route, a middleware or a router being mounted, as the code registers it.
#[derive(Clone, Debug)]
pub struct Registration {
    pub kind: RegistrationKind,
    /// The catalogue's name of the framework.
    pub framework: Name,
    /// The app or router it is registered on.
    pub on: Value,
    /// Upper case, `*` for any.
    pub methods: Vec<Name>,
    pub path: Option<Arc<str>>,
    /// Middleware first, the handler last.
    pub handlers: Vec<Argument>,
    pub site: Site,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationKind {
    Route,
    Middleware,
    Mount,
}

#[derive(Clone, Debug)]
pub struct Effect {
    /// `mail`, `sms`, `pay`, `llm`, ...
    pub kind: Name,
    /// The catalogue's name of the library.
    pub client: Name,
    /// What the catalogue has a name for: `options`, `name`.
    pub takes: Vec<(Name, Argument)>,
    /// What is so unless an option says otherwise.
    pub defaults: Arc<BTreeMap<Name, Name>>,
    pub site: Site,
    pub args: Vec<Argument>,
    pub facts: Facts,
}

#[derive(Clone, Debug)]
pub enum Event {
    Access(Access),
    Sink(Sink),
    Use(Use),
    Registration(Registration),
    Effect(Effect),
}
