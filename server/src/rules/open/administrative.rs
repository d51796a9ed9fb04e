//! What tells that something is not for every user: the address, the name, and what is done (authorization reference, 6.2).

use super::door::Door;
use super::{Deed, What, columns, office};
use crate::facts::catalogue::Reached;
use crate::facts::event::Access;
use crate::facts::names;
use crate::facts::query::{Filter, Operation};
use crate::facts::role_words::{names_above, names_right};
use crate::facts::schema::{NameClass, Privacy, column_classes, is_model_named, model_classes};
use crate::facts::value::{Kind, Value};
use crate::project::routes::Route;
use crate::rules::ownership::{CHOSEN, Tie, is_flag};
use crate::rules::raw::RuleCx;
use crate::text::Name;

#[derive(Clone, PartialEq, Debug)]
pub enum Sign {
    /// The address or the name says so.
    Called,
    /// A role, a plan, a balance is set to what the caller sends.
    Privilege(Name),
    /// Other people's accounts are changed.
    People,
    /// All rows are deleted.
    Everything,
    /// All people are listed.
    Directory,
    /// What somebody asked for is granted or refused, in a project whose people have roles.
    Decision,
    /// Money is paid back.
    Refund,
    /// What is sold or shown to everybody is changed, in a project whose people have roles.
    Catalogue,
    /// Everything that belongs to somebody is given out at once.
    Export,
    /// What a business earns is given out, in a project whose people have roles.
    Books,
}

pub fn signs(cx: &RuleCx<'_>, route: &Route, door: &Door, deed: &Deed<'_>) -> Vec<Sign> {
    let mut signs = Vec::new();
    let changes = matches!(&deed.what, What::Write { operation, .. } if *operation != Operation::Create);
    if is_called(route, door) && (deed.what.is_write() || matches!(deed.what, What::Read { .. })) {
        signs.push(Sign::Called);
    }
    if let What::Write { operation, model, privacy } = &deed.what {
        if *operation != Operation::Delete
            && let Some(access) = deed.access
            && is_of_people(cx, model)
            && let Some(column) = columns::chosen_from_outside(&access.query.data, |_, name| is_privilege(name)).or_else(|| given_rights(deed, access))
        {
            signs.push(Sign::Privilege(column));
        }
        if changes && *privacy == Privacy::Principal && matches!(deed.tie, Some(Tie::Client(_) | Tie::Spoofed)) {
            signs.push(Sign::People);
        }
        let sets_standing = || deed.access.is_some_and(|access| lets_in(&access.query.data));
        if changes && decides(route, door) && (has_roles(cx) || sets_standing()) && matches!(deed.tie, Some(Tie::Client(_))) {
            signs.push(Sign::Decision);
        }
        if changes && signs.contains(&Sign::Called) && gives_money(route, door) && matches!(deed.tie, Some(Tie::Client(_))) {
            signs.push(Sign::Refund);
        }
        if *operation == Operation::Delete && deed.tie == Some(Tie::List) {
            signs.push(Sign::Everything);
        }
        if changes && *privacy == Privacy::Public && is_catalogue(model) && has_roles(cx) && matches!(deed.tie, Some(Tie::Client(_) | Tie::List)) {
            signs.push(Sign::Catalogue);
        }
    }
    match &deed.what {
        What::Read { many: true, privacy, .. } => {
            let is_list = |access: &Access| {
                !access.query.is_only_searched()
                    && (*privacy == Privacy::Principal || office::gives_contacts(cx, access) || office::asks_where_people_bank(access))
            };
            if !is_directory(route) && deed.access.is_some_and(is_list) {
                signs.push(Sign::Directory);
            }
            if privacy.is_private() && office::is_export(route, door) {
                signs.push(Sign::Export);
            }
        }
        What::Sum { .. } if office::is_of_the_books(route, door) && has_roles(cx) => signs.push(Sign::Books),
        What::Effect(kind) if kind == "refund" => signs.push(Sign::Refund),
        What::Effect(kind) if kind == "grant" => signs.push(Sign::People),
        _ => {}
    }
    signs
}

/// A row that says who somebody is, or what they may do in a group.
fn is_of_people(cx: &RuleCx<'_>, model: &Name) -> bool {
    let known = cx.schema.model(model);
    known.is_some_and(|known| known.is_principal || known.membership.is_some()) || is_model_named(model, known, NameClass::Membership)
}

/// In the caller's own group somebody whom the caller names is given a role that the caller chooses.
pub fn raises_another(cx: &RuleCx<'_>, access: &Access) -> bool {
    if access.query.operation != Operation::Update || !is_of_people(cx, &access.query.model) {
        return false;
    }
    let names_another = |filter: &&Filter| match filter {
        Filter::Term(term) => {
            let says_who = |name: &Name| column_classes(name).has(NameClass::Owner) || matches!(name.as_str(), "id" | "_id" | "pk" | "uuid");
            columns::is_from_outside(&term.value) && term.path.last().is_some_and(says_who)
        }
        _ => false,
    };
    columns::chosen_from_outside(&access.query.data, |_, name| is_privilege(name)).is_some() && access.query.conjuncts().iter().any(names_another)
}

