//! What an office asks of its data and nobody else: lists of people with how to reach them, everything at once, sums of money.

use super::door::Door;
use crate::facts::check::Root;
use crate::facts::event::{Access, Event, UseKind};
use crate::facts::names;
use crate::facts::query::{Columns, Filter, Operation, Query};
use crate::facts::schema::{Model, Privacy};
use crate::facts::value::{Kind, Value};
use crate::project::RootWalk;
use crate::project::routes::Route;
use crate::rules::raw::RuleCx;
use crate::text::Name;

/// Does it give how people can be reached, or where they bank, of rows that are about a person each?
pub fn gives_contacts(cx: &RuleCx<'_>, access: &Access) -> bool {
    let query = &access.query;
    let of_target = cx.schema.model(&query.model).filter(|model| is_of_person(model)).is_some_and(|model| match &query.columns {
        Some(Columns::Only(names)) => names.iter().any(|name| is_contact(name)),
        // Of several tables it is told below which columns are whose.
        None if query.is_text => false,
        _ => model.columns.iter().any(|column| is_contact(&column.name) && query.columns.as_ref().is_none_or(|columns| columns.give(&column.name))),
    });
    let of_joined = || {
        query.joined.iter().any(|(table, column)| is_contact(column) && cx.schema.model(table).is_some_and(|model| model.is_principal || is_of_person(model)))
    };
    of_target || of_joined()
}

/// The same where no schema knows the table: the columns that are asked for say so.
pub fn asks_for_contacts(access: &Access) -> bool {
    let query = &access.query;
    matches!(&query.columns, Some(Columns::Only(names)) if names.iter().any(|name| is_contact(name)))
        || query.joined.iter().any(|(table, column)| *table == query.model && is_contact(column))
}

/// The same of where people bank, and of what they earn.
pub fn asks_where_people_bank(access: &Access) -> bool {
    let is_account = |name: &Name| names::words(name).iter().any(|word| matches!(word.as_str(), "iban" | "bic" | "ssn" | "salary" | "salaries"));
    matches!(&access.query.columns, Some(Columns::Only(names)) if names.iter().any(is_account))
        || access.query.joined.iter().any(|(_, column)| is_account(column))
}

/// The same of where something is brought to.
pub fn asks_where_people_live(access: &Access) -> bool {
    let is_place = |name: &Name| names::words(name).last().is_some_and(|last| matches!(last.as_str(), "address" | "street"));
    matches!(&access.query.columns, Some(Columns::Only(names)) if names.iter().any(is_place)) || access.query.joined.iter().any(|(_, column)| is_place(column))
}

/// Does it say how people can be reached, of whatever table?
pub fn tells_contacts(access: &Access) -> bool {
    asks_for_contacts(access) || access.query.joined.iter().any(|(_, column)| is_contact(column))
}

/// Does what is answered say how people can be reached, or from where they came, whatever the table is called? `{"who": row.person_email}`
pub fn answers_with_contacts(walk: &RootWalk, access: &Access) -> bool {
    walk.events.iter().any(|event| match event {
        Event::Use(used) if matches!(used.kind, UseKind::Respond | UseKind::Return) => names_person(&used.value, access, 0),
        _ => false,
    })
}

fn names_person(value: &Value, access: &Access, depth: u32) -> bool {
    let is_address = |name: &Name| is_contact(name) || matches!(name.as_str(), "ip" | "ip_address" | "ipAddress");
    if let Some(symbol) = value.symbol().filter(|symbol| symbol.root == Root::Row(access.id)) {
        return symbol.path.last().is_some_and(is_address);
    }
    let inside = |value: &Value| depth < 5 && names_person(value, access, depth + 1);
    match value.kind() {
        Kind::Object(object) => object.fields.iter().map(|(_, field)| field).any(inside),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).any(inside),
        Kind::Union(alternatives) => alternatives.iter().any(|one| inside(&one.value)),
        _ => false,
    }
}

/// People themselves, and what there is one of for each.
fn is_of_person(model: &Model) -> bool {
    let is_only_one = |column: &Name| model.column(column).is_some_and(|column| column.unique || column.primary);
    model.is_principal || model.direct_owners().any(|owner| is_only_one(&owner.column))
}

pub fn is_contact(name: &str) -> bool {
    let words = names::words(name);
    let is_public = words.iter().any(|word| matches!(word.as_str(), "support" | "contact" | "public" | "business" | "company" | "verified" | "confirmed"));
    !is_public && words.last().is_some_and(|last| matches!(last.as_str(), "email" | "mail" | "phone" | "mobile" | "telephone" | "iban" | "ssn"))
}

/// Everything at once, by its address, its file or its name: `/api/export`, `export-patients/index.ts`, `exportAll`.
pub fn is_export(route: &Route, door: &Door) -> bool {
    words_of(route, door).iter().any(|word| matches!(word.as_str(), "export" | "exports" | "dump" | "backup" | "csv" | "xlsx"))
}

/// What a business earns and pays, by its address or its name.
pub fn is_of_the_books(route: &Route, door: &Door) -> bool {
    words_of(route, door).iter().any(|word| {
        matches!(
            word.as_str(),
            "revenue" | "turnover" | "earnings" | "payroll" | "profit" | "profits" | "mrr" | "finance" | "finances" | "financial" | "bookkeeping"
        )
    })
}

/// Sums over rows that are somebody's, of which nothing asks whose.
pub fn adds_up_all(query: &Query, privacy: Privacy) -> bool {
    let is_caller = |filter: &&Filter| match filter {
        Filter::Term(term) => !matches!(term.value.kind(), Kind::Bool(_) | Kind::Str(_) | Kind::Number(_) | Kind::Null | Kind::Column(_)),
        _ => true,
    };
    query.operation == Operation::Count && privacy.is_private() && !query.conjuncts().iter().any(is_caller)
}

/// Vouchers and credits over as much as the caller says.
pub fn is_worth_money(query: &Query) -> bool {
    let name = crate::facts::schema::names::singular(&crate::facts::schema::names::snake(&query.model));
    let is_such = matches!(
        name.as_str(),
        "voucher" | "coupon" | "gift_card" | "giftcard" | "discount" | "discount_code" | "promo_code" | "payout" | "refund" | "license" | "licence"
    );
    let is_amount = |name: &str| {
        names::words(name).iter().any(|word| {
            matches!(
                word.as_str(),
                "cents" | "amount" | "value" | "percent" | "discount" | "balance" | "credit" | "credits" | "euro" | "euros" | "price" | "plan" | "tier"
            )
        })
    };
    is_such && super::columns::chosen_from_outside(&query.data, |_, name| is_amount(name)).is_some()
}

fn words_of(route: &Route, door: &Door) -> Vec<String> {
    let mut words = names::words(&door.name);
    match route.path.as_deref() {
        Some(path) => words.extend(names::words(path)),
        // A function that is called by the name of its folder.
        None => {
            let mut parts = door.site.item.file.as_str().rsplit('/');
            let file = parts.next().unwrap_or_default();
            words.extend(names::words(file.split('.').next().unwrap_or_default()));
            words.extend(parts.next().map(names::words).unwrap_or_default());
        }
    }
    words
}
