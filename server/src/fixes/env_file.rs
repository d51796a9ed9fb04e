//! Env files, read line by line so that whatever is not touched stays as it is: comments, blank lines, order, `export`.
//! Says what a name holds, and what to change so that it holds a value.

use super::TextEdit;
use super::edits;
use super::env_quoting::{self, Loader};
use crate::text::{Span, lines};

/// One `NAME=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment<'t> {
    pub name: &'t str,
    /// The value as written, with its quotes and without a comment behind it.
    pub raw: &'t str,
    /// Where `raw` stands; empty, right after the `=`, if there is no value.
    pub span: Span,
}

impl Assignment<'_> {
    /// True if the value begins with a quote that is not closed, or not at its end.
    fn is_broken(&self) -> bool {
        let quote = self.raw.chars().next().filter(|c| "\"'`".contains(*c));
        quote.is_some_and(|quote| self.raw.len() < 2 || !self.raw.ends_with(quote))
    }

    /// True if somebody still has to put a value here.
    pub fn is_open(&self) -> bool {
        is_placeholder(self.raw.trim_matches(['"', '\'', '`']))
    }
}

/// The assignments of a file in order.
pub fn assignments(text: &str) -> Vec<Assignment<'_>> {
    let mut found = Vec::new();
    let mut at = text.len() - lines::without_bom(text).len();
    while at < text.len() {
        match assignment(text, at) {
            Some((assignment, end)) => {
                found.push(assignment);
                at = lines::next_line(text, end as u32) as usize;
            }
            None => at = lines::next_line(text, at as u32) as usize,
        }
    }
    found
}

/// What a name holds: the last assignment wins, as it does for every loader.
pub fn assigned<'t>(text: &'t str, name: &str) -> Option<Assignment<'t>> {
    assignments(text).into_iter().rev().find(|assignment| assignment.name == name)
}

/// The names that hold exactly this value.
pub fn names_holding<'t>(text: &'t str, value: &str, loader: Loader) -> Vec<&'t str> {
    let holds = |assignment: &Assignment| env_quoting::decode(assignment.raw, loader).as_deref() == Some(value);
    assignments(text).into_iter().filter(holds).map(|assignment| assignment.name).collect()
}

/// The edit after which `name` holds `value`; `None` where it cannot be written so that the loader reads it back.
///
/// An assignment that exists is overwritten: the caller has looked at what it holds.
pub fn set(text: &str, name: &str, value: &str, loader: Loader) -> Option<TextEdit> {
    // What was not UTF-8 has been read with replacement characters, and would be written back with them.
    if text.contains('\u{fffd}') {
        return None;
    }
    let written = env_quoting::encode(value, loader)?;
    let edit = match assigned(text, name) {
        Some(known) => TextEdit { span: known.span, text: written },
        None => edits::append_lines(text, &[format!("{name}={written}")]),
    };
    // A quote left open further up could swallow what is written here, and loaders disagree how much.
    if assignments(text).iter().any(|assignment| assignment.is_broken()) {
        return None;
    }
    let after = edits::applied(text, std::slice::from_ref(&edit))?;
    let holds = env_quoting::decode(assigned(&after, name)?.raw, loader)? == value;
    (holds && others(text, name).eq(others(&after, name))).then_some(edit)
}

/// What the other names hold.
fn others<'t>(text: &'t str, name: &str) -> impl Iterator<Item = (&'t str, &'t str)> {
    assignments(text).into_iter().filter(move |assignment| assignment.name != name).map(|assignment| (assignment.name, assignment.raw))
}

/// The edit after which the sample file names the variable, without any value. `None` if it does already.
pub fn mention(text: &str, name: &str) -> Option<TextEdit> {
    (assigned(text, name).is_none() && !text.contains('\u{fffd}')).then(|| edits::append_lines(text, &[format!("{name}=")]))
}

