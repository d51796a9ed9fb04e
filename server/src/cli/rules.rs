//! `guardline rules`: what is looked for, here.

use anyhow::Result;
use serde_json::json;

use super::args::TableFormat;
use super::output;
use crate::report::json::{impact, risk};
use crate::report::paint::{Style, Tone};
use crate::rules::own::Known;
use crate::rules::{Risk, RuleMeta};

pub fn run(format: TableFormat, no_color: bool) -> Result<u8> {
    let config = super::config_here();
    let known = Known::of(&config);
    let all = known.all();
    let text = match format {
        TableFormat::Text => table(&all, output::style(no_color)),
        TableFormat::Json => list(&all)?,
    };
    output::print(&text)?;
    Ok(0)
}

fn list(all: &[&RuleMeta]) -> Result<String> {
    let rules =
        all.iter().map(|meta| json!({ "id": meta.id.as_str(), "title": meta.title, "risk": risk(meta.risk), "impact": impact(meta.impact), "cwe": meta.cwe }));
    Ok(serde_json::to_string_pretty(&rules.collect::<Vec<_>>())? + "\n")
}

fn table(all: &[&RuleMeta], style: Style) -> String {
    let widest = all.iter().map(|meta| meta.id.as_str().len()).max().unwrap_or(0);
    let mut out = String::new();
    for group in Risk::ALL {
        let of_group: Vec<&&RuleMeta> = all.iter().filter(|meta| meta.risk == group).collect();
        if of_group.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}\n", style.paint(Tone::Strong, group.title())));
        for meta in of_group {
            let hang = " ".repeat(widest + 14);
            let first = format!("  {:<widest$}  {:<8}  ", meta.id.as_str(), impact(meta.impact));
            for (i, line) in style.wrap_hanging(&first, &hang, meta.title).into_iter().enumerate() {
                let line = if i == 0 { line.replacen(meta.id.as_str(), &style.paint(Tone::Code, meta.id.as_str()), 1) } else { line };
                out.push_str(&line);
                out.push('\n');
            }
        }
    }
    out.push_str(&format!("\n{} rules. To read about one: guardline explain RULE\n", all.len()));
    out
}
