//! What should change, as data. `fixes` turns it into edits when somebody asks.

use super::database::change::DatabaseChange;
use super::open::why::Flaw;
use super::{Place, RuleId};
use crate::facts::access_rules::Operation as AccessOperation;
use crate::facts::query::Operation;
use crate::text::{FileId, Name};

/// Closed on purpose: a new plan does not compile until `fixes` handles it.
#[derive(Clone, PartialEq, Debug)]
pub enum FixPlan {
    /// Replace the literal at `literal` by a read of an environment variable, `name` by preference. `kind`: what kind of secret it is.
    MoveToEnv { literal: Place, name: Name, kind: Name },
    /// Keep this env file out of git.
    LeaveOut { file: FileId },
    /// Tie an access to the signed-in user: in the query, or by a comparison after it.
    RequireOwner(Box<RequireOwner>),
    /// Give a handler the check that another has.
    RequireSignIn(Box<RequireSignIn>),
    /// Give a handler the check of the library that the project signs people in with.
    AskWho { handler: Place, framework: Name },
    /// Make a check stop the request that looks as if it did.
    RepairGuard { at: Place, flaw: Flaw },
    /// Bind the values that are put into the SQL text at `text` as parameters of `call`.
    UseParameter { call: Place, text: Place, client: Name },
    /// Run the program of the line at `text` with a list of arguments, without a shell.
    RunWithoutShell { call: Place, text: Place, client: Name },
    /// Take only the file's name of what is put into a path.
    KeepFileName { at: Place },
    /// Let a server open only addresses whose host is in a list: what stands at `at` is checked before `call`.
    AllowHosts { call: Place, at: Place },
    /// Go to this address only if it is one of this site.
    StayOnSite { at: Place },
    /// Read the text as data instead of running it, or hand its values to the template.
    DataNotCode { call: Place, text: Place, client: Name },
    /// Load with the loader that only makes plain values.
    LoadSafely { call: Place, client: Name },
    /// Give a variable another name in all the files that name it.
    RenameVariable { from: Name, to: Name, files: Vec<FileId> },
    /// Take an entry out of an object: an option, or what a build is told to copy.
    RemoveEntry { entry: Place, name: Name },
    /// Say in this file that only a server may import it.
    ServerOnly { file: FileId },
    /// Say so in the place of the directive at `at`, which makes the file's functions callable for everybody.
    ServerOnlyInstead { at: Place },
    /// Ask a vendor from a server instead of from the browser: what stands at `at`, with the key of `variable`.
    ServerRoute { at: Place, variable: Name },
    /// Let a server of one's own ask the vendor that a page asks with the key at `literal`, which goes to a variable, `name` by preference.
    KeepOnServer { literal: Place, name: Name },
    /// Read the vendor's key that is made to be seen in the place of the secret one at `at`; `vendors`: whose it can be.
    UseTwin { at: Place, vendors: Vec<Name> },
    /// Set a variable that is no secret in this env file, which need not be there yet.
    SetVariable { file: FileId, name: Name, value: Name },
    /// Set an option to another value.
    SetOption { at: Place, name: Name, value: Name },
    /// Give a call these options: as keywords, or (`at`) in the object that stands or will stand there, below `way`.
    SetOptions { call: Place, at: Option<usize>, way: Vec<Name>, entries: Vec<(Name, Name)>, title: Name },
    /// Take a decorator away.
    RemoveDecorator { at: Place, name: Name },
    /// Put an item into a list, behind the one that ends so, or first.
    AddItem { list: Place, item: Name, behind: Name },
    /// Write this at `at`, with the default export of `import` if it needs one.
    WriteIn { at: Place, text: String, import: Option<Name>, title: Name, note: Name },
    /// Answer something plain in the place of what an error says, and log that.
    PlainAnswer { call: Place },
    /// Log something else in the place of this value.
    HideInLog { at: Place, name: Name },
    /// Do not ask for the `private` columns in this query, only for the `others`.
    ChooseColumns { query: Place, client: Name, private: Vec<Name>, others: Vec<Name> },
    /// Sanitize what becomes markup at `at`. In a `script` it is not markup but code.
    CleanMarkup { at: Place, is_code: bool },
    /// Escape these values, which are put into a text that is markup.
    EscapeMarkup { holes: Vec<Place> },
    /// Make a text of what stands under these keys of a query.
    AskForText { object: Place, keys: Vec<Name> },
    /// Give what takes files in a limit on their length, and a filter on their kind.
    LimitUpload { call: Place, limits: bool, filter: bool },
    /// Read as data what is run as code.
    ReadLiteral { call: Place },
    /// Let a template escape what it writes out at `at`.
    EscapeInTemplate { at: Place },
    /// Change what the project's SQL makes of the database.
    ChangeDatabase(Box<DatabaseChange>),
    /// Let a rule of Firebase ask whose the document is.
    DemandOwner { at: Place, demand: Box<OwnerDemand> },
    /// Do this with a value that guards something, or with what it was guarded with.
    Strengthen { at: Place, how: Strengthen },
    /// Put this text at `at`: what a project's own rule says.
    Rewrite { at: Place, text: String, rule: RuleId, safe: bool },
    /// Read what `call` saves whole with a schema of what may be set.
    ParsePayload { call: Place, model: Name, fields: Vec<Offered>, partial: bool },
    /// Put what the server sets (`names`) behind what is spread into `call`.
    ServerLast { call: Place, names: Vec<Name> },
    /// Check the sender's signature where the handler reads the payload.
    VerifyWebhook { handler: Place, read: Option<Place>, framework: Name, vendor: Name },
    /// Put a limit before a route.
    LimitRoute { route: Place, framework: Name },
    /// Silence this one finding with a comment and a reason.
    Suppress { at: Place, rule: RuleId, detail: Name },
}

/// A permission of access rules that should ask for the owner.
#[derive(Clone, PartialEq, Debug)]
pub struct OwnerDemand {
    pub tie: OwnerTie,
    pub operations: Vec<AccessOperation>,
    /// Where its condition stands, if it has one.
    pub condition: Option<Place>,
    /// It is a place in the tree of a Realtime Database.
    pub is_tree: bool,
}

/// What says whose a document is.
#[derive(Clone, PartialEq, Debug)]
pub enum OwnerTie {
    /// Nothing does.
    Nobody,
    /// A part of its path.
    Path(Name),
    /// One of its fields.
    Field(Name),
}

/// How something is done that guards an account.
#[derive(Clone, PartialEq, Debug)]
pub enum Strengthen {
    /// Take an option away, whose value or place it is.
    Drop { name: Name },
    /// Ask a generator that cannot be worked out.
    Random,
    /// Let the token that this call signs end.
    Expire,
    /// Verify the token that this call only reads.
    Verify,
    /// Leave the algorithm "none" out of what this call accepts.
    Signed,
    /// Hash the password that is put there.
    Hash,
    /// Hash with what is made for passwords what goes through this fast hash, wherever the result is used.
    Slow,
    /// Let the library compare; `kept` is what is in the database.
    Compare { kept: Place },
    /// Compare without telling by the time it takes; `sent` is what came from outside.
    SameTime { sent: Place },
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

/// A handler that asks nobody, and one beside it that does.
#[derive(Clone, PartialEq, Debug)]
pub struct RequireSignIn {
    /// The functions, and where they are registered.
    pub handler: Place,
    pub registered: Place,
    pub guide: Place,
    pub guide_registered: Place,
    /// What the guide calls; empty where that has no name.
    pub asks: Name,
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
