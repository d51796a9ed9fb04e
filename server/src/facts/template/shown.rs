//! What a template shows of settings: `{{ config.SECRET_KEY }}`, `<%= options.mailPassword %>`, `{{ config }}`; and the other templates
//! that it is made of.

use super::Engine;
use super::expression::{filters, quoted};
use crate::facts::private::is_private_variable;
use crate::text::{Name, Span};

/// A value that is called a secret, or settings as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// With its signs.
    pub span: Span,
    /// `config`, `SECRET_KEY`; of settings as a whole only what they are called.
    pub path: Vec<Name>,
}

/// What settings are called.
const SETTINGS: &[&str] = &["config", "settings", "conf", "options", "env", "environ", "environment"];
/// Filters that tell nothing of what they get.
const TELLING_NOTHING: &[&str] = &["length", "count", "yesno", "bool", "hash", "md5", "sha1"];
/// Calls that give what they get.
const SAME: &[&str] = &["JSON.stringify", "String", "dict", "str"];
/// Longer expressions are not looked at.
const LONGEST: usize = 256;

/// In order of place.
pub fn shown(text: &str, engine: Engine) -> Vec<Shown> {
    let ways: &[(&str, &str)] = match engine {
        Engine::Jinja | Engine::Handlebars => &[("{{", "}}")],
        Engine::Ejs => &[("<%=", "%>"), ("<%-", "%>")],
        Engine::Html => &[("{{", "}}"), ("<%=", "%>"), ("<%-", "%>")],
        Engine::Pug => &[("#{", "}"), ("!{", "}")],
    };
    let mut found = Vec::new();
    for (open, close) in ways {
        for (at, _) in text.match_indices(open) {
            let from = at + open.len();
            let inside = (LONGEST..LONGEST + 4).find_map(|end| text.get(from..from + end)).or_else(|| text.get(from..)).unwrap_or("");
            let Some(length) = inside.find(close) else { continue };
            let Some(path) = inside.get(..length).and_then(told).filter(|_| !is_left_alone(text, at, engine)) else { continue };
            found.push(Shown { span: Span::from(at..from + length + close.len()), path });
        }
    }
    found.sort_by_key(|shown: &Shown| shown.span);
    found
}

/// The templates that this one names: `{% extends "base.html" %}`, `{% include "head.html" %}`.
pub fn parts(text: &str, engine: Engine) -> Vec<Name> {
    let named = |rest: &str| {
        let rest = rest.trim_start();
        let quote = rest.starts_with(['"', '\'']).then(|| quoted(rest))?;
        rest.get(1..quote.checked_sub(1)?).map(Name::from)
    };
    match engine {
        Engine::Jinja | Engine::Html => {
            let tags = text.split("{%").skip(1).map(|tag| tag.trim_start_matches(['-', '+', ' ']));
            tags.filter_map(|tag| ["extends ", "include "].iter().find_map(|word| tag.strip_prefix(word)).and_then(named)).collect()
        }
        Engine::Ejs => text.split("include(").skip(1).filter_map(named).collect(),
        Engine::Handlebars | Engine::Pug => Vec::new(),
    }
}

/// In a comment, or where a template is told to write out its signs.
fn is_left_alone(text: &str, at: usize, engine: Engine) -> bool {
    let before = text.get(..at).unwrap_or("");
    let is_open = |open: &str, close: &str| before.rfind(open).is_some_and(|from| before.get(from..).is_some_and(|rest| !rest.contains(close)));
    matches!(engine, Engine::Jinja | Engine::Html) && (is_open("{#", "#}") || is_open("{% raw", "endraw") || is_open("{% verbatim", "endverbatim"))
}

/// The path of an expression that tells of a secret.
fn told(expression: &str) -> Option<Vec<Name>> {
    let parts = filters(expression.trim_matches(['{', '}', '&', '~', '-']));
    let (value, filters) = parts.split_first()?;
    if filters.iter().any(|filter| TELLING_NOTHING.contains(&filter.trim().split('(').next().unwrap_or(""))) {
        return None;
    }
    let mut value = value.trim().trim_end_matches(';').trim_end();
    if let Some((called, rest)) = value.split_once('(')
        && SAME.contains(&called)
    {
        value = rest.strip_suffix(')')?.trim();
    }
    let path = path(value)?;
    let is_told = match path.as_slice() {
        [only] => SETTINGS.contains(&only.as_str()),
        [.., last] => is_private_variable(last),
        [] => false,
    };
    is_told.then_some(path)
}

