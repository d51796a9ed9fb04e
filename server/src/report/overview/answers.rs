//! The four questions that a careful beginner asks, answered with what the answers rest on.

use super::counts::{counted, does};
use super::limits;
use super::snapshot::{asked, asks, endpoints};
use super::words::{self, code, list};
use super::{Answer, Question, Told, entries_of, loud_of};
use crate::report::problems::{Problem, numbers};
use crate::report::{Entry, Report};
use crate::rules::evidence::OfRoute;
use crate::rules::map::Who;
use crate::rules::open::purpose::Purpose;
use crate::rules::{
    self, Level, RuleId, admin_open, missing_auth, nosql_injection, public_env_secret, rls_missing, rules_open, secret_client_exposed, secret_hardcoded,
    service_role_exposed, sql_injection, weak_password_storage,
};

/// Places shown with an answer.
const MOST_PLACES: usize = 3;
/// Open addresses shown.
const MOST_OPEN: usize = 6;

pub(super) fn of(report: &Report<'_>, problems: &[Problem<'_>]) -> Vec<Question> {
    let mut all = vec![keys(report), passwords(report), sql(report), login(report)];
    all.iter_mut().for_each(|question| contradicted(question, problems));
    for question in &mut all {
        let rules = against(question.id);
        let is_of_passwords = question.id == "passwords-hashed";
        let counts = |entry: &Entry| rules.contains(&&entry.finding.rule) || is_of_passwords && is_fixed_login(entry);
        limits::of_question(report, question, &rules, &counts);
    }
    all
}

/// The rules whose problems speak against a yes.
fn against(question: &str) -> Vec<&'static RuleId> {
    match question {
        "keys-out-of-frontend" => vec![&secret_client_exposed::META.id, &public_env_secret::META.id, &service_role_exposed::META.id],
        "passwords-hashed" => vec![&weak_password_storage::META.id],
        "database-commands-kept-out" => vec![&sql_injection::META.id, &nosql_injection::META.id],
        _ => vec![&missing_auth::META.id, &admin_open::META.id, &rls_missing::META.id, &rules_open::META.id],
    }
}

