//! The file of a project's own rules, cut up: comment blocks that begin a rule, what they set, and the patterns below.

use crate::text::Span;

/// What is set above a pattern. The order is that of the documentation.
pub const KEYS: &[&str] = &["id", "language", "severity", "message", "title", "rewrite", "safe", "cwe"];

/// A rule as it is written.
#[derive(Default, Debug)]
pub struct Block<'t> {
    pub fields: Vec<Field<'t>>,
    /// Comment lines that set nothing although they stand among those that do.
    pub strays: Vec<Span>,
    /// The comment lines below, without their signs.
    pub page: Vec<&'t str>,
    /// From the beginning of the rule to its end.
    pub span: Span,
    /// The patterns, with the comments between them; empty if there are none.
    pub code: Span,
}

/// `; message: …` with the lines that go on with it.
#[derive(Debug)]
pub struct Field<'t> {
    pub key: &'t str,
    pub key_span: Span,
    /// Each line of the value and where it begins.
    pub lines: Vec<(&'t str, u32)>,
}

impl Field<'_> {
    pub fn value(&self) -> String {
        self.lines.iter().map(|(line, _)| line.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
    }

    /// From the beginning of the value to its end; the key if there is no value.
    pub fn span(&self) -> Span {
        let said = || self.lines.iter().filter(|(line, _)| !line.trim().is_empty());
        match (said().next(), said().next_back()) {
            (Some((_, start)), Some((last, at))) => Span::new(*start, at + last.trim_end().len() as u32),
            _ => self.key_span,
        }
    }
}

/// One line, and what the lines before leave open.
struct Line<'t> {
    text: &'t str,
    start: u32,
    /// Without the signs, if it is nothing but a comment and no pattern is open.
    comment: Option<&'t str>,
}

/// Where inside of the patterns a line ends.
#[derive(Default)]
struct Nesting {
    depth: usize,
}

impl Nesting {
    fn line(&mut self, text: &str) {
        let (mut quoted, mut escaped) = (false, false);
        for byte in text.bytes() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b';' => return,
                b'(' | b'[' => self.depth += 1,
                b')' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }
}

pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let lines = lines(text);
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let begins = begins_rule(&lines, at, blocks.last());
        if begins || blocks.is_empty() && !line.text.trim().is_empty() && line.comment.is_none() {
            blocks.push(Block { span: Span::at(line.start), code: Span::at(line.start), ..Block::default() });
        }
        let Some(block) = blocks.last_mut() else {
            at += 1;
            continue;
        };
        block.span.end = line.start + line.text.len() as u32;
        if begins {
            at = fields(&lines, at, block);
            continue;
        }
        let blank = line.text.trim().is_empty();
        match line.comment {
            Some(comment) if block.code.is_empty() => block.page.push(comment.strip_prefix(' ').unwrap_or(comment).trim_end()),
            None if blank && block.code.is_empty() => block.page.push(""),
            None if blank => {}
            Some(_) => {}
            None => {
                let begin = line.start + (line.text.len() - line.text.trim_start().len()) as u32;
                let start = if block.code.is_empty() { begin } else { block.code.start };
                block.code = Span::new(start, line.start + line.text.trim_end().len() as u32);
            }
        }
        at += 1;
    }
    blocks
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut nesting = Nesting::default();
    let mut start = 0;
    let mut lines = Vec::new();
    for text in text.split_inclusive('\n') {
        let line = text.trim_end_matches(['\n', '\r']);
        let signs = line.trim_start();
        let comment = signs.strip_prefix(';').map(|rest| rest.trim_start_matches(';'));
        // What is left open above does not swallow the rules below.
        if comment.is_some_and(|comment| key_of(comment).is_some_and(|(key, _)| key == "id")) && !line.starts_with([' ', '\t']) {
            nesting.depth = 0;
        }
        lines.push(Line { text: line, start, comment: comment.filter(|_| nesting.depth == 0) });
        nesting.line(line);
        start += text.len() as u32;
    }
    lines
}

/// A comment block begins a rule if it names one; also the first of a file, or one below a pattern, that begins with something
/// else that is set.
fn begins_rule(lines: &[Line<'_>], at: usize, open: Option<&Block<'_>>) -> bool {
    let comment = |at: usize| lines.get(at).and_then(|line| line.comment);
    let Some(first) = comment(at) else { return false };
    if at.checked_sub(1).is_some_and(|before| comment(before).is_some()) {
        return false;
    }
    let paragraph = (at..).map_while(comment).take_while(|comment| !comment.trim().is_empty());
    let mut keys = paragraph.filter_map(key_of).map(|(key, _)| key);
    let is_key = |key: &str| KEYS.contains(&key);
    match open {
        None => keys.any(is_key),
        Some(block) if block.code.is_empty() => keys.any(|key| key == "id"),
        Some(_) => key_of(first).is_some_and(|(key, _)| is_key(key)) || keys.any(|key| key == "id"),
    }
}

/// `key: value` at the beginning of a comment, and where the value begins in it.
fn key_of(comment: &str) -> Option<(&str, usize)> {
    let unindented = comment.strip_prefix(' ').unwrap_or(comment);
    let (key, rest) = unindented.split_once(':')?;
    let is_word = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let blank = rest.len() - rest.trim_start().len();
    is_word.then_some((key, comment.len() - rest.len() + blank))
}

/// Reads what is set, up to an empty comment line or the end of the block. Returns the line after it.
fn fields<'t>(lines: &[Line<'t>], from: usize, block: &mut Block<'t>) -> usize {
    let mut at = from;
    while let Some((line, comment)) = lines.get(at).and_then(|line| Some((line, line.comment?))) {
        if comment.trim().is_empty() {
            return at + 1;
        }
        let place = line.start + (line.text.len() - comment.len()) as u32;
        let trimmed = comment.trim_end();
        block.span.end = line.start + line.text.len() as u32;
        match (key_of(trimmed), block.fields.last_mut()) {
            (None, Some(field)) if trimmed.starts_with("  ") => {
                let indent = (trimmed.len() - trimmed.trim_start().len()).min(3);
                field.lines.push((trimmed.get(indent..).unwrap_or_default(), place + indent as u32));
            }
            (Some((key, value)), _) => {
                let key_start = place + (trimmed.len() - trimmed.trim_start().len()) as u32;
                let key_span = Span::new(key_start, key_start + key.len() as u32);
                block.fields.push(Field { key, key_span, lines: vec![(trimmed.get(value..).unwrap_or_default(), place + value as u32)] });
            }
            (None, _) => block.strays.push(Span::new(place, place + trimmed.len() as u32)),
        }
        at += 1;
    }
    at
}
