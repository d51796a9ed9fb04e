//! API descriptions that name the functions which answer: what Connexion serves.
//!
//! `operationId: api.users.get_user`, or a function and an `x-openapi-router-controller`. Where no such module stands in the
//! project, nothing comes of it, so a description that only describes is harmless.

mod security;
#[cfg(test)]
mod tests;

pub use security::Requirement;

use crate::model::data::{self, Datum, Entry};
use crate::syntax::Language;
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

/// No description has more operations.
const MOST_OPERATIONS: usize = 4_000;
const CONTROLLERS: &[&str] = &["x-openapi-router-controller", "x-swagger-router-controller"];
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The bindings of a JSON or YAML file, in order of place.
pub fn read(language: Language, text: &str) -> Vec<Binding> {
    if !text.contains("operationId") || !(text.contains("openapi") || text.contains("swagger")) {
        return Vec::new();
    }
    let tree = data::read(language, text);
    let Some(root) = tree.root().filter(|root| root.get("openapi").or_else(|| root.get("swagger")).is_some()) else { return Vec::new() };
    let base = base_path(root);
    let mut bindings = Vec::new();
    for (path, item) in root.get("paths").into_iter().flat_map(Datum::entries) {
        for (key, operation) in item.entries().filter(|(key, _)| METHODS.contains(&&*key.key)) {
            if bindings.len() < MOST_OPERATIONS {
                let shared = Shared { root, base: &base, path: &path.key, item };
                bindings.extend(binding(&shared, key, operation));
            }
        }
    }
    bindings
}

/// What an operation shares with others.
struct Shared<'t> {
    root: Datum<'t>,
    base: &'t str,
    path: &'t str,
    /// What stands under the path.
    item: Datum<'t>,
}

fn binding(shared: &Shared<'_>, key: &Entry, operation: Datum<'_>) -> Option<Binding> {
    let id = Name::from(operation.get("operationId")?.text()?);
    let controller = |data: Datum<'_>| CONTROLLERS.iter().find_map(|key| data.get(key)?.text().map(Name::from));
    let (module, function) = match controller(operation).or_else(|| controller(shared.item)) {
        Some(module) => (module, id),
        None => id.rsplit_once('.').map(|(module, function)| (Name::from(module), Name::from(function)))?,
    };
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name(&function) || !module.split('.').all(is_name) {
        return None;
    }
    Some(Binding {
        module,
        function,
        method: Name::from(key.key.to_ascii_uppercase()),
        path: Name::from(format!("{}{}", shared.base, typed(shared, operation))),
        requires: security::of(shared.root, operation),
        span: key.span,
    })
}

/// The path that comes before all others: `basePath: /v1`, `servers: [{url: https://x.test/v1}]`.
fn base_path(root: Datum<'_>) -> String {
    let server = root.get("servers").and_then(|servers| servers.items().next()?.get("url")?.text());
    let url = server.or_else(|| root.get("basePath")?.text()).unwrap_or("");
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(""),
        None => url,
    };
    let path = path.trim_end_matches('/');
    if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// `/notes/{id}` as `/notes/{id:int}`: what is captured is what its schema says, or the request is refused.
fn typed(shared: &Shared<'_>, operation: Datum<'_>) -> String {
    let mut text = shared.path.to_owned();
    let listed = [shared.item, operation].into_iter().filter_map(|data| data.get("parameters")).flat_map(Datum::items);
    for parameter in listed.take(64) {
        let named = parameter.get("$ref").and_then(Datum::text).and_then(|pointer| at_pointer(shared.root, pointer));
        let parameter = named.unwrap_or(parameter);
        let word = |key: &str| parameter.get(key).or_else(|| parameter.get("schema")?.get(key)).and_then(Datum::text);
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

/// `#/components/parameters/Id`
fn at_pointer<'t>(root: Datum<'t>, pointer: &str) -> Option<Datum<'t>> {
    let steps = pointer.strip_prefix("#/")?.split('/');
    steps.take(16).try_fold(root, |data, step| data.get(&step.replace("~1", "/").replace("~0", "~")))
}
