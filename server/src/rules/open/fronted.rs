//! A file in front of all pages and endpoints of a Next.js application: may it have decided before a route began?

use crate::model::{Entry, ExprKind, Key};
use crate::project::Project;
use crate::project::routes::Route;
use crate::text::FileId;

/// The files that stand in front, by the folder of an application.
const FRONTS: &[&str] = &["middleware.ts", "middleware.js", "middleware.mjs", "proxy.ts", "proxy.js", "proxy.mjs"];

/// Does such a file run before this route, as far as its matcher can be read? What it then decides is not looked at here.
/// Server actions answer at the address of whatever page uses them, so nothing in front covers them for sure.
pub fn is_fronted(project: &Project, route: &Route) -> bool {
    if !matches!(route.framework.as_str(), "next-route" | "next-api" | "next-page") {
        return false;
    }
    let Some(path) = &route.path else { return true };
    fronts(project, &route.site.item.file).is_some_and(|front| covers(project, &front, path))
}

fn fronts(project: &Project, file: &FileId) -> Option<FileId> {
    let whole = file.as_str();
    let mut folder = whole;
    while let Some((above, _)) = folder.rsplit_once('/') {
        for name in FRONTS {
            for below in ["", "src/"] {
                let front = FileId::new(&format!("{above}/{below}{name}"));
                if project.file(&front).is_some() {
                    return Some(front);
                }
            }
        }
        folder = above;
    }
    None
}

fn covers(project: &Project, front: &FileId, path: &str) -> bool {
    let Some(model) = project.file(front).and_then(|file| file.model.as_ref()) else { return true };
    let mut patterns: Vec<&str> = Vec::new();
    let mut has_matcher = false;
    for placed in &model.segments {
        let segment = &placed.segment;
        let says_matcher = segment.exprs.iter().any(|expr| match &expr.kind {
            ExprKind::Object(entries) => entries.iter().any(|entry| matches!(entry, Entry::Field { key: Key::Name(name), .. } if name == "matcher")),
            _ => false,
        });
        if !says_matcher {
            continue;
        }
        has_matcher = true;
        patterns.extend(segment.exprs.iter().filter_map(|expr| match &expr.kind {
            ExprKind::Str(text) if text.starts_with('/') => Some(&**text),
            _ => None,
        }));
    }
    !has_matcher || patterns.is_empty() || patterns.iter().any(|pattern| may_match(pattern, path))
}

/// Could a matcher be about this path? What is not understood of it could.
fn may_match(pattern: &str, path: &str) -> bool {
    // `/((?!api|_next/static|favicon.ico).*)`: everything but what begins so.
    if let Some((before, rest)) = pattern.split_once("((?!")
        && let Some((excluded, _)) = rest.split_once(')')
    {
        let Some(below) = path.strip_prefix(before) else { return false };
        return !excluded.split('|').any(|start| !start.is_empty() && start.chars().all(is_plain) && below.starts_with(start));
    }
    let fixed: String = pattern.chars().take_while(|c| is_plain(*c) || *c == '/').collect();
    if fixed.len() == pattern.len() {
        return path.trim_end_matches('/') == fixed.trim_end_matches('/');
    }
    let fixed = fixed.trim_end_matches('/');
    path == fixed || path.strip_prefix(fixed).is_some_and(|below| fixed.is_empty() || below.starts_with('/') || below.starts_with('['))
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/')
}

#[cfg(test)]
mod tests {
    use super::may_match;

    #[test]
    fn matchers_are_read_as_far_as_they_can_be() {
        assert!(may_match("/dashboard/:path*", "/dashboard/[id]"));
        assert!(!may_match("/dashboard/:path*", "/api/notes"));
        assert!(may_match("/(api|trpc)(.*)", "/api/notes"));
        assert!(!may_match("/((?!api|_next/static|_next/image|favicon.ico).*)", "/api/notes"));
        assert!(may_match("/((?!_next/static|favicon.ico).*)", "/api/notes"));
        assert!(may_match("/api/:path*", "/api/notes/[id]"));
        assert!(!may_match("/admin", "/api/notes"));
    }
}
