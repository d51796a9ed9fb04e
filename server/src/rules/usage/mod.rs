//! What the handlers of a project do with the rows of a table: which column they tie to the caller, and whether changing them takes a
//! role. Where no schema says whose rows these are, the code that asks does; and the one handler that does not ask was forgotten.

mod of_walk;

pub use of_walk::{names_caller, of_walk, picks, takes_for_caller};

use rustc_hash::FxHashMap;

use super::Confidence;
use super::ownership::title;
use super::raw::Raw;
use crate::facts::names::says_taker;
use crate::facts::schema::{OwnerKind, Schema, guess_owner};
use crate::text::{FileId, Name};

/// What one handler does with the rows of one table.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Use {
    table: Name,
    how: How,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum How {
    /// Read by this column, which is the caller's or the caller's group's,
    Tied(Name),
    /// or changed by it.
    TiedWhenChanged(Name),
    /// Made with this column the caller's.
    Made(Name),
    /// Read by somebody who need not stand above others, whosever rows they are,
    Read,
    /// or some of their columns: a public page shows where a parcel is, and not to whom it goes.
    ReadInPart,
    /// All of them.
    Listed,
    /// Changed by somebody with a role, where this column is that of their own group.
    TiedByRole(Name),
    /// Changed by somebody who was shown to have a role,
    ChangedByRole,
    /// or by anybody.
    Changed,
    /// Put in or taken out by anybody.
    PutOrTaken,
    /// Set in motion by somebody who is signed in.
    BySomebody,
    /// Changed by whoever knows the secret that is kept with it.
    BySecret,
    /// This column of theirs is compared with a secret that somebody knows.
    Holds(Name),
    /// A row of it is found by the id of whoever is signed in: they are kept there.
    KeptThere,
    /// Of the handlers of a file: it does nothing without a role,
    WithRole,
    /// or asks for none.
    WithoutRole,
}

/// What a finding depends on besides its own walk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hangs {
    pub table: Name,
    pub on: On,
    /// If they do not show it, it is possible all the same.
    pub or_possible: bool,
    /// The table of the rows that these lie below, if they were found by such a row: whose those are, these are.
    pub above: Option<Name>,
    /// What else would show it.
    pub or: Vec<(Name, On)>,
    /// The handler shows the rows that it changes, too.
    pub reads_itself: bool,
    /// It asks for some of their columns only.
    pub in_part: bool,
}

