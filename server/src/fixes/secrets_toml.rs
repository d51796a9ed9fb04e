//! `.streamlit/secrets.toml`: names at the top level, above any table.

use super::TextEdit;
use super::edits;
use crate::text::{Span, lines};

/// What a name holds.
pub fn assigned(text: &str, name: &str) -> Option<String> {
    match lines::without_bom(text).parse::<toml::Table>().ok()?.get(name)? {
        toml::Value::String(value) => Some(value.clone()),
        other => Some(other.to_string()),
    }
}

/// The edit after which a name that stands nowhere yet holds `value`; `None` if the file cannot be read.
pub fn set(text: &str, name: &str, value: &str) -> Option<TextEdit> {
    let table = lines::without_bom(text).parse::<toml::Table>().ok()?;
    if table.contains_key(name) || text.contains('\u{fffd}') {
        return None;
    }
    let line = format!("{name} = {}", toml::Value::String(value.to_owned()));
    let line = if line.contains('\n') { format!("{name} = {}", escaped(value)) } else { line };
    let first_table = lines(text).find(|(_, line)| line.trim_start().starts_with('['));
    let edit = match first_table {
        Some((at, _)) => {
            let end = lines::line_end(text);
            TextEdit { span: Span::at(at), text: format!("{line}{end}{end}") }
        }
        None => edits::append_lines(text, &[line]),
    };
    // A line that only looks like a table, inside of a long string, is found out here.
    let after = edits::applied(text, std::slice::from_ref(&edit))?;
    (assigned(&after, name)? == value).then_some(edit)
}

/// A string on one line.
fn escaped(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let mut at = (text.len() - lines::without_bom(text).len()) as u32;
    std::iter::from_fn(move || {
        let start = at;
        at = lines::next_line(text, start);
        ((start as usize) < text.len()).then(|| (start, Span::new(start, at).of(text)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str, value: &str) -> Option<String> {
        edits::applied(text, &[set(text, "KEY", value)?])
    }

    #[test]
    fn names_stand_above_tables() {
        assert_eq!(after("", "v").as_deref(), Some("KEY = \"v\"\n"));
        assert_eq!(after("A = 1", "v").as_deref(), Some("A = 1\nKEY = \"v\"\n"));
        assert_eq!(after("A = 1\r\n[db]\r\nb = 2\r\n", "v").as_deref(), Some("A = 1\r\nKEY = \"v\"\r\n\r\n[db]\r\nb = 2\r\n"));
    }

    #[test]
    fn every_value_can_be_written() {
        for value in ["a\"b", "a\\b", "a'b\"c", "a\nb", "$x", "tab\t"] {
            assert_eq!(assigned(&after("", value).unwrap(), "KEY").as_deref(), Some(value));
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_alone() {
        assert_eq!(after("A = ", "v"), None);
        assert_eq!(after("KEY = \"w\"", "v"), None);
    }
}