/// `config.items()` is `config`; `config["KEY"]` and `config.get("KEY")` are `config.KEY`.
fn path(value: &str) -> Option<Vec<Name>> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let mut path = Vec::new();
    let mut rest = value;
    loop {
        let length = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        if length == 0 {
            return None;
        }
        let name = rest.get(..length)?;
        rest = rest.get(length..)?;
        let called = rest.strip_prefix('(').filter(|_| !path.is_empty());
        match called {
            Some(given) if matches!(name, "items" | "values") => rest = given.strip_prefix(')')?,
            Some(given) if name == "get" && given.starts_with(['"', '\'']) => {
                let length = quoted(given);
                path.push(Name::from(given.get(1..length.checked_sub(1)?)?));
                rest = given.get(length..)?.split_once(')')?.1;
            }
            Some(_) => return None,
            None => path.push(Name::from(name)),
        }
        while let Some(key) = rest.strip_prefix('[').filter(|key| key.starts_with(['"', '\''])) {
            let length = quoted(key);
            path.push(Name::from(key.get(1..length.checked_sub(1)?)?));
            rest = key.get(length..)?.strip_prefix(']')?;
        }
        match rest.strip_prefix("?.").or_else(|| rest.strip_prefix('.')) {
            Some(more) => rest = more,
            None if rest.is_empty() => return Some(path),
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str, engine: Engine) -> Vec<String> {
        shown(text, engine).iter().map(|shown| shown.path.iter().map(Name::as_str).collect::<Vec<_>>().join(".")).collect()
    }

    #[test]
    fn secrets_are_shown_by_name() {
        for (text, engine, path) in [
            ("{{ config.SECRET_KEY }}", Engine::Html, "config.SECRET_KEY"),
            ("{{ config['MAIL_PASSWORD']|tojson }}", Engine::Jinja, "config.MAIL_PASSWORD"),
            ("{{ config.get(\"MAIL_PASSWORD\", \"\") }}", Engine::Jinja, "config.MAIL_PASSWORD"),
            ("{{- settings.STRIPE_SECRET_KEY|escapejs -}}", Engine::Html, "settings.STRIPE_SECRET_KEY"),
            ("<%= options.mail.password %>", Engine::Ejs, "options.mail.password"),
            ("<%- JSON.stringify(config) %>", Engine::Ejs, "config"),
            ("{{{config.jwtSecret}}}", Engine::Handlebars, "config.jwtSecret"),
            ("p key is #{config.jwtSecret}", Engine::Pug, "config.jwtSecret"),
            ("{{ config.items() }}", Engine::Jinja, "config"),
        ] {
            assert_eq!(paths(text, engine), [path], "{text}");
        }
    }

    #[test]
    fn other_things_are_not() {
        for text in [
            "{{ config.TITLE }}",
            "{{ user.name }}",
            "{{ title }}",
            "{% if config.SECRET_KEY %}x{% endif %}",
            "{# {{ config.SECRET_KEY }} #}",
            "{% raw %}{{ config.SECRET_KEY }}{% endraw %}",
            "{{ config.SECRET_KEY|length }}",
            "{{ mask(config.SECRET_KEY) }}",
            "{{ config.SECRET_KEY == 'x' }}",
            "{{ 'on' if config.SECRET_KEY else 'off' }}",
            "{{ config.SECRET_KEY",
            "{{ }}",
        ] {
            assert_eq!(paths(text, Engine::Jinja), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn templates_are_made_of_others() {
        assert_eq!(parts("{% extends \"base.html\" %}{%- include 'head.html' %}{% block x %}", Engine::Html), ["base.html", "head.html"]);
        assert_eq!(parts("<%- include('head', { a: 1 }) %>", Engine::Ejs), ["head"]);
        assert_eq!(parts("{% extends base %}", Engine::Jinja), Vec::<Name>::new());
    }
}
