//! The project's own rules: each says what its file says, wherever its pattern matches.

use std::cell::OnceCell;

use super::{Audience, Confidence, Finding, FixPlan, Impact, Level, Place, Risk, RuleId, RuleMeta, all, by_id};
use crate::config::own::{self, OwnRule, Part, Template};
use crate::config::{Config, ConfigError, RuleSetting};
use crate::facts::pattern::{PatternHit, problems};
use crate::syntax::Document;
use crate::text::{FileId, Name, Span, lines};

/// What is known of all rules: those that are built in, and the project's own.
pub struct Known<'c> {
    own: Vec<RuleMeta<'c>>,
}

impl<'c> Known<'c> {
    pub fn of(config: &'c Config) -> Known<'c> {
        Known { own: config.own_rules.iter().map(meta).collect() }
    }

    /// Those that are built in by id, then the project's own as its files have them.
    pub fn all(&self) -> Vec<&RuleMeta<'_>> {
        let built_in: &[&RuleMeta<'_>] = all();
        built_in.iter().copied().chain(&self.own).collect()
    }

    pub fn by_id(&self, id: &str) -> Option<&RuleMeta<'_>> {
        let built_in: Option<&RuleMeta<'_>> = by_id(id);
        built_in.or_else(|| self.own.iter().find(|meta| meta.id.as_str() == id))
    }
}

/// Is there such a rule, built in or among these?
pub fn is_known(id: &str, own: &[OwnRule]) -> bool {
    by_id(id).is_some() || own.iter().any(|rule| rule.id == id)
}

/// The rules of one file that can be run, and all that is wrong in it. `others`: those of the files before it.
pub fn read(file: &FileId, text: &str, others: &[OwnRule]) -> (Vec<OwnRule>, Vec<ConfigError>) {
    let (mut rules, mut errors) = own::parse(file, text, &|id| is_known(id, others));
    rules.retain(|rule| {
        let wrong = problems(rule);
        errors.extend(wrong.iter().cloned());
        wrong.is_empty()
    });
    errors.sort_by_key(|error| error.span);
    (rules, errors)
}

fn meta(rule: &OwnRule) -> RuleMeta<'_> {
    let (impact, _) = loudness(rule.severity);
    RuleMeta { id: RuleId::from(&rule.id), title: &rule.title, risk: Risk::Own, impact, audience: Audience::Everyday, cwe: &rule.cwe, page: &rule.page }
}

fn loudness(severity: RuleSetting) -> (Impact, Level) {
    match severity {
        RuleSetting::Error => (Impact::High, Level::Error),
        RuleSetting::Warning => (Impact::Medium, Level::Warning),
        RuleSetting::Information => (Impact::Low, Level::Information),
        RuleSetting::Hint | RuleSetting::Off => (Impact::Low, Level::Hint),
    }
}

/// What the rules say of one document. `secrets`: what stands there is never repeated.
pub fn findings(rules: &[OwnRule], document: &Document, hits: &[PatternHit], secrets: &[Span]) -> Vec<Finding> {
    let text = OnceCell::new();
    let finding = |hit: &PatternHit| {
        let rule = rules.get(hit.rule)?;
        let (impact, level) = loudness(rule.severity);
        let place = Place { file: document.file.clone(), span: hit.span };
        let rewrite = rule.rewrite.as_ref();
        let plan = |rewrite: &Template| FixPlan::Rewrite {
            at: place.clone(),
            text: written(rewrite, document, hit, &text),
            rule: RuleId::from(&rule.id),
            safe: rule.safe,
        };
        Some(Finding {
            rule: RuleId::from(&rule.id),
            detail: Name::default(),
            impact,
            confidence: Confidence::Proven,
            level,
            message: rule.message.filled(|name| said(document, captured(hit, name), secrets)).into(),
            related: Vec::new(),
            plans: rewrite.map(plan).into_iter().collect(),
            absence: false,
            place,
        })
    };
    hits.iter().filter_map(finding).collect()
}

fn captured(hit: &PatternHit, name: &str) -> Option<Span> {
    if name == "here" {
        return Some(hit.span);
    }
    hit.captures.iter().find(|(known, _)| known == name).map(|(_, span)| *span)
}

/// No more of the code than this is repeated in a message.
const LONGEST: usize = 60;

/// Code as part of a sentence: on one line, and not too much of it.
fn said(document: &Document, span: Option<Span>, secrets: &[Span]) -> String {
    let Some(span) = span else { return String::new() };
    if secrets.iter().any(|secret| secret.touches(span)) {
        return "•••".to_owned();
    }
    let text = document.code_of(Span::new(span.start, span.end.min(span.start + 4096)));
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).take(LONGEST + 1).collect();
    if line.chars().count() > LONGEST {
        line.pop();
        line.push('…');
    }
    line
}

/// The rewrite at this place: its own lines are indented as the code is, captured ones stay as they are.
fn written(rewrite: &Template, document: &Document, hit: &PatternHit, text: &OnceCell<String>) -> String {
    let is_one_line = !rewrite.parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains('\n')));
    let line_end = if is_one_line {
        String::new()
    } else {
        let text = text.get_or_init(|| document.text());
        format!("{}{}", lines::line_end(text), lines::indentation(text, hit.span.start))
    };
    let part = |part: &Part| match part {
        Part::Text(text) => text.replace('\n', &line_end),
        Part::Capture { name, .. } => captured(hit, name).map(|span| document.slice(span)).unwrap_or_default(),
    };
    rewrite.parts.iter().map(part).collect()
}
