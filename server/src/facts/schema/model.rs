//! A model as the whole project shows it.

use super::catalogue::{NameClass, column_classes, model_classes};
use super::declared::{Site, SourceKind};
use super::names::same;
use super::row_security::RowSecurity;
use crate::facts::names::says_author;
use crate::text::Name;

/// Names one model of a [`super::Schema`]: its table with its schema, or what code calls it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ModelKey(pub Name);

#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    pub key: ModelKey,
    /// What code calls it: `Note`.
    pub name: Name,
    /// What the database calls it: `notes`.
    pub table: Name,
    /// The database's schema; `None` is the default one.
    pub schema: Option<Name>,
    /// Everything that defines it, the most telling first.
    pub sources: Vec<(SourceKind, Site)>,
    /// Other names it goes by in code.
    pub aliases: Vec<Name>,
    pub columns: Vec<Column>,
    pub relations: Vec<Relation>,
    pub unique_together: Vec<Vec<Name>>,
    pub row_security: RowSecurity,
    /// Whose rows these are; the shortest paths first.
    pub(super) owners: Vec<OwnerPath>,
    pub(super) privacy: Privacy,
    /// Its rows are people who sign in.
    pub is_principal: bool,
    /// Its rows are groups that people belong to.
    pub is_tenant: bool,
    /// Its rows say who belongs to which tenant.
    pub membership: Option<Membership>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    /// What code calls it: `ownerId`. Nested fields of documents are dotted: `members.user`.
    pub name: Name,
    /// What the database calls it: `owner_id`.
    pub db_name: Name,
    pub ty: Name,
    pub references: Option<Reference>,
    pub optional: bool,
    pub unique: bool,
    pub primary: bool,
    pub list: bool,
    /// Only the database has it: code goes through the relation.
    pub implicit: bool,
    /// Its default is the caller: `default auth.uid()`.
    pub defaults_to_caller: bool,
    /// Not given unless it is asked for by name: `select: false`, a class that leaves it out when it is sent.
    pub withheld: bool,
    /// Left out of what is answered (`@Exclude()`), if a serializer is bound that looks at that.
    pub excluded: bool,
    /// The program draws its value by chance, and it names one row: whoever knows it was given it.
    pub drawn: bool,
    pub site: Site,
}

