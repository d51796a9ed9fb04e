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
    /// The argument with the name of a part of paths: it runs before whatever has that in its path.
    #[serde(default)]
    pub parameter: Option<usize>,
    /// The first argument that may be a handler.
    #[serde(default)]
    pub handlers: usize,
    /// The argument that it is registered on; what is called runs before what stands there: `csrf.exempt(blueprint)`.
    #[serde(default)]
    pub onto: Option<usize>,
    /// It is a decorator: the handler is the function below it.
    #[serde(default)]
    pub decorator: bool,
    /// What the handler's parameters are: roles (`role:express.request`), `next`, or `input`.
    #[serde(default)]
    pub params: Vec<Name>,
    /// The handler is a plugin: it is called with an instance of this role, on which it registers.
    #[serde(default)]
    pub plugin: Option<Name>,
    /// The packages that make a plugin which registers on the instance it is given to, and on none of its own: `fp(async (app) => ..)`.
    #[serde(default)]
    pub unenclosed: Vec<Name>,
    /// What includes other routes stands in a handler's place: it mounts them, and answers nothing itself.
    #[serde(default)]
    pub includes: Vec<String>,
    /// The name of the list of routes in a file that is included.
    #[serde(default)]
    pub list: Option<Name>,
    /// The member of an options object that is the handler: `authorize`.
    #[serde(default)]
    pub member: Option<Name>,
    /// Where the library itself serves it.
    #[serde(default)]
    pub address: Option<Name>,
    /// A class is served by what this method of it gives.
    #[serde(default)]
    pub through: Option<Name>,
    /// Of a class an instance is made, and this method of it is what was given: `dispatch`.
    #[serde(default)]
    pub instance: Option<Name>,
    /// What a class serves, each by a method of its own: `GET list`, `GET retrieve <pk>` (below the one row).
    #[serde(default)]
    pub actions: Vec<Action>,
    /// A decorator that makes further methods of such a class actions.
    #[serde(default)]
    pub action: Option<String>,
    /// The methods of a class that answer: `get`, `post`.
    #[serde(default)]
    pub verbs: Vec<Name>,
    /// Calls of these names on the way from what it is registered on: what they get runs before the handler.
    #[serde(default)]
    pub chained: Vec<Name>,
    /// The call of that kind which is given the function that makes what middlewares hand on, by its type: `context<typeof create>()`.
    #[serde(default)]
    pub context: Option<Name>,
    /// The call of that kind which is given the schema that the input has to fit: `input(schema)`.
    #[serde(default)]
    pub shape: Option<Name>,
    /// Without a path of its own it is called what it is assigned to: a key of an object, a variable.
    #[serde(default)]
    pub named: bool,
    /// The members of an options object that hold guards (`preHandler`, `onRequest`).
    #[serde(default)]
    pub options: Vec<Name>,
    /// The member of an options object that holds handlers by the kind of what is asked and by name: `resolvers`.
    #[serde(default)]
    pub map: Option<Name>,
    /// The named arguments that hold guards (`dependencies`); all others only describe.
    #[serde(default)]
    pub before: Vec<Name>,
    /// The named arguments that hold what the positional ones usually do: the handler (`view_func`), or what is mounted (`router`).
    #[serde(default)]
    pub keywords: Vec<Name>,
}

/// `GET retrieve <pk>`: the HTTP method, the method of the class, and what it adds to the path.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Action {
    pub method: Name,
    pub name: Name,
    /// It is about one row: the path goes on with the row's key.
    #[serde(default)]
    pub detail: bool,
}

