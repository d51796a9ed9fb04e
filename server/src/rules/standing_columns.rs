//! Columns that say what a person may do, or what they have: nobody sets these of themselves.

use crate::facts::names;
use crate::facts::schema::{NameClass, column_classes};

/// `role`, `is_staff`, `approved`, `plan`, `credits`, `balance_cents`.
pub fn is_standing(column: &str) -> bool {
    let words = names::words(column);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let is_about = has(&["name", "description", "title", "label", "note", "notes", "text", "color", "goal", "url", "icon", "color", "request", "requested"]);
    if is_about || words.len() > 4 {
        return false;
    }
    is_right(&words) || is_worth(column, &words)
}

/// What opens doors.
fn is_right(words: &[String]) -> bool {
    let all: Vec<&str> = words.iter().map(String::as_str).collect();
    match all.as_slice() {
        ["is" | "can", flag, ..] if RIGHTS.contains(flag) || FLAGS.contains(flag) => true,
        ["is", noun] if is_office(noun) => true,
        found if is_found_out(found) => true,
        [only] => RIGHTS.contains(only) || matches!(*only, "approved" | "banned" | "suspended" | "blocked"),
        ["user" | "account" | "access" | "app" | "system" | "staff" | "admin", second] => {
            RIGHTS.contains(second) || matches!(*second, "level" | "type" | "status") && all[0] != "app"
        }
        ["role" | "roles", "id" | "ids"] => true,
        _ => false,
    }
}

/// What is paid for.
fn is_worth(column: &str, words: &[String]) -> bool {
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let is_card = has(&["card", "score", "line", "work", "life", "sheet", "app"]);
    let is_known =
        column_classes(column).has(NameClass::Protected) && has(&["plan", "tier", "subscription", "credit", "credits", "balance", "quota", "premium", "pro"]);
    is_known || !is_card && has(&["credits", "credit", "balance"]) && words.len() <= 3
}

const RIGHTS: &[&str] =
    &["role", "roles", "admin", "administrator", "superadmin", "superuser", "staff", "moderator", "mod", "permission", "permissions", "scopes", "privileges"];
/// What people are that is called neither a `coordinator` nor a `librarian`, and what they were found to be.
const FLAGS: &[&str] = &[
    "board",
    "coach",
    "captain",
    "chair",
    "judge",
    "nurse",
    "medic",
    "clerk",
    "agent",
    "support",
    "employee",
    "trustee",
    "approved",
    "banned",
    "suspended",
    "verified",
    "vetted",
    "certified",
    "premium",
    "pro",
    "paid",
    "vip",
    "internal",
    "super",
    "root",
];

/// `coordinator`, `teacher`, `librarian`, `therapist`: somebody with an office.
fn is_office(noun: &str) -> bool {
    const OF_EVERYBODY: &[&str] = &[
        "user",
        "customer",
        "member",
        "subscriber",
        "follower",
        "smoker",
        "drinker",
        "vegetarian",
        "senior",
        "junior",
        "minor",
        "donor",
        "winner",
        "player",
        "runner",
        "gamer",
        "over",
        "under",
        "other",
        "newsletter",
        "reminder",
        "newcomer",
        "beginner",
        "starter",
        "buyer",
        "speaker",
        "flexitarian",
        "pescatarian",
        "after",
        "number",
        "order",
        "folder",
        "header",
        "footer",
        "banner",
        "error",
        "color",
    ];
    let ends = ["er", "or", "ist", "ian"].iter().any(|end| noun.ends_with(end));
    noun.len() > 4 && ends && !OF_EVERYBODY.contains(&noun)
}

/// `background_checked`, `identity_verified`: what others found out of somebody.
fn is_found_out(words: &[&str]) -> bool {
    match words {
        [about, "checked" | "cleared"] => matches!(*about, "background" | "identity" | "id" | "kyc" | "criminal" | "reference" | "references"),
        [_, "vetted" | "verified" | "certified" | "approved"] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_standing;

    #[test]
    fn what_people_may_do_and_what_they_paid_for() {
        for name in [
            "role",
            "is_staff",
            "isAdmin",
            "userRole",
            "is_board",
            "approved",
            "credits",
            "balanceCents",
            "plan",
            "subscription_tier",
            "is_pro",
            "credit_minutes",
            "is_coordinator",
            "isLibrarian",
            "background_checked",
            "identity_verified",
        ] {
            assert!(is_standing(name), "{name}");
        }
        for name in [
            "full_name",
            "bio",
            "role_description",
            "job_title",
            "meal_plan",
            "credit_card_last4",
            "status",
            "is_public",
            "phone",
            "work_life_balance",
            "planet",
            "can_travel",
            "is_smoker",
            "is_over",
            "terms_checked",
        ] {
            assert!(!is_standing(name), "{name}");
        }
    }
}
