//! May it go live? What is to be repaired before, what can wait, and what nobody knows yet.

use super::counts::{Counts, counted};
use super::limits;
use super::snapshot::endpoints;
use super::words::{self, list};
use super::{Grade, Mood, OfRisk, Verdict};
use crate::facts::names;
use crate::report::Report;
use crate::rules::evidence::OfRoute;
use crate::rules::map::Who;

/// Addresses that are named before the rest is counted.
const MOST_NAMED: usize = 3;

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Launch {
    /// Problems.
    pub before: usize,
    pub wait: usize,
    /// What could not be judged from the code, a sentence each.
    pub not_judged: Vec<String>,
    /// How many things these are.
    pub unknown: usize,
    /// In few words: `127 of 131 addresses`.
    pub unknown_in_words: String,
    /// What is left out, off or was not asked about, a sentence each; `not_judged` holds them, too.
    pub limits: Vec<String>,
    /// What is said where there is no problem.
    nothing: &'static str,
}

impl Launch {
    /// `2 problems`, `nothing found`, `nothing new found`
    pub fn told(&self, problems: usize) -> String {
        if problems == 0 { self.nothing.to_owned() } else { counted(problems, "problem", "problems") }
    }

    /// How a row of this many problems looks.
    pub fn mood(&self, problems: usize, mood: Mood) -> Mood {
        match (problems, self.limits.is_empty()) {
            (0, true) => Mood::Good,
            (0, false) => Mood::Faint,
            _ => mood,
        }
    }
}

pub(super) fn of(report: &Report<'_>, counts: Counts) -> Launch {
    let evidence = &report.evidence;
    let (mut not_judged, mut short) = (Vec::new(), Vec::new());
    let routes = unknown(report);
    let (mut unknown, all) = (routes.len(), endpoints(evidence).count());
    if let Some(some) = (!routes.is_empty()).then(|| named(&routes)) {
        short.push(format!("{unknown} of {}", counted(all, "address", "addresses")));
        not_judged.push(format!("{unknown} of {} of the app: the code does not show whether they ask who it is. {some}", counted(all, "address", "addresses")));
    }
    let queries = evidence.queries.unknown;
    if queries > 0 {
        unknown += queries;
        let asked = counted(queries, "question to the database", "questions to the database");
        not_judged.push(format!("{asked}: the code does not show whose records the answer holds."));
        short.push(asked);
    }
    let unread = evidence.statements.unread;
    if unread > 0 {
        unknown += unread;
        let told = counted(unread, "database command", "database commands");
        not_judged.push(format!("{told}: the text could not be read, so it is not known whether a visitor has a say in it."));
        short.push(told);
    }
    let limits = limits::of_verdict(report);
    not_judged.splice(0..0, limits.iter().cloned());
    let nothing = match (report.left_out().known, report.left_out().all()) {
        (_, 0) => "nothing found",
        (1.., _) => "nothing new found",
        _ => "nothing else found",
    };
    Launch { before: counts.before, wait: counts.wait(), not_judged, unknown, unknown_in_words: list(&short, 3), limits, nothing }
}

/// Routes of which it is not known who may call them; what sounds like an administrator's first, then what changes something.
pub(super) fn unknown<'r>(report: &'r Report<'_>) -> Vec<&'r OfRoute> {
    let mut routes: Vec<&OfRoute> = endpoints(&report.evidence).filter(|route| route.who == Who::Unknown && !route.is_public).collect();
    routes.sort_by_key(|route| (!sounds_like_administration(route), !writes(route)));
    routes
}

pub(super) fn sounds_like_administration(route: &OfRoute) -> bool {
    let words = names::words(route.path.as_deref().unwrap_or_default());
    words.iter().any(|word| {
        matches!(
            word.as_str(),
            "admin" | "administrator" | "superadmin" | "staff" | "backoffice" | "internal" | "impersonate" | "refund" | "payout" | "payouts"
        )
    })
}

