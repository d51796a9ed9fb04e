//! Entries on frameworks: how handlers are registered, found by their place, and run.

use serde::Deserialize;

use super::yes;
use crate::facts::event::RegistrationKind;
use crate::text::Name;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RouteEntry {
    pub kind: RegistrationKind,
    pub framework: Name,
    /// Upper case; empty: read from `methods-arg` or any.
    #[serde(default)]
    pub methods: Vec<Name>,
    /// The keyword or option that lists the methods.
    #[serde(default)]
    pub methods_from: Option<String>,
    /// The argument with the path.
    #[serde(default)]
    pub path: Option<usize>,
    /// The first argument that may be a handler.
    #[serde(default)]
    pub handlers: usize,
    /// It is a decorator: the handler is the function below it.
    #[serde(default)]
    pub decorator: bool,
    /// What the handler's parameters are: roles (`role:express.request`), `next`, or `input`.
    #[serde(default)]
    pub params: Vec<Name>,
    /// The handler is a plugin: it is called with an instance of this role, on which it registers.
    #[serde(default)]
    pub plugin: Option<Name>,
    /// What includes the routes of another file stands in a handler's place, and answers nothing itself.
    #[serde(default)]
    pub includes: Option<String>,
    /// A class is served by what this method of it gives.
    #[serde(default)]
    pub through: Option<Name>,
    /// Calls of these names on the way from what it is registered on: what they get runs before the handler.
    #[serde(default)]
    pub chained: Vec<Name>,
    /// Without a path of its own it is called what it is assigned to: a key of an object, a variable.
    #[serde(default)]
    pub named: bool,
    /// The members of an options object that hold guards (`preHandler`, `onRequest`).
    #[serde(default)]
    pub options: Vec<Name>,
}

/// How a framework runs its handlers.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FrameworkEntry {
    pub name: Name,
    /// What a handler's parameters are, in order: roles (`role:express.request`), `next`, `input`; the last one repeats
    /// if it ends in `...`. Empty: they are injected by name and type.
    #[serde(default)]
    pub params: Vec<Name>,
    /// The same for middleware, if it differs.
    #[serde(default)]
    pub middleware: Vec<Name>,
    /// What lets a request pass a middleware.
    #[serde(default)]
    pub passes: Passes,
    /// Middleware guards what is registered after it (Express), or everything on its router (Fastify, FastAPI).
    #[serde(default)]
    pub ordered: bool,
    /// What a handler returns is sent to the client.
    #[serde(default = "yes")]
    pub returns: bool,
    /// What a middleware hands on under this name is added to that member of the first parameter: `next({ ctx: { user } })`.
    #[serde(default)]
    pub hands: Option<Name>,
    /// Its handlers are served where they stand, without being mounted.
    #[serde(default)]
    pub alone: bool,
    /// Parameters that are not injected by the framework come from the request.
    #[serde(default)]
    pub injects: bool,
    /// The roles of parameters with these names.
    #[serde(default)]
    pub named: std::collections::BTreeMap<Name, Name>,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Passes {
    /// It calls `next`.
    #[default]
    Next,
    /// It returns, without having answered.
    Returns,
    /// It returns nothing.
    Nothing,
}

/// Handlers that are known by the place of their file.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConventionEntry {
    pub framework: Name,
    /// A regular expression over the path below the workspace folder.
    #[serde(default)]
    pub files: String,
    /// The file, or the function, begins with this directive.
    #[serde(default)]
    pub directive: Option<Name>,
    /// Exported names; `*` for every exported function.
    #[serde(default)]
    pub exports: Vec<Name>,
    /// The exports are HTTP methods.
    #[serde(default)]
    pub methods: bool,
}
