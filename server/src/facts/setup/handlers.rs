//! Functions that a configuration binds to addresses: the Serverless Framework and AWS SAM.

use std::borrow::Cow;

use super::catalogue::FileRow;
use super::{Answer, Bound, Given, Shape};
use crate::text::Name;

pub(super) fn read(row: &FileRow, given: &Given, out: &mut Vec<Bound>) {
    match row.binds.as_deref() {
        Some("serverless") => serverless(given, out),
        Some("sam") => sam(given, out),
        _ => {}
    }
}

/// A handler as text. `${pathOf(__dirname)}/handler.main` lies in the folder that it names, whatever the function makes of it.
fn written(given: &Given) -> Option<Cow<'_, str>> {
    match &given.shape {
        Shape::Text(text) => Some(Cow::Borrowed(text)),
        Shape::Made(parts) => {
            let (last, before) = parts.split_last()?;
            let folder = given.place.file.folder();
            let rest = last.text().filter(|rest| rest.starts_with('/'))?;
            before.iter().any(|part| names(part, folder, 0)).then(|| Cow::Owned(format!("{folder}{rest}")))
        }
        _ => None,
    }
}

fn names(given: &Given, folder: &str, depth: u32) -> bool {
    match &given.shape {
        Shape::Text(text) => **text == *folder,
        Shape::Made(parts) => depth < 8 && parts.iter().any(|part| names(part, folder, depth + 1)),
        _ => false,
    }
}

/// `src/notes.get` is the export `get` of `src/notes`.
fn split(handler: &str) -> Option<(Name, Name)> {
    let (module, export) = handler.rsplit_once('.')?;
    let module = module.trim_start_matches("./").trim_end_matches('/');
    (!module.is_empty() && !export.is_empty() && !handler.contains("${")).then(|| (Name::from(module), Name::from(export)))
}

const FRAMEWORK: Name = Name::new_static("aws-lambda");

fn serverless(given: &Given, out: &mut Vec<Bound>) {
    // Other clouds give their handlers other arguments.
    let provider = given.get("provider").and_then(|provider| provider.text().or_else(|| provider.get("name")?.text()));
    if provider.is_some_and(|provider| provider != "aws") {
        return;
    }
    given.each(&["functions", "*"], &mut |_, function| {
        let Some((module, export)) = function.get("handler").and_then(written).and_then(|handler| split(&handler)) else { return };
        for event in function.get("events").map(Given::items).unwrap_or_default() {
            for kind in ["http", "httpApi"] {
                let Some(http) = event.get(kind) else { continue };
                let (methods, path, authorizer) = match &http.shape {
                    // `http: GET /notes/{id}`; `httpApi: "*"` is everything.
                    Shape::Text(text) => {
                        let (method, path) = text.split_once(' ').unwrap_or((text, "*"));
                        (methods(method), Some(Name::from(rooted(path))), Answer::No)
                    }
                    Shape::Map(map) => {
                        let authorizer = match map.get("authorizer").map(|given| &given.shape) {
                            None if map.open => Answer::Unknown,
                            None | Some(Shape::Null) => Answer::No,
                            Some(shape) => authorizer(shape),
                        };
                        let path = map.get("path").and_then(Given::text).map(|path| Name::from(rooted(path)));
                        (map.get("method").and_then(Given::text).map(methods).unwrap_or_default(), path, authorizer)
                    }
                    _ => (Vec::new(), None, Answer::Unknown),
                };
                out.push(Bound { module: module.clone(), export: export.clone(), methods, path, authorizer, framework: FRAMEWORK, place: http.place.clone() });
            }
        }
    });
}

/// IAM, user pools and functions that authorize are all somebody who says who is asking.
fn authorizer(shape: &Shape) -> Answer {
    match shape {
        Shape::Text(name) if name.eq_ignore_ascii_case("none") => Answer::No,
        Shape::Text(_) | Shape::Map(_) => Answer::Yes,
        _ => Answer::Unknown,
    }
}

fn sam(given: &Given, out: &mut Vec<Bound>) {
    let globals = given.get("Globals");
    let code_of_all = globals.and_then(|globals| globals.get("Function")?.get("CodeUri")?.text());
    given.each(&["Resources", "*"], &mut |_, resource| {
        if resource.get("Type").and_then(Given::text) != Some("AWS::Serverless::Function") {
            return;
        }
        let Some(properties) = resource.get("Properties") else { return };
        let Some((module, export)) = properties.get("Handler").and_then(Given::text).and_then(split) else { return };
        let folder = match properties.get("CodeUri") {
            Some(code) => code.text().unwrap_or_default(),
            None => code_of_all.unwrap_or_default(),
        };
        let folder = folder.trim_start_matches("./").trim_matches('/');
        let module = if folder.is_empty() || folder == "." { module } else { Name::from(format!("{folder}/{module}")) };
        properties.each(&["Events", "*"], &mut |_, event| {
            let kind = event.get("Type").and_then(Given::text).unwrap_or_default();
            if !matches!(kind, "Api" | "HttpApi") {
                return;
            }
            let settings = event.get("Properties");
            let text = |field: &str| settings.and_then(|settings| settings.get(field)?.text());
            out.push(Bound {
                module: module.clone(),
                export: export.clone(),
                methods: text("Method").map(methods).unwrap_or_default(),
                path: text("Path").map(|path| Name::from(rooted(path))),
                authorizer: sam_authorizer(given, kind, settings),
                framework: FRAMEWORK,
                place: event.place.clone(),
            });
        });
    });
}

/// The event's own word, or what its API says of all.
fn sam_authorizer(template: &Given, kind: &str, settings: Option<&Given>) -> Answer {
    if let Some(own) = settings.and_then(|settings| settings.get("Auth")?.get("Authorizer")) {
        return authorizer(&own.shape);
    }
    let default = |auth: Option<&Given>| match auth {
        None => Answer::No,
        Some(auth) => match (&auth.shape, auth.get("DefaultAuthorizer")) {
            (_, Some(default)) => authorizer(&default.shape),
            (Shape::Map(_), None) => Answer::No,
            _ => Answer::Unknown,
        },
    };
    let all = template.get("Globals").and_then(|globals| globals.get(if kind == "Api" { "Api" } else { "HttpApi" })?.get("Auth"));
    // Which API an event belongs to is a reference; if one of the template asks, it may be that one.
    let mut some = Answer::No;
    let (wanted, mut count) = (if kind == "Api" { "AWS::Serverless::Api" } else { "AWS::Serverless::HttpApi" }, 0);
    template.each(&["Resources", "*"], &mut |_, resource| {
        if resource.get("Type").and_then(Given::text) == Some(wanted) {
            count += 1;
            let own = default(resource.get("Properties").and_then(|properties| properties.get("Auth")));
            some = if own == Answer::No { some } else { own };
        }
    });
    let reference = settings.and_then(|settings| settings.get("RestApiId").or_else(|| settings.get("ApiId")));
    match (default(all), some) {
        (Answer::No, Answer::Yes) if count > 1 || reference.is_none() => Answer::Unknown,
        (Answer::No, some) => some,
        (all, _) => all,
    }
}

fn methods(text: &str) -> Vec<Name> {
    let method = text.trim().to_ascii_uppercase();
    if matches!(method.as_str(), "" | "ANY" | "*" | "X-AMAZON-APIGATEWAY-ANY-METHOD") { Vec::new() } else { vec![Name::from(method)] }
}

fn rooted(path: &str) -> String {
    let path = path.trim();
    if path.starts_with('/') || path == "*" || path.starts_with('$') { path.to_owned() } else { format!("/{path}") }
}