impl Hangs {
    pub fn new(table: Name, on: On) -> Hangs {
        Hangs { table, on, or_possible: false, above: None, or: Vec::new(), reads_itself: false, in_part: false }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum On {
    /// Others change its rows only for the caller.
    TiedWhenChanged,
    /// Others change or read its rows only for the caller; these are taken away.
    TiedWhenTaken,
    /// Others read its rows only for the caller.
    TiedWhenRead,
    /// The same of something that is called as if it were everybody's: others read it only for whoever takes part in it.
    TiedToTaker,
    /// Others change its rows with a role only in the group of whoever has it.
    TiedByRole,
    /// At least so many others change its rows, all of them with a role.
    Role(usize),
    /// The same, of taking them out.
    RoleToTake,
    /// No other lists the rows of all: who put something up for everybody does not own it.
    NotShared,
    /// Others read the rows that it is put below only for the caller, and none hands them to anybody.
    ParentTied,
    /// Others ask for the same only for somebody who is signed in.
    AskedBySomebody,
    /// Others change its rows only for whoever knows the secret in them.
    ChangedBySecret,
    /// Others look at a secret in its rows.
    HoldsSecret,
    /// All others of its file ask for a role.
    RoleBeside,
    /// All others of its file that change something ask for a role.
    WriterBeside,
    /// Another of its file puts in or changes these rows with a role, and none without one.
    RoleHere,
    /// The page that it belongs to, or one of the frames around that, is shown only to people with a role.
    OnPage,
}

/// The name by which a table is counted.
pub fn table(schema: &Schema, model: &Name) -> Name {
    schema.model(model).map_or_else(|| Name::from(title(model)), |known| Name::from(title(&known.name)))
}

/// The name under which the handlers of a file are counted.
pub fn handlers_of(file: &FileId) -> Name {
    Name::from(format!("handlers of {file}"))
}

/// The same, of those that change something.
pub fn writers_of(file: &FileId) -> Name {
    Name::from(format!("writers of {file}"))
}

/// The name under which it is counted what a file does to the rows of a table.
pub fn rows_in(table: &Name, file: &FileId) -> Name {
    Name::from(format!("{table} in {file}"))
}

/// The name under which it is counted to whom the page of a path is shown.
pub fn page_at(path: &str) -> Name {
    Name::from(format!("page {}", path.trim_end_matches('/')))
}

/// The same of what stands around the pages below a path.
pub fn frame_at(path: &str) -> Name {
    Name::from(format!("frame {}", path.trim_end_matches('/')))
}

/// The name under which it is counted what costs money.
pub fn costing(kind: &Name) -> Name {
    Name::from(format!("costs {kind}"))
}

/// The uses of all handlers, counted.
#[derive(Default, Debug)]
pub struct Usage {
    tables: FxHashMap<Name, FxHashMap<How, usize>>,
}

impl Usage {
    pub fn add(&mut self, uses: &[Use]) {
        for used in uses {
            *self.tables.entry(used.table.clone()).or_default().entry(used.how.clone()).or_default() += 1;
        }
    }

    pub fn forget(&mut self, uses: &[Use]) {
        for used in uses {
            let Some(table) = self.tables.get_mut(&used.table) else { continue };
            if let Some(count) = table.get_mut(&used.how) {
                *count -= 1;
                if *count == 0 {
                    table.remove(&used.how);
                }
            }
            if table.is_empty() {
                self.tables.remove(&used.table);
            }
        }
    }

    fn count(&self, table: &Name, how: &How) -> usize {
        self.tables.get(table).and_then(|table| table.get(how)).copied().unwrap_or_default()
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

    /// Nobody reads these rows for the caller only, and some read all of them, or any.
    fn is_shared(&self, table: &Name) -> bool {
        self.count(table, &How::Listed) > 0 || !self.is_tied_when_read(table) && self.count(table, &How::Read) > 1
    }

    /// No other handler shows all of these rows, or any that somebody asks for.
    fn is_seen_by_nobody_else(&self, hangs: &Hangs) -> bool {
        self.count(&hangs.table, &How::Listed) == 0 && self.count(&hangs.table, &How::Read) <= usize::from(hangs.reads_itself)
    }

    /// Somebody reads them, and to nothing else than to read them, for the caller.
    fn is_tied_when_read(&self, table: &Name) -> bool {
        self.tables.get(table).is_some_and(|table| table.keys().any(|how| matches!(how, How::Tied(_))))
    }

    /// Is what the finding depends on so? Then it says so.
    pub fn settle(&self, raw: &mut Raw) -> bool {
        if std::mem::take(&mut raw.unless).into_iter().any(|(table, on)| self.shown(&Hangs::new(table, on)).is_some()) {
            return false;
        }
        let Some(hangs) = raw.hangs.take() else { return true };
        if hangs.on == On::NotShared {
            return !self.is_shared(&hangs.table);
        }
        let above = || {
            let table = hangs.above.clone()?;
            let said = self.shown(&Hangs::new(table.clone(), On::TiedWhenRead))?;
            Some(said.replace("these rows", &format!("the {table} that they belong to")))
        };
        let others = || hangs.or.iter().find_map(|(table, on)| self.shown(&Hangs::new(table.clone(), *on)));
        match self.shown(&hangs).or_else(above).or_else(others) {
            Some(said) => {
                raw.message.push_str(&said);
                raw.confidence = raw.confidence.min(Confidence::Likely);
                true
            }
            None => {
                raw.confidence = Confidence::Possible;
                hangs.or_possible
            }
        }
    }

    /// `pilot_id`, where people are kept in `pilots`.
    fn names_people(&self, column: &Name) -> bool {
        let named = crate::facts::schema::names::snake(column);
        let Some(stem) = named.strip_suffix("_id") else { return false };
        self.tables.iter().any(|(table, how)| how.contains_key(&How::KeptThere) && crate::facts::schema::names::snake(table) == stem)
    }

    /// A page that asks for a role before it shows anything, or that stands in a frame which does.
    fn is_shown_by_role(&self, page: &Name) -> bool {
        let asks = |table: &Name| self.count(table, &How::WithRole) > 0 && self.count(table, &How::WithoutRole) == 0;
        let path = path_of(page);
        let above = path.match_indices('/').map(|(at, _)| &path[..at]).chain([path]);
        asks(page) || above.into_iter().any(|path| asks(&frame_at(path)))
    }

    fn shown(&self, hangs: &Hangs) -> Option<String> {
        if let On::Role(_) | On::RoleToTake = hangs.on {
            let by_role = self.count(&hangs.table, &How::ChangedByRole);
            let is_usual = match hangs.on {
                On::Role(enough) => by_role >= enough && self.count(&hangs.table, &How::Changed) <= 1,
                // Where putting rows in takes a role, taking them out does, whoever changes how many there are.
                _ => by_role >= 1 && self.count(&hangs.table, &How::PutOrTaken) <= 1,
            };
            return is_usual.then(|| match by_role {
                1 => " The other handler that changes these rows asks for a role first.".to_owned(),
                _ => format!(" The {by_role} other handlers that change these rows ask for a role first."),
            });
        }
        if hangs.on == On::TiedByRole {
            let tied = self.tables.get(&hangs.table).into_iter().flat_map(|table| table.keys());
            let column = tied.filter_map(|how| if let How::TiedByRole(column) = how { Some(column) } else { None }).min()?;
            return Some(format!(" Elsewhere whoever has this role changes these rows only where `{column}` is that of their own group."));
        }
        if hangs.on == On::RoleBeside {
            let (with, without) = (self.count(&hangs.table, &How::WithRole), self.count(&hangs.table, &How::WithoutRole));
            return (with >= ENOUGH && without <= 1).then(|| format!(" The other {with} handlers in this file ask for a role first."));
        }
        if hangs.on == On::WriterBeside {
            let (with, without) = (self.count(&hangs.table, &How::WithRole), self.count(&hangs.table, &How::WithoutRole));
            return (with >= ENOUGH && without <= 1).then(|| format!(" The other {with} handlers in this file that change something ask for a role first."));
        }
        if hangs.on == On::RoleHere {
            let (with, without) = (self.count(&hangs.table, &How::ChangedByRole), self.count(&hangs.table, &How::Changed));
            return (with >= 1 && without <= 1).then(|| " The other handler in this file that changes these rows asks for a role first.".to_owned());
        }
        if hangs.on == On::OnPage {
            return self.is_shown_by_role(&hangs.table).then(|| " The page that it belongs to is shown only to people with a role.".to_owned());
        }
        if hangs.on == On::AskedBySomebody {
            return (self.count(&hangs.table, &How::BySomebody) > 0)
                .then(|| " Elsewhere in this project the same is asked for only by somebody who is signed in.".to_owned());
        }
        if hangs.on == On::ChangedBySecret {
            return (self.count(&hangs.table, &How::BySecret) > 0)
                .then(|| " Another handler changes these rows only for whoever knows the secret that is kept with them.".to_owned());
        }
        if hangs.on == On::HoldsSecret {
            let columns = self.tables.get(&hangs.table).into_iter().flat_map(|table| table.keys());
            let secret = columns.filter_map(|how| if let How::Holds(column) = how { Some(column) } else { None }).min()?;
            return Some(format!(" Elsewhere a password or a key is held against their `{secret}`."));
        }
        if hangs.on == On::ParentTied && (!self.is_tied_when_read(&hangs.table) || !self.is_seen_by_nobody_else(hangs)) {
            return None;
        }
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
    let first = crate::facts::schema::names::snake(column.split('.').next().unwrap_or_default());
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

/// So many handlers show what is meant.
pub const ENOUGH: usize = 2;
