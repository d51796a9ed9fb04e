//! What is known of libraries, as data: `queries/catalogue/*.toml`, read once.

mod entry;
mod path;

use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::built::{Table, table};
use crate::text::Name;

pub use entry::{
    AccessEntry, Action, Callback, CallsEntry, CleanEntry, ClientEntry, ColumnsShape, ColumnsSpec, Combines, ConventionEntry, Data, DecidesEntry, EffectEntry,
    Entry, Example, FilterShape, FilterSpec, FitEntry, FrameworkEntry, GateEntry, GuardEntry, GuessEntry, How, Knowledge, Makes, ModelFrom, NestingEntry,
    OptionEntry, PageEntry, PagePart, Parameters, PartEntry, PartKind, PassEntry, Passes, PrincipalEntry, Reached, RespondEntry, Returns, RouteEntry,
    SinkEntry, SourceEntry, SqlSpec, Subject, Where,
};
pub use path::{Root, State};

/// Takes the examples out of a row that is no entry.
#[cfg(test)]
pub fn examples_of(row: &mut toml::Table) -> Result<Vec<Example>, String> {
    entry::take_examples(row)
}

/// The catalogue that ships with Guardline.
pub static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut catalogue = Catalogue::default();
    for table in TABLES {
        if let Err(error) = catalogue.learn(table) {
            // The data is part of the program and every entry is run by a test: this is a broken build.
            panic!("{error}");
        }
    }
    catalogue
});

/// Reads the catalogue now, so that whoever needs it first need not wait.
pub fn make_ready() {
    LazyLock::force(&BUILT_IN);
}

/// What people outside have typed, as the catalogue's guesses call it.
const OUTSIDE: &str = "role:python.outside";

const TABLES: &[Table] = &[
    table!("ecma-frameworks"),
    table!("ecma-data"),
    table!("ecma-language"),
    table!("python-frameworks"),
    table!("python-data"),
    table!("python-language"),
    table!("ecma-sinks"),
    table!("python-sinks"),
    table!("ecma-rendering"),
    table!("ecma-forms"),
    table!("ecma-page-input"),
    table!("ecma-pages"),
    table!("python-pages"),
    table!("ecma-crypto"),
    table!("python-crypto"),
    table!("ecma-hardening"),
    table!("python-hardening"),
    table!("ecma-effects"),
    table!("ecma-orms"),
    table!("ecma-astro"),
    table!("ecma-edge"),
    table!("bots"),
    table!("ecma-servers"),
    table!("python-effects"),
    table!("ecma-live"),
    table!("python-live"),
    table!("python-mongo"),
    table!("python-aiohttp"),
    table!("python-guesses"),
];

#[derive(Default)]
pub struct Catalogue {
    /// The paths as they are written, and the entries that they lead to.
    #[cfg(test)]
    written: Vec<(String, u32)>,
    paths: path::Paths,
    entries: Vec<Entry>,
    guesses: Vec<GuessEntry>,
    frameworks: Vec<FrameworkEntry>,
    conventions: Vec<Convention>,
    pages: Vec<PageRow>,
    gates: Vec<Gate>,
    nestings: Vec<NestingEntry>,
    steps: FxHashMap<(Name, Name), Arc<AccessEntry>>,
    clients: FxHashMap<Name, ClientEntry>,
    options: FxHashMap<Name, Vec<Arc<OptionEntry>>>,
    examples: Vec<(Subject, Example)>,
}

/// A convention with its pattern compiled.
pub struct Convention {
    pub entry: ConventionEntry,
    pub files: regex::Regex,
}

/// A page with its pattern compiled.
pub struct PageRow {
    entry: PageEntry,
    files: regex::Regex,
}

impl PageRow {
    pub fn is_at(&self, file: &crate::text::FileId) -> bool {
        self.files.is_match(file.as_str())
    }
}

impl std::ops::Deref for PageRow {
    type Target = PageEntry;

    fn deref(&self) -> &PageEntry {
        &self.entry
    }
}

