//! A project's own rules: patterns in `.guardline/queries/*.scm`, each with what it is called and what it says in the comment
//! lines above it. No syntax is known here: whether a pattern fits its language is asked above (`facts::pattern`).
//!
//! ```text
//! ; id: eval-on-server
//! ; language: typescript, javascript
//! ; severity: error
//! ; message: {code} is run as a program
//! ; rewrite: JSON.parse({code})
//! ;
//! ; Whoever chooses this text runs code on the server.
//! ;
//! ; ## How to fix
//! ; Parse data, do not evaluate it.
//! ((call_expression
//!    function: (identifier) @function
//!    arguments: (arguments . (_) @code .)) @here
//!  (#eq? @function "eval"))
//! ```

mod block;
mod template;

use block::{Block, Field, KEYS};

pub use template::{Part, Template};

use super::{ConfigError, RuleSetting};
use crate::text::{FileId, Name, Span};

/// Where a project keeps them.
pub const FOLDER: &str = ".guardline/queries";
/// What their files end with.
pub const EXTENSION: &str = "scm";

#[derive(Clone, PartialEq, Debug)]
pub struct OwnRule {
    pub id: Name,
    /// Where the id stands in the file.
    pub id_span: Span,
    pub file: FileId,
    pub languages: Vec<RuleLanguage>,
    pub severity: RuleSetting,
    pub title: String,
    pub message: Template,
    pub rewrite: Option<Template>,
    /// The rewrite changes nothing that anybody has to decide: it may be applied with all other safe fixes.
    pub safe: bool,
    pub cwe: Vec<u16>,
    /// Markdown, as the pages of the other rules.
    pub page: String,
    /// The patterns, and where they begin in the file.
    pub query: String,
    pub query_start: u32,
}

/// Files by what they are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RuleLanguage {
    /// `.ts` and `.tsx`.
    TypeScript,
    /// `.tsx` and `.jsx`.
    Tsx,
    /// `.js` and `.jsx`.
    JavaScript,
    Python,
}

/// A longer file is not read.
pub const LARGEST_FILE: usize = 256 << 10;
/// A file holds no more rules than this.
const MOST_RULES: usize = 50;
/// A longer pattern is not read: checking it against a grammar is more than linear.
const LONGEST_QUERY: usize = 16 << 10;
const LONGEST_ID: usize = 64;

/// The rules of one file, and what is wrong in it. A rule with a mistake that it cannot do without is left out.
/// `is_taken` knows the ids that the file cannot have: those of other rules.
pub fn parse(file: &FileId, text: &str, is_taken: &dyn Fn(&str) -> bool) -> (Vec<OwnRule>, Vec<ConfigError>) {
    let mut reader = Reader { file, text, is_taken, rules: Vec::new(), errors: Vec::new() };
    if text.len() > LARGEST_FILE {
        reader.say(Span::at(0), format!("this file is larger than {} KiB and is not read", LARGEST_FILE >> 10));
        return (Vec::new(), reader.errors);
    }
    for (at, block) in block::blocks(text).iter().enumerate() {
        if at == MOST_RULES {
            reader.say(reader.head(block), format!("a file holds at most {MOST_RULES} rules; this one and those below are not read"));
            break;
        }
        reader.rule(block);
    }
    (reader.rules, reader.errors)
}

struct Reader<'t> {
    file: &'t FileId,
    text: &'t str,
    is_taken: &'t dyn Fn(&str) -> bool,
    rules: Vec<OwnRule>,
    errors: Vec<ConfigError>,
}

