//! What is in a value that nobody should see: keys of the environment, and rows with private columns.

use super::variable::imported;
use super::whole;
use crate::facts::catalogue::BUILT_IN;
use crate::facts::check::{Root, Symbol};
use crate::facts::event::{Access, AccessId, Event};
use crate::facts::exposure::is_made_to_be_seen;
use crate::facts::private::{is_personal_column, is_private_column, is_private_variable};
use crate::facts::query::{Columns, Operation};
use crate::facts::schema::{Column, Model, NameClass, OwnerKind, Privacy, guess_owner, model_classes};
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Object, Piece, Value};
use crate::model::StmtKind;
use crate::rules::open::is_by_capability;
use crate::rules::open::known::nobody_is_known;
use crate::rules::open::office::is_contact;
use crate::rules::ownership::Tie;
use crate::rules::raw::RuleCx;
use crate::text::{FileId, Name};

pub(super) enum Leak {
    /// One variable.
    Variable(Name),
    /// All of them.
    Variables(Vec<Name>),
    Environment,
    /// Settings of the program as a whole, with these in them, as far as that is known.
    Settings(Vec<Name>),
    /// Whole rows with these columns.
    Rows {
        access: AccessId,
        columns: Vec<Name>,
    },
    /// Whole rows of a table that no schema knows.
    Unlisted {
        access: AccessId,
    },
    /// A whole person that comes along, in a project whose models are nowhere to be read. `sure`: the relation is called so.
    Person {
        access: AccessId,
        relation: Name,
        sure: bool,
    },
    /// One column by name.
    Column {
        access: AccessId,
        column: Name,
    },
}

/// What a secret is called where it was handed out; `data` and `value` say nothing.
fn name_of_kept(value: &Value) -> Name {
    let named = value.taint().iter().find(|origin| origin.part == Part::Vault && is_private_variable(&origin.name) | origin.name.contains("Secret"));
    named.map_or(Name::new_static("secret"), |origin| origin.name.clone())
}

struct Looking<'l, 'c> {
    cx: &'l RuleCx<'c>,
    leaks: &'l mut Vec<Leak>,
    /// Rows of which personal columns count as well.
    of_others: Option<AccessId>,
}

