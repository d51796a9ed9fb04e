//! A rule's page, read: its sections, its prose, the one sentence that says what to do.

/// A part of a page under one heading. The first has the page's title; its body stands before the first `##`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Section<'p> {
    pub title: &'p str,
    pub body: &'p str,
}

/// A stretch of a section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block<'p> {
    Paragraph(String),
    /// A list item: what it begins with (`-`, `1.`), how deep it stands, its text.
    Item {
        sign: &'p str,
        depth: usize,
        text: String,
    },
    Heading(&'p str),
    /// A fence: its info string and its lines.
    Code {
        info: &'p str,
        lines: Vec<&'p str>,
    },
    /// The cells of a table's rows, without the line of dashes.
    Table(Vec<Vec<&'p str>>),
}

/// The sections of a page, split at its headings of the second level.
pub fn sections(page: &str) -> Vec<Section<'_>> {
    let mut found = Vec::new();
    let (mut title, mut start, mut at, mut fenced) = ("", 0, 0, false);
    for line in page.split_inclusive('\n') {
        let here = at;
        at += line.len();
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        let heading = if fenced { None } else { line.strip_prefix("## ").or_else(|| line.strip_prefix("# ").filter(|_| title.is_empty())) };
        if let Some(heading) = heading {
            push(&mut found, title, page.get(start..here).unwrap_or(""));
            title = heading.trim();
            start = at;
        }
    }
    push(&mut found, title, page.get(start..).unwrap_or(""));
    found
}

fn push<'p>(found: &mut Vec<Section<'p>>, title: &'p str, body: &'p str) {
    if !title.is_empty() || !body.trim().is_empty() {
        found.push(Section { title, body: body.trim() });
    }
}

/// Is it a section for the people who build Guardline rather than for those who use it?
fn is_internal(section: &Section<'_>) -> bool {
    section.title.eq_ignore_ascii_case("known gaps")
}

/// Is it prose for the user: neither test material nor for the builders?
pub fn is_advice(section: &Section<'_>) -> bool {
    !is_internal(section) && !["flagged", "not flagged", "fixed"].iter().any(|title| section.title.eq_ignore_ascii_case(title))
}

/// The first sentence of the section on how to fix it, without Markdown's signs.
pub fn how_to_fix(page: &str) -> Option<String> {
    begins(page, "fix")
}

/// The first sentence of the section on what can happen, without Markdown's signs.
pub fn what_can_happen(page: &str) -> Option<String> {
    begins(page, "can happen")
}

fn begins(page: &str, title: &str) -> Option<String> {
    advice(page, title).first().map(|text| first_sentence(text).to_owned())
}

/// What a section says, paragraph by paragraph and step by step, without Markdown's signs: of the first section whose title
/// holds `word`. Code and tables are left to whoever reads the page itself.
pub fn advice(page: &str, word: &str) -> Vec<String> {
    let section = sections(page).into_iter().skip(1).find(|section| section.title.to_ascii_lowercase().contains(word));
    let told = |block: Block<'_>| match block {
        Block::Paragraph(text) | Block::Item { text, .. } => Some(plain(&text)),
        _ => None,
    };
    section.map(|section| blocks(section.body).into_iter().filter_map(told).collect()).unwrap_or_default()
}

/// As `advice`, and where there is a list of steps, not what is said after it.
pub fn steps(page: &str, word: &str) -> Vec<String> {
    let section = sections(page).into_iter().skip(1).find(|section| section.title.to_ascii_lowercase().contains(word));
    let all = section.map(|section| blocks(section.body)).unwrap_or_default();
    let last = all.iter().rposition(|block| matches!(block, Block::Item { .. })).map_or(all.len(), |at| at + 1);
    let told = |block: &Block<'_>| match block {
        Block::Paragraph(text) | Block::Item { text, .. } => Some(plain(text)),
        _ => None,
    };
    all.iter().take(last).filter_map(told).collect()
}

