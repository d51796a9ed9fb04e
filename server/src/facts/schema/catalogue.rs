//! The rows of `queries/catalogue/schemas.toml`.

use std::sync::LazyLock;

use regex::Regex;
use regex::bytes::{RegexSet, RegexSetBuilder};
use serde::Deserialize;

use super::Model;
use crate::facts::built::{Table, table};
use crate::text::Name;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    name: Vec<NameRow>,
    definer: Vec<Definer>,
    external: Vec<External>,
    caller: Vec<CallerRow>,
    claims: Claims,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NameRow {
    class: NameClass,
    pattern: String,
}

/// What a name tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameClass {
    Owner,
    OwnerByName,
    Tenant,
    TenantByName,
    Audit,
    PeopleList,
    Author,
    Offerer,
    Capability,
    Protected,
    Sensitive,
    Password,
    Login,
    ExternalId,
    Visibility,
    ModelOfPeople,
    ModelOfTenants,
    Membership,
    CapabilityModel,
    NoTenant,
    Session,
    PublicModel,
    AuthoredModel,
    OfferModel,
    ReactionModel,
    PrivateModel,
    PeerRole,
    TokenKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DefinerKind {
    Drizzle,
    Mongoose,
    Convex,
    Sequelize,
    Knex,
    Decorated,
    Sqlalchemy,
    Sqlmodel,
    Django,
    Tortoise,
    Peewee,
    Beanie,
}

/// How a library lets models be defined: the names of its functions, classes and decorators by what they do.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Definer {
    pub kind: DefinerKind,
    pub library: String,
    pub table: Vec<String>,
    pub table_maker: Vec<String>,
    pub schema: Vec<String>,
    pub base: Vec<String>,
    pub principal_base: Vec<String>,
    pub entity: Vec<String>,
    pub column: Vec<String>,
    pub key: Vec<String>,
    pub foreign: Vec<String>,
    pub one: Vec<String>,
    pub many: Vec<String>,
    pub join: Vec<String>,
}

impl Default for Definer {
    fn default() -> Self {
        let none = Vec::new;
        Definer {
            kind: DefinerKind::Decorated,
            library: String::new(),
            table: none(),
            table_maker: none(),
            schema: none(),
            base: none(),
            principal_base: none(),
            entity: none(),
            column: none(),
            key: none(),
            foreign: none(),
            one: none(),
            many: none(),
            join: none(),
        }
    }
}

/// A table of people that no file of the project defines.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct External {
    pub table: String,
    pub names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallerRow {
    call: Vec<String>,
    #[serde(default)]
    path: Vec<String>,
    #[serde(default)]
    argument: Option<String>,
    #[serde(default)]
    tenant: bool,
}

/// A call that gives the id of the caller, or of the caller's tenant, inside a policy.
pub(super) struct Caller {
    pub call: Vec<String>,
    pub path: Vec<String>,
    pub argument: Option<Regex>,
    pub tenant: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    pub editable: Vec<String>,
    pub anonymous: Vec<String>,
    pub signed_in: Vec<String>,
    pub above: Vec<String>,
}

pub(super) struct Catalogue {
    classes: Vec<NameClass>,
    patterns: RegexSet,
    pub definers: Vec<Definer>,
    pub externals: Vec<External>,
    pub callers: Vec<Caller>,
    pub claims: Claims,
}

const BUILT: Table = table!("schemas");

/// The catalogue is part of the program; a test proves that it can be read.
pub(super) static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| read().unwrap_or_else(|_| Catalogue::empty()));

/// Reads the catalogue now, so that whoever needs it first need not wait.
pub fn make_ready() {
    LazyLock::force(&CATALOGUE);
}

fn whole(pattern: &str) -> String {
    format!("^(?:{pattern})$")
}

