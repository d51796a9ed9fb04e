//! What to do about each kind of mistake, in one plain sentence, and how much work it is where no fix is ready.

use super::Entry;
use crate::facts::secrets;
use crate::rules::{Risk, RuleId};

/// How much work it is, as far as that can be said honestly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effort {
    /// The editor has a fix for every place, and each was tried out.
    Ready,
    /// As `Ready`, and somebody should read a fix before it is accepted.
    ReadyToRead,
    Small,
    Developer,
}

impl Effort {
    pub fn title(self) -> &'static str {
        match self {
            Effort::Ready => "ready fix",
            Effort::ReadyToRead => "ready fix, to be read first",
            Effort::Small => "your AI assistant can do it",
            Effort::Developer => "your AI assistant, then a developer",
        }
    }

    /// The one way to go, for somebody who does not read code.
    pub fn way(self) -> &'static str {
        match self {
            Effort::Ready => "Take the ready fix: type `guardline audit --fix --review` in a terminal, or accept it in your editor.",
            Effort::ReadyToRead => {
                "Take the ready fix: type `guardline audit --fix --review` in a terminal and say yes to this one. It changes how the app works, so let your AI assistant explain it to you first if you do not read code."
            }
            Effort::Small => "Your AI assistant can do this alone: copy the text below.",
            Effort::Developer => "Let your AI assistant prepare it with the text below, and a developer look at what it did before it goes live.",
        }
    }
}

use Effort::{Developer, Small};

const STEPS: &[(&str, Effort, &str)] = &[
    ("admin-open", Small, "Let only administrators in where administrators work."),
    ("code-injection", Developer, "Stop running as code what a visitor types."),
    ("command-injection", Developer, "Keep what a visitor types out of the commands that your server runs."),
    ("cors-permissive", Small, "Let only your own sites read what your app answers."),
    ("csrf-disabled", Small, "Switch the protection on again that lets only your own pages press buttons for people."),
    ("debug-enabled", Small, "Switch the mode for developers off on the live site."),
    ("error-leak", Small, "Show strangers a short, plain sentence when something fails, and keep the details for yourself."),
    ("insecure-cookie", Small, "Protect the cookie that keeps people signed in."),
    ("jwt-misuse", Small, "Check every login token before you believe what it says."),
    ("llm-output-unsafe", Developer, "Treat what an AI model answers like text from a stranger."),
    ("mass-assignment", Small, "Save only those fields of a form that you name, so that nobody can give themselves more rights."),
    ("missing-auth", Small, "Ask for a login before anything private is shown or changed."),
    ("missing-ownership", Small, "Let people reach only the records that belong to them."),
    ("missing-rate-limit", Developer, "Limit how often one person or machine may try."),
    ("missing-security-headers", Small, "Switch the browser's protections on for every page."),
    ("missing-validation", Small, "Check on the server what a visitor sends, above all prices and amounts."),
    ("nosql-injection", Small, "Take only plain text from a visitor where the database is asked."),
    ("open-redirect", Small, "Send visitors on only to pages of your own site."),
    ("overbroad-db-access", Developer, "Take away rights in the database that visitors do not need."),
    ("path-traversal", Small, "Let a visitor reach only the files that are meant for them."),
    ("public-env-secret", Developer, "Take the secret key out of what visitors' browsers get, and replace the key."),
    ("public-source-maps", Small, "Stop publishing the readable form of your code."),
    ("public-storage", Developer, "Close the file store, and hand out links that end."),
    ("rls-missing", Developer, "Lock this part of the database, so that people see only what is theirs."),
    ("rules-open", Developer, "Close the database to strangers with rules that ask whose a record is."),
    ("secret-client-exposed", Developer, "Move the secret key from the page to a server, and replace the key."),
    ("secret-hardcoded", Small, "Take the key or password out of the code, and replace it."),
    ("sensitive-data-exposed", Small, "Keep passwords, keys and private fields out of what is sent, logged or kept in the browser."),
    ("service-role-exposed", Developer, "Take the database's master key out of the page or the code, and replace it."),
    ("sql-injection", Small, "Let what a visitor sends reach the database only as a value, never as part of a command."),
    ("ssrf", Developer, "Let the server open only addresses that you allow."),
    ("tls-disabled", Small, "Let your server check again that it talks to the right server, and to nobody in between."),
    ("unsafe-deserialization", Developer, "Read stored data in a format that cannot run code."),
    ("upload-unrestricted", Small, "Say which files people may upload, and how large they may be."),
    ("weak-crypto", Developer, "Use a way of encrypting that has not been broken."),
    ("weak-password-storage", Developer, "Keep passwords only in a form that cannot be turned back."),
    ("weak-random", Small, "Make secret links and codes in a way that nobody can guess."),
    ("webhook-unverified", Small, "Check who sent a message before you believe it."),
    ("xss", Small, "Show what visitors write as text, never as part of the page's code."),
];

