//! The tools: what they are called, what they say of themselves, what they take and in which shape they answer.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool, ToolAnnotations, object};
use serde_json::{Value, json};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Name {
    Audit,
    AuditSnippet,
    ExplainRule,
    ListRoutes,
    PreviewFix,
    ApplyFix,
}

/// Never more of a list than this in one answer.
pub const MOST: usize = 100;
/// So much of it unless asked otherwise.
pub const USUAL: usize = 25;

impl Name {
    pub const ALL: [Name; 6] = [Name::Audit, Name::AuditSnippet, Name::ExplainRule, Name::ListRoutes, Name::PreviewFix, Name::ApplyFix];

    pub fn word(self) -> &'static str {
        match self {
            Name::Audit => "audit",
            Name::AuditSnippet => "audit_snippet",
            Name::ExplainRule => "explain_rule",
            Name::ListRoutes => "list_routes",
            Name::PreviewFix => "preview_fix",
            Name::ApplyFix => "apply_fix",
        }
    }

    pub fn of(word: &str) -> Option<Name> {
        Name::ALL.into_iter().find(|name| name.word() == word)
    }

    fn title(self) -> &'static str {
        match self {
            Name::Audit => "Audit a file, folder or project",
            Name::AuditSnippet => "Audit code before it is written",
            Name::ExplainRule => "Explain a rule",
            Name::ListRoutes => "List routes and who may call them",
            Name::PreviewFix => "Preview the repair of a finding",
            Name::ApplyFix => "Apply the repair of a finding",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Name::Audit => {
                "Finds security mistakes in a file, a folder, or (without `path`) the whole project, with all of the project in mind: its routes, middleware, \
                 database schema and env files. Use it after you changed server code, SQL, configuration or env files, and before you call a task done. Each finding \
                 has an `id` for `preview_fix` and `apply_fix`. An empty list means that nothing is known to be wrong, not that nothing is."
            }
            Name::AuditSnippet => {
                "Checks code that is not on disk yet as if it stood in the file `file` of this project. Use it before you write a route handler, a database query or \
                 anything that takes input from outside. Nothing is written."
            }
            Name::ExplainRule => {
                "Says what a rule is about, what a stranger could do, and how to repair it, in plain words. Use it when a finding is not clear to you or to the user."
            }
            Name::ListRoutes => {
                "Lists the application's HTTP routes with who may call each (anyone, signed-in, role, object, machine, unknown), the check that proves it, the data it \
                 touches, and whether its input is validated and how often it can be called is limited. Use it to see what a new route must look like, or which ones are open."
            }
            Name::PreviewFix => {
                "Shows the repair of a finding as a difference, after it was carried out in memory and looked at: the code parses, the finding is gone, nothing new is found. \
                 Nothing is written."
            }
            Name::ApplyFix => {
                "Writes the repair of a finding to disk, all of its files or none. It is tried out first, and refused if a file has changed since it was read. A repair of \
                 grade `needs-review` decides who may do what: look at it with `preview_fix` and pass `reviewed: true` only if it is what the application is meant to do."
            }
        }
    }
}

pub fn definition(name: Name) -> Tool {
    let writes = name == Name::ApplyFix;
    let annotations = ToolAnnotations::new().read_only(!writes).destructive(writes).idempotent(true).open_world(false);
    Tool::new(name.word(), name.description(), input(name))
        .with_title(name.title())
        .with_raw_output_schema(Arc::new(object(output(name))))
        .with_annotations(annotations)
}

