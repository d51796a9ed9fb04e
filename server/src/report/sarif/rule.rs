//! What a SARIF file says of the rules: what hosts show beside a finding, and sort by.

use serde_json::{Value, json};

use super::level;
use crate::report::json::risk;
use crate::report::page::{self, Block};
use crate::rules::{Audience, Confidence, Impact, Level, RuleMeta};

/// Longer descriptions are refused.
const MOST_DESCRIBED: usize = 1000;

/// Letters of a title that a name is made of; hosts refuse names of more than 255.
const MOST_NAMED: usize = 200;

/// The CWE numbers of these rules, each once.
pub(super) fn weaknesses(rules: &[&RuleMeta<'_>]) -> Vec<u16> {
    let mut all: Vec<u16> = rules.iter().flat_map(|meta| meta.cwe.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The list of weaknesses that rules refer to.
pub(super) fn taxonomy(weaknesses: &[u16]) -> Value {
    let taxon = |number: &u16| json!({ "id": format!("CWE-{number}"), "helpUri": format!("https://cwe.mitre.org/data/definitions/{number}.html") });
    json!({
        "name": "CWE",
        "organization": "MITRE",
        "shortDescription": { "text": "The MITRE Common Weakness Enumeration" },
        "informationUri": "https://cwe.mitre.org/",
        "isComprehensive": false,
        "taxa": weaknesses.iter().map(taxon).collect::<Vec<_>>(),
    })
}

pub(super) fn rule(meta: &RuleMeta<'_>, weaknesses: &[u16]) -> Value {
    let mut tags = vec!["security".to_owned(), format!("guardline/{}", risk(meta.risk))];
    tags.extend(meta.cwe.iter().map(|number| format!("external/cwe/cwe-{number:03}")));
    let introduction = page::introduction(meta.page);
    let described = if introduction.is_empty() { meta.title } else { page::beginning(&introduction, MOST_DESCRIBED) };
    let markdown = help(meta.page);
    let text = page::blocks(&markdown).into_iter().filter_map(|block| match block {
        Block::Paragraph(text) | Block::Item { text, .. } => Some(page::plain(&text)),
        _ => None,
    });
    let text = text.collect::<Vec<_>>().join("\n");
    let relationship = |number: &u16| {
        let index = weaknesses.binary_search(number).ok()?;
        Some(json!({ "target": { "id": format!("CWE-{number}"), "index": index, "toolComponent": { "name": "CWE", "index": 0 } }, "kinds": ["superset"] }))
    };
    json!({
        "id": meta.id.as_str(),
        "name": name(meta),
        "shortDescription": { "text": meta.title },
        "fullDescription": { "text": described.chars().take(MOST_DESCRIBED).collect::<String>() },
        "help": { "text": if text.is_empty() { meta.title } else { &text }, "markdown": if markdown.is_empty() { meta.title } else { &markdown } },
        "defaultConfiguration": { "level": level(Level::of(meta.impact, Confidence::Proven)) },
        "relationships": meta.cwe.iter().filter_map(relationship).collect::<Vec<_>>(),
        "properties": { "tags": tags, "security-severity": severity(meta.impact), "precision": precision(meta.audience) },
    })
}

/// The page without its title, without what is only for the builders of Guardline, and without test material.
fn help(page: &str) -> String {
    let sections = page::sections(page);
    let told = sections.iter().enumerate().filter(|(i, section)| *i == 0 || page::is_advice(section));
    let texts = told.map(|(i, section)| if i == 0 { section.body.to_owned() } else { format!("## {}\n\n{}", section.title, section.body) });
    texts.collect::<Vec<_>>().join("\n\n").trim().to_owned()
}

/// A name says more than the id does: where that is a single word, it is what the rule is called.
fn name(meta: &RuleMeta<'_>) -> String {
    let id = meta.id.as_str();
    if id.contains('-') {
        return pascal(id);
    }
    let letters = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let title: String = meta.title.chars().map(letters).take(MOST_NAMED).collect();
    let name = pascal(&title);
    if name.is_empty() || name.eq_ignore_ascii_case(id) { format!("{}Rule", pascal(id)) } else { name }
}

/// `missing-auth` becomes `MissingAuth`.
fn pascal(id: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    id.split('-').map(capital).collect()
}

/// The scale code hosts sort by, from 0 to 10.
fn severity(impact: Impact) -> &'static str {
    match impact {
        Impact::Critical => "9.5",
        Impact::High => "8.0",
        Impact::Medium => "5.5",
        Impact::Low => "3.0",
    }
}

/// How often a finding is right, as hosts say it.
fn precision(audience: Audience) -> &'static str {
    match audience {
        Audience::Everyday => "high",
        Audience::Auditor => "medium",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What code hosts document as required or as a limit.
    #[test]
    fn every_rule_says_what_hosts_ask_for() {
        let all = crate::rules::all();
        let weaknesses = weaknesses(all);
        for meta in all {
            let rule = rule(meta, &weaknesses);
            let text = |value: &Value| value.as_str().unwrap_or_default().chars().count();
            assert!((1..=255).contains(&text(&rule["name"])), "{rule}");
            assert!(!rule["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(meta.id.as_str())), "a name that is the id says nothing: {rule}");
            assert!((1..=1024).contains(&text(&rule["shortDescription"]["text"])), "{rule}");
            assert!((1..=1024).contains(&text(&rule["fullDescription"]["text"])), "{rule}");
            assert!(text(&rule["help"]["text"]) > 100 && text(&rule["help"]["markdown"]) > 100, "{rule}");
            assert!(rule["properties"]["tags"].as_array().is_some_and(|tags| (3..=20).contains(&tags.len())), "{rule}");
            assert_eq!(rule["relationships"].as_array().map(Vec::len), Some(meta.cwe.len()));
        }
    }
}
