//! A vendor that a page asks with a published key is asked by a server instead: a route that has the key and refuses everybody
//! until somebody says who may use it, and the page asks the route.
//!
//! For Next.js with its `app` folder, and for calls of `fetch` whose address and headers stand in the call. Elsewhere the rule's
//! page says what to do.

use super::edits::Edits;
use super::literal::Code;
use super::package::{Package, inside};
use super::{Fix, Grade, remove_entry, rename_variable};
use crate::facts::browser::BROWSER;
use crate::facts::exposure::EXPOSURE;
use crate::model::{CallKind, Entry, ExprId, ExprKind, Key, Placed, Segment, TemplatePart, around};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{FileId, Name, Span};

/// The package whose routes are files below a folder of this name.
const FRAMEWORK: &str = "next";

pub fn fix(project: &Project, at: &Place, variable: &Name) -> Option<Fix> {
    let code = Code::of(project, &at.file)?;
    let package = Package::of(project, &at.file, code.language)?;
    if !package.dependencies.contains(FRAMEWORK) {
        return None;
    }
    let placed = code.model.segment_at(at.span.start)?;
    let request = Request::of(placed, at.span, variable)?;
    let vendor = EXPOSURE.vendor_of_address(&request.address)?;
    let name = vendor.name.to_ascii_lowercase().replace(' ', "-");
    let extension = if code.language.is_typescript() { "ts" } else { "js" };
    let app = ["src/app", "app"]
        .into_iter()
        .find(|app| at.file.as_str().starts_with(&format!("{}/{app}/", package.folder)) || has_folder(project, &package.folder, app))?;
    let route = inside(&package.folder, &format!("{app}/api/{name}/route.{extension}"));
    if project.file(&route).is_some() {
        return None;
    }
    let plain = BROWSER.unpublished(variable);
    let mut edits = Edits::default();
    let mut renamed = false;
    // Where nothing else reads the variable, it gets a name that no build publishes.
    if let Some(files) = env_files(project, &at.file, variable) {
        for file in files {
            let text = project.file(&file)?.document.text();
            rename_variable::in_text(&text, variable).into_iter().for_each(|span| edits.replace(&file, span, plain));
            renamed = true;
        }
    }
    edits.create(&route, request.route(plain, extension == "ts"));
    edits.replace(&at.file, request.address_span, format!("\"/api/{name}\""));
    edits.replace(&at.file, remove_entry::extent(&code.text, request.secret_span)?, "");
    let where_to = if renamed { String::new() } else { format!(" Put the key under {plain} in .env.local.") };
    Some(Fix {
        title: format!("Ask {} from a route of your own, which refuses everybody until you say who may", vendor.name),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(format!(
            "The new route answers 401 until `mayAsk` looks at your session; then limit how often one person may ask.{where_to} Set {plain} at your host, and replace the key: it was in the page, so it has been seen."
        )),
        suppresses: false,
    })
}

fn has_folder(project: &Project, package: &str, folder: &str) -> bool {
    let start = format!("{package}/{folder}/");
    project.files().any(|(file, _)| file.as_str().starts_with(&start))
}

/// The files that give the variable its value, if no code but this file's one place reads it.
fn env_files(project: &Project, reader: &FileId, variable: &Name) -> Option<Vec<FileId>> {
    let mut files = Vec::new();
    for (file, known) in project.files().filter(|(_, known)| known.exposure.published.contains(variable)) {
        if known.exposure.items.is_empty() && known.document.language == Language::Env {
            files.push(file.clone());
        } else if file != reader || known.exposure.items.iter().flat_map(|facts| &facts.env).filter(|read| read.name == *variable).count() != 1 {
            return None;
        }
    }
    files.sort();
    Some(files)
}

/// `fetch(address, { method: "POST", headers: { ... } })`.
struct Request {
    address: String,
    address_span: Span,
    /// The header with the key, and its value around the key.
    secret: (String, String),
    secret_span: Span,
    /// The other headers, whose values are known.
    headers: Vec<(String, String)>,
}

