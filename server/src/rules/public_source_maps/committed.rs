//! Source maps that are saved with the project, in a folder that is served as it is.
//!
//! Libraries come with their maps, and everybody has their sources: only what the project itself has in another place counts.

use rustc_hash::FxHashSet;

use super::{META, built_message};
use crate::facts::source_map::{self, Given, Named};
use crate::project::{File, Project};
use crate::rules::built::source_of;
use crate::rules::exposed::{FileCx, is_handed_out};
use crate::rules::{Confidence, Finding};
use crate::text::{FileId, Span};

/// More maps of one folder say nothing new.
const MOST_MAPS: usize = 64;

/// The first map of a folder speaks for all that lie there.
pub(super) fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let Some(place) = place(cx.file, cx.known).filter(|_| is_handed_out(cx)) else { return };
    let folder = cx.file.folder();
    let is_beside = |(file, known): &(&FileId, &File)| file.folder() == folder && self::place(file, known).is_some();
    let mut beside: Vec<(&FileId, &File)> = cx.project.files().filter(is_beside).collect();
    beside.sort_by_key(|(file, _)| *file);
    let (mut maps, mut sources) = (0, Vec::new());
    for (file, known) in beside.into_iter().take(MOST_MAPS) {
        let own = own_sources(cx.project, file, known);
        if own.is_empty() {
            continue;
        }
        if maps == 0 && file != cx.file {
            return;
        }
        maps += 1;
        sources.extend(own);
    }
    if maps > 0 {
        let message = built_message(cx.project.relative(&FileId::new(folder)), maps, &sources) + ". Delete it there, and have the build leave it out";
        out.push(cx.finding(&META, "committed", (META.impact, Confidence::Proven), cx.place(place), message));
    }
}

/// Where a file says that it is, or has, a map with sources in it.
fn place(file: &FileId, known: &File) -> Option<Span> {
    let mark = match file.extension() {
        "map" => "\"sourcesContent\"",
        _ if known.document.language.is_ecma() => "sourceMappingURL=data:",
        _ => return None,
    };
    let text = known.document.text();
    let at = text.rfind(mark)?;
    Some(Span::from(at..at + mark.len()))
}

/// The sources in a file's map that are the project's own, by their paths in it.
fn own_sources(project: &Project, file: &FileId, known: &File) -> Vec<String> {
    let text = known.document.text();
    let map = match file.extension() {
        "map" => Some(text),
        _ => match source_map::named_by(&text) {
            Some(Named::Inline(body)) => source_map::inline(body),
            _ => None,
        },
    };
    let given = map.map(|map| source_map::given_away(&map)).unwrap_or_default();
    given.iter().filter_map(|given| own_source(project, file, given)).collect()
}

/// A path alone may be that of a library, too (`src/index.js`): most of the text must stand in the project's file.
fn own_source(project: &Project, map: &FileId, given: &Given) -> Option<String> {
    let source = source_of(project, map, &given.source).filter(|source| source != map)?;
    let lines: FxHashSet<u64> = source_map::telling_lines(&project.file(&source)?.document.text()).into_iter().collect();
    let known = given.lines.iter().filter(|line| lines.contains(line)).count();
    (known * 2 > given.lines.len()).then(|| project.relative(&source).to_owned())
}
