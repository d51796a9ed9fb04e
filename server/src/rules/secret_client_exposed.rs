//! A secret is in what strangers download, or code that needs one runs there.
//!
//! Keys written into such code are found by `secret_hardcoded` and told under this id.

use super::exposed::{FileCx, audience, never_served, reader};
use super::{Audience, Confidence, Finding, FixPlan, Impact, Related, Risk, RuleId, RuleMeta};
use crate::facts::browser::BROWSER;
use crate::facts::exposure::{EXPOSURE, KeySource, Standing, Switch, VendorCall, bundled, gives, key_of, standing, vendor_calls};
use crate::facts::private::is_private_variable;
use crate::facts::setup::{Facts, Inlined, Origin};
use crate::project::File;
use crate::project::reach::{Intrusion, Needed, place_of, place_of_import};
use crate::project::surface::Surface;
use crate::syntax::Language;
use crate::text::{FileId, Name, Place, Span};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("secret-client-exposed"),
    title: "A secret is in code that goes to every visitor",
    risk: Risk::Secrets,
    impact: Impact::Critical,
    audience: Audience::Everyday,
    cwe: &[200, 522],
    page: include_str!("../../../queries/rules/secret-client-exposed.md"),
};

/// `literals`: where keys stand in this file, which is told already.
pub fn check(cx: &FileCx<'_>, calls: &[VendorCall], literals: &[Span], out: &mut Vec<Finding>) {
    let starts = cx.starts();
    let mut switched = Vec::new();
    for (item, (facts, start)) in cx.known.exposure.items.iter().zip(&starts).enumerate() {
        for switch in facts.switches.iter().filter(|switch| !switch.kept) {
            let found = of_switch(cx, item, switch, *start, literals);
            switched.push(switch.span.shifted(*start));
            out.extend(found);
        }
    }
    for call in calls.iter().filter(|call| call.admin.is_none()) {
        // Its switch tells of it.
        if switched.iter().any(|switch| call.span.start <= switch.start && switch.end <= call.span.end) {
            continue;
        }
        out.extend(of_call(cx, call));
    }
    brought_along(cx, &META, false, out);
    taken_along(cx, out);
    copied(cx, out);
    if let Some(confidence) = never_served(cx) {
        let end = cx.known.document.rope().get_line(0).map_or(0, |line| line.to_string().trim_end().len() as u32);
        let name = cx.file.file_name();
        let message = format!("Anyone can download `{name}` by its address: this folder is served as it is");
        out.push(cx.finding(&META, "static-file", (Impact::Critical, confidence), cx.place(Span::new(0, end)), message));
    }
}

/// Variables that a library copies into what ships, whatever they are called: one finding for each name.
fn taken_along(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let segments = cx.known.model.as_ref().map(|model| model.segments.as_slice()).unwrap_or_default();
    let mut told: Vec<Name> = Vec::new();
    for taken in bundled(cx.known.exposure.items.iter().map(|facts| &**facts), segments) {
        let Some((way, confidence)) = cx.ships(taken.item).filter(|_| standing(&taken.name).is_secret() && !told.contains(&taken.name)) else { continue };
        told.push(taken.name.clone());
        let message = format!("The build copies `{}` into what ships; {} {}", taken.name, reader(way.surface), gives(&taken.name));
        let mut finding = cx.finding(&META, "bundled", (Impact::Critical, confidence), cx.place(taken.span), message);
        finding.related = cx.chain(&way);
        out.push(finding);
    }
}

/// Does a configuration of the project put the variable's value into what ships?
fn is_copied(cx: &FileCx<'_>, name: &Name) -> bool {
    let copies = |inlined: &Inlined| inlined.way != "env-file" && inlined.from.iter().any(|origin| matches!(origin, Origin::Variable(from) if from == name));
    cx.project.setup().files().any(|(_, facts)| facts.inlined.iter().any(copies))
}

