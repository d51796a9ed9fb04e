//! What is known of the place that a finding is about: which address leads to it, what is done there, what its fields are called.

use crate::report::prose::{Piece, pieces};
use crate::report::{Entry, Report, curl};
use crate::rules::Place;
use crate::rules::evidence::OfRoute;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    Read,
    Create,
    Change,
    Delete,
    /// It pays money back.
    Refund,
}

impl Deed {
    /// As it stands after "to".
    pub fn word(self) -> &'static str {
        match self {
            Deed::Read => "open",
            Deed::Create => "make",
            Deed::Change => "change",
            Deed::Delete => "delete",
            Deed::Refund => "refund",
        }
    }

    /// `changed`, for after "is".
    pub fn done(self) -> &'static str {
        match self {
            Deed::Read => "shown",
            Deed::Create => "made",
            Deed::Change => "changed",
            Deed::Delete => "gone",
            Deed::Refund => "refunded",
        }
    }
}

/// From where a value comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    Query,
    Path,
    Sent,
    Upload,
    Unknown,
}

pub struct Case<'r> {
    pub report: &'r Report<'r>,
    pub entry: &'r Entry,
    pub route: Option<&'r OfRoute>,
}

impl<'r> Case<'r> {
    pub fn of(report: &'r Report<'_>, entry: &'r Entry) -> Case<'r> {
        Case { report, entry, route: route(report, entry) }
    }

    pub fn rule(&self) -> &'r str {
        self.entry.finding.rule.as_str()
    }

    pub fn detail(&self) -> &'r str {
        self.entry.finding.detail.as_str()
    }

    pub fn message(&self) -> &'r str {
        &self.entry.finding.message
    }

    /// What stands between backticks in the message, and is a plain name.
    pub fn names(&self) -> Vec<&'r str> {
        let code = pieces(self.message()).into_iter().filter_map(|piece| if let Piece::Code(code) = piece { Some(code) } else { None });
        code.filter(|code| is_name(code)).collect()
    }

    /// The name that the message begins with.
    pub fn field(&self) -> Option<&'r str> {
        let first = self.message().strip_prefix('`')?.split('`').next()?;
        is_name(first).then_some(first)
    }

    pub fn source(&self) -> Source {
        let message = self.message();
        let says = |words: &str| message.contains(words);
        if says(", from the query string") {
            Source::Query
        } else if says(", from the URL") {
            Source::Path
        } else if says("from an uploaded file") {
            Source::Upload
        } else if says("sent by the caller") || says("Everything the caller sends") {
            Source::Sent
        } else {
            Source::Unknown
        }
    }

    pub fn deed(&self) -> Deed {
        if self.route.is_some_and(|route| route.path.as_deref().is_some_and(|path| path.to_ascii_lowercase().contains("refund"))) {
            return Deed::Refund;
        }
        let verb = self.message().split_once(" can ").and_then(|(_, rest)| rest.split_whitespace().next()).unwrap_or_default();
        match verb {
            "delete" => Deed::Delete,
            "create" => Deed::Create,
            "read" | "list" => Deed::Read,
            // What is put away by writing that it is: whoever uses the app deletes it.
            "change" | "update" if self.route.is_some_and(|route| self.method_of(route) == "DELETE") => Deed::Delete,
            "change" | "update" => Deed::Change,
            _ => match self.route.map(|route| self.method_of(route)) {
                Some("DELETE") => Deed::Delete,
                Some("PUT" | "PATCH") => Deed::Change,
                Some("POST") => Deed::Create,
                // What arrives in a form or a body is sent, whatever else the address answers.
                Some("") if matches!(self.rule(), "mass-assignment" | "missing-validation" | "nosql-injection") && self.source() != Source::Query => {
                    Deed::Change
                }
                _ => Deed::Read,
            },
        }
    }

    fn method_of(&self, route: &'r OfRoute) -> &'r str {
        match route.methods.as_slice() {
            [one] => one.as_str(),
            _ => "",
        }
    }

    /// The method to ask with. Where any is answered, the one that fits what is done.
    pub fn method(&self) -> String {
        let known = self.route.map(|route| route.methods.as_slice()).unwrap_or_default();
        let reads = self.deed() == Deed::Read;
        let is_word = |method: &str| !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        let fits = known.iter().map(|method| method.as_str()).filter(|method| is_word(method)).find(|method| (*method == "GET") == reads);
        match (fits, known.is_empty(), reads) {
            (Some(method), ..) => method.to_owned(),
            (None, false, _) => self.route.map_or("GET", curl::method).to_owned(),
            (None, true, true) => "GET".to_owned(),
            (None, true, false) => "POST".to_owned(),
        }
    }

    /// The path with `ID` where a record is named. `None` where it is called in another way than by an address.
    pub fn address(&self) -> Option<String> {
        let route = self.route.filter(|route| route.has_address())?;
        curl::address(route.path.as_deref()?)
    }

    /// `PATCH /api/invoices/[id]`, as code.
    pub fn call(&self) -> Option<String> {
        let route = self.route.filter(|route| route.has_address())?;
        Some(format!("`{} {}`", self.method(), route.path.as_deref()?.replace('`', "'")))
    }

    /// What the code calls the record.
    pub fn record(&self) -> Option<&'r str> {
        let message = self.message();
        let after = [" any ", " every "].iter().find_map(|word| message.split_once(word)).map(|(_, rest)| rest)?;
        let word = after.split([' ', ':', ',']).next()?;
        (is_name(word) && word.len() > 1).then_some(word)
    }

    pub fn is_django(&self) -> bool {
        self.route.is_some_and(|route| route.framework.starts_with("django"))
    }

    /// A file or an interface for people to look at.
    pub fn is_page(&self) -> bool {
        self.route.is_some_and(OfRoute::is_page)
    }
}

