//! Standard output and error: how wide, how colourful, and what to do when nobody reads any more.

use std::io::{self, ErrorKind, IsTerminal, Write};

use crate::report::paint::Style;

/// Wider lines are hard to read, narrower windows hard to fill.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=100;
const WITHOUT_A_WINDOW: usize = 80;

/// How text for standard output is laid out.
pub fn style(no_color: bool) -> Style {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let window = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    Style {
        colour: io::stdout().is_terminal() && !no_color && !is_set("NO_COLOR") && !is_dumb,
        width: window.or(asked).unwrap_or(WITHOUT_A_WINDOW).clamp(*WIDTHS.start(), *WIDTHS.end()),
    }
}

/// Writes to standard output. A reader who has left (`guardline audit | head`) is no error.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Writes a sentence to standard error.
pub fn complain(sentence: &str) -> io::Result<()> {
    writeln!(io::stderr().lock(), "guardline: {}", crate::report::paint::harmless(sentence))
}
