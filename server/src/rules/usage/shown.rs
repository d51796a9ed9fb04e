//! What the other handlers show of what a finding depends on, and how that is said.

use rustc_hash::FxHashMap;

use super::{ENOUGH, Hangs, How, On, Usage, frame_at};
use crate::facts::names::says_taker;
use crate::facts::schema::names::snake;
use crate::facts::schema::{OwnerKind, guess_owner};
use crate::text::Name;

impl Usage {
    /// What shows that it is so, as a sentence for the end of the message. `None` if nothing does.
    pub(super) fn shown(&self, hangs: &Hangs) -> Option<String> {
        let count = |how: &How| self.count(&hangs.table, how);
        let said = |is: bool, text: &str| is.then(|| text.to_owned());
        // Of the others of a file at most the one that is told of asks for no role.
        let with_role = || Some(count(&How::WithRole)).filter(|with| *with >= ENOUGH && count(&How::WithoutRole) <= 1);
        match hangs.on {
            On::Role(enough) => self.by_role(hangs, enough, &How::Changed),
            // Where putting rows in takes a role, taking them out does, whoever changes how many there are.
            On::RoleToTake => self.by_role(hangs, 1, &How::PutOrTaken),
            On::RoleBeside => with_role().map(|with| format!(" The other {with} handlers in this file ask for a role first.")),
            On::WriterBeside => with_role().map(|with| format!(" The other {with} handlers in this file that change something ask for a role first.")),
            On::RoleHere => said(
                count(&How::ChangedByRole) >= 1 && count(&How::Changed) <= 1,
                " The other handler in this file that changes these rows asks for a role first.",
            ),
            On::OnPage => said(self.is_shown_by_role(&hangs.table), " The page that it belongs to is shown only to people with a role."),
            On::AskedBySomebody => said(count(&How::BySomebody) > 0, " Elsewhere in this project the same is asked for only by somebody who is signed in."),
            On::ChangedBySecret => {
                said(count(&How::BySecret) > 0, " Another handler changes these rows only for whoever knows the secret that is kept with them.")
            }
            On::HoldsSecret => {
                let secret = self.column(&hangs.table, |how| if let How::Holds(column) = how { Some(column) } else { None })?;
                Some(format!(" Elsewhere a password or a key is held against their `{secret}`."))
            }
            On::TiedByRole => {
                let column = self.column(&hangs.table, |how| if let How::TiedByRole(column) = how { Some(column) } else { None })?;
                Some(format!(" Elsewhere whoever has this role changes these rows only where `{column}` is that of their own group."))
            }
            On::ParentTied if !self.is_tied_when_read(&hangs.table) || !self.is_seen_by_nobody_else(hangs) => None,
            On::TiedWhenChanged | On::TiedWhenTaken | On::TiedWhenRead | On::TiedToTaker | On::ParentTied => self.tied(hangs),
            On::NotShared => None,
        }
    }

    /// Others do it with a role, and besides what is told of nobody `without` does.
    fn by_role(&self, hangs: &Hangs, enough: usize, without: &How) -> Option<String> {
        let by_role = self.count(&hangs.table, &How::ChangedByRole);
        (by_role >= enough && self.count(&hangs.table, without) <= 1).then(|| match by_role {
            1 => " The other handler that changes these rows asks for a role first.".to_owned(),
            _ => format!(" The {by_role} other handlers that change these rows ask for a role first."),
        })
    }

