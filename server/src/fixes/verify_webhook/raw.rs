//! How a framework gives the body as it was sent, and a header, and how it is told to refuse.

use super::super::edits::Edits;
use super::super::here::Here;
use super::super::literal::Code;
use crate::model::{Entry, Expr, ExprId, ExprKind, Function, Key, Pattern, PatternKind};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::Name;

pub(super) struct Raw {
    /// The body's bytes or text.
    pub body: String,
    /// What must be written first.
    pub before: Vec<String>,
    pub header: Box<dyn Fn(&str) -> String>,
    /// The statement that refuses.
    pub refuse: String,
    pub unit: &'static str,
    /// Types are checked, so that what may be missing has to be claimed.
    pub typed: bool,
    /// It may run where there is no Node.
    pub on_edge: bool,
    /// The text of the handler.
    around: String,
}

impl Raw {
    /// The first of the names that the handler does not have yet.
    pub(super) fn free(&self, names: [&'static str; 2]) -> Option<&'static str> {
        names.into_iter().find(|name| !self.around.contains(name))
    }
}

pub(super) fn of(project: &Project, here: &Here<'_>, read: &Place, framework: &Name, edits: &mut Edits) -> Option<Raw> {
    let id = here.expression(read.span)?;
    let function = handler(here, id)?;
    let around = here.placed.absolute(function.span).of(&here.code.text).to_owned();
    let typed = matches!(here.code.language, Language::TypeScript | Language::Tsx);
    let body_text = here.placed.absolute(function.body_span).of(&here.code.text);
    let unit = if body_text.contains("\n\t") {
        "\t"
    } else if here.python() {
        "    "
    } else {
        "  "
    };
    let request = request(here, id)?;
    let made = |body: String, header: Box<dyn Fn(&str) -> String>, refuse: String| Raw {
        body,
        before: Vec::new(),
        header,
        refuse,
        unit,
        typed,
        on_edge: false,
        around: around.clone(),
    };
    let python_header = |request: String| Box::new(move |name: &str| format!("{request}.headers.get(\"{name}\", \"\")")) as Box<dyn Fn(&str) -> String>;
    match framework.as_str() {
        "flask" => Some(made(format!("{request}.get_data()"), python_header(request), "return \"Bad signature\", 400".to_owned())),
        "fastapi" if function.is_async => {
            let refused = here.member("fastapi", "HTTPException", edits)?;
            let refuse = format!("raise {refused}(status_code=400, detail=\"Bad signature\")");
            Some(made(format!("await {request}.body()"), python_header(request), refuse))
        }
        "django" => {
            let refused = here.member("django.http", "HttpResponse", edits)?;
            Some(made(format!("{request}.body"), python_header(request), format!("return {refused}(\"Bad signature\", status=400)")))
        }
        "express" => {
            let response = name_of(here, function, 1)?;
            keep_raw(project, edits)?;
            let body = if typed { format!("({request} as any).rawBody ?? \"\"") } else { format!("{request}.rawBody ?? \"\"") };
            let header = Box::new(move |name: &str| format!("{request}.get(\"{}\")", name.to_ascii_lowercase()));
            Some(made(body, header, format!("return {response}.status(400).send(\"Bad signature\");")))
        }
        "next-route" | "hono" => {
            let wait = here.placed.segment.exprs.iter().position(|expr| matches!(expr.kind, ExprKind::Await(inner) if inner == id))?;
            let is_hono = framework == "hono";
            let of = if is_hono { format!("{request}.req") } else { request.clone() };
            let payload = ["payload", "rawBody"].into_iter().find(|name| !around.contains(name))?;
            edits.replace(&read.file, here.span(ExprId(wait as u32)), format!("JSON.parse({payload})"));
            let header: Box<dyn Fn(&str) -> String> = if is_hono {
                Box::new(move |name| format!("{request}.req.header(\"{}\")", name.to_ascii_lowercase()))
            } else {
                Box::new(move |name| format!("{request}.headers.get(\"{}\")", name.to_ascii_lowercase()))
            };
            let refuse = if is_hono {
                format!("return {}.text(\"Bad signature\", 400);", of.trim_end_matches(".req"))
            } else {
                "return new Response(\"Bad signature\", { status: 400 });".to_owned()
            };
            let raw = made(payload.to_owned(), header, refuse);
            Some(Raw { before: vec![format!("const {payload} = await {of}.text();")], on_edge: is_hono, ..raw })
        }
        _ => None,
    }
}

/// Where a handler first reads the body: `req.body`, `request.json`.
pub(super) fn read_in(project: &Project, handler: &Place) -> Option<Place> {
    let here = Here::at(project, handler)?;
    let segment = &here.placed.segment;
    let is_handler = |function: &&Function| {
        let [whole, body] = [function.span, function.body_span].map(|span| here.placed.absolute(span));
        whole.contains(handler.span) && !body.contains(handler.span)
    };
    let function = segment.functions.iter().filter(is_handler).min_by_key(|function| function.span.len())?;
    let given: Vec<String> = (0..function.params.len()).filter_map(|at| name_of(&here, function, at)).collect();
    let is_request =
        |id: &ExprId| matches!(&segment[*id].kind, ExprKind::Name(of) if of == "request" && here.python() || given.iter().any(|name| *name == **of));
    let is_read =
        |expr: &Expr| matches!(&expr.kind, ExprKind::Member { base, name, .. } if is_request(base) && matches!(name.as_str(), "body" | "json" | "data"));
    let reads = segment.exprs.iter().filter(|expr| function.body_span.contains(expr.span) && is_read(expr));
    let first = reads.min_by_key(|expr| expr.span.start)?;
    Some(Place { file: handler.file.clone(), span: here.placed.absolute(first.span) })
}

/// The function that reads it.
fn handler<'h>(here: &'h Here<'_>, id: ExprId) -> Option<&'h Function> {
    let segment = &here.placed.segment;
    let inside = |function: &&Function| function.body_span.contains(segment[id].span);
    segment.functions.iter().filter(inside).min_by_key(|function| function.body_span.len())
}

fn name_of(here: &Here<'_>, function: &Function, at: usize) -> Option<String> {
    let param = function.params.get(at)?;
    match &here.placed.segment[param.pattern] {
        Pattern { kind: PatternKind::Name(name), .. } => Some(name.to_string()),
        _ => None,
    }
}

/// What the request is called: `req` of `req.body`, `c` of `c.req.json()`.
fn request(here: &Here<'_>, id: ExprId) -> Option<String> {
    let mut at = id;
    for _ in 0..6 {
        match here.kind(at) {
            ExprKind::Name(name) => return (at != id).then(|| name.to_string()),
            ExprKind::Member { base, .. } | ExprKind::Index { base, .. } => at = *base,
            ExprKind::Call { callee, .. } => at = *callee,
            ExprKind::Await(inner) => at = *inner,
            _ => return None,
        }
    }
    None
}

/// The one place where the app's bodies are read as JSON keeps what was sent, too.
fn keep_raw(project: &Project, edits: &mut Edits) -> Option<()> {
    let mut found: Option<(Code<'_>, u32, String)> = None;
    for (file, known) in project.sorted_files() {
        if known.model.is_none() || !known.document.text().contains(".json(") {
            continue;
        }
        let code = Code::of(project, file)?;
        if code.language == Language::Python {
            continue;
        }
        let mut places = Vec::new();
        for placed in &code.model.segments {
            let segment = &placed.segment;
            for expr in &segment.exprs {
                let ExprKind::Call { callee, args, .. } = &expr.kind else { continue };
                let ExprKind::Member { base, name, .. } = &segment[*callee].kind else { continue };
                let reads = name == "json" && matches!(&segment[*base].kind, ExprKind::Name(of) if matches!(of.as_str(), "express" | "bodyParser"));
                if !reads {
                    continue;
                }
                let span = placed.absolute(expr.span);
                let keeping = "verify: (req, res, raw) => { Object.assign(req, { rawBody: raw }); }";
                match args.first().map(|arg| &segment[arg.value]) {
                    None => places.push((span.end.checked_sub(1)?, format!("{{ {keeping} }}"))),
                    Some(options) => {
                        let ExprKind::Object(entries) = &options.kind else { return None };
                        let verify = entries.iter().find(|entry| matches!(entry, Entry::Field { key: Key::Name(name), .. } if name == "verify"));
                        match (verify, entries.last()) {
                            // What another repair has written here is what is wanted.
                            (Some(verify), _) if placed.absolute(verify.span()).of(&code.text).contains("rawBody") => places.push((span.end, String::new())),
                            (Some(_), _) => return None,
                            (None, Some(last)) => places.push((placed.absolute(last.span()).end, format!(", {keeping}"))),
                            (None, None) => places.push((placed.absolute(options.span).end.checked_sub(1)?, format!(" {keeping} "))),
                        }
                    }
                }
            }
        }
        for (at, text) in places {
            // Which of several reads this body is not asked for.
            if found.replace((Code::of(project, file)?, at, text)).is_some() {
                return None;
            }
        }
    }
    let (code, at, text) = found?;
    if !text.is_empty() {
        edits.insert(&code.file, at, text);
    }
    Some(())
}
