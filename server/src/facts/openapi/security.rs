//! What a description demands of a caller.

use crate::model::data::Datum;
use crate::text::Name;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requirement {
    /// The schemes that would do, by their names in the description.
    pub schemes: Vec<Name>,
    /// Each of them names the function that checks it; else it may be checked elsewhere, or not at all.
    pub is_checked: bool,
}

/// Keys that name the function which checks a token, a key or a password.
const CHECKS: &[&str] = &["x-bearerInfoFunc", "x-tokenInfoFunc", "x-tokenInfoUrl", "x-apikeyInfoFunc", "x-basicInfoFunc"];

/// What an operation says, or else what the description says for all. One of several alternatives must be met; an
/// empty one always is.
pub(super) fn of(root: Datum<'_>, operation: Datum<'_>) -> Option<Requirement> {
    let security = operation.get("security").or_else(|| root.get("security"))?;
    let alternatives: Vec<Datum<'_>> = security.items().collect();
    if alternatives.is_empty() || alternatives.iter().any(|alternative| alternative.entries().next().is_none()) {
        return None;
    }
    let mut schemes: Vec<Name> = Vec::new();
    for (entry, _) in alternatives.iter().flat_map(|alternative| alternative.entries()).take(16) {
        if !schemes.iter().any(|known| **known == *entry.key) {
            schemes.push(Name::from(&*entry.key));
        }
    }
    let defined = root.at(&["components", "securitySchemes"]).or_else(|| root.get("securityDefinitions"));
    let has_check = |name: &str| defined.and_then(|all| all.get(name)).is_some_and(|scheme| CHECKS.iter().any(|key| scheme.get(key).is_some()));
    let is_checked = alternatives.iter().all(|alternative| alternative.entries().any(|(entry, _)| has_check(&entry.key)));
    Some(Requirement { schemes, is_checked })
}
