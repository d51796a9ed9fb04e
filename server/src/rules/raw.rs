//! A finding as a rule makes it: places are still sites, which an edit elsewhere does not move.

use super::ownership::Judge;
use super::usage::{Hangs, On};
use super::{Confidence, FixPlan, Impact, RuleMeta};
use crate::config::Config;
use crate::facts::catalogue::Reached;
use crate::facts::place::Site;
use crate::facts::schema::Schema;
use crate::project::{Project, RootWalk};
use crate::text::{FileId, Name, Place, Span};

/// What a flow rule sees.
pub struct RuleCx<'c> {
    pub walk: &'c RootWalk,
    pub project: &'c Project,
    pub schema: &'c Schema,
    pub config: &'c Config,
    /// Whose rows are whose in this walk: what one rule asked is known when the next one does.
    pub judge: Judge<'c>,
}

impl<'c> RuleCx<'c> {
    pub fn new(walk: &'c RootWalk, project: &'c Project, schema: &'c Schema, config: &'c Config) -> RuleCx<'c> {
        RuleCx { walk, project, schema, config, judge: Judge::new(walk, schema, config) }
    }

    /// Code of this file is run by visitors. What answers a request is not, even where it stands beside a page (`loader`, `action`).
    pub fn runs_in_browser(&self, file: &FileId) -> bool {
        let answers = self.walk.route.as_ref().is_some_and(|route| route.reached() != Reached::Page);
        !answers && self.project.surface(file).is_exposed()
    }
}

/// A rule about one walk.
pub type Check = fn(&RuleCx<'_>, &mut Vec<Raw>);

/// Does this rule tell everyday users something of the walk, whatever other handlers do? Asked by a rule whose own finding would only
/// follow from that: one cause is told once.
pub fn tells(check: Check, cx: &RuleCx<'_>) -> bool {
    let mut found = Vec::new();
    check(cx, &mut found);
    found.iter().any(|raw| !raw.hangs_on_others() && raw.confidence > Confidence::Possible)
}

#[derive(Clone, Debug)]
pub struct Raw {
    pub meta: &'static RuleMeta<'static>,
    pub site: Site,
    pub detail: Name,
    pub confidence: Confidence,
    /// Where it is not the rule's own.
    pub impact: Option<Impact>,
    pub message: String,
    pub related: Vec<(RawPlace, String)>,
    pub plans: Vec<FixPlan>,
    pub absence: bool,
    /// It is told only if the other handlers of the project show it to be one.
    pub hangs: Option<Hangs>,
    /// It is another rule's if they show this.
    pub unless: Vec<(Name, On)>,
    /// Where it stands, if that is no code: a template that code fills in at the site.
    pub elsewhere: Option<Place>,
}

#[derive(Clone, Debug)]
pub enum RawPlace {
    Site(Site),
    At(FileId, Span),
}

impl Raw {
    pub fn new(meta: &'static RuleMeta<'static>, site: Site, confidence: Confidence) -> Raw {
        Raw {
            meta,
            site,
            detail: Name::default(),
            confidence,
            impact: None,
            message: String::new(),
            related: Vec::new(),
            plans: Vec::new(),
            absence: false,
            hangs: None,
            unless: Vec::new(),
            elsewhere: None,
        }
    }

    /// Do the other handlers of the project decide whether it is told?
    pub fn hangs_on_others(&self) -> bool {
        self.hangs.is_some() || !self.unless.is_empty()
    }

    /// The file that it is said of.
    pub fn file(&self) -> &FileId {
        self.elsewhere.as_ref().map_or(&self.site.item.file, |place| &place.file)
    }

    pub fn also(&mut self, site: Site, message: String) {
        if site != self.site {
            self.related.push((RawPlace::Site(site), message));
        }
    }

    pub fn also_place(&mut self, file: FileId, span: Span, message: String) {
        self.related.push((RawPlace::At(file, span), message));
    }
}
