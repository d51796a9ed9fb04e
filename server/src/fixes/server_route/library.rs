//! `new OpenAI({ apiKey, dangerouslyAllowBrowser: true })` and the calls of what it makes: the route makes the client, and the page
//! sends it what it would have given the call.

use super::elsewhere::{self, Gone};
use super::key::{Constant, KeyIs, Sought, line_of, text_of, uses, whole_lines, without_gaps};
use super::scaffold::{Library, library, quoted};
use crate::facts::exposure::{EXPOSURE, Vendor};
use crate::fixes::TextEdit;
use crate::fixes::edits::Edits;
use crate::fixes::literal::Code;
use crate::fixes::stack;
use crate::model::{Arg, CallKind, Entry, ExprId, ExprKind, ImportName, Key, LetKind, PatternKind, Placed, Segment, StmtId, StmtKind};
use crate::project::Project;
use crate::text::{FileId, Name, Span, lines};

/// The calls that a page makes through the client of a vendor's library.
pub struct Calls {
    pub library: &'static Library,
    pub vendor: &'static Vendor,
    /// The import that the route needs.
    pub import: String,
    class: Name,
    /// What else the client is told, as code.
    options: String,
    /// `chat.completions.create`.
    pub method: String,
    /// The settings that every call names alike: the page does not choose them any more.
    pub settled: Vec<(Name, String)>,
    /// All that the calls name, where all name the same.
    pub fields: Option<Fields>,
    pages: Vec<Page>,
}

/// What changes in a file that uses the client.
struct Page {
    file: FileId,
    text: String,
    /// Each call, and what it is given.
    sites: Vec<(Span, Span)>,
    leaves: Vec<Span>,
    /// An import that brings one thing less.
    import: Option<TextEdit>,
    /// Nothing is left of it.
    is_emptied: bool,
}

impl Calls {
    /// The one client of the file that is given the key. `within`: what makes it holds this place.
    pub fn of(project: &Project, code: &Code<'_>, key: &KeyIs<'_>, within: Option<Span>) -> Option<Calls> {
        let constant = Constant::of(code, key);
        let mut found = None;
        for placed in &code.model.segments {
            for id in (0..placed.segment.exprs.len() as u32).map(ExprId) {
                let is_it = within.is_none_or(|within| placed.absolute(placed.segment[id].span).contains(within));
                let sought = Sought { code, placed, key, constant: constant.as_ref() };
                let Some(calls) = is_it.then(|| Calls::through(project, &sought, id)).flatten() else { continue };
                if found.replace(calls).is_some() {
                    return None;
                }
            }
        }
        found
    }

