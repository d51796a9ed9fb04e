//! Values of the settings, each told at its place if it is not what is expected.

use jsonc_parser::ast::{ObjectProp, ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};

use super::{ConfigError, Reader};
use crate::text::{Name, Span};

impl Reader<'_> {
    pub(super) fn string<'v>(&mut self, value: &'v Value) -> Option<&'v str> {
        match value {
            Value::StringLit(literal) => Some(&literal.value),
            other => {
                self.wrong(other, "a string");
                None
            }
        }
    }

    pub(super) fn number(&mut self, value: &Value, most: u64) -> Option<u64> {
        let number = match value {
            Value::NumberLit(literal) => literal.value.parse::<u64>().ok().filter(|number| *number <= most),
            _ => None,
        };
        if number.is_none() {
            self.wrong(value, &format!("a whole number from 0 to {most}"));
        }
        number
    }

    pub(super) fn strings(&mut self, value: &Value) -> Option<Vec<String>> {
        self.strings_that(value, |_| None)
    }

    /// A list of strings; those that `problem` says something of have no effect.
    pub(super) fn strings_that(&mut self, value: &Value, problem: fn(&str) -> Option<&'static str>) -> Option<Vec<String>> {
        let Value::Array(array) = value else {
            self.wrong(value, "a list of strings");
            return None;
        };
        let mut strings = Vec::with_capacity(array.elements.len());
        for element in &array.elements {
            let Some(string) = self.string(element) else { continue };
            match problem(string) {
                Some(problem) => self.say(span(element.range()), problem.to_owned()),
                None => strings.push(string.to_owned()),
            }
        }
        Some(strings)
    }

    pub(super) fn names(&mut self, value: &Value) -> Option<Vec<Name>> {
        self.names_that(value, |_| None)
    }

    pub(super) fn names_that(&mut self, value: &Value, problem: fn(&str) -> Option<&'static str>) -> Option<Vec<Name>> {
        Some(self.strings_that(value, problem)?.into_iter().map(Name::from).collect())
    }

    pub(super) fn unknown<'k>(&mut self, property: &ObjectProp, word: &str, known: impl Iterator<Item = &'k str>, what: &str) {
        let plain = |word: &str| word.replace(['_', '-'], "").to_lowercase();
        let meant = known.into_iter().find(|key| plain(key) == plain(word));
        let hint = meant.map(|key| format!("; did you mean `{key}`?")).unwrap_or_default();
        self.say(name_span(property), format!("there is no {what} `{word}`{hint}"));
    }

    pub(super) fn wrong(&mut self, value: &Value, expected: &str) {
        self.say(span(value.range()), format!("expected {expected}"));
    }

    pub(super) fn say(&mut self, span: Span, message: String) {
        self.errors.push(ConfigError { span, message });
    }
}

pub(super) fn span(range: Range) -> Span {
    Span::new(range.start as u32, range.end.max(range.start) as u32)
}

pub(super) fn name_span(property: &ObjectProp) -> Span {
    span(match &property.name {
        ObjectPropName::String(literal) => literal.range,
        ObjectPropName::Word(word) => word.range,
    })
}
