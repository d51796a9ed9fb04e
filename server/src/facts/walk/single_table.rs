//! Several kinds of rows in one table: the key of a row says which kind it is, `pk: "BOARD#" + id`.

use crate::facts::query::{Filter, Query};
use crate::facts::value::{Kind, Piece, Value};
use crate::text::Name;

/// Between the kind and the rest of a key.
const MARK: char = '#';

/// The kind of the rows that a query is about, if its keys name one: what is said of the place among others before what is said of the
/// place itself, which may be another row's.
pub(super) fn kind_of_rows(query: &Query) -> Option<Name> {
    let sorted = |column: &str| matches!(column.to_ascii_lowercase().as_str(), "sk" | "sortkey" | "sort_key" | "rangekey" | "gsi1sk");
    let parted = |column: &str| matches!(column.to_ascii_lowercase().as_str(), "pk" | "partitionkey" | "partition_key" | "hashkey" | "gsi1pk");
    kind(query, &sorted).or_else(|| kind(query, &parted))
}

fn kind(query: &Query, is_such: &dyn Fn(&str) -> bool) -> Option<Name> {
    let conjuncts = query.conjuncts();
    let asked = conjuncts.iter().filter_map(|filter| match filter {
        Filter::Term(term) => term.path.last().filter(|column| is_such(column)).map(|_| &term.value),
        _ => None,
    });
    let written = query.data.iter().filter_map(|data| match data.kind() {
        Kind::Object(object) => object.fields.iter().find(|(name, _)| is_such(name)).map(|(_, value)| value),
        _ => None,
    });
    asked.chain(written).find_map(prefix)
}

/// `board` of `BOARD#12`.
fn prefix(value: &Value) -> Option<Name> {
    let Kind::Text(text) = value.kind() else { return None };
    let [Piece::Literal(first), Piece::Hole { .. }, ..] = text.pieces.as_slice() else { return None };
    let word = first.strip_suffix(MARK)?;
    let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    is_word.then(|| Name::from(word.to_ascii_lowercase()))
}
