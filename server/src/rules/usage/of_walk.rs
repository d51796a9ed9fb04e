//! What one handler shows of the tables that it uses: which columns it asks to be the caller's, and what it reads or changes.

use super::{How, Use, costing, frame_at, handlers_of, page_at, rows_in, table, writers_of};
use crate::facts::catalogue::PagePart;
use crate::facts::check::{Fact, Facts, Root, Symbol};
use crate::facts::event::{Access, Event, UseKind};
use crate::facts::names;
use crate::facts::private::is_private_column;
use crate::facts::query::{Columns, Filter, Operation, Query, TermOp};
use crate::facts::schema::{OwnerKind, guess_owner};
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Piece, Value};
use crate::rules::open::known::shown_secret;
use crate::rules::open::own_events;
use crate::rules::ownership::{Answer, Judge, Tie, is_principal};
use crate::rules::raw::RuleCx;
use crate::text::Name;

/// What a handler does, each thing once.
pub fn of_walk(cx: &RuleCx<'_>) -> Vec<Use> {
    let mut uses = Vec::new();
    let Some(route) = cx.walk.route.as_deref().filter(|_| !cx.walk.exhausted) else { return uses };
    let file = &route.site.item.file;
    let judge = &cx.judge;
    uses.extend(asks_for_role(cx, judge));
    uses.extend(is_shown_by_role(cx, judge));
    let changed: Vec<Name> = own_events(cx.walk)
        .filter_map(|(_, event)| match event {
            Event::Access(access) if access.query.operation.is_write() => Some(table(cx.schema, &access.query.model)),
            _ => None,
        })
        .collect();
    // Whoever looks a row up to change it says who may change it, and nothing of who may see it.
    let tie_of = |table: &Name, column: Name| if changed.contains(table) { How::TiedWhenChanged(column) } else { How::Tied(column) };
    for (_, event) in own_events(cx.walk) {
        let facts = crate::rules::handler::facts_of(event);
        for (model, column) in facts.into_iter().flat_map(|facts| compared(judge, facts)) {
            let name = table(cx.schema, &model);
            put(&mut uses, name.clone(), tie_of(&name, column));
        }
        for (model, column) in facts.into_iter().flat_map(|facts| compared_or_role(judge, facts)) {
            put(&mut uses, table(cx.schema, &model), How::TiedWhenChanged(column));
        }
        if let Event::Access(access) = event
            && access.query.operation.is_write()
            && access.facts.iter().filter_map(shown_secret).any(|row| judge.accesses().any(|known| known.id == row && known.query.model == access.query.model))
        {
            put(&mut uses, table(cx.schema, &access.query.model), How::BySecret);
        }
        if let Some((model, column)) = held_against(judge, event) {
            put(&mut uses, table(cx.schema, &model), How::Holds(column));
        }
        if let Event::Effect(effect) = event
            && judge.signed_in(&effect.facts) == Answer::Yes
        {
            put(&mut uses, costing(&effect.kind), How::BySomebody);
        }
        let Event::Access(access) = event else { continue };
        if access.query.model.is_empty() {
            continue;
        }
        let name = table(cx.schema, &access.query.model);
        for column in
            tied(access).into_iter().chain(below_callers(judge, access)).chain(in_callers_group(judge, access)).chain(of_row_in_callers_group(judge, access))
        {
            put(&mut uses, name.clone(), tie_of(&name, column));
        }
        for column in made(access) {
            put(&mut uses, name.clone(), How::Made(column));
        }
        if is_of_caller_alone(access) {
            put(&mut uses, name.clone(), How::KeptThere);
        }
        let is_free = matches!(judge.tie(access), Tie::Client(_) | Tie::List | Tie::Spoofed) || access.query.is_only_searched();
        let operation = access.query.operation;
        if judge.asks_for_role(&access.facts) {
            if operation.is_write() {
                let of_group = |column: &Name| guess_owner(column.rsplit('.').next().unwrap_or_default()) == Some(OwnerKind::Tenant);
                let same = compared(judge, &access.facts).filter(|(model, _)| *model == access.query.model).map(|(_, column)| column);
                for column in same.chain(tied(access)).filter(of_group) {
                    put(&mut uses, name.clone(), How::TiedByRole(column));
                }
                if operation != Operation::Delete {
                    put(&mut uses, rows_in(&name, file), How::ChangedByRole);
                }
                put(&mut uses, name, How::ChangedByRole);
            }
        } else if operation.is_write() {
            // Whoever puts themselves in, and where nobody is asked at all, is no measure of who may.
            let puts_in_caller = access.query.data.iter().any(|value| value.taint().iter().any(|origin| origin.part == Part::Principal));
            if !puts_in_caller && judge.signed_in(&access.facts) != Answer::No {
                if matches!(operation, Operation::Create | Operation::Delete) {
                    put(&mut uses, name.clone(), How::PutOrTaken);
                }
                put(&mut uses, rows_in(&name, file), How::Changed);
                put(&mut uses, name, How::Changed);
            }
        } else if is_free && operation != Operation::Count {
            let leaves = judge.leaves_unchecked(access);
            let is_of_all = judge.tie(access) == Tie::List || access.query.is_only_searched();
            if operation == Operation::ReadMany && is_of_all && leaves != Some(false) {
                put(&mut uses, name.clone(), How::Listed);
            }
            if leaves == Some(true) {
                put(&mut uses, name, if picks(&access.query) { How::ReadInPart } else { How::Read });
            }
        }
    }
    uses
}

