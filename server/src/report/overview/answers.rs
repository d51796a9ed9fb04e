//! The four questions that a careful beginner asks, answered with what the answers rest on.

use super::counts::{counted, does};
use super::snapshot::{asks, endpoints};
use super::words::{code, list};
use super::{Answer, Mood, Question, Told, entries_of, loud_of};
use crate::report::{Entry, Report};
use crate::rules::evidence::OfRoute;
use crate::rules::map::Who;
use crate::rules::{
    self, admin_open, missing_auth, nosql_injection, public_env_secret, secret_client_exposed, secret_hardcoded, service_role_exposed, sql_injection,
    weak_password_storage,
};

/// Places shown with an answer.
const MOST_PLACES: usize = 3;

pub(super) fn of(report: &Report<'_>) -> Vec<Question> {
    vec![keys(report), passwords(report), sql(report), login(report)]
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
        n => format!(" {} in code or files that do not go to the browser; see the problems below.", counted(n, "key is written", "keys are written")),
    };
    let (answer, mood, because, places) = if !shipped.is_empty() {
        let because = format!(
            "{}.{beside}",
            counted(shipped.len(), "secret was found where a visitor's browser gets it", "secrets were found where a visitor's browser gets them")
        );
        (Answer::Yes, Mood::Serious, because, places(&shipped))
    } else if files.browser == 0 && files.published == 0 {
        let mood = if written.is_empty() { Mood::Faint } else { Mood::Look };
        (Answer::NotApplicable, mood, format!("No code was found that goes to a browser.{beside}"), places(&written))
    } else {
        let read = [
            Some(files.browser).filter(|n| *n > 0).map(|n| counted(n, "file that reaches the browser", "files that reach the browser")),
            Some(files.published).filter(|n| *n > 0).map(|n| counted(n, "setting that is public by its name", "settings that are public by their names")),
        ];
        let read: Vec<String> = read.into_iter().flatten().collect();
        let because = format!("Looked at {}; no secret key was found there.{beside}", list(&read, 2));
        let mood = if written.is_empty() { Mood::Good } else { Mood::Look };
        (Answer::No, mood, because, places(&written))
    };
    Question { id: "keys-in-frontend", question: "Are there secret keys in the code that visitors' browsers get?", answer, mood, because, places }
}

fn passwords(report: &Report<'_>) -> Question {
    let evidence = &report.evidence.passwords;
    let found = loud_of(report, &[&weak_password_storage::META.id]);
    let fixed: Vec<&Entry> = loud_of(report, &[&secret_hardcoded::META.id]).into_iter().filter(|entry| entry.finding.detail == "hardcoded-login").collect();
    let bad: Vec<&Entry> = found.iter().copied().filter(|entry| entry.finding.detail != "timing" && entry.finding.detail != "work").collect();
    let (answer, mood, because, places) = if !bad.is_empty() {
        let because = format!(
            "{} a password is kept, hashed or compared in a way that gives it away.",
            counted(bad.len(), "place was found where", "places were found where")
        );
        (Answer::No, Mood::Serious, because, places(&bad))
    } else if !fixed.is_empty() {
        (Answer::No, Mood::Serious, "A password stands in the code and is compared as it is.".to_owned(), places(&fixed))
    } else if evidence.hashed.count > 0 {
        let names: Vec<String> = evidence.hashed.names.iter().map(|name| name.to_string()).collect();
        let with = if names.is_empty() { String::new() } else { format!(" with {}", list(&names, 2)) };
        let weak = if found.is_empty() { "" } else { " How it is done could be stronger; see the problems below." };
        let because = format!("They are hashed{with} in {}.{weak}", counted(evidence.hashed.count, "place", "places"));
        let places = evidence.hashed.places.iter().take(MOST_PLACES).map(|place| Told { text: String::new(), place: Some(place.clone()) });
        (Answer::Yes, if found.is_empty() { Mood::Good } else { Mood::Soon }, because, places.collect())
    } else if let Some((model, column, place)) = evidence.columns.first().filter(|_| !evidence.services.iter().any(|service| service.keeps_passwords)) {
        let because = format!("{} has a column {}, and no code was seen that hashes a password.", code(model), code(column));
        (Answer::NotKnown, Mood::Look, because, vec![Told { text: String::new(), place: Some(place.clone()) }])
    } else {
        let names: Vec<String> = evidence.services.iter().filter(|service| service.keeps_passwords).map(|service| service.name.clone()).collect();
        let because = match names.is_empty() {
            true => "No code was seen that keeps or checks a password.".to_owned(),
            false => {
                format!("No code of this app was seen that keeps or hashes a password. Its packages include {}, which can do that for it.", list(&names, 3))
            }
        };
        (Answer::NotApplicable, Mood::Faint, because, Vec::new())
    };
    Question { id: "passwords-hashed", question: "Are passwords hashed, so that a stolen database does not give them away?", answer, mood, because, places }
}

