//! Where the patterns of a project's own rules match.

use crate::config::ConfigError;
use crate::config::own::{OwnRule, RuleLanguage};
use crate::syntax::{Document, Grammar, Language, Pattern, PatternMemory, PatternProblem};
use crate::text::{Name, Span};

/// One match of a rule's pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatternHit {
    /// The rule's number among the project's own rules.
    pub rule: usize,
    pub span: Span,
    pub captures: Vec<(Name, Span)>,
}

/// The patterns of all of a project's own rules, ready to be asked.
#[derive(Default)]
pub struct OwnPatterns {
    patterns: Vec<Compiled>,
}

struct Compiled {
    rule: usize,
    languages: Vec<Language>,
    pattern: Pattern,
}

impl OwnPatterns {
    /// Rules whose patterns do not fit their language match nothing: see [`problems`].
    pub fn compile(rules: &[OwnRule]) -> OwnPatterns {
        let mut patterns = Vec::new();
        for (rule, own) in rules.iter().enumerate() {
            for (grammar, languages) in grammars(own) {
                patterns.extend(Pattern::compile(grammar, &own.query).ok().map(|pattern| Compiled { rule, languages, pattern }));
            }
        }
        OwnPatterns { patterns }
    }

    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The matches in a document, in order of place. `memory` is that of this file and these patterns, or empty.
    pub fn hits(&self, document: &Document, memory: &mut PatternMemory) -> Vec<PatternHit> {
        let asked: Vec<&Compiled> = self.patterns.iter().filter(|compiled| compiled.languages.contains(&document.code_language())).collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let patterns: Vec<&Pattern> = asked.iter().map(|compiled| &compiled.pattern).collect();
        let found = document.matches(&patterns, memory);
        let hit = |found: &crate::syntax::PatternMatch| {
            let rule = asked.get(found.pattern)?.rule;
            Some(PatternHit { rule, span: found.span, captures: found.captures.clone() })
        };
        found.iter().filter_map(hit).collect()
    }
}

/// The grammars a rule is asked of, each with the files it is for.
fn grammars(rule: &OwnRule) -> Vec<(Grammar, Vec<Language>)> {
    let mut all: Vec<(Grammar, Vec<Language>)> = Vec::new();
    for language in &rule.languages {
        let languages: &[Language] = match language {
            RuleLanguage::TypeScript => &[Language::TypeScript, Language::Tsx],
            RuleLanguage::Tsx => &[Language::Tsx, Language::Jsx],
            RuleLanguage::JavaScript => &[Language::JavaScript, Language::Jsx],
            RuleLanguage::Python => &[Language::Python],
        };
        for language in languages {
            let Some(grammar) = language.grammar() else { continue };
            match all.iter_mut().find(|(known, _)| *known == grammar) {
                Some((_, known)) if known.contains(language) => {}
                Some((_, known)) => known.push(*language),
                None => all.push((grammar, vec![*language])),
            }
        }
    }
    all
}

/// What is wrong between a rule and the grammars of its languages, in places of its file: the first mistake of its patterns, or
/// what its texts ask for and no pattern captures.
pub fn problems(rule: &OwnRule) -> Vec<ConfigError> {
    let mut compiled = Vec::new();
    for (grammar, _) in grammars(rule) {
        match Pattern::compile(grammar, &rule.query) {
            Ok(pattern) => compiled.push(pattern),
            Err(PatternProblem { span, mut message }) => {
                if grammar == Grammar::TypeScript && Pattern::compile(Grammar::Tsx, &rule.query).is_ok() {
                    message.push_str(", but TSX and JavaScript have: say `; language: tsx`, or `javascript`");
                }
                return vec![ConfigError { span: span.shifted(rule.query_start), message }];
            }
        }
    }
    let asked = rule.message.captures().chain(rule.rewrite.iter().flat_map(|rewrite| rewrite.captures()));
    let unknown = asked.filter(|(name, _)| *name != "here" && !compiled.iter().any(|pattern| pattern.has_capture(name)));
    unknown.map(|(name, span)| ConfigError { span, message: format!("nothing is captured as `@{name}`; `\\{{{name}}}` stands for the text itself") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::own::parse;
    use crate::text::FileId;

    fn rule(text: &str) -> OwnRule {
        let (mut rules, errors) = parse(&FileId::new("/w/.guardline/queries/a.scm"), text, &|_| false);
        assert_eq!(errors, []);
        rules.remove(0)
    }

    fn told(text: &str) -> Vec<(String, String)> {
        problems(&rule(text)).into_iter().map(|error| (error.span.of(text).to_owned(), error.message)).collect()
    }

    #[test]
    fn mistakes_have_places_in_the_file() {
        let head = "; id: a\n; language: typescript, python\n; message: é {name} {nme}\n";
        assert_eq!(
            told(&format!("{head}(identifier) @name")),
            [("{nme}".to_owned(), "nothing is captured as `@nme`; `\\{nme}` stands for the text itself".to_owned())]
        );
        assert_eq!(told(&format!("{head}(call_expression) @name")), [("call_expression".to_owned(), "Python has no node `call_expression`".to_owned())]);
        let jsx = "; id: a\n; language: typescript\n; message: {here}\n(jsx_element) @here";
        assert!(told(jsx)[0].1.ends_with("say `; language: tsx`, or `javascript`"));
        assert_eq!(told(&jsx.replace("typescript", "tsx, javascript")), []);
    }

    #[test]
    fn a_rule_is_asked_of_the_files_of_its_languages() {
        let text = "; id: a\n; language: LANGUAGE\n; message: m\n(identifier) @here";
        let hits = |language: &str, name: &str| {
            let file = FileId::new(name);
            let document = Document::new(file.clone(), Language::of(&file).expect("a language"), 0, "a\n");
            OwnPatterns::compile(&[rule(&text.replace("LANGUAGE", language))]).hits(&document, &mut PatternMemory::default()).len()
        };
        let of = |language: &str| ["/a.ts", "/a.tsx", "/a.js", "/a.jsx", "/a.py", "/a.sql"].map(|name| hits(language, name));
        assert_eq!(of("typescript"), [1, 1, 0, 0, 0, 0]);
        assert_eq!(of("tsx"), [0, 1, 0, 1, 0, 0]);
        assert_eq!(of("javascript"), [0, 0, 1, 1, 0, 0]);
        assert_eq!(of("python"), [0, 0, 0, 0, 1, 0]);
        assert_eq!(of("typescript, tsx, javascript"), [1, 1, 1, 1, 0, 0]);
    }
}
