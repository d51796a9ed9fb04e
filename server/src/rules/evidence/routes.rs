//! The routes of a project, as a report speaks of them.

use std::collections::BTreeMap;

use crate::facts::catalogue::{BUILT_IN, Reached};
use crate::project::Project;
use crate::project::routes::Route;
use crate::rules::map::{self, Answer, Proof, Rows, Who};
use crate::rules::open::door::door;
use crate::rules::open::purpose::{Purpose, purpose};
use crate::rules::raw::RuleCx;
use crate::text::{FileId, Name, Place};

#[derive(Clone, Debug)]
pub struct OfRoute {
    /// `GET /api/notes/:id`
    pub title: String,
    pub methods: Vec<Name>,
    pub path: Option<String>,
    pub framework: Name,
    pub place: Place,
    /// The whole of what answers, where it was found.
    pub body: Option<Place>,
    pub who: Who,
    pub signed_in: Answer,
    /// Are the records the caller's own?
    pub own: Answer,
    /// Where it can be seen who may call it, and what stands there.
    pub proof: Option<(String, Place)>,
    pub purpose: Purpose,
    /// The models whose rows the caller chooses, or where it cannot be told whose they are; private ones only.
    pub chosen: Vec<String>,
    /// Models that it touches.
    pub models: Vec<String>,
    pub validated: Option<Answer>,
    pub limited: Answer,
    pub signature: Answer,
    /// The project's settings say that it is open on purpose.
    pub is_public: bool,
    /// It was seen whole, with all that runs before it.
    pub is_whole: bool,
}

impl OfRoute {
    /// Can it be called by an address? Server actions and procedures are called by name.
    pub fn has_address(&self) -> bool {
        self.path.is_some() && matches!(self.reached(), Reached::Address | Reached::Page)
    }

    fn reached(&self) -> Reached {
        BUILT_IN.framework(&self.framework).map(|framework| framework.reached).unwrap_or_default()
    }

    pub fn is_page(&self) -> bool {
        self.reached() == Reached::Page
    }

    /// `/notes/:id`, `/notes/[id]`, `/notes/{id}`, `/notes/<int:id>`: does its address name a record?
    pub fn names_a_record(&self) -> bool {
        let is_name = |part: &str| part.starts_with([':', '[', '{', '<', '$']) && !part.starts_with("[...") && !part.starts_with("[[...");
        self.path.as_deref().is_some_and(|path| path.split('/').any(is_name))
    }
}

#[derive(Default)]
pub(super) struct Gathered(BTreeMap<(String, Place), OfRoute>);

impl Gathered {
    pub fn take(&mut self, cx: &RuleCx<'_>, wanted: &dyn Fn(&FileId) -> bool) {
        let (Some(route), Some(entry)) = (cx.walk.route.as_deref(), map::entry(cx)) else { return };
        let Some(place) = cx.project.place(&entry.site).filter(|place| wanted(&place.file) || wanted(&route.site.item.file)) else { return };
        let told = OfRoute { body: body(cx.project, route), ..of(cx.project, &entry, place, purpose(route, &door(cx.project, route))) };
        self.0.insert((told.title.clone(), told.place.clone()), told);
    }

    pub fn finish(self) -> Vec<OfRoute> {
        let mut all: Vec<OfRoute> = self.0.into_values().collect();
        all.sort_by(|a, b| (&a.path, &a.methods, &a.place).cmp(&(&b.path, &b.methods, &b.place)));
        all
    }
}

fn body(project: &Project, route: &Route) -> Option<Place> {
    let key = route.written()?;
    let placed = project.placed(&key.item)?;
    let span = placed.segment.functions.get(key.function.0 as usize)?.span;
    Some(Place { file: key.item.file.clone(), span: placed.absolute(span) })
}

fn of(project: &Project, entry: &map::Entry, place: Place, purpose: Purpose) -> OfRoute {
    let proof = |proof: &Proof| Some((proof.name.clone(), project.place(&proof.site)?));
    let names = |of: &dyn Fn(&map::Touched) -> bool| -> Vec<String> {
        entry.data.iter().filter(|touched| !touched.model.is_empty() && of(touched)).map(|touched| touched.model.clone()).collect()
    };
    OfRoute {
        title: entry.title(),
        methods: entry.methods.clone(),
        path: entry.path.clone(),
        framework: entry.framework.clone(),
        place,
        body: None,
        who: entry.callers.who,
        signed_in: entry.callers.signed_in,
        own: entry.callers.object,
        proof: entry.callers.proof.as_ref().and_then(proof),
        purpose,
        chosen: names(&|touched| {
            let is_private = touched.privacy.is_private() || touched.writes();
            is_private && touched.rows.iter().any(|rows| matches!(rows, Rows::Chosen | Rows::Unknown))
        }),
        models: names(&|_| true),
        validated: entry.care.validated,
        limited: entry.care.limited,
        signature: entry.care.signature,
        is_public: entry.is_public,
        is_whole: entry.complete && !entry.adrift,
    }
}
