//! **Clean markup**: what somebody else wrote is escaped, or sanitized as a whole, before it becomes part of a page.

use super::edits::Edits;
use super::literal::Code;
use super::package::Package;
use super::phrasebook;
use super::stack::Wanted;
use super::{Fix, Grade, TextEdit};
use crate::model::{ExprKind, PatternKind, Placed};
use crate::project::Project;
use crate::rules::Place;
use crate::syntax::Language;
use crate::text::{Name, Span, lines};

/// A way to say it: the package, how it is imported, and the call around the expression.
struct Cleaner {
    package: &'static str,
    from: &'static str,
    import: Option<&'static str>,
    before: &'static str,
    after: &'static str,
}

const SANITIZERS: &[Cleaner] = &[
    Cleaner { package: "isomorphic-dompurify", from: "isomorphic-dompurify", import: Some("default as DOMPurify"), before: "DOMPurify.sanitize(", after: ")" },
    Cleaner { package: "dompurify", from: "dompurify", import: Some("default as DOMPurify"), before: "DOMPurify.sanitize(", after: ")" },
    Cleaner { package: "sanitize-html", from: "sanitize-html", import: Some("default as sanitizeHtml"), before: "sanitizeHtml(", after: ")" },
    Cleaner { package: "xss", from: "xss", import: Some("default as xss"), before: "xss(", after: ")" },
];
const ESCAPERS: &[Cleaner] = &[
    Cleaner { package: "escape-html", from: "escape-html", import: Some("default as escapeHtml"), before: "escapeHtml(String(", after: "))" },
    Cleaner { package: "he", from: "he", import: Some("default as he"), before: "he.encode(String(", after: "))" },
    Cleaner { package: "lodash", from: "lodash", import: Some("default as lodash"), before: "lodash.escape(String(", after: "))" },
];
const PYTHON_SANITIZERS: &[Cleaner] = &[
    Cleaner { package: "nh3", from: "nh3", import: None, before: "nh3.clean(", after: ")" },
    Cleaner { package: "bleach", from: "bleach", import: None, before: "bleach.clean(", after: ")" },
];
const PYTHON_ESCAPERS: &[Cleaner] = &[
    Cleaner { package: "django", from: "django.utils.html", import: Some("conditional_escape"), before: "conditional_escape(", after: ")" },
    Cleaner { package: "flask", from: "markupsafe", import: Some("escape"), before: "escape(", after: ")" },
    Cleaner { package: "jinja2", from: "markupsafe", import: Some("escape"), before: "escape(", after: ")" },
    Cleaner { package: "", from: "html", import: None, before: "html.escape(str(", after: "))" },
];

/// The whole value is sanitized; where it is set as markup and has none of its own, it is set as text.
pub fn whole(project: &Project, at: &Place, is_code: bool) -> Vec<Fix> {
    let mut fixes = Vec::new();
    if is_code {
        fixes.extend(in_script(project, at));
        return fixes;
    }
    fixes.extend(as_text(project, at));
    fixes.extend(wrapped(project, std::slice::from_ref(at), SANITIZERS, PYTHON_SANITIZERS, "Sanitize").map(|fix| Fix { preferred: fixes.is_empty(), ..fix }));
    fixes
}

/// Each value is escaped where it is put in.
pub fn escaped(project: &Project, holes: &[Place]) -> Option<Fix> {
    wrapped(project, holes, ESCAPERS, PYTHON_ESCAPERS, "Escape")
}

fn wrapped(project: &Project, places: &[Place], ecma: &[Cleaner], python: &[Cleaner], verb: &str) -> Option<Fix> {
    let first = places.first()?;
    if places.iter().any(|place| place.file != first.file) {
        return None;
    }
    let code = Code::of(project, &first.file)?;
    let known = if code.language == Language::Python { python } else { ecma };
    let package = Package::of(project, &first.file, code.language);
    let has = |cleaner: &&Cleaner| {
        let named = package.as_ref().is_some_and(|package| package.dependencies.contains(cleaner.package));
        named || cleaner.package.is_empty() || imports(&code, cleaner.from) || code.language == Language::Python && imports(&code, cleaner.package)
    };
    let cleaner = known.iter().find(has).or_else(|| known.first())?;
    let is_there = has(&cleaner);
    let wanted = Wanted { from: cleaner.from.to_owned(), name: cleaner.import.map(str::to_owned) };
    let mut edits = Edits::default();
    let local = match phrasebook::of(code.language)?.import(&code, &wanted) {
        Some(imported) => {
            if let Some(edit) = imported.edit {
                edits.replace(&first.file, edit.span, edit.text);
            }
            imported.local
        }
        None => {
            let (local, edit) = required(&code, cleaner)?;
            edits.replace(&first.file, edit.span, edit.text);
            local
        }
    };
    let own = cleaner.import.map_or(cleaner.from, |name| name.rsplit(' ').next().unwrap_or(name));
    let before = match cleaner.before.strip_prefix(own) {
        Some(rest) => format!("{local}{rest}"),
        None => cleaner.before.to_owned(),
    };
    let mut names: Vec<String> = Vec::new();
    for place in places {
        let text = place.span.of(&code.text);
        if text.is_empty() || text.starts_with(before.as_str()) {
            return None;
        }
        expression_at(&code, place.span)?;
        edits.insert(&first.file, place.span.start, before.clone());
        edits.insert(&first.file, place.span.end, cleaner.after);
        names.push(shortened(text));
    }
    names.dedup();
    let needs = if is_there {
        String::new()
    } else {
        format!(" (needs: {} {})", if code.language == Language::Python { "pip install" } else { "npm i" }, cleaner.package)
    };
    Some(Fix {
        title: format!("{verb} {}{needs}", names.join(", ")),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: (!is_there).then(|| format!("Install `{}` first.", cleaner.package)),
        suppresses: false,
    })
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() > 40 || line.len() < text.len() { "the markup".to_owned() } else { format!("`{line}`") }
}