fn input(name: Name) -> Arc<JsonObject> {
    let path = json!({ "type": "string", "description": "A file or folder, absolute or relative to the project's folder. Without it: the whole project." });
    let paging = |what: &str| {
        (
            json!({ "type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL, "description": format!("How many {what} to give.") }),
            json!({ "type": "integer", "minimum": 0, "default": 0, "description": format!("How many {what} to pass over: to read on where `truncated` was true.") }),
        )
    };
    let finding = json!({ "type": "string", "description": "The `id` of a finding that `audit` gave." });
    let (properties, required) = match name {
        Name::Audit => {
            let (limit, offset) = paging("findings");
            (json!({ "path": path, "rule": { "type": "string", "description": "Only findings of this rule." }, "limit": limit, "offset": offset }), json!([]))
        }
        Name::AuditSnippet => (
            json!({
                "code": { "type": "string", "description": "The whole text of the file." },
                "file": { "type": "string", "description": "Where it is to stand, such as `app/api/notes/route.ts`: its ending tells the language, its place what it is." },
            }),
            json!(["code", "file"]),
        ),
        Name::ExplainRule => (json!({ "rule": { "type": "string", "description": "A rule's id, such as `missing-ownership`." } }), json!(["rule"])),
        Name::ListRoutes => {
            let (limit, offset) = paging("routes");
            let who = json!({ "type": "string", "enum": WHO, "description": "Only routes with these callers." });
            (json!({ "path": path, "who": who, "limit": limit, "offset": offset }), json!([]))
        }
        Name::PreviewFix => (json!({ "finding": finding }), json!(["finding"])),
        Name::ApplyFix => (
            json!({
                "finding": finding,
                "reviewed": { "type": "boolean", "default": false, "description": "The repair was read and is what the application is meant to do. Needed for repairs of grade `needs-review`." },
            }),
            json!(["finding"]),
        ),
    };
    Arc::new(object(json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })))
}

pub const WHO: [&str; 6] = ["anyone", "signed-in", "role", "object", "machine", "unknown"];

fn output(name: Name) -> Value {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer", "minimum": 0 });
    let texts = json!({ "type": "array", "items": text });
    let grade = json!({ "type": "string", "enum": ["safe", "needs-review"] });
    let of = |properties: Value, required: &[&str]| json!({ "type": "object", "properties": properties, "required": required });
    let place = of(json!({ "file": text, "line": number, "message": text }), &["file", "line", "message"]);
    let finding = of(
        json!({
            "id": text, "rule": text, "title": text, "risk": text, "level": { "type": "string", "enum": ["error", "warning", "information", "hint", "possible"] },
            "message": text, "file": text, "line": number, "endLine": number, "related": { "type": "array", "items": place },
            "whyItMatters": text, "howToRepair": text, "fix": of(json!({ "title": text, "grade": grade }), &["title", "grade"]),
        }),
        &["id", "rule", "title", "level", "message", "file", "line", "endLine"],
    );
    let findings = json!({ "type": "array", "items": finding, "maxItems": MOST });
    match name {
        Name::Audit | Name::AuditSnippet => of(
            json!({
                "root": text, "findings": findings, "total": number, "truncated": { "type": "boolean" },
                "counts": of(
                    json!({ "error": number, "warning": number, "information": number, "hint": number, "hidden": number }),
                    &["error", "warning", "information", "hint", "hidden"],
                ),
                "files": number, "silenced": number, "notes": texts,
            }),
            &["root", "findings", "total", "truncated", "counts", "files", "silenced", "notes"],
        ),
        Name::ExplainRule => of(
            json!({ "id": text, "title": text, "risk": text, "impact": text, "cwe": { "type": "array", "items": number }, "page": text }),
            &["id", "title", "risk", "impact", "cwe", "page"],
        ),
        Name::ListRoutes => of(
            json!({ "root": text, "routes": { "type": "array", "items": { "type": "object" }, "maxItems": MOST }, "total": number, "truncated": { "type": "boolean" } }),
            &["root", "routes", "total", "truncated"],
        ),
        Name::PreviewFix => of(
            json!({ "finding": finding, "title": text, "grade": grade, "verified": { "type": "boolean" }, "difference": text, "files": texts, "byHand": text }),
            &["finding", "title", "grade", "verified", "difference", "files"],
        ),
        Name::ApplyFix => of(
            json!({ "title": text, "grade": grade, "changed": texts, "created": texts, "byHand": text, "left": number }),
            &["title", "grade", "changed", "created", "left"],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_what_it_takes_and_gives() {
        for name in Name::ALL {
            let tool = definition(name);
            assert_eq!(Name::of(name.word()), Some(name));
            assert!(tool.description.as_deref().is_some_and(|text| text.len() > 80 && !text.contains("  ")), "{name:?}");
            for schema in [Some(&tool.input_schema), tool.output_schema.as_ref()] {
                let schema = Value::Object((**schema.expect("a schema")).clone());
                let mut compiler = boon::Compiler::new();
                compiler.add_resource("tool.json", schema).expect("a schema");
                compiler.compile("tool.json", &mut boon::Schemas::new()).expect("it compiles");
            }
        }
    }
}