/// What may stand in an address or a command as it is.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The route that the finding names; else the one in whose handler it, or what it is about, stands.
fn route<'r>(report: &'r Report<'_>, entry: &Entry) -> Option<&'r OfRoute> {
    let finding = &entry.finding;
    let all = &report.evidence.routes;
    let named = finding.related.iter().filter_map(|related| related.message.strip_prefix("reached from "));
    for title in named {
        let mut fitting = all.iter().filter(|route| route.title == title || is_same(route, title));
        let first = fitting.next();
        // A server action's file has many.
        if first.is_some() && fitting.next().is_none() {
            return first;
        }
    }
    let places = std::iter::once(&finding.place).chain(finding.related.iter().map(|related| &related.place));
    places.into_iter().find_map(|place| around(all, place))
}

fn is_same(route: &OfRoute, title: &str) -> bool {
    title.split_once(' ').is_some_and(|(methods, path)| {
        route.path.as_deref() == Some(path) && (methods == "ANY" && route.methods.is_empty() || route.methods.iter().any(|method| method == methods))
    })
}

/// The innermost handler around a place, if it answers at one address only.
fn around<'r>(all: &'r [OfRoute], place: &Place) -> Option<&'r OfRoute> {
    let is_in = |body: &Place| body.file == place.file && body.span.start <= place.span.start && place.span.end <= body.span.end;
    // What stands above a handler, such as a decorator, belongs to it.
    let is_at = |route: &OfRoute| route.place.file == place.file && route.place.span == place.span;
    let size = |route: &&OfRoute| route.body.as_ref().map_or(0, |body| body.span.end - body.span.start);
    let fitting: Vec<&OfRoute> = all.iter().filter(|route| route.body.as_ref().is_some_and(is_in) || is_at(route)).collect();
    let least = fitting.iter().map(size).min()?;
    let mut innermost = fitting.iter().filter(|route| size(route) == least);
    let first = innermost.next()?;
    innermost.all(|other| other.path == first.path).then_some(*first)
}