/// Does the handler ask for a role before it does anything, and before it changes anything? Where nobody has to be signed in, it is
/// no measure.
fn asks_for_role(cx: &RuleCx<'_>, judge: &Judge<'_>) -> Vec<Use> {
    let Some(route) = cx.walk.route.as_ref() else { return Vec::new() };
    let does = own_events(cx.walk).filter_map(|(_, event)| match event {
        // Whoever sees and changes what is their own needs no role for it.
        Event::Access(access) if judge.tie(access) == Tie::Owned && !judge.asks_for_role(&access.facts) => None,
        Event::Access(access) => Some((&access.facts, access.query.operation.is_write())),
        Event::Effect(effect) => Some((&effect.facts, false)),
        _ => None,
    });
    let asked: Vec<(&Facts, bool)> = does.filter(|(facts, _)| judge.signed_in(facts) != Answer::No).collect();
    let how = |counts: &dyn Fn(bool) -> bool| {
        let mut counted = asked.iter().filter(|(_, writes)| counts(*writes)).peekable();
        counted.peek()?;
        Some(if counted.any(|(facts, _)| judge.asks_for_role(facts)) { How::WithRole } else { How::WithoutRole })
    };
    let file = &route.site.item.file;
    let of_all = how(&|_| true).map(|how| Use { table: handlers_of(file), how });
    let of_writers = how(&|writes| writes).map(|how| Use { table: writers_of(file), how });
    of_all.into_iter().chain(of_writers).collect()
}

/// To whom a page is shown: what it returns at its end says so.
fn is_shown_by_role(cx: &RuleCx<'_>, judge: &Judge<'_>) -> Option<Use> {
    let route = cx.walk.route.as_ref()?;
    let path = route.path.as_deref()?;
    let table = match route.page_part()? {
        PagePart::Makes => page_at(path),
        PagePart::Frames => frame_at(path),
        PagePart::Acts => return None,
    };
    let last = cx.walk.events.iter().rev().find_map(|event| match event {
        Event::Use(used) if matches!(used.kind, UseKind::Return | UseKind::Shown) => Some(&used.facts),
        _ => None,
    })?;
    Some(Use { table, how: if judge.asks_for_role(last) { How::WithRole } else { How::WithoutRole } })
}

/// The tables of which a password or a key is compared with what is kept in a column.
fn held_against(judge: &Judge<'_>, event: &Event) -> Option<(Name, Name)> {
    let values: Vec<&Value> = match event {
        Event::Effect(effect) if effect.kind == "password-compare" => effect.args.iter().map(|arg| &arg.value).collect(),
        Event::Compare(compare) => compare.sides.iter().map(|side| &side.value).collect(),
        _ => return None,
    };
    let (row, column) = values.iter().find_map(|value| match value.symbol() {
        Some(Symbol { root: Root::Row(row), path }) => path.last().filter(|column| is_private_column(column)).map(|column| (Some(*row), column.clone())),
        _ => value.taint().iter().find(|origin| origin.part == Part::Stored && is_private_column(&origin.name)).map(|origin| (None, origin.name.clone())),
    })?;
    let read = judge.accesses().filter(|access| !access.query.model.is_empty() && !access.query.operation.is_write());
    let models: Vec<&Name> = read.filter(|access| row.is_none_or(|row| access.id == row)).map(|access| &access.query.model).collect();
    // Where several tables were read, nobody can say which of them it is from.
    let (first, others) = models.split_first()?;
    others.iter().all(|other| other == first).then(|| ((*first).clone(), column))
}

