//! What names alone tell, where no schema knows the model.

use super::{NameClass, OwnerKind, Privacy, column_classes, model_classes};
use crate::text::Name;

/// Whose id a column of this name holds.
pub fn guess_owner(column: &str) -> Option<OwnerKind> {
    let classes = column_classes(column);
    match () {
        () if classes.has(NameClass::Audit) => Some(OwnerKind::Audit),
        () if classes.has(NameClass::Owner) => Some(OwnerKind::Owner),
        () if classes.has(NameClass::Tenant) => Some(OwnerKind::Tenant),
        () => None,
    }
}

/// How private the rows of a model of this name are.
pub fn guess_privacy(name: &Name) -> Privacy {
    let classes = model_classes(name);
    match () {
        () if classes.has(NameClass::PrivateModel) => Privacy::Private,
        () if classes.has(NameClass::ModelOfPeople) => Privacy::Principal,
        () if classes.has(NameClass::PublicModel) => Privacy::Public,
        () => Privacy::Unknown,
    }
}

/// What a session keeps for whoever comes, signed in or not: `session.cartId`.
pub fn is_kept_for_anybody(stem: &str) -> bool {
    matches!(stem, "cart" | "basket" | "order" | "draft" | "quiz" | "visit" | "checkout" | "game" | "flow" | "session" | "csrf")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_without_keys_are_guessed_by_name() {
        assert_eq!(guess_owner("userId"), Some(OwnerKind::Owner));
        assert_eq!(guess_owner("assigned_to"), Some(OwnerKind::Audit));
        assert_eq!(guess_owner("workspaceId"), Some(OwnerKind::Tenant));
        assert_eq!(guess_owner("title"), None);
    }
}
