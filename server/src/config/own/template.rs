//! Text with places for what a pattern captured: `{code} is run as a program`.

use crate::text::{Name, Span};

/// A text in parts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Template {
    pub parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    Text(String),
    /// The text of this capture.
    Capture {
        name: Name,
        /// Where it is asked for, in the file of the rule.
        span: Span,
    },
}

impl Template {
    /// Adds a text that stands at `start`. `{name}` is a capture, `\{name}` the text itself, every other brace is a brace.
    pub(super) fn push(&mut self, text: &str, start: u32) {
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| rest.find('{')) {
            let open = at + found;
            let name = text.get(open + 1..).and_then(|rest| rest.split_once('}')).map(|(name, _)| name).filter(|name| is_name(name));
            let Some(name) = name else {
                self.text(text.get(at..=open).unwrap_or_default());
                at = open + 1;
                continue;
            };
            let end = open + name.len() + 2;
            let before = text.get(at..open).unwrap_or_default();
            match before.strip_suffix('\\') {
                Some(before) => {
                    self.text(before);
                    self.text(text.get(open..end).unwrap_or_default());
                }
                None => {
                    self.text(before);
                    self.parts.push(Part::Capture { name: Name::from(name), span: Span::new(start + open as u32, start + end as u32) });
                }
            }
            at = end;
        }
        self.text(text.get(at..).unwrap_or_default());
    }

    pub(super) fn text(&mut self, text: &str) {
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }

    /// The captures it asks for, and where.
    pub fn captures(&self) -> impl Iterator<Item = (&Name, Span)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Capture { name, span } => Some((name, *span)),
            Part::Text(_) => None,
        })
    }

    /// The text, with `of` saying what was captured.
    pub fn filled(&self, mut of: impl FnMut(&str) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Capture { name, .. } => of(name),
        };
        self.parts.iter().map(part).collect()
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        let mut template = Template::default();
        template.push(text, 0);
        template.filled(|name| format!("<{name}>"))
    }

    #[test]
    fn only_a_name_in_braces_is_a_capture() {
        for (text, expected) in [
            ("{code} and {a.b-c}", "<code> and <a.b-c>"),
            ("f({ a: {code} })", "f({ a: <code> })"),
            (r"f\{code} {", "f{code} {"),
            ("{{code}}", "{<code>}"),
            ("{} { code } {1} }{", "{} { code } {1} }{"),
            ("é{é}😀{x}", "é{é}😀<x>"),
            ("", ""),
        ] {
            assert_eq!(filled(text), expected, "{text}");
        }
    }

    #[test]
    fn a_capture_knows_where_it_is_asked_for() {
        let mut template = Template::default();
        template.push("é {x}", 10);
        assert_eq!(template.captures().collect::<Vec<_>>(), [(&Name::from("x"), Span::new(13, 16))]);
    }
}
