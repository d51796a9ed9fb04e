//! What a whole application does to the paths of its routes: a prefix before all of them but a few, and versions.

use super::routes::joined;
use crate::facts::value::{Argument, Kind, Value};

#[derive(Default)]
pub(super) struct Top {
    /// `None` inside: it cannot be read.
    prefix: Option<Option<String>>,
    except: Vec<String>,
    /// The versions of routes that name none; only where versions stand in paths.
    versions: Option<Vec<String>>,
    version_prefix: String,
}

impl Top {
    pub fn read(&mut self, handlers: &[Argument]) {
        for handler in handlers {
            match handler.name.as_str() {
                "*prefix*" => self.prefix = Some(handler.value.as_str().map(|text| text.to_string())),
                "*except*" => self.except = excepted(&handler.value),
                "*versions*" => self.versions = Some(texts(&handler.value)),
                "*version-prefix*" => self.version_prefix = handler.value.as_str().map(|text| text.to_string()).unwrap_or_default(),
                _ => {}
            }
        }
    }

    /// The whole paths of a route: one for each of its versions.
    pub fn paths(top: Option<&Top>, path: Option<String>, handlers: &[Argument]) -> Vec<Option<String>> {
        let (Some(top), Some(path)) = (top, &path) else { return vec![path] };
        let named = handlers.iter().find(|handler| handler.name == "*version*").map(|handler| texts(&handler.value));
        let versions = match &top.versions {
            Some(usual) => named.unwrap_or_else(|| usual.clone()),
            None => vec![String::new()],
        };
        let prefix = match &top.prefix {
            Some(prefix) if !top.is_excepted(path) => prefix.clone(),
            _ => Some(String::new()),
        };
        let whole = |version: &String| {
            let version = if version.is_empty() { String::new() } else { format!("{}{version}", top.version_prefix) };
            prefix.as_ref().map(|prefix| joined(&joined(prefix, &version), path))
        };
        versions.iter().map(whole).collect()
    }

    fn is_excepted(&self, path: &str) -> bool {
        let path = path.trim_matches('/');
        self.except.iter().any(|except| {
            let fixed = except.split(['{', '*', '(', ':']).next().unwrap_or_default();
            let is_open = fixed.len() < except.len();
            let fixed = fixed.trim_matches('/');
            path == fixed || is_open && path.strip_prefix(fixed).is_some_and(|rest| fixed.is_empty() || rest.starts_with('/'))
        })
    }
}

fn texts(list: &Value) -> Vec<String> {
    match list.kind() {
        Kind::Seq(seq) => seq.items.iter().filter_map(|item| item.as_str().map(|text| text.to_string())).collect(),
        _ => Vec::new(),
    }
}

/// Paths that the prefix does not stand before: texts, or `{ path, method }`.
fn excepted(list: &Value) -> Vec<String> {
    let Kind::Seq(seq) = list.kind() else { return Vec::new() };
    let path = |item: &Value| match item.kind() {
        Kind::Object(object) => object.get("path").0.and_then(|path| path.as_str().map(|text| text.to_string())),
        _ => item.as_str().map(|text| text.to_string()),
    };
    seq.items.iter().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_exceptions() {
        let top = Top { except: vec!["sitemap.xml".into(), "/en{/*rest}".into(), "admin/:id".into()], ..Top::default() };
        assert!(top.is_excepted("/sitemap.xml"));
        assert!(top.is_excepted("/en") && top.is_excepted("/en/a") && !top.is_excepted("/english"));
        assert!(top.is_excepted("/admin/1") && !top.is_excepted("/sitemap.xml/1"));
    }
}
