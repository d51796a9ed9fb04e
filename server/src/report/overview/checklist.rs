//! What a program cannot decide and a person can, as steps that name the app's own routes.

use super::answers::is_guarded_by_the_database;
use super::counts::counted;
use super::launch;
use super::snapshot::asks;
use super::words::{self, code, list};
use super::{Task, Told, entries_of};
use crate::facts::names;
use crate::report::Report;
use crate::report::curl::{self, SITE};
use crate::report::plain::plain;
use crate::report::renew;
use crate::rules::evidence::OfRoute;
use crate::rules::map::{Answer, Who};
use crate::rules::open::purpose::Purpose;
use crate::rules::{Risk, RuleId, admin_open, missing_auth, missing_ownership, missing_rate_limit, missing_security_headers, webhook_unverified};
use crate::text::FileId;

/// Routes named for one task.
const MOST_ROUTES: usize = 5;
/// Routes named where the check was read in the code and is only tried once more.
const MOST_SURE: usize = 2;
/// Routes that an assistant is asked about at once.
const MOST_ASKED: usize = 150;

pub(super) fn of(report: &Report<'_>) -> Vec<Task> {
    let tasks = [
        two_accounts(report),
        unknown_callers(report),
        open_on_purpose(report),
        guessing(report),
        senders(report),
        policies(report),
        headers(report),
        rotate(report),
        backups(report),
    ];
    tasks.into_iter().flatten().collect()
}

fn told(route: &OfRoute) -> Told {
    let text = match route.chosen.is_empty() {
        true => words::route(&route.title),
        false => format!("{} ({})", words::route(&route.title), list(&route.chosen.iter().map(|model| code(model)).collect::<Vec<_>>(), 2)),
    };
    Told { text, place: Some(route.place.clone()) }
}

fn task(id: &'static str, title: &str, how: String, routes: &[&OfRoute], most: usize) -> Task {
    Task {
        id,
        title: title.to_owned(),
        how,
        about: routes.iter().take(most).map(|route| told(route)).collect(),
        more: routes.len().saturating_sub(most),
        all: None,
        ask: None,
        command: None,
    }
}

/// Files in which something of these rules is already told: what is a problem above is no question below.
fn flagged<'r>(report: &'r Report<'_>, rules: &[&RuleId]) -> Vec<&'r FileId> {
    entries_of(report, rules).into_iter().map(|entry| &entry.finding.place.file).collect()
}

/// What is encoded in an address is not recognised as a secret any more.
fn may_be_typed(report: &Report<'_>, route: &OfRoute) -> bool {
    !report.redactor.is_leak(&route.title)
}

/// Signing out, and what comes back from somebody else's sign-in page: there is nothing to guess.
fn is_left_behind(route: &OfRoute) -> bool {
    let words = names::words(route.path.as_deref().unwrap_or_default());
    words.iter().any(|word| matches!(word.as_str(), "logout" | "signout" | "callback" | "sso" | "saml" | "oauth" | "out"))
}