    /// Others tie the rows to the caller.
    fn tied(&self, hangs: &Hangs) -> Option<String> {
        // One that changes them only for the caller, by a column that is called like an owner, says enough of who may change them.
        let is_owner = |column: &Name| {
            let last = Name::from(column.rsplit('.').next().unwrap_or_default());
            matches!(guess_owner(&last), Some(OwnerKind::Owner | OwnerKind::Tenant)) || self.names_people(&last)
        };
        let is_any = |column: &Column<'_>, how: fn(Name) -> How| column.names.iter().any(|name| self.count(&hangs.table, &how((*name).clone())) > 0);
        let is_enough = |column: &Column<'_>, count: usize| {
            count >= ENOUGH
                || hangs.on == On::TiedWhenChanged && column.is_any(is_owner) && is_any(column, How::TiedWhenChanged)
                || hangs.on == On::ParentTied && is_any(column, How::Tied)
                // Where files are kept under keys that hold somebody's id, each key is somebody's.
                || is_files(&hangs.table)
                // Nobody takes away, or changes, what others may not even see.
                || hangs.on == On::TiedWhenTaken && (is_any(column, How::TiedWhenChanged) || is_any(column, How::Tied))
                || hangs.on == On::TiedWhenChanged && is_any(column, How::Tied) && self.is_seen_by_nobody_else(hangs)
        };
        let (column, count) = self.owner(&hangs.table).filter(|(column, count)| is_enough(column, *count))?;
        if hangs.on == On::TiedToTaker && !column.is_any(|name| says_taker(name)) && !column.is_any(is_owner) {
            return None;
        }
        let is_changed = is_any(&column, How::TiedWhenChanged);
        let column = column.name();
        // Rows that another handler hands out, too, are meant to be read.
        let in_part = if hangs.in_part { self.count(&hangs.table, &How::ReadInPart) } else { 0 };
        let is_handed_out = !is_files(&hangs.table)
            && matches!(hangs.on, On::TiedWhenRead | On::TiedToTaker)
            && (self.count(&hangs.table, &How::Read) + in_part > 1 || !self.is_tied_when_read(&hangs.table));
        (!is_handed_out).then(|| match hangs.on {
            _ if is_files(&hangs.table) => " Elsewhere files are kept under keys that hold the id of whoever is signed in.".to_owned(),
            On::ParentTied if count == 1 => format!(" Another handler asks for rows of {} only by the caller's `{column}`.", hangs.table),
            On::ParentTied => format!(" {count} other handlers ask for rows of {} only by the caller's `{column}`.", hangs.table),
            On::TiedWhenTaken if count == 1 => format!(" Elsewhere these rows are asked for only where `{column}` is the caller's."),
            _ if count == 1 && !is_changed => format!(" Elsewhere these rows are shown only where `{column}` is the caller's."),
            _ if count == 1 => format!(" Elsewhere these rows are changed only where `{column}` is the caller's."),
            _ => format!(" {count} other handlers tie `{column}` of these rows to the caller."),
        })
    }

    /// The first column of which something was seen.
    fn column<'u>(&'u self, table: &Name, of: impl Fn(&'u How) -> Option<&'u Name>) -> Option<&'u Name> {
        self.tables.get(table)?.keys().filter_map(of).min()
    }

    /// The columns by which most handlers tie the rows to the caller, and how many do.
    fn owner(&self, table: &Name) -> Option<(Column<'_>, usize)> {
        let mut columns: FxHashMap<String, (Column<'_>, usize)> = FxHashMap::default();
        for (how, count) in self.tables.get(table)? {
            if let How::Tied(column) | How::TiedWhenChanged(column) | How::Made(column) = how {
                let (known, all) = columns.entry(stem(column)).or_default();
                known.names.push(column);
                *all += count;
            }
        }
        let (column, count) = columns.into_iter().max_by(|a, b| a.1.1.cmp(&b.1.1).then_with(|| b.0.cmp(&a.0)))?.1;
        Some((column, count))
    }

    /// `pilot_id`, where people are kept in `pilots`.
    fn names_people(&self, column: &Name) -> bool {
        let named = snake(column);
        let Some(stem) = named.strip_suffix("_id") else { return false };
        self.tables.iter().any(|(table, how)| how.contains_key(&How::KeptThere) && snake(table) == stem)
    }

    /// A page that asks for a role before it shows anything, or that stands in a frame which does.
    fn is_shown_by_role(&self, page: &Name) -> bool {
        let asks = |table: &Name| self.count(table, &How::WithRole) > 0 && self.count(table, &How::WithoutRole) == 0;
        let path = path_of(page);
        let above = path.match_indices('/').map(|(at, _)| &path[..at]).chain([path]);
        asks(page) || above.into_iter().any(|path| asks(&frame_at(path)))
    }
}

/// A column, by the names under which it is asked for: `owner`, `ownerId`, `owner.id`.
#[derive(Default)]
struct Column<'u> {
    names: Vec<&'u Name>,
}

impl<'u> Column<'u> {
    /// The shortest, which says enough.
    fn name(&self) -> &'u str {
        self.names.iter().min_by_key(|name| (name.len(), name.as_str())).map_or("", |name| name.as_str())
    }

    fn is_any(&self, is: impl Fn(&Name) -> bool) -> bool {
        self.names.iter().any(|name| is(name))
    }
}

/// What a column, or the way to a column of a row above, begins with, without what says that it is a key.
fn stem(column: &str) -> String {
    let first = snake(column.split('.').next().unwrap_or_default());
    first.strip_suffix("_id").unwrap_or(&first).to_owned()
}

/// The path of a page, as `page_at` names it.
fn path_of(page: &str) -> &str {
    page.strip_prefix("page ").unwrap_or_default()
}

/// What lies in a bucket under keys.
fn is_files(table: &Name) -> bool {
    table.eq_ignore_ascii_case("stored file") || table == "StoredFile"
}
