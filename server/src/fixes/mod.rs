//! FLOOR 6. From a plan to edits. A fix is a pure function of snapshot and plan, and gives nothing rather than guess.

pub mod apply;
pub mod choose_columns;
pub mod comment_key;
mod config_text;
pub mod edits;
mod embedded;
pub mod env_file;
mod env_module;
pub mod env_name;
pub mod env_quoting;
mod env_target;
pub mod ignored;
mod leave_out;
mod limit_route;
mod literal;
pub mod move_to_env;
mod package;
mod payload;
mod phrasebook;
mod remove_entry;
mod rename_variable;
pub mod require_owner;
pub mod rewrite;
mod secrets_toml;
mod server_only;
mod server_route;
mod stack;
pub mod suppress;
#[cfg(test)]
mod testing;
pub mod use_parameter;
pub mod verify;
mod verify_webhook;

use crate::project::Project;
use crate::rules::FixPlan;
use crate::text::{FileId, Span};

/// The fixes for a plan, the preferred one first. Empty where the plan cannot be carried out with certainty.
pub fn fixes(project: &Project, plan: &FixPlan) -> Vec<Fix> {
    carried_out(project, plan).into_iter().filter_map(|fix| embedded::written(project, fix)).collect()
}

fn carried_out(project: &Project, plan: &FixPlan) -> Vec<Fix> {
    match plan {
        FixPlan::MoveToEnv { literal, name } => {
            let one = move_to_env::fix(project, literal, name).or_else(|| comment_key::fix(project, literal));
            one.into_iter().chain(move_to_env::fix_all_uses(project, literal, name)).collect()
        }
        FixPlan::LeaveOut { file } => leave_out::fix(project, file).into_iter().collect(),
        FixPlan::RequireOwner(plan) => require_owner::fixes(project, plan),
        FixPlan::UseParameter { call, text, client } => use_parameter::fix(project, call, text, client).into_iter().collect(),
        FixPlan::RenameVariable { from, to, files } => rename_variable::fix(project, from, to, files).into_iter().collect(),
        FixPlan::RemoveEntry { entry, name } => remove_entry::fix(project, entry, name).into_iter().collect(),
        FixPlan::ServerOnly { file } => server_only::fix(project, file).into_iter().collect(),
        FixPlan::ServerRoute { at, variable } => server_route::fix(project, at, variable).into_iter().collect(),
        FixPlan::SetOption { at, name, value } => rewrite::set_option(project, at, name, value).into_iter().collect(),
        FixPlan::HideInLog { at, name } => choose_columns::hide(project, at, name).into_iter().collect(),
        FixPlan::ChooseColumns { query, client, private, others } => choose_columns::columns(project, query, client, private, others).into_iter().collect(),
        FixPlan::Rewrite { at, text, rule, safe } => rewrite::fix(project, at, text, rule, *safe).into_iter().collect(),
        FixPlan::ParsePayload { call, model, fields, partial } => payload::parse(project, call, model, fields, *partial).into_iter().collect(),
        FixPlan::ServerLast { call, names } => payload::server_last(project, call, names).into_iter().collect(),
        FixPlan::VerifyWebhook { read, framework } => verify_webhook::fix(project, read, framework).into_iter().collect(),
        FixPlan::LimitRoute { route, framework } => limit_route::fix(project, route, framework).into_iter().collect(),
        FixPlan::Suppress { at, rule, detail } => suppress::fix(project, at, rule, detail).into_iter().collect(),
    }
}

/// May it be applied without being read?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grade {
    /// Part of "fix all".
    Safe,
    /// Changes who may do what, or needs a decision: applied one by one, by a person.
    NeedsReview,
}

/// Edits of one file. Spans are of the text as it is before any of them; they do not overlap and are in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileEdit {
    pub file: FileId,
    /// The file does not exist yet and is created first (left alone if it has appeared meanwhile).
    pub create: bool,
    pub edits: Vec<TextEdit>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextEdit {
    pub span: Span,
    pub text: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// In the imperative, without any secret: `Move to OPENAI_API_KEY in .env.local (value hidden)`.
    pub title: String,
    pub grade: Grade,
    /// The one an editor applies when asked to "just fix it".
    pub preferred: bool,
    /// Env files first, then code.
    pub edits: Vec<FileEdit>,
    /// What remains to be done by hand (rotate the key, set it at the host). Never contains a secret.
    pub note: Option<String>,
    /// Silences the finding rather than repairing it.
    pub suppresses: bool,
}