/// A configuration tells the build to copy a secret into what it makes: told in the file in which that stands.
fn copied(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let mut told: Vec<Place> = Vec::new();
    for inlined in cx.project.setup().files().flat_map(|(_, facts)| &facts.inlined).filter(|inlined| inlined.place.file == *cx.file) {
        // What an env file publishes by its names is told of there.
        if inlined.way == "env-file" || told.contains(&inlined.place) {
            continue;
        }
        let whole = inlined.from.iter().any(|origin| matches!(origin, Origin::Environment(prefix) if prefix.is_empty()));
        let named = inlined.from.iter().find_map(|origin| match origin {
            Origin::Variable(name) if is_private_variable(name) => Some(name),
            _ => None,
        });
        let published = published_by_prefix(cx, inlined);
        let message = match (named, &published) {
            (Some(name), _) => {
                let gives = gives(name);
                format!("This copies `{name}` into code that goes to every visitor, and any of them can {gives}")
            }
            (_, Some(name)) => {
                let (prefix, gives) = (inlined.name.trim_end_matches('*'), gives(name));
                format!("This publishes every variable that begins with `{prefix}`, and `{name}` is one: it goes to every visitor, and any of them can {gives}")
            }
            _ if whole => "This copies the whole environment into code that goes to every visitor, with every key and password in it".to_owned(),
            _ => continue,
        };
        told.push(inlined.place.clone());
        let mut finding = cx.finding(&META, "inlined", (Impact::Critical, Confidence::Proven), inlined.place.clone(), message);
        if inlined.way != "prefix" && inlined.way != "environment-plugin" {
            finding.plans.push(FixPlan::RemoveEntry { entry: inlined.place.clone(), name: inlined.name.clone() });
        }
        out.push(finding);
    }
}

/// A secret that a beginning of names publishes which is no setting of a page: one that the project has, or the one that a vendor's
/// name stands for.
fn published_by_prefix(cx: &FileCx<'_>, inlined: &Inlined) -> Option<Name> {
    let prefix = inlined.name.strip_suffix('*').filter(|prefix| inlined.way == "prefix" && !prefix.is_empty())?;
    let folder = cx.file.folder();
    let is_below = |file: &FileId| file.folder().starts_with(folder);
    let fits = |name: &str| name.starts_with(prefix) && !BROWSER.shows(name) && standing(name).is_secret();
    for (_, known) in cx.project.files().filter(|(file, _)| is_below(file)) {
        if known.document.language == Language::Env {
            let text = known.document.text();
            let names = text.lines().filter_map(|line| line.trim_start().trim_start_matches("export ").split_once('=')).map(|(name, _)| name.trim());
            if let Some(name) = names.into_iter().find(|name| fits(name)) {
                return Some(Name::from(name));
            }
        }
        let mut read = known.exposure.items.iter().flat_map(|facts| &facts.env).map(|read| &read.name);
        if let Some(name) = read.find(|name| fits(name)) {
            return Some(name.clone());
        }
    }
    if EXPOSURE.page_prefixes.iter().any(|known| known == prefix) {
        return None;
    }
    // What a vendor's own variables are called: `SUPABASE_SERVICE_ROLE_KEY`, `STRIPE_SECRET_KEY`.
    let word = prefix.trim_end_matches('_');
    let usual = match word {
        "SUPABASE" => "SUPABASE_SERVICE_ROLE_KEY".to_owned(),
        "DATABASE" | "DB" | "POSTGRES" | "MONGODB" | "MONGO" | "REDIS" => format!("{word}_URL"),
        _ => format!("{word}_API_KEY"),
    };
    standing(&usual).is_secret().then(|| Name::from(usual))
}

/// The switch that keeps a library out of browsers is off.
fn of_switch(cx: &FileCx<'_>, item: usize, switch: &Switch, start: u32, literals: &[Span]) -> Option<Finding> {
    let (way, confidence) = cx.ships(item)?;
    let span = switch.span.shifted(start);
    let source = switch.key.as_ref().map(|key| &key.source);
    let is_literal = match &switch.key {
        Some(key) if key.source == KeySource::Text => literals.iter().any(|literal| literal.touches(key.span.shifted(start))),
        _ => false,
    };
    if is_literal {
        return None;
    }
    let variable = source.and_then(|source| key_of(&cx.known.exposure.items, source));
    let (name, who) = (&switch.name, audience(way.surface));
    let (rating, message) = match &variable {
        Some(variable) if BROWSER.shows(variable) => {
            let gives = gives(variable);
            ((Impact::Critical, confidence), format!("`{name}` takes the library's safety catch off, and `{variable}` goes to {who}: any of them can {gives}"))
        }
        Some(variable) => (
            (Impact::Medium, Confidence::Likely),
            format!("`{name}` lets this run where `{variable}` is empty, so it will not work; under a published name the key would go to {who}"),
        ),
        None if source.is_none() => {
            ((Impact::Medium, Confidence::Likely), format!("`{name}` lets this run where no key can be kept: whatever key it is given goes to {who}"))
        }
        None => ((Impact::Low, confidence), format!("`{name}` is safe only while each visitor brings a key of their own: a key of yours would go to {who}")),
    };
    let mut finding = cx.finding(&META, "switch", rating, cx.place(span), message);
    finding.related = cx.chain(&way);
    if let Some(key) = &switch.key
        && variable.is_some()
    {
        finding.related.push(Related { place: cx.place(key.span.shifted(start)), message: "this is the key".into() });
    }
    match variable {
        // Without the switch the key would still be there: only a server helps.
        Some(variable) => finding.plans.push(FixPlan::ServerRoute { at: cx.place(span), variable }),
        None if source.is_none() => finding.plans.push(FixPlan::RemoveEntry { entry: cx.place(span), name: name.clone() }),
        None => {}
    }
    Some(finding)
}

