//! Pages go out without the headers by which a browser protects those who look at them.

use super::exposed::FileCx;
use super::options::{Options, Switch};
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, Finding, FixPlan, Impact, Place, Risk, RuleId, RuleMeta};
use crate::facts::event::Event;
use crate::facts::made::{Made, made};
use crate::facts::scope::Module;
use crate::facts::setup::Answer;
use crate::model::{ExprKind, TemplatePart};
use crate::text::{FileId, Name, Span};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("missing-security-headers"),
    title: "Pages are sent without the browser's protections",
    risk: Risk::Deployment,
    impact: Impact::Low,
    audience: Audience::Everyday,
    cwe: &[693, 1021],
    page: include_str!("../../../queries/rules/missing-security-headers.md"),
};

const HARM: &str = "another site can show yours inside its own and have people click there, and one script that gets in can do everything";

/// Packages that set the headers.
const SETTERS: &[&str] = &[
    "helmet",
    "@fastify/helmet",
    "koa-helmet",
    "lusca",
    "nuxt-security",
    "next-safe",
    "@next-safe/middleware",
    "@nosecone/next",
    "nosecone",
    "flask-talisman",
    "Flask-Talisman",
    "talisman",
    "secure",
    "secweb",
    "Secweb",
    "django-csp",
];

/// Template engines of Express.
const ENGINES: &[&str] = &["ejs", "pug", "hbs", "express-handlebars", "eta", "nunjucks", "mustache-express", "twig"];

/// `helmet({ contentSecurityPolicy: false })`.
pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Effect(effect) = event else { continue };
        if effect.kind != "headers" || crate::facts::walk::is_for_developers(&effect.facts) {
            continue;
        }
        let options = Options::of(effect);
        if options.switch("contentsecuritypolicy") != Switch::Off {
            continue;
        }
        let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Proven);
        raw.detail = "content-security-policy".into();
        raw.message = "The policy that says which scripts may run is switched off: one script that gets into a page can do everything the visitor can".into();
        out.push(raw);
    }
}

/// One finding for each application that shows pages, where the fix would go.
pub fn of_file(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let Some((place, stack, what, plan)) = next(cx).or_else(|| application(cx)).or_else(|| django(cx)) else { return };
    if cx.project.depends_on_any(cx.file, SETTERS) || cx.project.files().any(|(file, known)| known.sets_headers() && cx.project.speaks_for(file, cx.file)) {
        return;
    }
    let message = format!("{what}, and nothing else in the project sets them: {HARM}");
    let mut finding = cx.finding(&META, stack, (META.impact, Confidence::Likely), place, message);
    finding.absence = true;
    finding.plans.extend(plan);
    out.push(finding);
}

