//! The words for those who may do more than others. One table, so that a check that one rule understands no other overlooks.

use super::names;

/// `admin`, `staff`: a word for people who stand above other users.
pub fn is_above(word: &str) -> bool {
    matches!(
        word,
        "admin"
            | "admins"
            | "administrator"
            | "administrators"
            | "superadmin"
            | "superadmins"
            | "superuser"
            | "superusers"
            | "staff"
            | "moderator"
            | "moderators"
    )
}

/// A word for people who run something together with others, and not above all of them: `librarian`, `crew`.
pub fn is_post(word: &str) -> bool {
    matches!(
        word,
        "root"
            | "board"
            | "editor"
            | "manager"
            | "reviewer"
            | "operator"
            | "employee"
            | "support"
            | "teacher"
            | "instructor"
            | "librarian"
            | "treasurer"
            | "organizer"
            | "organiser"
            | "committee"
            | "coordinator"
            | "crew"
            | "leader"
            | "officer"
            | "curator"
            | "steward"
            | "warden"
            | "trustee"
            | "supervisor"
            | "dispatcher"
            | "inspector"
            | "foreman"
            | "registrar"
    )
}

/// `CrewMembership`, `coordinator_desk`.
pub fn names_post(name: &str) -> bool {
    names::words(name).iter().any(|word| is_post(word))
}

/// A word for what somebody may do, or for people who may do more.
pub fn is_right(word: &str) -> bool {
    matches!(word, "role" | "roles" | "permission" | "permissions") || is_above(word)
}

/// `isAdmin`, `staff_member`.
pub fn names_above(name: &str) -> bool {
    names::words(name).iter().any(|word| is_above(word))
}

/// `userRole`, `permissions`, `isAdmin`.
pub fn names_right(name: &str) -> bool {
    names::words(name).iter().any(|word| is_right(word))
}

/// `is_admin`, `has_role`, `am_i_steward`: what is called so says of somebody whether they may do more.
pub fn asks_for_standing(name: &str) -> bool {
    let words = names::words(name);
    let asks = words.first().is_some_and(|first| matches!(first.as_str(), "is" | "has" | "am" | "check" | "require" | "authorize" | "verify"));
    asks && words.iter().any(|word| is_right(word) || is_post(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_ask_for_a_standing() {
        for name in ["is_admin", "isAdmin", "has_role", "is_steward", "check_permission"] {
            assert!(asks_for_standing(name), "{name}");
        }
        for name in ["admin", "count_admins", "is_open", "set_role", "has_seats"] {
            assert!(!asks_for_standing(name), "{name}");
        }
    }

    #[test]
    fn names_are_read_word_by_word() {
        for name in ["isAdmin", "require_superadmin", "Staff", "get_current_superuser", "ADMINS"] {
            assert!(names_above(name) && names_right(name), "{name}");
        }
        for name in ["role", "userPermissions"] {
            assert!(!names_above(name) && names_right(name), "{name}");
        }
        assert!(!names_right("administrative") && !names_right("scroll"));
        for name in ["CrewMembership", "coordinator_desk", "isLibrarian"] {
            assert!(names_post(name) && !names_above(name), "{name}");
        }
        assert!(!names_post("screw") && !names_post("team_member"));
    }
}