fn read() -> anyhow::Result<Catalogue> {
    let rows: Rows = BUILT.read().map_err(anyhow::Error::msg)?;
    let mut callers = Vec::new();
    for row in rows.caller {
        let argument = row.argument.map(|pattern| Regex::new(&whole(&pattern))).transpose()?;
        callers.push(Caller { call: row.call, path: row.path, argument, tenant: row.tenant });
    }
    Ok(Catalogue {
        classes: rows.name.iter().map(|row| row.class).collect(),
        // Of bytes, because sets of characters are ten times as much work to make, and no pattern names one.
        patterns: RegexSetBuilder::new(rows.name.iter().map(|row| whole(&row.pattern))).unicode(false).build()?,
        definers: rows.definer,
        externals: rows.external,
        callers,
        claims: rows.claims,
    })
}

impl Catalogue {
    fn empty() -> Catalogue {
        let claims = Claims { editable: Vec::new(), anonymous: Vec::new(), signed_in: Vec::new(), above: Vec::new() };
        Catalogue { classes: Vec::new(), patterns: RegexSet::empty(), definers: Vec::new(), externals: Vec::new(), callers: Vec::new(), claims }
    }

    /// Every name that the libraries of models are known by.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.definers.iter().flat_map(|definer| {
            let Definer { table, table_maker, schema, base, principal_base, entity, column, key, foreign, one, many, join, kind: _, library: _ } = definer;
            [table, table_maker, schema, base, principal_base, entity, column, key, foreign, one, many, join].into_iter().flatten().map(String::as_str)
        })
    }

    pub fn definers(&self, kind: DefinerKind) -> impl Iterator<Item = &Definer> {
        self.definers.iter().filter(move |definer| definer.kind == kind)
    }

    /// The classes of a name that is in snake case already.
    pub fn classes(&self, snake: &str) -> Classes {
        let mut bits = 0;
        for index in self.patterns.matches(snake.as_bytes()) {
            bits |= self.classes.get(index).map_or(0, |class| 1 << *class as u32);
        }
        Classes(bits)
    }
}

/// Every class a name is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Classes(u32);

impl Classes {
    pub fn has(self, class: NameClass) -> bool {
        self.0 & (1 << class as u32) != 0
    }
}

/// What the name of a column tells.
pub fn column_classes(name: &str) -> Classes {
    CATALOGUE.classes(&super::names::snake(name))
}

/// What the name of a model or table tells; it may be in the plural.
pub fn model_classes(name: &Name) -> Classes {
    CATALOGUE.classes(&super::names::singular(&super::names::snake(name)))
}

/// What the name of a role tells; it may be in the plural.
pub fn role_classes(name: &str) -> Classes {
    model_classes(&Name::from(name))
}

/// Does a model's name say this, as a query calls it (`name`) or by what is known of it?
pub fn is_model_named(name: &Name, model: Option<&Model>, class: NameClass) -> bool {
    model_classes(name).has(class) || model.is_some_and(|model| model_classes(&model.name).has(class) || model_classes(&model.table).has(class))
}

/// Posts, products, likes: does a model's name say that everybody may read its rows?
pub fn is_named_for_everybody(name: &Name, model: Option<&Model>) -> bool {
    [NameClass::AuthoredModel, NameClass::PublicModel, NameClass::ReactionModel].into_iter().any(|class| is_model_named(name, model, class))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::schema::names::{singular, snake};
    use crate::facts::written_tests;

    #[test]
    fn the_catalogue_can_be_read_and_its_examples_hold() {
        let catalogue = read().unwrap();
        for (row, examples) in written_tests::rows("schemas", "name") {
            let class: NameClass = row["class"].clone().try_into().unwrap();
            let of_models = class as u32 >= NameClass::ModelOfPeople as u32;
            let classes = |name: &str| catalogue.classes(&if of_models { singular(&snake(name)) } else { snake(name) });
            for example in examples {
                let not = if example.is_counter { "not " } else { "" };
                assert_eq!(classes(&example.code).has(class), !example.is_counter, "{} should {not}be {class:?}", example.code);
            }
        }
    }
}
