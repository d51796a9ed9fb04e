//! What a build made to be served, held against what must not be in it. This checks the claims about what reaches the
//! browser against reality, and finds what no reading of the source can see.
//!
//! One pass over each served file; nothing of it is kept but the files in which something was found.

mod needles;
mod source;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use self::needles::Needles;
pub(in crate::rules) use self::source::source_of;
use super::{Confidence, Finding, Impact, Level, Place, Related, RuleMeta, public_source_maps, secret_client_exposed};
use crate::facts::secrets::{RowId, in_served};
use crate::facts::source_map::{self, Named};
use crate::project::{Project, join};
use crate::syntax::{Document, Language};
use crate::text::{FileId, Name, Span};

/// More places of one secret say nothing new.
const MOST_PLACES: usize = 8;

/// Findings, and the served texts that they point into.
pub type Held = (Vec<Finding>, FxHashMap<FileId, Arc<Document>>);

/// Reads what is served, file by file, and says what should not be there.
pub struct Built<'p> {
    project: &'p Project,
    needles: Needles,
    found: Vec<Leak>,
    by_value: FxHashMap<String, usize>,
    maps: Vec<Maps>,
    texts: FxHashMap<FileId, Arc<Document>>,
    files: usize,
}

/// One secret in what is served.
struct Leak {
    row: Option<RowId>,
    variable: Option<Name>,
    /// Where it was written, if that is known.
    source: Option<Place>,
    served: Vec<Place>,
}

/// The maps in one folder that is served.
struct Maps {
    folder: FileId,
    first: FileId,
    count: usize,
    sources: Vec<String>,
}

