//! `guardline explain RULE`: the rule's page, for the terminal.

use anyhow::{Result, bail};

use super::output;
use crate::report::json::impact;
use crate::report::page::{self, Block};
use crate::report::paint::{Style, Tone};
use crate::report::suppress::nearest;
use crate::rules::RuleMeta;
use crate::rules::own::Known;

pub fn run(rule: &str, examples: bool, no_color: bool) -> Result<u8> {
    let id = rule.trim().to_ascii_lowercase();
    let config = super::config_here();
    let known = Known::of(&config);
    let Some(meta) = known.by_id(&id) else {
        match nearest(&id, &known.all()) {
            Some(meant) => bail!("there is no rule `{rule}`. Did you mean `{meant}`?"),
            None => bail!("there is no rule `{rule}`. `guardline rules` lists all of them."),
        }
    };
    output::print(&explain(meta, examples, output::style(no_color)))?;
    Ok(0)
}

fn explain(meta: &RuleMeta, examples: bool, style: Style) -> String {
    let mut out = vec![String::new(), style.paint(Tone::Strong, meta.title)];
    let cwe: Vec<String> = meta.cwe.iter().map(|number| format!("CWE-{number}")).collect();
    let mut facts = vec![meta.id.as_str().to_owned(), meta.risk.title().to_owned(), format!("{} impact", impact(meta.impact))];
    facts.extend((!cwe.is_empty()).then(|| cwe.join(", ")));
    out.push(style.paint(Tone::Faint, &facts.join(" · ")));
    let sections = page::sections(meta.page);
    for (i, section) in sections.iter().enumerate().filter(|(i, section)| *i == 0 || examples || page::is_advice(section)) {
        if i > 0 {
            out.push(String::new());
            out.push(style.paint(Tone::Heading, section.title));
        }
        for block in page::blocks(section.body) {
            show(&block, style, &mut out);
        }
    }
    if !examples {
        out.push(String::new());
        out.push(style.paint(Tone::Faint, &format!("Code that is flagged, and code that is not: guardline explain {} --examples", meta.id)));
    }
    out.push(String::new());
    out.join("\n")
}

fn show(block: &Block<'_>, style: Style, out: &mut Vec<String>) {
    let follows_item = out.last().is_some_and(|line| line.starts_with("  ") && !line.trim().is_empty());
    match block {
        Block::Paragraph(text) => {
            out.push(String::new());
            out.extend(style.code_in(style.wrap("", &page::plain(text))));
        }
        Block::Item { sign, depth, text } => {
            if !follows_item {
                out.push(String::new());
            }
            let indent = "  ".repeat(depth + 1);
            let hang = format!("{indent}{}", " ".repeat(sign.len() + 1));
            out.extend(style.code_in(style.wrap_hanging(&format!("{indent}{sign} "), &hang, &page::plain(text))));
        }
        Block::Heading(title) => {
            out.push(String::new());
            out.push(style.paint(Tone::Strong, title));
        }
        Block::Code { info, lines } => {
            out.push(String::new());
            // `ts app/api/notes/route.ts`: the language and the file's name.
            if let Some((_, name)) = info.split_once(' ') {
                out.push(format!("  {}", style.paint(Tone::Faint, name)));
            }
            for line in lines {
                // The line of carets under flagged code is the page's own remark, not code.
                let tone = if line.contains("^^") { Tone::Soon } else { Tone::Code };
                out.push(format!("    {}", style.paint(tone, &without_placeholders(line))));
            }
        }
        Block::Table(rows) => {
            out.push(String::new());
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| page::plain(cell)).collect();
                out.extend(style.code_in(style.wrap_hanging("  ", "      ", &cells.join("  |  "))));
            }
        }
    }
}

/// Pages write `{{stripe_live}}` where a key would stand.
fn without_placeholders(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        match after.split_once("}}") {
            Some((name, tail)) if !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') => {
                out.push_str(before);
                out.push_str(&format!("<{}>", name.replace('_', "-")));
                rest = tail;
            }
            _ => {
                out.push_str(before);
                out.push_str("{{");
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Audience, Impact, Risk, RuleId};

    #[test]
    fn a_page_reads_well_in_a_narrow_window() {
        let meta = RuleMeta {
            id: RuleId::new("some-rule"),
            title: "It is wrong",
            risk: Risk::Input,
            impact: Impact::High,
            audience: Audience::Everyday,
            cwe: &[89],
            page: "# some-rule: it is wrong\n\nAnybody can **read** all of it, and `more than` that.\n\n## How to fix\n\n1. First this.\n2. Then a [second](x) thing that is long.\n\n\
                ## Flagged\n```ts a.ts\nf(\"{{stripe_live}}\", style={{a}})\n//^^^ some-rule: bad\n```\n",
        };
        let expected = "\nIt is wrong\nsome-rule · Untrusted input · high impact · CWE-89\n\nAnybody can read all of it, and\n`more than` that.\n\nHow to fix\n\n  1. First this.\n  \
            2. Then a second thing that is\n     long.\n\nFlagged\n\n  a.ts\n    f(\"<stripe-live>\", style=<a>)\n    //^^^ some-rule: bad\n";
        assert_eq!(explain(&meta, true, Style { colour: false, width: 34 }), expected);
        assert!(!explain(&meta, false, Style { colour: false, width: 34 }).contains("Flagged"));
    }
}
