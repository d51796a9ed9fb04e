//! The seven risks, each with a level and what it rests on. The level follows from the loudest problem; without one, from
//! whether there was anything to look at and how much of it could be read.

use super::counts::{Counts, counted, does};
use super::words::{client, list};
use super::{Grade, OfRisk};
use crate::facts::event::SinkKind;
use crate::report::problems::{Problem, numbers};
use crate::report::{Report, steps};
use crate::rules::evidence::{Evidence, OfRoute};
use crate::rules::map::{Answer, Who};
use crate::rules::{Level, Risk};

/// So many kinds of problems are named for one risk.
const MOST_NAMED: usize = 3;

pub(super) fn of(report: &Report<'_>, problems: &[Problem<'_>]) -> Vec<OfRisk> {
    let has_rules = |risk: Risk| report.rules.iter().any(|meta| meta.risk == risk);
    Risk::ALL.into_iter().filter(|risk| *risk != Risk::Own || has_rules(*risk)).map(|risk| of_risk(report, problems, risk, has_rules(risk))).collect()
}

/// A problem as one risk sees it: only the places that count for it.
struct Counted<'p> {
    problem: &'p Problem<'p>,
    level: Level,
}

fn of_risk(report: &Report<'_>, problems: &[Problem<'_>], risk: Risk, has_rules: bool) -> OfRisk {
    let counts_here = |problem: &'_ Problem<'_>| {
        let is_own = problem.risk() == Some(risk);
        // What is no more than a hint opens no way anywhere else.
        let opens = |level: Level| is_own || level >= Level::Warning;
        let levels = problem.entries.iter().filter(|entry| is_own || steps::also(entry).contains(&risk)).map(|entry| entry.finding.level);
        levels.filter(|level| opens(*level)).max()
    };
    let found: Vec<Counted<'_>> = problems.iter().filter_map(|problem| Some(Counted { level: counts_here(problem)?, problem })).collect();
    let counts = Counts::of(found.iter().map(|one| one.level));
    let ground = ground(&report.evidence, risk, report.audited);
    let said = |with_end: bool| match &ground {
        Ground::Nothing(said) => {
            if with_end {
                (*said).to_owned()
            } else {
                String::new()
            }
        }
        Ground::Unread(said) | Ground::Partly(said) => said.clone(),
        Ground::Looked(said, end) => {
            if with_end && !end.is_empty() {
                format!("{said} {end}")
            } else {
                said.clone()
            }
        }
    };
    let of_ground = match ground {
        Ground::Nothing(_) => Grade::NotApplicable,
        Ground::Unread(_) => Grade::NotKnown,
        Ground::Partly(_) => Grade::PartlyKnown,
        Ground::Looked(..) => Grade::Low,
    };
    let (grade, named, looked) = match counts {
        Counts { serious: 1.., .. } => (Grade::High, named(&found, Level::Error, counted(counts.serious, "serious problem", "serious problems")), said(false)),
        Counts { soon: 1.., .. } => {
            (Grade::Medium, named(&found, Level::Warning, counted(counts.soon, "problem to fix soon", "problems to fix soon")), said(false))
        }
        _ if !has_rules => (Grade::NotLookedAt, String::new(), "No rule looks at this.".to_owned()),
        Counts { look: 1.., .. } => {
            let grade = if of_ground == Grade::NotApplicable { Grade::Low } else { of_ground };
            (grade, named(&found, Level::Hidden, counted(counts.look, "problem that is less urgent", "problems that are less urgent")), said(false))
        }
        _ => (of_ground, String::new(), said(true)),
    };
    OfRisk { risk, grade, problems: found.iter().map(|one| one.problem.number).collect(), named, looked, counts }
}

