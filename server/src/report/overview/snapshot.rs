//! The seven risks, each with a level and what it rests on. The level follows from the loudest problem; without one, from
//! whether there was anything to look at and how much of it could be read.

use super::counts::{Counts, counted, does};
use super::limits;
use super::words::{client, list};
use super::{Grade, OfRisk};
use crate::facts::event::SinkKind;
use crate::report::plain::capitalised;
use crate::report::problems::{Problem, numbers};
use crate::report::urgency::{Urgency, of_finding};
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
    urgency: Urgency,
}

fn of_risk(report: &Report<'_>, problems: &[Problem<'_>], risk: Risk, has_rules: bool) -> OfRisk {
    let counts_here = |problem: &'_ Problem<'_>| {
        let is_own = problem.risk() == Some(risk);
        // What is no more than a hint opens no way anywhere else.
        let opens = |level: Level| is_own || level >= Level::Warning;
        let here = problem.entries.iter().filter(|entry| (is_own || steps::also(entry).contains(&risk)) && opens(entry.finding.level));
        here.map(|entry| (of_finding(&entry.finding), entry.finding.level)).max()
    };
    let found: Vec<Counted<'_>> = problems
        .iter()
        .filter_map(|problem| {
            let (urgency, level) = counts_here(problem)?;
            Some(Counted { level, urgency, problem })
        })
        .collect();
    let counts = Counts::of(found.iter().map(|one| (one.level, one.urgency)));
    let ground = ground(report, problems, risk);
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
    let is_unsure = matches!(of_ground, Grade::NotKnown | Grade::PartlyKnown) && counts.all() > 0;
    let (grade, named, looked) = match counts {
        Counts { before: 1.., .. } => (Grade::High, named(&found, counts), said(false)),
        _ if !has_rules => (Grade::NotLookedAt, String::new(), "No rule looks at this.".to_owned()),
        _ if counts.all() > 0 => (Grade::Medium, named(&found, counts), said(false)),
        _ => (of_ground, String::new(), said(true)),
    };
    let (mut grade, mut looked, mut limit) = (grade, looked, String::new());
    if let Some(limited) = limits::of_risk(report, risk).filter(|_| report.audited > 0 && grade != Grade::NotLookedAt) {
        if matches!(grade, Grade::Low | Grade::PartlyKnown | Grade::NotApplicable) {
            grade = limited.grade;
            // What follows from nothing being found does not follow here.
            looked = said(false);
        }
        limit = limited.in_words;
        looked = format!("{looked} {}", limited.said).trim_start().to_owned();
    }
    OfRisk { risk, grade, limit, problems: found.iter().map(|one| one.problem.number).collect(), named, looked, counts, is_unsure }
}