/// By its method it changes something.
fn writes(route: &OfRoute) -> bool {
    route.methods.iter().any(|method| matches!(method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE"))
}

fn takes_a_body(route: &OfRoute) -> bool {
    route.methods.is_empty() || route.methods.iter().any(|method| method == "POST" || method == "*")
}

fn two_accounts(report: &Report<'_>) -> Option<Task> {
    let flagged = flagged(report, &[&missing_ownership::META.id, &missing_auth::META.id]);
    let known = |route: &&OfRoute| route.has_address() && !matches!(route.who, Who::Anyone | Who::Role | Who::Machine) && !flagged.contains(&&route.place.file);
    let all = || report.evidence.routes.iter().filter(known);
    let mut open: Vec<&OfRoute> =
        all().filter(|route| route.own == Answer::Unknown && (!route.chosen.is_empty() || route.names_a_record()) && !route.models.is_empty()).collect();
    // An address that names a record is the easiest to try.
    open.sort_by_key(|route| !route.names_a_record());
    const HOW: &str = "Make two accounts, A and B, in two browsers. As A, open or change a record of your own through each address below, and note its id. \
        As B, ask for the same id. Good: B is refused (404 or 403). Bad: B sees or changes anything of A's.";
    if !open.is_empty() {
        let how = format!("The code does not show whose records these hand out, so nobody knows it yet. {HOW}");
        return Some(task("two-accounts", "Try it with two accounts", how, &open, MOST_ROUTES));
    }
    let sure: Vec<&OfRoute> = all().filter(|route| route.own == Answer::Yes && route.names_a_record()).collect();
    let how = format!("The check was seen in the code of these; trying it once shows that it works. {HOW}");
    (!sure.is_empty()).then(|| task("two-accounts", "Try it with two accounts", how, sure.get(..MOST_SURE).unwrap_or(&sure), MOST_SURE))
}

/// Public by nature: to be refused there would be wrong.
fn is_a_door(route: &OfRoute) -> bool {
    matches!(route.purpose, Purpose::Credentials | Purpose::Infrastructure)
}

fn unknown_callers(report: &Report<'_>) -> Option<Task> {
    let all: Vec<&OfRoute> = launch::unknown(report).into_iter().filter(|route| route.has_address()).collect();
    let routes: Vec<&OfRoute> = all.iter().copied().filter(|route| !is_a_door(route)).collect();
    if routes.is_empty() {
        return None;
    }
    let doors = match all.len() - routes.len() {
        0 => String::new(),
        n => format!(" Left out: {n} for signing in and out and the like, which have to be open."),
    };
    let how = format!(
        "The code does not show whether these ask for a sign-in, so nobody knows it yet. Call each without signing in, on a copy of the app with made-up data. Good: 401, 403, or you are sent \
         to the sign-in page. Bad: 200 with data in the answer, unless it is meant for everybody.{doors} One by hand: open it in a private window. All at once: the first command writes down \
         every address, the second asks for each that only reads, and shows the number that came back. Those that change something stand in the file and are switched off."
    );
    let mut task = task("without-login", "Call these without signing in", how, &routes, MOST_ROUTES);
    task.all = Some("guardline routes");
    task.command = Some(format!("guardline routes --format curl --output try.sh\nSITE='{SITE}' sh try.sh"));
    task.ask = Some(ask_about(report, &routes));
    Some(task)
}

/// The same question, for whoever can read the code.
fn ask_about(report: &Report<'_>, routes: &[&OfRoute]) -> String {
    let mut lines = vec![
        "A security check could not see from the code whether these addresses of my project ask for a sign-in. Change nothing yet. Read the code of each, with all that runs before it, and \
         write me a table: the address; who may call it (everybody, anybody signed in, only the owner, only administrators); file and line of the check that makes it so, or \"no check\"; \
         and whether you think that it is right. Put those without a check that read or change private things first, in plain words."
            .to_owned(),
        String::new(),
    ];
    let line = |route: &&&OfRoute| format!("- {} ({})", route.title, report.path(&route.place.file));
    lines.extend(routes.iter().filter(|route| may_be_typed(report, route)).take(MOST_ASKED).map(|route| line(&route)));
    if let Some(more) = routes.len().checked_sub(MOST_ASKED).filter(|more| *more > 0) {
        lines.push(format!("- and {more} more: `guardline routes` lists all of them; those that say \"unknown\" are meant"));
    }
    lines.join("\n")
}

fn open_on_purpose(report: &Report<'_>) -> Option<Task> {
    let flagged = flagged(report, &[&missing_auth::META.id, &admin_open::META.id]);
    let is_open = |route: &&OfRoute| {
        route.who == Who::Anyone
            && !route.is_page()
            && !route.is_public
            && (!route.models.is_empty() || writes(route))
            && !is_guarded_by_the_database(route)
            && matches!(route.purpose, Purpose::Ordinary | Purpose::Capability | Purpose::Internal)
            && !flagged.contains(&&route.place.file)
    };
    let mut routes: Vec<&OfRoute> = report.evidence.routes.iter().filter(is_open).collect();
    routes.sort_by_key(|route| !writes(route));
    let how = "Anybody can call these without signing in, and nothing in the code says that this is wrong. You know whether it is meant so. If not, ask your AI assistant to \
        let them ask for a sign-in.";
    (!routes.is_empty()).then(|| task("open-on-purpose", "Should these be open to everybody?", how.to_owned(), &routes, MOST_ROUTES))
}

fn guessing(report: &Report<'_>) -> Option<Task> {
    let flagged = flagged(report, &[&missing_rate_limit::META.id]);
    let is_meant = |route: &&OfRoute| {
        route.purpose == Purpose::Credentials
            && !asks(route)
            && !is_left_behind(route)
            && route.has_address()
            && !route.is_page()
            && takes_a_body(route)
            && !route.models.is_empty()
            && route.limited != Answer::Yes
            && !flagged.contains(&&route.place.file)
    };
    let routes: Vec<&OfRoute> = report.evidence.routes.iter().filter(is_meant).collect();
    let how = "The code does not show whether somebody may try passwords or codes without end; a limit may also stand in front of the app. On your own page, type a wrong \
        password twenty times, quickly. Good: after some tries it says that there were too many (429). Bad: it goes on for ever.";
    (!routes.is_empty()).then(|| task("rate-limit", "Try to guess", how.to_owned(), &routes, MOST_ROUTES))
}

fn senders(report: &Report<'_>) -> Option<Task> {
    let flagged = flagged(report, &[&webhook_unverified::META.id]);
    let is_meant = |route: &&OfRoute| {
        route.purpose == Purpose::Machine
            && route.has_address()
            && takes_a_body(route)
            && route.signature != Answer::Yes
            && !asks(route)
            && !flagged.contains(&&route.place.file)
    };
    let routes: Vec<&OfRoute> = report.evidence.routes.iter().filter(is_meant).collect();
    let how = "These take messages from other services, and the code does not show whether they check who sent one. Send a made-up message. Good: it is refused (400, 401 or 403). \
        Bad: 200, or an error from the code that already reads it.";
    let mut task = (!routes.is_empty()).then(|| task("webhooks", "Send a forged message", how.to_owned(), &routes, MOST_ROUTES))?;
    task.command = routes.iter().filter(|route| may_be_typed(report, route)).find_map(|route| curl::call(route));
    Some(task)
}

/// A hosted database whose locks are not in the code.
fn policies(report: &Report<'_>) -> Option<Task> {
    let evidence = &report.evidence;
    let is_supabase = evidence.queries.clients.keys().any(|client| client.starts_with("supabase"));
    let how = "The app asks Supabase for data, and the tables are not described in files here. Open the project on supabase.com, go to the table editor, and \
        see that row level security is on for every table that holds something private.";
    (is_supabase && evidence.files.sql == 0).then(|| task("row-level-security", "Look at the locks of the tables", how.to_owned(), &[], 0))
}

fn headers(report: &Report<'_>) -> Option<Task> {
    let evidence = &report.evidence;
    let has_pages = evidence.files.browser > 0 || evidence.routes.iter().any(|route| route.has_address());
    if !has_pages {
        return None;
    }
    let found = match entries_of(report, &[&missing_security_headers::META.id]).is_empty() {
        true => "What the live site really sends cannot be read from the code.",
        false => "The code does not set them; the server in front of it may.",
    };
    let shows_pages = evidence.files.browser > 0 || evidence.routes.iter().any(OfRoute::is_page);
    let wanted = match shows_pages {
        true => "`strict-transport-security`, `content-security-policy` (or `x-frame-options`) and `x-content-type-options`",
        false => "`strict-transport-security` and `x-content-type-options`, and if it shows pages also `content-security-policy`,",
    };
    let how = format!(
        "{found} Ask the live site (the command only looks), and read the answer. Good: {wanted} are among the lines. A line that is missing is a protection that is missing."
    );
    let mut task = task("headers", "Look at the headers of the live site", how, &[], 0);
    task.command = Some(format!("curl -sI '{SITE}/'"));
    Some(task)
}

fn rotate(report: &Report<'_>) -> Option<Task> {
    let is_secret = |entry: &&crate::report::Entry| {
        let is_about_secrets = report.meta(&entry.finding.rule).is_some_and(|meta| meta.risk == Risk::Secrets);
        is_about_secrets && entry.finding.level >= crate::rules::Level::Warning
    };
    let secrets: Vec<&crate::report::Entry> = report.entries.iter().filter(is_secret).collect();
    if secrets.is_empty() {
        return None;
    }
    let how = "Taking a key out of the code does not take it back: whoever has a copy of the code, its history or the built site still has it. \
        Replace each by a new one, put that where the fix says, and see to it that the old one does not work any more.";
    let about = secrets.iter().take(MOST_ROUTES).map(|entry| Told { text: String::new(), place: Some(entry.finding.place.clone()) });
    let new: Vec<String> = renew::of_all(&secrets, MOST_ROUTES).iter().map(|new| plain(new)).collect();
    Some(Task {
        id: "rotate-keys",
        title: "Replace the keys that were found".to_owned(),
        how: std::iter::once(how).chain(new.iter().map(String::as_str)).collect::<Vec<_>>().join(" "),
        about: about.collect(),
        more: secrets.len().saturating_sub(MOST_ROUTES),
        all: Some("guardline audit --format lines"),
        ask: None,
        command: None,
    })
}

fn backups(report: &Report<'_>) -> Option<Task> {
    let evidence = &report.evidence;
    if evidence.queries.count == 0 && evidence.statements.written() == 0 {
        return None;
    }
    let models = match evidence.models {
        0 => "The app keeps data in a database.".to_owned(),
        n => format!("The app keeps data in a database ({}).", counted(n, "table or model", "tables or models")),
    };
    let how = format!(
        "{models} Whether copies of it are kept is not in the code. Find out where it is hosted, and try one out: load it into a new, empty database, never over the real one. Good: your data \
         is there. Bad: there is no copy, or nobody knows how to use it."
    );
    Some(task("backups", "Try a backup", how, &[], 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project, report, route};
    use crate::rules::Level;

    #[test]
    fn tasks_name_the_apps_own_routes_and_are_bounded() {
        let (project, file) = project("a.ts", "call(a);\n");
        let mut report = report(&project, Vec::new());
        for n in 0..300 {
            let mut open = route(&format!("/api/invoices{n}/:id"), &file);
            open.own = Answer::Unknown;
            open.models.push("Invoice".into());
            open.chosen.push("Invoice".into());
            let mut unknown = route(&format!("/api/things{n}"), &file);
            unknown.who = Who::Unknown;
            report.evidence.routes.extend([open, unknown]);
        }
        let tasks = of(&report);
        let ids: Vec<&str> = tasks.iter().map(|task| task.id).collect();
        assert_eq!(ids, ["two-accounts", "without-login", "headers"]);
        assert_eq!((tasks[0].about.len(), tasks[0].more), (MOST_ROUTES, 295));
        assert_eq!(tasks[0].about[0].text, "`GET /api/invoices0/:id` (`Invoice`)");
        assert!(tasks[1].command.as_deref().is_some_and(|command| command.contains("guardline routes --format curl")));
        assert!(tasks[1].ask.as_deref().is_some_and(|ask| ask.contains("GET /api/things0") && ask.lines().count() < 160));
    }

    #[test]
    fn what_is_a_problem_is_no_question() {
        let (project, file) = project("a.ts", "call(a);\n");
        let mut open = route("/api/notes/:id", &file);
        open.who = Who::Anyone;
        open.models.push("Note".into());
        let mut report = report(&project, vec![finding("missing-auth", &project, &file, "call", Level::Error)]);
        report.evidence.routes = vec![open];
        assert!(of(&report).iter().all(|task| task.id != "open-on-purpose"));
        report.entries.clear();
        assert!(of(&report).iter().any(|task| task.id == "open-on-purpose"));
    }
}
