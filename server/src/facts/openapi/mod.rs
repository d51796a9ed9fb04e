//! API descriptions that name the functions which answer: what Connexion serves.
//!
//! `operationId: api.users.get_user`, or a function and an `x-openapi-router-controller`. Where no such module stands in the
//! project, nothing comes of it, so a description that only describes is harmless.

mod security;
#[cfg(test)]
mod tests;

pub use security::Requirement;

use crate::model::data::{Data, Entry, json, yaml};
use crate::text::{Name, Span};

/// One operation and the function that answers it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binding {
    /// `api.users`
    pub module: Name,
    pub function: Name,
    /// Upper case.
    pub method: Name,
    /// With the server's path before it, and with the types of what it captures: `/v1/notes/{id:int}`.
    pub path: Name,
    /// What a caller must show before the function is called; `None` where nothing is asked.
    pub requires: Option<Requirement>,
    /// The operation's key.
    pub span: Span,
}

/// Descriptions larger than this are made by programs.
const LARGEST: usize = 4 << 20;
/// No description has more operations.
const MOST_OPERATIONS: usize = 4_000;
const CONTROLLERS: &[&str] = &["x-openapi-router-controller", "x-swagger-router-controller"];
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The bindings of a JSON or YAML file, in order of place.
pub fn read(text: &str, is_json: bool) -> Vec<Binding> {
    if text.len() > LARGEST || !text.contains("operationId") || !(text.contains("openapi") || text.contains("swagger")) {
        return Vec::new();
    }
    let Some(root) = (if is_json { json(text) } else { yaml(text) }) else { return Vec::new() };
    if root.get("openapi").or_else(|| root.get("swagger")).is_none() {
        return Vec::new();
    }
    let base = base_path(&root);
    let mut bindings = Vec::new();
    for path in root.get("paths").map(Data::entries).unwrap_or_default() {
        for operation in path.value.entries().iter().filter(|operation| METHODS.contains(&operation.key.as_str())) {
            if bindings.len() < MOST_OPERATIONS {
                bindings.extend(binding(&root, &base, path, operation));
            }
        }
    }
    bindings
}

fn binding(root: &Data, base: &str, path: &Entry, operation: &Entry) -> Option<Binding> {
    let id = operation.value.get("operationId")?.text()?;
    let controller = |data: &Data| CONTROLLERS.iter().find_map(|key| data.get(key)?.text().cloned());
    let (module, function) = match controller(&operation.value).or_else(|| controller(&path.value)) {
        Some(module) => (module, id.clone()),
        None => id.rsplit_once('.').map(|(module, function)| (Name::from(module), Name::from(function)))?,
    };
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name(&function) || !module.split('.').all(is_name) {
        return None;
    }
    Some(Binding {
        module,
        function,
        method: Name::from(operation.key.to_ascii_uppercase()),
        path: Name::from(format!("{base}{}", typed(root, path, operation))),
        requires: security::of(root, &operation.value),
        span: operation.key_span,
    })
}

/// The path that comes before all others: `basePath: /v1`, `servers: [{url: https://x.test/v1}]`.
fn base_path(root: &Data) -> String {
    let url = root.get("servers").and_then(|servers| servers.items().first()?.get("url")?.text()).or_else(|| root.get("basePath")?.text());
    let url = url.map(Name::as_str).unwrap_or("");
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(""),
        None => url,
    };
    let path = path.trim_end_matches('/');
    if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// `/notes/{id}` as `/notes/{id:int}`: what is captured is what its schema says, or the request is refused.
fn typed(root: &Data, path: &Entry, operation: &Entry) -> String {
    let mut text = path.key.to_string();
    let listed = [&path.value, &operation.value].into_iter().filter_map(|data| data.get("parameters")).flat_map(Data::items);
    for parameter in listed.take(64) {
        let parameter = match parameter.get("$ref").and_then(Data::text) {
            Some(pointer) => root.at_pointer(pointer).unwrap_or(parameter),
            None => parameter,
        };
        let word = |key: &str| parameter.get(key).or_else(|| parameter.get("schema")?.get(key)).and_then(Data::text).map(Name::as_str);
        let converter = match (word("type"), word("format")) {
            (Some("integer"), _) => "int",
            (Some("number"), _) => "float",
            (_, Some("uuid")) => "uuid",
            _ => continue,
        };
        if let (Some("path"), Some(name)) = (word("in"), word("name")) {
            text = text.replace(&format!("{{{name}}}"), &format!("{{{name}:{converter}}}"));
        }
    }
    text
}
