//! What should change, as data. `fixes` turns it into edits when somebody asks.

use super::{Place, RuleId};
use crate::facts::query::Operation;
use crate::text::{FileId, Name};

/// Closed on purpose: a new plan does not compile until `fixes` handles it.
#[derive(Clone, PartialEq, Debug)]
pub enum FixPlan {
    /// Replace the literal at `literal` by a read of an environment variable, `name` by preference.
    MoveToEnv { literal: Place, name: Name },
    /// Keep this env file out of git.
    LeaveOut { file: FileId },
    /// Tie an access to the signed-in user: in the query, or by a comparison after it.
    RequireOwner(Box<RequireOwner>),
    /// Bind the values that are put into the SQL text at `text` as parameters of `call`.
    UseParameter { call: Place, text: Place, client: Name },
    /// Give a variable another name in all the files that name it.
    RenameVariable { from: Name, to: Name, files: Vec<FileId> },
    /// Take an entry out of an object: an option, or what a build is told to copy.
    RemoveEntry { entry: Place, name: Name },
    /// Say in this file that only a server may import it.
    ServerOnly { file: FileId },
    /// Ask a vendor from a server instead of from the browser: what stands at `at`, with the key of `variable`.
    ServerRoute { at: Place, variable: Name },
    /// Set an option to another value.
    SetOption { at: Place, name: Name, value: Name },
    /// Log something else in the place of this value.
    HideInLog { at: Place, name: Name },
    /// Do not ask for the `private` columns in this query, only for the `others`.
    ChooseColumns { query: Place, client: Name, private: Vec<Name>, others: Vec<Name> },
    /// Put this text at `at`: what a project's own rule says.
    Rewrite { at: Place, text: String, rule: RuleId, safe: bool },
    /// Read what `call` saves whole with a schema of what may be set.
    ParsePayload { call: Place, model: Name, fields: Vec<Offered>, partial: bool },
    /// Put what the server sets (`names`) behind what is spread into `call`.
    ServerLast { call: Place, names: Vec<Name> },
    /// Check Stripe's signature where the payload is read.
    VerifyWebhook { read: Place, framework: Name },
    /// Put a limit before a route.
    LimitRoute { route: Place, framework: Name },
    /// Silence this one finding with a comment and a reason.
    Suppress { at: Place, rule: RuleId, detail: Name },
}

/// What is known of an access that anybody can point at another's record.
#[derive(Clone, PartialEq, Debug)]
pub struct RequireOwner {
    /// The call that asks the database, with the chain that built it.
    pub access: Place,
    /// The argument or call that names the rows.
    pub key: Option<Place>,
    /// The catalogue's name of the client: `prisma`, `sqlalchemy`.
    pub client: Name,
    pub operation: Operation,
    pub model: Name,
    /// The owner column as code names it, as the database does, and the relation over it.
    pub column: Name,
    pub db_column: Name,
    pub relation: Option<Name>,
    /// The handler that reaches the access.
    pub handler: Place,
    pub framework: Name,
    /// How the code around the access names the user, best first; what follows is the way to the id.
    pub callers: Vec<(String, Vec<Name>)>,
}

/// A column that a caller may set.
#[derive(Clone, PartialEq, Debug)]
pub struct Offered {
    pub name: Name,
    /// As the schema writes it.
    pub ty: Name,
    pub optional: bool,
    pub is_list: bool,
}
