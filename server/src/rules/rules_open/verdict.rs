//! Who gets in, and whether these are too many.

use super::Verdict;
use crate::facts::access_rules::{Area, Demand, FileRules, Operation, Permission, Store, Tie, Who, owner_fields};
use crate::facts::names;
use crate::facts::schema::{NameClass, column_classes, model_classes};
use crate::model::access_rules::Segment;
use crate::rules::database::content::Content;
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Impact};
use crate::text::Name;

pub(super) fn verdict(cx: &FileCx<'_>, rules: &FileRules, area: &Area, permission: &Permission) -> Option<Verdict> {
    if area.store == Store::Unknown {
        return None;
    }
    let who =
        |of: &[Operation]| permission.operations.iter().filter(|operation| of.contains(operation)).map(|operation| permission.demand.who(*operation)).max();
    let (reads, writes) = (who(&Operation::READ), who(&Operation::WRITE));
    let widest = reads.max(writes)?;
    let subject = Subject::of(cx, rules, area);
    let is_wide = |who: Option<Who>| who.is_some_and(|who| who >= Who::SignedIn && who >= widest.min(Who::AnyoneUntil(FIRST_DAY)));
    let verbs = match (is_wide(reads), is_wide(writes)) {
        (true, true) => "read and overwrite",
        (true, false) => "read",
        _ => written(permission),
    };
    let writes_too = is_wide(writes);
    let only_adds = writes_too
        && permission
            .operations
            .iter()
            .filter(|operation| !operation.is_read())
            .all(|operation| *operation == Operation::Create || permission.demand.who(*operation) < Who::SignedIn);
    let is_checked = permission.demand.parts().iter().any(|part| matches!(part, Demand::Incoming(_)));
    let by_id = !writes_too && !permission.operations.contains(&Operation::List);
    let rating = match widest {
        // What is read one by one, by an id that nobody can guess, is shown to those who were told the id.
        _ if by_id && widest == Who::SignedIn => None,
        // What is written is looked at, here or in the tree below.
        _ if only_adds && (is_checked || area.is_validated) => None,
        Who::Anyone | Who::AnyoneUntil(_) => of_strangers(area, &subject, writes_too, only_adds, is_checked),
        Who::SignedIn => of_members(area, &subject, writes_too, only_adds),
        _ => None,
    };
    let (impact, confidence) = rating?;
    let people = match widest {
        Who::AnyoneUntil(date) => format!("until {date} anyone on the internet"),
        Who::Anyone => "anyone on the internet".to_owned(),
        _ => "anyone who signs up".to_owned(),
    };
    let what = match (only_adds && !is_wide(reads), collection(area)) {
        (true, Some(name)) if area.store != Store::Storage => format!("add documents to `{name}`, in anybody's name"),
        (true, _) => "put up files there".to_owned(),
        _ if by_id => format!("{verbs} {} by its id", subject.text(area)),
        _ => format!("{verbs} {}", subject.text(area)),
    };
    let message = format!("The rule for `{}` lets strangers in: {people} can {what}", area.path_text());
    Some(Verdict { detail: if widest == Who::SignedIn { "signed-in" } else { "anyone" }, impact, confidence, message })
}

const FIRST_DAY: crate::text::Date = crate::text::Date { year: i32::MIN, month: 1, day: 1 };

fn written(permission: &Permission) -> &'static str {
    let has = |operation| permission.operations.contains(&operation) && permission.demand.who(operation) >= Who::SignedIn;
    match (has(Operation::Create), has(Operation::Update), has(Operation::Delete)) {
        (_, true, true) => "overwrite and delete",
        (_, true, false) => "overwrite",
        (_, false, true) => "delete",
        _ => "add",
    }
}

fn of_strangers(area: &Area, subject: &Subject, writes: bool, only_adds: bool, is_checked: bool) -> Option<(Impact, Confidence)> {
    match () {
        () if subject.everything && area.store == Store::Storage && !writes => Some((Impact::Medium, Confidence::Proven)),
        () if subject.everything => Some((Impact::Critical, Confidence::Proven)),
        () if only_adds => Some((Impact::Medium, if subject.is_owned { Confidence::Proven } else { Confidence::Likely })),
        () if writes => Some((Impact::High, if is_checked { Confidence::Likely } else { Confidence::Proven })),
        () if area.store == Store::Storage => (content(area) == Content::Private).then_some((Impact::High, Confidence::Likely)),
        () if subject.is_public => None,
        () if subject.is_people || subject.is_private => Some((Impact::High, Confidence::Proven)),
        () => subject.is_owned.then_some((Impact::Medium, Confidence::Likely)),
    }
}

