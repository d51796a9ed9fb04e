//! The tables of the catalogue's files.

mod access;
mod client;
mod example;
mod framework;
mod guard;
mod knowledge;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::facts::event::SinkKind;
use crate::facts::taint::{Cleanings, Part};
use crate::text::Name;

pub use access::{AccessEntry, Callback, ColumnsShape, ColumnsSpec, Combines, Data, FilterShape, FilterSpec, ModelFrom, Returns, SqlSpec, StepEntry};
pub use client::{ClientEntry, Parameters};
#[cfg(test)]
pub(super) use example::take as take_examples;
pub use example::{Example, Subject};
pub use framework::{
    Action, ConventionEntry, DecidesEntry, FrameworkEntry, GateEntry, NestingEntry, PageEntry, PagePart, Part as PartKind, PartEntry, Passes, Reached,
    RouteEntry,
};
pub use guard::{GuardEntry, How};
pub use knowledge::Knowledge;

/// One fact about a library. `at` (kept by the graph of paths) says of what.
#[derive(Debug)]
pub enum Entry {
    Principal(PrincipalEntry),
    Source(SourceEntry),
    Sink(SinkEntry),
    Clean(CleanEntry),
    /// The content of these arguments (or the receiver) is in the result.
    Pass(PassEntry),
    Guard(GuardEntry),
    /// Never comes back: it throws, or ends the request.
    Deny,
    /// Comes back only if its first argument is true.
    Asserts,
    /// Sends its arguments to the client.
    Respond(RespondEntry),
    /// What it gives is always there: never null, false or empty.
    Present,
    Access(AccessEntry),
    Route(Box<RouteEntry>),
    /// A part of an application that is put together of classes.
    Part(PartEntry),
    Effect(EffectEntry),
    Fit(FitEntry),
    /// The result is what this path names.
    Alias(String),
    /// The base class of classes that are tables.
    Table,
    /// `Depends(f)`: a parameter with this default is filled by calling `f`.
    Injects,
    /// A validator of ids: of the table that its first argument names.
    Reference,
    /// Calls the function it gets, in place.
    Calls(CallsEntry),
    /// What the language itself makes of its arguments, part by part.
    Makes(MakesEntry),
    /// `setText(x)`: what the first of the pair holds from now on.
    Keeps,
    /// A decorator or wrapper that gives back the function it got (argument 0), or calls it in its own way.
    Wraps,
    /// A middleware that is made of functions and options of the project's.
    Decides(DecidesEntry),
    /// Does the path that is asked for fit one of the patterns that this was made with? `createRouteMatcher([..])(request)`.
    Fits,
    /// The settings of the project: members are what its settings file defines.
    Settings,
    /// What the dotted name in its first argument means.
    Names,
    /// An instance of the class in its first argument: `inject(HttpClient)`.
    Instance,
    /// What the function that the page of this file is loaded by gives: `useLoaderData()`.
    Loads(PageEntry),
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
    /// Something stands there for strangers, too, unless this setting, if one is named, says what does: that it is there tells nothing.
    #[serde(default)]
    pub for_strangers: Option<String>,
    /// It is found out later: what is not waited for is always there, and says nothing.
    #[serde(default)]
    pub waits: bool,
    /// Only a claim: nobody verified it.
    #[serde(default)]
    pub unverified: bool,
    /// Only a claim if one of these options is given: `verify=false`.
    #[serde(default)]
    pub unverified_if: Vec<String>,
    /// Asked for one of these it gives something else: `session.get("error")`.
    #[serde(default)]
    pub other: Vec<String>,
    /// The argument that names what is asked for. A session or a token has to be looked up before it says who somebody is.
    #[serde(default)]
    pub named: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourceEntry {
    pub part: Part,
    /// Always text, so no operator objects can be smuggled in.
    #[serde(default)]
    pub text: bool,
    /// A schema let it through: no operator objects, no keys that nobody asked for.
    #[serde(default)]
    pub shaped: bool,
    /// The whole path that was asked for, which is that of the route.
    #[serde(default)]
    pub whole: bool,
    /// Only of something that is from a request already: what its address holds.
    #[serde(default)]
    pub within: bool,
    /// Only if the call on the way here whose first argument is an address went to one of these.
    #[serde(default)]
    pub hosts: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassEntry {
    #[serde(default = "first")]
    pub of: Vec<Where>,
    /// What it gives is this part of the one value from outside in it, so that what is found out of the one is known of the
    /// other: `*url*` of the text an address was read from. Empty if it is that value itself.
    #[serde(default)]
    pub part: Option<Name>,
    /// A single argument with parts of its own is given back as it is: `dict(row)`.
    #[serde(default)]
    pub copies: bool,
    /// It gives what it was given, whatever that is: `closing(connection)`.
    #[serde(default)]
    pub same: bool,
    /// It keeps its last argument under the others, which are words: `config.set("section", "key", value)`.
    #[serde(default)]
    pub puts: bool,
    /// It gives what was kept under its arguments.
    #[serde(default)]
    pub kept: bool,
    /// The first argument is a pattern that the others are put into: `format("%s", name)`.
    #[serde(default)]
    pub format: bool,
    /// Text is read as data: whoever wrote the text can have written an object.
    #[serde(default)]
    pub reads: bool,
    /// Nothing is left out of what it gets: whoever sees what it gives sees all of that, unless another argument chooses.
    #[serde(default)]
    pub whole: bool,
}

/// Looks at these arguments and lets only what is fit pass: by what it returns, or by throwing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitEntry {
    #[serde(default = "first")]
    pub of: Vec<Where>,
    /// An argument that is a pattern which the others must match.
    #[serde(default)]
    pub pattern: Option<Where>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CallsEntry {
    #[serde(default)]
    pub arg: usize,
    /// The function is this member of the argument.
    #[serde(default)]
    pub key: Option<Name>,
    /// What the function gets: `receiver`, `element`, `next`, `failure`, a role, or nothing known.
    #[serde(default)]
    pub params: Vec<Name>,
    /// Only a function that declares so many parameters.
    #[serde(default)]
    pub declares: Option<usize>,
    /// Only if the first argument is this text: `addEventListener("message", f)`.
    #[serde(default)]
    pub named: Option<String>,
    /// What it gets is one thing, of whose parts something can be found out.
    #[serde(default)]
    pub distinct: bool,
    /// It is a decorator: the function below it is called.
    #[serde(default)]
    pub decorator: bool,
    /// What the function gives is answered to callers; the call itself gives something else.
    #[serde(default)]
    pub answers: bool,
    /// What the function gives is told to a language model, which tells it to whoever asks.
    #[serde(default)]
    pub tells: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakesEntry {
    pub is: Makes,
}

/// What a call of the language's own gives.
#[derive(Debug, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Makes {
    /// A table of the pairs that it gets: `new Map([["a", f]])`.
    Table,
    /// What its function resolves to: `new Promise((resolve) => resolve(x))`.
    Promise,
    /// The member that its second argument names: `getattr(view, "list")`.
    Attribute,
    /// The elements of a list, each with its number: `enumerate(list)`.
    Numbered,
    /// The elements of several lists, side by side: `zip(a, b)`.
    Pairs,
    /// What it goes through, as a list: `list(d)`, `sorted(Note.objects.all())`.
    Listed,
    /// An object of its named arguments and of what it copies: `dict(row, a=1)`.
    Object,
    /// Whether its argument is true: `bool(member and member.is_staff)`.
    Truth,
    /// Whether its first argument is of the class that is its second: `isinstance(answer, Response)`.
    OfClass,
    /// What each of a list comes to: `Promise.all([a(), b()])`, `asyncio.gather(a(), b())`.
    All,
    /// The same with how each of them ended: `Promise.allSettled([a(), b()])`.
    Settled,
    /// What one of a list comes to: `Promise.race([a(), b()])`.
    First,
    /// Its argument, to be waited for: `Promise.resolve(a)`.
    Resolved,
    /// What its first argument gives, called with the others: `asyncio.to_thread(work, a)`, `tasks.add_task(work, a)`.
    Called,
    /// The same of its second: `loop.run_in_executor(None, work, a)`.
    CalledBehind,
    /// The same by name: `Thread(target=work, args=(a,))`.
    CalledByName,
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
    /// Of an argument that is an object, these members are what is dangerous: `axios({ url })`.
    #[serde(default)]
    pub keys: Vec<Name>,
    /// Only these members of an object, dotted, and nothing else: `{ headers: { Location } }`.
    #[serde(default)]
    pub inside: Vec<Name>,
    /// Only if the first argument is this text, however it is written: `setHeader("Location", x)`.
    #[serde(default)]
    pub named: Option<String>,
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
    /// Not with this option: `unsafe=true`.
    #[serde(default)]
    pub unless: Option<String>,
    /// Gives a pair, of which only the second is harmless: `splitext(name)`.
    #[serde(default)]
    pub second: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RespondEntry {
    /// A template shows of it what it picks.
    #[serde(default)]
    pub template: bool,
    /// It travels in a page, to what runs there.
    #[serde(default)]
    pub travels: bool,
    /// A page has it in its text.
    #[serde(default)]
    pub written: bool,
    /// Members of what it gets that are kept for the log.
    #[serde(default)]
    pub without: Vec<Name>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EffectEntry {
    pub kind: Name,
    /// What else rules need to know of it.
    #[serde(default)]
    pub is: Name,
    /// Only with one of these options: `verify=false`.
    #[serde(default)]
    pub only_if: Vec<String>,
    /// Only if the address in its first argument is of one of these hosts.
    #[serde(default)]
    pub hosts: Vec<String>,
    #[serde(default)]
    pub client: Name,
    /// What stands where: `{ name = 0, options = 2 }`.
    #[serde(default)]
    pub takes: BTreeMap<Name, Where>,
    /// What a function among the options gets first, if it is not the name of whoever asks: a role.
    #[serde(default)]
    pub gets: Option<Name>,
    /// What is so unless an option says otherwise: `{ http-only = "yes" }`.
    #[serde(default, deserialize_with = "shared")]
    pub defaults: Arc<BTreeMap<Name, Name>>,
}

/// An option that switches something off, wherever it is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionEntry {
    pub names: Vec<Name>,
    /// The values that do: `false`, `0`, the last name of what a library gives.
    pub values: Vec<Name>,
    pub kind: Name,
    #[serde(default)]
    pub python: bool,
}

fn shared<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Arc<BTreeMap<Name, Name>>, D::Error> {
    BTreeMap::deserialize(deserializer).map(Arc::new)
}

/// "A value called `prisma` is probably a Prisma client."
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuessEntry {
    pub names: Vec<Name>,
    pub is: String,
    /// It may as well be one of these.
    #[serde(default)]
    pub or: Vec<String>,
    /// Only in a file that imports one of these: beside `eq` of Drizzle, `db` is Drizzle's.
    #[serde(default)]
    pub beside: Vec<Name>,
    #[serde(default)]
    pub python: bool,
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