fn row(rule: &RuleId) -> Option<&'static (&'static str, Effort, &'static str)> {
    STEPS.iter().find(|(id, ..)| *id == rule.as_str())
}

/// One plain sentence. `None` for the project's own rules.
pub(super) fn sentence(rule: &RuleId, entries: &[&Entry]) -> Option<&'static str> {
    special(rule, entries).map(|of| of.sentence).or_else(|| row(rule).map(|(_, _, told)| *told))
}

/// What is told otherwise where all places of a problem are of one kind.
struct Special {
    rule: &'static str,
    detail: &'static str,
    title: &'static str,
    sentence: &'static str,
    /// What it led to elsewhere, where the rule's page speaks of something else.
    happens: Option<&'static str>,
    fix: &'static [&'static str],
}

const SPECIAL: &[Special] = &[
    Special {
        rule: "sensitive-data-exposed",
        detail: "storage",
        title: "The sign-in is kept where every script of the page can read it",
        sentence: "Keep what signs people in where no script can read it.",
        happens: Some(
            "What a page keeps in the browser's storage, every script on that page can read: your own, those of the packages you use, and one \
             that somebody smuggles in through a comment or a name. Such a script sends the token away, and its sender is signed in as that \
             person, from anywhere, until the token ends. By itself this opens nothing; it makes any other hole in the page much worse.",
        ),
        fix: &[
            "Let the server set the token as a cookie that scripts cannot read (`HttpOnly; Secure; SameSite=Lax`) when somebody signs in, and let it read that cookie instead of a header.",
            "Take the lines away that put it into `localStorage` or `sessionStorage`, and those that read it there. To sign out, the server clears the cookie.",
            "If a service signs people in for you (Supabase, Firebase, Auth0), use its way of keeping the session in a cookie. Until then, make the token end after minutes.",
        ],
    },
    Special {
        rule: "sensitive-data-exposed",
        detail: "log",
        title: "Private data is written into the log",
        sentence: "Write into the log who did what, and never a password or a key.",
        happens: Some(
            "What is logged stays for months. It is copied to the services that collect logs and to backups, and it is read by people who have no \
             business with it. Whoever finds a password or a key there can use it, long after everybody has forgotten that it was written down.",
        ),
        fix: &[
            "Take the value out of the line that is named above, and log who and what: `console.log(\"signed in\", user.id)`, `log.info(\"signed in %s\", user.id)`.",
            "What was logged so far is still there: delete those logs, and replace the keys and passwords that are in them.",
        ],
    },
    Special {
        rule: "weak-password-storage",
        detail: "work",
        title: "Passwords or keys are scrambled too quickly",
        sentence: "Make each try at guessing a stolen password slower.",
        happens: None,
        fix: &[
            "Raise the number of rounds to what is named above. The password stays the same for people; only each try at guessing it takes longer.",
            "Old and new do not mix: what was made with the old number is checked with the old number, and made anew when its owner signs in the next time.",
        ],
    },
    Special {
        rule: "csrf-disabled",
        detail: "get",
        title: "Other websites can act in your users' name",
        sentence: "Let nothing be changed by a mere link: only by a button that sends a form.",
        happens: None,
        fix: &[
            "Let this address answer only `POST`, and let the link on your page become a form with a button.",
            "The form sends the token that your framework asks for, as your other forms do.",
        ],
    },
    Special {
        rule: "csrf-disabled",
        detail: "exempt",
        title: "Other websites can act in your users' name",
        sentence: "Switch the protection on again that lets only your own pages press buttons for people.",
        happens: None,
        fix: &[
            "Take the exception away: the line that is named above. If the code belongs to a message from another service (Stripe, GitHub), keep it, and check that service's signature instead.",
            "Only taking the line away stops a button whose script sends no token. So in the same change let the script send it: in Django the header `X-CSRFToken` with the cookie `csrftoken`, or `{% csrf_token %}` in a form.",
        ],
    },
];

fn special(rule: &RuleId, entries: &[&Entry]) -> Option<&'static Special> {
    let is_all = |of: &&Special| of.rule == rule.as_str() && !entries.is_empty() && entries.iter().all(|entry| entry.finding.detail == of.detail);
    SPECIAL.iter().find(is_all)
}

pub(super) fn title(rule: &RuleId, entries: &[&Entry]) -> Option<&'static str> {
    special(rule, entries).map(|of| of.title)
}

/// What it led to elsewhere.
pub(super) fn happens(rule: &RuleId, entries: &[&Entry]) -> Option<&'static str> {
    special(rule, entries)?.happens
}

