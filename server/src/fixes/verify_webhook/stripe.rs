//! Stripe's event is made out of the raw body and its signature, and of nothing else, by Stripe's own library.

use super::super::edits::Edits;
use super::super::here::Here;
use super::super::literal::Code;
use super::super::stack;
use super::raw::Raw;
use super::{Fix, reviewed};
use crate::model::{ExprKind, PatternKind, Placed, StmtKind};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{Name, Span, lines};

const NOTE: &str = "Put the signing secret of this endpoint (Stripe's dashboard, Webhooks) into STRIPE_WEBHOOK_SECRET.";

/// The check before the handler reads on.
pub(super) fn check(here: &Here<'_>, raw: &Raw, edits: &mut Edits) -> Option<(Vec<String>, &'static str)> {
    let unit = raw.unit;
    let lines = if here.python() {
        let os = here.module("os", edits)?;
        let stripe = stack::local_name(here.code.model, "stripe")?;
        let secret = raw.free(["webhook_secret", "stripe_webhook_secret"])?;
        vec![
            format!("{secret} = {os}.environ[\"STRIPE_WEBHOOK_SECRET\"]"),
            "try:".to_owned(),
            format!("{unit}{stripe}.Webhook.construct_event({}, {}, {secret})", raw.body, (raw.header)("Stripe-Signature")),
            "except Exception:".to_owned(),
            format!("{unit}{}", raw.refuse),
        ]
    } else {
        let stripe = client(&here.code)?;
        let mark = if raw.typed { "!" } else { "" };
        // Where there is no crypto that answers at once.
        let (wait, name) = if raw.on_edge { ("await ", "constructEventAsync") } else { ("", "constructEvent") };
        vec![
            "try {".to_owned(),
            format!("{unit}{wait}{stripe}.webhooks.{name}({}, {}{mark}, process.env.STRIPE_WEBHOOK_SECRET{mark});", raw.body, (raw.header)("stripe-signature")),
            "} catch {".to_owned(),
            format!("{unit}{}", raw.refuse),
            "}".to_owned(),
        ]
    };
    Some((lines, NOTE))
}

/// `const event = await req.json()` in a route of Next.js: the event is what the library gives.
pub(super) fn in_route(project: &Project, read: &Place) -> Option<Fix> {
    let code = Code::of(project, &read.file)?;
    let placed = code.model.segment_at(read.span.start)?;
    let (span, name, request) = declared(placed, read.span)?;
    let stripe = client(&code)?;
    let taken = |word: &str| code.text.contains(word);
    let (body, signature) = (free(["payload", "rawBody"], &taken)?, free(["signature", "stripeSignature"], &taken)?);
    let indent = lines::indentation(&code.text, span.start);
    let end = lines::line_end(&code.text);
    let is_typed = matches!(code.language, Language::TypeScript | Language::Tsx);
    let (mark, kind) =
        if is_typed { ("!", if code.text.contains("Stripe.Event") || has_import(&code) { ": Stripe.Event" } else { ": any" }) } else { ("", "") };
    let lines = [
        format!("const {body} = await {request}.text();"),
        format!("const {signature} = {request}.headers.get(\"stripe-signature\");"),
        format!("if (!{signature}) return new Response(\"Missing signature\", {{ status: 400 }});"),
        format!("let {name}{kind};"),
        "try {".to_owned(),
        format!("  {name} = {stripe}.webhooks.constructEvent({body}, {signature}, process.env.STRIPE_WEBHOOK_SECRET{mark});"),
        "} catch {".to_owned(),
        "  return new Response(\"Bad signature\", { status: 400 });".to_owned(),
        "}".to_owned(),
    ];
    let mut edits = Edits::default();
    edits.replace(&code.file, span, lines.join(&format!("{end}{indent}")));
    reviewed("Stripe", edits, NOTE)
}

/// The statement that reads the payload: its place, what it calls the payload, and the request.
fn declared(placed: &Placed, read: Span) -> Option<(Span, Name, String)> {
    let segment = &placed.segment;
    let stmt = segment.stmts.iter().find(|stmt| matches!(stmt.kind, StmtKind::Let { .. }) && placed.absolute(stmt.span).contains(read))?;
    let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { return None };
    let PatternKind::Name(name) = &segment[*pattern].kind else { return None };
    let mut at = *value;
    for _ in 0..4 {
        match &segment[at].kind {
            ExprKind::Await(inner) => at = *inner,
            ExprKind::Call { callee, args, .. } if args.is_empty() => {
                let ExprKind::Member { base, name: method, .. } = &segment[*callee].kind else { return None };
                let ExprKind::Name(request) = &segment[*base].kind else { return None };
                return (method == "json").then(|| (placed.absolute(stmt.span), name.clone(), request.to_string()));
            }
            _ => return None,
        }
    }
    None
}

/// What a client of Stripe is called in this file.
fn client(code: &Code<'_>) -> Option<Name> {
    for placed in &code.model.segments {
        for stmt in &placed.segment.stmts {
            let StmtKind::Let { pattern, value: Some(value), .. } = &stmt.kind else { continue };
            let (PatternKind::Name(name), ExprKind::Call { callee, .. }) = (&placed.segment[*pattern].kind, &placed.segment[*value].kind) else { continue };
            let is_stripe = match &placed.segment[*callee].kind {
                ExprKind::Name(class) => class == "Stripe",
                // `require("stripe")(key)`
                ExprKind::Call { args, .. } => {
                    args.first().is_some_and(|arg| matches!(&placed.segment[arg.value].kind, ExprKind::Str(name) if &**name == "stripe"))
                }
                _ => false,
            };
            if is_stripe {
                return Some(name.clone());
            }
        }
    }
    // One that another file of the project makes.
    stack::imports(code.model)
        .filter(|import| import.source != "stripe" && !import.type_only)
        .flat_map(|import| &import.names)
        .find(|name| name.local == "stripe")
        .map(|name| name.local.clone())
}

fn has_import(code: &Code<'_>) -> bool {
    stack::imports(code.model).any(|import| import.source == "stripe" && import.names.iter().any(|name| name.local == "Stripe"))
}

/// The first of the names that nothing here has yet.
fn free(names: [&'static str; 2], taken: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    names.into_iter().find(|name| !taken(name))
}