    fn through(project: &Project, sought: &Sought<'_>, made: ExprId) -> Option<Calls> {
        let (code, placed) = (sought.code, sought.placed);
        let segment = &placed.segment;
        let ExprKind::Call { callee, args, kind: CallKind::New, .. } = &segment[made].kind else { return None };
        let ExprKind::Name(class) = &segment[*callee].kind else { return None };
        let (package, imported) = imported(code, class)?;
        let library = library(&package)?;
        let Options { text: options, address, through } = Options::of(sought, library, args)?;
        let mut leaves = Vec::new();
        if through {
            leaves.push(sought.constant?.leaves?);
        }
        let holder = holder(code, placed, made);
        let users = match &holder {
            Some(holder) if holder.is_exported => elsewhere::users(project, &code.file, &holder.name)?,
            _ => Vec::new(),
        };
        let own: Vec<Site<'_>> = match &holder {
            Some(holder) => {
                leaves.push(holder.lines?);
                uses(code, &holder.name).map(|(placed, client)| Site::of(code, placed, client)).collect::<Option<_>>()?
            }
            None => vec![Site::of(code, placed, made)?],
        };
        let others = users.iter().map(|user| uses(&user.code, &user.local).map(|(placed, client)| Site::of(&user.code, placed, client)).collect());
        let others: Vec<Vec<Site<'_>>> = others.collect::<Option<_>>()?;
        let sites: Vec<&Site<'_>> = own.iter().chain(others.iter().flatten()).collect();
        let method = sites.first()?.method.clone();
        if !library.calls.contains(&method) || sites.iter().any(|site| site.method != method) {
            return None;
        }
        leaves.extend(import_that_leaves(code, class));
        let mut pages = vec![Page::new(code, &own, leaves, None)];
        for (user, sites) in users.iter().zip(&others) {
            let (leaves, import) = match &user.import {
                Gone::Lines(span) => (vec![*span], None),
                Gone::Names(edit) => (Vec::new(), Some(edit.clone())),
            };
            pages.push(Page::new(&user.code, sites, leaves, import));
        }
        Some(Calls {
            library,
            vendor: address.and_then(|address| EXPOSURE.vendor_of_address(&address)).or_else(|| EXPOSURE.vendor_of_package(&package))?,
            import: written(&imported, &package),
            class: class.clone(),
            options,
            method,
            settled: settled(&sites),
            fields: alike(&sites),
            pages,
        })
    }

    /// What makes the client in the route; `key` is what the key is called there.
    pub fn client_with(&self, key: &str) -> String {
        let key = self.library.key.as_ref().map_or_else(|| key.to_owned(), |option| format!("{option}: {key}"));
        match (&self.library.key, self.options.as_str()) {
            (Some(_), "") => format!("new {}({{ {key} }})", self.class),
            (Some(_), options) => format!("new {}({{ {key}, {options} }})", self.class),
            (None, "") => format!("new {}({key})", self.class),
            (None, options) => format!("new {}({key}, {{ {options} }})", self.class),
        }
    }

    /// Has something else in the place of each call, where all stand in one file.
    pub fn replace_in_one(&self, call: impl Fn(&str) -> String, edits: &mut Edits) -> Option<()> {
        let [page] = self.pages.as_slice() else { return None };
        page.sites.iter().for_each(|(span, given)| edits.replace(&page.file, *span, call(given.of(&page.text))));
        page.leaves.iter().for_each(|span| edits.replace(&page.file, *span, ""));
        Some(())
    }

    /// Asks the route at `address` instead.
    pub fn redirect(&self, address: &str, edits: &mut Edits) {
        for page in &self.pages {
            page.redirect(address, edits);
        }
    }
}

impl Page {
    fn new(code: &Code<'_>, sites: &[Site<'_>], leaves: Vec<Span>, import: Option<TextEdit>) -> Page {
        let leaves = without_gaps(&code.text, &leaves);
        let mut rest = 0;
        let mut is_emptied = import.is_none() && sites.is_empty();
        for leave in leaves.iter().chain([&Span::at(code.text.len() as u32)]) {
            is_emptied &= Span::new(rest, leave.start).of(&code.text).trim().is_empty();
            rest = leave.end;
        }
        let sites = sites.iter().map(|site| (site.span, site.given)).collect();
        Page { file: code.file.clone(), text: code.text.clone(), sites, leaves, import, is_emptied }
    }

    fn redirect(&self, address: &str, edits: &mut Edits) {
        for (call, given) in &self.sites {
            let (given, address) = (given.of(&self.text), quoted(address));
            let (end, indent) = (lines::line_end(&self.text), lines::indentation(&self.text, call.start));
            let asked = [
                format!("fetch({address}, {{"),
                "  method: \"POST\",".to_owned(),
                "  headers: { \"content-type\": \"application/json\" },".to_owned(),
                format!("  body: JSON.stringify({given}),"),
                "}).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`The server answered ${answer.status}`))))".to_owned(),
            ];
            let asked = asked.join(&format!("{end}{indent}"));
            edits.replace(&self.file, *call, asked);
        }
        self.leaves.iter().for_each(|span| edits.replace(&self.file, *span, ""));
        if let Some(import) = &self.import {
            edits.edit(&self.file, import.clone());
        }
        if self.is_emptied {
            // It stays a module, whoever still imports it for nothing.
            edits.insert(&self.file, self.text.len() as u32, "export {};\n");
        }
    }
}

/// What the client is told besides the key.
struct Options {
    text: String,
    /// Whom it asks, where that is said.
    address: Option<String>,
    /// The key is there by way of the constant.
    through: bool,
}