/// As many whole sentences as fit into `most` characters; the first one always.
pub fn beginning(text: &str, most: usize) -> &str {
    let mut end = first_sentence(text).len();
    while let Some(rest) = text.get(end..).filter(|rest| !rest.trim().is_empty()) {
        let blank = rest.len() - rest.trim_start().len();
        let next = end + blank + first_sentence(rest.trim_start()).len();
        if next > most {
            break;
        }
        end = next;
    }
    text.get(..end).unwrap_or(text)
}

/// The paragraphs before the first section, without Markdown's signs.
pub fn introduction(page: &str) -> String {
    let first = sections(page).into_iter().next();
    let blocks = first.map(|section| blocks(section.body)).unwrap_or_default();
    let texts = blocks.into_iter().filter_map(|block| if let Block::Paragraph(text) = block { Some(plain(&text)) } else { None });
    texts.collect::<Vec<_>>().join(" ")
}

/// Up to the first full stop that ends a sentence: one that a capital letter or nothing follows.
fn first_sentence(text: &str) -> &str {
    let ends = text.match_indices(['.', '!', '?']).map(|(i, _)| i + 1);
    let is_end = |end: &usize| {
        let after = text.get(*end..).unwrap_or("");
        // A stop inside of code ends no sentence.
        let in_code = text.get(..*end).is_some_and(|before| before.matches('`').count() % 2 == 1);
        let abbreviates = ["e.g.", "i.e.", "etc.", "vs."].iter().any(|word| text.get(..*end).is_some_and(|before| before.ends_with(word)));
        after.trim_start().is_empty() || (!abbreviates && !in_code && after.starts_with(' ') && after.trim_start().starts_with(|c: char| !c.is_lowercase()))
    };
    ends.into_iter().find(is_end).and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Text without the signs for bold and links. Code keeps its backticks.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, part) in text.split('`').enumerate() {
        if i > 0 {
            out.push('`');
        }
        if i % 2 == 1 {
            out.push_str(part);
        } else {
            out.push_str(&without_links(&without_stars(&part.replace("**", ""))));
        }
    }
    out
}

/// `*word*` becomes `word`; a star that stands alone stays.
fn without_stars(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('*') {
        let closed = after.split_once('*').filter(|(inside, _)| !inside.is_empty() && inside.trim() == *inside && !before.ends_with(char::is_alphanumeric));
        out.push_str(before);
        match closed {
            Some((inside, tail)) => {
                out.push_str(inside);
                rest = tail;
            }
            None => {
                out.push('*');
                rest = after;
            }
        }
    }
    out + rest
}

/// `[words](target)` becomes `words`.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((words, tail)) = after.split_once("](") else { break };
        let Some((_, tail)) = tail.split_once(')').filter(|_| !words.contains('[')) else { break };
        out.push_str(before);
        out.push_str(words);
        rest = tail;
    }
    out + rest
}

/// The blocks of a section.
pub fn blocks(body: &str) -> Vec<Block<'_>> {
    let mut out: Vec<Block<'_>> = Vec::new();
    // A blank line ends a paragraph; what follows begins a new one.
    let mut open = false;
    let mut lines = body.lines();
    while let Some(line) = lines.next() {
        let text = line.trim();
        if let Some(info) = text.strip_prefix("```") {
            let code = lines.by_ref().take_while(|line| !line.trim_start().starts_with("```")).collect();
            out.push(Block::Code { info: info.trim(), lines: code });
            open = false;
        } else if text.is_empty() {
            open = false;
        } else if text.starts_with('#') {
            out.push(Block::Heading(text.trim_start_matches('#').trim()));
            open = false;
        } else if text.starts_with('|') {
            row(&mut out, text);
            open = false;
        } else if let Some((sign, rest)) = item(text) {
            let depth = (line.len() - line.trim_start().len()) / 2;
            out.push(Block::Item { sign, depth, text: rest.to_owned() });
            open = true;
        } else {
            match out.last_mut() {
                Some(Block::Paragraph(paragraph) | Block::Item { text: paragraph, .. }) if open => {
                    paragraph.push(' ');
                    paragraph.push_str(text);
                }
                _ => out.push(Block::Paragraph(text.to_owned())),
            }
            open = true;
        }
    }
    out
}