type Found = (Place, &'static str, String, Option<FixPlan>);

fn next(cx: &FileCx<'_>) -> Option<Found> {
    let facts = cx.project.setup().of(cx.file)?;
    let is_next = cx.file.file_name().starts_with("next.config.");
    let is_exported = facts.switches.iter().any(|switch| switch.name == "static-export" && switch.is != Answer::No);
    if !is_next || is_exported || facts.partial || !facts.headers.is_empty() || !has_pages(cx) {
        return None;
    }
    let module = cx.known.module.as_deref()?;
    let object = crate::facts::made::exported_object(module)?;
    let at = cx.place(Span::at(object.start + 1));
    let plan = FixPlan::WriteIn {
        at,
        text: NEXT_HEADERS.to_owned(),
        import: None,
        title: "Send the usual security headers with every page".into(),
        note: NEXT_NOTE.into(),
    };
    Some((cx.place(Span::new(object.start, object.start + 1)), "next", "`headers()` is missing in this configuration".to_owned(), Some(plan)))
}

/// A page in the package of the configuration.
fn has_pages(cx: &FileCx<'_>) -> bool {
    let folder = cx.file.folder();
    let is_page = |file: &FileId| {
        let Some(path) = file.as_str().strip_prefix(folder) else { return false };
        let name = file.file_name();
        let is_component = [".tsx", ".jsx", ".js"].iter().any(|end| name.ends_with(end));
        let path = path.strip_prefix("/src").unwrap_or(path);
        is_component && (path.starts_with("/app/") && name.starts_with("page.") || path.starts_with("/pages/") && !path.starts_with("/pages/api/"))
    };
    cx.project.files().any(|(file, _)| is_page(file))
}

/// Express, Flask, FastAPI: the line that makes the application.
fn application(cx: &FileCx<'_>) -> Option<Found> {
    let module = cx.known.module.as_deref()?;
    let Made { name, package, span, end, .. } = made(module)
        .into_iter()
        .find(|made| matches!((made.package.as_str(), made.export.as_str()), ("express", "default") | ("flask", "Flask") | ("fastapi", "FastAPI")))?;
    let shows = match package.as_str() {
        "express" => cx.project.depends_on_any(cx.file, ENGINES) || answers_markup(module),
        _ => has_templates(cx),
    };
    if !shows {
        return None;
    }
    let title = "Send the usual security headers with every page";
    let (stack, text, import, note) = match package.as_str() {
        "express" => (
            "express",
            format!("\n{name}.use(helmet());"),
            Some(Name::from("helmet")),
            "Install it: npm install helmet. Its policy lets only scripts of your own run; say in `contentSecurityPolicy` which others you need.",
        ),
        "flask" => ("flask", FLASK_HEADERS.replace("{app}", &name), None, "Add a Content-Security-Policy once you know which scripts your pages need."),
        _ => ("fastapi", FASTAPI_HEADERS.replace("{app}", &name), None, "Add a Content-Security-Policy once you know which scripts your pages need."),
    };
    let title = if import.is_some() && !cx.project.depends_on(cx.file, "helmet") { format!("{title} (needs: npm install helmet)") } else { title.to_owned() };
    let plan = FixPlan::WriteIn { at: cx.place(Span::at(end)), text, import, title: title.into(), note: note.into() };
    Some((cx.place(span), stack, format!("`{name}` shows pages without security headers"), Some(plan)))
}

/// A handler beside it writes a page: `res.send("<html>..")`.
fn answers_markup(module: &Module) -> bool {
    const PAGE: &[&str] = &["<!doctype", "<html", "<body", "<form", "<script"];
    let is_page = |text: &str| PAGE.iter().any(|tag| text.to_ascii_lowercase().contains(tag));
    module.model.segments.iter().any(|placed| {
        let segment = &*placed.segment;
        segment.exprs.iter().any(|expr| {
            let ExprKind::Call { callee, args, .. } = &expr.kind else { return false };
            let answers = matches!(&segment[*callee].kind, ExprKind::Member { name, .. } if matches!(name.as_str(), "send" | "end" | "write"));
            answers
                && args.first().is_some_and(|arg| {
                    let span = segment[arg.value].span;
                    segment.exprs.iter().filter(|inner| span.contains(inner.span)).any(|inner| match &inner.kind {
                        ExprKind::Str(text) => is_page(text),
                        ExprKind::Template(parts) => parts.iter().any(|part| matches!(part, TemplatePart::Text(text, _) if is_page(text))),
                        _ => false,
                    })
                })
        })
    })
}

fn has_templates(cx: &FileCx<'_>) -> bool {
    let folder = cx.file.folder();
    let is_template = |file: &FileId| {
        file.as_str().starts_with(folder)
            && file.as_str().contains("/templates/")
            && [".html", ".j2", ".jinja", ".jinja2"].iter().any(|end| file.as_str().ends_with(end))
    };
    cx.project.files().any(|(file, _)| is_template(file))
}

fn django(cx: &FileCx<'_>) -> Option<Found> {
    let facts = cx.project.setup().of(cx.file)?;
    let of = |name: &str, is: Answer| facts.switches.iter().find(|switch| switch.name == name && switch.is == is && !switch.place.span.is_empty());
    let list = of("middleware", Answer::Yes)?;
    of("session-middleware", Answer::Yes)?;
    of("security-middleware", Answer::No)?;
    of("frame-middleware", Answer::No)?;
    let plan = FixPlan::AddItem { list: list.place.clone(), item: "\"django.middleware.security.SecurityMiddleware\"".into(), behind: Name::default() };
    Some((list.place.clone(), "django", "`MIDDLEWARE` has neither `SecurityMiddleware` nor `XFrameOptionsMiddleware`".to_owned(), Some(plan)))
}

const NEXT_NOTE: &str = "The policy for scripts is only reported, not enforced: look at the browser's console for a while, name what your pages need, then call the header Content-Security-Policy.";
const NEXT_HEADERS: &str = r#"
  async headers() {
    return [
      {
        source: "/:path*",
        headers: [
          { key: "X-Content-Type-Options", value: "nosniff" },
          { key: "X-Frame-Options", value: "SAMEORIGIN" },
          { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
          { key: "Strict-Transport-Security", value: "max-age=63072000" },
          { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=()" },
          { key: "Content-Security-Policy-Report-Only", value: "default-src 'self'; frame-ancestors 'self'" },
        ],
      },
    ];
  },"#;
const FLASK_HEADERS: &str = r#"


@{app}.after_request
def send_security_headers(response):
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    response.headers.setdefault("Strict-Transport-Security", "max-age=63072000")
    return response
"#;
const FASTAPI_HEADERS: &str = r#"


@{app}.middleware("http")
async def send_security_headers(request, call_next):
    response = await call_next(request)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    response.headers.setdefault("Strict-Transport-Security", "max-age=63072000")
    return response
"#;