/// `[export] NAME = value [# comment]`, with the offset where it ends.
fn assignment(text: &str, line: usize) -> Option<(Assignment<'_>, usize)> {
    let rest = |at: usize| text.get(at..).unwrap_or("");
    let mut at = line + blank(rest(line));
    if let Some(after) = rest(at).strip_prefix("export")
        && blank(after) > 0
    {
        at += "export".len() + blank(after);
    }
    let name_end = at + rest(at).find(|c: char| !(c.is_ascii_alphanumeric() || "_.-".contains(c))).unwrap_or(rest(at).len());
    let name = text.get(at..name_end).filter(|name| !name.is_empty())?;
    at = name_end + blank(rest(name_end));
    let colon = rest(at).starts_with(": ");
    if !colon && !rest(at).starts_with('=') {
        return None;
    }
    at += 1;
    let value_start = at + blank(rest(at));
    let assigned = |start: usize, end: usize| (Assignment { name, raw: &text[start..end], span: Span::from(start..end) }, end);
    if let Some(end) = quoted_end(text, value_start) {
        return Some(assigned(value_start, end));
    }
    let line_stop = lines::line_stop(text, value_start as u32) as usize;
    let value = unquoted(&text[value_start..line_stop], value_start > at);
    Some(if value.is_empty() { assigned(at, at) } else { assigned(value_start, value_start + value.len()) })
}

/// A value without quotes: up to a comment, without the blanks at its end.
fn unquoted(line: &str, after_blank: bool) -> &str {
    let mut blank_before = after_blank;
    for (at, c) in line.char_indices() {
        if c == '#' && blank_before {
            return line[..at].trim_end();
        }
        blank_before = c.is_whitespace();
    }
    line.trim_end()
}

/// Where a quoted value (of possibly several lines) ends, if one starts here and nothing but a comment follows it.
fn quoted_end(text: &str, start: usize) -> Option<usize> {
    let quote = text.as_bytes().get(start).copied().filter(|byte| b"\"'`".contains(byte))?;
    let mut escaped = false;
    let length = text.as_bytes().get(start + 1..)?.iter().position(|byte| {
        let closes = *byte == quote && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    })?;
    let end = start + 1 + length + 1;
    let behind = text.get(end..lines::line_stop(text, end as u32) as usize)?.trim_start();
    (behind.is_empty() || behind.starts_with('#')).then_some(end)
}

fn blank(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// Words that stand where a value should be. Fewer than those that keep a finding quiet: what is taken for open here is
/// overwritten, and a value that only looks made up may be in use.
const STAND_INS: &[&str] = &["your", "changeme", "change-me", "change_me", "placeholder", "replace", "insert", "todo", "fixme", "xxx", "paste"];

/// True for an empty value and for what people write instead of one: `<key>`, `your-key-here`, `sk_live_xxx`, `...`.
fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    value.is_empty()
        || value.starts_with('<') && value.ends_with('>')
        || value.starts_with("{{") && value.ends_with("}}")
        || value.starts_with('[') && value.ends_with(']')
        || value.contains("...")
        || value.contains('…')
        || value.chars().all(|c| "xX*.-0_".contains(c))
        || STAND_INS.iter().any(|word| has_word(&lower, word))
}

