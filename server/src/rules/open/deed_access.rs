//! What an access to the database amounts to for whoever can set it in motion: a row changed, a list read, an account made.

use super::deed::{Deed, What};
use super::harmless::{only_leads_on, tells_of_nobody};
use super::people::{is_about_visitors, is_profile, names_people, presents_people};
use super::{administrative, columns, is_steered, office, standing};
use crate::facts::catalogue::Reached;
use crate::facts::check::{Fact, Facts, GuardKind, Root, Symbol};
use crate::facts::event::{Access, Event, UseKind};
use crate::facts::names;
use crate::facts::private::{is_personal_column, is_private_column};
use crate::facts::query::{Columns, Filter, Operation};
use crate::facts::schema::{Model, NameClass, OwnerPath, Privacy, is_model_named, is_named_for_everybody, model_classes};
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Piece, Value};
use crate::facts::walk::is_stub;
use crate::rules::Confidence;
use crate::rules::ownership::{Credential, Judge, Tie, credential};
use crate::rules::raw::RuleCx;
use crate::text::Name;

pub(super) fn of_access<'w>(cx: &RuleCx<'_>, judge: &Judge<'_>, access: &'w Access, at: usize) -> Option<Deed<'w>> {
    let query = &access.query;
    if query.model.is_empty() || access.delegated && !standing::only_a_login_is_unsure(&access.facts) {
        return None;
    }
    // The database looks at the caller itself.
    if query.row_security && credential(query.handle.as_ref()) != Credential::Privileged {
        return None;
    }
    let model = cx.schema.model_near(&query.model, &access.site.item.file);
    let wipes = query.operation == Operation::Delete && query.filter.is_empty();
    let is_only_recognised = is_credential(&query.model) && query.operation != Operation::ReadMany && !is_taken_by_number(judge, access);
    if keeps_house(&query.model) && !wipes && !is_of_the_trade(judge, access) || is_only_recognised {
        return who_did_what(cx, judge, access, at);
    }
    let privacy = model.map_or_else(|| judge.privacy(query), Model::privacy);
    let tie = match judge.tie(access) {
        // Whoever looks for a single letter, or asks for people with what belongs to them, is given all of them.
        Tie::Fixed if query.is_only_searched() && (privacy.is_private() || privacy == Privacy::Unknown) => Tie::List,
        Tie::Fixed if query.is_only_joined() && (privacy.is_private() || office::gives_contacts(cx, access) || office::asks_for_contacts(access)) => Tie::List,
        tie => tie,
    };
    let mut hangs = false;
    let (what, confidence) = match query.operation {
        Operation::Create => (What::of_write(access, privacy), gives_rights(access, model).or_else(|| created(access, model, privacy))?),
        Operation::Upsert if puts_new(access) => {
            (What::Write { operation: Operation::Create, model: query.model.clone(), privacy }, created(access, model, privacy)?)
        }
        Operation::Update | Operation::Delete | Operation::Upsert => (
            What::of_write(access, privacy),
            changed(judge, access, &tie, privacy).or_else(|| administrative::raises_another(cx, access).then_some(Confidence::Proven))?,
        ),
        Operation::ReadOne | Operation::ReadMany => {
            let many = query.operation == Operation::ReadMany && tie == Tie::List;
            let known = read(cx, judge, access, model, &tie, privacy);
            // Somebody meant to ask first.
            let known = known.or_else(|| is_unawaited(&access.facts).then_some(Confidence::Likely));
            hangs = known.is_none();
            let confidence = known.or_else(|| is_unclaimed(judge, access, model, &tie, privacy).then_some(Confidence::Likely))?;
            (What::Read { many, model: query.model.clone(), privacy }, confidence)
        }
        Operation::Count if office::adds_up_all(query, privacy) => (What::Sum { model: query.model.clone() }, Confidence::Possible),
        Operation::Count | Operation::Raw => return None,
    };
    let puts_over = query.client == "kv" && query.operation == Operation::Upsert && matches!(tie, Tie::Client(_)) && is_of_a_row(&access.facts);
    let confidence = if puts_over { Confidence::Likely } else { confidence };
    hangs |= puts_over;
    let confidence = if query.guessed { confidence.min(Confidence::Likely) } else { confidence };
    let tie = if matches!(what, What::Sum { .. }) { Tie::List } else { tie };
    Some(Deed { at, what, site: &access.site, facts: &access.facts, confidence, access: Some(access), tie: Some(tie), hangs })
}