fn row<'p>(out: &mut Vec<Block<'p>>, text: &'p str) {
    let cells: Vec<&str> = text.trim_matches('|').split('|').map(str::trim).collect();
    if cells.iter().all(|cell| cell.chars().all(|c| matches!(c, '-' | ':'))) {
        return;
    }
    match out.last_mut() {
        Some(Block::Table(rows)) => rows.push(cells),
        _ => out.push(Block::Table(vec![cells])),
    }
}

fn item(text: &str) -> Option<(&str, &str)> {
    for sign in ["- ", "* "] {
        if let Some(rest) = text.strip_prefix(sign) {
            return Some(("-", rest.trim()));
        }
    }
    let (number, rest) = text.split_once(". ")?;
    let sign = text.get(..number.len() + 1)?;
    (!number.is_empty() && number.len() <= 2 && number.bytes().all(|b| b.is_ascii_digit())).then_some((sign, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# some-rule: what it is\n\nFirst words\nof two lines.\n\nMore [here](http://x).\n\n## How to fix\n\nAsk `session.user` e.g. in **one** place. Then test.\n\n\
        - one\n  more\n- two\n\n```ts fixed\n## not a heading\n```\n## Known gaps\nnone\n";

    #[test]
    fn a_page_is_its_sections() {
        let titles: Vec<&str> = sections(PAGE).iter().map(|section| section.title).collect();
        assert_eq!(titles, ["some-rule: what it is", "How to fix", "Known gaps"]);
        assert!(is_internal(&sections(PAGE)[2]));
        assert_eq!(introduction(PAGE), "First words of two lines. More here.");
        assert_eq!(sections(""), []);
    }

    #[test]
    fn a_section_gives_advice() {
        assert_eq!(advice(PAGE, "fix"), ["Ask `session.user` e.g. in one place. Then test.", "one more", "two"]);
        assert_eq!(advice("# a\n## Flagged\nx", "fix"), Vec::<String>::new());
        assert_eq!(steps("# a\n## To fix\nFirst:\n\n- one\n- two\n\nAnd a note.", "fix"), ["First:", "one", "two"]);
        assert_eq!(steps("# a\n## To fix\nOne.\n\nTwo.", "fix"), ["One.", "Two."]);
    }

    #[test]
    fn a_text_is_cut_behind_a_sentence() {
        let of = |text| beginning(text, 40).to_owned();
        assert_eq!(of("Ask `session.user` e.g. in one place. Then test."), "Ask `session.user` e.g. in one place.");
        assert_eq!(of("No full stop"), "No full stop");
        assert_eq!(of("Write `query(\"... ?\", [id])` here. Go."), "Write `query(\"... ?\", [id])` here. Go.");
        assert_eq!(of("One. Two. Use Node.js here and there and everywhere."), "One. Two.");
        assert_eq!(of(""), "");
    }

    #[test]
    fn a_section_is_its_blocks() {
        let body = sections(PAGE)[1].body;
        let item = |text: &str| Block::Item { sign: "-", depth: 0, text: text.into() };
        assert_eq!(blocks(body)[1..], [item("one more"), item("two"), Block::Code { info: "ts fixed", lines: vec!["## not a heading"] }]);
        assert_eq!(blocks("| a | b |\n|---|:-:|\n| 1 | 2 |"), [Block::Table(vec![vec!["a", "b"], vec!["1", "2"]])]);
        assert_eq!(blocks("```\nnever closed"), [Block::Code { info: "", lines: vec!["never closed"] }]);
    }

    #[test]
    fn markdown_signs_go_and_code_stays() {
        assert_eq!(plain("**bold** [a](b) `x[0](**y)` [c"), "bold a `x[0](**y)` [c");
        assert_eq!(plain("*whose* is it, 2 * 3 * 4, a*b*c, * x"), "whose is it, 2 * 3 * 4, a*b*c, * x");
    }
}
