//! `guardline.json` to a [`Config`]. What cannot be read is told, with its place, and the rest works.

mod suppress;
mod values;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use rustc_hash::FxHashSet;

use super::{Audience, Config, RuleSetting, route};
use crate::text::{Name, Span};
use values::{name_span, span};

/// Something in the file that has no effect, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigError {
    /// Where in the text it stands.
    pub span: Span,
    pub message: String,
}

/// The keys that may stand in the file, in the order of the schema.
pub const KEYS: &[&str] = &[
    "$schema",
    "quietMs",
    "audience",
    "rules",
    "ignore",
    "includeTests",
    "codeLens",
    "guards",
    "policies",
    "ownerColumns",
    "publicModels",
    "publicRoutes",
    "elevatedRoles",
    "maxFileBytes",
    "suppress",
];

/// A text with more brackets inside brackets than this is not read: reading it recurses.
const DEEPEST: usize = 64;

/// The defaults with what `text` sets. `is_rule` knows the ids of the rules.
pub fn parse(text: &str, is_rule: &dyn Fn(&str) -> bool) -> (Config, Vec<ConfigError>) {
    let mut config = Config::default();
    let errors = apply(&mut config, text, is_rule);
    (config, errors)
}

/// Changes what `text` sets and leaves the rest as it is, so that several sources can be laid over each other.
/// The settings of single rules are laid over each other too.
pub fn apply(config: &mut Config, text: &str, is_rule: &dyn Fn(&str) -> bool) -> Vec<ConfigError> {
    let mut reader = Reader { config, is_rule, errors: Vec::new() };
    let unmarked = text.strip_prefix('\u{feff}').unwrap_or(text);
    reader.text(unmarked);
    let shift = text.len() - unmarked.len();
    let mut errors = reader.errors;
    for error in &mut errors {
        error.span = error.span.shifted(shift as u32);
    }
    errors
}

struct Reader<'c> {
    config: &'c mut Config,
    is_rule: &'c dyn Fn(&str) -> bool,
    errors: Vec<ConfigError>,
}

impl Reader<'_> {
    fn text(&mut self, text: &str) {
        if nesting(text) > DEEPEST {
            return self.say(Span::at(0), "this is nested too deeply to be read".into());
        }
        let options = ParseOptions { allow_loose_object_property_names: false, ..ParseOptions::default() };
        match parse_to_ast(text, &CollectOptions::default(), &options) {
            Ok(parsed) => match parsed.value {
                Some(Value::Object(object)) => self.object(&object),
                Some(other) => self.wrong(&other, "an object"),
                None => {}
            },
            Err(error) => self.say(span(error.range()), format!("{}, so nothing in this file has effect", error.kind())),
        }
    }

    fn object(&mut self, object: &Object) {
        let mut seen = FxHashSet::default();
        for property in &object.properties {
            let key = property.name.as_str();
            if !seen.insert(key) {
                self.say(name_span(property), format!("`{key}` stands here twice; this one counts"));
            }
            self.property(key, property);
        }
    }

    fn property(&mut self, key: &str, property: &ObjectProp) {
        let value = &property.value;
        match key {
            "$schema" => {
                self.string(value);
            }
            "quietMs" => {
                if let Some(number) = self.number(value, 60_000) {
                    self.config.quiet_ms = number;
                }
            }
            "audience" => match self.string(value) {
                Some("everyday") => self.config.audience = Audience::Everyday,
                Some("auditor") => self.config.audience = Audience::Auditor,
                Some(_) => self.wrong(value, "\"everyday\" or \"auditor\""),
                None => {}
            },
            "rules" => self.rules(value),
            "ignore" => {
                if let Some(strings) = self.strings(value) {
                    self.config.ignore = strings;
                }
            }
            "includeTests" => match value {
                Value::BooleanLit(literal) => self.config.include_tests = literal.value,
                other => self.wrong(other, "true or false"),
            },
            "codeLens" => match value {
                Value::BooleanLit(literal) => self.config.code_lens = literal.value,
                other => self.wrong(other, "true or false"),
            },
            "guards" => {
                if let Some(names) = self.names(value) {
                    self.config.guards = names;
                }
            }
            "policies" => {
                if let Some(names) = self.names(value) {
                    self.config.policies = names;
                }
            }
            "ownerColumns" => {
                if let Some(names) = self.names_that(value, column_problem) {
                    self.config.owner_columns = names;
                }
            }
            "publicModels" => {
                if let Some(names) = self.names(value) {
                    self.config.public_models = names;
                }
            }
            "publicRoutes" => {
                if let Some(strings) = self.strings_that(value, route::problem) {
                    self.config.public_routes = strings;
                }
            }
            "elevatedRoles" => {
                if let Some(names) = self.names(value) {
                    self.config.elevated_roles = names;
                }
            }
            "maxFileBytes" => {
                if let Some(number) = self.number(value, 1 << 30) {
                    self.config.max_file_bytes = number;
                }
            }
            "suppress" => self.suppressions(value),
            unknown => self.unknown(property, unknown, KEYS.iter().copied(), "setting"),
        }
    }

    fn rules(&mut self, value: &Value) {
        let Value::Object(object) = value else { return self.wrong(value, "an object of rules and their levels") };
        for property in &object.properties {
            let id = property.name.as_str();
            if !(self.is_rule)(id) {
                self.say(name_span(property), format!("there is no rule `{id}`"));
                continue;
            }
            let setting = match self.string(&property.value) {
                Some("off") => RuleSetting::Off,
                Some("error") => RuleSetting::Error,
                Some("warning") => RuleSetting::Warning,
                Some("information") => RuleSetting::Information,
                Some("hint") => RuleSetting::Hint,
                Some(_) => {
                    self.wrong(&property.value, "\"off\", \"error\", \"warning\", \"information\" or \"hint\"");
                    continue;
                }
                None => continue,
            };
            self.config.rules.retain(|(rule, _)| rule != id);
            self.config.rules.push((Name::new(id), setting));
        }
    }
}