/// Something of a framework whose applications are put together of classes and their decorators.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PartEntry {
    pub is: Part,
    /// The catalogue's name of the framework.
    #[serde(default)]
    pub framework: Name,
    /// For `route`: upper case; empty for any.
    #[serde(default)]
    pub methods: Vec<Name>,
    /// For `guards`: the method of a guard's class that decides.
    #[serde(default)]
    pub through: Name,
    /// For `guards`: with this method of its own, a guard's class may let pass what the library would refuse.
    #[serde(default)]
    pub unless: Name,
    /// For `value` and `request`: the role of what stands here.
    #[serde(default)]
    pub role: Name,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The decorator of a class whose methods answer.
    Controller,
    /// Several decorators as one.
    Bundle,
    /// The decorator of a method that answers.
    Route,
    /// The decorator of a class that lists controllers and other modules.
    Module,
    /// What stands before routes: as a decorator, or for the whole application.
    Guards,
    /// The token under which a module provides a guard of the whole application.
    GuardToken,
    /// The version of a route or controller.
    Version,
    /// That a route has no version.
    NoVersion,
    /// Says something about a route under a key.
    Says,
    /// Asks what was said.
    Asks,
    /// What is called, without its class: where it is asked only for what was said of that.
    HandlerAlone,
    /// The application begins to listen: the call it was made by names its first module.
    Listens,
    /// The application's prefix.
    Prefix,
    /// The application puts versions into paths.
    Versions,
    /// How versions are told apart, if it is not by the path.
    VersionElsewhere,
    /// Paths of whole modules.
    Paths,
    /// Fills a field or parameter with what a token names.
    Injects,
    /// Fills a field or parameter with what is known of itself.
    Gives,
    /// What a token or parameter stands for.
    Value,
    /// Gives the request that guards and handler share.
    Request,
    /// Makes a decorator of a function that gets what it was called with and the context.
    Parameter,
    /// What is put on it is there until the request is answered.
    Together,
}

/// How a framework runs its handlers.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FrameworkEntry {
    /// A schema reads what it is sent before a handler sees it.
    #[serde(default)]
    pub shapes: bool,
    /// Only what is declared to be of some class.
    #[serde(default)]
    pub shapes_by_type: bool,
    /// A schema of types stands around its handlers: it reads the arguments, and of what is returned only what it names is answered.
    #[serde(default)]
    pub by_schema: bool,
    pub name: Name,
    #[serde(default)]
    pub reached: Reached,
    /// Whoever calls its handlers is usually known by a cookie.
    #[serde(default)]
    pub session_cookies: bool,
    /// Its handlers are asked whether a password that was typed is right.
    #[serde(default)]
    pub checks_passwords: bool,
    /// What a handler's parameters are, in order: roles (`role:express.request`), `next`, `input`; the last one repeats
    /// if it ends in `...`. Empty: they are injected by name and type.
    #[serde(default)]
    pub params: Vec<Name>,
    /// What these parameters are usually called, and of which types they are: a function whose first two are called so, one after
    /// the other, and which nobody here registers, is registered where we cannot see it.
    #[serde(default)]
    pub called: Vec<Vec<Name>>,
    #[serde(default)]
    pub typed: Vec<Vec<Name>>,
    /// Or a function that is exported under one of these names, whose first parameter is called so;
    #[serde(default)]
    pub exported: Vec<Name>,
    /// The names of the files in which such a function answers the errors of all others: what it gives is sent.
    #[serde(default)]
    pub fails_in: Vec<Name>,
    /// only if it reads one of these of it,
    #[serde(default)]
    pub reads: Vec<Name>,
    /// or none of these.
    #[serde(default)]
    pub spares: Vec<Name>,
    /// The same for middleware, if it differs.
    #[serde(default)]
    pub middleware: Vec<Name>,
    /// What lets a request pass a middleware.
    #[serde(default)]
    pub passes: Passes,
    /// A middleware that has answered has ended the request, whatever it does then.
    #[serde(default)]
    pub answer_ends: bool,
    /// Middleware guards what is registered after it (Express), or everything on its router (Fastify, FastAPI).
    #[serde(default)]
    pub ordered: bool,
    /// Middleware at a path runs for that path alone, and for what lies below it only where the path ends with `*`.
    #[serde(default)]
    pub exact: bool,
    /// What a handler returns is sent to the client.
    #[serde(default = "yes")]
    pub returns: bool,
    /// Text that a handler returns is sent as a page.
    #[serde(default)]
    pub text_is_markup: bool,
    /// What a middleware hands on under this name is added to that member of the first parameter: `next({ ctx: { user } })`.
    #[serde(default)]
    pub hands: Option<Name>,
    /// The member of the first parameter that such schemas let through: `opts.input`.
    #[serde(default)]
    pub shapes_member: Option<Name>,
    /// Its handlers are served where they stand, without being mounted.
    #[serde(default)]
    pub alone: bool,
    /// The role of the request, where guards and handler ask for it instead of getting it.
    #[serde(default)]
    pub shares: Name,
    /// Parameters that are not injected by the framework come from the request.
    #[serde(default)]
    pub injects: bool,
    /// The roles of parameters with these names.
    #[serde(default)]
    pub named: std::collections::BTreeMap<Name, Name>,
    /// What a middleware gives back to end the request, if it passes otherwise.
    #[serde(default)]
    pub ends: Vec<String>,
    /// The packages that make routers, which serve nothing until they are mounted, under a name that does not say so.
    #[serde(default)]
    pub routers: Vec<Name>,
    /// A gate has the request that the handler gets: as this member of its first parameter, or as that itself if the name is empty.
    #[serde(default)]
    pub leaves: Option<Name>,
    /// What it gives back is what the handler gets by calling this member of its first parameter: `await parent()`.
    #[serde(default)]
    pub given_by: Option<Name>,
    /// Whoever calls is somebody whom the library knows: a messenger says from which account a message comes.
    #[serde(default)]
    pub knows_caller: bool,
    /// The member of a middleware's first parameter that lets the request pass when it is called.
    #[serde(default)]
    pub goes_on: Option<Name>,
}