/// No "yes" stands beside a problem that says something else, and whatever is answered names the problems.
fn contradicted(question: &mut Question, problems: &[Problem<'_>]) {
    let told: Vec<&Problem<'_>> = problems.iter().filter(|problem| against(question.id).contains(&problem.rule)).collect();
    if told.is_empty() {
        return;
    }
    if question.answer == Answer::Yes || question.answer == Answer::NotApplicable {
        question.answer = Answer::Partly;
        question.places = places(&told.iter().flat_map(|problem| problem.entries.iter().copied()).collect::<Vec<_>>());
    }
    let named: Vec<usize> = told.iter().map(|problem| problem.number).collect();
    question.because += &format!(" See {}.", numbers(&named));
}

fn places(entries: &[&Entry]) -> Vec<Told> {
    entries.iter().take(MOST_PLACES).map(|entry| Told { text: String::new(), place: Some(entry.finding.place.clone()) }).collect()
}

fn keys(report: &Report<'_>) -> Question {
    let files = &report.evidence.files;
    let all = loud_of(report, &[&secret_client_exposed::META.id, &public_env_secret::META.id, &service_role_exposed::META.id, &secret_hardcoded::META.id]);
    // An administrator's key that stands in the source need not go anywhere.
    let stays = |entry: &&Entry| {
        let finding = &entry.finding;
        finding.rule == secret_hardcoded::META.id || finding.rule == service_role_exposed::META.id && finding.detail != "client"
    };
    let (written, shipped): (Vec<&Entry>, Vec<&Entry>) = all.into_iter().partition(stays);
    let beside = match written.len() {
        0 => String::new(),
        n => format!(" {} in files that do not go to the browser; see the problems.", counted(n, "key is written", "keys are written")),
    };
    let (answer, because, places) = if !shipped.is_empty() {
        let because = format!(
            "{}.{beside}",
            counted(shipped.len(), "secret was found where a visitor's browser gets it", "secrets were found where a visitor's browser gets them")
        );
        (Answer::No, because, places(&shipped))
    } else if files.browser == 0 && files.published == 0 {
        (Answer::NotApplicable, format!("No script file that goes to visitors' browsers is among the files that were read.{beside}"), places(&written))
    } else {
        let read = [
            Some(files.browser).filter(|n| *n > 0).map(|n| counted(n, "file that reaches the browser", "files that reach the browser")),
            Some(files.published).filter(|n| *n > 0).map(|n| counted(n, "setting that is public by its name", "settings that are public by their names")),
        ];
        let read: Vec<String> = read.into_iter().flatten().collect();
        let because = format!("Looked at {}; no secret key was found there.{beside}", list(&read, 2));
        (Answer::Yes, because, places(&written))
    };
    Question { id: "keys-out-of-frontend", question: "Are secret keys kept out of the code that visitors' browsers get?", answer, because, places }
}

/// A password that stands in the code, and what somebody types is compared with it.
fn is_fixed_login(entry: &Entry) -> bool {
    entry.finding.rule == secret_hardcoded::META.id && entry.finding.detail == "hardcoded-login"
}

fn passwords(report: &Report<'_>) -> Question {
    let evidence = &report.evidence.passwords;
    let found = entries_of(report, &[&weak_password_storage::META.id]);
    let fixed: Vec<&Entry> = loud_of(report, &[&secret_hardcoded::META.id]).into_iter().filter(|entry| is_fixed_login(entry)).collect();
    let bad: Vec<&Entry> = found
        .iter()
        .copied()
        .filter(|entry| entry.finding.detail != "timing" && entry.finding.detail != "work")
        .filter(|entry| entry.finding.level >= Level::Warning)
        .collect();
    let (answer, because, places) = if !bad.is_empty() {
        let because = format!(
            "{} a password is kept, hashed or compared in a way that gives it away.",
            counted(bad.len(), "place was found where", "places were found where")
        );
        (Answer::No, because, places(&bad))
    } else if !fixed.is_empty() {
        (Answer::No, "A password stands in the code and is compared as it is.".to_owned(), places(&fixed))
    } else if evidence.hashed.count > 0 {
        let names: Vec<String> = evidence.hashed.names.iter().map(|name| name.to_string()).collect();
        let with = if names.is_empty() { String::new() } else { format!(" with {}", list(&names, 2)) };
        let weak = if found.is_empty() { "" } else { " How it is done could be stronger." };
        let because = format!("They are hashed{with} in {}.{weak}", counted(evidence.hashed.count, "place", "places"));
        let places = evidence.hashed.places.iter().take(MOST_PLACES).map(|place| Told { text: String::new(), place: Some(place.clone()) });
        (if found.is_empty() { Answer::Yes } else { Answer::Partly }, because, places.collect())
    } else if let Some((model, column, place)) = evidence.columns.first().filter(|_| !evidence.services.iter().any(|service| service.keeps_passwords)) {
        let because = format!("The table {} has a place for it, {}, and no code was seen that hashes a password.", code(model), code(column));
        (Answer::NotKnown, because, vec![Told { text: String::new(), place: Some(place.clone()) }])
    } else {
        let names: Vec<String> = evidence.services.iter().filter(|service| service.keeps_passwords).map(|service| service.name.clone()).collect();
        let because = match names.is_empty() {
            true => {
                "Nothing in these files keeps or checks a password. If people sign in, the framework or a service does it, and its settings were not looked at."
                    .to_owned()
            }
            false => {
                format!("No code of this app was seen that keeps or hashes a password. Its packages include {}, which can do that for it.", list(&names, 3))
            }
        };
        (Answer::NotApplicable, because, Vec::new())
    };
    Question { id: "passwords-hashed", question: "Are passwords hashed, so that a stolen database does not give them away?", answer, because, places }
}

fn sql(report: &Report<'_>) -> Question {
    let rules = [&sql_injection::META.id, &nosql_injection::META.id];
    let found = entries_of(report, &rules);
    let statements = &report.evidence.statements;
    let written = statements.written();
    let built = match asked(&report.evidence).saturating_sub(written) {
        0 => String::new(),
        n => format!(" {} put together by a library, not as text.", counted(n, "question to the database is", "questions to the database are")),
    };
    let (answer, because) = if !found.is_empty() {
        let because = format!("What a visitor sends becomes part of what the database is asked in {}.", counted(found.len(), "place", "places"));
        let is_loud = !loud_of(report, &rules).is_empty();
        (if is_loud { Answer::No } else { Answer::Partly }, because)
    } else if written == 0 && built.is_empty() {
        (Answer::NotApplicable, "No database was found.".to_owned())
    } else if written == 0 {
        (Answer::Yes, format!("No command written as text was found.{built}"))
    } else {
        let mut said = format!("{} read", counted(written, "database command was", "database commands were"));
        said += &match (statements.filled, statements.fixed) {
            (0, fixed) if fixed == written => ": fixed texts, and what visitors send is handed over beside them.".to_owned(),
            (filled, fixed) => {
                let mut parts = Vec::new();
                if fixed > 0 {
                    parts.push(format!("{fixed} with a fixed text"));
                }
                if filled > 0 {
                    parts.push(format!("{filled} with something put into the text that the app itself chooses (nothing that a visitor sends was seen there)"));
                }
                if statements.unread > 0 {
                    parts.push(format!("{} that could not be read", statements.unread));
                }
                format!(": {}.", list(&parts, 3))
            }
        };
        let answer = match statements.unread {
            0 => Answer::Yes,
            n if n * 2 > written => Answer::NotKnown,
            _ => Answer::Partly,
        };
        (answer, said + &built)
    };
    Question {
        id: "database-commands-kept-out",
        question: "Is the database safe from commands that a visitor types into a form or an address (SQL injection)?",
        answer,
        because,
        places: places(&found),
    }
}

fn login(report: &Report<'_>) -> Question {
    let without = loud_of(report, &[&missing_auth::META.id]);
    let too_wide = loud_of(report, &[&admin_open::META.id]);
    let all: Vec<&OfRoute> = endpoints(&report.evidence).collect();
    let open: Vec<&OfRoute> = all.iter().copied().filter(|route| route.who == Who::Anyone).collect();
    let unknown = all.iter().filter(|route| route.who == Who::Unknown).count();
    let asking = all.iter().filter(|route| asks(route)).count();
    // Whoever calls these gets what is theirs, since the database itself asks who it is.
    let (guarded, bare): (Vec<&OfRoute>, Vec<&OfRoute>) = open.iter().copied().partition(|route| is_guarded_by_the_database(route));
    let told = |routes: &[&OfRoute]| -> Vec<Told> {
        let mut shown: Vec<Told> =
            routes.iter().take(MOST_OPEN).map(|route| Told { text: words::route(&route.title), place: Some(route.place.clone()) }).collect();
        if let Some(more) = routes.len().checked_sub(MOST_OPEN).filter(|more| *more > 0) {
            shown.push(Told { text: format!("and {}: type `guardline routes` in a terminal", counted(more, "more", "more")), place: None });
        }
        shown
    };
    let of_all = counted(all.len(), "address", "addresses");
    let rest = if unknown > 0 { format!(" Of {unknown} of {of_all} the code does not show whether they ask who it is.") } else { String::new() };
    let (answer, because, places) = if !without.is_empty() || !too_wide.is_empty() {
        let mut parts = Vec::new();
        if !without.is_empty() {
            parts.push(counted(without.len(), "place asks nobody to sign in, and should", "places ask nobody to sign in, and should"));
        }
        if !too_wide.is_empty() {
            parts.push(counted(
                too_wide.len(),
                "place asks for a sign-in, and then lets everybody do what is for administrators",
                "places ask for a sign-in, and then let everybody do what is for administrators",
            ));
        }
        let found: Vec<&Entry> = without.iter().chain(&too_wide).copied().collect();
        (Answer::No, format!("{}.{rest}", list(&parts, 2)), places(&found))
    } else if all.is_empty() {
        (Answer::NotApplicable, "No address was found that programs can call.".to_owned(), Vec::new())
    } else if !open.is_empty() {
        // What nobody but the owner can judge is not known.
        let is_meant = |route: &&OfRoute| route.is_public || !matches!(route.purpose, Purpose::Ordinary | Purpose::Capability | Purpose::Internal);
        let mut said = String::new();
        if !bare.is_empty() {
            let meant = match (bare.iter().all(is_meant), bare.len()) {
                (true, 1) => "By its name it has to be open, such as a sign-in or a message from another service.",
                (true, _) => "By their names they have to be open, such as a sign-in or a message from another service.",
                (false, 1) => "Whether that is meant so, only you know.",
                (false, _) => "Whether that is meant so for each, only you know.",
            };
            let are = if bare.len() == 1 { "is" } else { "are" };
            let them = if bare.len() == 1 { "it" } else { "them" };
            said = format!("{} of {of_all} {are} open to anybody, and nothing private was seen behind {them}. {meant}", bare.len());
        }
        if !guarded.is_empty() {
            let blank = if said.is_empty() { "" } else { " " };
            said += &format!(
                "{blank}{} of {of_all} {} nobody to sign in, but {} the database in the name of whoever is, and the database hands out only what is theirs.",
                guarded.len(),
                if guarded.len() == 1 { "asks" } else { "ask" },
                if guarded.len() == 1 { "asks" } else { "ask" },
            );
        }
        let is_fine = unknown == 0 && bare.iter().all(is_meant);
        let shown = if bare.is_empty() { told(&guarded) } else { told(&bare) };
        (if is_fine { Answer::Yes } else { Answer::NotKnown }, said + &rest, shown)
    } else if unknown > 0 {
        let known = if asking > 0 { format!("Of {of_all}, {}.", does(asking, "asks who it is", "ask who it is")) } else { String::new() };
        (Answer::NotKnown, format!("{known}{rest}").trim().to_owned(), Vec::new())
    } else {
        let because = if all.len() == 1 { "The only address asks who it is.".to_owned() } else { format!("All {} addresses ask who it is.", all.len()) };
        (Answer::Yes, because, Vec::new())
    };
    Question { id: "login-where-needed", question: "Does every part of the app that should ask for a sign-in do so?", answer, because, places }
}

/// Nobody is asked to sign in, and still everybody gets only records of their own: row level security.
pub(super) fn is_guarded_by_the_database(route: &OfRoute) -> bool {
    route.own == rules::map::Answer::Yes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::problems::problems;
    use crate::report::samples::{finding, project, report, route};
    use crate::rules::evidence::Statements;

    fn answers(report: &Report<'_>) -> Vec<(Answer, String)> {
        of(report, &problems(report)).into_iter().map(|question| (question.answer, question.because)).collect()
    }

    #[test]
    fn an_answer_says_what_it_rests_on() {
        let (project, file) = project("a.ts", "call(a);\n");
        let mut report = report(&project, Vec::new());
        report.evidence.files.browser = 2;
        report.evidence.passwords.hashed.count = 1;
        report.evidence.passwords.hashed.names.insert("bcrypt".into());
        report.evidence.statements = Statements { fixed: 3, filled: 1, unread: 1, built: 2 };
        let mut open = route("/login", &file);
        open.who = Who::Anyone;
        report.evidence.routes = vec![open, route("/api/notes", &file)];
        assert_eq!(
            answers(&report),
            [
                (Answer::Yes, "Looked at 2 files that reach the browser; no secret key was found there.".to_owned()),
                (Answer::Yes, "They are hashed with bcrypt in 1 place.".to_owned()),
                (
                    Answer::Partly,
                    "5 database commands were read: 3 with a fixed text, 1 with something put into the text that the app itself chooses (nothing that a visitor sends was \
                     seen there) and 1 that could not be read. 2 questions to the database are put together by a library, not as text."
                        .to_owned()
                ),
                (
                    Answer::NotKnown,
                    "1 of 2 addresses is open to anybody, and nothing private was seen behind it. Whether that is meant so, only you know."
                        .to_owned()
                ),
            ]
        );
    }

    #[test]
    fn findings_decide() {
        let (project, file) = project("a.ts", "call(a);\n");
        let found = ["missing-auth", "sql-injection", "public-env-secret"].map(|rule| finding(rule, &project, &file, "call", Level::Error));
        let mut report = report(&project, found.to_vec());
        report.evidence.statements = Statements { fixed: 3, ..Statements::default() };
        let told = answers(&report);
        assert_eq!([told[0].0, told[2].0, told[3].0], [Answer::No; 3]);
        assert_eq!(told[3].1, "1 place asks nobody to sign in, and should. See problem 1.");
    }

    #[test]
    fn what_could_not_be_read_is_not_known() {
        let (project, file) = project("a.ts", "call(a);\n");
        let mut report = report(&project, Vec::new());
        report.evidence.statements = Statements { unread: 3, fixed: 1, ..Statements::default() };
        let mut unknown = route("/a", &file);
        unknown.who = Who::Unknown;
        report.evidence.routes = vec![unknown];
        let told = answers(&report);
        assert_eq!([told[2].0, told[3].0], [Answer::NotKnown; 2]);
    }
}
