//! The tables of the catalogue's files.

use serde::Deserialize;

use crate::facts::check::GuardKind;
use crate::facts::event::{RegistrationKind, SinkKind};
use crate::facts::query::Operation;
use crate::facts::taint::{Cleanings, Part};
use crate::text::Name;

/// One fact about a library. `at` (kept by the graph of paths) says of what.
#[derive(Debug)]
pub enum Entry {
    Principal(PrincipalEntry),
    Source(SourceEntry),
    Sink(SinkEntry),
    Clean(CleanEntry),
    /// The content of these arguments (or the receiver) is in the result.
    Pass(Vec<Where>),
    Guard(GuardEntry),
    /// Never comes back: it throws, or ends the request.
    Deny,
    /// Sends its arguments to the client.
    Respond,
    Access(AccessEntry),
    Route(RouteEntry),
    Effect(EffectEntry),
    /// The result is what this path names.
    Alias(String),
    /// The base class of classes that are tables.
    Table,
    /// `Depends(f)`: a parameter with this default is filled by calling `f`.
    Injects,
    /// Calls the function it gets, in place.
    Calls(CallsEntry),
    /// A decorator or wrapper that gives back the function it got (argument 0), or calls it in its own way.
    Wraps,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PrincipalEntry {
    /// Path of the user's id in it, dotted; for fixes.
    #[serde(default)]
    pub id: String,
    /// It may be missing, so a check is needed before it identifies anybody.
    #[serde(default = "yes")]
    pub null: bool,
    /// Only a claim: nobody verified it.
    #[serde(default)]
    pub unverified: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourceEntry {
    pub part: Part,
    /// Always text, so no operator objects can be smuggled in.
    #[serde(default)]
    pub text: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CallsEntry {
    #[serde(default)]
    pub arg: usize,
    /// What the function gets: `receiver`, `element`, `next`, a role, or nothing known.
    #[serde(default)]
    pub params: Vec<Name>,
}

/// Where a value stands in a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Where {
    Argument(usize),
    Keyword(String),
    Receiver,
    /// Every argument.
    All,
}

impl<'de> Deserialize<'de> for Where {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Index(usize),
            Word(String),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Index(index) => Where::Argument(index),
            Written::Word(word) if word == "receiver" => Where::Receiver,
            Written::Word(word) if word == "all" => Where::All,
            Written::Word(word) => Where::Keyword(word),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SinkEntry {
    pub kind: SinkKind,
    /// The client's name; for SQL it decides how placeholders are written.
    #[serde(default)]
    pub client: Name,
    /// The dangerous arguments.
    #[serde(default = "first")]
    pub of: Vec<Where>,
    /// Also dangerous as a template's tag (most tags bind their holes).
    #[serde(default)]
    pub tagged: bool,
    /// Dangerous only while this keyword or option is set to `true`.
    #[serde(default)]
    pub only_if: Option<String>,
    /// The value must be text that was put together; a whole value from outside is handled elsewhere.
    #[serde(default)]
    pub built: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CleanEntry {
    #[serde(deserialize_with = "cleanings")]
    pub by: Cleanings,
    #[serde(default = "first")]
    pub of: Vec<Where>,
    /// Gives an object `{ success, data, error }` around the value.
    #[serde(default)]
    pub safe: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GuardEntry {
    pub kind: GuardKind,
    /// As what it guards: `call` (returns only if the check passed), `truth` (its result tells), `decorator`,
    /// `middleware`, `mixin`, `dependency`.
    #[serde(default)]
    pub how: Vec<String>,
    /// Not if this option is given as `true`/`false`: `optional=true`, `required=false`.
    #[serde(default)]
    pub unless: Option<String>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub struct AccessEntry {
    #[serde(default)]
    pub client: Name,
    #[serde(default)]
    pub op: Option<Operation>,
    /// `captured`, `receiver` (the class it was called on), or an argument.
    #[serde(default)]
    pub model: Option<ModelFrom>,
    #[serde(default)]
    pub filter: Vec<FilterSpec>,
    #[serde(default)]
    pub data: Option<Data>,
    /// Whether the database is asked now; a builder's step is not.
    #[serde(default)]
    pub fires: bool,
    /// The database is asked when the result is awaited, returned or iterated.
    #[serde(default)]
    pub lazy: bool,
    #[serde(default)]
    pub gives: Returns,
    /// A list of rows becomes one row.
    #[serde(default)]
    pub narrow: bool,
    /// A condition on a column: `eq(t.id, x)`.
    #[serde(default)]
    pub compares: Option<crate::facts::query::TermOp>,
    /// Conditions put together: `and(a, b)`.
    #[serde(default)]
    pub combines: Option<Combines>,
    /// The text of a statement: `op`, model and filter are read from it.
    #[serde(default)]
    pub sql: Option<SqlSpec>,
    /// A missing value drops its term (`undefined` in a where).
    #[serde(default)]
    pub fails_open: bool,
    /// Rows are checked by the database's own policies for this caller.
    #[serde(default)]
    pub row_security: bool,
}

#[derive(Debug, Deserialize, Clone)]
#[serde(untagged)]
pub enum ModelFrom {
    Argument(usize),
    Word(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FilterSpec {
    pub shape: FilterShape,
    #[serde(default)]
    pub arg: usize,
    /// A member of the argument: `where`.
    #[serde(default)]
    pub key: Option<String>,
    /// For `id`: the column, if it is not `id`.
    #[serde(default)]
    pub column: Option<Name>,
    /// For `column-value` with two arguments: what the method compares by; equality unless said.
    #[serde(default)]
    pub op: Option<crate::facts::query::TermOp>,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Combines {
    All,
    Any,
    Not,
}

/// How a filter is written.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum FilterShape {
    /// `{ id: x, author: { is: {..} }, OR: [..] }`.
    Object,
    /// `(column, value)` or `(column, op, value)`; an object in their place is read as `Object`.
    ColumnValue,
    /// `f(owner=x, project__owner=y)`.
    Keywords,
    /// A boolean expression over columns, one or several: `eq(t.id, x)`, `T.id == x`.
    Expression,
    /// The primary key itself.
    Id,
    /// Cannot be read.
    Opaque,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Data {
    #[serde(default)]
    pub arg: usize,
    #[serde(default)]
    pub key: Option<String>,
    /// All keyword arguments together.
    #[serde(default)]
    pub keywords: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SqlSpec {
    #[serde(default)]
    pub arg: usize,
    /// The argument with the bound values; they are an array, or (`spread`) each an argument of its own.
    #[serde(default)]
    pub params: Option<usize>,
    #[serde(default)]
    pub spread: bool,
}

#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Returns {
    /// The builder itself.
    #[default]
    Query,
    Row,
    Rows,
    Count,
    /// `{ data: row(s), error }`.
    Data,
    /// `{ rows, rowCount }`.
    RowsObject,
    /// `[rows, fields]`.
    RowsPair,
    /// `{ count }`, `[count]`, `{ affectedRows }`: any member counts.
    Affected,
    Nothing,
}

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
    /// The members of an options object that hold guards (`preHandler`, `onRequest`).
    #[serde(default)]
    pub options: Vec<Name>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EffectEntry {
    pub kind: Name,
}

/// "A value called `prisma` is probably a Prisma client."
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuessEntry {
    pub names: Vec<Name>,
    pub is: String,
    #[serde(default)]
    pub python: bool,
}

#[derive(Debug, Deserialize)]
pub struct Guesses {
    #[serde(default)]
    pub guess: Vec<GuessEntry>,
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
    /// Parameters that are not injected by the framework come from the request.
    #[serde(default)]
    pub injects: bool,
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

/// A step of a query builder, known by the client's name wherever the builder stands.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StepEntry {
    pub clients: Vec<Name>,
    pub methods: Vec<Name>,
    #[serde(flatten)]
    pub step: AccessEntry,
}

#[derive(Debug, Deserialize)]
pub struct Places {
    #[serde(default)]
    pub step: Vec<StepEntry>,
    #[serde(default)]
    pub framework: Vec<FrameworkEntry>,
    #[serde(default)]
    pub convention: Vec<ConventionEntry>,
}

/// One file.
#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Knowledge {
    principal: Vec<toml::Table>,
    source: Vec<toml::Table>,
    sink: Vec<toml::Table>,
    clean: Vec<toml::Table>,
    pass: Vec<toml::Table>,
    guard: Vec<toml::Table>,
    deny: Vec<toml::Table>,
    respond: Vec<toml::Table>,
    access: Vec<toml::Table>,
    route: Vec<toml::Table>,
    effect: Vec<toml::Table>,
    alias: Vec<toml::Table>,
    wraps: Vec<toml::Table>,
    table: Vec<toml::Table>,
    injects: Vec<toml::Table>,
    calls: Vec<toml::Table>,
    guess: Vec<toml::Table>,
    convention: Vec<toml::Table>,
    framework: Vec<toml::Table>,
    step: Vec<toml::Table>,
}

impl Knowledge {
    pub fn into_entries(self) -> Result<Vec<(Vec<String>, Entry)>, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Of {
            #[serde(default = "first")]
            of: Vec<Where>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Is {
            is: String,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}
        let mut out = Vec::new();
        collect(self.principal, &mut out, Entry::Principal)?;
        collect(self.source, &mut out, Entry::Source)?;
        collect(self.sink, &mut out, Entry::Sink)?;
        collect(self.clean, &mut out, Entry::Clean)?;
        collect(self.pass, &mut out, |pass: Of| Entry::Pass(pass.of))?;
        collect(self.guard, &mut out, Entry::Guard)?;
        collect(self.deny, &mut out, |_: Nothing| Entry::Deny)?;
        collect(self.respond, &mut out, |_: Nothing| Entry::Respond)?;
        collect(self.access, &mut out, Entry::Access)?;
        collect(self.route, &mut out, Entry::Route)?;
        collect(self.effect, &mut out, Entry::Effect)?;
        collect(self.alias, &mut out, |alias: Is| Entry::Alias(alias.is))?;
        collect(self.wraps, &mut out, |_: Nothing| Entry::Wraps)?;
        collect(self.table, &mut out, |_: Nothing| Entry::Table)?;
        collect(self.injects, &mut out, |_: Nothing| Entry::Injects)?;
        collect(self.calls, &mut out, Entry::Calls)?;
        Ok(out)
    }
}

/// Takes `at` and the examples out of each table and reads the rest as a `T`.
fn collect<T: serde::de::DeserializeOwned>(tables: Vec<toml::Table>, out: &mut Vec<(Vec<String>, Entry)>, make: impl Fn(T) -> Entry) -> Result<(), String> {
    for mut table in tables {
        let at: Vec<String> = match table.remove("at") {
            Some(toml::Value::String(one)) => vec![one],
            Some(toml::Value::Array(several)) => several.into_iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
            _ => return Err(format!("an entry has no `at`: {table}")),
        };
        table.remove("examples");
        table.remove("counter_examples");
        table.remove("note");
        let entry = table.try_into::<T>().map_err(|error| format!("the entry at {at:?}: {error}"))?;
        out.push((at, make(entry)));
    }
    Ok(())
}

fn yes() -> bool {
    true
}

fn first() -> Vec<Where> {
    vec![Where::Argument(0)]
}

fn cleanings<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Cleanings, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let mut all = Cleanings::default();
    for name in &names {
        let Some(cleaning) = Cleanings::named(name) else {
            return Err(serde::de::Error::custom(format!("`{name}` is not a cleaning")));
        };
        all = all.with(cleaning);
    }
    Ok(all)
}
