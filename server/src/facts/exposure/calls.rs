//! What code hands to whom: keys that libraries and addresses of vendors are given, and switches that keep a library out of
//! browsers no longer.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::env;
use super::found::{At, Found, KeySource, KeyUse};
use super::item::{Asked, ItemFacts};
use super::names::{has_any, may_be_secret, standing};
use super::shape::is_environment;
use super::table::{Admin, EXPOSURE, Vendor};
use crate::facts::browser::BROWSER;
use crate::model::{Arg, Entry, ExprId, ExprKind, PatternId, PatternKind, Segment, StmtKind};
use crate::text::{Name, Span};

/// What a name of the file was made of.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Handed {
    name: Name,
    sources: Vec<Part>,
    vendor: Option<&'static Vendor>,
}

/// A source, and whether it stands where a key does.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    source: KeySource,
    is_key: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct CallSite {
    /// `fetch`, the `Stripe` of `new Stripe`, the `axios` of `axios.post`.
    root: Name,
    last: Name,
    span: Span,
    /// The vendor whose address is among the arguments.
    vendor: Option<&'static Vendor>,
    keys: Vec<KeyUse>,
    kept: bool,
}

/// `dangerouslyAllowBrowser: true`, in an object that says what key is used.
#[derive(Clone, PartialEq, Debug)]
pub struct Switch {
    pub name: Name,
    /// The entry.
    pub span: Span,
    pub key: Option<KeyUse>,
    pub kept: bool,
}

/// A published key that a vendor's library or address is given.
#[derive(Clone, Debug)]
pub struct VendorCall {
    pub vendor: Option<&'static Vendor>,
    /// The client that the key turns into an administrator's.
    pub admin: Option<&'static Admin>,
    /// `fetch`, `new Stripe`'s `Stripe`.
    pub callee: Name,
    pub variable: Name,
    /// Absolute.
    pub span: Span,
    pub key: Span,
    /// Which item of the file it stands in.
    pub item: usize,
}

/// Functions that ask an address for something.
const REQUESTS: &[&str] = &["fetch", "$fetch", "ofetch", "axios", "ky", "got", "request", "post", "get", "put", "create", "extend", "useFetch"];
/// More variables that one name is made of are not looked for.
const MOST_VARIABLES: usize = 8;
/// How often a name may stand for another.
const MOST_STEPS: u32 = 4;

pub(super) fn handed(segment: &Segment, kind: &StmtKind) -> Option<Handed> {
    let StmtKind::Let { pattern, value: Some(value), .. } = kind else { return None };
    let PatternKind::Name(name) = &segment[*pattern].kind else { return None };
    made_of(segment, name, *value)
}

/// `this.key = value`.
pub(super) fn assigned(segment: &Segment, target: PatternId, value: ExprId) -> Option<Handed> {
    let PatternKind::Place(place) = &segment[target].kind else { return None };
    let ExprKind::Member { base, name, .. } = &segment[*place].kind else { return None };
    matches!(segment[*base].kind, ExprKind::This).then(|| made_of(segment, name, value)).flatten()
}

/// What `name = value` tells: a variable it reads, an address, or an object or text with names in it.
pub(super) fn made_of(segment: &Segment, name: &Name, value: ExprId) -> Option<Handed> {
    if matches!(segment[value].kind, ExprKind::Function(_) | ExprKind::Class(_)) {
        return None;
    }
    let found = Found::in_value(segment, value);
    let names_things = matches!(segment[value].kind, ExprKind::Object(_) | ExprKind::Template(_) | ExprKind::Name(_));
    let reads = found.keys.iter().any(|key| matches!(key.source, KeySource::Env(_)));
    (reads || found.vendor.is_some() || names_things && !found.keys.is_empty()).then(|| Handed {
        name: name.clone(),
        sources: parts(found.keys),
        vendor: found.vendor,
    })
}

pub(super) fn site(segment: &Segment, call: ExprId, callee: ExprId, args: &[Arg], is_new: bool, kept: bool) -> Option<CallSite> {
    let (root, last) = callee_names(segment, callee)?;
    let mut found = Found::default();
    for (argument, arg) in args.iter().enumerate() {
        found.add(segment, arg.value, At::argument(argument));
    }
    let reads = found.keys.iter().any(|key| matches!(key.source, KeySource::Env(_)));
    let asks = REQUESTS.contains(&last.as_str());
    let makes = EXPOSURE.admins.iter().any(|admin| admin.calls.iter().any(|known| known == last.as_str()));
    let tells = reads || found.vendor.is_some() || is_new || asks || makes;
    (tells && !found.keys.is_empty()).then(|| CallSite { root, last, span: segment[call].span, vendor: found.vendor, keys: found.keys, kept })
}