impl<'p> Built<'p> {
    /// `findings` are those of the project: the secrets they point at are looked for.
    pub fn new(project: &'p Project, rules: &[&RuleMeta], findings: &[Finding]) -> Built<'p> {
        let needles = Needles::of(project, rules, findings);
        Built { project, needles, found: Vec::new(), by_value: FxHashMap::default(), maps: Vec::new(), texts: FxHashMap::default(), files: 0 }
    }

    /// A file below the served `folder`. `beside` reads another served file.
    pub fn read(&mut self, folder: &FileId, file: &FileId, text: &str, beside: &mut dyn FnMut(&FileId) -> Option<String>) {
        self.files += 1;
        if file.extension() == "map" {
            self.map(folder, file, text);
        } else if let Some(Named::Inline(body)) = source_map::named_by(text)
            && let Some(map) = source_map::inline(body)
        {
            self.map(folder, file, &map);
        }
        let mut here: Vec<(std::ops::Range<usize>, Option<RowId>, Option<usize>)> =
            self.needles.find(text).map(|(at, range)| (range, None, Some(at))).collect();
        for token in in_served(text) {
            if !here.iter().any(|(range, ..)| range.start < token.range.end && token.range.start < range.end) {
                here.push((token.range, Some(token.row), None));
            }
        }
        here.sort_by_key(|(range, ..)| range.start);
        let mut map: Option<Option<String>> = None;
        for (range, row, needle) in here {
            let Some(value) = text.get(range.clone()) else { continue };
            let at = match self.by_value.get(value) {
                Some(at) => *at,
                None => {
                    let leak = match needle.and_then(|at| self.needles.get(at)) {
                        Some(needle) => Leak { row: needle.row, variable: needle.variable.clone(), source: Some(needle.place.clone()), served: Vec::new() },
                        None => {
                            let map = map.get_or_insert_with(|| map_of(file, text, beside));
                            Leak {
                                row,
                                variable: None,
                                source: map.as_deref().and_then(|map| self.written(file, text, range.start, map, value)),
                                served: Vec::new(),
                            }
                        }
                    };
                    self.found.push(leak);
                    self.by_value.insert(value.to_owned(), self.found.len() - 1);
                    self.found.len() - 1
                }
            };
            let Some(leak) = self.found.get_mut(at).filter(|leak| leak.served.len() < MOST_PLACES) else { continue };
            leak.served.push(Place { file: file.clone(), span: Span::from(range) });
            self.texts.entry(file.clone()).or_insert_with(|| Arc::new(Document::new(file.clone(), Language::Text, 0, text)));
        }
    }

    /// How many files were read.
    pub fn files(&self) -> usize {
        self.files
    }

    fn map(&mut self, folder: &FileId, file: &FileId, map: &str) {
        let sources = source_map::sources_given_away(map);
        if sources.is_empty() {
            return;
        }
        match self.maps.iter_mut().find(|maps| maps.folder == *folder) {
            Some(maps) => {
                maps.count += 1;
                maps.sources.extend(sources);
            }
            None => self.maps.push(Maps { folder: folder.clone(), first: file.clone(), count: 1, sources }),
        }
    }

    /// Where in the project's sources the value stands that was found at `offset` of a served text.
    fn written(&self, file: &FileId, text: &str, offset: usize, map: &str, value: &str) -> Option<Place> {
        let before = text.get(..offset)?;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() as u32;
        let column = before.get(line_start..)?.encode_utf16().count() as u32;
        let original = source_map::original(map, line, column)?;
        let source = source_of(self.project, file, &original.source)?;
        let document = &self.project.file(&source)?.document;
        let written = document.text();
        let rope = document.rope();
        let from = rope.line_to_byte((original.line as usize).min(rope.len_lines()));
        let at = written.get(from..).and_then(|rest| rest.find(value)).map(|at| from + at).or_else(|| written.find(value));
        let span = at.map_or(Span::at(from as u32), |at| Span::from(at..at + value.len()));
        Some(Place { file: source, span })
    }

    /// The project's findings and what the build adds, in order, and the served texts that they point into.
    pub fn finish(self, findings: Vec<Finding>) -> Held {
        let mut all = findings;
        let told = all.len();
        for leak in &self.found {
            add_leak(leak, told, &mut all);
        }
        for maps in &self.maps {
            all.push(map_finding(maps, self.project.relative(&maps.folder)));
        }
        all.sort_by(|a, b| (&a.place, &a.rule).cmp(&(&b.place, &b.rule)));
        let mut texts = self.texts;
        texts.retain(|file, _| all.iter().any(|finding| finding.place.file == *file || finding.related.iter().any(|related| related.place.file == *file)));
        (all, texts)
    }
}

/// The map of a served file: named at its end, or lying beside it.
fn map_of(file: &FileId, text: &str, beside: &mut dyn FnMut(&FileId) -> Option<String>) -> Option<String> {
    match source_map::named_by(text) {
        Some(Named::Inline(body)) => source_map::inline(body),
        Some(Named::Beside(address)) => beside(&FileId::new(&join(file.folder(), address))),
        None => beside(&FileId::new(&format!("{}.map", file.as_str()))),
    }
}

/// A secret that is served: said where it was written, as what the rules say of that place already or in its stead. The first `told`
/// are what they say: a map may lead several secrets to one place.
fn add_leak(leak: &Leak, told: usize, all: &mut Vec<Finding>) {
    let Some(first) = leak.served.first() else { return };
    let place = leak.source.clone().unwrap_or_else(|| first.clone());
    let shown = leak.served.iter().filter(|served| **served != place);
    let related: Vec<Related> = shown.map(|served| Related { place: served.clone(), message: "it stands in what your last build serves".into() }).collect();
    let touches = |finding: &&mut Finding| finding.place.file == place.file && finding.place.span.touches(place.span);
    let known =
        all.iter_mut().take(told).filter(touches).find(|finding| finding.rule.as_str().starts_with("secret-") || finding.rule.as_str() == "public-env-secret");
    let row = leak.row.and_then(|row| row.row());
    let holds = row.map_or("a secret of this project", |row| row.holds.as_str());
    let gives = row.map_or("use it as you", |row| row.gives.as_str());
    const AGAIN: &str = "If that build was deployed, building again is not enough: replace the key.";
    if let Some(known) = known {
        // Another rule said that it is in the source; that it is served is the worse half of the same mistake.
        if known.rule.as_str() == "secret-hardcoded" {
            known.rule = secret_client_exposed::META.id.clone();
            known.plans.clear();
        }
        known.message = format!("{}. Your last build serves it: every visitor has it already. {AGAIN}", known.message.trim_end_matches('.')).into();
        (known.impact, known.confidence, known.level) = (Impact::Critical, Confidence::Proven, Level::Error);
        known.related.extend(related);
        return;
    }
    let message = match &leak.variable {
        Some(variable) => {
            format!("The value of `{variable}` ({holds}) stands in the files that your last build serves: every visitor has it and can {gives}. {AGAIN}")
        }
        None => format!("Your last build serves {holds}: every visitor has it and can {gives}. {AGAIN}"),
    };
    all.push(Finding {
        rule: secret_client_exposed::META.id.clone(),
        detail: leak.row.map_or("built".into(), |row| row.id().into()),
        impact: Impact::Critical,
        confidence: Confidence::Proven,
        level: Level::of(Impact::Critical, Confidence::Proven),
        place,
        message: message.into(),
        related,
        plans: Vec::new(),
        absence: false,
    });
}

fn map_finding(maps: &Maps, folder: &str) -> Finding {
    let (impact, confidence) = (public_source_maps::META.impact, Confidence::Proven);
    Finding {
        rule: public_source_maps::META.id.clone(),
        detail: "built".into(),
        impact,
        confidence,
        level: Level::of(impact, confidence),
        place: Place { file: maps.first.clone(), span: Span::at(0) },
        message: public_source_maps::built_message(folder, maps.count, &maps.sources).into(),
        related: Vec::new(),
        plans: Vec::new(),
        absence: false,
    }
}

#[cfg(test)]
mod tests;
