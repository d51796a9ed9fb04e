//! Which columns a payload that is taken whole lets the caller set.

use crate::facts::names;
use crate::facts::query::Operation;
use crate::facts::schema::names::same;
use crate::facts::schema::{Model, Privacy};
use crate::rules::Confidence;
use crate::rules::input::Input;
use crate::text::Name;

pub(super) struct Exposed {
    pub(super) columns: Vec<Name>,
    pub(super) confidence: Confidence,
    pub(super) of_people: bool,
    pub(super) is_known: bool,
}

pub(super) fn exposed_columns(model: Option<&Model>, name: &Name, after: &[Name]) -> Exposed {
    let Some(model) = model.filter(|model| !model.columns.is_empty()) else {
        let of_people = crate::facts::schema::guess_privacy(name) == Privacy::Principal;
        let confidence = match (of_people, name.is_empty()) {
            (true, _) => Confidence::Proven,
            (false, false) => Confidence::Likely,
            (false, true) => Confidence::Possible,
        };
        return Exposed { columns: Vec::new(), confidence, of_people, is_known: false };
    };
    let is_left = |name: &Name| !after.iter().any(|set| same(set, name));
    let mut columns: Vec<Name> = model.protected_columns().into_iter().map(|column| column.name.clone()).filter(is_left).collect();
    for column in &model.columns {
        if is_decided_by_server(&column.name) && is_left(&column.name) && !columns.contains(&column.name) {
            columns.push(column.name.clone());
        }
    }
    let confidence = if columns.is_empty() { Confidence::Possible } else { Confidence::Proven };
    let of_people = model.is_principal && columns.iter().any(|name| is_privilege(name));
    columns.sort_by_key(|name| !is_privilege(name));
    Exposed { columns, confidence, of_people, is_known: true }
}

impl Exposed {
    pub(super) fn message(&self, input: &Input, model: &str, operation: Operation) -> String {
        let verb = if operation == Operation::Create { "creates" } else { "changes" };
        let what = shown(&input.name);
        match self.columns.as_slice() {
            [] if self.is_known => {
                format!("{what} is saved as it came when this {verb} {model}: a caller can set every column, also ones that are added later.")
            }
            [] => format!(
                "{what} is saved as it came when this {verb} {model}: a caller can add fields that no form shows, such as `role: \"admin\"`, and they are saved too."
            ),
            [only] => format!("{what} is saved as it came when this {verb} {model}: a caller can add `{only}` to the request and set it to what they like."),
            [first, second, ..] => {
                format!(
                    "{what} is saved as it came when this {verb} {model}: a caller can add `{first}` or `{second}` to the request and set them to what they like."
                )
            }
        }
    }
}

/// How a payload is spoken of: the names that libraries have for it say nothing.
pub(super) fn shown(name: &Name) -> String {
    match name.as_str() {
        "json" | "body" | "data" | "input" | "formData" | "form" | "get_json" | "POST" | "text" | "request" | "valid" | "parseBody" | "query" | "args"
        | "json()" => "Everything the caller sends".to_owned(),
        name => format!("`{name}`, sent by the caller,"),
    }
}

/// Columns that say what somebody may do or has.
pub(super) fn is_privilege(name: &str) -> bool {
    let words = names::words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    has(&[
        "role",
        "roles",
        "admin",
        "superuser",
        "staff",
        "permission",
        "permissions",
        "credits",
        "credit",
        "balance",
        "plan",
        "tier",
        "premium",
        "banned",
        "verified",
    ]) && !has(&["id", "ids", "name", "description"])
}

/// Columns whose value the server decides: what something costs, whether it was let through.
fn is_decided_by_server(name: &str) -> bool {
    let words = names::words(name);
    let first = words.first().map(String::as_str);
    matches!(first, Some("approved" | "total" | "paid" | "subtotal" | "amount" | "featured" | "moderated" | "premium"))
        || words.windows(2).any(|pair| pair[0] == "is" && matches!(pair[1].as_str(), "approved" | "paid" | "featured" | "premium"))
}
