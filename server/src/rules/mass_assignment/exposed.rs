//! Which columns of a row nobody but the server should set, and how that is said.

use crate::facts::check::{Fact, Facts, Root, Symbol};
use crate::facts::names;
use crate::facts::query::{Filter, Operation};
use crate::facts::schema::names::same;
use crate::facts::schema::{Model, Privacy};
use crate::rules::Confidence;
use crate::rules::input::Input;
use crate::rules::standing_columns::is_standing;
use crate::text::Name;

pub(super) struct Exposed {
    pub columns: Vec<Name>,
    pub confidence: Confidence,
    pub of_people: bool,
    pub is_known: bool,
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
    // `learner` is set, too, where `learner_id` is.
    let of_relation = |name: &Name| name.strip_suffix("_id").map(Name::from);
    let is_left = |name: &Name| !after.iter().any(|set| same(set, name) || of_relation(name).is_some_and(|relation| same(set, &relation)));
    let mut columns: Vec<Name> = model.protected_columns().into_iter().map(|column| column.name.clone()).filter(is_left).collect();
    for column in &model.columns {
        let is_servers = is_decided_by_server(&column.name) || is_standing(&column.name);
        if is_servers && is_left(&column.name) && !columns.contains(&column.name) {
            columns.push(column.name.clone());
        }
    }
    let confidence = if columns.is_empty() { Confidence::Possible } else { Confidence::Proven };
    let of_people = model.is_principal && columns.iter().any(|name| is_privilege(name));
    columns.sort_by_key(|name| !is_privilege(name));
    Exposed { columns, confidence, of_people, is_known: true }
}

/// The columns by which the code itself tells whose row it is: those that it asks to be the caller's.
pub(super) fn tied_columns<'f>(conjuncts: &'f [&Filter], facts: &'f Facts) -> impl Iterator<Item = Name> + 'f {
    let is_callers = |symbol: &Symbol| crate::rules::ownership::is_principal(symbol);
    let of_row = |symbol: &Symbol| match (&symbol.root, symbol.path.first()) {
        (Root::Row(_), Some(column)) if symbol.path.len() == 1 => Some(column.clone()),
        _ => None,
    };
    let by_fact = facts.iter().filter_map(move |fact| match fact {
        Fact::Same(a, b) if is_callers(b) => of_row(a),
        Fact::Same(a, b) if is_callers(a) => of_row(b),
        _ => None,
    });
    let by_filter = conjuncts.iter().filter_map(move |filter| match filter {
        Filter::Term(term) if term.value.symbol().is_some_and(is_callers) => match term.path.as_slice() {
            [column] => Some(column.clone()),
            _ => None,
        },
        _ => None,
    });
    by_fact.chain(by_filter).filter(|column| !matches!(column.as_str(), "id" | "_id" | "pk"))
}

impl Exposed {
    /// With the columns by which the code itself tells whose row it is: whoever sets them hands the row to somebody else.
    pub fn and_tied(mut self, model: Option<&Model>, conjuncts: &[&Filter], facts: &Facts, after: &[Name]) -> Exposed {
        for column in tied_columns(conjuncts, facts) {
            let known = model.filter(|model| !model.columns.is_empty());
            let is_there = known.is_none_or(|model| model.columns.iter().any(|own| same(&own.name, &column) && !own.primary && !own.implicit));
            let is_new = ![after, self.columns.as_slice()].concat().iter().any(|set| same(set, &column));
            if is_there && is_new {
                self.columns.push(column);
                self.confidence = Confidence::Proven;
            }
        }
        self
    }

    pub fn message(&self, input: &Input, model: &str, operation: Operation) -> String {
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
pub(super) fn is_decided_by_server(name: &str) -> bool {
    let words = names::words(name);
    let first = words.first().map(String::as_str);
    words.iter().any(|word| matches!(word.as_str(), "fee" | "fees" | "discount" | "paid" | "refunded"))
        || matches!(first, Some("approved" | "total" | "paid" | "subtotal" | "amount" | "featured" | "moderated" | "premium"))
        || words.windows(2).any(|pair| pair[0] == "is" && matches!(pair[1].as_str(), "approved" | "paid" | "featured" | "premium"))
}