impl Options {
    /// What the class is given: the key among its options, or the key and then perhaps options.
    fn of(sought: &Sought<'_>, library: &Library, args: &[Arg]) -> Option<Options> {
        let (key, options) = match (&library.key, args) {
            (Some(_), [options]) => (None, Some(options.value)),
            (None, [key]) => (Some(key.value), None),
            (None, [key, options]) => (Some(key.value), Some(options.value)),
            _ => return None,
        };
        let mut through = key.map(|key| sought.is_key(key)).map_or(Some(None), |key| key.map(Some))?;
        let (mut others, mut address) = (Vec::new(), None);
        let segment = &sought.placed.segment;
        let entries = match options.map(|options| &segment[options].kind) {
            Some(ExprKind::Object(entries)) => entries.as_slice(),
            Some(_) => return None,
            None => &[],
        };
        for entry in entries {
            let Entry::Field { key: Key::Name(name), value, .. } = entry else { return None };
            if library.key.as_ref().is_some_and(|key| name == key) {
                through = Some(sought.is_key(*value)?);
            } else if !EXPOSURE.is_switch(name) {
                // What else is known there, a route may not have.
                others.push(format!("{name}: {}", plain(sought.code, sought.placed, *value)?));
            }
            if name == "baseURL" {
                address = text_of(segment, *value);
            }
        }
        Some(Options { text: others.join(", "), address, through: through? })
    }
}

/// A call, from the client to its closing bracket.
struct Site<'c> {
    code: &'c Code<'c>,
    placed: &'c Placed,
    span: Span,
    method: String,
    /// The object that it is given.
    object: ExprId,
    given: Span,
}