/// Does it ask for some columns only?
pub fn picks(query: &Query) -> bool {
    matches!(query.columns, Some(Columns::Only(_)))
}

fn put(uses: &mut Vec<Use>, table: Name, how: How) {
    let made = Use { table, how };
    if !uses.contains(&made) {
        uses.push(made);
    }
}

/// Columns of rows that were compared with something of the caller.
fn compared<'j>(judge: &'j Judge<'_>, facts: &'j Facts) -> impl Iterator<Item = (Name, Name)> + use<'j> {
    facts.iter().filter_map(|fact| compared_by(judge, fact))
}

/// `role !== "mechanic" && job.ownerId !== me`: whoever has no role is compared.
fn compared_or_role<'j>(judge: &'j Judge<'_>, facts: &'j Facts) -> impl Iterator<Item = (Name, Name)> + use<'j> {
    facts.iter().filter_map(|fact| {
        let Fact::Any(arms) = fact else { return None };
        let of_arm = |arm: &Facts| compared(judge, arm).next();
        let is_meant = |arm: &Facts| of_arm(arm).is_some() || judge.asks_for_role(arm);
        arms.iter().all(is_meant).then(|| arms.iter().find_map(of_arm)).flatten()
    })
}

/// The table, and its column or the way from it to the column of a row above.
fn compared_by(judge: &Judge<'_>, fact: &Fact) -> Option<(Name, Name)> {
    // `project.members.includes(user.id)`
    let (Fact::Same(a, b) | Fact::Contains(a, b)) = fact else { return None };
    let (row, caller) = if is_principal(b) { (a, b) } else { (b, a) };
    let Root::Row(id) = &row.root else { return None };
    row.path.last().filter(|column| is_principal(caller) && !is_key(column))?;
    Some((judge.accesses().find(|access| access.id == *id)?.query.model.clone(), dotted(&row.path)))
}

/// `bike.owner_id`
fn dotted(path: &[Name]) -> Name {
    match path {
        [only] => only.clone(),
        _ => Name::from(path.join(".")),
    }
}

/// Does an access say, in its filter or in what it writes, who the caller is?
pub fn names_caller(access: &Access) -> bool {
    !tied(access).is_empty() || !made(access).is_empty()
}

/// Does it write the caller into the row, and not only as who did it: `redeemed_by`?
pub fn takes_for_caller(access: &Access) -> bool {
    let says_who_worked = |column: &Name| {
        let first = names::words(column).into_iter().next().unwrap_or_default();
        matches!(
            first.as_str(),
            "created" | "updated" | "modified" | "edited" | "approved" | "rejected" | "booked" | "closed" | "verified" | "processed" | "last"
        )
    };
    access.query.data.iter().flat_map(Value::named_fields).any(|(column, value)| is_callers(value) && !says_who_worked(column))
}

/// Columns that an access asks to be the caller's, or what leads to them: `members: { some: { userId } }`.
fn tied(access: &Access) -> Vec<Name> {
    let mut columns = Vec::new();
    // Who may change a row is said even where somebody else may, too: a moderator, in the other arm. Who may see it is not.
    let by_any_arm = access.query.operation.is_write();
    access.query.conjuncts().into_iter().for_each(|filter| columns_of_caller(filter, by_any_arm, &mut columns, 0));
    columns
}

/// Columns by which rows are asked to lie below one that was shown to be the caller's: `albumId: album.id`.
fn below_callers<'a>(judge: &'a Judge<'_>, access: &'a Access) -> impl Iterator<Item = Name> + use<'a> {
    access.query.conjuncts().into_iter().filter_map(|filter| {
        let Filter::Term(term) = filter else { return None };
        let symbol = term.value.symbol().filter(|_| term.op == TermOp::Eq)?;
        let (Root::Row(id), [key], [column]) = (&symbol.root, &*symbol.path, term.path.as_slice()) else { return None };
        (is_key(key) && !is_key(column) && judge.row_is_owned(*id, &access.facts)).then(|| column.clone())
    })
}

