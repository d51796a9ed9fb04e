//! **Limit a route**: a limiter stands before its handler.

use super::edits::Edits;
use super::literal::Code;
use super::package::Package;
use super::stack::{self, Wanted};
use super::{Fix, Grade, phrasebook};
use crate::model::{ExprKind, PatternKind, Placed, StmtKind};
use crate::project::Project;
use crate::rules::Place;
use crate::text::{Name, Span, lines};

const LIBRARY: &str = "express-rate-limit";

/// `app.post("/login", handler)` of Express.
pub fn fix(project: &Project, route: &Place, framework: &Name) -> Option<Fix> {
    if framework != "express" {
        return None;
    }
    let code = Code::of(project, &route.file)?;
    let placed = code.model.segment_at(route.span.start)?;
    let path = first_argument(placed, route.span)?;
    let mut edits = Edits::default();
    let (limiter, is_here) = match limiter(&code) {
        Some(known) => (known.to_string(), true),
        None => {
            let wanted = Wanted { from: LIBRARY.to_owned(), name: Some("rateLimit".to_owned()) };
            let local = match stack::imports(code.model)
                .filter(|import| import.source == LIBRARY)
                .flat_map(|import| &import.names)
                .find(|name| name.imported == "default")
            {
                Some(default) => default.local.clone(),
                None => {
                    let imported = phrasebook::of(code.language)?.import(&code, &wanted)?;
                    if let Some(edit) = imported.edit {
                        edits.edit(&code.file, edit);
                    }
                    imported.local
                }
            };
            let name = ["limiter", "routeLimiter"].into_iter().find(|name| !code.text.contains(name))?;
            let end = lines::line_end(&code.text);
            let item = lines::line_start(&code.text, placed.start);
            edits.insert(
                &code.file,
                item,
                format!("const {name} = {local}({{ windowMs: 60_000, limit: 10, standardHeaders: true, legacyHeaders: false }});{end}"),
            );
            (name.to_owned(), false)
        }
    };
    edits.insert(&code.file, path.end, format!(", {limiter}"));
    let has = Package::of(project, &route.file, code.language).is_some_and(|package| package.dependencies.contains(LIBRARY));
    let needs = if is_here || has { String::new() } else { format!(" (needs: npm i {LIBRARY})") };
    Some(Fix {
        title: format!("Limit how often this is called{needs}"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some("Behind a proxy also say how many there are, `app.set(\"trust proxy\", 1)`, or all callers count as one.".to_owned()),
        suppresses: false,
    })
}

/// The path that a route is registered under.
fn first_argument(placed: &Placed, span: Span) -> Option<Span> {
    let segment = &placed.segment;
    let call = segment.exprs.iter().find(|expr| placed.absolute(expr.span) == span && matches!(expr.kind, ExprKind::Call { .. }))?;
    let ExprKind::Call { args, .. } = &call.kind else { return None };
    let first = args.first().filter(|_| args.len() > 1)?;
    matches!(segment[first.value].kind, ExprKind::Str(_)).then(|| placed.absolute(segment[first.value].span))
}

/// A limiter that the file has made already.
fn limiter(code: &Code<'_>) -> Option<Name> {
    let names: Vec<&Name> =
        stack::imports(code.model).filter(|import| import.source == LIBRARY).flat_map(|import| &import.names).map(|name| &name.local).collect();
    code.model.segments.iter().find_map(|placed| {
        placed.segment.body.iter().find_map(|stmt| {
            let StmtKind::Let { pattern, value: Some(value), .. } = &placed.segment[*stmt].kind else { return None };
            let (PatternKind::Name(name), ExprKind::Call { callee, .. }) = (&placed.segment[*pattern].kind, &placed.segment[*value].kind) else { return None };
            matches!(&placed.segment[*callee].kind, ExprKind::Name(called) if names.contains(&called)).then(|| name.clone())
        })
    })
}
