//! Which file answers at a path of the project's own, for frameworks in which the place of a file is its address.

use super::Project;
use super::conventions::route_path;
use super::file_names::method_in_name;
use crate::facts::catalogue::BUILT_IN;
use crate::facts::walk::{ANY_PART, Answering};
use crate::text::{FileId, Name};

/// Functions of a platform, each in a folder of its own, which hand themselves to it: where they lie, and where they answer.
const SERVED: (&str, &str, &str) = ("supabase/functions/", "/functions/v1/", "worker");

/// By their paths.
pub(super) struct Answers {
    all: Vec<Placed>,
}

struct Placed {
    path: String,
    /// None: all of them.
    methods: Vec<Name>,
    answering: Answering,
}

impl Answers {
    pub(super) fn of(project: &Project) -> Answers {
        let mut all = Vec::new();
        for (file, known) in project.files().filter(|(_, known)| known.module.is_some()) {
            let path = project.relative(file);
            if let Some(name) = served(path) {
                let answering = Answering { file: file.clone(), export: Name::default(), framework: Name::new_static(SERVED.2) };
                all.push(Placed { path: format!("{}{name}", SERVED.1), methods: Vec::new(), answering });
                continue;
            }
            if !["route.", "+server.", "/api/", "server/routes/"].iter().any(|sign| path.contains(sign)) {
                continue;
            }
            let package = project.relative_package(file);
            let Some(module) = &known.module else { continue };
            for convention in BUILT_IN.conventions() {
                let entry = &convention.entry;
                let is_other = entry.files.is_empty() || entry.directive.is_some() || entry.pathless || entry.elsewhere || entry.member.is_some();
                if is_other || !convention.files.is_match(path) {
                    continue;
                }
                let (stem, methods) = if entry.method_in_name { method_in_name(path) } else { (path.to_owned(), Vec::new()) };
                for export in entry.exports.iter().filter(|export| module.exports.has(export)) {
                    let methods = if entry.methods { vec![export.clone()] } else { methods.clone() };
                    let answering = Answering { file: file.clone(), export: export.clone(), framework: entry.framework.clone() };
                    all.push(Placed { path: route_path(&stem, package), methods, answering });
                }
            }
        }
        all.sort_by(|one, other| (&one.path, &one.answering.file, &one.answering.export).cmp(&(&other.path, &other.answering.file, &other.answering.export)));
        Answers { all }
    }

    /// What answers there, that closest to who asks first.
    pub(super) fn at(&self, from: &FileId, path: &str, method: &str) -> Vec<Answering> {
        let shared = |file: &FileId| file.as_str().split('/').zip(from.as_str().split('/')).take_while(|(one, other)| one == other).count();
        let fits = |placed: &&Placed| (placed.methods.is_empty() || placed.methods.iter().any(|known| known == method)) && is_at(&placed.path, path);
        let mut found: Vec<&Placed> = self.all.iter().filter(fits).collect();
        // A path in so many words before one with parts that are computed.
        found.sort_by_key(|placed| (placed.path.matches(['[', '*']).count(), std::cmp::Reverse(shared(&placed.answering.file))));
        let best = found.first().map(|placed| placed.path.clone());
        found.into_iter().filter(|placed| Some(&placed.path) == best.as_ref()).map(|placed| placed.answering.clone()).collect()
    }
}

/// `supabase/functions/greet/index.ts`
fn served(path: &str) -> Option<&str> {
    let (_, below) = path.split_once(SERVED.0).filter(|(before, _)| before.is_empty() || before.ends_with('/'))?;
    let (name, rest) = below.split_once('/')?;
    (!name.starts_with('_') && rest.starts_with("index.")).then_some(name)
}

/// Is what is asked for at this pattern: `/api/notes/[id]`?
fn is_at(pattern: &str, path: &str) -> bool {
    let mut wanted = pattern.trim_matches('/').split('/');
    let mut asked = path.trim_matches('/').split('/');
    loop {
        match (wanted.next(), asked.next()) {
            (None, None) => return true,
            (Some(part), Some(_)) if part.starts_with("[...") || part.starts_with("[[...") => return true,
            (Some(part), Some(_)) if part.starts_with('[') => {}
            (Some(part), Some(given)) if part == given || given.contains(ANY_PART) && fits_in_part(part, given) => {}
            _ => return false,
        }
    }
}

/// `notes-*`
fn fits_in_part(part: &str, given: &str) -> bool {
    given == ANY_PART || given.split_once(ANY_PART).is_some_and(|(before, after)| part.starts_with(before) && part.ends_with(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_by_their_parts() {
        for (pattern, path, is) in [
            ("/api/notes/[id]", "/api/notes/*", true),
            ("/api/notes/[id]", "/api/notes/7", true),
            ("/api/notes", "/api/notes/", true),
            ("/api/notes/[id]", "/api/notes", false),
            ("/api/[...all]", "/api/a/b", true),
            ("/api/notes", "/api/other", false),
            ("/functions/v1/greet", "/functions/v1/greet", true),
        ] {
            assert_eq!(is_at(pattern, path), is, "{pattern} {path}");
        }
        assert_eq!(served("supabase/functions/greet/index.ts"), Some("greet"));
        assert_eq!(served("supabase/functions/_shared/index.ts"), None);
    }
}