/// How somebody comes to call a handler.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Reached {
    /// It has an address of its own.
    #[default]
    Address,
    /// It makes the page whose address it has.
    Page,
    /// Pages call it by its name, like a function; the address is the library's.
    Action,
    /// Clients of the library call it by its name.
    Procedure,
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
    /// What it returns is true.
    Truth,
    /// It returns something else than an answer that ends the request.
    Unended,
}

/// Code that runs before routes because of where its file lies (`middleware.ts`), or of what a settings file lists.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GateEntry {
    pub framework: Name,
    /// A regular expression over the path below the workspace folder. What lies below the folder where it begins to fit is
    /// what stands behind the gate.
    pub files: String,
    /// The first of these that the file exports.
    pub exports: Vec<Name>,
    /// The frameworks of the routes it runs before.
    pub before: Vec<Name>,
    /// Where the exports say for which paths: `config.matcher`.
    #[serde(default)]
    pub matcher: Option<String>,
    /// Only what lies below the folder of the file itself stands behind it.
    #[serde(default)]
    pub own_folder: bool,
    /// It runs only before a handler that waits for it, by calling a function of this name: `await parent()`.
    #[serde(default)]
    pub awaited: Option<Name>,
    /// The export is a list of the names of classes or functions, each of which stands before the routes.
    #[serde(default)]
    pub lists: bool,
    /// The methods of such a class that are asked first, if it has them, and the framework by which those are run.
    #[serde(default)]
    pub hooks: Vec<Name>,
    #[serde(default)]
    pub hooked: Name,
    /// The export is a list of functions, each of which stands before the routes of the file, and of the files that are nested in it.
    #[serde(default)]
    pub nested: bool,
}

/// A table in code that says where the modules of routes are, and which stand around which.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NestingEntry {
    pub framework: Name,
    /// What the table's file is called, in a folder above the modules.
    pub tables: Vec<String>,
    /// The packages whose functions it is written with.
    pub packages: Vec<Name>,
    /// The module around all others, in the folder of the table.
    pub root: Vec<String>,
    /// Each function, with the places of its arguments.
    pub calls: std::collections::BTreeMap<Name, NestingCall>,
}

/// Where a function of such a table has what it is given.
#[derive(Debug, Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct NestingCall {
    #[serde(default)]
    pub path: Option<usize>,
    #[serde(default)]
    pub file: Option<usize>,
    #[serde(default)]
    pub inner: Option<usize>,
}