/// `headers.set("x-api-key", key)`, `url.searchParams.set("key", key)`: what an object is given beside what it was made of.
pub(super) fn given(segment: &Segment, callee: ExprId, args: &[Arg]) -> Option<Handed> {
    let [field, value, ..] = args else { return None };
    let (root, _) = callee_names(segment, callee).filter(|(_, last)| matches!(last.as_str(), "set" | "append"))?;
    let is_key = env::text(segment, field.value).is_some_and(|field| EXPOSURE.is_key_field(&field));
    let mut found = Found::default();
    found.add(segment, value.value, At::place(is_key));
    (is_key && !found.keys.is_empty()).then(|| Handed { name: root, sources: parts(found.keys), vendor: None })
}

fn parts(keys: Vec<KeyUse>) -> Vec<Part> {
    keys.into_iter().map(|key| Part { source: key.source, is_key: key.is_key }).collect()
}

/// `client.from("notes")`: what a client of a database's interface is asked for. `Array.from("abc")` is not one.
pub(super) fn asked(segment: &Segment, call: ExprId, callee: ExprId, args: &[Arg], kept: bool) -> Option<Asked> {
    let ExprKind::Member { base, name: step, .. } = &segment[callee].kind else { return None };
    if !EXPOSURE.data_steps.iter().any(|known| known == step.as_str()) {
        return None;
    }
    let is_class = matches!(&segment[*base].kind, ExprKind::Name(name) if name.starts_with(char::is_uppercase));
    let name = args.first().and_then(|arg| env::text(segment, arg.value)).filter(|_| !is_class)?;
    Some(Asked { step: step.clone(), name, span: segment[call].span, kept })
}

fn callee_names(segment: &Segment, callee: ExprId) -> Option<(Name, Name)> {
    match &segment[callee].kind {
        ExprKind::Name(name) => Some((name.clone(), name.clone())),
        ExprKind::Member { base, name, .. } => {
            let mut base = *base;
            for _ in 0..4 {
                match &segment[base].kind {
                    ExprKind::Name(root) => return Some((root.clone(), name.clone())),
                    ExprKind::Member { base: further, .. } => base = *further,
                    _ => return None,
                }
            }
            None
        }
        _ => None,
    }
}

/// `dangerouslyAllowBrowser: true` among the entries of an object.
pub(super) fn switch(segment: &Segment, entries: &[Entry], kept: bool) -> Option<Switch> {
    let is_on =
        |value: ExprId| matches!(&segment[value].kind, ExprKind::Bool(true)) || matches!(&segment[value].kind, ExprKind::Str(text) if &**text == "true");
    let (name, value) = env::fields(entries).find(|(name, value)| EXPOSURE.switches.iter().any(|known| known == name.as_str()) && is_on(*value))?;
    let span = entries.iter().map(Entry::span).find(|span| span.start <= segment[value].span.start && segment[value].span.end <= span.end)?;
    let is_key = |field: &str| matches!(field.to_ascii_lowercase().as_str(), "apikey" | "api_key" | "authtoken" | "x-api-key" | "authorization");
    let key = env::fields(entries).find(|(field, _)| is_key(field)).and_then(|(_, value)| {
        let found = Found::in_value(segment, value);
        let whole = segment[value].span;
        found.keys.into_iter().next().or_else(|| found.text.then_some(KeyUse { argument: 0, source: KeySource::Text, span: whole, is_key: true }))
    });
    Some(Switch { name: name.clone(), span, key, kept })
}

