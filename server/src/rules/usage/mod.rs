//! What the handlers of a project do with the rows of a table: which column they tie to the caller, and whether changing them takes a
//! role. Where no schema says whose rows these are, the code that asks does; and the one handler that does not ask was forgotten.

mod of_walk;
mod shown;

pub use of_walk::{names_caller, of_walk, picks, takes_for_caller};

use rustc_hash::FxHashMap;

use super::Confidence;
use super::ownership::title;
use super::raw::Raw;
use crate::facts::schema::Schema;
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
}

/// So many handlers show what is meant.
pub const ENOUGH: usize = 2;
