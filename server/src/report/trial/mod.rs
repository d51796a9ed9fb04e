//! How to see a problem with one's own eyes: with the app's own address, field and action, what is seen while the hole is open
//! and what has to be seen once it is closed. A test that passes while the hole is open would be worse than none: where not
//! enough is known to make one that fails, there is none.

mod access;
mod case;
mod input;
mod settings;

use super::{Entry, Report};
use case::Case;
pub(super) use case::is_name;

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trial {
    /// What to do.
    pub how: String,
    /// To be typed or pasted, and where.
    pub command: Option<(Typed, String)>,
    /// What is seen while the hole is open.
    pub before: String,
    /// What has to be seen afterwards.
    pub after: String,
}

/// Where a command goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Typed {
    Terminal,
    /// There as well, and nothing in it has to be replaced.
    AsItIs,
    /// The console of the browser's developer tools.
    Console,
    /// The line with the address.
    Browser,
}

impl Typed {
    pub fn title(self) -> &'static str {
        match self {
            Typed::Terminal => "Type in a terminal (the window for commands), with your own in the place of what is in capitals",
            Typed::AsItIs => "Type in a terminal (the window for commands)",
            Typed::Console => "Paste into the browser's console (press F12, then choose Console)",
            Typed::Browser => "Open in the browser, with the address of your site",
        }
    }
}

/// What is said of every test that the app itself answers.
const TRY_FIRST: &str =
    "If you see something else now, the test does not fit your app: the problem stays on the list, so ask your AI assistant how to show it.";

impl Trial {
    /// What has to be seen before the repair.
    pub fn now(&self) -> String {
        let asks_the_app = !matches!(self.command, Some((Typed::AsItIs, _)));
        if asks_the_app { format!("{} {TRY_FIRST}", self.before) } else { self.before.clone() }
    }
}

/// What is said where only the rule's own page has something to try.
pub(super) const GENERAL: &str =
    "A general test, which does not know your app: that it passes is no proof. The sure sign is that `guardline audit` tells of the problem no more.";

/// The test for one finding.
pub(super) fn of(report: &Report<'_>, entry: &Entry) -> Option<Trial> {
    let case = Case::of(report, entry);
    let trial = access::of(&case).or_else(|| input::of(&case)).or_else(|| settings::of(&case))?;
    // What is encoded in an address is not recognised as a secret any more.
    let is_leak = case.route.is_some_and(|route| report.redactor.is_leak(&route.title)) || trial.command.iter().any(|(_, text)| report.redactor.is_leak(text));
    (!is_leak).then_some(trial)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{finding, project, report, route};
    use crate::rules::{Level, Related, RuleId};
    use crate::text::{Place, Span};

    fn told(rule: &'static str, detail: &str, message: &str, method: &str, path: &str, framework: &str) -> Option<Trial> {
        let (project, file) = project("a.ts", "call(a);\n");
        let mut found = finding("missing-auth", &project, &file, "call", Level::Error);
        (found.rule, found.detail, found.message) = (RuleId::new(rule), detail.into(), message.into());
        found.related.push(Related { place: found.place.clone(), message: format!("reached from {method} {path}").into() });
        let mut report = report(&project, vec![found]);
        let mut known = route(path, &file);
        known.title = format!("{method} {path}");
        known.methods = if method == "ANY" { Vec::new() } else { vec![method.into()] };
        known.framework = framework.into();
        known.body = Some(Place { file, span: Span::new(0, 8) });
        report.evidence.routes.push(known);
        of(&report, &report.entries[0])
    }

    #[test]
    fn a_change_is_tried_by_changing() {
        let message = "Any signed-in user can change any Invoice: `id` comes from the URL and the query does not require user_id to be the signed-in user.";
        let trial = told("missing-ownership", "AZ03", message, "PATCH", "/api/invoices/[id]", "next").expect("a trial");
        assert!(trial.how.contains("`PATCH /api/invoices/[id]`") && trial.how.contains("change one of your own records"), "{trial:?}");
        assert!(trial.before.contains("changed") && trial.after.contains("404"), "{trial:?}");
    }

    #[test]
    fn what_is_put_away_is_tried_by_deleting() {
        let message = "Any signed-in user can change any Listing: `id` comes from the URL and the query does not ask for the signed-in user.";
        let trial = told("missing-ownership", "AZ03", message, "DELETE", "/listings/:id", "nest").expect("a trial");
        assert!(trial.how.contains("delete one of your own records"), "{trial:?}");
        assert!(trial.after.contains("another record of B's own"), "{trial:?}");
    }

    #[test]
    fn a_token_that_has_ended_is_not_tried_with_a_wrong_one() {
        let message = "`token` is accepted long after it has ended: whoever finds an old one in a log or a lost phone can use it for good";
        let trial = told("jwt-misuse", "expiration", message, "GET", "/me", "nest").expect("a trial");
        assert!(!trial.how.contains("letter") && trial.how.contains("ended"), "{trial:?}");
    }

    #[test]
    fn what_only_administrators_may_do_is_tried_at_its_own_address() {
        let message = "Every signed-in user can change any Order through `ANY /orders/<int:pk>/refund/`: it checks that somebody is signed in.";
        let trial = told("admin-open", "AZ10", message, "ANY", "/orders/<int:pk>/refund/", "django").expect("a trial");
        let (typed, command) = trial.command.expect("a command");
        assert_eq!(typed, Typed::Console);
        assert!(command.starts_with("fetch(\"/orders/ID/refund/\", { method: \"POST\"") && command.contains("csrftoken"), "{command}");
    }

    #[test]
    fn what_only_the_code_shows_is_not_asked_of_the_app() {
        let seen = told("tls-disabled", "", "`verify` is off", "GET", "/x", "next").expect("a trial");
        assert!(
            seen.command.as_ref().is_some_and(|(typed, _)| !typed.title().contains("capitals")) && !seen.now().contains("does not fit your app"),
            "{seen:?}"
        );
        let message = "`access_token` is kept in the browser's storage, where every script of the page can read it";
        let kept = told("sensitive-data-exposed", "storage", message, "GET", "/x", "next").expect("a trial");
        assert!(kept.how.contains("Local Storage") && kept.now().starts_with("`access_token`") && kept.now().contains("does not fit your app"), "{kept:?}");
    }

    #[test]
    fn a_field_is_tried_by_its_name() {
        let message = "`order_by`, from the query string, becomes part of the SQL text: whoever controls it can type database commands.";
        let trial = told("sql-injection", "django", message, "ANY", "/reports/sales/", "django").expect("a trial");
        assert_eq!(trial.command, Some((Typed::Browser, "https://YOUR-SITE/reports/sales/?order_by='".to_owned())));
        let odd = "`a b\"; rm`, from the query string, becomes part of the SQL text.";
        assert_eq!(told("sql-injection", "django", odd, "GET", "/x", "django"), None);
    }

    #[test]
    fn every_origin_is_asked_with_a_cookie() {
        let trial = told("cors-permissive", "starlette", "`allow_origins` here lets every website ask", "GET", "/me", "fastapi").expect("a trial");
        assert!(trial.command.is_some_and(|(_, command)| command.contains("Cookie: a=b") && command.contains("Origin: https://evil.example")));
    }
}
