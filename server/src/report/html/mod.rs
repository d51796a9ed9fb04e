//! The report as one page that needs nothing else: no network, no other file. What its scripts and styles may be is fixed by
//! their hashes, so that nothing from a repository can run in it even if it got past the escaping.

mod problems;
mod sections;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::Report;
use super::overview::{Mood, Overview, Told, counted};
use super::paint::harmless;
use super::plain::Glossary;
use super::problems::problems as all_problems;
use super::prose::{Piece, pieces};
use crate::rules::Place;
use crate::text::Encoding;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// The whole page.
pub fn render(report: &Report<'_>) -> String {
    let overview = Overview::of(report);
    let problems = all_problems(report);
    let mut page = Page { report, out: String::new(), glossary: Glossary::default() };
    page.head(&overview);
    page.front(&overview, !problems.is_empty());
    page.put("<main id=\"report\">\n");
    page.first(&overview, &problems);
    page.risks(&overview);
    page.problems(&problems);
    page.questions(&overview);
    page.grounds(&overview);
    page.in_order(&overview);
    page.tasks(&overview);
    page.not_looked_at();
    page.notes();
    page.done(&overview);
    page.put("</main>\n");
    page.foot();
    page.out
}

struct Page<'r> {
    report: &'r Report<'r>,
    out: String,
    glossary: Glossary,
}

impl Page<'_> {
    fn put(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// A sentence from a rule or a project, without known secrets.
    fn text(&self, text: &str) -> String {
        prose(&self.report.redactor.clean(text))
    }

    fn path(&self, place: &Place) -> String {
        self.report.redactor.clean(self.report.path(&place.file)).into_owned()
    }

    fn position(&self, place: &Place) -> String {
        let line = self.report.range_in(place, Encoding::Utf32).start.line;
        let path = escaped(&self.path(place));
        // It may break behind a folder, and nowhere else unless it must.
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path.as_str()));
        let folders: String = folders.split_inclusive('/').map(|folder| format!("{folder}<wbr>")).collect();
        let folders = if folders.is_empty() { folders } else { folders.trim_end_matches("<wbr>").to_owned() + "/<wbr>" };
        format!("<code>{folders}<span class=\"whole\">{file}:{line}</span></code>")
    }

    fn head(&mut self, overview: &Overview) {
        let policy = format!("default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'", hash(STYLE), hash(SCRIPT));
        let title = escaped(&overview.verdict.text);
        let _ = write!(
            self.out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>Security report: {title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#report\">Skip to the report</a>\n<div class=\"page\">\n"
        );
    }

    fn front(&mut self, overview: &Overview, has_problems: bool) {
        let mood = class(overview.verdict.mood);
        let report = self.report;
        let name = report.base.as_str().rsplit('/').next().unwrap_or_default();
        let mut told = format!("{} read", counted(report.audited, "file", "files"));
        if let Some(left) = report.left_out().in_words() {
            told += &format!(" · {left}");
        }
        let name = self.text(name);
        let _ = write!(
            self.out,
            "<header>\n<h1>Security report · {name}</h1>\n<p class=\"verdict {mood}\">{}</p>\n<p class=\"soft\">{}</p>\n",
            escaped(&overview.verdict.text),
            escaped(&told)
        );
        let mut links = Vec::new();
        links.extend(has_problems.then_some(("first", "Start here")));
        links.push(("risks", "The risks"));
        links.extend(has_problems.then_some(("problems", "Problems")));
        links.push(("questions", "Four questions"));
        links.extend((!overview.in_order.is_empty()).then_some(("in-order", "Found to be fine")));
        links.extend((!overview.tasks.is_empty()).then_some(("tasks", "What needs a person")));
        links.extend((self.report.audited > 0).then_some(("not-looked-at", "Not looked at")));
        links.extend((has_problems || !overview.tasks.is_empty()).then_some(("done", "When you are done")));
        self.put("<nav aria-label=\"Parts of the report\"><ul>");
        for (id, title) in links {
            let _ = write!(self.out, "<li><a href=\"#{id}\">{title}</a></li>");
        }
        self.put("</ul></nav>\n");
        self.decision(overview);
        self.put("</header>\n");
    }

    /// The words that were used for the first time.
    fn words(&mut self, words: Option<String>) {
        if let Some(words) = words {
            let line = format!("<p class=\"soft small\"><strong>Words.</strong> {}</p>\n", prose(&words));
            self.put(&line);
        }
    }

    fn section(&mut self, id: &str, title: &str) {
        let _ = writeln!(self.out, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>");
    }

    fn places(&mut self, places: &[Told]) {
        if places.is_empty() {
            return;
        }
        self.put("<ul class=\"places\">");
        for told in places {
            let at = told.place.as_ref().map(|place| self.position(place)).unwrap_or_default();
            let words = match (told.text.is_empty(), at.is_empty()) {
                (true, _) => at,
                (_, true) => self.text(&told.text),
                _ => format!("{} <span class=\"soft\">in</span> {at}", self.text(&told.text)),
            };
            let _ = write!(self.out, "<li>{words}</li>");
        }
        self.put("</ul>\n");
    }

    fn foot(&mut self) {
        let _ = write!(
            self.out,
            "<footer class=\"soft small\"><p>Written by Guardline {} on this machine, from the code alone. Secrets are not shown.</p></footer>\n</div>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
            env!("CARGO_PKG_VERSION")
        );
    }
}

/// As a Content-Security-Policy names what it allows.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

fn class(mood: Mood) -> &'static str {
    match mood {
        Mood::Good => "good",
        Mood::Look => "look",
        Mood::Unsure => "soon",
        Mood::Serious => "serious",
        Mood::Faint => "faint",
    }
}

/// Text as it may stand in markup and between quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// An address that may break behind each slash but the first.
fn breakable(path: &str) -> String {
    let broken = escaped(path).replace('/', "/<wbr>");
    match broken.strip_prefix("/<wbr>") {
        Some(rest) => format!("/{rest}"),
        None => broken,
    }
}

/// What fits on a line of a phone.
const LONGEST_LINE: usize = 32;

/// A sentence with its code marked.
fn prose(text: &str) -> String {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Words(words) => escaped(words),
        // A command that is to be typed is not broken in the middle of an option.
        Piece::Code(code) if code.contains(" --") && code.len() <= LONGEST_LINE => format!("<code class=\"typed\">{}</code>", escaped(code)),
        // An address breaks behind a slash, and not between its method and itself.
        Piece::Code(code) if code.contains('/') => match code.split_once(' ') {
            None => format!("<code>{}</code>", breakable(code)),
            Some((method, path)) if path.starts_with('/') && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'|') => {
                format!("<code>{}&nbsp;{}</code>", escaped(method), breakable(path))
            }
            Some(_) => format!("<code>{}</code>", escaped(code)),
        },
        Piece::Code(code) => format!("<code>{}</code>", escaped(code)),
    };
    pieces(text).into_iter().map(piece).collect()
}
