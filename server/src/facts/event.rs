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

/// The way into a dictionary by a key of the project's own: `session["user_id"]`.
pub const KEYED: &str = "[]";

/// `session`, `req.user`, `current_user`: how the code around an access names whoever is signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    pub expression: String,
    /// What it is of the principal: `data.user` of what `getUser()` gives.
    pub path: Vec<Name>,
    /// The way to the id from the principal itself. [`KEYED`]: a dictionary, and the project says under which key.
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
    /// The name of a template that a page is made with.
    Template,
    /// The name of the object that is written to, where it is looked up by name; the argument is the name that is written.
    Member,
    /// Kept as a file, or handed to a service that keeps files.
    Upload,
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
    /// Told to a language model, which tells it to whoever asks.
    Told,
    /// Nobody waits for what says who is asking.
    Unawaited,
    /// Given to a component that runs in the browser.
    Passed,
    /// Something of the environment, in an element of a page.
    Written,
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
    /// Runs before all routes of the framework, wherever it is said.
    Everywhere,
    Mount,
    /// Kept by the application under a name, to be used elsewhere: `app.decorate("authenticate", f)`.
    Named,
}

#[derive(Clone, Debug)]
pub struct Effect {
    /// `mail`, `sms`, `pay`, `llm`, ...
    pub kind: Name,
    /// What else the catalogue says of it: `sha256`, `bcrypt`.
    pub is: Name,
    /// What was called: its receivers are the calls before it.
    pub of: Value,
    /// The catalogue's name of the library.
    pub client: Name,
    /// What the catalogue has a name for: `options`, `name`.
    pub takes: Vec<(Name, Argument)>,
    /// What is so unless an option says otherwise.
    pub defaults: Arc<BTreeMap<Name, Name>>,
    pub site: Site,
    pub args: Vec<Argument>,
    pub facts: Facts,
    /// Only a name suggests what was called.
    pub guessed: bool,
    /// Of its arguments: their parts as the code names them.
    pub spoken: Vec<(Vec<Name>, Site)>,
}

impl Effect {
    /// Something that the walk itself noticed.
    pub fn noted(kind: Name, site: Site, args: Vec<Argument>, facts: Facts) -> Effect {
        Effect {
            kind,
            is: Name::default(),
            of: Value::unknown(),
            client: Name::default(),
            takes: Vec::new(),
            defaults: Arc::default(),
            site,
            args,
            facts,
            guessed: false,
            spoken: Vec::new(),
        }
    }
}

/// Two values are compared, and one of them is called like something that lets somebody in.
#[derive(Clone, Debug)]
pub struct Compare {
    pub how: Compared,
    pub sides: [Side; 2],
    pub site: Site,
    pub facts: Facts,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compared {
    /// `==` and its kin.
    Equal,
    /// The second is a list, and the first may be one of it.
    Among,
    /// By a function that takes as long whatever is compared.
    SameTime,
}

#[derive(Clone, Debug)]
pub struct Side {
    pub value: Value,
    pub site: Site,
    /// As the code names it: `user`, `password`. Empty for what has no name.
    pub path: Vec<Name>,
}

/// A value that can be guessed, or a password as it was typed, is given a name: of a variable, a field, an argument, the function
/// that returns it.
#[derive(Clone, Debug)]
pub struct Named {
    pub name: Name,
    pub value: Value,
    pub site: Site,
    /// The functions it happens in, innermost first.
    pub within: Vec<Name>,
}

/// An option of the catalogue is given with a value of the catalogue: `rejectUnauthorized: false`.
#[derive(Clone, Debug)]
pub struct OptionSet {
    pub kind: Name,
    pub name: Name,
    /// The value.
    pub site: Site,
    /// The key of the object that it stands in: `ssl`.
    pub under: Name,
    /// The object's entry or the argument; an assignment has none.
    pub is_assigned: bool,
    pub facts: Facts,
}

#[derive(Clone, Debug)]
pub enum Event {
    Access(Access),
    Sink(Sink),
    Use(Use),
    Registration(Registration),
    Effect(Effect),
    Compare(Compare),
    Named(Named),
    Option(OptionSet),
}
