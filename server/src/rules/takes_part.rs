//! Whoever takes part in something of somebody else's changes it by that: a bid raises the price of a lot, a seat that is taken is one less.

use super::ownership::{Choice, Judge, is_principal};
use crate::facts::check::Symbol;
use crate::facts::event::Access;
use crate::facts::names;
use crate::facts::query::{Filter, Operation};
use crate::facts::taint::Part;
use crate::facts::value::Value;
use crate::text::Name;

/// Is the change of a row that the caller chose one of two halves, the other a new row of the caller's that points to it? Nothing of
/// the request goes into the one that does not go into the other.
pub(super) fn takes_part(judge: &Judge<'_>, access: &Access, choice: &Choice) -> bool {
    let query = &access.query;
    if query.operation != Operation::Update || query.data.is_empty() {
        return false;
    }
    let conjuncts = query.conjuncts();
    let keys: Vec<&Symbol> = conjuncts.iter().filter_map(|filter| if let Filter::Term(term) = filter { term.value.symbol() } else { None }).collect();
    let points = |value: &Value| value.symbol().is_some_and(|symbol| keys.contains(&symbol)) || sent(value).contains(&(choice.part, &choice.input));
    judge.accesses().any(|made| {
        let fields: Vec<&Value> = made.query.data.iter().flat_map(Value::named_fields).map(|(_, value)| value).collect();
        made.query.operation == Operation::Create
            && made.query.model != query.model
            && !is_record(&made.query.model)
            && fields.iter().any(|value| value.symbol().is_some_and(is_principal))
            && fields.iter().any(|value| points(value))
            && query.data.iter().flat_map(sent).all(|changed| fields.iter().any(|value| sent(value).contains(&changed)))
    })
}

/// What of the request a value stems from.
fn sent(value: &Value) -> Vec<(Part, &Name)> {
    value
        .taint()
        .iter()
        .filter(|origin| origin.part.is_request() || matches!(origin.part, Part::Headers | Part::Cookies))
        .map(|origin| (origin.part, &origin.name))
        .collect()
}

/// Who did something is written down beside anything.
fn is_record(model: &Name) -> bool {
    const RECORDS: [&str; 10] = ["audit", "audits", "log", "logs", "activity", "activities", "event", "events", "history", "revision"];
    names::words(model).iter().any(|word| RECORDS.contains(&word.as_str()))
}