fn of_members(area: &Area, subject: &Subject, writes: bool, only_adds: bool) -> Option<(Impact, Confidence)> {
    let is_somebodys = subject.is_people || subject.is_private || subject.is_owned;
    match () {
        () if subject.everything && area.store == Store::Storage => Some((Impact::High, Confidence::Likely)),
        () if subject.everything => Some((Impact::High, Confidence::Proven)),
        () if only_adds => (is_somebodys && area.store != Store::Storage).then_some((Impact::Medium, Confidence::Likely)),
        () if writes && is_somebodys => Some((Impact::High, Confidence::Proven)),
        () if writes => Some((Impact::Medium, Confidence::Likely)),
        () if subject.is_private => Some((Impact::Medium, Confidence::Proven)),
        // Names and pictures of each other are what many apps show.
        () => None,
    }
}

/// What an area holds.
struct Subject {
    everything: bool,
    is_public: bool,
    is_private: bool,
    is_people: bool,
    /// Other rules, or the code, say that each of its documents belongs to somebody.
    is_owned: bool,
}

impl Subject {
    fn of(cx: &FileCx<'_>, rules: &FileRules, area: &Area) -> Subject {
        let collection = collection(area);
        let is = |class: NameClass| collection.is_some_and(|name| model_classes(name).has(class));
        let below_person = area.path.iter().zip(area.path.iter().skip(1)).position(|(name, id)| is_person_segment(name, id));
        // `/users/{uid}/notes/{note}` is the person's own; `/users/{uid}` is the person.
        let is_below = below_person.is_some_and(|at| area.path.len() > at + 2);
        let is_people = is(NameClass::ModelOfPeople) || below_person.is_some() && !is_below;
        // `publicProfiles`: what people show everybody, kept apart from what they do not.
        let says_public = collection.is_some_and(|name| names::words(name).first().is_some_and(|word| word == "public"));
        let is_public = !is_below
            && (says_public || is(NameClass::PublicModel) || is(NameClass::AuthoredModel) || is(NameClass::OfferModel) || is(NameClass::ReactionModel));
        let by_rules = collection.is_some_and(|name| owner_fields(rules).iter().any(|(known, ..)| *known == name) || tied_by_path(rules, area));
        let by_code = collection
            .filter(|_| area.store != Store::Storage)
            .and_then(|name| cx.schema.model(name))
            .is_some_and(|model| crate::rules::database::owner::direct(model).is_some());
        Subject { everything: is_everything(area), is_public, is_private: is(NameClass::PrivateModel) || is_below, is_people, is_owned: by_rules || by_code }
    }

    fn text(&self, area: &Area) -> String {
        match (self.everything, area.store, collection(area)) {
            (true, Store::Storage, _) => "every file of the bucket".to_owned(),
            (true, ..) => "the whole database".to_owned(),
            (false, Store::Storage, _) => "the files there".to_owned(),
            (false, _, Some(name)) => format!("everything in `{name}`"),
            (false, _, None) => "everything there".to_owned(),
        }
    }
}

/// What the folders of a path say of the files in them.
fn content(area: &Area) -> Content {
    let folders = area.path.iter().filter_map(|segment| if let Segment::Literal(name) = segment { Some(Content::of_name(name)) } else { None });
    folders.fold(Content::Unclear, |known, content| if known == Content::Shown || content == Content::Unclear { known } else { content })
}

/// Does a rule of the same area tie its documents to people by their path?
fn tied_by_path(rules: &FileRules, area: &Area) -> bool {
    let same = rules.areas.iter().filter(|other| other.path == area.path && other.store == area.store);
    same.flat_map(|other| &other.permissions).flat_map(|permission| permission.demand.parts()).any(|part| matches!(part, Demand::Owner(Tie::Path(_))))
}

/// `/users/{uid}`, `/anything/{userId}`.
pub(super) fn is_person_segment(name: &Segment, id: &Segment) -> bool {
    let (Segment::Literal(name), Segment::One(id)) = (name, id) else { return false };
    let id = id.trim_start_matches('$');
    model_classes(name).has(NameClass::ModelOfPeople) || column_classes(id).has(NameClass::OwnerByName)
}

/// The collection that an area is about; in a tree the last name of the path.
pub(super) fn collection(area: &Area) -> Option<&Name> {
    let last = || area.path.iter().rev().find_map(|segment| if let Segment::Literal(name) = segment { Some(name) } else { None });
    area.collection().or_else(|| last().filter(|_| area.store != Store::Firestore))
}

/// Is it about all that is stored?
pub(super) fn is_everything(area: &Area) -> bool {
    match area.path.as_slice() {
        [] => area.is_deep,
        [Segment::Rest(_)] => true,
        [Segment::One(_), Segment::Rest(_)] => true,
        _ => false,
    }
}
