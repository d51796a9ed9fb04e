//! Words on a terminal: colours where they are wanted, lines no wider than the window, nothing that could steer it.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How the text is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    pub colour: bool,
    /// Columns of the window.
    pub width: usize,
}

/// What a piece of text is, from which follows how it looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    Heading,
    Strong,
    Faint,
    Serious,
    Soon,
    Look,
    Good,
    Code,
}

impl Style {
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Heading => "1;4",
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Serious => "1;31",
            Tone::Soon => "1;33",
            Tone::Look => "1;36",
            Tone::Good => "32",
            Tone::Code => "36",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// The text in lines, each beginning with `indent`, words kept whole.
    pub fn wrap(self, indent: &str, text: &str) -> Vec<String> {
        self.wrap_hanging(indent, indent, text)
    }

    /// The same with an indent of its own for the first line.
    pub fn wrap_hanging(self, first: &str, indent: &str, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = first.to_owned();
        let mut is_empty = true;
        for word in text.split_whitespace() {
            if !is_empty && line.width() + 1 + word.width() > self.width {
                lines.push(std::mem::replace(&mut line, indent.to_owned()));
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        lines.push(line);
        lines
    }

    /// Paints what stands between backticks, which may have been wrapped over lines.
    pub fn code_in(self, lines: Vec<String>) -> Vec<String> {
        if !self.colour {
            return lines;
        }
        let mut inside = false;
        let mut paint = |line: String| {
            let mut out = String::new();
            for (i, part) in line.split('`').enumerate() {
                inside ^= i > 0;
                out.push_str(&if inside { self.paint(Tone::Code, part) } else { part.to_owned() });
            }
            out
        };
        lines.into_iter().map(&mut paint).collect()
    }
}

/// Text from a repository as it may be written to a terminal: no escape sequences, no bidirectional tricks.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_steering) { text.chars().map(|c| if is_steering(c) { '·' } else { c }).collect::<String>().into() } else { text.into() }
}

/// Control characters, and the marks that reorder what is shown.
pub fn is_steering(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
}

/// Columns a character takes.
pub fn width_of(c: char) -> usize {
    c.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Style = Style { colour: false, width: 12 };

    #[test]
    fn lines_are_as_wide_as_the_window_and_words_stay_whole() {
        assert_eq!(NARROW.wrap("  ", "one two three fourteen-letters x"), ["  one two", "  three", "  fourteen-letters", "  x"]);
        assert_eq!(NARROW.wrap("", "日本 日本 日本"), ["日本 日本", "日本"], "wide characters count twice");
        assert_eq!(NARROW.wrap_hanging("- ", "  ", "one two three"), ["- one two", "  three"]);
        assert_eq!(NARROW.wrap("", ""), [""]);
    }

    #[test]
    fn code_is_painted_over_a_line_break() {
        let style = Style { colour: true, width: 80 };
        let lines = style.code_in(vec!["a `b".into(), "c` d".into()]);
        assert_eq!(lines, ["a \u{1b}[36mb\u{1b}[0m", "\u{1b}[36mc\u{1b}[0m d"]);
    }

    #[test]
    fn nothing_from_a_repository_steers_the_terminal() {
        assert_eq!(harmless("a\u{1b}[31mb\u{202e}c\r\n"), "a·[31mb·c··");
        assert!(matches!(harmless("plain é"), Cow::Borrowed(_)));
    }
}
