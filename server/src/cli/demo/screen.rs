//! The play as a person watches it: code that grows, squiggles that come and go, and what they mean.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use super::Stop;
use super::difference::{self, Line};
use super::script;
use super::session::{Event, Stage, View, without_values};
use crate::report::paint::{Style, Tone, harmless, width_of};

const HIDE: &str = "\x1b[?1049h\x1b[?25l";
const BACK: &str = "\x1b[?25h\x1b[?1049l";
/// One token of an assistant at ordinary speed.
const TOKEN: Duration = Duration::from_millis(45);
/// A slower speed than this would only be waiting.
const GLANCE: Duration = Duration::from_millis(30);
/// Rows below the code: a rule, what happens, and what has been written elsewhere.
const PANEL: usize = 9;
/// Columns left of the code: the mark of a changed line and the line's number.
const GUTTER: usize = 6;

pub struct Screen {
    style: Style,
    rows: usize,
    speed: f64,
    stop: Stop,
    /// What happens, in words, and how it is painted.
    panel: Vec<(Tone, String)>,
    /// Other files the fixes have written, values hidden.
    files: Vec<(String, Vec<String>)>,
    /// Lines that the last fix wrote, until the assistant goes on.
    changed: Vec<usize>,
}

impl Screen {
    pub fn open(style: Style, speed: f64, stop: Stop) -> Result<Screen> {
        let rows = terminal_size::terminal_size_of(io::stdout()).map_or(24, |(_, rows)| usize::from(rows.0));
        draw(HIDE)?;
        Ok(Screen { style, rows, speed, stop, panel: Vec::new(), files: Vec::new(), changed: Vec::new() })
    }

    fn hold(&self, seconds: f64) -> Result<()> {
        let until = Instant::now() + Duration::from_secs_f64(seconds / self.speed);
        while Instant::now() < until {
            self.stop.check()?;
            std::thread::sleep(GLANCE.min(until.saturating_duration_since(Instant::now())));
        }
        Ok(())
    }

    fn redraw(&self, view: &View<'_>) {
        let mut lines = vec![self.title(), String::new()];
        let (code, focus) = self.code(view);
        let room = self.rows.saturating_sub(lines.len() + PANEL + 1).max(3);
        let from = focus.saturating_sub(room.saturating_sub(4)).min(code.len().saturating_sub(room));
        lines.extend(code.into_iter().skip(from).take(room));
        lines.resize(self.rows.saturating_sub(PANEL + 1), String::new());
        lines.push(self.style.paint(Tone::Faint, &"─".repeat(self.style.width)));
        lines.extend(self.below());
        lines.truncate(self.rows.saturating_sub(1));
        let frame = lines.iter().fold(String::from("\x1b[H"), |mut frame, line| {
            let _ = write!(frame, "{line}\x1b[K\r\n");
            frame
        });
        // A terminal that has gone away shows itself when the play ends.
        let _ = draw(&(frame + "\x1b[J"));
    }

    fn title(&self) -> String {
        let name = self.style.paint(Tone::Strong, script::PATH);
        format!(" {name}  {}", self.style.paint(Tone::Faint, "an assistant writes, Guardline watches"))
    }

    /// The rows of code with squiggles below them, and the row that must be seen.
    fn code(&self, view: &View<'_>) -> (Vec<String>, usize) {
        let mut rows = Vec::new();
        let mut focus = 0;
        let mut start = 0u32;
        let lines: Vec<&str> = view.text.split('\n').collect();
        let last = lines.len().saturating_sub(1);
        for (number, line) in lines.iter().enumerate() {
            let end = start + line.len() as u32;
            let is_new = self.changed.contains(&number);
            let mark = if is_new { self.style.paint(Tone::Good, "+") } else { " ".to_owned() };
            let gutter = self.style.paint(Tone::Faint, &format!("{:>3}", number + 1));
            let cursor = if number == last { self.style.paint(Tone::Look, "▌") } else { String::new() };
            rows.push(format!("{mark}{gutter}  {}{cursor}", self.syntax(&cut(line, self.style.width.saturating_sub(GUTTER + 1)))));
            let is_seen = if self.changed.is_empty() { number == last } else { is_new };
            for diagnostic in view.diagnostics {
                let Some(span) = view.buffer.span(&diagnostic["range"]).filter(|span| (start..=end).contains(&span.start)) else { continue };
                rows.extend(self.squiggle(line, (span.start - start) as usize, (span.end.min(end) - start) as usize, diagnostic));
            }
            if is_seen {
                focus = rows.len();
            }
            start = end + 1;
        }
        (rows, focus)
    }

