//! What a repair of each kind of mistake may break, what to look at afterwards, and how it is taken back where putting the old
//! code back is not enough.

use super::Entry;
use crate::rules::RuleId;

/// What to do before the first change, and how to go back.
pub const HOW_TO_GO_BACK: &str = "Before the first change, keep a copy that you can go back to: `git add -A && git commit -m \"before the repairs\"`, or copy the \
    project's folder. `git stash -u` puts everything aside that was changed since the last such copy, and `git stash pop` \
    brings it back; `git revert HEAD` undoes the last repair that was committed. Make changes of a database on a copy of it first.";

pub(super) struct Change {
    /// What may stop working.
    pub breaks: &'static str,
    /// What to look at in the app when it is done.
    pub look: &'static str,
    /// `None` where putting the old code back is enough.
    pub back: Option<&'static str>,
}

const fn change(breaks: &'static str, look: &'static str) -> Change {
    Change { breaks, look, back: None }
}

const fn lasting(breaks: &'static str, look: &'static str, back: &'static str) -> Change {
    Change { breaks, look, back: Some(back) }
}

const NEW_KEY: &str = "The old key cannot be brought back, and should not be: a new one takes its place.";

const CHANGES: &[(&str, Change)] = &[
    ("admin-open", change("People whose account is not marked as administrator lose this, your own too if it is not.", "Sign in as yourself and use it once.")),
    ("code-injection", change("What people could type here so far, such as longer formulas.", "Use the feature with an ordinary input.")),
    (
        "command-injection",
        change("File names or options with unusual characters.", "Use the feature with an ordinary file, and with one that has a blank in its name."),
    ),
    (
        "cors-permissive",
        change(
            "Pages of yours on an address that you forget to name cannot reach the app any more.",
            "Open each of your own sites, sign in, and load some data.",
        ),
    ),
    (
        "csrf-disabled",
        change(
            "Buttons and scripts of your own that send no token are refused (403 or 400). Your assistant has to let them send it in the same change.",
            "Press the button or send the form that this address belongs to.",
        ),
    ),
    (
        "debug-enabled",
        change("Error pages say less, on your own machine too unless you switch the mode on there.", "Start the app and open two or three pages."),
    ),
    ("error-leak", change("Parts of your pages that show the text of an error to people.", "Send a form with a mistake in it: the message must still help.")),
    ("insecure-cookie", change("Scripts of your own that read this cookie, and signing in over plain `http://`.", "Sign in, reload the page, sign out.")),
    ("jwt-misuse", change("People who are signed in may have to sign in once more.", "Sign in, reload the page, sign out.")),
    ("llm-output-unsafe", change("Formatting in the model's answers may look different.", "Ask the model something ordinary and read the answer.")),
    (
        "mass-assignment",
        change(
            "A field that a form of yours really sends and that is forgotten in the list is not saved any more.",
            "Change every field of that form once, save, and reload.",
        ),
    ),
    (
        "missing-auth",
        change(
            "Pages and services that call this without signing in are refused, your own too.",
            "Use the feature signed in, and whatever else of yours calls this address.",
        ),
    ),
    (
        "missing-ownership",
        change(
            "People who are meant to see records of others (a team, support staff, an administrator) may be shut out.",
            "Sign in and open, change and delete a record of your own.",
        ),
    ),
    (
        "missing-rate-limit",
        change(
            "Many people behind one address (an office, a school) can be refused if the limit is too tight.",
            "Sign in the ordinary way, also after one mistake.",
        ),
    ),
    (
        "missing-security-headers",
        change("Scripts, pictures or frames from other sites, if the policy does not name them.", "Open each page and look whether something is missing."),
    ),
    ("missing-validation", change("Unusual values that were taken so far are refused.", "Do it once with ordinary values, and look at the amount.")),
    ("nosql-injection", change("Searches that relied on sending more than plain text.", "Sign in, and use the search or the list.")),
    ("open-redirect", change("Links that really lead to another site of yours.", "Sign in from a page that needs it: you should come back to that page.")),
    (
        "overbroad-db-access",
        lasting(
            "Parts of the app that call this function or view with the public key.",
            "Use the feature that calls it, signed in.",
            "In the database, a second migration grants the right again; the old code alone does not.",
        ),
    ),
    ("path-traversal", change("Files in folders that the app reached by such names.", "Open and store a file the ordinary way.")),
    ("public-env-secret", lasting("Whatever uses the old key stops the moment you delete it.", "Use the feature that needs the key.", NEW_KEY)),
    ("public-source-maps", change("Error reports may show unreadable code unless the maps go to the tracker.", "Build, and open the site.")),
    (
        "public-storage",
        lasting(
            "Links to files that people have already stop working.",
            "Upload a file, open it signed in, and then in a private window.",
            "In the settings of the file store the access can be opened again; the old code alone does not.",
        ),
    ),
    (
        "rls-missing",
        lasting(
            "Pages that read or write this table show nothing or fail until a policy lets the right people in: the lock and the policy belong into the same change.",
            "Signed in, open and change what is kept in this table; do it with a second account, too.",
            "In the database, `alter table ... disable row level security` opens the table again; the old code alone does not.",
        ),
    ),
    (
        "rules-open",
        lasting(
            "Pages that read or write what the new rules forget.",
            "Signed in, open and change each kind of record; do it with a second account, too.",
            "The Firebase console keeps the rules of before under Rules, History.",
        ),
    ),
    ("secret-client-exposed", lasting("Whatever uses the old key stops the moment you delete it.", "Use the feature that needs the key.", NEW_KEY)),
    (
        "secret-hardcoded",
        lasting(
            "The app does not start, or the feature fails, where the new setting is forgotten: on your machine and where it is hosted.",
            "Start the app and use the feature that needs the key.",
            NEW_KEY,
        ),
    ),
    ("sensitive-data-exposed", change("Pages that show one of the fields that are left out.", "Open the page that uses this answer.")),
    ("service-role-exposed", lasting("Whatever uses the old key stops the moment you delete it.", "Signed in, read and change your own records.", NEW_KEY)),
    ("sql-injection", change("Sorting or searching by something that is not in the new list.", "Use the search or the list the ordinary way.")),
    ("ssrf", change("Links to sites that are not on the list.", "Use the feature with an ordinary address.")),
    (
        "tls-disabled",
        change(
            "The connection to that service may fail if its certificate is home-made. Then ask whoever runs the service for its `ca` file, and give that to the connection.",
            "Use the part of the app that needs this connection, and look at the log of the app for certificate errors.",
        ),
    ),
    ("unsafe-deserialization", change("Files that were stored in the old form cannot be read any more.", "Open one stored before and one stored now.")),
    ("upload-unrestricted", change("Kinds of files that people really send and that are not in the list.", "Upload one file of each kind that you allow.")),
    (
        "weak-crypto",
        change(
            "What was encrypted the old way cannot be read the new way: it has to be read with the old one and written anew.",
            "Read something stored before, and something stored now.",
        ),
    ),
    (
        "weak-password-storage",
        change(
            "People who signed up before may not be able to sign in, because their password was stored the old way.",
            "Sign in with an account made before the change, and with a new one.",
        ),
    ),
    ("weak-random", change("Links and codes that were sent before may end.", "Ask for a new link or code and use it.")),
    (
        "webhook-unverified",
        change(
            "Messages are refused until the service's secret is among the settings of the live app.",
            "Let the service send a test message; most have a button for it.",
        ),
    ),
    ("xss", change("Formatting that people wrote may look different.", "Look at a text with formatting and one without.")),
];