/// `isLead: true`, `role: "admin"`, of an account that the caller names.
fn given_rights(deed: &Deed<'_>, access: &Access) -> Option<Name> {
    if !matches!(deed.tie, Some(Tie::Client(_) | Tie::Spoofed)) {
        return None;
    }
    let gives = |(name, value): &&(Name, Value)| match value.kind() {
        Kind::Bool(true) => sets_apart(name),
        Kind::Number(text) => **text == *"1" && sets_apart(name),
        Kind::Str(text) => is_privilege(name) && names_above(text),
        _ => false,
    };
    access.query.data.iter().find_map(|data| match data.kind() {
        Kind::Object(object) => object.fields.iter().find(gives).map(|(name, _)| name.clone()),
        Kind::Instance(instance) => instance.fields.iter().find(gives).map(|(name, _)| name.clone()),
        _ => None,
    })
}

/// Does its address or its name say that it is not for everybody?
pub fn is_administrators(cx: &RuleCx<'_>) -> bool {
    cx.walk.route.as_deref().is_some_and(|route| is_called(route, &super::door::door(cx.project, route)))
}

/// `/orders/:id/refund`, `approvePayout`: by its address or its name money leaves the owner's account.
fn gives_money(route: &Route, door: &Door) -> bool {
    let words = route.path.iter().flat_map(|path| names::words(path)).chain(names::words(&door.name));
    words.into_iter().any(|word| matches!(word.as_str(), "refund" | "refunds" | "payout" | "payouts" | "reimburse" | "chargeback"))
}

/// `approveLeave`, `/applications/:id/reject`.
fn decides(route: &Route, door: &Door) -> bool {
    let words = route.path.iter().flat_map(|path| names::words(path)).chain(names::words(&door.name));
    words.into_iter().any(|word| matches!(word.as_str(), "approve" | "disapprove" | "reject" | "decide" | "decline" | "feature" | "unfeature"))
}

/// `{ approved: true }`: whoever the row is about may do from then on what they might not.
fn lets_in(data: &[Value]) -> bool {
    let is_flag = |name: &str| names::words(name).iter().any(|word| matches!(word.as_str(), "approved" | "verified" | "banned" | "suspended" | "rejected"));
    data.iter().flat_map(Value::alternatives).any(|one| match one.kind() {
        Kind::Object(object) => {
            object.fields.iter().any(|(name, value)| is_flag(name) && (matches!(value.kind(), Kind::Bool(_)) || columns::is_from_outside(value)))
        }
        _ => false,
    })
}

/// A place where people look each other up.
pub fn is_directory(route: &Route) -> bool {
    let words: Vec<String> = route.path.iter().flat_map(|path| names::words(path)).collect();
    words.iter().any(|word| matches!(word.as_str(), "team" | "directory" | "colleagues" | "roster" | "leaderboard" | "players" | "community"))
}

/// `/api/admin/users`, `impersonateUser`, `/orders/:id/refund`.
fn is_called(route: &Route, door: &Door) -> bool {
    let path = if route.reached() == Reached::Action { "" } else { route.path.as_deref().unwrap_or_default() };
    let words = names::words(path);
    let named = names::words(&door.name);
    let all = || words.iter().chain(&named);
    let two = |first: &str, second: &[&str]| {
        let pairs = words.windows(2).chain(named.windows(2));
        pairs.into_iter().any(|pair| matches!(pair, [a, b] if a == first && second.contains(&b.as_str())))
    };
    all().any(|word| ALONE.contains(&word.as_str()))
        || ["set", "change", "update", "assign", "grant"].iter().any(|verb| two(verb, &["role", "roles", "permission", "permissions", "admin", "credits"]))
        || two("feature", &["flag", "flags"])
        || two("all", &["users", "customers", "orders"])
}

const ALONE: &[&str] = &[
    "admin",
    "administrator",
    "superadmin",
    "superuser",
    "staff",
    "backoffice",
    "impersonate",
    "impersonation",
    "moderate",
    "moderation",
    "moderator",
    "ban",
    "unban",
    "suspend",
    "unsuspend",
    "promote",
    "demote",
    "refund",
    "refunds",
];

/// `is_lead`, `can_publish`: a flag that some people have, and none that everybody has sooner or later or sets for themselves.
pub fn sets_apart(column: &str) -> bool {
    is_flag(column) && !names::words(column).iter().any(|word| CHOSEN.contains(&word.as_str()))
}

pub fn is_privilege(column: &str) -> bool {
    let words = names::words(column);
    words.iter().any(|word| {
        matches!(
            word.as_str(),
            "role"
                | "roles"
                | "permission"
                | "permissions"
                | "scopes"
                | "admin"
                | "staff"
                | "superuser"
                | "moderator"
                | "plan"
                | "tier"
                | "credits"
                | "balance"
                | "quota"
                | "banned"
        )
    })
}

/// Of what is public, what is offered by the house and not written by its users.
fn is_catalogue(model: &Name) -> bool {
    let classes = model_classes(model);
    let name = crate::facts::schema::names::singular(&crate::facts::schema::names::snake(model));
    classes.has(NameClass::PublicModel)
        && matches!(
            name.as_str(),
            "product"
                | "product_variant"
                | "category"
                | "plan"
                | "price"
                | "tier"
                | "feature_flag"
                | "announcement"
                | "coupon"
                | "discount"
                | "site_setting"
                | "banner"
        )
}

/// Do people of this project have a role or a flag that sets some of them apart?
pub fn has_roles(cx: &RuleCx<'_>) -> bool {
    cx.schema.principals().any(|model| model.columns.iter().any(|column| names_right(&column.name)))
}