/// A vendor is asked from the browser, with a published key.
fn of_call(cx: &FileCx<'_>, call: &VendorCall) -> Option<Finding> {
    let vendor = call.vendor.filter(|vendor| !vendor.privileged)?;
    let (way, confidence) = cx.ships(call.item)?;
    let message = format!("{} is called with `{}`; {} {}", vendor.name, call.variable, reader(way.surface), vendor.gives);
    // The name says that it is a secret, and makes the build publish it: that is the mistake.
    let meta = if cx.publishes(&call.variable) && !matches!(standing(&call.variable), Standing::Harmless) { &super::public_env_secret::META } else { &META };
    let mut finding = cx.finding(meta, "vendor-call", (Impact::Critical, confidence), cx.place(call.key), message);
    finding.related = cx.chain(&way);
    finding.plans.push(FixPlan::ServerRoute { at: cx.place(call.span), variable: call.variable.clone() });
    Some(finding)
}

/// What the file's imports, or the file itself, bring to the browser that does not belong there: one finding for each import.
pub(super) fn brought_along(cx: &FileCx<'_>, meta: &RuleMeta<'static>, privileged: bool, out: &mut Vec<Finding>) {
    let mut told: Vec<Place> = Vec::new();
    let mut all: Vec<&Intrusion> = cx.reach.intrusions(cx.file).iter().filter(|intrusion| is_mistake(cx, intrusion)).collect();
    // What is worst of an import speaks for it, then what is nearest.
    all.sort_by_key(|intrusion| (weight(intrusion), intrusion.way.steps.len(), intrusion.file.clone(), intrusion.item));
    // The library that stands in the file speaks for what it is given there, too.
    let has_own = all.iter().any(|intrusion| weight(intrusion) < Weight::Variable && intrusion.way.steps.is_empty());
    for intrusion in all {
        let Some(own) = place_of_need(cx, intrusion) else { continue };
        let place = match intrusion.way.steps.first() {
            Some(step) => place_of(cx.project, step),
            None => Some(own.clone()),
        };
        let Some(place) = place.filter(|place| place.file == *cx.file && !told.contains(place)) else { continue };
        if has_own && weight(intrusion) == Weight::Variable && intrusion.way.steps.is_empty() && !copies_all(cx, &intrusion.file) {
            continue;
        }
        told.push(place.clone());
        if (weight(intrusion) == Weight::Privileged) == privileged {
            out.push(of_intrusion(cx, meta, intrusion, place, own));
        }
    }
}

/// How bad it is that something comes along, worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Privileged,
    Library,
    Variable,
    Refused,
}

fn weight(intrusion: &Intrusion) -> Weight {
    match &intrusion.what {
        Needed::Library { library, .. } if library.privileged => Weight::Privileged,
        Needed::Library { library, .. } if library.refused => Weight::Refused,
        Needed::Library { .. } => Weight::Library,
        Needed::Variable(_) => Weight::Variable,
    }
}

fn is_mistake(cx: &FileCx<'_>, intrusion: &Intrusion) -> bool {
    match &intrusion.what {
        // An app that is installed may have what its machine has.
        Needed::Library { library, .. } => !library.refused || intrusion.way.surface == Surface::Browser && is_known_to_ship(cx, intrusion),
        // What the build is told to copy is there, and told of where it is said, as a client is where it is made.
        Needed::Variable(name) => !is_copied(cx, name) && !makes_admin(cx, intrusion, name),
    }
}

/// Code that ships imports it, or it says itself that it does: beside the sources of a page lie programs that build it.
fn is_known_to_ship(cx: &FileCx<'_>, intrusion: &Intrusion) -> bool {
    let says = |known: &File| {
        let directives = known.model.as_ref().map(|model| model.directives.as_slice()).unwrap_or_default();
        known.document.language.is_page() || directives.iter().any(|directive| directive == "use client")
    };
    !intrusion.way.steps.is_empty() || cx.project.file(&intrusion.file).is_some_and(says)
}