/// `2 serious problems: A key is written into the code (problem 2).` with those of at least this level.
fn named(found: &[Counted<'_>], least: Level, told: String) -> String {
    let loud: Vec<&Counted<'_>> = found.iter().filter(|one| one.level >= least).collect();
    let title = |one: &&Counted<'_>| format!("{} ({})", one.problem.title(), numbers(&[one.problem.number]));
    let more = loud.len().saturating_sub(MOST_NAMED);
    let mut titles: Vec<String> = loud.iter().take(MOST_NAMED).map(title).collect();
    if more > 0 {
        titles.push(format!("{more} more"));
    }
    format!("{told}: {}.", titles.join("; "))
}

/// What there was to look at, where nothing was found.
enum Ground {
    Nothing(&'static str),
    /// What was looked at, and what follows from nothing being found.
    Looked(String, &'static str),
    /// A good part could not be read.
    Partly(String),
    /// So much could not be read that nothing follows.
    Unread(String),
}

fn ground(evidence: &Evidence, risk: Risk, audited: usize) -> Ground {
    match risk {
        Risk::Secrets => secrets(evidence, audited),
        Risk::Authorization => authorization(evidence),
        Risk::Routes => routes(evidence),
        Risk::Database => database(evidence),
        Risk::Deployment => deployment(evidence),
        Risk::Input => input(evidence),
        Risk::Passwords => passwords(evidence),
        Risk::Own => match audited {
            0 => Ground::Nothing("No file was read."),
            n => Ground::Looked(format!("{} read.", counted(n, "file was", "files were")), ""),
        },
    }
}

fn secrets(evidence: &Evidence, audited: usize) -> Ground {
    if audited == 0 {
        return Ground::Nothing("No file was read.");
    }
    let files = &evidence.files;
    let mut said = format!("{} read", counted(audited, "file was", "files were"));
    if files.env > 0 {
        said += &format!(
            "; of {}, git has {}",
            counted(files.env, "env file", "env files"),
            if files.env_in_git == 0 { "none".to_owned() } else { files.env_in_git.to_string() }
        );
    }
    Ground::Looked(said + ".", "No key was found in them.")
}

/// Routes that are no pages: what programs call.
pub(super) fn endpoints(evidence: &Evidence) -> impl Iterator<Item = &OfRoute> {
    evidence.routes.iter().filter(|route| !route.is_page())
}

pub(super) fn asks(route: &OfRoute) -> bool {
    matches!(route.who, Who::SignedIn | Who::Role | Who::Object | Who::Machine)
}

/// Questions to the database, however they are put: everywhere in the report it is this number.
pub(super) fn asked(evidence: &Evidence) -> usize {
    evidence.queries.count.max(evidence.statements.built + evidence.statements.written())
}

fn authorization(evidence: &Evidence) -> Ground {
    if evidence.routes.is_empty() {
        return Ground::Nothing("No route was found: nothing here answers requests.");
    }
    let (pages, routes): (Vec<&OfRoute>, Vec<&OfRoute>) = evidence.routes.iter().partition(|route| route.is_page());
    let all = evidence.routes.len();
    let asking = evidence.routes.iter().filter(|route| asks(route)).count();
    let unknown = evidence.routes.iter().filter(|route| route.who == Who::Unknown).count();
    let queries = &evidence.queries;
    let private = queries.private();
    if asking == 0 && unknown == 0 && private == 0 {
        return Ground::Nothing("No login was found, and nothing private is asked for.");
    }
    let mut said = String::new();
    for (kind, one, several) in [(&routes, "route", "routes"), (&pages, "page", "pages")] {
        if kind.is_empty() {
            continue;
        }
        let asking = kind.iter().filter(|route| asks(route)).count();
        let unknown = kind.iter().filter(|route| route.who == Who::Unknown).count();
        let open = kind.len() - asking - unknown;
        let mut parts = vec![does(asking, "asks who it is", "ask who it is")];
        if open > 0 {
            parts.push(does(open, "is open to anybody", "are open to anybody"));
        }
        if unknown > 0 {
            parts.push(format!("of {unknown} it could not be told"));
        }
        let blank = if said.is_empty() { "" } else { " " };
        said += &format!("{blank}Of {}, {}.", counted(kind.len(), one, several), list(&parts, 3));
    }
    if private > 0 {
        let mut parts = vec![does(queries.own, "is limited to the records of whoever is signed in", "are limited to the records of whoever is signed in")];
        if queries.unknown > 0 {
            parts.push(format!("of {} it could not be told", queries.unknown));
        }
        if queries.others > 0 {
            parts.push(format!(
                "{}, without a sign that it is wrong (sign-in and public pages look up records, too)",
                does(queries.others, "is not", "are not")
            ));
        }
        let total = counted(asked(evidence).max(private), "query", "queries");
        said += &format!(" Of {total} in all, {} about private records: {}.", counted(private, "is", "are"), list(&parts, 3));
    }
    let (unsure, unsaid) = (queries.unknown + queries.others, unknown);
    if unsaid * 2 > all || unsure * 2 > private {
        Ground::Unread(said)
    } else if unsaid * 4 >= all && unsaid > 0 || unsure * 4 >= private && unsure > 0 {
        Ground::Partly(said)
    } else {
        Ground::Looked(said, "")
    }
}

fn routes(evidence: &Evidence) -> Ground {
    let all: Vec<&OfRoute> = endpoints(evidence).collect();
    if all.is_empty() {
        return Ground::Nothing("No route for programs was found.");
    }
    let whole = all.iter().filter(|route| route.is_whole).count();
    let of = |is: &dyn Fn(&OfRoute) -> bool| all.iter().filter(|route| is(route)).count();
    let limited = of(&|route| route.limited == Answer::Yes);
    let signed = of(&|route| route.signature == Answer::Yes);
    let mut said = format!("{} looked at", counted(all.len(), "route was", "routes were"));
    if whole < all.len() {
        said += &format!(", {whole} of them as a whole");
    }
    let mut parts = Vec::new();
    if limited > 0 {
        parts.push(does(limited, "limits how often it is called", "limit how often they are called"));
    }
    if signed > 0 {
        parts.push(does(signed, "checks who sent a message", "check who sent a message"));
    }
    if !parts.is_empty() {
        said += &format!("; {}", list(&parts, 2));
    }
    said += ".";
    if whole * 2 < all.len() {
        return Ground::Unread(said);
    }
    if (all.len() - whole) * 4 >= all.len() && whole < all.len() {
        Ground::Partly(said)
    } else {
        Ground::Looked(said, "Nothing that costs money or can be guessed was found without a limit.")
    }
}

fn database(evidence: &Evidence) -> Ground {
    let files = &evidence.files;
    let asked = asked(evidence);
    if asked == 0 && evidence.models == 0 && files.sql == 0 && files.access_rules == 0 {
        return Ground::Nothing("No database was found.");
    }
    let mut parts = Vec::new();
    if asked > 0 {
        let clients: Vec<String> = evidence.queries.clients.keys().filter(|name| !name.is_empty()).map(client).collect();
        let by = if clients.is_empty() { String::new() } else { format!(" ({})", list(&clients, 3)) };
        parts.push(format!("{}{by}", counted(asked, "query", "queries")));
    }
    if evidence.models > 0 {
        parts.push(counted(evidence.models, "table or model", "tables or models"));
    }
    if files.sql > 0 {
        parts.push(counted(files.sql, "SQL file", "SQL files"));
    }
    if files.access_rules > 0 {
        parts.push(counted(files.access_rules, "file of access rules", "files of access rules"));
    }
    // Where there are tables and hardly a question was understood, what the questions give away is not known.
    if evidence.models > 3 && asked * 3 < evidence.models {
        return Ground::Unread(format!("Read: {}. Most questions to the database were not recognised as such.", list(&parts, 4)));
    }
    Ground::Looked(format!("Read: {}.", list(&parts, 4)), "No open table was seen, and no answer that gives away more than it should.")
}

fn deployment(evidence: &Evidence) -> Ground {
    let files = &evidence.files;
    let mut parts = Vec::new();
    let mut add = |n: usize, one: &str, several: &str| {
        if n > 0 {
            parts.push(counted(n, one, several));
        }
    };
    add(files.configurations, "configuration file", "configuration files");
    add(files.browser, "file that reaches the browser", "files that reach the browser");
    add(evidence.effect("cors"), "rule for other sites", "rules for other sites");
    if parts.is_empty() {
        return Ground::Nothing("Nothing that is built for a browser or configures a server was found.");
    }
    Ground::Looked(format!("Read: {}.", list(&parts, 3)), "No dangerous switch was seen in them.")
}

fn input(evidence: &Evidence) -> Ground {
    const KINDS: &[(SinkKind, &str, &str)] = &[
        (SinkKind::Sql, "SQL text", "SQL texts"),
        (SinkKind::Nosql, "database filter", "database filters"),
        (SinkKind::Shell, "command", "commands"),
        (SinkKind::Path, "file path", "file paths"),
        (SinkKind::Fetch, "request to another server", "requests to other servers"),
        (SinkKind::Redirect, "redirect", "redirects"),
        (SinkKind::Html, "piece of markup", "pieces of markup"),
        (SinkKind::Upload, "file that is kept", "files that are kept"),
        (SinkKind::Deserialize, "reading of stored objects", "readings of stored objects"),
        (SinkKind::Code, "piece of code run from text", "pieces of code run from text"),
    ];
    let counts = KINDS.iter().filter_map(|(kind, one, several)| Some(counted(Some(evidence.sink(*kind)).filter(|n| *n > 0)?, one, several)));
    let parts: Vec<String> = counts.collect();
    let endpoints = endpoints(evidence).count();
    if parts.is_empty() && endpoints == 0 {
        return Ground::Nothing("Nothing was found that takes something from a visitor and hands it on.");
    }
    if parts.is_empty() {
        let said = format!("{} read.", counted(endpoints, "route was", "routes were"));
        return Ground::Looked(said, "Nothing from a visitor was seen to become a command, an address or markup.");
    }
    let said = format!("Followed what comes from outside to {}.", list(&parts, 6));
    // A text of SQL that cannot be read may hold anything.
    let statements = &evidence.statements;
    if statements.unread * 2 > statements.written() {
        return Ground::Unread(format!("{said} But {} could not be read.", counted(statements.unread, "SQL text", "SQL texts")));
    }
    if statements.unread * 4 >= statements.written() && statements.unread > 0 {
        return Ground::Partly(format!("{said} But {} could not be read.", counted(statements.unread, "SQL text", "SQL texts")));
    }
    Ground::Looked(said, "None of it was seen to arrive there unchecked.")
}

fn passwords(evidence: &Evidence) -> Ground {
    let mut parts = Vec::new();
    let hashed = evidence.passwords.hashed.count;
    if hashed > 0 {
        let names: Vec<String> = evidence.passwords.hashed.names.iter().map(|name| name.to_string()).collect();
        let by = if names.is_empty() { String::new() } else { format!(" with {}", list(&names, 2)) };
        parts.push(format!("passwords are hashed{by}"));
    }
    let tokens = evidence.effect("jwt-sign") + evidence.effect("jwt-verify");
    if tokens > 0 {
        parts.push(format!("login tokens are made or checked in {}", counted(tokens, "place", "places")));
    }
    let cookies = evidence.effect("cookie");
    if cookies > 0 {
        parts.push(format!("{} set", counted(cookies, "cookie is", "cookies are")));
    }
    if parts.is_empty() {
        return match evidence.passwords.columns.is_empty() {
            true => Ground::Nothing("No password, login token or cookie was recognised in this code."),
            false => Ground::Unread("A column for passwords was found, and no code that hashes one.".to_owned()),
        };
    }
    Ground::Looked(format!("Found: {}.", list(&parts, 3)), "Nothing about it was flagged.")
}