impl Looking<'_, '_> {
    /// `hidden`: what is put over the columns of a row that is spread.
    fn at(&mut self, value: &Value, hidden: &[Name], depth: u32) {
        if depth > 6 || self.leaks.len() >= 4 {
            return;
        }
        if let Some(symbol) = value.symbol()
            && self.named(value, symbol)
        {
            return;
        }
        match value.kind() {
            Kind::Row(row) | Kind::Rows(row) => self.rows(row.access, hidden),
            // An element shows what it picks; what it hands to the browser was looked at where it does.
            Kind::Object(object) if object.is_element() => {}
            Kind::Object(object) => self.object(object, hidden, depth),
            Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).for_each(|item| self.at(item, &[], depth + 1)),
            Kind::Union(alternatives) => alternatives.iter().for_each(|alternative| self.at(&alternative.value, hidden, depth + 1)),
            Kind::Promise(inner) => self.at(inner, hidden, depth + 1),
            Kind::Text(text) => text.pieces.iter().for_each(|piece| {
                if let Piece::Hole { value, .. } = piece {
                    self.at(value, &[], depth + 1);
                }
            }),
            // `dict(os.environ)`, `JSON.stringify(settings)`
            Kind::Library(library) => whole::within(library).iter().for_each(|value| self.at(value, &[], depth + 1)),
            // `NextResponse.json(body)`, returned: the call was looked at.
            _ => {}
        }
    }

    fn object(&mut self, object: &Object, hidden: &[Name], depth: u32) {
        for (at, (name, value)) in object.fields.iter().enumerate() {
            let is_overwritten = at < object.spread_at && object.rest.is_some();
            if !hidden.contains(name) && !is_overwritten {
                self.at(value, &[], depth + 1);
            }
        }
        if let Some(rest) = &object.rest {
            let over: Vec<Name> = object.fields.iter().skip(object.spread_at).map(|(name, _)| name.clone()).chain(hidden.iter().cloned()).collect();
            self.at(rest, &over, depth + 1);
        }
    }

    /// A value that is one thing of the environment or of a row. True if there is nothing more to see.
    fn named(&mut self, value: &Value, symbol: &Symbol) -> bool {
        match (&symbol.root, &*symbol.path) {
            (Root::Request(part), []) if part == "env" && matches!(value.kind(), Kind::Library(_)) => match imported(value) {
                Some(name) if is_private_variable(&name) => self.leaks.push(Leak::Variable(name)),
                Some(_) => {}
                None => self.leaks.push(Leak::Environment),
            },
            (Root::Request(part), []) if part == "settings" => match value.kind() {
                Kind::Instance(instance) => {
                    let secrets = whole::secrets_of(self.cx, instance);
                    if !secrets.is_empty() {
                        self.leaks.push(Leak::Settings(secrets));
                    }
                }
                _ => self.leaks.push(Leak::Settings(Vec::new())),
            },
            // All of what was kept as one secret, or a part of it that is one by its name.
            (Root::Request(part), way) if part == "vault" => {
                let is_it = matches!(value.kind(), Kind::Library(_) | Kind::Unknown);
                let name = match way {
                    [] => Some(name_of_kept(value)),
                    [.., last] => is_private_variable(last).then(|| last.clone()),
                };
                self.leaks.extend(name.filter(|_| is_it).map(Leak::Variable));
            }
            // What Nuxt hands to pages anyway.
            (Root::Request(part), [first, ..]) if part == "settings" && first == "public" => {}
            (Root::Request(part), [.., name]) if matches!(part.as_str(), "env" | "settings") => {
                // `Boolean(process.env.KEY)` tells only whether it is there.
                let is_it = matches!(value.kind(), Kind::Library(_) | Kind::Unknown) || part == "settings" && matches!(value.kind(), Kind::Str(_));
                if is_private_variable(name) && is_it {
                    self.leaks.push(Leak::Variable(name.clone()));
                }
            }
            (Root::Row(access), way) if !way.is_empty() && self.relation(*access, way) => {}
            (Root::Row(access), [column]) if matches!(value.kind(), Kind::Unknown) => {
                if is_private_column(column) {
                    self.leaks.push(Leak::Column { access: *access, column: column.clone() });
                }
            }
            _ => return false,
        }
        true
    }

    /// A row that came along with another, as a whole. True if it is one.
    fn relation(&mut self, access: AccessId, way: &[Name]) -> bool {
        let Some(found) = access_of(self.cx, access).filter(|found| Self::is_whole(found) && found.query.embedded.iter().any(|path| path == way)) else {
            return false;
        };
        let file = &found.site.item.file;
        if let Some(model) = self.cx.schema.model_near(&found.query.model, file) {
            let columns = self.embedded(model, way, found);
            if !columns.is_empty() {
                self.leaks.push(Leak::Rows { access, columns });
            }
        }
        true
    }

    fn rows(&mut self, access: AccessId, hidden: &[Name]) {
        let Some(found) = access_of(self.cx, access) else { return };
        let file = &found.site.item.file;
        let Some(model) = self.cx.schema.model_near(&found.query.model, file).filter(|model| !model.columns.is_empty()) else {
            let is_person = |path: &&Vec<Name>| path.last().is_some_and(|name| model_classes(name).has(NameClass::ModelOfPeople));
            let given = || found.query.embedded.iter().filter(|path| path.first().is_some_and(|first| !hidden.contains(first)));
            let person = given().find(is_person);
            if !Self::is_whole(found) {
                return;
            }
            // `student: true`: whoever a column of that name would say it is.
            let may_be_person = |path: &&Vec<Name>| path.last().is_some_and(|name| guess_owner(&format!("{name}_id")) == Some(OwnerKind::Owner));
            let named = person.or_else(|| given().find(may_be_person)).and_then(|path| path.last());
            match named {
                Some(relation) => self.leaks.push(Leak::Person { access, relation: relation.clone(), sure: person.is_some() }),
                None if hidden.is_empty() && found.query.columns == Some(Columns::Whole) => self.leaks.push(Leak::Unlisted { access }),
                None => {}
            }
            return;
        };
        let Some(chosen) = &found.query.columns else { return };
        if !matches!(chosen, Columns::Only(_)) && !Self::is_whole(found) {
            return;
        }
        let of_everybody = self.of_others == Some(access) || lists_people(self.cx, model, found);
        let named = |column: &Column| match chosen {
            Columns::Only(names) | Columns::Also(names) => names.contains(&column.name),
            _ => false,
        };
        let is_given = |column: &&Column| {
            let given = (chosen.give(&column.name) || chosen.give(&column.db_name)) && (!is_withheld(self.cx, column) || named(column));
            let is_private = is_private_column(&column.name) || of_everybody && is_personal_column(&column.name);
            given && is_near(model, column, file) && is_private && !hidden.contains(&column.name) && !hidden.contains(&column.db_name)
        };
        let mut columns: Vec<Name> = model.columns.iter().filter(is_given).map(|column| column.name.clone()).collect();
        for path in found.query.embedded.iter().filter(|path| path.first().is_some_and(|first| !hidden.contains(first))) {
            columns.extend(self.embedded(model, path, found));
        }
        if !columns.is_empty() {
            self.leaks.push(Leak::Rows { access, columns });
        }
    }

    /// The private columns of whole rows that come with a row, with the way to them.
    fn embedded(&self, model: &Model, path: &[Name], found: &Access) -> Vec<Name> {
        let file = &found.site.item.file;
        let mut at = model;
        for name in path {
            let next = at.relations.iter().find(|relation| relation.name == *name).and_then(|relation| self.cx.schema.get(&relation.model));
            let Some(next) = next else { return Vec::new() };
            at = next;
        }
        let way = path.iter().map(Name::as_str).collect::<Vec<_>>().join(".");
        let is_told_strangers = |column: &Column| at.is_principal && is_contact(&column.name) && is_for_strangers(self.cx, found);
        at.columns
            .iter()
            .filter(|column| (is_private_column(&column.name) || is_told_strangers(column)) && !is_withheld(self.cx, column) && is_near(at, column, file))
            .map(|column| Name::from(format!("{way}.{}", column.name)))
            .collect()
    }

    /// Rows of this client are sent with all their columns: no class of theirs hides some.
    fn is_whole(access: &Access) -> bool {
        BUILT_IN.client(&access.query.client).is_some_and(|client| client.plain_rows)
    }
}