/// The calls of a file that hand a published key to a vendor. `starts`: where each item begins.
pub fn vendor_calls(items: &[Arc<ItemFacts>], starts: &[u32]) -> Vec<VendorCall> {
    let mut calls = Vec::new();
    let packages = vendors_packages(items);
    let addresses = named_addresses(items);
    for (item, (facts, start)) in items.iter().zip(starts).enumerate() {
        for call in facts.calls.iter().filter(|call| !call.kept) {
            let from = packages.get(&call.root);
            let named = |key: &KeyUse| match &key.source {
                KeySource::Local(name) => addresses.get(name).copied(),
                _ => None,
            };
            let addressed = call.vendor.or_else(|| if addresses.is_empty() { None } else { call.keys.iter().find_map(named) });
            let vendor = addressed.or_else(|| from.and_then(|package| EXPOSURE.vendor_of_package(package)));
            let admin = EXPOSURE.admins.iter().find(|admin| {
                let is_from = from.is_some_and(|package| admin.packages.iter().any(|known| known == package.as_str()));
                is_from && admin.calls.iter().any(|known| known == call.last.as_str())
            });
            if vendor.is_none() && admin.is_none() {
                continue;
            }
            let keys = call.keys.iter().flat_map(|key| variables(items, &key.source, key.is_key, MOST_STEPS).into_iter().map(move |named| (key, named)));
            // Where an address asks for a key, what it is given is one, whatever it is called.
            let wanted = |(key, (variable, is_key)): &(&KeyUse, (Name, bool))| match admin {
                Some(admin) => key.argument == admin.key && has_any(BROWSER.unpublished(variable), &admin.names),
                None => BROWSER.shows(variable) && (standing(variable).is_secret() || *is_key && addressed.is_some() && may_be_secret(variable)),
            };
            let given: Vec<(&KeyUse, (Name, bool))> = keys.filter(wanted).collect();
            // Of an account and its key the key is the secret.
            let is_named_so = |(_, (variable, _)): &&(&KeyUse, (Name, bool))| standing(variable).is_secret();
            if let Some((key, (variable, _))) = given.iter().find(is_named_so).or(given.first()).cloned() {
                let (span, key) = (call.span.shifted(*start), key.span.shifted(*start));
                let vendor = vendor.filter(|_| admin.is_none());
                calls.push(VendorCall { vendor, admin, callee: call.last.clone(), variable, span, key, item });
            }
        }
    }
    calls
}

/// The variable that a source stands for.
pub fn key_of(items: &[Arc<ItemFacts>], source: &KeySource) -> Option<Name> {
    variables(items, source, false, MOST_STEPS).into_iter().next().map(|(name, _)| name)
}

/// The variables that a source is made of, and which of them stand where a key does.
fn variables(items: &[Arc<ItemFacts>], source: &KeySource, is_key: bool, steps: u32) -> Vec<(Name, bool)> {
    match source {
        KeySource::Env(name) => vec![(name.clone(), is_key)],
        KeySource::Local(name) if steps > 0 => {
            let imports = items.iter().flat_map(|facts| &facts.imports).filter(|import| is_environment(&import.source));
            let imported = imports.flat_map(|import| &import.names).find(|(_, local)| local == name);
            if let Some((variable, _)) = imported {
                return vec![(variable.clone(), is_key)];
            }
            let handed = items.iter().flat_map(|facts| &facts.handed).filter(|handed| handed.name == *name);
            let parts = handed.flat_map(|handed| &handed.sources).filter(|part| part.source != KeySource::Local(name.clone()));
            let mut found = Vec::new();
            for part in parts {
                if found.len() >= MOST_VARIABLES {
                    break;
                }
                found.extend(variables(items, &part.source, is_key || part.is_key, steps - 1));
            }
            found
        }
        _ => Vec::new(),
    }
}

/// The imported names of a file that come from what a vendor publishes, or from what makes an administrator.
fn vendors_packages(items: &[Arc<ItemFacts>]) -> FxHashMap<&Name, &Name> {
    let mut packages = FxHashMap::default();
    for import in items.iter().flat_map(|facts| &facts.imports) {
        let source = &import.source;
        if EXPOSURE.vendor_of_package(source).is_some() || EXPOSURE.admins.iter().any(|admin| admin.packages.iter().any(|known| known == source.as_str())) {
            for (_, local) in &import.names {
                packages.entry(local).or_insert(source);
            }
        }
    }
    packages
}

/// The names of a file that hold the address of a vendor, with what the vendor is called.
fn named_addresses(items: &[Arc<ItemFacts>]) -> FxHashMap<&Name, &'static Vendor> {
    let mut addresses = FxHashMap::default();
    for handed in items.iter().flat_map(|facts| &facts.handed) {
        if let Some(vendor) = handed.vendor {
            addresses.entry(&handed.name).or_insert(vendor);
        }
    }
    addresses
}