/// What to change, where the rule's page speaks of more.
pub(super) fn fix(rule: &RuleId, entries: &[&Entry]) -> Option<&'static [&'static str]> {
    special(rule, entries).map(|of| of.fix)
}

/// How much work it is to repair all these.
pub(super) fn effort(rule: &RuleId, entries: &[&Entry]) -> Option<Effort> {
    let of_entry = |entry: &&Entry| {
        entry.repairs.first().filter(|repair| repair.tried).map(|repair| if repair.needs_review { Effort::ReadyToRead } else { Effort::Ready })
    };
    let ready: Option<Vec<Effort>> = entries.iter().map(of_entry).collect();
    let worst = ready.and_then(|all| all.into_iter().max());
    let by_hand = row(rule).map(|(_, effort, _)| *effort);
    // Taking the exception away is half of it: what sends no token has to send one.
    let worst = worst.filter(|_| special(rule, entries).is_none_or(|of| of.detail != "exempt"));
    // Page and server have to change together.
    let by_hand = if special(rule, entries).is_some_and(|of| of.detail == "storage") { Some(Developer) } else { by_hand };
    // A fix that is ready in one of several places does not do the work.
    worst.or(by_hand)
}

/// Risks that a mistake also belongs to, besides the one its rule is counted under.
pub(super) fn also(entry: &Entry) -> &'static [Risk] {
    let finding = &entry.finding;
    match finding.rule.as_str() {
        // Whoever becomes an administrator or somebody else may touch everything.
        "mass-assignment"
        | "nosql-injection"
        | "jwt-misuse"
        | "rls-missing"
        | "rules-open"
        | "overbroad-db-access"
        | "service-role-exposed"
        | "csrf-disabled"
        | "public-storage" => &[Risk::Authorization],
        "missing-ownership" | "sql-injection" => &[Risk::Database],
        "missing-auth" | "admin-open" => &[Risk::Routes],
        // Whoever knows what login tokens are signed with makes their own.
        "secret-hardcoded" if secrets::signs_people_in(&finding.detail) => &[Risk::Authorization, Risk::Passwords],
        "secret-hardcoded" if secrets::is_password_of_login(&finding.detail) => &[Risk::Passwords],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_sentence_of_its_own() {
        for meta in crate::rules::all() {
            let told = sentence(&meta.id, &[]).unwrap_or_else(|| panic!("{}", meta.id));
            assert!(told.ends_with('.') && told.len() < 110 && !told.contains(['`', ';']), "{told}");
        }
        let mut all: Vec<&str> = STEPS.iter().map(|(id, ..)| *id).collect();
        all.dedup();
        assert_eq!(all.len(), STEPS.len());
        assert!(STEPS.iter().all(|(id, ..)| crate::rules::all().iter().any(|meta| meta.id.as_str() == *id)));
    }

    #[test]
    fn what_is_kept_in_the_browser_is_not_told_to_be_selected() {
        use crate::report::samples::{finding, project};
        use crate::rules::Level;
        let (project, file) = project("a.ts", "localStorage.setItem(token, t);");
        let of = |detail: &str| {
            let mut found = finding("missing-auth", &project, &file, "token", Level::Information);
            (found.rule, found.detail) = (RuleId::new("sensitive-data-exposed"), detail.into());
            Entry { finding: found, repairs: Vec::new() }
        };
        let (kept, sent) = (of("storage"), of("columns"));
        let rule = kept.finding.rule.clone();
        assert!(happens(&rule, &[&kept]).is_some_and(|told| told.contains("browser's storage")));
        assert!(fix(&rule, &[&kept]).is_some_and(|steps| steps.iter().all(|step| !step.contains("select"))));
        assert_eq!((happens(&rule, &[&kept, &sent]), fix(&rule, &[&sent])), (None, None), "of several kinds the rule's page speaks");
        assert_eq!(effort(&rule, &[&kept]), Some(Developer));
    }

    #[test]
    fn a_secret_that_signs_people_in_is_about_who_may_do_what() {
        use crate::report::samples::{finding, project};
        use crate::rules::Level;
        let (project, file) = project("a.ts", "const secret = 1;");
        let risk = |detail: &str, message: &str| {
            let mut found = finding("secret-hardcoded", &project, &file, "secret", Level::Error);
            (found.detail, found.message) = (detail.into(), message.into());
            also(&Entry { finding: found, repairs: Vec::new() })
        };
        assert_eq!(risk("jwt-signing-secret", "whatever it says"), [Risk::Authorization, Risk::Passwords]);
        assert_eq!(risk("hardcoded-login", "whatever it says"), [Risk::Passwords]);
        assert_eq!(risk("stripe-secret", "anybody can sign in as any user"), []);
    }
}