/// PBKDF2 and the like: what was stored with the old number fits only the old number.
const MORE_WORK: Change = change(
    "What was made with the old number may fit only the old number: people who signed up before may not be able to sign in, and what was encrypted with such a key \
     cannot be read. Where the number is not stored beside each hash, old ones need it as before.",
    "On a copy: sign in with an account made before the change, then with a new one.",
);

const COOKIE_INSTEAD: Change = change(
    "Everybody has to sign in once more, and every call of your pages that sends the token by itself fails until it relies on the cookie.",
    "Sign in, reload the page, use a page that shows your own data, sign out.",
);

const LESS_LOGGED: Change = change("Nothing for people; whoever reads the log finds less in it.", "Sign in once, and read what the log says of it.");

pub(super) fn of(rule: &RuleId, entries: &[&Entry]) -> Option<&'static Change> {
    let is_all = |detail: &str| !entries.is_empty() && entries.iter().all(|entry| entry.finding.detail == detail);
    let special = match rule.as_str() {
        "weak-password-storage" if is_all("work") => Some(&MORE_WORK),
        "sensitive-data-exposed" if is_all("storage") => Some(&COOKIE_INSTEAD),
        "sensitive-data-exposed" if is_all("log") => Some(&LESS_LOGGED),
        _ => None,
    };
    special.or_else(|| CHANGES.iter().find(|(id, _)| *id == rule.as_str()).map(|(_, change)| change))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_what_may_break_and_what_to_look_at() {
        for meta in crate::rules::all() {
            let change = of(&meta.id, &[]).unwrap_or_else(|| panic!("{}", meta.id));
            assert!([change.breaks, change.look].iter().all(|told| told.ends_with('.') && told.len() < 220), "{}", meta.id);
        }
        assert!(CHANGES.iter().all(|(id, _)| crate::rules::all().iter().any(|meta| meta.id.as_str() == *id)));
    }
}
