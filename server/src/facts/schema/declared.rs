//! What one file says about models, before it is known what the other files say.

use super::catalogue::CATALOGUE;
use super::row_security::Policy;
use crate::model::sql::Statement;
use crate::text::{FileId, Name, Span};

/// A place in a file. Two places of one file are equal: *where* something stands does not change what it means, and
/// whoever compares facts to see what to do anew must not wake for a comment that was typed above.
#[derive(Clone, Eq, Debug)]
pub struct Site {
    pub file: FileId,
    pub span: Span,
}

impl PartialEq for Site {
    fn eq(&self, other: &Site) -> bool {
        self.file == other.file
    }
}

/// What a model is written in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SourceKind {
    Prisma,
    Drizzle,
    Mongoose,
    /// Classes with decorators: TypeORM, MikroORM, Nest's and Typegoose's documents, sequelize-typescript.
    Decorated,
    Sequelize,
    Convex,
    SqlModel,
    SqlAlchemy,
    Django,
    Tortoise,
    Peewee,
    Beanie,
    /// Tables that code makes in migrations: Knex, Kysely, Alembic.
    Migration,
    SupabaseTypes,
    /// SQL files: migrations, dumps.
    Sql,
    /// `create table` in a string of a program.
    SqlInCode,
    /// A collection that Firestore's rules speak of.
    AccessRules,
    /// Known to exist without being written in the project: `auth.users`.
    External,
}

/// No database takes more columns in a table than this; what is beyond is somebody's joke.
pub(super) const MOST_COLUMNS: usize = 1_600;
/// More policies, grants, keys or aliases than this on one table, or more functions than [`MOST_COLUMNS`] in a project, are
/// not looked at: it keeps the work in proportion to the text.
pub(super) const MOST_PARTS: usize = 256;

/// The facts of one file. Equal texts give equal facts; nothing else is looked at.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct FileSchema {
    /// A SQL file's statements, to be replayed with those of the other files.
    pub statements: Vec<Statement>,
    pub models: Vec<Declared>,
    pub additions: Vec<Addition>,
    /// Django's `AUTH_USER_MODEL`.
    pub auth_user: Option<Name>,
    /// Prisma's datasource.
    pub provider: Option<Name>,
    /// What those who sign in are called by the keys under which a session keeps them: letters only, in the singular.
    pub kept: Vec<Name>,
    /// Its text has the signs of generated types, whether or not these say anything.
    pub generated: bool,
}

impl FileSchema {
    /// Does it say nothing of models?
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
            && self.models.is_empty()
            && self.additions.is_empty()
            && self.auth_user.is_none()
            && self.provider.is_none()
            && self.kept.is_empty()
    }
}

/// A model as one file shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct Declared {
    pub kind: SourceKind,
    /// What code calls it; for SQL the table's name.
    pub name: Name,
    /// The table's name, where it is written or follows by rule.
    pub table: Option<Name>,
    /// `table` is what the library makes of the name, not what somebody wrote.
    pub table_is_inferred: bool,
    /// The database's schema, if one is written.
    pub schema: Option<Name>,
    pub columns: Vec<DeclaredColumn>,
    pub relations: Vec<DeclaredRelation>,
    /// Classes whose columns it has too.
    pub bases: Vec<Name>,
    /// It has no table of its own: a base class, a mixin, a composite type.
    pub is_abstract: bool,
    /// A class without anything of its own: a model only if a base that stands elsewhere is one.
    pub needs_base: bool,
    /// It is what signs in, whatever it is called.
    pub is_principal: bool,
    /// Sets of columns that are unique together.
    pub unique_together: Vec<Vec<Name>>,
    /// Row security as far as code says it.
    pub row_security: Option<bool>,
    pub policies: Vec<Policy>,
    pub site: Site,
}

impl Declared {
    pub fn new(kind: SourceKind, name: Name, site: Site) -> Declared {
        Declared {
            kind,
            name,
            table: None,
            table_is_inferred: false,
            schema: None,
            columns: Vec::new(),
            relations: Vec::new(),
            bases: Vec::new(),
            is_abstract: false,
            needs_base: false,
            is_principal: false,
            unique_together: Vec::new(),
            row_security: None,
            policies: Vec::new(),
            site,
        }
    }

    pub fn column_mut(&mut self, name: &str) -> Option<&mut DeclaredColumn> {
        self.columns.iter_mut().find(|column| column.name == name)
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct DeclaredColumn {
    /// What code calls it.
    pub name: Name,
    /// What the database calls it, where that is written.
    pub db_name: Option<Name>,
    /// As the source calls it.
    pub ty: Name,
    pub references: Option<DeclaredReference>,
    pub optional: bool,
    pub unique: bool,
    pub primary: bool,
    /// It holds several values: an array of ids, an embedded list.
    pub list: bool,
    /// It exists only in the database: the relation stands for it in code.
    pub implicit: bool,
    /// Its default is the caller (`default auth.uid()`), or access rules demand that it is.
    pub defaults_to_caller: bool,
    /// Not given unless it is asked for by name.
    pub withheld: bool,
    /// Left out of what is answered (`@Exclude()`), if a serializer is bound that looks at that.
    pub excluded: bool,
    /// The program draws its value by chance, and it names one row: whoever knows it was given it.
    pub drawn: bool,
    pub site: Site,
}

impl DeclaredColumn {
    pub fn new(name: Name, site: Site) -> DeclaredColumn {
        DeclaredColumn {
            name,
            db_name: None,
            ty: Name::default(),
            references: None,
            optional: false,
            unique: false,
            primary: false,
            list: false,
            implicit: false,
            defaults_to_caller: false,
            withheld: false,
            excluded: false,
            drawn: false,
            site,
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct DeclaredReference {
    pub target: Target,
    /// The column it points to; `None`: the key.
    pub column: Option<Name>,
    pub cascades: bool,
}

impl DeclaredReference {
    pub fn to(target: Target) -> DeclaredReference {
        DeclaredReference { target, column: None, cascades: false }
    }
}

/// How a file names another model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// By the name code has for it: a class, a constant, a model.
    Code(Name),
    Table {
        schema: Option<Name>,
        name: Name,
    },
    /// `settings.AUTH_USER_MODEL`, `get_user_model()`.
    AuthUser,
    /// The model itself.
    Own,
}

#[derive(Clone, PartialEq, Debug)]
pub struct DeclaredRelation {
    pub name: Name,
    pub target: Target,
    /// The columns of its own model that carry it; empty where the other side has them.
    pub columns: Vec<Name>,
    pub list: bool,
    pub site: Site,
}

/// Something said of a model outside its definition: `Note.belongsTo(User)`, `relations(notes, …)`.
#[derive(Clone, PartialEq, Debug)]
pub struct Addition {
    pub to: Target,
    pub column: Option<DeclaredColumn>,
    pub relation: Option<DeclaredRelation>,
}

/// The table that code means by a name nobody defines, if it is one of those known to exist.
pub(super) fn external(name: &str) -> Option<&'static str> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    CATALOGUE.externals.iter().find(|external| is(&external.table) || external.names.iter().any(|known| is(known))).map(|external| external.table.as_str())
}
