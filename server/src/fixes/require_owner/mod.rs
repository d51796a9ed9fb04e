//! **Add ownership check**: the signed-in user's id becomes part of the question to the database, or the row is compared
//! with it right after it was read.

mod builders;
mod compare;
mod denial;
mod query;
mod statement;
mod view_set;

use super::edits::Edits;
use super::literal::Code;
use super::phrasebook;
use super::stack::Wanted;
use super::{FileEdit, Fix, Grade};
use crate::facts::event::KEYED;
use crate::facts::query::Operation;
use crate::project::Project;
use crate::rules::plan::RequireOwner;
use crate::text::{Name, Span, lines};

/// The fixes for an access, the preferred one first.
pub fn fixes(project: &Project, plan: &RequireOwner) -> Vec<Fix> {
    let Some(code) = Code::of(project, &plan.access.file) else { return Vec::new() };
    if let Some(edits) = view_set::scope(&code, plan) {
        return vec![offer(plan, edits)];
    }
    let Some(user) = user(project, &code, plan) else { return Vec::new() };
    let primary = project.schema().model(&plan.model).and_then(|model| model.primary_key().next()).map_or(Name::new_static("id"), |column| column.name.clone());
    let site = Site { code: &code, plan, user, primary };
    let carried_out = |recipe: fn(&Site<'_>, &mut Edits) -> Option<()>| {
        let mut edits = Edits::default();
        recipe(&site, &mut edits)?;
        edits.finish().filter(|edits| !edits.is_empty())
    };
    let Some(edits) = carried_out(query::constrain).or_else(|| carried_out(compare::instead)) else { return Vec::new() };
    vec![offer(plan, edits)]
}

fn offer(plan: &RequireOwner, edits: Vec<FileEdit>) -> Fix {
    let whose = format!("{} {}", if plan.operation.is_write() { "changes only" } else { "finds only" }, plural(&plan.model));
    Fix {
        title: format!("Add ownership check: {whose} of the signed-in user ({})", plan.column),
        grade: Grade::NeedsReview,
        preferred: true,
        edits,
        note: Some(format!("Try it with two accounts: one must still reach its own {}, the other must get \"not found\".", plan.model)),
        suppresses: false,
    }
}

/// What the recipes work on.
struct Site<'s> {
    code: &'s Code<'s>,
    plan: &'s RequireOwner,
    /// The expression of the user's id.
    user: String,
    /// The model's key, as code names it.
    primary: Name,
}

impl Site<'_> {
    fn text(&self, span: Span) -> &str {
        span.of(&self.code.text)
    }

    /// Brings a name into the file, and says what it is called there.
    fn import(&self, from: &str, name: &str, edits: &mut Edits) -> Option<String> {
        let imported = phrasebook::of(self.code.language)?.import(self.code, &Wanted { from: from.to_owned(), name: Some(name.to_owned()) })?;
        if let Some(edit) = imported.edit {
            edits.edit(&self.code.file, edit);
        }
        Some(imported.local.to_string())
    }
}

/// The user's id, as the code at the access can write it. What the file already does comes first.
fn user(project: &Project, code: &Code<'_>, plan: &RequireOwner) -> Option<String> {
    let mut candidates: Vec<String> = Vec::new();
    let mut asked_for: Option<String> = None;
    for (expression, rest) in &plan.callers {
        if rest.iter().any(|step| step == KEYED) {
            asked_for = asked_for.or_else(|| keyed(project, code, expression));
            continue;
        }
        candidates.extend(used_in(&code.text, expression));
        let mut text = expression.clone();
        for step in rest {
            text.push('.');
            text.push_str(step);
        }
        candidates.push(text);
    }
    // A member that other code of the file reads is better evidence than what the library's manual says.
    let known: Vec<&String> = candidates.iter().filter(|candidate| count(&code.text, candidate) > 0).collect();
    if let Some(known) = known.first() {
        return Some((*known).clone());
    }
    if asked_for.is_some() {
        return asked_for;
    }
    // What other files of the project read is better evidence, too.
    let code_files = project.files().filter(|(file, known)| known.model.is_some() && *file != &code.file).map(|(_, known)| &known.document);
    let texts: Vec<String> = code_files.filter(|document| document.language == code.language).map(|document| document.text()).collect();
    let read_elsewhere = |candidate: &&String| texts.iter().any(|text| count(text, candidate) > 0);
    candidates.iter().find(read_elsewhere).or(candidates.iter().min_by_key(|candidate| distance(candidate))).cloned()
}