impl Reader<'_> {
    fn rule(&mut self, block: &Block<'_>) {
        if block.fields.is_empty() {
            return self.say(self.head(block), "a rule has a name: `; id: …` stands above its pattern".into());
        }
        for (at, field) in block.fields.iter().enumerate() {
            if !KEYS.contains(&field.key) {
                self.say(field.key_span, format!("there is no `{}` in the head of a rule; there are {}", field.key, listed(KEYS)));
            } else if block.fields.iter().take(at).any(|before| before.key == field.key) {
                self.say(field.key_span, format!("`{}` stands here twice; the first one counts", field.key));
            }
        }
        for stray in &block.strays {
            self.say(*stray, "this sets nothing: write `key: value`, indent what goes on with the line above, and begin the page with an empty `;`".into());
        }
        let id = self.id(block);
        let languages = self.languages(block);
        let message = self.template(block, "message");
        if message.is_none() {
            self.say(self.head(block), "a rule says something: `; message: …`".into());
        }
        if block.code.is_empty() {
            self.say(self.head(block), "there is no pattern below".into());
        }
        let severity = self.severity(block);
        let safe = self.safe(block);
        let cwe = self.cwe(block);
        let rewrite = self.template(block, "rewrite");
        let query = block.code.of(self.text);
        if query.len() > LONGEST_QUERY {
            self.say(self.head(block), format!("the patterns of a rule are longer than {} KiB and are not read", LONGEST_QUERY >> 10));
            return;
        }
        let (Some((id, id_span)), Some(languages), Some(message)) = (id, languages, message) else { return };
        if query.is_empty() {
            return;
        }
        let plain = |template: &Template| template.filled(|_| "…".to_owned());
        let title = field(block, "title").map(Field::value).filter(|title| !title.is_empty()).unwrap_or_else(|| plain(&message));
        let body = block.page.join("\n");
        let page = format!("# {id}: {title}\n\n{}\n", body.trim());
        let (file, query) = (self.file.clone(), query.to_owned());
        self.rules.push(OwnRule { id, id_span, file, languages, severity, title, message, rewrite, safe, cwe, page, query, query_start: block.code.start });
    }

    /// Where a mistake that is nowhere in particular is told.
    fn head(&self, block: &Block<'_>) -> Span {
        match block.fields.first() {
            Some(field) => Span::new(field.key_span.start, field.span().end),
            None => Span::new(block.code.start, block.code.of(self.text).lines().next().map_or(block.code.start, |line| block.code.start + line.len() as u32)),
        }
    }

    fn id(&mut self, block: &Block<'_>) -> Option<(Name, Span)> {
        let Some(field) = field(block, "id") else {
            self.say(self.head(block), "a rule has a name: `; id: …` stands above its pattern".into());
            return None;
        };
        let (id, span) = (field.value(), field.span());
        let is_id = id.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        let problem = match () {
            () if !is_id || id.len() > LONGEST_ID => Some("an id is made of small letters, digits and single hyphens: `no-eval`".to_owned()),
            () if self.rules.iter().any(|rule| rule.id == id) || (self.is_taken)(&id) => Some(format!("there is a rule `{id}` already")),
            () => None,
        };
        match problem {
            Some(problem) => {
                self.say(span, problem);
                None
            }
            None => Some((Name::from(id), span)),
        }
    }

    fn languages(&mut self, block: &Block<'_>) -> Option<Vec<RuleLanguage>> {
        const KNOWN: &str = "`typescript`, `tsx`, `javascript`, `python`";
        let Some(field) = field(block, "language") else {
            self.say(self.head(block), format!("a rule speaks of a language: `; language: …`, of {KNOWN}"));
            return None;
        };
        let mut languages = Vec::new();
        for word in field.value().split([',', ' ']).filter(|word| !word.is_empty()) {
            match word {
                "typescript" => languages.push(RuleLanguage::TypeScript),
                "tsx" => languages.push(RuleLanguage::Tsx),
                "javascript" => languages.push(RuleLanguage::JavaScript),
                "python" => languages.push(RuleLanguage::Python),
                other => self.say(field.span(), format!("`{other}` is none of the languages that rules speak of: {KNOWN}")),
            }
        }
        if languages.is_empty() && field.value().is_empty() {
            self.say(field.span(), format!("expected one or several of {KNOWN}"));
        }
        (!languages.is_empty()).then_some(languages)
    }

    fn severity(&mut self, block: &Block<'_>) -> RuleSetting {
        let Some(field) = field(block, "severity") else { return RuleSetting::Warning };
        match field.value().as_str() {
            "error" => RuleSetting::Error,
            "warning" => RuleSetting::Warning,
            "information" => RuleSetting::Information,
            "hint" => RuleSetting::Hint,
            _ => {
                self.say(field.span(), "expected error, warning, information or hint".into());
                RuleSetting::Warning
            }
        }
    }

    fn safe(&mut self, block: &Block<'_>) -> bool {
        let Some(safe) = field(block, "safe") else { return false };
        match safe.value().as_str() {
            "true" if field(block, "rewrite").is_some() => return true,
            "true" => self.say(safe.key_span, "only a rewrite can be safe, and there is no `rewrite` here".into()),
            "false" => {}
            _ => self.say(safe.span(), "expected true or false".into()),
        }
        false
    }

    fn cwe(&mut self, block: &Block<'_>) -> Vec<u16> {
        let Some(field) = field(block, "cwe") else { return Vec::new() };
        let value = field.value();
        let numbers = value.split([',', ' ']).filter(|word| !word.is_empty()).map(|word| word.trim_start_matches("CWE-").parse::<u16>().ok());
        let numbers: Option<Vec<u16>> = numbers.collect();
        if numbers.is_none() {
            self.say(field.span(), "expected numbers of the CWE list, such as 95".into());
        }
        numbers.unwrap_or_default()
    }

    fn template(&mut self, block: &Block<'_>, key: &str) -> Option<Template> {
        let field = field(block, key)?;
        let mut template = Template::default();
        for (at, (line, start)) in field.lines.iter().enumerate() {
            if at > 0 && !template.parts.is_empty() {
                // A message is one line; a rewrite keeps its own.
                template.text(if key == "rewrite" { "\n" } else { " " });
            }
            template.push(line, *start);
        }
        // An empty rewrite takes out what was found.
        (key == "rewrite" || !template.parts.is_empty()).then_some(template)
    }

    fn say(&mut self, span: Span, message: String) {
        self.errors.push(ConfigError { span, message });
    }
}

fn field<'b, 't>(block: &'b Block<'t>, key: &str) -> Option<&'b Field<'t>> {
    block.fields.iter().find(|field| field.key == key)
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
