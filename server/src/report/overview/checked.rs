//! What was looked at and found in order, with counts: only kinds of which no problem is told.

use super::counts::counted;
use super::snapshot::{asked, asks};
use super::words::list;
use super::{InOrder, entries_of};
use crate::facts::event::SinkKind;
use crate::report::Report;
use crate::rules::evidence::{Evidence, OfRoute, Seen};
use crate::rules::map::{Answer, Who};
use crate::rules::{
    Risk, RuleId, admin_open, code_injection, command_injection, insecure_cookie, jwt_misuse, llm_output_unsafe, mass_assignment, missing_auth,
    missing_ownership, missing_rate_limit, missing_validation, nosql_injection, open_redirect, overbroad_db_access, path_traversal, rls_missing, rules_open,
    sql_injection, ssrf, tls_disabled, unsafe_deserialization, upload_unrestricted, weak_password_storage, webhook_unverified, xss,
};

/// A kind of place where a value gets out, the rule that watches it, and what is said where it found nothing.
struct Watched {
    kind: SinkKind,
    rule: &'static RuleId,
    what: &'static str,
    one: &'static str,
    several: &'static str,
    fine: &'static str,
}

const SINKS: &[Watched] = &[
    Watched {
        kind: SinkKind::Nosql,
        rule: &nosql_injection::META.id,
        what: "Database questions",
        one: "question to the database is",
        several: "questions to the database are",
        fine: "put together from values; nowhere was a visitor seen to change the question itself",
    },
    Watched {
        kind: SinkKind::Shell,
        rule: &command_injection::META.id,
        what: "Commands",
        one: "command is",
        several: "commands are",
        fine: "started on the server; nowhere was a visitor seen to have a say",
    },
    Watched {
        kind: SinkKind::Path,
        rule: &path_traversal::META.id,
        what: "Files",
        one: "file path is",
        several: "file paths are",
        fine: "used; nowhere was a visitor seen to choose one",
    },
    Watched {
        kind: SinkKind::Fetch,
        rule: &ssrf::META.id,
        what: "Requests to other servers",
        one: "request is",
        several: "requests are",
        fine: "sent; nowhere was a visitor seen to choose the address",
    },
    Watched {
        kind: SinkKind::Redirect,
        rule: &open_redirect::META.id,
        what: "Sending people on",
        one: "place sends",
        several: "places send",
        fine: "people on to another page; none was seen to lead where a stranger says",
    },
    Watched {
        kind: SinkKind::Html,
        rule: &xss::META.id,
        what: "Text in pages",
        one: "text is",
        several: "texts are",
        fine: "put into pages as code; none was seen to be a visitor's",
    },
    Watched {
        kind: SinkKind::Code,
        rule: &code_injection::META.id,
        what: "Code from text",
        one: "text is",
        several: "texts are",
        fine: "run as code; nowhere was a visitor seen to have a say",
    },
    Watched {
        kind: SinkKind::Deserialize,
        rule: &unsafe_deserialization::META.id,
        what: "Stored objects",
        one: "stored object is",
        several: "stored objects are",
        fine: "read back; none was seen to come from a visitor",
    },
    Watched {
        kind: SinkKind::Upload,
        rule: &upload_unrestricted::META.id,
        what: "Stored files",
        one: "uploaded file is",
        several: "uploaded files are",
        fine: "kept; nothing wrong was seen with how",
    },
];