/// A check stands before it that nobody waited for.
fn is_unawaited(facts: &Facts) -> bool {
    facts.iter().any(|fact| matches!(fact, Fact::Guard(guard) if guard.kind == GuardKind::Unawaited))
}

/// A list of what people did, with their addresses: a server writes it for those who run it.
fn who_did_what<'w>(cx: &RuleCx<'_>, judge: &Judge<'_>, access: &'w Access, at: usize) -> Option<Deed<'w>> {
    let query = &access.query;
    let is_list = query.operation == Operation::ReadMany && keeps_house(&query.model) && matches!(judge.tie(access), Tie::List | Tie::Fixed);
    let what = What::Read { many: true, model: query.model.clone(), privacy: judge.privacy(query) };
    (is_list && office::answers_with_contacts(cx.walk, access)).then_some(Deed {
        at,
        what,
        site: &access.site,
        facts: &access.facts,
        confidence: Confidence::Likely,
        access: Some(access),
        tie: Some(Tie::List),
        hangs: false,
    })
}

/// It was seen first that there is such a row: this is no new one.
fn is_of_a_row(facts: &Facts) -> bool {
    facts.iter().any(|fact| matches!(fact, Fact::Present(symbol) if matches!(symbol.root, Root::Row(_)) && symbol.path.is_empty()))
}

/// `{ id: randomUUID(), .. }`: under a key that is drawn here there is nothing yet.
pub(super) fn puts_new(access: &Access) -> bool {
    let is_key = |name: &Name| matches!(name.to_ascii_lowercase().as_str(), "id" | "_id" | "uuid" | "key" | "pk" | "sk");
    access.query.data.iter().any(|data| match data.kind() {
        Kind::Object(object) => object.fields.iter().any(|(name, value)| is_key(name) && is_drawn(value)),
        _ => false,
    })
}

/// Neither written in the program nor from anywhere.
fn is_drawn(value: &Value) -> bool {
    value.taint().is_empty()
        && match value.kind() {
            Kind::Text(text) => text.pieces.iter().any(|piece| matches!(piece, Piece::Hole { value, .. } if is_drawn(value))),
            Kind::Unknown => value.symbol().is_some_and(|symbol| matches!(symbol.root, Root::Call(_))),
            Kind::Library(library) => library.step == "()",
            _ => false,
        }
}

/// Somebody who is signed in makes an account for somebody else, with the role that they ask for.
fn gives_rights(access: &Access, model: Option<&Model>) -> Option<Confidence> {
    let is_from_caller = |value: &Value| value.taint().iter().any(|origin| origin.part == Part::Principal);
    let data = &access.query.data;
    let is_account = model.is_some_and(|model| model.is_principal) && data.iter().any(is_from_caller);
    let is_chosen = || columns::chosen_from_outside(data, |_, name| administrative::is_privilege(name)).is_some();
    (is_account && is_chosen()).then_some(Confidence::Proven)
}

/// New rows: putting something in is often meant for everybody. In somebody else's name it is not.
fn created(access: &Access, model: Option<&Model>, privacy: Privacy) -> Option<Confidence> {
    let data = &access.query.data;
    if data.iter().any(|value| value.taint().iter().any(|origin| origin.part == Part::Principal)) {
        return None;
    }
    let owner = columns::chosen_from_outside(data, |classes, name| match model {
        Some(model) => model.direct_owners().any(|owner| owner.is_called(name)),
        None => classes.has(NameClass::Owner) && classes.has(NameClass::OwnerByName),
    });
    // Whoever comes by leaves a comment under a name of their own choice.
    let names_account = owner.as_ref().is_some_and(|column| names::words(column).last().is_some_and(|word| matches!(word.as_str(), "id" | "uid")));
    if !names_account && is_model_named(&access.query.model, model, NameClass::ReactionModel) {
        return None;
    }
    match privacy {
        Privacy::Private | Privacy::AuthoredPublic | Privacy::Unknown if owner.is_some() => Some(Confidence::Proven),
        // Somebody makes an account.
        Privacy::Principal => None,
        _ if office::is_worth_money(&access.query) => Some(Confidence::Likely),
        _ if is_steered(access) => Some(Confidence::Possible),
        _ => None,
    }
}