fn writes(route: &OfRoute) -> bool {
    route.methods.iter().any(|method| matches!(method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE"))
}

fn named(routes: &[&OfRoute]) -> String {
    let admin: Vec<&&OfRoute> = routes.iter().filter(|route| sounds_like_administration(route)).collect();
    let titles = |of: &[&&OfRoute]| list(&of.iter().map(|route| words::route(&route.title)).collect::<Vec<_>>(), MOST_NAMED);
    match admin.is_empty() {
        false => format!("{} among them that sound like an administrator's: {}.", admin.len(), titles(&admin)),
        true => format!("Among them {}.", titles(&routes.iter().collect::<Vec<_>>())),
    }
}

/// The answer to "can I go live?", as far as the findings give one.
pub(super) fn verdict(report: &Report<'_>, launch: &Launch, risks: &[OfRisk]) -> Verdict {
    let rest = match launch.wait {
        0 => String::new(),
        n => format!(", {n} can wait"),
    };
    let open = match launch.unknown {
        0 => String::new(),
        _ => format!(" Not judged: {}.", launch.unknown_in_words),
    };
    let found = match launch.nothing {
        "nothing new found" => "No new problems found",
        "nothing else found" => "No other problems found",
        _ => "No problems found",
    };
    let is_limited = !launch.limits.is_empty();
    let (mut text, mut mood) = match (launch.before, launch.wait) {
        (0, 0) if report.audited == 0 => ("Nothing was checked: there is no file here that Guardline reads.".to_owned(), Mood::Unsure),
        (0, 0) => match risks.iter().filter(|risk| matches!(risk.grade, Grade::NotKnown | Grade::PartlyKnown)).count() {
            0 => (format!("{found}.{open}"), if open.is_empty() { Mood::Good } else { Mood::Unsure }),
            // What keeps the risks from being judged is said behind it.
            _ if is_limited => (format!("{found}.{open}"), Mood::Unsure),
            n if open.is_empty() => (format!("{found}, but {} could not be judged from the code, or only in part.", counted(n, "risk", "risks")), Mood::Unsure),
            _ => (format!("{found}, but not all could be judged.{open}"), Mood::Unsure),
        },
        (0, wait) => {
            let mood = if open.is_empty() { Mood::Look } else { Mood::Unsure };
            (format!("Nothing found that has to be repaired before launch; {} can wait.{open}", counted(wait, "problem", "problems")), mood)
        }
        (before, _) => (format!("Not ready for launch: {} to repair first{rest}.{open}", counted(before, "problem", "problems")), Mood::Serious),
    };
    for limit in &launch.limits {
        text += " ";
        text += limit;
    }
    if is_limited && mood == Mood::Good {
        mood = Mood::Unsure;
    }
    Verdict { text, mood }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{project, report, route};

    #[test]
    fn the_verdict_is_a_sentence_or_two() {
        let (project, file) = project("a.ts", "x");
        let mut report = report(&project, Vec::new());
        let told = |report: &Report<'_>, before, wait| {
            let counts = Counts { before, serious: before, look: wait, soon: 0 };
            verdict(report, &of(report, counts), &[]).text
        };
        assert_eq!(told(&report, 0, 0), "No problems found.");
        assert_eq!(told(&report, 0, 1), "Nothing found that has to be repaired before launch; 1 problem can wait.");
        assert_eq!(told(&report, 3, 0), "Not ready for launch: 3 problems to repair first.");
        for path in ["/api/things", "/api/admin/users"] {
            let mut unknown = route(path, &file);
            unknown.who = Who::Unknown;
            report.evidence.routes.push(unknown);
        }
        report.evidence.routes.push(route("/api/mine", &file));
        assert_eq!(told(&report, 3, 2), "Not ready for launch: 3 problems to repair first, 2 can wait. Not judged: 2 of 3 addresses.");
        assert_eq!(told(&report, 0, 0), "No problems found. Not judged: 2 of 3 addresses.");
        let launch = of(&report, Counts::default());
        assert_eq!(
            launch.not_judged,
            [
                "2 of 3 addresses of the app: the code does not show whether they ask who it is. 1 among them that sound like an administrator's: `GET /api/admin/users`."
            ]
        );
    }
}
