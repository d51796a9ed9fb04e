//! FLOOR 6. From a plan to edits. A fix is a pure function of snapshot and plan, and gives nothing rather than guess.

mod allow_hosts;
pub mod apply;
mod ask_for_text;
mod ask_who;
pub mod choose_columns;
mod clean_markup;
pub mod comment_key;
mod config_text;
mod data_not_code;
mod define_secret;
mod demand_owner;
pub mod edits;
mod embedded;
pub mod env_file;
mod env_module;
pub mod env_name;
pub mod env_quoting;
mod env_rows;
mod env_target;
mod framework_env;
mod held;
mod here;
pub mod ignored;
mod keep_file_name;
mod leave_out;
mod limit_route;
mod literal;
mod load_safely;
mod migrate;
mod move_and_check;
mod move_everywhere;
pub mod move_to_env;
mod package;
mod payload;
mod phrasebook;
mod plain_answer;
mod remove_entry;
mod rename_variable;
pub mod repair_guard;
pub mod require_owner;
pub mod require_sign_in;
pub mod rewrite;
mod run_without_shell;
mod secrets_toml;
mod server_only;
mod server_route;
mod set_options;
mod settings_class;
mod shared_code;
mod stack;
mod stay_on_site;
mod strengthen;
pub mod suppress;
#[cfg(test)]
mod testing;
pub mod use_parameter;
mod use_twin;
pub mod verify;
mod verify_webhook;
mod write_in;

use crate::project::Project;
use crate::rules::{FixPlan, Place};
use crate::text::{FileId, Name, Span};

/// The fixes for a plan, the preferred one first. Empty where the plan cannot be carried out with certainty.
pub fn fixes(project: &Project, plan: &FixPlan) -> Vec<Fix> {
    carried_out(project, plan).into_iter().filter_map(|fix| embedded::written(project, fix)).collect()
}

