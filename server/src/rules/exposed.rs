//! What the rules about code that ships have in common: what they see, and how they say who gets to see it.

use crate::facts::browser::{BROWSER, Stack, name_fits};
use crate::facts::exposure::{EXPOSURE, Twin};
use crate::facts::schema::Schema;
use crate::facts::setup::Inlined;
use crate::project::reach::{Reach, Way, place_of};
use crate::project::surface::Surface;
use crate::project::{File, Project};
use crate::rules::{Confidence, Finding, FixPlan, Impact, Level, Place, Related, RuleMeta};
use crate::syntax::Language;
use crate::text::{FileId, Name, Words};

/// A file, and what is known of all.
pub struct FileCx<'c> {
    pub project: &'c Project,
    pub reach: &'c Reach,
    pub file: &'c FileId,
    pub known: &'c File,
    /// The models of all files, with what the configuration says of them.
    pub schema: &'c Schema,
    /// Tests, fixtures and examples are asked about as other code is.
    pub include_tests: bool,
}

impl<'c> FileCx<'c> {
    pub fn stack(&self) -> Option<&'static Stack> {
        self.project.stacks().of(self.file).and_then(|(_, stack)| stack)
    }

    /// Does the build of this file's project copy the variable into what ships?
    pub fn publishes(&self, variable: &str) -> bool {
        BROWSER.shows_in(variable, self.stack()) || BROWSER.shows(variable) && self.is_told_to_publish(variable)
    }

    /// A configuration above says that what begins so is published.
    fn is_told_to_publish(&self, variable: &str) -> bool {
        let is_above = |at: &FileId| self.file.folder().starts_with(at.folder());
        let says = |inlined: &Inlined| {
            inlined.way == "prefix" && inlined.name.strip_suffix('*').is_some_and(|prefix| !prefix.is_empty() && variable.starts_with(prefix))
        };
        self.project.setup().files().any(|(at, facts)| is_above(at) && facts.inlined.iter().any(says))
    }

    /// The absolute places where items of the file begin.
    pub fn starts(&self) -> Vec<u32> {
        let segments = self.known.model.as_ref().map(|model| model.segments.as_slice()).unwrap_or_default();
        let mut starts: Vec<u32> = segments.iter().map(|placed| placed.start).collect();
        starts.resize(self.known.exposure.items.len(), 0);
        starts
    }

    /// How an item comes to be shipped, and how sure that is. Code of which nothing is known may.
    pub fn ships(&self, item: usize) -> Option<(Way, Confidence)> {
        if let Some(way) = self.reach.way_of_item(self.file, item) {
            return Some((way, Confidence::Proven));
        }
        let is_unknown = self.project.surface(self.file) == Surface::Unknown;
        is_unknown.then(|| (Way { surface: Surface::Browser, steps: Vec::new() }, Confidence::Likely))
    }

    pub fn place(&self, span: crate::text::Span) -> Place {
        Place { file: self.file.clone(), span }
    }

    /// A finding of this file.
    pub fn finding(
        &self,
        meta: &RuleMeta<'static>,
        detail: &str,
        (impact, confidence): (Impact, Confidence),
        place: Place,
        message: impl Into<Words>,
    ) -> Finding {
        Finding {
            rule: meta.id.clone(),
            detail: detail.into(),
            impact,
            confidence,
            level: Level::of(impact, confidence),
            place,
            message: message.into(),
            related: Vec::new(),
            plans: Vec::new(),
            absence: false,
        }
    }

    /// The imports on the way, each as a place.
    pub fn chain(&self, way: &Way) -> Vec<Related> {
        let step = |step: &crate::project::reach::Step| {
            let place = place_of(self.project, step)?;
            let message = format!("`{}` brings it along with this import", self.project.relative(&step.file));
            Some(Related { place, message: message.into() })
        };
        way.steps.iter().filter_map(step).collect()
    }
}

/// Who can do it, to be continued with what.
pub fn reader(surface: Surface) -> &'static str {
    match surface {
        Surface::Native => "this code is part of the app, and anyone who unpacks it can",
        Surface::Static => "anyone can download this file by its address, and then",
        _ => "this code goes to every visitor, and any of them can",
    }
}

/// Where it goes: `every visitor`.
pub fn audience(surface: Surface) -> &'static str {
    match surface {
        Surface::Native => "everyone who has the app",
        Surface::Static => "everyone who knows the address",
        _ => "every visitor",
    }
}

/// The vendor's key that is made to be seen, where there is one.
pub fn use_twin<'t>(at: Place, twins: impl Iterator<Item = &'t Twin>) -> Option<FixPlan> {
    let vendors: Vec<Name> = twins.map(|twin| Name::from(twin.vendor.as_str())).collect();
    (!vendors.is_empty()).then_some(FixPlan::UseTwin { at, vendors })
}

/// A file that is served as it is and that nobody should be able to download, and how sure that is.
pub fn never_served(cx: &FileCx<'_>) -> Option<Confidence> {
    let name = cx.file.file_name();
    let is_sample = cx.known.document.language == Language::Env && ["example", "sample", "template", "dist"].iter().any(|word| name.contains(word));
    let fits = |patterns: &[String]| patterns.iter().any(|pattern| name_fits(pattern, name));
    // What everybody may have of a pair of keys.
    let is_public = || {
        let text = cx.known.document.text();
        text.contains("-----BEGIN ") && !text.contains("PRIVATE KEY-----")
    };
    if is_sample || !fits(&EXPOSURE.never_served) || !is_handed_out(cx) || is_public() {
        return None;
    }
    Some(if fits(&EXPOSURE.served_perhaps) { Confidence::Likely } else { Confidence::Proven })
}

/// The file lies where a build or a web server hands out what is there.
pub fn is_handed_out(cx: &FileCx<'_>) -> bool {
    match cx.project.surface(cx.file) {
        Surface::Static => true,
        Surface::Test => false,
        _ => {
            // Code has modules in folders of these names.
            let is_data = !cx.known.document.language.is_code();
            let path = cx.project.relative(cx.file);
            is_data && cx.stack().is_none() && path.split('/').rev().skip(1).any(|folder| EXPOSURE.served_folders.iter().any(|known| known == folder))
        }
    }
}

/// A configuration that says by its name that nothing is deployed with it: `settings/local.py`, `Dockerfile.dev`.
pub fn is_development_file(name: &str) -> bool {
    let is_word = |word: &String| {
        matches!(word.as_str(), "dev" | "devel" | "development" | "local" | "test" | "tests" | "testing" | "ci" | "debug" | "example" | "sample" | "template")
    };
    crate::facts::names::words(name).iter().any(is_word)
}
