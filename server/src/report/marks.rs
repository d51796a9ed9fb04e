//! The marks by which a person silences a finding, as they are written in comments.
//!
//! ```text
//! guardline-ignore-next-line RULE[detail], RULE until 2027-01-31: reason
//! guardline-ignore-line RULE: reason
//! guardline-ignore-file RULE: reason
//! ```
//! The reason is required. The marks of secret scanners hold for the rules about secrets in code, so that a project
//! that uses one of them does not have to say everything twice.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;

use super::comments::{self, Comment};
use super::scanners;
use crate::model::FileModel;
use crate::rules::Finding;
use crate::syntax::Document;
use crate::text::Date;
use crate::text::{Name, Span};

/// What a mark covers. Lines are zero-based.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// Findings that begin on this line.
    From(u32),
    /// Findings that touch this line.
    On(u32),
    /// Findings that begin on one of these lines.
    Between(u32, u32),
    File,
}

/// Which findings a mark is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    Rule {
        rule: Name,
        detail: Option<Name>,
    },
    /// Another scanner's mark: every rule whose id begins with `secret-`.
    Secrets,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The comment's place.
    pub span: Span,
    pub reach: Reach,
    pub targets: Vec<Target>,
    pub until: Option<Date>,
    pub reason: String,
}

/// A mark that cannot be understood, and what is wrong with it in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misread {
    pub span: Span,
    pub message: String,
}

/// The marks of one file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    pub marks: Vec<Mark>,
    pub misread: Vec<Misread>,
}

/// The marks that are in force, found by line.
pub struct InForce<'m> {
    by_line: FxHashMap<u32, Vec<&'m Mark>>,
    wide: Vec<&'m Mark>,
}

/// A finding longer than this is looked up by its first lines only.
const TOUCHED: u32 = 200;

impl Marks {
    /// Without those that have ended.
    pub fn in_force(&self, today: Date) -> InForce<'_> {
        let mut marks = InForce { by_line: FxHashMap::default(), wide: Vec::new() };
        for mark in self.marks.iter().filter(|mark| !mark.is_over(today)) {
            match mark.reach {
                Reach::From(line) | Reach::On(line) => marks.by_line.entry(line).or_default().push(mark),
                Reach::Between(..) | Reach::File => marks.wide.push(mark),
            }
        }
        marks
    }
}

impl<'m> InForce<'m> {
    /// The mark that silences this finding, which covers these lines.
    pub fn over(&self, finding: &Finding, first_line: u32, last_line: u32) -> Option<&'m Mark> {
        let touched = first_line..=last_line.min(first_line + TOUCHED);
        let near = touched.filter_map(|line| self.by_line.get(&line)).flatten();
        near.chain(&self.wide).copied().find(|mark| mark.covers(finding, first_line, last_line))
    }

    /// The mark that silences this finding as if it began on the line.
    pub fn over_line(&self, finding: &Finding, line: u32) -> Option<&'m Mark> {
        let here = self.by_line.get(&line).into_iter().flatten();
        here.copied().find(|mark| mark.reach == Reach::From(line) && mark.covers(finding, line, line))
    }

    /// Is there a mark for a single line at all?
    pub fn hold_lines(&self) -> bool {
        !self.by_line.is_empty()
    }
}

const OURS: &str = "guardline-ignore";
const GRAMMAR: &str = "write `guardline-ignore-next-line RULE: reason`";

/// A mark that holds until its end mark, or to the end of the file.
const BLOCK: (&str, &str) = ("secretlint-disable", "secretlint-enable");

/// All of them. Compiling these few words does not fail; if it did, nothing would be silenced.
static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = [OURS, BLOCK.0, BLOCK.1].into_iter().chain(scanners::words());
    AhoCorasick::new(words).ok()
});

/// How many lines of comments and blanks may stand between a mark and the line it is about.
const LOOK_AHEAD: u32 = 64;

/// Reads the marks of a file.
pub fn read(document: &Document, model: Option<&FileModel>) -> Marks {
    let mut marks = Marks::default();
    let Some(words) = &*WORDS else { return marks };
    let mut disabled: Option<(Span, u32)> = None;
    for comment in comments::containing(words, document, model) {
        let lines = Lines { document, comment: &comment };
        for (at, text) in lines_of(&comment.text) {
            let line = lines.line(comment.span.start + at);
            if let Some(rest) = text.strip_prefix(OURS) {
                match ours(rest, &lines) {
                    Ok(mark) => marks.marks.push(mark),
                    Err(message) => marks.misread.push(Misread { span: comment.span, message }),
                }
            } else if let Some(reach) = theirs(text, line, &lines) {
                marks.marks.push(secrets(comment.span, reach, text));
            } else if text.contains(BLOCK.1) {
                if let Some((span, from)) = disabled.take() {
                    marks.marks.push(secrets(span, Reach::Between(from, line), BLOCK.0));
                }
            } else if text.contains(BLOCK.0) {
                disabled.get_or_insert((comment.span, line));
            }
        }
    }
    if let Some((span, from)) = disabled {
        marks.marks.push(secrets(span, Reach::Between(from, u32::MAX), BLOCK.0));
    }
    marks
}