/// Nobody has to be signed in, and no secret has to be known, to be given these rows.
fn is_for_strangers(cx: &RuleCx<'_>, access: &Access) -> bool {
    let judge = &cx.judge;
    let is_chosen = matches!(judge.tie(access), Tie::List | Tie::Client(_)) && !is_by_capability(access, cx.schema.model(&access.query.model));
    cx.walk.route.is_some() && is_chosen && nobody_is_known(cx.walk, judge, &access.facts, usize::MAX)
}

/// Not given unless it is asked for by name, or left out when it is sent.
fn is_withheld(cx: &RuleCx<'_>, column: &Column) -> bool {
    column.withheld || column.excluded && leaves_out(cx)
}

/// Does something look at `@Exclude()`? Nest does only where the interceptor for it is bound.
fn leaves_out(cx: &RuleCx<'_>) -> bool {
    const SERIALIZES: [&str; 4] = ["ClassSerializerInterceptor", "instanceToPlain", "classToPlain", "instanceToInstance"];
    let is_nest = cx.walk.route.as_ref().is_some_and(|route| route.framework == "nest");
    let modules = cx.project.files().filter_map(|(_, known)| known.module.as_ref());
    let mut imported = modules.flat_map(|module| &module.model.segments).flat_map(|placed| &placed.segment.stmts).filter_map(|stmt| match &stmt.kind {
        StmtKind::Import(import) => Some(import),
        _ => None,
    });
    !is_nest || imported.any(|import| import.names.iter().any(|name| SERIALIZES.contains(&name.imported.as_str())))
}

/// A list of other people, for somebody who is nobody special.
fn lists_people(cx: &RuleCx<'_>, model: &Model, access: &Access) -> bool {
    let judge = &cx.judge;
    model.privacy() == Privacy::Principal
        && access.query.operation == Operation::ReadMany
        && judge.tie(access) == Tie::List
        && !(judge.is_machine(&access.facts) || judge.is_elevated(&access.facts) || judge.is_delegated(&access.facts))
}

/// Several programs of one workspace may call a model alike: the columns that are written down closest to the code are its own.
fn is_near(model: &Model, column: &Column, file: &FileId) -> bool {
    let shared = |other: &FileId| other.as_str().split('/').zip(file.as_str().split('/')).take_while(|(a, b)| a == b).count();
    let best = model.columns.iter().map(|column| shared(&column.site.file)).max();
    Some(shared(&column.site.file)) == best
}

/// All variables that one value gives away are told at once. What is made to be seen is none.
pub(super) fn together(leaks: Vec<Leak>) -> Vec<Leak> {
    let mut names: Vec<Name> = Vec::new();
    let mut others = Vec::new();
    for leak in leaks {
        match leak {
            Leak::Variable(name) if is_made_to_be_seen(&name) || names.contains(&name) => {}
            Leak::Variable(name) => names.push(name),
            leak => others.push(leak),
        }
    }
    if !names.is_empty() {
        others.insert(0, Leak::Variables(names));
    }
    others
}

pub(super) fn leaks_of(cx: &RuleCx<'_>, value: &Value) -> Vec<Leak> {
    let mut leaks = Vec::new();
    Looking { cx, leaks: &mut leaks, of_others: None }.at(value, &[], 0);
    leaks
}

/// The columns of these rows in a value that others than the person have no business with.
pub(super) fn personal_columns(cx: &RuleCx<'_>, value: &Value, of: AccessId) -> Vec<Name> {
    let mut leaks = Vec::new();
    Looking { cx, leaks: &mut leaks, of_others: Some(of) }.at(value, &[], 0);
    let of_rows = leaks.into_iter().flat_map(|leak| match leak {
        Leak::Rows { access, columns } if access == of => columns,
        _ => Vec::new(),
    });
    of_rows.filter(|column| is_personal_column(column)).collect()
}

pub(super) fn access_of<'w>(cx: &RuleCx<'w>, id: AccessId) -> Option<&'w Access> {
    cx.walk.events.iter().find_map(|event| match event {
        Event::Access(access) if access.id == id => Some(access),
        _ => None,
    })
}
