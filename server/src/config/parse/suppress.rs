//! `suppress`: a list of rules, paths and a reason each. One with a mistake in it has no effect, and that is told.

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;

use super::{Reader, span};
use crate::config::Suppression;
use crate::text::{Date, Name};

impl Reader<'_> {
    pub(super) fn suppressions(&mut self, value: &Value) {
        let Value::Array(array) = value else { return self.wrong(value, "a list of suppressions, each with `rules`, `paths` and `reason`") };
        self.config.suppress = array.elements.iter().filter_map(|element| self.suppression(element)).collect();
    }

    /// One of them. With a mistake in it, it has no effect.
    fn suppression(&mut self, value: &Value) -> Option<Suppression> {
        let Value::Object(object) = value else {
            self.wrong(value, "an object with `rules`, `paths` and `reason`");
            return None;
        };
        let (mut rules, mut paths, mut reason, mut until) = (None, None, None, None);
        for property in &object.properties {
            match property.name.as_str() {
                "rules" => rules = Some(self.known_rules(&property.value)?),
                "paths" => paths = Some(self.strings(&property.value)?),
                "reason" => reason = Some(self.string(&property.value)?.trim().to_owned()),
                "until" => {
                    let Some(day) = Date::parse(self.string(&property.value)?) else {
                        self.wrong(&property.value, "a day such as \"2027-01-31\"");
                        return None;
                    };
                    until = Some(day);
                }
                unknown => self.unknown(property, unknown, ["rules", "paths", "reason", "until"].into_iter(), "part of a suppression"),
            }
        }
        let missing = match (&rules, &paths, &reason) {
            (Some(rules), ..) if rules.is_empty() => "at least one rule",
            (_, Some(paths), _) if paths.is_empty() => "at least one path",
            (Some(_), Some(_), Some(reason)) if reason.chars().any(char::is_alphanumeric) => "",
            (None, ..) => "`rules`",
            (_, None, _) => "`paths`",
            _ => "a `reason`",
        };
        let (Some(rules), Some(paths), Some(reason), "") = (rules, paths, reason, missing) else {
            self.say(span(value.range()), format!("this silences nothing, as it lacks {missing}"));
            return None;
        };
        match Suppression::new(rules, paths, reason, until) {
            Ok(suppression) => Some(suppression),
            Err(path) => {
                self.say(span(value.range()), format!("`{path}` is not a glob, so this silences nothing"));
                None
            }
        }
    }

    /// A list of rules. Those that are not known are told and left out.
    fn known_rules(&mut self, value: &Value) -> Option<Vec<Name>> {
        let Value::Array(array) = value else {
            self.wrong(value, "a list of rules");
            return None;
        };
        let mut rules = Vec::with_capacity(array.elements.len());
        for element in &array.elements {
            let Some(id) = self.string(element) else { continue };
            if (self.is_rule)(id) {
                rules.push(Name::new(id));
            } else {
                self.say(span(element.range()), format!("there is no rule `{id}`"));
            }
        }
        Some(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::config::{Config, Suppression};
    use crate::text::Date;

    fn read(list: &str) -> (Config, Vec<String>) {
        let (config, errors) = parse(&format!("{{ \"suppress\": {list} }}"), &|id| id == "xss" || id == "missing-auth");
        (config, errors.into_iter().map(|error| error.message).collect())
    }

    #[test]
    fn what_is_complete_holds() {
        let (config, errors) = read(r#"[{ "rules": ["xss"], "paths": ["docs/"], "reason": " our own text ", "until": "2027-01-31" }]"#);
        let expected = Suppression::new(vec!["xss".into()], vec!["docs/".into()], "our own text".into(), Date::parse("2027-01-31")).expect("globs");
        assert_eq!((config.suppress, errors), (vec![expected], Vec::new()));
    }

    #[test]
    fn what_is_not_has_no_effect_and_is_told() {
        for (list, expected) in [
            (r#"[{ "paths": ["a"], "reason": "x" }]"#, "this silences nothing, as it lacks `rules`"),
            (r#"[{ "rules": ["xss"], "reason": "x" }]"#, "this silences nothing, as it lacks `paths`"),
            (r#"[{ "rules": ["xss"], "paths": ["a"] }]"#, "this silences nothing, as it lacks a `reason`"),
            (r#"[{ "rules": ["xss"], "paths": ["a"], "reason": "-" }]"#, "this silences nothing, as it lacks a `reason`"),
            (r#"[{ "rules": [], "paths": ["a"], "reason": "x" }]"#, "this silences nothing, as it lacks at least one rule"),
            (r#"[{ "rules": ["xss"], "paths": [], "reason": "x" }]"#, "this silences nothing, as it lacks at least one path"),
            (r#"[{ "rules": ["xss"], "paths": ["{a"], "reason": "x" }]"#, "`{a` is not a glob, so this silences nothing"),
            (r#"[{ "rules": ["xss"], "paths": ["a"], "reason": "x", "until": "2027" }]"#, "expected a day such as \"2027-01-31\""),
            (r#"["xss"]"#, "expected an object with `rules`, `paths` and `reason`"),
            (r#"{}"#, "expected a list of suppressions, each with `rules`, `paths` and `reason`"),
        ] {
            let (config, errors) = read(list);
            assert_eq!((config.suppress.len(), errors), (0, vec![expected.to_owned()]), "{list}");
        }
    }

    #[test]
    fn a_rule_or_part_that_nobody_knows_is_told_and_the_rest_holds() {
        let (config, errors) = read(r#"[{ "rules": ["xxs", "missing-auth"], "paths": ["a"], "reason": "x", "Until": 1 }]"#);
        assert_eq!(config.suppress.len(), 1);
        assert_eq!(errors, ["there is no rule `xxs`", "there is no part of a suppression `Until`; did you mean `until`?"]);
    }
}