/// A client that the variable turns into an administrator's is made where it is read.
fn makes_admin(cx: &FileCx<'_>, intrusion: &Intrusion, name: &Name) -> bool {
    let items = cx.project.file(&intrusion.file).map(|known| known.exposure.items.as_slice()).unwrap_or_default();
    let calls = vendor_calls(items, &vec![0; items.len()]);
    calls.iter().any(|call| call.admin.is_some() && call.variable == *name && call.item == intrusion.item as usize)
}

fn of_intrusion(cx: &FileCx<'_>, meta: &RuleMeta<'static>, intrusion: &Intrusion, place: Place, own: Place) -> Finding {
    let who = audience(intrusion.way.surface);
    let target = cx.project.relative(&intrusion.file);
    let by_import = !intrusion.way.steps.is_empty();
    let inlines = copies_all(cx, &intrusion.file);
    let (rating, message) = match &intrusion.what {
        Needed::Variable(name) if inlines => {
            let gives = gives(name);
            ((Impact::Critical, Confidence::Proven), format!("The build copies `{name}` into code that goes to {who}, and any of them can {gives}"))
        }
        Needed::Variable(name) if by_import => (
            (Impact::Medium, Confidence::Likely),
            format!(
                "This import brings `{target}` to the browser, where `{name}` is empty: it will not work there. Do not give it a published name, which would show it to {who}"
            ),
        ),
        Needed::Variable(name) => (
            (Impact::Medium, Confidence::Likely),
            format!("`{name}` is empty in a browser, so this will not work. Do not give it a published name, which would show it to {who}"),
        ),
        Needed::Library { library, package, .. } if library.refused => (
            (Impact::Low, Confidence::Likely),
            match by_import {
                true => format!(
                    "This import brings `{target}` to the browser, and with it {} (`{package}`): the build fails, or it does not work there",
                    library.what
                ),
                false => format!("`{package}` is {}, which a browser does not have: the build fails, or this does not work", library.what),
            },
        ),
        Needed::Library { library, package, .. } if by_import => (
            (Impact::High, Confidence::Likely),
            format!(
                "This import brings `{target}` to the browser, and with it {} (`{package}`): the build fails, or what belongs on your server goes to {who}",
                library.what
            ),
        ),
        Needed::Library { library, package, .. } => (
            (Impact::High, Confidence::Likely),
            format!("`{package}` is {} and runs on a server only; this code goes to {who}, and with it whatever it needs to connect", library.what),
        ),
    };
    let mut finding = cx.finding(meta, "import", rating, place, message);
    if by_import {
        finding.related = cx.chain(&intrusion.way).into_iter().skip(1).collect();
        finding.related.push(Related { place: own, message: what_stands_there(&intrusion.what).into() });
        finding.plans.push(FixPlan::ServerOnly { file: intrusion.file.clone() });
    }
    finding
}

/// Does the build copy every variable that code names? Parcel does unless its configuration says more of it, and webpack where it is
/// given an env file.
fn copies_all(cx: &FileCx<'_>, file: &FileId) -> bool {
    let Some((folder, stack)) = cx.project.stacks().of(file) else { return false };
    let is_given = |(at, facts): (&FileId, &Facts)| at.folder() == folder && facts.inlined.iter().any(|inlined| inlined.way == "env-file");
    let says_more = || {
        let package = FileId::new(&format!("{folder}/package.json"));
        cx.project.file(&package).is_some_and(|known| known.document.text().contains("inlineEnvironment"))
    };
    stack.is_some_and(|stack| stack.inlines) && !says_more() || cx.project.setup().files().any(is_given)
}

fn what_stands_there(what: &Needed) -> String {
    match what {
        Needed::Variable(name) => format!("`{name}` is read here"),
        Needed::Library { package, .. } => format!("`{package}` comes from here"),
    }
}

fn place_of_need(cx: &FileCx<'_>, intrusion: &Intrusion) -> Option<Place> {
    let name: &Name = match &intrusion.what {
        Needed::Library { import, .. } => return place_of_import(cx.project, &intrusion.file, *import),
        Needed::Variable(name) => name,
    };
    let known = cx.project.file(&intrusion.file)?;
    let placed = known.model.as_ref()?.segments.get(intrusion.item as usize)?;
    let read = known.exposure.items.get(intrusion.item as usize)?.env.iter().find(|read| read.name == *name && !read.kept)?;
    Some(Place { file: intrusion.file.clone(), span: placed.absolute(read.span) })
}
