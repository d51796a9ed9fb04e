//! What the client says it wants, laid over and under the project's `guardline.json`.
//!
//! From weak to strong: the defaults, what the client answers to `workspace/configuration` (it may repeat its own
//! defaults, so it must not override the project), `guardline.json`, and what the client pushes by itself in its
//! initialization options or, later, with `workspace/didChangeConfiguration`, where `null` takes a setting back.

use serde_json::{Map, Value};

use super::log::Level;
use crate::config::{Config, ConfigError, parse};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// Diagnostics shall be asked for rather than published. Only at the start.
    pub pull: bool,
    /// Where the pages of the rules can be read, if the client has a place for that: the address without the rule's id.
    pub help_base: Option<String>,
    pub log_level: Option<Level>,
    answered: Map<String, Value>,
    pushed: Map<String, Value>,
}

/// Those that are no setting of the project.
const OWN: &[&str] = &["diagnostics", "helpBase", "logging", "trace", "server", "path"];

impl Settings {
    /// From the initialization options.
    pub fn of_options(options: &Value) -> Settings {
        let mut settings = Settings::default();
        let options = options.get("guardline").unwrap_or(options);
        settings.pushed = options.as_object().cloned().unwrap_or_default();
        settings.read_own();
        settings.pull = match options.get("diagnostics") {
            Some(Value::String(word)) => word == "pull",
            Some(Value::Object(object)) => object.get("push") == Some(&Value::Bool(false)),
            _ => false,
        };
        settings
    }

    /// The `settings` that the client pushed. False if they are not about us, and the client wants to be asked.
    pub fn push(&mut self, told: &Value) -> bool {
        let Some(Value::Object(told)) = told.get("guardline") else { return false };
        for (key, value) in told {
            self.pushed.insert(key.clone(), value.clone());
        }
        self.read_own();
        true
    }

    /// What the client answered when it was asked for the section `guardline`.
    pub fn answer(&mut self, section: &Value) {
        self.answered = section.as_object().cloned().unwrap_or_default();
        self.read_own();
    }

    fn read_own(&mut self) {
        let text = |key: &str| {
            let value = self.pushed.get(key).or_else(|| self.answered.get(key));
            value.and_then(Value::as_str).filter(|text| !text.is_empty())
        };
        let help_base = text("helpBase").filter(|base| tower_lsp::lsp_types::Url::parse(base).is_ok()).map(str::to_owned);
        let log_level = text("logging").and_then(Level::named);
        self.help_base = help_base;
        self.log_level = log_level;
    }

    /// The configuration with `file`, the text of `guardline.json`, in its place. Errors of the client's settings have
    /// no place in that text and come second.
    pub fn config(&self, file: Option<&str>, is_rule: &dyn Fn(&str) -> bool) -> (Config, Vec<ConfigError>, Vec<ConfigError>) {
        let mut config = Config::default();
        let mut told = apply(&mut config, &self.answered, is_rule);
        let in_file = file.map(|text| parse::apply(&mut config, text, is_rule)).unwrap_or_default();
        told.extend(apply(&mut config, &self.pushed, is_rule));
        (config, in_file, told)
    }
}

fn apply(config: &mut Config, settings: &Map<String, Value>, is_rule: &dyn Fn(&str) -> bool) -> Vec<ConfigError> {
    let shared: Map<String, Value> =
        settings.iter().filter(|(key, value)| !value.is_null() && !OWN.contains(&key.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect();
    if shared.is_empty() {
        return Vec::new();
    }
    parse::apply(config, &Value::Object(shared).to_string(), is_rule)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(settings: &Settings, file: Option<&str>) -> Config {
        let (config, in_file, told) = settings.config(file, &|_| true);
        assert_eq!((in_file, told), (Vec::new(), Vec::new()));
        config
    }

    #[test]
    fn options_may_be_wrapped_or_not() {
        for options in [json!({ "quietMs": 0 }), json!({ "guardline": { "quietMs": 0 } })] {
            assert_eq!(config(&Settings::of_options(&options), None).quiet_ms, 0);
        }
        for options in [json!(null), json!(7), json!([])] {
            assert_eq!(config(&Settings::of_options(&options), None), Config::default());
        }
    }

    #[test]
    fn the_project_lies_between_what_is_answered_and_what_is_pushed() {
        let mut settings = Settings::of_options(&json!({ "audience": "auditor", "rules": { "a": "off" } }));
        settings.answer(&json!({ "quietMs": 500, "audience": "everyday", "maxFileBytes": 10, "trace": { "server": "off" }, "ignore": null }));
        let config = config(&settings, Some(r#"{ "quietMs": 5, "audience": "everyday" }"#));
        assert_eq!((config.quiet_ms, config.max_file_bytes), (5, 10));
        assert_eq!(config.audience, crate::config::Audience::Auditor);
        assert_eq!(config.rules.len(), 1);
        assert!(!settings.push(&json!(null)) && !settings.push(&json!({ "other": {} })));
        assert!(settings.push(&json!({ "guardline": { "audience": null } })));
        assert_eq!(settings.config(None, &|_| true).0.audience, crate::config::Audience::Everyday);
    }

    #[test]
    fn how_to_deliver_is_the_clients_own_business() {
        let settings = Settings::of_options(&json!({ "diagnostics": "pull", "helpBase": "https://example.invalid/rules/", "logging": "debug" }));
        assert!(settings.pull);
        assert_eq!(settings.help_base.as_deref(), Some("https://example.invalid/rules/"));
        assert_eq!(settings.log_level, Some(Level::Debug));
        assert!(Settings::of_options(&json!({ "diagnostics": { "push": false } })).pull);
        assert!(!Settings::of_options(&json!({ "diagnostics": { "push": true } })).pull);
        assert_eq!(Settings::of_options(&json!({ "helpBase": "no address" })).help_base, None);
    }

    #[test]
    fn errors_are_told_apart() {
        let settings = Settings::of_options(&json!({ "quietMs": "soon" }));
        let (_, in_file, told) = settings.config(Some("{\"x\": 1}"), &|_| true);
        assert_eq!((in_file.len(), told.len()), (1, 1));
    }
}