impl Request {
    fn of(placed: &Placed, call: Span, variable: &Name) -> Option<Request> {
        let segment = &placed.segment;
        let relative = Span::new(call.start.checked_sub(placed.start)?, call.end.checked_sub(placed.start)?);
        let id = around::expressions(segment, relative).into_iter().find(|id| matches!(segment[*id].kind, ExprKind::Call { kind: CallKind::Plain, .. }))?;
        let ExprKind::Call { callee, args, .. } = &segment[id].kind else { return None };
        let [address, options] = args.as_slice() else { return None };
        let (ExprKind::Name(callee), ExprKind::Str(text)) = (&segment[*callee].kind, &segment[address.value].kind) else { return None };
        if callee != "fetch" {
            return None;
        }
        let method = field(segment, options.value, "method").map(|(value, _)| text_of(segment, value));
        if method.flatten()? != "POST" {
            return None;
        }
        let (headers, _) = field(segment, options.value, "headers")?;
        let ExprKind::Object(entries) = &segment[headers].kind else { return None };
        let (mut secret, mut others) = (None, Vec::new());
        for entry in entries {
            let Entry::Field { key: Key::Name(name), value, span, .. } = entry else { return None };
            match (text_of(segment, *value), around_key(segment, *value, variable)) {
                (Some(text), _) => others.push((name.to_string(), text)),
                (None, Some(before)) if secret.is_none() => secret = Some(((name.to_string(), before), placed.absolute(*span))),
                _ => return None,
            }
        }
        let (secret, secret_span) = secret?;
        Some(Request { address: text.to_string(), address_span: placed.absolute(segment[address.value].span), secret, secret_span, headers: others })
    }

    fn route(&self, variable: &str, is_typed: bool) -> String {
        let typed = |ty: &str| if is_typed { format!(": {ty}") } else { String::new() };
        let (header, before) = &self.secret;
        let value = if before.is_empty() { "key".to_owned() } else { format!("`{before}${{key}}`") };
        let mut headers: Vec<String> = self.headers.iter().map(|(name, value)| format!("      {}: {},\n", quoted(name), quoted(value))).collect();
        headers.push(format!("      {}: {value},\n", quoted(header)));
        format!(
            "// Who may spend this key? Nobody, until this looks at your session.\nasync function mayAsk(_request{request}){answer} {{\n  return false;\n}}\n\n\
             const LONGEST = 20_000;\n\nexport async function POST(request{request}) {{\n  if (!(await mayAsk(request))) {{\n    return Response.json({{ error: \"Not signed in\" }}, {{ status: 401 }});\n  }}\n  \
             const key = process.env.{variable};\n  if (!key) {{\n    return Response.json({{ error: \"Not set up\" }}, {{ status: 500 }});\n  }}\n  \
             const body = await request.text();\n  if (body.length > LONGEST) {{\n    return Response.json({{ error: \"Too long\" }}, {{ status: 413 }});\n  }}\n  \
             const answer = await fetch({address}, {{\n    method: \"POST\",\n    headers: {{\n{headers}    }},\n    body,\n  }});\n  \
             return new Response(answer.body, {{ status: answer.status, headers: {{ \"content-type\": answer.headers.get(\"content-type\") ?? \"application/json\" }} }});\n}}\n",
            request = typed("Request"),
            answer = typed("Promise<boolean>"),
            address = quoted(&self.address),
            headers = headers.concat(),
        )
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn field(segment: &Segment, object: ExprId, wanted: &str) -> Option<(ExprId, Span)> {
    let ExprKind::Object(entries) = &segment[object].kind else { return None };
    entries.iter().find_map(|entry| match entry {
        Entry::Field { key: Key::Name(name), value, span, .. } if name == wanted => Some((*value, *span)),
        _ => None,
    })
}

fn text_of(segment: &Segment, expr: ExprId) -> Option<String> {
    match &segment[expr].kind {
        ExprKind::Str(text) => Some(text.to_string()),
        _ => None,
    }
}

/// What stands before the variable in a value that ends with it: `Bearer ` in `Bearer ${process.env.KEY}`.
fn around_key(segment: &Segment, expr: ExprId, variable: &Name) -> Option<String> {
    let reads = |expr: ExprId| matches!(&segment[expr].kind, ExprKind::Member { name, .. } if name == variable);
    match &segment[expr].kind {
        _ if reads(expr) => Some(String::new()),
        ExprKind::Template(parts) => match parts.as_slice() {
            [TemplatePart::Text(before, _), TemplatePart::Hole(hole, _)] if reads(*hole) && !before.contains(['`', '$', '\\']) => Some(before.to_string()),
            _ => None,
        },
        _ => None,
    }
}