impl<'c> Site<'c> {
    fn of(code: &'c Code<'c>, placed: &'c Placed, client: ExprId) -> Option<Site<'c>> {
        let segment = &placed.segment;
        let (mut at, mut steps) = (client, Vec::new());
        while let Some((member, name)) = member_of(segment, at).filter(|_| steps.len() < 4) {
            steps.push(name.as_str());
            at = member;
        }
        let (call, args) = (0..segment.exprs.len() as u32).map(ExprId).find_map(|id| match &segment[id].kind {
            ExprKind::Call { callee, args, kind: CallKind::Plain, optional: false } if *callee == at => Some((id, args)),
            _ => None,
        })?;
        let [arg] = args.as_slice() else { return None };
        let ExprKind::Object(entries) = &segment[arg.value].kind else { return None };
        // What is answered piece by piece cannot be answered whole.
        let is_field = |entry: &Entry| matches!(entry, Entry::Field { key: Key::Name(name), .. } if name != "stream");
        let is_promise = member_of(segment, call).is_none_or(|(_, name)| matches!(name.as_str(), "then" | "catch" | "finally"));
        (!steps.is_empty() && entries.iter().all(is_field) && is_promise).then(|| Site {
            code,
            placed,
            span: placed.absolute(segment[call].span),
            method: steps.join("."),
            object: arg.value,
            given: placed.absolute(segment[arg.value].span),
        })
    }

    fn settings(&self) -> Vec<(Name, String)> {
        settings(self.code, self.placed, self.object)
    }
}

/// The fields of an object that say no more than what is asked: names of models, numbers, switches.
pub(super) fn settings(code: &Code<'_>, placed: &Placed, object: ExprId) -> Vec<(Name, String)> {
    let ExprKind::Object(entries) = &placed.segment[object].kind else { return Vec::new() };
    let setting = |entry: &Entry| match entry {
        Entry::Field { key: Key::Name(name), value, .. } if is_plain_name(name) => Some((name.clone(), plain(code, placed, *value)?)),
        _ => None,
    };
    entries.iter().filter_map(setting).collect()
}

/// What a page sends, by name, and whether it is a list.
pub type Fields = Vec<(Name, bool)>;

/// The fields of an object. `None` if there may be others.
pub(super) fn fields(placed: &Placed, object: ExprId) -> Option<Fields> {
    let ExprKind::Object(entries) = &placed.segment[object].kind else { return None };
    let field = |entry: &Entry| match entry {
        Entry::Field { key: Key::Name(name), value, .. } if is_plain_name(name) => {
            Some((name.clone(), matches!(placed.segment[*value].kind, ExprKind::Seq { .. })))
        }
        _ => None,
    };
    entries.iter().map(field).collect()
}

fn alike(sites: &[&Site<'_>]) -> Option<Fields> {
    let mut all = sites.iter().map(|site| fields(site.placed, site.object));
    let first = all.next()??;
    all.all(|fields| fields.as_ref() == Some(&first)).then_some(first)
}

/// The settings that all calls name, with the same value.
fn settled(sites: &[&Site<'_>]) -> Vec<(Name, String)> {
    let mut all = sites.iter().map(|site| site.settings());
    let mut settled = all.next().unwrap_or_default();
    for others in all {
        settled.retain(|setting| others.contains(setting));
    }
    settled
}

fn member_of(segment: &Segment, base: ExprId) -> Option<(ExprId, &Name)> {
    (0..segment.exprs.len() as u32).map(ExprId).find_map(|id| match &segment[id].kind {
        ExprKind::Member { base: of, name, .. } if *of == base => Some((id, name)),
        _ => None,
    })
}

/// A text, a number or a switch, as it is written.
fn plain(code: &Code<'_>, placed: &Placed, value: ExprId) -> Option<String> {
    let expr = &placed.segment[value];
    let written = placed.absolute(expr.span).of(&code.text);
    (matches!(expr.kind, ExprKind::Str(_) | ExprKind::Num(_) | ExprKind::Bool(_)) && !written.contains('\n')).then(|| written.to_owned())
}

fn is_plain_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic()) && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The constant that holds what is made.
struct Holder {
    name: Name,
    /// Its lines, if they can go.
    lines: Option<Span>,
    is_exported: bool,
}

fn holder(code: &Code<'_>, placed: &Placed, made: ExprId) -> Option<Holder> {
    let segment = &placed.segment;
    let stmts = || (0..segment.stmts.len() as u32).map(StmtId);
    stmts().find_map(|id| {
        let StmtKind::Let { pattern, value: Some(value), kind, .. } = &segment[id].kind else { return None };
        let PatternKind::Name(name) = &segment[*pattern].kind else { return None };
        let export = stmts().find(|outer| matches!(segment[*outer].kind, StmtKind::Export { stmt, .. } if stmt == id));
        let whole = placed.absolute(segment[export.unwrap_or(id)].span);
        let lines = (*kind == LetKind::Const).then(|| line_of(code, whole, placed.absolute(segment[made].span))).flatten();
        (*value == made).then(|| Holder { name: name.clone(), lines, is_exported: export.is_some() })
    })
}

/// The package that a name of the file comes from, and how.
fn imported(code: &Code<'_>, local: &Name) -> Option<(Name, ImportName)> {
    let is_it = |name: &&ImportName| name.local == *local && !name.type_only && name.imported != "*";
    stack::imports(code.model)
        .filter(|import| !import.type_only)
        .find_map(|import| import.names.iter().find(is_it).map(|name| (import.source.clone(), name.clone())))
}

fn written(name: &ImportName, package: &str) -> String {
    let names = match name.imported.as_str() {
        "default" => name.local.to_string(),
        imported if imported == name.local => format!("{{ {imported} }}"),
        imported => format!("{{ {imported} as {} }}", name.local),
    };
    format!("import {names} from {};\n", quoted(package))
}

/// The lines of the import, where nothing else needs it.
fn import_that_leaves(code: &Code<'_>, class: &Name) -> Option<Span> {
    let words = code.text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').filter(|word| *word == class.as_str()).count();
    if words != 2 {
        return None;
    }
    code.model.segments.iter().find_map(|placed| {
        placed.segment.body.iter().find_map(|id| {
            let stmt = &placed.segment[*id];
            let StmtKind::Import(import) = &stmt.kind else { return None };
            let span = placed.absolute(stmt.span);
            let is_it = matches!(import.names.as_slice(), [name] if name.local == *class);
            (is_it && lines::begins_line(&code.text, span.start)).then(|| whole_lines(&code.text, span))
        })
    })
}