fn changed(judge: &Judge<'_>, access: &Access, tie: &Tie, privacy: Privacy) -> Option<Confidence> {
    let query = &access.query;
    if query.operation != Operation::Delete && columns::only_counts(&query.data) {
        return None;
    }
    if is_by_capability(access, None) || is_of_row_with_code(judge, access) {
        return None;
    }
    let sure = if privacy == Privacy::Unknown { Confidence::Likely } else { Confidence::Proven };
    match tie {
        // What lies under a key of the caller's own making is often theirs: drafts, short addresses.
        Tie::Client(_) if query.client == "kv" && query.operation == Operation::Upsert => Some(Confidence::Possible),
        Tie::Client(_) | Tie::Spoofed => Some(sure),
        Tie::List if query.operation == Operation::Upsert => is_steered(access).then_some(Confidence::Likely),
        Tie::List => Some(Confidence::Likely),
        Tie::Fixed if is_steered(access) => Some(Confidence::Likely),
        Tie::Fixed if is_by_age(access) => Some(Confidence::Likely),
        Tie::Fixed => Some(Confidence::Possible),
        Tie::Owned | Tie::Nullable | Tie::Opaque => None,
    }
}

/// What is older than this, or due by now: done by a clock, whose door is open to everybody.
fn is_by_age(access: &Access) -> bool {
    use crate::facts::query::TermOp;
    let conjuncts = access.query.conjuncts();
    let is_time = |column: &Name| names::is_point_in_time(column);
    conjuncts.iter().any(|filter| matches!(filter, Filter::Term(term) if term.op == TermOp::Other && term.path.last().is_some_and(is_time)))
}

/// Whoever knows the secret in the row may.
pub fn is_by_capability(access: &Access, model: Option<&Model>) -> bool {
    use crate::facts::schema::column_classes;
    let conjuncts = access.query.conjuncts();
    conjuncts.iter().any(|filter| {
        let Filter::Term(term) = filter else { return false };
        let is_secret = |column: &Name| {
            column_classes(column).has(NameClass::Capability) || model.and_then(|model| model.column(column)).is_some_and(|column| column.drawn)
        };
        term.path.last().is_some_and(is_secret) && columns::is_from_outside(&term.value)
    })
}

/// The row was found by a code that somebody was given: `guests.update({ id: guest.id })` behind a search by `code`.
fn is_of_row_with_code(judge: &Judge<'_>, access: &Access) -> bool {
    let conjuncts = access.query.conjuncts();
    let found_first = conjuncts.into_iter().find_map(|filter| match filter {
        Filter::Term(term) => term.value.symbol().and_then(|symbol| if let Root::Row(id) = symbol.root { Some(id) } else { None }),
        _ => None,
    });
    let by_code = |filter: &Filter| matches!(filter, Filter::Term(term) if term.path.last().is_some_and(|column| names::says_code(column)) && columns::is_from_outside(&term.value));
    found_first.and_then(|id| judge.accesses().find(|known| known.id == id)).is_some_and(|found| found.query.conjuncts().into_iter().any(by_code))
}