/// The column of a row by which it was found to be of a group of the caller's, before it is changed: `requireSeat(seat.workspaceId)`.
fn of_row_in_callers_group(judge: &Judge<'_>, access: &Access) -> Option<Name> {
    let conjuncts = access.query.conjuncts();
    let found = conjuncts.into_iter().find_map(|filter| match filter {
        Filter::Term(term) => term.value.symbol().and_then(|symbol| if let Root::Row(id) = symbol.root { Some(id) } else { None }),
        _ => None,
    })?;
    judge.callers_group_column(found, &access.facts).filter(|_| access.query.operation.is_write())
}

/// Columns by which rows are asked to be of a group that the caller was shown to belong to: `orgId: input.orgId` behind a look at the members.
fn in_callers_group<'a>(judge: &'a Judge<'_>, access: &'a Access) -> impl Iterator<Item = Name> + use<'a> {
    access.query.conjuncts().into_iter().filter_map(|filter| {
        let Filter::Term(term) = filter else { return None };
        let [column] = term.path.as_slice() else { return None };
        // Whatever groups are called: it is the key of something that the caller was shown to belong to.
        let names_group = !is_key(column) && (guess_owner(column) == Some(OwnerKind::Tenant) || names::words(column).last().is_some_and(|last| last == "id"));
        (term.op == TermOp::Eq && names_group && judge.is_allowed(term, access)).then(|| column.clone())
    })
}

/// `where id = me`
fn is_of_caller_alone(access: &Access) -> bool {
    let conjuncts = access.query.conjuncts();
    conjuncts.iter().any(|filter| match filter {
        Filter::Term(term) => {
            let is_id = |symbol: &Symbol| is_principal(symbol) && symbol.path.last().is_some_and(|name| is_key(name) || name == "sub" || name == "uid");
            term.op == TermOp::Eq && matches!(term.path.as_slice(), [key] if matches!(key.as_str(), "id" | "_id")) && term.value.symbol().is_some_and(is_id)
        }
        _ => false,
    })
}

fn columns_of_caller(filter: &Filter, by_any_arm: bool, out: &mut Vec<Name>, depth: u32) {
    match filter {
        Filter::Term(term) if term.op == TermOp::Eq && is_callers(&term.value) => match term.path.as_slice() {
            [column] if is_key(column) => {}
            [] => {}
            path => out.push(dotted(path)),
        },
        Filter::All(all) if depth < 4 => all.iter().for_each(|one| columns_of_caller(one, by_any_arm, out, depth + 1)),
        // Whichever of two sides the caller is: each arm has to say so.
        Filter::Any(arms) if depth < 4 && !arms.is_empty() => {
            let each: Vec<Vec<Name>> = arms
                .iter()
                .map(|arm| {
                    let mut of_arm = Vec::new();
                    columns_of_caller(arm, by_any_arm, &mut of_arm, depth + 1);
                    of_arm
                })
                .collect();
            if by_any_arm || each.iter().all(|of_arm| !of_arm.is_empty()) {
                out.extend(each.into_iter().flatten());
            }
        }
        _ => {}
    }
}

/// Columns that a new row gets from the caller.
fn made(access: &Access) -> Vec<Name> {
    let new = (access.query.operation == Operation::Create).then_some(&access.query.data).into_iter().flatten();
    let fields = new.flat_map(Value::named_fields);
    fields.filter(|(name, value)| is_callers(value) && !is_key(name)).map(|(name, _)| name.clone()).collect()
}

fn is_callers(value: &Value) -> bool {
    // `uploads/${userId}/..`: what lies there is theirs.
    let holds = |one: &Value| match one.kind() {
        Kind::Text(text) => text.pieces.iter().any(|piece| matches!(piece, Piece::Hole { value, .. } if value.symbol().is_some_and(is_principal))),
        _ => false,
    };
    value.alternatives().iter().any(|one| one.symbol().is_some_and(is_principal) || holds(one))
}

fn is_key(column: &str) -> bool {
    matches!(column, "id" | "_id" | "pk" | "uuid" | "email" | "name" | "username")
}