/// A gate with its pattern compiled.
pub struct Gate {
    pub entry: GateEntry,
    pub files: regex::Regex,
}

impl Catalogue {
    /// Adds the entries of one file as it is written. The error says which entry and why, in words.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        self.take(toml::from_str(text).map_err(|error| error.to_string())?)
    }

    /// Adds the entries of a table, in tests with its examples.
    fn learn(&mut self, table: &Table) -> Result<(), String> {
        #[cfg(test)]
        return self.add(&super::written_tests::source(table.name)).map_err(|error| format!("{}: {error}", table.name));
        #[cfg(not(test))]
        self.take(table.read()?)
    }

    fn take(&mut self, mut knowledge: Knowledge) -> Result<(), String> {
        for (entry, examples) in knowledge.take_steps()? {
            let subject = || Subject::Step { clients: entry.clients.clone(), methods: entry.methods.clone() };
            self.examples.extend(examples.into_iter().map(|example| (subject(), example)));
            let step = Arc::new(entry.step);
            for client in &entry.clients {
                for method in &entry.methods {
                    if self.steps.insert((client.clone(), method.clone()), step.clone()).is_some() {
                        return Err(format!("the step `{method}` of `{client}` is described twice"));
                    }
                }
            }
        }
        for (client, examples) in knowledge.take_clients()? {
            self.rows(examples);
            if let Some(known) = self.clients.insert(client.name.clone(), client) {
                return Err(format!("the client `{}` is described twice", known.name));
            }
        }
        for (guess, examples) in knowledge.take_guesses()? {
            self.rows(examples);
            self.guesses.push(guess);
        }
        for (framework, examples) in knowledge.take_frameworks()? {
            self.rows(examples);
            self.frameworks.push(framework);
        }
        for (option, examples) in knowledge.take_options()? {
            self.rows(examples);
            let option = Arc::new(option);
            for name in &option.names {
                self.options.entry(name.clone()).or_default().push(Arc::clone(&option));
            }
        }
        for (entry, examples) in knowledge.take_conventions()? {
            self.rows(examples);
            let files = regex::Regex::new(&entry.files).map_err(|error| error.to_string())?;
            self.conventions.push(Convention { entry, files });
        }
        for (entry, examples) in knowledge.take_pages()? {
            self.rows(examples);
            let files = regex::Regex::new(&entry.files).map_err(|error| error.to_string())?;
            self.pages.push(PageRow { entry, files });
        }
        for (entry, examples) in knowledge.take_gates()? {
            self.rows(examples);
            let files = regex::Regex::new(&entry.files).map_err(|error| error.to_string())?;
            self.gates.push(Gate { entry, files });
        }
        for (nesting, examples) in knowledge.take_nestings()? {
            self.rows(examples);
            self.nestings.push(nesting);
        }
        for (at, entry, examples) in knowledge.into_entries()? {
            let id = self.entries.len() as u32;
            self.examples.extend(examples.into_iter().map(|example| (Subject::Entry(id), example)));
            self.entries.push(entry);
            for pattern in at {
                #[cfg(test)]
                self.written.push((pattern.clone(), id));
                self.paths.add(&pattern, id).map_err(|error| format!("`{pattern}`: {error}"))?;
            }
        }
        Ok(())
    }

    fn rows(&mut self, examples: Vec<Example>) {
        self.examples.extend(examples.into_iter().map(|example| (Subject::Row, example)));
    }

    /// The examples of all rows, in the order of the files.
    pub fn examples(&self) -> &[(Subject, Example)] {
        &self.examples
    }

    /// What a method does to a query of this client that is being built.
    pub fn step(&self, client: &Name, method: &Name) -> Option<&AccessEntry> {
        let step = self.steps.get(&(client.clone(), method.clone()));
        #[cfg(test)]
        asked::step(client, method, step.is_some());
        step.map(|step| &**step)
    }

    pub fn framework(&self, name: &str) -> Option<&FrameworkEntry> {
        self.frameworks.iter().find(|framework| framework.name == name)
    }

    pub fn frameworks(&self) -> &[FrameworkEntry] {
        &self.frameworks
    }

    pub fn pages(&self) -> &[PageRow] {
        &self.pages
    }

    pub fn conventions(&self) -> &[Convention] {
        &self.conventions
    }

    pub fn gates(&self) -> &[Gate] {
        &self.gates
    }

    /// How the modules of this framework's routes are nested in each other.
    pub fn nesting(&self, framework: &str) -> Option<&NestingEntry> {
        self.nestings.iter().find(|nesting| nesting.framework == framework)
    }

    /// Where the paths of this root begin.
    pub fn root(&self, root: &Root) -> SmallVec<[State; 2]> {
        self.paths.root(root)
    }

    pub fn member(&self, states: &[State], name: &str) -> SmallVec<[State; 2]> {
        self.paths.member(states, name)
    }

    pub fn call(&self, states: &[State]) -> SmallVec<[State; 2]> {
        self.paths.call(states)
    }

    /// The members that some path names from here.
    pub fn members(&self, states: &[State]) -> Vec<Name> {
        self.paths.members(states)
    }

    /// What is known at these states, in the order of the files.
    pub fn at<'c>(&'c self, states: &'c [State]) -> impl Iterator<Item = &'c Entry> + 'c {
        let entries = self.paths.entries(states);
        #[cfg(test)]
        let entries = entries.inspect(|id| asked::entry(*id));
        entries.map(|id| &self.entries[id as usize])
    }

    /// Is this something that keeps functions under names for others to use: `app.decorate(name, f)`?
    pub fn keeps_names(&self, states: &[State]) -> bool {
        let is_kept = |id: u32| matches!(self.entries.get(id as usize), Some(Entry::Route(route)) if route.kind == super::event::RegistrationKind::Named);
        self.paths.members(states).iter().any(|name| self.paths.entries(&self.paths.call(&self.paths.member(states, name))).any(is_kept))
    }

    /// Whether anything at all is known of this module.
    pub fn knows(&self, package: &str) -> bool {
        self.paths.knows(package)
    }

    /// What a value called `name` probably is, when nothing better is known; in a file that imports what a row asks for.
    pub fn guess(&self, name: &str, python: bool, imports: &mut dyn FnMut(&[Name]) -> bool) -> Option<&GuessEntry> {
        let called = || self.guesses.iter().filter(|guess| guess.python == python && guess.names.iter().any(|known| known == name));
        called().find(|guess| !guess.beside.is_empty() && imports(&guess.beside)).or_else(|| called().find(|guess| guess.beside.is_empty()))
    }

    /// Does a name say that somebody outside typed what it names?
    pub fn is_outside(&self, name: &str) -> bool {
        self.guess(name, true, &mut |_| false).is_some_and(|guess| guess.is == OUTSIDE)
    }

    /// Where the paths of a guess lead.
    pub fn meant(&self, guess: &GuessEntry) -> SmallVec<[State; 2]> {
        std::iter::once(&guess.is).chain(&guess.or).flat_map(|path| self.named(path)).collect()
    }

    /// The framework that calls a function by what its parameters are called and of which types they are, and at which of
    /// them what it passes begins (a function for errors gets the error first).
    pub fn shaped(&self, params: &[(Option<Name>, Option<Name>)]) -> Option<(&FrameworkEntry, usize)> {
        type Knows = fn(&FrameworkEntry, usize, &(Option<Name>, Option<Name>)) -> bool;
        let by_type: Knows = |framework, at, (_, ty)| framework.typed.get(at).zip(ty.as_ref()).is_some_and(|(types, ty)| types.contains(ty));
        let by_name: Knows = |framework, at, (name, _)| framework.called.get(at).zip(name.as_ref()).is_some_and(|(names, name)| names.contains(name));
        let either: Knows = |framework, at, param| {
            framework.typed.get(at).zip(param.1.as_ref()).is_some_and(|(types, ty)| types.contains(ty))
                || framework.called.get(at).zip(param.0.as_ref()).is_some_and(|(names, name)| names.contains(name))
        };
        let shaped = |knows: Knows| {
            self.frameworks.iter().filter(|framework| !framework.called.is_empty() || !framework.typed.is_empty()).find_map(|framework| {
                let begins =
                    params.windows(2).take(2).position(|pair| matches!(pair, [first, second] if knows(framework, 0, first) && knows(framework, 1, second)));
                // What gets the error first is told by its number of parameters.
                begins.filter(|begins| *begins == 0 || params.len() > 3).map(|begins| (framework, begins))
            })
        };
        shaped(by_type).or_else(|| shaped(by_name)).or_else(|| shaped(either))
    }

    /// The framework that calls what is exported under this name, by what its first parameter is called and what is read of that.
    pub fn exported(&self, export: &str, parameter: &Name, reads: &dyn Fn(&[Name]) -> bool) -> Option<&FrameworkEntry> {
        let is_called = |framework: &&FrameworkEntry| framework.called.first().is_some_and(|names| names.contains(parameter));
        let fits = |framework: &&FrameworkEntry| (framework.reads.is_empty() || reads(&framework.reads)) && !reads(&framework.spares);
        let by_export = self.frameworks.iter().filter(|framework| framework.exported.iter().any(|known| known == export));
        by_export.filter(is_called).find(fits)
    }

    /// The framework in which the export of such a file answers the errors of all other code.
    pub fn answers_failures(&self, export: &str, file: &str) -> Option<&FrameworkEntry> {
        let is_it =
            |framework: &&FrameworkEntry| framework.fails_in.iter().any(|known| known == file) && framework.exported.iter().any(|known| known == export);
        self.frameworks.iter().find(is_it)
    }

    /// What is known of options of this name.
    pub fn options(&self, name: &str) -> &[Arc<OptionEntry>] {
        self.options.get(name).map_or(&[], Vec::as_slice)
    }

    /// The states that a whole path leads to.
    pub fn named(&self, path: &str) -> SmallVec<[State; 2]> {
        self.paths.find(path)
    }

    /// What is known of a database client as a whole.
    pub fn client(&self, name: &str) -> Option<&ClientEntry> {
        self.clients.get(name)
    }

    /// The name captured by `{model}` on the way to these states is the member's: asked by the walk when it follows one.
    pub fn captures(&self, states: &[State]) -> bool {
        self.paths.captures(states)
    }
}