fn read(cx: &RuleCx<'_>, judge: &Judge<'_>, access: &Access, model: Option<&Model>, tie: &Tie, privacy: Privacy) -> Option<Confidence> {
    let is_for_few = || {
        privacy == Privacy::Public
            && model.is_some_and(|model| names_people(model, access) && (is_about_visitors(model) || administrative::is_administrators(cx)))
    };
    // What is chosen by how far an order has come is everybody's all the same.
    let is_of_any = || match tie {
        Tie::Client(_) | Tie::List => privacy == Privacy::Unknown,
        Tie::Fixed => (privacy == Privacy::Unknown || privacy == Privacy::Private) && !is_by_capability(access, model),
        _ => false,
    };
    let is_of_people = || {
        access.query.operation == Operation::ReadMany
            && (office::asks_for_contacts(access)
                || office::gives_contacts(cx, access)
                || privacy == Privacy::Private && (office::tells_contacts(access) || office::asks_where_people_live(access)))
            && !is_named_for_everybody(&access.query.model, model)
    };
    let is_page = || cx.walk.route.as_ref().is_none_or(|route| route.reached() == Reached::Page);
    if is_of_any() && is_of_people() && !is_page() && !is_by_address(access) && judge.leaves_unchecked(access) == Some(true) {
        return Some(Confidence::Likely);
    }
    if !privacy.is_private() && !is_for_few() || !matches!(tie, Tie::Client(_) | Tie::Spoofed | Tie::List) {
        return None;
    }
    if is_by_address(access) || is_by_capability(access, model) || judge.leaves_unchecked(access) != Some(true) {
        return None;
    }
    if is_let_read_on_purpose(cx, access) || tells_of_nobody(access) || only_leads_on(cx, access) {
        return None;
    }
    // The page of somebody who is to be found, with what it shows of them by name.
    if presents_people(cx) && shows_chosen_columns(access) {
        return None;
    }
    let sure = model.map_or(Confidence::Likely, |model| whose(cx, model));
    if privacy == Privacy::Principal && *tie != Tie::List && presents_people(cx) {
        return None;
    }
    if privacy == Privacy::Principal {
        return (!is_profile(access) && !cx.project.declares_answer(cx.walk)).then_some(sure.min(Confidence::Likely));
    }
    // Posts and recipes are written to be read, unless something says who may.
    if is_model_named(&access.query.model, model, NameClass::AuthoredModel) || model.is_some_and(is_an_authors) {
        let fills_a_page = cx.walk.events.iter().any(|event| matches!(event, Event::Use(used) if used.kind == UseKind::Shown));
        return (!fills_a_page).then_some(sure.min(Confidence::Possible));
    }
    if is_model_named(&access.query.model, model, NameClass::PublicModel) {
        return Some(sure.min(Confidence::Possible));
    }
    Some(sure)
}

/// Whoever wrote the permission lets everybody read: `request.method in SAFE_METHODS or ..`. Asked by the steps of a library's views: elsewhere
/// a look at the method tells requests apart, or leaves those that change nothing out of another check.
fn is_let_read_on_purpose(cx: &RuleCx<'_>, access: &Access) -> bool {
    let tells_methods_apart = |fact: &Fact| matches!(fact, Fact::Among(Symbol { root: Root::Request(part), .. }) if part == "method");
    cx.walk.visited.iter().any(|key| is_stub(&key.item.file)) && access.facts.iter().any(tells_methods_apart)
}

/// Columns were chosen one by one, and nobody has to be kept from any of them.
fn shows_chosen_columns(access: &Access) -> bool {
    let is_told_few = |name: &Name| is_personal_column(name) || is_private_column(name) || office::is_contact(name);
    matches!(&access.query.columns, Some(Columns::Only(names)) if !names.iter().any(is_told_few))
}

/// Whoever is called the author of something wrote it for others: `notices.author_id`.
fn is_an_authors(model: &Model) -> bool {
    let is_author = |path: &OwnerPath| names::words(&path.column).iter().any(|word| matches!(word.as_str(), "author" | "poster" | "writer"));
    model.is_by_author() && model.owners().iter().all(is_author) && !is_model_named(&model.name, Some(model), NameClass::PrivateModel)
}

/// Rows of which nothing says whose they are, and that no name makes everybody's.
fn is_unclaimed(judge: &Judge<'_>, access: &Access, model: Option<&Model>, tie: &Tie, privacy: Privacy) -> bool {
    privacy == Privacy::Unknown
        && matches!(tie, Tie::Client(_) | Tie::Spoofed | Tie::List)
        && !is_named_for_everybody(&access.query.model, model)
        && !is_by_address(access)
        && !is_by_capability(access, model)
        && judge.leaves_unchecked(access) == Some(true)
}