    /// The row below flagged code, with what is wrong behind it.
    fn squiggle(&self, line: &str, from: usize, to: usize, diagnostic: &Value) -> Vec<String> {
        let tone = match diagnostic["severity"].as_u64() {
            Some(1) => Tone::Serious,
            Some(2) => Tone::Soon,
            _ => Tone::Look,
        };
        let columns = |part: Option<&str>| part.unwrap_or("").chars().map(width_of).sum::<usize>();
        let room = self.style.width.saturating_sub(GUTTER + 1);
        let indent = columns(line.get(..from)).min(room / 2);
        let length = columns(line.get(from..to)).clamp(1, room.saturating_sub(indent).max(1));
        let rule = diagnostic["code"].as_str().unwrap_or("");
        let message = harmless(diagnostic["message"].as_str().unwrap_or("").lines().next().unwrap_or("")).into_owned();
        let pad = " ".repeat(GUTTER);
        let tail = cut(rule, room.saturating_sub(indent + length + 1));
        let mut rows = vec![format!("{pad}{}{}", " ".repeat(indent), self.style.paint(tone, &format!("{} {tail}", "~".repeat(length))))];
        let narrow = Style { width: self.style.width, ..self.style };
        let wrapped = narrow.wrap(&pad, &message);
        rows.extend(wrapped.into_iter().take(2).map(|row| self.style.paint(tone, &row)));
        rows
    }

    /// Strings and words of the language, lightly.
    fn syntax(&self, line: &str) -> String {
        const WORDS: &[&str] = &["import", "from", "export", "async", "function", "const", "await", "return", "new", "if"];
        if !self.style.colour {
            return line.to_owned();
        }
        let (mut out, mut word, mut quote) = (String::new(), String::new(), None);
        let finish = |word: &mut String, out: &mut String| {
            out.push_str(&if WORDS.contains(&word.as_str()) { format!("\x1b[35m{word}\x1b[39m") } else { word.clone() });
            word.clear();
        };
        for c in line.chars() {
            match quote {
                Some(open) => {
                    out.push(c);
                    if c == open {
                        out.push_str("\x1b[39m");
                        quote = None;
                    }
                }
                None if c.is_alphanumeric() => word.push(c),
                None => {
                    finish(&mut word, &mut out);
                    if matches!(c, '"' | '`') {
                        out.push_str("\x1b[32m");
                        quote = Some(c);
                    }
                    out.push(c);
                }
            }
        }
        finish(&mut word, &mut out);
        if quote.is_some() {
            out.push_str("\x1b[39m");
        }
        out
    }

    fn below(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (tone, text) in &self.panel {
            lines.extend(self.style.wrap(" ", &harmless(text)).into_iter().map(|line| self.style.paint(*tone, &line)));
        }
        for (name, content) in &self.files {
            let text = format!("{name}: {}", content.join("  "));
            lines.push(format!(" {}", self.style.paint(Tone::Code, &cut(&text, self.style.width.saturating_sub(2)))));
        }
        lines
    }
}

impl Stage for Screen {
    fn shows(&mut self, view: &View<'_>) {
        self.redraw(view);
    }

    fn tells(&mut self, view: &View<'_>, what: Event<'_>) -> Result<()> {
        let seconds = match what {
            Event::Begins => {
                self.panel = vec![(Tone::Strong, format!("A person asks: {}", script::WISH))];
                2.0
            }
            Event::Finds { lead } => {
                self.changed.clear();
                self.panel = vec![(Tone::Serious, lead.to_owned())];
                4.0
            }
            Event::Repairs { title, before, others } => {
                self.changed = difference::lines(before, view.text)
                    .into_iter()
                    .filter_map(|line| if let Line::New(number, _) = line { Some(number) } else { None })
                    .collect();
                self.panel = vec![(Tone::Good, format!("The editor applies Guardline's fix: {title}"))];
                for (name, text) in others {
                    self.files.push((name.clone(), without_values(text)));
                }
                self.redraw(view);
                self.hold(4.0)?;
                self.changed.clear();
                self.panel = vec![(Tone::Faint, "The squiggle is gone. The assistant goes on.".to_owned())];
                0.0
            }
            Event::Stays { title } => {
                self.panel = vec![(Tone::Serious, format!("The editor applied Guardline's fix ({title}), and the squiggle has stayed."))];
                3.0
            }
            Event::HasNoFix { rule } => {
                self.panel = vec![(Tone::Soon, format!("Guardline offers no fix for {rule}."))];
                3.0
            }
            Event::Misses { rule } => {
                self.panel = vec![(Tone::Serious, format!("Guardline did not find {rule}."))];
                3.0
            }
            Event::Ends => {
                let left = view.diagnostics.len();
                let text = if left == 0 { "Nothing is left to complain about.".to_owned() } else { format!("What is left to look at: {left}.") };
                self.panel = vec![(if left == 0 { Tone::Good } else { Tone::Soon }, text)];
                3.0
            }
        };
        self.redraw(view);
        self.hold(seconds)
    }

    fn pace(&self) -> Duration {
        TOKEN.div_f64(self.speed)
    }
}

impl Drop for Screen {
    /// However the play ends, the terminal is given back as it was.
    fn drop(&mut self) {
        let _ = draw(BACK);
    }
}

fn draw(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn cut(text: &str, width: usize) -> String {
    let mut column = 0;
    let mut out = String::new();
    for c in text.chars() {
        column += width_of(c);
        if column > width {
            out.pop();
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_to_the_window() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("abc", 0), "…");
    }
}