/// The word with no letter on either side, so that random keys which happen to contain it are not taken for one.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(|c| c.is_ascii_alphanumeric()) && !after.is_some_and(|c| c.is_ascii_alphanumeric() && c != 'x')
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(text: &str, name: &str, value: &str) -> String {
        edits::applied(text, &[set(text, name, value, Loader::Plain).unwrap()]).unwrap()
    }

    #[test]
    fn every_form_of_assignment_is_read() {
        let text = "\u{feff}# head\nA=1\n\nexport B = two # note\nC='x # y'\nD=\"line\nE=no\nend\" # c\nF=\nG= # empty\nH: yaml\nnot an assignment\nI=a#b\nJ=\"open\nK=`t`";
        let read: Vec<(&str, &str)> = assignments(text).iter().map(|a| (a.name, a.raw)).collect();
        assert_eq!(
            read,
            [
                ("A", "1"),
                ("B", "two"),
                ("C", "'x # y'"),
                ("D", "\"line\nE=no\nend\""),
                ("F", ""),
                ("G", ""),
                ("H", "yaml"),
                ("I", "a#b"),
                ("J", "\"open"),
                ("K", "`t`"),
            ]
        );
        for assignment in assignments(text) {
            assert_eq!(assignment.span.of(text), assignment.raw);
        }
    }

    #[test]
    fn a_name_is_appended() {
        assert_eq!(after("", "KEY", "v"), "KEY=v\n");
        assert_eq!(after("A=1", "KEY", "v"), "A=1\nKEY=v\n");
        assert_eq!(after("A=1\r\nB=2", "KEY", "v"), "A=1\r\nB=2\r\nKEY=v\r\n");
        assert_eq!(after("\u{feff}A=1\n", "KEY", "a b"), "\u{feff}A=1\nKEY=\"a b\"\n");
    }

    #[test]
    fn an_open_line_is_filled_where_it_stands() {
        assert_eq!(after("KEY=\nB=2\n", "KEY", "v"), "KEY=v\nB=2\n");
        assert_eq!(after("export KEY=\"your-key-here\" # from the console\r\n", "KEY", "v"), "export KEY=v # from the console\r\n");
        assert_eq!(after("KEY= # todo\n", "KEY", "v"), "KEY=v # todo\n");
        assert_eq!(after("KEY=<key>", "KEY", "v"), "KEY=v");
    }

    #[test]
    fn the_last_assignment_counts() {
        let text = "KEY=a\nKEY=b\n";
        assert_eq!(assigned(text, "KEY").unwrap().raw, "b");
        assert_eq!(assigned(text, "KE"), None);
    }

    #[test]
    fn open_values_are_told_from_keys() {
        for open in ["", "\"\"", "<your key>", "sk_live_xxx", "your_api_key", "...", "changeme", "xxxx", "\"sk-...\"", "{{key}}"] {
            assert!(Assignment { name: "K", raw: open, span: Span::at(0) }.is_open(), "{open}");
        }
        for value in ["hunter2", "sk_live_4fGh2yourd1Kk", "postgres://u:p@db.example.com/db", "a1b2", "secret123456"] {
            assert!(!Assignment { name: "K", raw: value, span: Span::at(0) }.is_open(), "{value}");
        }
    }

    #[test]
    fn a_sample_names_the_variable_only() {
        let text = "A=\n";
        assert_eq!(edits::applied(text, &[mention(text, "KEY").unwrap()]).unwrap(), "A=\nKEY=\n");
        assert_eq!(mention("KEY=sk_live_xxx", "KEY"), None);
    }

    #[test]
    fn what_is_not_text_is_left_alone() {
        assert_eq!(set("A=\u{fffd}\n", "KEY", "v", Loader::Plain), None);
        assert_eq!(mention("A=\u{fffd}\n", "KEY"), None);
        assert_eq!(set("A=\"open\n", "KEY", "x y", Loader::Plain), None);
    }

    #[test]
    fn the_name_that_holds_a_value_is_found() {
        let text = "A=1\nB='x y'\nC=\"x y\"\n";
        assert_eq!(names_holding(text, "x y", Loader::Plain), ["B", "C"]);
    }

    fn any_line() -> impl Strategy<Value = String> {
        prop_oneof![
            "[A-D]=[a-z0-9 #$'\"\\\\]{0,8}",
            "export [A-D]=[a-z]{0,5}",
            "[A-D]=\"[a-z #\n]{0,8}\"",
            "# [a-z =]{0,8}",
            Just(String::new()),
            "[ -~é]{0,12}",
        ]
    }

    fn any_file() -> impl Strategy<Value = String> {
        (proptest::collection::vec(any_line(), 0..8), prop_oneof![Just("\n"), Just("\r\n")], any::<bool>(), any::<bool>())
            .prop_map(|(lines, end, bom, closed)| format!("{}{}{}", if bom { "\u{feff}" } else { "" }, lines.join(end), if closed { end } else { "" }))
    }

    proptest! {
        #[test]
        fn setting_a_name_changes_nothing_else(text in any_file(), name in "[A-F]", value in "[ -~]{1,16}",
                loader in prop_oneof![Just(Loader::Expanding), Just(Loader::Plain), Just(Loader::Python), Just(Loader::Unknown)]) {
            let Some(edit) = set(&text, &name, &value, loader) else { return Ok(()) };
            let after = edits::applied(&text, std::slice::from_ref(&edit)).unwrap();
            let holds = assigned(&after, &name).unwrap();
            prop_assert_eq!(env_quoting::decode(holds.raw, loader), Some(value));
            // Everything outside the edit is byte for byte what it was.
            prop_assert!(after.starts_with(&text[..edit.span.start as usize]));
            prop_assert!(after.ends_with(&text[edit.span.end as usize..]));
            // All other assignments still say what they said.
            prop_assert_eq!(others(&text, &name).collect::<Vec<_>>(), others(&after, &name).collect::<Vec<_>>());
        }

        #[test]
        fn any_text_is_read_without_harm(text in "\\PC{0,60}|[A=\"'` #\n\\\\]{0,40}") {
            for assignment in assignments(&text) {
                prop_assert_eq!(assignment.span.of(&text), assignment.raw);
            }
        }
    }
}