/// What a server writes about its own work: counts, limits, logs, things to be done.
fn keeps_house(model: &str) -> bool {
    const WORDS: &[&str] = &[
        "rate",
        "limit",
        "throttle",
        "log",
        "logs",
        "audit",
        "attempt",
        "attempts",
        "job",
        "jobs",
        "queue",
        "metric",
        "metrics",
        "visit",
        "visits",
        "view",
        "views",
        "click",
        "clicks",
        "pageview",
        "analytics",
        "event",
        "events",
        "hit",
        "hits",
        "cache",
    ];
    let name = crate::facts::schema::names::singular(&crate::facts::schema::names::snake(model));
    name.rsplit('_').next().is_some_and(|last| WORDS.contains(&last))
}

/// Jobs that people apply for and events that they go to: which of them it is, and what it says from then on, is chosen from outside.
fn is_of_the_trade(judge: &Judge<'_>, access: &Access) -> bool {
    let query = &access.query;
    let name = crate::facts::schema::names::singular(&crate::facts::schema::names::snake(&query.model));
    let is_such = name.rsplit('_').next().is_some_and(|last| matches!(last, "job" | "event" | "log" | "visit"));
    let changes = matches!(query.operation, Operation::Update | Operation::Delete);
    is_such && changes && !columns::only_counts(&query.data) && matches!(judge.tie(access), Tie::Client(_) | Tie::Spoofed)
}

/// Looking up one of these is how somebody is recognised.
fn is_credential(model: &Name) -> bool {
    let classes = model_classes(model);
    let name = crate::facts::schema::names::singular(&crate::facts::schema::names::snake(model));
    let last = name.rsplit('_').next().unwrap_or_default();
    classes.has(NameClass::Session)
        || classes.has(NameClass::CapabilityModel)
        || matches!(last, "token" | "session" | "key" | "secret" | "credential" | "nonce" | "otp" | "challenge" | "authenticator" | "passkey")
}

/// A key that is changed or taken away by its number: that is not how its holder is recognised.
fn is_taken_by_number(judge: &Judge<'_>, access: &Access) -> bool {
    let conjuncts = access.query.conjuncts();
    let by_number =
        |filter: &Filter| matches!(filter, Filter::Term(term) if term.path.last().is_some_and(|column| matches!(column.as_str(), "id" | "_id" | "pk")));
    let is_sent = matches!(judge.tie(access), Tie::Client(choice) if matches!(choice.part, Part::Params | Part::Path | Part::Query | Part::Body | Part::Input));
    matches!(access.query.operation, Operation::Update | Operation::Delete) && is_sent && conjuncts.iter().any(|filter| by_number(filter))
}

/// How sure it is that its rows belong to somebody. Without columns the name of the table is all that is known.
fn whose(cx: &RuleCx<'_>, model: &Model) -> Confidence {
    if model.columns.is_empty() {
        return Confidence::Likely;
    }
    let named = model_classes(&model.name).has(NameClass::PrivateModel) || model_classes(&model.table).has(NameClass::PrivateModel);
    if named || model.is_principal {
        return Confidence::Proven;
    }
    let may_lack = |path: &OwnerPath| {
        let last = path.steps.last().and_then(|step| cx.schema.get(&step.model)).unwrap_or(model);
        last.column(&path.column).is_some_and(|column| column.optional)
    };
    let of = |path: &OwnerPath| match (path.steps.is_empty(), may_lack(path)) {
        (true, false) => Confidence::Proven,
        (true, true) | (false, false) => Confidence::Likely,
        (false, true) => Confidence::Possible,
    };
    model.owners().iter().map(of).max().unwrap_or(Confidence::Likely)
}

/// Asked for by the name in a public address: `/book/[slug]`.
fn is_by_address(access: &Access) -> bool {
    let conjuncts = access.query.conjuncts();
    let named = |column: &str| {
        matches!(
            crate::facts::schema::names::snake(column).as_str(),
            "username" | "user_name" | "handle" | "slug" | "url" | "subdomain" | "domain" | "permalink" | "code"
        )
    };
    conjuncts.iter().any(|filter| matches!(filter, Filter::Term(term) if term.path.last().is_some_and(|column| named(column))))
}