/// `2 before launch, 1 can wait: A key is written into the code (problem 2).`
fn named(found: &[Counted<'_>], counts: Counts) -> String {
    let title = |one: &Counted<'_>| format!("{} ({})", one.problem.title(), numbers(&[one.problem.number]));
    let more = found.len().saturating_sub(MOST_NAMED);
    let mut titles: Vec<String> = found.iter().take(MOST_NAMED).map(title).collect();
    if more > 0 {
        titles.push(format!("{more} more"));
    }
    format!("{}: {}.", counts.in_words(), titles.join("; "))
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

fn ground(report: &Report<'_>, problems: &[Problem<'_>], risk: Risk) -> Ground {
    let (evidence, audited) = (&report.evidence, report.audited);
    match risk {
        Risk::Secrets => secrets(evidence, audited),
        Risk::Authorization => authorization(evidence, problems),
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
            counted(files.env, "file with settings (env file)", "files with settings (env files)"),
            if files.env_in_git == 0 { "none, as it should be".to_owned() } else { files.env_in_git.to_string() }
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

fn authorization(evidence: &Evidence, problems: &[Problem<'_>]) -> Ground {
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
        return Ground::Nothing("No sign-in was found, and nothing private is asked for.");
    }
    let mut said = String::new();
    for (kind, one, several) in [(&routes, "address", "addresses"), (&pages, "page", "pages")] {
        if kind.is_empty() {
            continue;
        }
        let asking = kind.iter().filter(|route| asks(route)).count();
        let unknown = kind.iter().filter(|route| route.who == Who::Unknown).count();
        let open = kind.len() - asking - unknown;
        let mut parts = Vec::new();
        // That none was seen to ask is no news where it could not be seen.
        if asking > 0 || unknown == 0 && open == 0 {
            parts.push(does(asking, "asks who it is", "ask who it is"));
        }
        if open > 0 {
            parts.push(does(open, "is open to anybody", "are open to anybody"));
        }
        if unknown > 0 {
            parts.push(format!("of {unknown} the code does not show whether they ask"));
        }
        let blank = if said.is_empty() { "" } else { " " };
        said += &format!("{blank}Of {}, {}.", counted(kind.len(), one, several), list(&parts, 3));
    }
    if private > 0 {
        let mut parts = Vec::new();
        if queries.own > 0 {
            parts.push(does(queries.own, "asks only for records of whoever is signed in", "ask only for records of whoever is signed in"));
        }
        if queries.unknown > 0 {
            parts.push(format!("of {} the code does not show whose they are", queries.unknown));
        }
        if queries.others > 0 {
            let told: Vec<usize> = problems.iter().filter(|problem| OF_RECORDS.contains(&problem.rule.as_str())).map(|problem| problem.number).collect();
            parts.push(match told.is_empty() {
                true => format!(
                    "{} for others too; nothing wrong was seen with that (signing in and public pages look up records, too)",
                    does(queries.others, "asks", "ask")
                ),
                false => format!("{} for others too: see {}", does(queries.others, "asks", "ask"), numbers(&told)),
            });
        }
        said += &format!(
            " {} about private records: {}.",
            capitalised(&counted(private, "question to the database is", "questions to the database are")),
            list(&parts, 3)
        );
    }
    let (unsure, unsaid) = (queries.unknown, unknown);
    if unsaid * 2 > all || unsure * 2 > private {
        Ground::Unread(said)
    } else if unsaid > 0 || unsure > 0 {
        Ground::Partly(said)
    } else {
        Ground::Looked(said, "")
    }
}

/// Problems about whose records are handed out.
const OF_RECORDS: &[&str] = &["missing-ownership", "missing-auth", "admin-open", "overbroad-db-access", "rls-missing"];

fn routes(evidence: &Evidence) -> Ground {
    let all: Vec<&OfRoute> = endpoints(evidence).collect();
    if all.is_empty() {
        return Ground::Nothing("No route for programs was found.");
    }
    let whole = all.iter().filter(|route| route.is_whole).count();
    let of = |is: &dyn Fn(&OfRoute) -> bool| all.iter().filter(|route| is(route)).count();
    let limited = of(&|route| route.limited == Answer::Yes);
    let signed = of(&|route| route.signature == Answer::Yes);
    let mut said = format!("{} looked at", counted(all.len(), "address was", "addresses were"));
    if whole < all.len() {
        said += &format!("; of {} only a part of the code was found", all.len() - whole);
    }
    let mut parts = Vec::new();
    if limited > 0 {
        parts.push(does(limited, "limits how often somebody may come", "limit how often somebody may come"));
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
    if whole < all.len() { Ground::Partly(said) } else { Ground::Looked(said, "Nothing that costs money or can be guessed was found without a limit.") }
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
        parts.push(format!("{}{by}", counted(asked, "question to the database", "questions to the database")));
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
        return Ground::Unread(format!("Read: {}. There must be more questions to the database than were recognised.", list(&parts, 4)));
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
        return Ground::Nothing("No script for the browser and no settings of a server are among the files that were read.");
    }
    Ground::Looked(format!("Read: {}.", list(&parts, 3)), "Nothing dangerous was seen in them.")
}

fn input(evidence: &Evidence) -> Ground {
    const KINDS: &[(SinkKind, &str, &str)] = &[
        (SinkKind::Sql, "database command (SQL)", "database commands (SQL)"),
        (SinkKind::Nosql, "database filter", "database filters"),
        (SinkKind::Shell, "command of the server", "commands of the server"),
        (SinkKind::Path, "file path", "file paths"),
        (SinkKind::Fetch, "request to another server", "requests to other servers"),
        (SinkKind::Redirect, "place that sends people on", "places that send people on"),
        (SinkKind::Html, "text put into a page as it is", "texts put into pages as they are"),
        (SinkKind::Upload, "uploaded file that is kept", "uploaded files that are kept"),
        (SinkKind::Deserialize, "stored object that is opened", "stored objects that are opened"),
        (SinkKind::Code, "text that is run as code", "texts that are run as code"),
    ];
    let counts = KINDS.iter().filter_map(|(kind, one, several)| Some(counted(Some(evidence.sink(*kind)).filter(|n| *n > 0)?, one, several)));
    let parts: Vec<String> = counts.collect();
    let endpoints = endpoints(evidence).count();
    if parts.is_empty() && endpoints == 0 {
        return Ground::Nothing("Nothing was found that takes something from a visitor and hands it on.");
    }
    if parts.is_empty() {
        let said = format!("The code behind {} was read.", counted(endpoints, "address", "addresses"));
        return Ground::Looked(said, "Nothing that a visitor sends was seen to become a command, a file's name or a part of a page.");
    }
    let said = format!("What visitors send was followed to {}.", list(&parts, 6));
    // A text of SQL that cannot be read may hold anything.
    let statements = &evidence.statements;
    if statements.unread * 2 > statements.written() {
        return Ground::Unread(format!("{said} But {} could not be read.", counted(statements.unread, "database command", "database commands")));
    }
    if statements.unread > 0 {
        return Ground::Partly(format!("{said} But {} could not be read.", counted(statements.unread, "database command", "database commands")));
    }
    Ground::Looked(said, "Nowhere was it seen to arrive in a way that is dangerous.")
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
        parts.push(format!("sign-in tokens are made or checked in {}", counted(tokens, "place", "places")));
    }
    let cookies = evidence.effect("cookie");
    if cookies > 0 {
        parts.push(format!("{} set", counted(cookies, "cookie is", "cookies are")));
    }
    if parts.is_empty() {
        let signs_in = evidence.routes.iter().any(asks);
        return match evidence.passwords.columns.is_empty() {
            true if signs_in => Ground::Nothing(
                "People sign in, but nothing in these files keeps a password or makes a sign-in: the framework or a service does it. Its own settings were not looked at.",
            ),
            true => Ground::Nothing("No password, sign-in token or cookie was found in these files."),
            false => Ground::Unread("The database has a place for passwords, and no code was found that hashes one.".to_owned()),
        };
    }
    Ground::Looked(format!("Found: {}.", list(&parts, 3)), "Nothing wrong was seen with that.")
}