/// What was asked for while an example was run.
#[cfg(test)]
pub mod asked {
    use std::cell::RefCell;

    use super::Name;

    #[derive(Default)]
    pub struct Asked {
        pub entries: Vec<u32>,
        pub steps: Vec<(Name, Name)>,
    }

    thread_local! {
        static ASKED: RefCell<Asked> = RefCell::default();
    }

    pub(super) fn entry(id: u32) {
        ASKED.with_borrow_mut(|asked| asked.entries.push(id));
    }

    pub(super) fn step(client: &Name, method: &Name, is_known: bool) {
        if is_known {
            ASKED.with_borrow_mut(|asked| asked.steps.push((client.clone(), method.clone())));
        }
    }

    /// All since it was last taken.
    pub fn taken() -> Asked {
        ASKED.take()
    }
}

/// Every path of the catalogue: the file it stands in, the path, and the number of its entry.
#[cfg(test)]
pub fn written() -> Vec<(&'static str, String, u32)> {
    let mut catalogue = Catalogue::default();
    let mut all = Vec::new();
    for table in TABLES {
        let before = catalogue.written.len();
        catalogue.learn(table).unwrap_or_else(|error| panic!("{error}"));
        all.extend(catalogue.written.iter().skip(before).map(|(pattern, id)| (table.name, pattern.clone(), *id)));
    }
    all
}

#[cfg(test)]
mod tests;