/// What the code itself gave a name is nearest; of the many members of a request that may be the user, `user` is the usual one.
fn distance(candidate: &str) -> u32 {
    let steps: Vec<&str> = candidate.split('.').collect();
    match steps.as_slice() {
        [request, member, ..] if is_request(request) => u32::from(*member != "user") + 1,
        // A parameter that the code does not use says nothing of what is on it.
        [unused, ..] if unused.starts_with('_') => 3,
        _ => 0,
    }
}

fn is_request(name: &str) -> bool {
    matches!(name, "req" | "request" | "ctx" | "context" | "c" | "event")
}

/// `req.user.sub`, where the file reads that of `req.user`; `req.user!.id` where it says that there is one.
fn used_in(text: &str, expression: &str) -> Option<String> {
    for id in ["id", "sub", "userId", "uid", "user_id", "pk", "_id"] {
        for there in [".", "!."] {
            let candidate = format!("{expression}{there}{id}");
            if count(text, &candidate) > 0 {
                return Some(candidate);
            }
        }
    }
    None
}

/// `session["user_id"]`, `c.get("user").id`, where the project asks `session` for the user's id by this key: in this file, or else in another.
fn keyed(project: &Project, code: &Code<'_>, expression: &str) -> Option<String> {
    let known = key_in(&code.text, expression).or_else(|| {
        let others = project.files().filter(|(file, known)| known.model.is_some() && *file != &code.file && known.document.language == code.language);
        others.map(|(_, known)| known.document.text()).find_map(|text| key_in(&text, expression))
    })?;
    let mark = super::edits::quote(&code.text, '"');
    Some(match (code.language.is_ecma(), USERS.contains(&known)) {
        (true, true) => format!("{expression}.get({mark}{known}{mark}).id"),
        (true, false) => format!("{expression}.get({mark}{known}{mark})"),
        (false, true) => return None,
        (false, false) => format!("{expression}[{mark}{known}{mark}]"),
    })
}

/// The keys of whole users.
const USERS: [&str; 3] = ["user", "currentUser", "authUser"];

/// The key that is one of an id or of a user, of those that this text asks for.
fn key_in(text: &str, expression: &str) -> Option<&'static str> {
    const KEYS: [&str; 9] = ["user_id", "userId", "uid", "id", "account_id", "accountId", "member_id", "_user_id", "sub"];
    KEYS.into_iter()
        .chain(USERS)
        .find(|key| ["[", ".get("].iter().any(|ask| ['"', '\''].iter().any(|mark| count(text, &format!("{expression}{ask}{mark}{key}{mark}")) > 0)))
}

fn count(text: &str, expression: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.match_indices(expression)
        .filter(|(at, _)| {
            let before = text.get(..*at).and_then(|before| before.chars().next_back());
            let after = text.get(at + expression.len()..).and_then(|after| after.chars().next());
            !before.is_some_and(|c| is_word(c) || c == '.') && !after.is_some_and(is_word)
        })
        .count()
}

fn plural(model: &str) -> String {
    use crate::facts::schema::names::{plural, singular, snake};
    plural(&singular(&snake(model))).replace('_', " ")
}

/// The white space in front of a line.
fn indentation(text: &str, at: u32) -> String {
    let start = lines::line_start(text, at);
    text.get(start as usize..).unwrap_or_default().chars().take_while(|c| *c == ' ' || *c == '\t').collect()
}

/// A read, which gives a row that may be missing.
fn reads_one(operation: Operation) -> bool {
    operation == Operation::ReadOne
}

#[cfg(test)]
mod tests {
    use super::{key_in, used_in};

    #[test]
    fn the_key_of_a_session_is_the_one_that_is_asked_for() {
        assert_eq!(key_in("user = session.get('user_id', None)", "session"), Some("user_id"));
        assert_eq!(key_in("session[\"uid\"] = made.id", "session"), Some("uid"));
        assert_eq!(key_in("my.session[\"uid\"]; session[\"theme\"]", "session"), None);
    }

    #[test]
    fn the_users_id_is_written_as_the_file_writes_it() {
        assert_eq!(used_in("find({ user: req.user!.id })", "req.user").as_deref(), Some("req.user!.id"));
        assert_eq!(used_in("eq(owner, request.user.sub)", "request.user").as_deref(), Some("request.user.sub"));
        // What may be absent must not reach a query.
        assert_eq!(used_in("find({ user: req.user?.id })", "req.user"), None);
        assert_eq!(used_in("find({ user: other.req.user.id })", "req.user"), None);
    }
}