fn imports(code: &Code, module: &str) -> bool {
    super::stack::imports(code.model).any(|import| import.source == module || import.source.starts_with(&format!("{module}.")))
}

/// An expression that stands exactly there.
fn expression_at<'c>(code: &'c Code, span: Span) -> Option<(&'c Placed, &'c ExprKind)> {
    let placed = code.model.segment_at(span.start)?;
    let relative = Span::new(span.start.checked_sub(placed.start)?, span.end.checked_sub(placed.start)?);
    let found = placed.segment.exprs.iter().find(|expr| expr.span == relative)?;
    Some((placed, &found.kind))
}

/// `const x = require("x")`, before the first line that does the same.
fn required(code: &Code, cleaner: &Cleaner) -> Option<(Name, TextEdit)> {
    let local = cleaner.import?.rsplit(' ').next()?;
    let is_called = |placed: &Placed| {
        placed.segment.exprs.iter().any(|expr| match &expr.kind {
            ExprKind::Call { callee, .. } => matches!(&placed.segment[*callee].kind, ExprKind::Name(name) if name == "require"),
            _ => false,
        })
    };
    let named = |placed: &Placed| placed.segment.patterns.iter().any(|pattern| matches!(&pattern.kind, PatternKind::Name(name) if name == local));
    if code.language == Language::Python || code.model.segments.iter().any(named) {
        return None;
    }
    let first = code.model.segments.iter().find(|placed| is_called(placed) && placed.segment.functions.is_empty())?;
    let quote = super::edits::quote(&code.text, '"');
    let at = lines::line_start(&code.text, first.span().start);
    let line = format!("const {local} = require({quote}{}{quote});{}", cleaner.from, lines::line_end(&code.text));
    Some((Name::from(local), TextEdit { span: Span::at(at), text: line }))
}

/// `element.innerHTML = text` becomes `element.textContent = text`.
fn as_text(project: &Project, at: &Place) -> Option<Fix> {
    let code = Code::of(project, &at.file)?;
    let (placed, kind) = expression_at(&code, at.span)?;
    if matches!(kind, ExprKind::Template(_)) && at.span.of(&code.text).contains('<') {
        return None;
    }
    let segment = &placed.segment;
    let relative = Span::new(at.span.start.checked_sub(placed.start)?, at.span.end.checked_sub(placed.start)?);
    let member = segment.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Assign { target, op: None, value } if segment[*value].span == relative => match &segment[*target].kind {
            PatternKind::Place(place) => match &segment[*place].kind {
                ExprKind::Member { name, .. } if name == "innerHTML" => Some(segment[*place].span),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })?;
    let text = at.span.of(&code.text);
    let is_markup = text.contains('<') || ["html", "markup", "render", "marked", "svg"].iter().any(|word| text.to_ascii_lowercase().contains(word));
    let end = placed.absolute(member).end;
    let mut edits = Edits::default();
    edits.replace(&at.file, Span::new(end.checked_sub("innerHTML".len() as u32)?, end), "textContent");
    (!is_markup).then_some(())?;
    Some(Fix {
        title: "Set it as text with `textContent`".to_owned(),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: None,
        suppresses: false,
    })
}

/// A script ends where `</script` stands, inside of a string too.
fn in_script(project: &Project, at: &Place) -> Option<Fix> {
    let code = Code::of(project, &at.file)?;
    let (_, kind) = expression_at(&code, at.span)?;
    if !matches!(kind, ExprKind::Call { .. }) || !at.span.of(&code.text).starts_with("JSON.stringify(") {
        return None;
    }
    let mut edits = Edits::default();
    edits.insert(&at.file, at.span.end, ".replace(/</g, \"\\\\u003c\")");
    Some(Fix {
        title: "Write `<` as `\\u003c` in the script".to_owned(),
        grade: Grade::Safe,
        preferred: true,
        edits: edits.finish()?,
        note: None,
        suppresses: false,
    })
}

/// The template escapes again.
pub fn in_template(project: &Project, at: &Place) -> Option<Fix> {
    let document = &project.file(&at.file)?.document;
    let text = document.slice(at.span);
    let is_filter = |part: &str| part.trim().trim_end_matches(['}', '-']).trim() == "safe";
    let written = if let Some(inside) = text.strip_prefix("{{{").and_then(|rest| rest.strip_suffix("}}}")) {
        format!("{{{{{inside}}}}}")
    } else if let Some(inside) = text.strip_prefix("{{&") {
        format!("{{{{{inside}")
    } else if let Some(inside) = text.strip_prefix("<%-") {
        format!("<%={inside}")
    } else if let Some(inside) = text.strip_prefix("!{") {
        format!("#{{{inside}")
    } else if let Some(inside) = text.strip_prefix("!=") {
        format!("={inside}")
    } else if let Some((before, last)) = text.rsplit_once('|').filter(|(_, last)| is_filter(last)) {
        let end = last.trim_start().strip_prefix("safe")?;
        format!("{}{}", before.trim_end(), if end.starts_with(['}', '-']) { format!(" {end}") } else { end.to_owned() })
    } else {
        return None;
    };
    let mut edits = Edits::default();
    edits.replace(&at.file, at.span, written);
    Some(Fix {
        title: "Let the template escape it".to_owned(),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: None,
        suppresses: false,
    })
}