fn column_problem(name: &str) -> Option<&'static str> {
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'));
    (!is_name).then_some("a column is named by its name alone, as in the schema: \"tenantUid\"")
}

/// How deep brackets stand inside brackets, those in strings and comments counted too: a bound, not a parse.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Config, Vec<(String, String)>) {
        let (config, errors) = parse(text, &|id| id == "missing-auth" || id == "xss");
        (config, errors.into_iter().map(|error| (error.span.of(text).to_owned(), error.message)).collect())
    }

    #[test]
    fn everything_that_can_be_set_is_set() {
        let (config, errors) = read(
            r#"{
              "$schema": "./guardline.schema.json",
              // comments and a trailing comma are fine
              "quietMs": 0, "audience": "auditor", "rules": { "xss": "off", "missing-auth": "hint" },
              "ignore": ["legacy/"], "includeTests": true, "codeLens": false, "guards": ["requireUser"], "policies": ["can"],
              "ownerColumns": ["author"], "publicModels": ["Post"], "publicRoutes": ["/api/health"],
              "elevatedRoles": ["admin"], "maxFileBytes": 1000,
            }"#,
        );
        assert_eq!(errors, []);
        let expected = Config {
            suppress: Vec::new(),
            folder: None,
            quiet_ms: 0,
            audience: Audience::Auditor,
            rules: vec![("xss".into(), RuleSetting::Off), ("missing-auth".into(), RuleSetting::Hint)],
            ignore: vec!["legacy/".into()],
            include_tests: true,
            code_lens: false,
            guards: vec!["requireUser".into()],
            policies: vec!["can".into()],
            owner_columns: vec!["author".into()],
            public_models: vec!["Post".into()],
            public_routes: vec!["/api/health".into()],
            elevated_roles: vec!["admin".into()],
            max_file_bytes: 1000,
            own_rules: Default::default(),
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_the_rest_works() {
        let (config, errors) = read(
            r#"{ "quiet_ms": 5, "quietMs": "soon", "audience": "me", "rules": { "xxs": "off", "xss": "loud" }, "ignore": ["a", 1], "guards": "x", "maxFileBytes": 7 }"#,
        );
        let expected = [
            ("\"quiet_ms\"", "there is no setting `quiet_ms`; did you mean `quietMs`?"),
            ("\"soon\"", "expected a whole number from 0 to 60000"),
            ("\"me\"", "expected \"everyday\" or \"auditor\""),
            ("\"xxs\"", "there is no rule `xxs`"),
            ("\"loud\"", "expected \"off\", \"error\", \"warning\", \"information\" or \"hint\""),
            ("1", "expected a string"),
            ("\"x\"", "expected a list of strings"),
        ];
        assert_eq!(errors, expected.map(|(place, message)| (place.to_owned(), message.to_owned())));
        assert_eq!(config, Config { ignore: vec!["a".into()], max_file_bytes: 7, ..Config::default() });
    }

    #[test]
    fn columns_and_routes_are_looked_at_one_by_one() {
        let (config, errors) = read(r#"{ "ownerColumns": ["notes.tenantUid", "tenantUid", ""], "publicRoutes": ["health", "/health", 7] }"#);
        let places: Vec<&str> = errors.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["\"notes.tenantUid\"", "\"\"", "\"health\"", "7"]);
        assert_eq!((config.owner_columns, config.public_routes), (vec![Name::from("tenantUid")], vec!["/health".to_owned()]));
        assert!(errors[2].1.starts_with("a route begins with `/`"));
    }

    #[test]
    fn text_that_is_no_object_changes_nothing() {
        for text in ["", "// nothing yet\n", "[1]", "{", "{ \"quietMs\": 1 ", "nul", "\"x\"", "{a: 1}", "\u{feff}{}", "{'a': 1}"] {
            let (config, _) = read(text);
            assert_eq!(config, Config::default(), "{text}");
        }
        assert_eq!(read("").1, []);
        assert_eq!(read("\u{feff}{}").1, []);
        assert_eq!(read("[1]").1, [("[1]".to_owned(), "expected an object".to_owned())]);
    }

    #[test]
    fn places_count_the_byte_order_mark() {
        assert_eq!(read("\u{feff}{\"x\": 1}").1[0].0, "\"x\"");
    }

    #[test]
    fn hostile_text_is_refused() {
        let (config, errors) = read(&"[".repeat(1_000_000));
        assert_eq!(config, Config::default());
        assert_eq!(errors.len(), 1);
    }

    #[test]
    fn layers_lie_over_each_other() {
        let is_rule = |_: &str| true;
        let mut config = Config::default();
        assert_eq!(apply(&mut config, r#"{"quietMs": 1, "rules": {"a": "off", "b": "off"}}"#, &is_rule), []);
        assert_eq!(apply(&mut config, r#"{"rules": {"a": "error"}}"#, &is_rule), []);
        assert_eq!(config.quiet_ms, 1);
        assert_eq!(config.rules, [("b".into(), RuleSetting::Off), ("a".into(), RuleSetting::Error)]);
    }

    #[test]
    fn the_schema_knows_the_same_keys() {
        let schema: serde_json::Value = serde_json::from_str(include_str!("../../../queries/guardline.schema.json")).expect("JSON");
        let keys: Vec<&str> = schema["properties"].as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(keys, KEYS);
        assert_eq!(schema["properties"]["quietMs"]["default"], Config::default().quiet_ms);
        assert_eq!(schema["properties"]["maxFileBytes"]["default"], Config::default().max_file_bytes);
    }
}