fn secrets(span: Span, reach: Reach, reason: &str) -> Mark {
    Mark { span, reach, targets: vec![Target::Secrets], until: None, reason: reason.to_owned() }
}

fn theirs(text: &str, line: u32, lines: &Lines<'_>) -> Option<Reach> {
    if scanners::holds_for_the_next(text) {
        return Some(Reach::From(lines.next_of_code()));
    }
    scanners::holds_for_the_line(text).then_some(Reach::On(line))
}

/// The lines of a comment with their offsets in it, freed of comment signs.
fn lines_of(comment: &str) -> impl Iterator<Item = (u32, &str)> {
    let sign = |c: char| c.is_whitespace() || matches!(c, '/' | '*' | '#' | '-' | '<' | '!' | ';' | '{');
    comment.split('\n').scan(0u32, move |at, line| {
        let start = *at;
        *at += line.len() as u32 + 1;
        let text = line.trim_start_matches(sign).trim_end();
        let text = ["*/}", "*/", "-->"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
        Some((start, text.trim_end()))
    })
}

/// What follows `guardline-ignore`.
fn ours(rest: &str, lines: &Lines<'_>) -> Result<Mark, String> {
    let (kind, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let reach = match kind {
        "-next-line" => Reach::From(lines.next_of_code()),
        "-line" => Reach::On(lines.line(lines.comment.span.start)),
        "-file" => Reach::File,
        _ => return Err(format!("Guardline does not know the mark `{OURS}{kind}`: {GRAMMAR}, or `guardline-ignore-file RULE: reason`.")),
    };
    let (head, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let (names, date) = head.split_once(" until ").map_or((head, None), |(names, date)| (names, Some(date)));
    // The date may also be the last word of the reason.
    let (reason, date) = match (date, reason.rsplit_once("until ")) {
        (None, Some((before, date))) if Date::parse(date.trim_end_matches([')', '.'])).is_some() => {
            (before.trim_end_matches([' ', '(', ',']), Some(date.trim_end_matches([')', '.'])))
        }
        (date, _) => (reason, date),
    };
    let until = match date.map(str::trim) {
        Some(date) => Some(Date::parse(date).ok_or_else(|| format!("`{date}` is not a day: write `until 2027-01-31`. Nothing is silenced here."))?),
        None => None,
    };
    let targets: Vec<Target> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(target).collect();
    if targets.is_empty() {
        return Err(format!("This mark names no rule: {GRAMMAR}. Nothing is silenced here."));
    }
    if !reason.chars().any(char::is_alphanumeric) {
        return Err(format!("A finding is only silenced with a reason: write `{OURS}{kind} {}: reason`. Nothing is silenced here.", names.trim()));
    }
    Ok(Mark { span: lines.comment.span, reach, targets, until, reason: reason.trim().to_owned() })
}

fn target(name: &str) -> Target {
    match name.split_once('[') {
        Some((rule, detail)) => Target::Rule { rule: rule.trim().into(), detail: Some(detail.trim_end_matches(']').trim().into()) },
        None => Target::Rule { rule: name.into(), detail: None },
    }
}

/// A comment among the lines of its file.
struct Lines<'a> {
    document: &'a Document,
    comment: &'a Comment,
}

impl Lines<'_> {
    fn line(&self, offset: u32) -> u32 {
        let rope = self.document.lines();
        rope.byte_to_line((offset as usize).min(rope.len_bytes())) as u32
    }

    /// The first line after the comment that is neither blank nor a comment again: several marks may stand above it.
    fn next_of_code(&self) -> u32 {
        let rope = self.document.lines();
        let next = self.line(self.comment.span.end) + 1;
        let signs = comments::signs(self.document.language);
        let mut line = next;
        let mut open: Option<&str> = None;
        while let Some(text) = rope.get_line(line as usize).filter(|_| line < next + LOOK_AHEAD) {
            let text = text.to_string();
            let text = text.trim().trim_start_matches('{');
            let block = signs.block.iter().find(|(sign, _)| text.starts_with(sign));
            let passes = match (open, block) {
                (Some(close), _) => {
                    open = (!text.contains(close)).then_some(close);
                    true
                }
                (None, Some((_, close))) => {
                    open = (!text.contains(close)).then_some(*close);
                    text.trim_end_matches('}').ends_with(close) || open.is_some()
                }
                (None, None) => text.is_empty() || signs.line.iter().any(|sign| text.starts_with(sign)),
            };
            if !passes {
                return line;
            }
            line += 1;
        }
        next
    }
}

impl Mark {
    /// Is the mark about this finding, which covers these lines?
    pub fn covers(&self, finding: &Finding, first_line: u32, last_line: u32) -> bool {
        let here = match self.reach {
            Reach::From(line) => line == first_line,
            Reach::On(line) => (first_line..=last_line).contains(&line),
            Reach::Between(from, to) => (from..=to).contains(&first_line),
            Reach::File => true,
        };
        here && self.targets.iter().any(|target| match target {
            Target::Rule { rule, detail } => rule == finding.rule.as_str() && detail.as_ref().is_none_or(|detail| *detail == finding.detail),
            Target::Secrets => finding.rule.as_str().starts_with("secret-"),
        })
    }

    /// A mark holds through its last day.
    pub fn is_over(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::signs::{self, Sign};
    use crate::syntax::Language;
    use crate::text::FileId;

    fn marks(name: &str, text: &str) -> Marks {
        let file = FileId::new(name);
        let language = Language::of(&file).expect("a language");
        read(&Document::new(file, language, 0, text), None)
    }

    fn one(text: &str) -> Mark {
        let marks = marks("a.sql", text);
        assert_eq!(marks.misread, [], "{text}");
        marks.marks.into_iter().next().expect("a mark")
    }

    fn complaint(text: &str) -> String {
        let marks = marks("a.sql", text);
        assert_eq!(marks.marks, [], "{text}");
        marks.misread.into_iter().next().expect("a complaint").message
    }

    #[test]
    fn a_text_with_a_mark_has_the_sign_of_one() {
        for word in [OURS, BLOCK.0, BLOCK.1].into_iter().chain(scanners::words()) {
            assert!(signs::has(word, Sign::Mark), "{word}");
        }
    }

    #[test]
    fn the_whole_grammar() {
        let mark = one("-- guardline-ignore-next-line rls-missing[AZ03], rules-open until 2027-01-31: a lookup table\ncreate table t;");
        assert_eq!(mark.reach, Reach::From(1));
        assert_eq!(mark.reason, "a lookup table");
        assert_eq!(mark.until, Date::parse("2027-01-31"));
        let rule = |rule: &str, detail: Option<&str>| Target::Rule { rule: rule.into(), detail: detail.map(Name::from) };
        assert_eq!(mark.targets, [rule("rls-missing", Some("AZ03")), rule("rules-open", None)]);

        let mark = one("/* guardline-ignore-file xss: rendered by us: no user text (until 2027-01-31) */");
        assert_eq!((mark.reach, mark.reason.as_str(), mark.until), (Reach::File, "rendered by us: no user text", Date::parse("2027-01-31")));
        assert_eq!(one("-- guardline-ignore-file xss: not until we ship").until, None);
    }

    #[test]
    fn a_mark_may_stand_on_the_line_itself() {
        let mark = one("select 1;\nselect 2; -- guardline-ignore-line sql-injection: our own text");
        assert_eq!((mark.reach, mark.reason.as_str()), (Reach::On(1), "our own text"));
    }

    #[test]
    fn a_mark_without_a_reason_is_told() {
        for text in ["-- guardline-ignore-next-line xss", "-- guardline-ignore-next-line xss:", "-- guardline-ignore-file xss: -"] {
            assert!(complaint(text).starts_with("A finding is only silenced with a reason"), "{text}");
        }
        assert!(complaint("-- guardline-ignore-next-line : because").starts_with("This mark names no rule"));
        assert!(complaint("-- guardline-ignore-next-line xss until tomorrow: because").starts_with("`tomorrow` is not a day"));
        assert!(complaint("-- guardline-ignore xss: because").starts_with("Guardline does not know the mark `guardline-ignore`"));
    }

    #[test]
    fn marks_may_be_stacked_above_a_line() {
        let text = "# guardline-ignore-next-line a: first\n# guardline-ignore-next-line b: second\n\n# why\nKEY=1\n";
        let reaches: Vec<Reach> = marks(".env", text).marks.iter().map(|mark| mark.reach).collect();
        assert_eq!(reaches, [Reach::From(4), Reach::From(4)]);
        let html = "<!-- guardline-ignore-next-line xss: ours -->\n<!-- two\nlines -->\n<p>";
        assert_eq!(marks("a.html", html).marks[0].reach, Reach::From(3));
        assert_eq!(one("-- guardline-ignore-next-line xss: nothing follows").reach, Reach::From(1));
    }

    #[test]
    fn other_scanners_marks_are_about_secrets() {
        for word in scanners::SAME_LINE {
            assert_eq!(one(&format!("select 1; -- {word}")).reach, Reach::On(0), "{word}");
        }
        for word in scanners::NEXT_LINE {
            let mark = one(&format!("-- {word}\nselect 1;"));
            assert_eq!((mark.reach, mark.targets), (Reach::From(1), vec![Target::Secrets]), "{word}");
        }
        assert_eq!(one("-- secretlint-disable\na\n-- secretlint-enable\nb").reach, Reach::Between(0, 2));
        assert_eq!(one("\n-- secretlint-disable\na").reach, Reach::Between(1, u32::MAX));
        assert_eq!(marks("a.sql", "-- noqa\n-- eslint-disable-next-line"), Marks::default());
    }

    #[test]
    fn a_word_in_passing_is_no_mark() {
        assert_eq!(marks("a.sql", "-- see guardline-ignore-file in the manual\nselect 'guardline-ignore-file x: y'"), Marks::default());
    }
}