fn carried_out(project: &Project, plan: &FixPlan) -> Vec<Fix> {
    match plan {
        FixPlan::MoveToEnv { literal, name, kind } => {
            let moved = || moved_to_env(project, literal, name, kind);
            shared_code::instead(project, literal, name, kind, moved).unwrap_or_else(moved)
        }
        FixPlan::LeaveOut { file } => leave_out::fix(project, file).into_iter().collect(),
        FixPlan::RequireOwner(plan) => require_owner::fixes(project, plan),
        FixPlan::RequireSignIn(plan) => require_sign_in::fix(project, plan).into_iter().collect(),
        FixPlan::AskWho { handler, framework } => ask_who::fix(project, handler, framework).into_iter().collect(),
        FixPlan::RepairGuard { at, flaw } => repair_guard::fix(project, at, *flaw).into_iter().collect(),
        FixPlan::UseParameter { call, text, client } => use_parameter::fix(project, call, text, client).into_iter().collect(),
        FixPlan::RunWithoutShell { call, text, client } => run_without_shell::fix(project, call, text, client).into_iter().collect(),
        FixPlan::KeepFileName { at } => keep_file_name::fix(project, at).into_iter().collect(),
        FixPlan::AllowHosts { call, at } => allow_hosts::fix(project, call, at).into_iter().collect(),
        FixPlan::StayOnSite { at } => stay_on_site::fix(project, at).into_iter().collect(),
        FixPlan::DataNotCode { call, text, client } => data_not_code::fix(project, call, text, client).into_iter().collect(),
        FixPlan::LoadSafely { call, client } => load_safely::fix(project, call, client).into_iter().collect(),
        FixPlan::RenameVariable { from, to, files } => rename_variable::fix(project, from, to, files).into_iter().collect(),
        FixPlan::RemoveEntry { entry, name } => {
            let instead = server_route::of_entry(project, entry, name);
            let is_instead = instead.is_some();
            instead.into_iter().chain(remove_entry::fix(project, entry, name).map(|fix| Fix { preferred: !is_instead, ..fix })).collect()
        }
        FixPlan::ServerOnly { file } => server_only::fix(project, file).into_iter().collect(),
        FixPlan::ServerOnlyInstead { at } => server_only::instead(project, at).into_iter().collect(),
        FixPlan::ServerRoute { at, variable } => server_route::of_variable(project, at, variable).into_iter().collect(),
        FixPlan::KeepOnServer { literal, name } => server_route::of_literal(project, literal, name).into_iter().collect(),
        FixPlan::UseTwin { at, vendors } => use_twin::fix(project, at, vendors).into_iter().collect(),
        FixPlan::SetVariable { file, name, value } => rewrite::set_variable(project, file, name, value).into_iter().collect(),
        FixPlan::SetOption { at, name, value } => rewrite::set_option(project, at, name, value).into_iter().collect(),
        FixPlan::SetOptions { call, at, way, entries, title } => set_options::fix(project, call, *at, way, entries, title).into_iter().collect(),
        FixPlan::RemoveDecorator { at, name } => write_in::without_decorator(project, at, name).into_iter().collect(),
        FixPlan::AddItem { list, item, behind } => write_in::item(project, list, item, behind).into_iter().collect(),
        FixPlan::WriteIn { at, text, import, title, note } => write_in::fix(project, at, text, import.as_ref(), title, note).into_iter().collect(),
        FixPlan::PlainAnswer { call } => plain_answer::fix(project, call).into_iter().collect(),
        FixPlan::HideInLog { at, name } => choose_columns::hide(project, at, name).into_iter().collect(),
        FixPlan::ChooseColumns { query, client, private, others } => choose_columns::columns(project, query, client, private, others).into_iter().collect(),
        FixPlan::CleanMarkup { at, is_code } => clean_markup::whole(project, at, *is_code),
        FixPlan::EscapeMarkup { holes } => clean_markup::escaped(project, holes).into_iter().collect(),
        FixPlan::AskForText { object, keys } => ask_for_text::fix(project, object, keys).into_iter().collect(),
        FixPlan::LimitUpload { call, limits, filter } => ask_for_text::limits(project, call, *limits, *filter).into_iter().collect(),
        FixPlan::ReadLiteral { call } => ask_for_text::read_literal(project, call).into_iter().collect(),
        FixPlan::EscapeInTemplate { at } => clean_markup::in_template(project, at).into_iter().collect(),
        FixPlan::ChangeDatabase(change) => migrate::fix(project, change).into_iter().collect(),
        FixPlan::DemandOwner { at, demand } => demand_owner::fix(project, at, demand).into_iter().collect(),
        FixPlan::Strengthen { at, how } => strengthen::fix(project, at, how).into_iter().collect(),
        FixPlan::Rewrite { at, text, rule, safe } => rewrite::fix(project, at, text, rule, *safe).into_iter().collect(),
        FixPlan::ParsePayload { call, model, fields, partial } => payload::parse(project, call, model, fields, *partial).into_iter().collect(),
        FixPlan::ServerLast { call, names } => payload::server_last(project, call, names).into_iter().collect(),
        FixPlan::VerifyWebhook { handler, read, framework, vendor } => {
            verify_webhook::fix(project, handler, read.as_ref(), framework, vendor).into_iter().collect()
        }
        FixPlan::LimitRoute { route, framework } => limit_route::fix(project, route, framework).into_iter().collect(),
        FixPlan::Suppress { at, rule, detail } => suppress::fix(project, at, rule, detail).into_iter().collect(),
    }
}

/// All that puts a value into a variable, the preferred one first.
fn moved_to_env(project: &Project, literal: &Place, name: &Name, kind: &Name) -> Vec<Fix> {
    let one = move_to_env::fix(project, literal, name, kind).or_else(|| comment_key::fix(project, literal, kind));
    let all = move_to_env::fix_all_uses(project, literal, name, kind).into_iter().chain(move_everywhere::fix(project, literal, name, kind));
    let managed = define_secret::fix(project, literal, name);
    let is_managed = managed.is_some();
    let moved = one.into_iter().chain(all).chain(move_and_check::fix(project, literal, name, kind));
    managed.into_iter().chain(moved.map(|fix| Fix { preferred: fix.preferred && !is_managed, ..fix })).collect()
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
