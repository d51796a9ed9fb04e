//! How a framework says "there is no such thing here".

use super::Site;
use crate::fixes::edits::Edits;
use crate::model::{FunctionKind, PatternKind, Segment};
use crate::text::{Name, Span};

/// A statement that ends the handler with "not found", in the framework's words. `None` where they are not known.
pub(super) fn not_found(site: &Site<'_>, edits: &mut Edits) -> Option<String> {
    let framework = site.plan.framework.as_str();
    let python = site.code.language == crate::syntax::Language::Python;
    let quote = crate::fixes::edits::quote(&site.code.text, '"');
    let words = match framework {
        "next-route" => {
            if site.code.text.contains("NextResponse.json(") {
                "return NextResponse.json({ error: \"Not found\" }, { status: 404 });".to_owned()
            } else {
                "return new Response(null, { status: 404 });".to_owned()
            }
        }
        "next-action" | "convex" => "throw new Error(\"Not found\");".to_owned(),
        "next-page" => format!("{}();", site.import("next/navigation", "notFound", edits)?),
        "next-api" | "express" => {
            let response = parameter(site, 1)?;
            format!("return {response}.status(404).json({{ error: \"Not found\" }});")
        }
        "fastify" => match parameter(site, 1) {
            Some(reply) => format!("return {reply}.code(404).send({{ error: \"Not found\" }});"),
            None => "throw Object.assign(new Error(\"Not found\"), { statusCode: 404 });".to_owned(),
        },
        "hono" => format!("return {}.json({{ error: \"Not found\" }}, 404);", parameter(site, 0)?),
        "trpc" => format!("throw new {}({{ code: \"NOT_FOUND\" }});", site.import("@trpc/server", "TRPCError", edits)?),
        "nest" => format!("throw new {}();", site.import("@nestjs/common", "NotFoundException", edits)?),
        "sveltekit" => format!("{}(404, \"Not found\");", site.import("@sveltejs/kit", "error", edits)?),
        "fastapi" => format!("raise {}(status_code=404, detail=\"Not found\")", site.import("fastapi", "HTTPException", edits)?),
        "flask" => format!("{}(404)", site.import("flask", "abort", edits)?),
        "django" => format!("raise {}", site.import("django.http", "Http404", edits)?),
        _ => return None,
    };
    let words = if python || uses_semicolons(&site.code.text) { words } else { words.trim_end_matches(';').to_owned() };
    Some(words.replace('"', quote.encode_utf8(&mut [0; 4])))
}

fn uses_semicolons(text: &str) -> bool {
    text.matches(";\n").count() + text.matches(";\r").count() > 0 || text.ends_with(';')
}

/// The name of a parameter of the innermost handler-like function around the access.
fn parameter(site: &Site<'_>, at: usize) -> Option<Name> {
    let access = site.plan.access.span;
    let placed = site.code.model.segment_at(access.start)?;
    let inside = Span::new(access.start - placed.start, access.end - placed.start);
    let segment: &Segment = &placed.segment;
    let mut around: Vec<_> = segment.functions.iter().filter(|function| function.body_span.contains(inside)).collect();
    around.sort_by_key(|function| function.body_span.len());
    let function = around.into_iter().find(|function| function.params.len() > at && function.kind != FunctionKind::Constructor)?;
    match &segment[function.params.get(at)?.pattern].kind {
        PatternKind::Name(name) => Some(name.clone()),
        _ => None,
    }
}