fn sql(report: &Report<'_>) -> Question {
    let rules = [&sql_injection::META.id, &nosql_injection::META.id];
    let found = entries_of(report, &rules);
    let statements = &report.evidence.statements;
    let written = statements.written();
    let built = match statements.built {
        0 => String::new(),
        n => format!(" {} put together by a library, not as text.", counted(n, "query is", "queries are")),
    };
    let (answer, mood, because) = if !found.is_empty() {
        let because = format!("What a visitor sends becomes part of what the database is asked in {}.", counted(found.len(), "place", "places"));
        let is_loud = !loud_of(report, &rules).is_empty();
        (Answer::Yes, if is_loud { Mood::Serious } else { Mood::Soon }, because)
    } else if written == 0 && statements.built == 0 {
        (Answer::NotApplicable, Mood::Faint, "No database was found.".to_owned())
    } else if written == 0 {
        (Answer::No, Mood::Good, format!("No SQL text was found.{built}"))
    } else {
        let mut said = format!("{} read", counted(written, "SQL text was", "SQL texts were"));
        said += &match (statements.filled, statements.fixed) {
            (0, fixed) if fixed == written => ": written out in the code, with values handed over beside the text.".to_owned(),
            (filled, fixed) => {
                let mut parts = Vec::new();
                if fixed > 0 {
                    parts.push(format!("{fixed} written out in the code"));
                }
                if filled > 0 {
                    parts.push(format!("{filled} with values put into the text, none of which was seen to come from a visitor"));
                }
                if statements.unread > 0 {
                    parts.push(format!("{} that could not be read", statements.unread));
                }
                format!(": {}.", list(&parts, 3))
            }
        };
        let is_unread = statements.unread * 2 > written;
        (if is_unread { Answer::NotKnown } else { Answer::No }, if statements.unread > 0 { Mood::Look } else { Mood::Good }, said + &built)
    };
    Question {
        id: "sql-injection",
        question: "Can a visitor slip database commands into a form or an address (SQL injection and its kin)?",
        answer,
        mood,
        because,
        places: places(&found),
    }
}

fn login(report: &Report<'_>) -> Question {
    let found = loud_of(report, &[&missing_auth::META.id, &admin_open::META.id]);
    let all: Vec<&OfRoute> = endpoints(&report.evidence).collect();
    let open: Vec<&OfRoute> = all.iter().copied().filter(|route| route.who == Who::Anyone).collect();
    let unknown = all.iter().filter(|route| route.who == Who::Unknown).count();
    let asking = all.iter().filter(|route| asks(route)).count();
    // Whoever calls these gets what is theirs, since the database itself asks who it is.
    let guarded = open.iter().filter(|route| is_guarded_by_the_database(route)).count();
    let shown: Vec<Told> = open.iter().take(MOST_PLACES).map(|route| Told { text: code(&route.title), place: Some(route.place.clone()) }).collect();
    let of_all = counted(all.len(), "route", "routes");
    let rest = if unknown > 0 { format!(" Of {unknown} it could not be told.") } else { String::new() };
    let (answer, mood, because, places) = if !found.is_empty() {
        let because = format!("{} ask for a login and does not.{rest}", counted(found.len(), "place should", "places should"))
            .replace("places should ask for a login and does not", "places should ask for a login and do not");
        (Answer::Yes, Mood::Serious, because, places(&found))
    } else if all.is_empty() {
        (Answer::NotApplicable, Mood::Faint, "No route was found that programs can call.".to_owned(), Vec::new())
    } else if !open.is_empty() {
        let guarded = match guarded {
            0 => String::new(),
            n => format!(" {} only what the database itself gives to whoever is calling.", does(n, "of them hands out", "of them hand out")),
        };
        let because = format!(
            "{} of {of_all} can be called by anybody. None of them was seen to do what should ask first; sign-in, health checks and public pages have to be open.{guarded}{rest}",
            open.len()
        );
        (Answer::Yes, Mood::Look, because, shown)
    } else if unknown > 0 {
        (Answer::NotKnown, Mood::Look, format!("Of {of_all}, {}.{rest}", does(asking, "asks who is calling", "ask who is calling")), Vec::new())
    } else {
        let because = if all.len() == 1 { "The only route asks who is calling.".to_owned() } else { format!("All {} routes ask who is calling.", all.len()) };
        (Answer::No, Mood::Good, because, Vec::new())
    };
    Question { id: "endpoints-without-login", question: "Can parts of the app be called without signing in?", answer, mood, because, places }
}

/// Nobody is asked to sign in, and still everybody gets only records of their own: row level security.
pub(super) fn is_guarded_by_the_database(route: &OfRoute) -> bool {
    route.own == rules::map::Answer::Yes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project, report, route};
    use crate::rules::Level;
    use crate::rules::evidence::Statements;

    fn answers(report: &Report<'_>) -> Vec<(Answer, String)> {
        of(report).into_iter().map(|question| (question.answer, question.because)).collect()
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
                (Answer::No, "Looked at 2 files that reach the browser; no secret key was found there.".to_owned()),
                (Answer::Yes, "They are hashed with bcrypt in 1 place.".to_owned()),
                (
                    Answer::No,
                    "5 SQL texts were read: 3 written out in the code, 1 with values put into the text, none of which was seen to come from a visitor and \
                     1 that could not be read. 2 queries are put together by a library, not as text."
                        .to_owned()
                ),
                (
                    Answer::Yes,
                    "1 of 2 routes can be called by anybody. None of them was seen to do what should ask first; sign-in, health checks and public pages \
                     have to be open."
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
        assert_eq!([told[0].0, told[2].0, told[3].0], [Answer::Yes; 3]);
        assert_eq!(told[3].1, "1 place should ask for a login and does not.");
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