/// A middleware that a library makes of functions and options of the project's.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DecidesEntry {
    /// The function that decides whether the request may pass, in an argument or in what the call was made by:
    /// `callbacks.authorized`.
    #[serde(default)]
    pub by: Option<String>,
    /// What that function gets in its only argument, by name: `principal`, or a role.
    #[serde(default)]
    pub gets: std::collections::BTreeMap<Name, Name>,
    /// The argument that is a middleware of the project's, and what its parameters are.
    #[serde(default)]
    pub calls: Option<usize>,
    /// All its arguments are such middleware, one after the other.
    #[serde(default)]
    pub all: bool,
    #[serde(default)]
    pub params: Vec<Name>,
    /// Options that list the paths that anybody may ask for.
    #[serde(default)]
    pub open: Vec<String>,
    /// Only with this option set to true does it refuse anybody: `middlewareAuth.enabled`.
    #[serde(default)]
    pub only_if: Option<String>,
    /// What it checks if no function of the project decides.
    #[serde(default)]
    pub otherwise: Option<crate::facts::check::GuardKind>,
}

/// A page that a framework calls a function for first, and that is given what it gives.
#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PageEntry {
    /// A regular expression over the path of the page.
    #[serde(default)]
    pub files: String,
    /// Where that function stands, as an import would say it; in the page itself unless said.
    #[serde(default)]
    pub from: Vec<String>,
    pub export: Name,
    /// What the function gets: roles.
    #[serde(default)]
    pub params: Vec<Name>,
    /// Of what it gives only this is handed on: `props`.
    #[serde(default)]
    pub member: Name,
    /// The variables of the page that hold it.
    #[serde(default)]
    pub names: Vec<Name>,
    /// It is what the component gets that the page exports,
    #[serde(default)]
    pub is_parameter: bool,
    /// The function is a member of that component: `Page.getInitialProps = ..`.
    #[serde(default)]
    pub attached: bool,
    /// or this member of that.
    #[serde(default)]
    pub under: Name,
}

/// Handlers that are known by the place of their file.
#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConventionEntry {
    pub framework: Name,
    /// A regular expression over the path below the workspace folder.
    #[serde(default)]
    pub files: String,
    /// That path begins at the package.
    #[serde(default)]
    pub of_package: bool,
    /// One of these files stands at the package's root, or one of these packages is among its dependencies.
    #[serde(default)]
    pub markers: Vec<Name>,
    /// The file, or the function, begins with this directive.
    #[serde(default)]
    pub directive: Option<Name>,
    /// Not where the file imports one of these: it says that only other code of the server calls what it exports.
    #[serde(default)]
    pub unless_imports: Vec<Name>,
    /// Exported names; `*` for every exported function.
    #[serde(default)]
    pub exports: Vec<Name>,
    /// The exports are HTTP methods.
    #[serde(default)]
    pub methods: bool,
    /// The methods that are answered, whatever the export is called.
    #[serde(default)]
    pub answers: Vec<Name>,
    /// In the name of the file a dot stands for a slash, and what begins with `_` is no part of the path.
    #[serde(default)]
    pub dotted: bool,
    /// The export is an object, and its member of this name answers; `*` for all its functions.
    #[serde(default)]
    pub member: Option<Name>,
    /// Only if the first parameter is declared to be of one of these types.
    #[serde(default)]
    pub takes: Vec<Name>,
    /// Only if its parameters are called so, in this order.
    #[serde(default)]
    pub parameters: Vec<Name>,
    /// What answers under which path, and what asks who is calling, is said elsewhere.
    #[serde(default)]
    pub elsewhere: bool,
    /// The place of the file is not the path.
    #[serde(default)]
    pub pathless: bool,
    /// The name of the file says which method is answered: `[id].delete.ts`.
    #[serde(default)]
    pub method_in_name: bool,
    /// What it is to the page that people see under its path.
    #[serde(default)]
    pub page: Option<PagePart>,
}

/// What a handler is to a page.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum PagePart {
    /// It gives what the page shows: whom it refuses does not see the page.
    Makes,
    /// The same for all pages below its path.
    Frames,
    /// The page sends it what its forms hold. It answers whoever asks, whether they were shown the page or not.
    Acts,
}