pub(super) fn of(report: &Report<'_>) -> Vec<InOrder> {
    let evidence = &report.evidence;
    let is_quiet = |rules: &[&RuleId]| entries_of(report, rules).is_empty() && !report.is_off(rules);
    let mut all = Vec::new();
    let mut add = |what: &'static str, told: Option<String>| all.extend(told.map(|told| InOrder { what, told }));
    add("Signing in", is_quiet(&[&missing_auth::META.id, &admin_open::META.id]).then(|| login(evidence)).flatten());
    add(
        "Whose records",
        is_quiet(&[&missing_ownership::META.id, &rls_missing::META.id, &rules_open::META.id, &overbroad_db_access::META.id])
            .then(|| records(evidence))
            .flatten(),
    );
    add("SQL injection", is_quiet(&[&sql_injection::META.id, &nosql_injection::META.id]).then(|| queries(evidence)).flatten());
    for watched in SINKS {
        let n = evidence.sink(watched.kind);
        // What a model wrote ends in the same places, and has a rule of its own.
        let is_told = n > 0 && is_quiet(&[watched.rule, &llm_output_unsafe::META.id]);
        add(watched.what, is_told.then(|| format!("{} {}.", counted(n, watched.one, watched.several), watched.fine)));
    }
    add("Passwords", is_quiet(&[&weak_password_storage::META.id]).then(|| hashed(&evidence.passwords.hashed)).flatten());
    add("Sign-in tokens", is_quiet(&[&jwt_misuse::META.id]).then(|| tokens(evidence)).flatten());
    let cookies = Some(evidence.effect("cookie")).filter(|n| *n > 0 && is_quiet(&[&insecure_cookie::META.id]));
    add("Cookies", cookies.map(|n| format!("{} set; none was seen without its protections.", counted(n, "cookie is", "cookies are"))));
    let signed = evidence.routes.iter().filter(|route| route.signature == Answer::Yes).count();
    let signed = Some(signed).filter(|n| *n > 0 && is_quiet(&[&webhook_unverified::META.id]));
    add("Messages from services", signed.map(|n| format!("{} who sent a message.", counted(n, "address checks", "addresses check"))));
    let is_taken_as_it_comes = [&missing_validation::META.id, &mass_assignment::META.id, &nosql_injection::META.id, &upload_unrestricted::META.id];
    add("What visitors send", is_quiet(&is_taken_as_it_comes).then(|| validated(evidence)).flatten());
    let limited = evidence.routes.iter().filter(|route| route.limited == Answer::Yes).count();
    add(
        "Limits",
        (limited > 0 && is_quiet(&[&missing_rate_limit::META.id]))
            .then(|| format!("{} how often somebody may come.", counted(limited, "address limits", "addresses limit"))),
    );
    let env = &evidence.files;
    let is_kept = env.env > 0 && env.env_in_git == 0 && env.env_not_ignored == 0;
    add("Env files", is_kept.then(|| format!("{} left out of git.", counted(env.env, "file is", "files are all"))));
    let secrets: Vec<&RuleId> = report.rules.iter().filter(|meta| meta.risk == Risk::Secrets).map(|meta| &meta.id).collect();
    let keys = report.audited > 0 && is_quiet(&secrets);
    add("Keys in the code", keys.then(|| format!("{} searched for keys and passwords; none was found.", counted(report.audited, "file was", "files were"))));
    let tls = evidence.effect("tls");
    let tls = Some(tls).filter(|n| *n > 0 && is_quiet(&[&tls_disabled::META.id]));
    add("Encrypted connections", tls.map(|n| format!("{} configured; none was seen to be switched off.", counted(n, "connection is", "connections are"))));
    all
}

fn login(evidence: &Evidence) -> Option<String> {
    let (pages, routes): (Vec<&OfRoute>, Vec<&OfRoute>) = evidence.routes.iter().filter(|route| asks(route)).partition(|route| route.is_page());
    let of = |n: usize, one, several| Some(counted(n, one, several)).filter(|_| n > 0);
    let parts: Vec<String> = [of(routes.len(), "address", "addresses"), of(pages.len(), "page", "pages")].into_iter().flatten().collect();
    let ask = if routes.len() + pages.len() == 1 { "asks" } else { "ask" };
    let unknown = evidence.routes.iter().filter(|route| route.who == Who::Unknown).count();
    let rest = if unknown > 0 { format!(" Of {} it is not known.", counted(unknown, "other", "others")) } else { String::new() };
    (!parts.is_empty()).then(|| format!("{} {ask} who it is before anything happens.{rest}", list(&parts, 2)))
}

fn records(evidence: &Evidence) -> Option<String> {
    let own = evidence.queries.own;
    (own > 0).then(|| format!("{} only for records of whoever is signed in.", counted(own, "question to the database asks", "questions to the database ask")))
}

fn queries(evidence: &Evidence) -> Option<String> {
    let statements = &evidence.statements;
    let mut parts = Vec::new();
    if statements.fixed > 0 {
        parts.push(format!("{} a fixed text", counted(statements.fixed, "is", "are")));
    }
    let built = asked(evidence).saturating_sub(statements.written());
    if built > 0 {
        parts.push(format!("{} put together by a library", counted(built, "is", "are")));
    }
    // What could not be read is not in order.
    (!parts.is_empty() && statements.unread == 0)
        .then(|| format!("Of what the database is asked, {}: what a visitor types cannot become a command there.", list(&parts, 2)))
}

fn hashed(seen: &Seen) -> Option<String> {
    let names: Vec<String> = seen.names.iter().map(|name| name.to_string()).collect();
    let with = if names.is_empty() { String::new() } else { format!(" with {}", list(&names, 2)) };
    (seen.count > 0).then(|| format!("They are hashed{with} in {}.", counted(seen.count, "place", "places")))
}

fn tokens(evidence: &Evidence) -> Option<String> {
    let n = evidence.effect("jwt-sign") + evidence.effect("jwt-verify");
    (n > 0).then(|| format!("They are made or checked in {}; nothing wrong was seen with that.", counted(n, "place", "places")))
}

fn validated(evidence: &Evidence) -> Option<String> {
    let used = evidence.routes.iter().filter(|route| route.validated.is_some()).count();
    let checked = evidence.routes.iter().filter(|route| route.validated == Some(Answer::Yes)).count();
    // A part of them is no news.
    (checked > 0 && checked == used).then(|| match checked {
        1 => "The one address that uses it checks it first.".to_owned(),
        n => format!("All {n} addresses that use it check it first."),
    })
}