impl Column {
    /// Yes or no, in whichever language says so.
    pub fn is_yes_or_no(&self) -> bool {
        matches!(self.ty.to_ascii_lowercase().as_str(), "bool" | "boolean" | "booleanfield" | "tinyint(1)")
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct Reference {
    pub model: ModelKey,
    /// The code name of the column it points to.
    pub column: Name,
    pub cascades: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Relation {
    pub name: Name,
    pub model: ModelKey,
    /// The columns of this model that carry it; empty where the other side has them.
    pub columns: Vec<Name>,
    pub list: bool,
}

/// The two columns of a membership, by their code names.
#[derive(Clone, PartialEq, Debug)]
pub struct Membership {
    /// `None`: people are kept by a service that signs them in.
    pub principal: Option<ModelKey>,
    pub principal_column: Name,
    pub tenant: ModelKey,
    pub tenant_column: Name,
}

/// From a row to the id of the person or tenant it belongs to.
#[derive(Clone, PartialEq, Debug)]
pub struct OwnerPath {
    /// The rows in between: for `project.ownerId` one step, from the row to its project. Empty if the row has the column.
    pub steps: Vec<Step>,
    /// The column that holds the id, on the last model of the path.
    pub column: Name,
    pub db_column: Name,
    /// What code may say in the column's place: the relation over it (`owner`).
    pub relation: Option<Name>,
    /// The model of people or tenants; `None` if the name of the column is all that is known.
    pub target: Option<ModelKey>,
    pub kind: OwnerKind,
    pub confidence: OwnerConfidence,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// What code calls the way: the relation (`project`, `members`), if there is one.
    pub relation: Option<Name>,
    /// The column walked over. It stands on this side, or on the other side if `backwards`.
    pub column: Name,
    pub db_column: Name,
    pub model: ModelKey,
    /// From a tenant to the rows that say who belongs to it.
    pub backwards: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OwnerKind {
    /// The id of the one person it belongs to.
    Owner,
    /// The id of a group it belongs to.
    Tenant,
    /// One of several people with equal right to read it: sender and recipient.
    Party,
    /// Who made it, where nothing better is known.
    Audit,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OwnerConfidence {
    /// Only the name of a column says so.
    Named,
    /// Foreign keys say so.
    Proven,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Privacy {
    /// Its rows belong to somebody.
    Private,
    /// Everybody may read it.
    Public,
    /// People write or offer it for others to see; changing it belongs to them.
    AuthoredPublic,
    /// Its rows are people.
    Principal,
    /// Not enough is known.
    Unknown,
}

impl Privacy {
    /// The word for it in what machines read.
    pub fn word(self) -> &'static str {
        match self {
            Privacy::Private => "private",
            Privacy::Public => "public",
            Privacy::AuthoredPublic => "authored-public",
            Privacy::Principal => "people",
            Privacy::Unknown => "unknown",
        }
    }
}

impl Model {
    /// The ways from a row to whose it is; the best first.
    pub fn owners(&self) -> &[OwnerPath] {
        &self.owners
    }

    /// The owner paths that are a column of the model itself.
    pub fn direct_owners(&self) -> impl Iterator<Item = &OwnerPath> {
        self.owners.iter().filter(|path| path.steps.is_empty())
    }

    /// All that ties a row to anybody is who put it there: `uploaded_by`.
    pub fn is_by_author(&self) -> bool {
        !self.owners.is_empty() && self.owners.iter().all(|path| path.steps.is_empty() && says_author(&path.column))
    }

    pub fn privacy(&self) -> Privacy {
        self.privacy
    }

    /// The most telling source.
    pub fn kind(&self) -> Option<SourceKind> {
        self.sources.first().map(|(kind, _)| *kind)
    }

    /// Where it is defined.
    pub fn site(&self) -> Option<&Site> {
        self.sources.first().map(|(_, site)| site)
    }

    /// A column by any of its names, whatever the case and underscores.
    pub fn column(&self, name: &str) -> Option<&Column> {
        let exact = self.columns.iter().find(|column| column.name == name || column.db_name == name);
        exact.or_else(|| self.columns.iter().find(|column| same(&column.name, name) || same(&column.db_name, name)))
    }

    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.name == name).or_else(|| self.relations.iter().find(|relation| same(&relation.name, name)))
    }

    pub fn primary_key(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.primary)
    }

    /// Columns that a person must not set on rows of their own: roles, balances, and whose the row is.
    pub fn protected_columns(&self) -> Vec<&Column> {
        let is_owner = |column: &Column| self.direct_owners().any(|path| path.column == column.name) && !(self.is_principal && column.primary);
        self.columns.iter().filter(|column| is_owner(column) || column_classes(&column.name).has(NameClass::Protected)).collect()
    }

    /// Columns that only those know who were given their value (share links, invitations, tokens).
    pub fn secret_columns(&self) -> Vec<&Column> {
        let hands_out = model_classes(&self.name).has(NameClass::CapabilityModel);
        let is_secret = |column: &&Column| {
            let classes = column_classes(&column.name);
            classes.has(NameClass::Capability) && !classes.has(NameClass::Password) || hands_out && same(&column.name, "code")
        };
        self.columns.iter().filter(is_secret).collect()
    }

    /// Columns whose values hurt when they leave the house: passwords, keys, card and health data.
    pub fn sensitive_columns(&self) -> Vec<&Column> {
        self.columns.iter().filter(|column| column_classes(&column.name).has(NameClass::Sensitive)).collect()
    }

    /// The column that says whether a row is public, if there is one: `published`, `visibility`.
    pub fn visibility_columns(&self) -> Vec<&Column> {
        self.columns.iter().filter(|column| column_classes(&column.name).has(NameClass::Visibility)).collect()
    }
}

impl OwnerPath {
    /// True if `name` is how code or SQL names the last column of the path, or the relation over it.
    pub fn is_called(&self, name: &str) -> bool {
        same(&self.column, name) || same(&self.db_column, name) || self.relation.as_ref().is_some_and(|relation| same(relation, name))
    }

    /// The way begins here: `campaign` of `campaign.sponsorId`.
    pub fn begins_with(&self, name: &str) -> bool {
        self.steps
            .first()
            .is_some_and(|step| same(&step.column, name) || same(&step.db_column, name) || step.relation.as_ref().is_some_and(|relation| same(relation, name)))
    }

    /// `project.ownerId`, for messages.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            text.push_str(step.relation.as_ref().unwrap_or(&step.column));
            text.push('.');
        }
        text.push_str(&self.column);
        text
    }
}

impl Privacy {
    /// True if a row reached by its id belongs to somebody.
    pub fn is_private(self) -> bool {
        matches!(self, Privacy::Private | Privacy::Principal)
    }
}
