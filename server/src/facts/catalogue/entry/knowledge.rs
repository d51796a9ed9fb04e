//! One file of the catalogue, taken apart into its entries.

use serde::Deserialize;

use super::example::{self, Example};
use super::{ClientEntry, ConventionEntry, Entry, FrameworkEntry, GateEntry, GuessEntry, NestingEntry, OptionEntry, PageEntry, StepEntry};
use crate::text::Name;

/// One file.
#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Knowledge {
    principal: Vec<toml::Table>,
    source: Vec<toml::Table>,
    sink: Vec<toml::Table>,
    clean: Vec<toml::Table>,
    pass: Vec<toml::Table>,
    fit: Vec<toml::Table>,
    guard: Vec<toml::Table>,
    deny: Vec<toml::Table>,
    asserts: Vec<toml::Table>,
    respond: Vec<toml::Table>,
    present: Vec<toml::Table>,
    access: Vec<toml::Table>,
    route: Vec<toml::Table>,
    part: Vec<toml::Table>,
    effect: Vec<toml::Table>,
    option: Vec<toml::Table>,
    alias: Vec<toml::Table>,
    wraps: Vec<toml::Table>,
    table: Vec<toml::Table>,
    injects: Vec<toml::Table>,
    reference: Vec<toml::Table>,
    calls: Vec<toml::Table>,
    makes: Vec<toml::Table>,
    keeps: Vec<toml::Table>,
    step: Vec<toml::Table>,
    guess: Vec<toml::Table>,
    convention: Vec<toml::Table>,
    page: Vec<toml::Table>,
    gate: Vec<toml::Table>,
    nesting: Vec<toml::Table>,
    decides: Vec<toml::Table>,
    fits: Vec<toml::Table>,
    settings: Vec<toml::Table>,
    names: Vec<toml::Table>,
    loads: Vec<toml::Table>,
    instance: Vec<toml::Table>,
    framework: Vec<toml::Table>,
    client: Vec<toml::Table>,
}

/// A row with its examples.
pub type Row<T> = (T, Vec<Example>);
/// What is known at these paths.
pub type At = (Vec<String>, Entry, Vec<Example>);

impl Knowledge {
    /// The steps of query builders: `clients`, `methods`, and what an access says.
    pub fn take_steps(&mut self) -> Result<Vec<Row<StepEntry>>, String> {
        std::mem::take(&mut self.step)
            .into_iter()
            .map(|mut table| {
                let (clients, methods) = (names(&mut table, "clients")?, names(&mut table, "methods")?);
                let examples = example::take(&mut table)?;
                let step = table.try_into().map_err(|error| format!("the step {methods:?} of {clients:?}: {error}"))?;
                Ok((StepEntry { clients, methods, step }, examples))
            })
            .collect()
    }

    pub fn take_pages(&mut self) -> Result<Vec<Row<PageEntry>>, String> {
        rows("page", std::mem::take(&mut self.page))
    }

    pub fn take_guesses(&mut self) -> Result<Vec<Row<GuessEntry>>, String> {
        rows("guess", std::mem::take(&mut self.guess))
    }

    pub fn take_options(&mut self) -> Result<Vec<Row<OptionEntry>>, String> {
        rows("option", std::mem::take(&mut self.option))
    }

    pub fn take_conventions(&mut self) -> Result<Vec<Row<ConventionEntry>>, String> {
        rows("convention", std::mem::take(&mut self.convention))
    }

    pub fn take_gates(&mut self) -> Result<Vec<Row<GateEntry>>, String> {
        rows("gate", std::mem::take(&mut self.gate))
    }

    pub fn take_nestings(&mut self) -> Result<Vec<Row<NestingEntry>>, String> {
        rows("nesting", std::mem::take(&mut self.nesting))
    }

    pub fn take_frameworks(&mut self) -> Result<Vec<Row<FrameworkEntry>>, String> {
        rows("framework", std::mem::take(&mut self.framework))
    }

    pub fn take_clients(&mut self) -> Result<Vec<Row<ClientEntry>>, String> {
        rows("client", std::mem::take(&mut self.client))
    }

    pub fn into_entries(self) -> Result<Vec<At>, String> {
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
        collect(self.pass, &mut out, Entry::Pass)?;
        collect(self.fit, &mut out, Entry::Fit)?;
        collect(self.guard, &mut out, Entry::Guard)?;
        collect(self.deny, &mut out, |_: Nothing| Entry::Deny)?;
        collect(self.asserts, &mut out, |_: Nothing| Entry::Asserts)?;
        collect(self.respond, &mut out, Entry::Respond)?;
        collect(self.present, &mut out, |_: Nothing| Entry::Present)?;
        collect(self.access, &mut out, Entry::Access)?;
        collect(self.route, &mut out, Entry::Route)?;
        collect(self.part, &mut out, Entry::Part)?;
        collect(self.effect, &mut out, Entry::Effect)?;
        collect(self.alias, &mut out, |alias: Is| Entry::Alias(alias.is))?;
        collect(self.wraps, &mut out, |_: Nothing| Entry::Wraps)?;
        collect(self.table, &mut out, |_: Nothing| Entry::Table)?;
        collect(self.injects, &mut out, |_: Nothing| Entry::Injects)?;
        collect(self.reference, &mut out, |_: Nothing| Entry::Reference)?;
        collect(self.makes, &mut out, Entry::Makes)?;
        collect(self.keeps, &mut out, |_: Nothing| Entry::Keeps)?;
        collect(self.calls, &mut out, Entry::Calls)?;
        collect(self.decides, &mut out, Entry::Decides)?;
        collect(self.fits, &mut out, |_: Nothing| Entry::Fits)?;
        collect(self.settings, &mut out, |_: Nothing| Entry::Settings)?;
        collect(self.names, &mut out, |_: Nothing| Entry::Names)?;
        collect(self.loads, &mut out, Entry::Loads)?;
        collect(self.instance, &mut out, |_: Nothing| Entry::Instance)?;
        Ok(out)
    }
}

fn rows<T: serde::de::DeserializeOwned>(kind: &str, tables: Vec<toml::Table>) -> Result<Vec<Row<T>>, String> {
    let row = |mut table: toml::Table| {
        let examples = example::take(&mut table)?;
        Ok((table.try_into().map_err(|error| format!("a {kind}: {error}"))?, examples))
    };
    tables.into_iter().map(row).collect()
}

/// Takes a list of names out of a table.
fn names(table: &mut toml::Table, key: &str) -> Result<Vec<Name>, String> {
    let value = table.remove(key).ok_or_else(|| format!("a step has no `{key}`: {table}"))?;
    value.try_into().map_err(|error| format!("`{key}` of a step: {error}"))
}

/// Takes `at` and the examples out of each table and reads the rest as a `T`.
fn collect<T: serde::de::DeserializeOwned>(tables: Vec<toml::Table>, out: &mut Vec<At>, make: impl Fn(T) -> Entry) -> Result<(), String> {
    for mut table in tables {
        let at: Vec<String> = match table.remove("at") {
            Some(toml::Value::String(one)) => vec![one],
            Some(toml::Value::Array(several)) => several.into_iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
            _ => return Err(format!("an entry has no `at`: {table}")),
        };
        let examples = example::take(&mut table).map_err(|error| format!("the entry at {at:?}: {error}"))?;
        table.remove("note");
        let entry = table.try_into::<T>().map_err(|error| format!("the entry at {at:?}: {error}"))?;
        out.push((at, make(entry), examples));
    }
    Ok(())
}
