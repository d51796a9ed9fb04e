//! What the engine believes, for a person to check at a glance; for programs it is the same structure as JSON.

use super::paint::{Style, Tone, harmless};
use super::redact::Redactor;
use crate::project::facts::Beliefs;
use crate::project::facts::beliefs::{At, Holding, OfAccess, OfAllow, OfArea, OfEvent, OfFile, OfFilter, OfModel, OfValue, OfWalk};

/// So many names of the signed-in user are told; the JSON has all.
const MOST_USERS: usize = 3;

/// Without known secrets: names and paths of a project may hold one, too.
pub fn json(beliefs: &Beliefs, redactor: &Redactor) -> String {
    let mut value = serde_json::to_value(beliefs).unwrap_or_default();
    mask(&mut value, redactor);
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

pub(super) fn mask(value: &mut serde_json::Value, redactor: &Redactor) {
    match value {
        serde_json::Value::String(text) if redactor.is_leak(text) => *text = redactor.clean(text).into_owned(),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| mask(item, redactor)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| mask(field, redactor)),
        _ => {}
    }
}

pub fn text(beliefs: &Beliefs, redactor: &Redactor, style: Style) -> String {
    let mut page = Page { out: String::new(), style, file: "" };
    for file in &beliefs.files {
        page.file(file);
    }
    if !beliefs.models.is_empty() {
        page.line(0, &style.paint(Tone::Strong, "Models"));
        beliefs.models.iter().for_each(|model| page.model(model));
    }
    beliefs.setup.iter().for_each(|setup| page.setup(setup));
    page.packages(&beliefs.packages);
    redactor.clean(&page.out).into_owned()
}

pub(super) struct Page<'b> {
    out: String,
    pub(super) style: Style,
    /// The file that lines without a name are of.
    pub(super) file: &'b str,
}

impl<'b> Page<'b> {
    pub(super) fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// A word in a column of its own, then what is to be said of it, one line each.
    pub(super) fn column(&mut self, depth: usize, word: &str, said: impl IntoIterator<Item = String>) {
        for (i, text) in said.into_iter().enumerate() {
            let word = self.style.paint(Tone::Faint, &format!("{:<7}", if i == 0 { word } else { "" }));
            self.line(depth, &format!("{word} {}", harmless(&text)));
        }
    }

    pub(super) fn at(&self, at: &At) -> String {
        if at.file == self.file { format!(":{}", at.line) } else { format!("{}:{}", at.file, at.line) }
    }

    fn file(&mut self, file: &'b OfFile) {
        self.file = &file.file;
        let name = self.style.paint(Tone::Heading, &harmless(&file.file));
        self.line(0, &format!("{name}  {}", file.surface));
        for walk in &file.walks {
            self.walk(walk);
        }
        file.access.iter().for_each(|area| self.area(area));
        for one in &file.unescaped {
            let what = self.style.paint(Tone::Look, "not escaped");
            self.line(1, &format!("{what}  {} ({}, in {})  {}", harmless(&one.expression), one.how, harmless(&one.template), self.at(&one.at)));
        }
        if file.walks.is_empty() && file.access.is_empty() && file.unescaped.is_empty() && file.not_understood.is_empty() {
            self.line(1, &self.style.paint(Tone::Faint, "nothing to tell"));
        }
        if !file.not_understood.is_empty() {
            self.line(1, &self.style.paint(Tone::Soon, "not understood"));
            for gap in &file.not_understood {
                let at = self.at(&gap.at);
                self.line(2, &format!("{at} {}: {}", gap.what, harmless(&gap.detail)));
            }
        }
        self.out.push('\n');
    }

    fn walk(&mut self, walk: &OfWalk) {
        let at = walk.at.as_ref().map(|at| self.at(at)).unwrap_or_default();
        match &walk.route {
            Some(route) => {
                let methods = if route.methods.is_empty() { "ANY".to_owned() } else { route.methods.join("|") };
                let title = self.style.paint(Tone::Strong, &harmless(&format!("{methods} {}", route.path.as_deref().unwrap_or("?"))));
                let adrift = if route.adrift { ", mounted nowhere" } else { "" };
                let authorizer = route.authorizer.map(|answer| format!(", authorizer {answer}")).unwrap_or_default();
                self.line(1, &format!("{title}  {}{adrift}{authorizer}  {at}", route.framework));
                let before: Vec<String> = route.before.iter().map(|link| format!("{} {}", link.name, self.at(&link.at))).collect();
                self.column(2, "before", before);
            }
            None if walk.kind == "function" => self.line(1, &format!("{}  {at}", self.style.paint(Tone::Strong, "a function"))),
            None => self.line(1, &format!("{}  {at}", self.style.paint(Tone::Strong, "top level"))),
        }
        let always = self.holding(&walk.always, &Holding::default());
        self.column(2, "always", always);
        for event in &walk.events {
            self.event(event, &walk.always);
        }
        if !walk.complete {
            self.line(2, &self.style.paint(Tone::Soon, "more was not seen: the bound was reached"));
        }
    }

    fn area(&mut self, area: &OfArea) {
        let path = self.style.paint(Tone::Strong, &harmless(&area.path));
        let validated = if area.validated { ", validated" } else { "" };
        self.line(1, &format!("{path}  {}{validated}  {}", area.store, self.at(&area.at)));
        // Operations that the same people may do stand together.
        let mut told: Vec<(Vec<&str>, String)> = Vec::new();
        for of in &area.who {
            let until = of.until.as_ref().map(|until| format!(" {until}")).unwrap_or_default();
            let by = of.opened_by.as_ref().map(|path| format!(", opened by {path}")).unwrap_or_default();
            let who = format!("{}{until}{by}", of.who.replace('-', " "));
            match told.iter_mut().find(|(_, known)| *known == who) {
                Some((operations, _)) => operations.push(of.operation),
                None => told.push((vec![of.operation], who)),
            }
        }
        self.column(2, "who", told.into_iter().map(|(operations, who)| format!("{}: {who}", operations.join(", "))));
        let allow = |allow: &OfAllow| format!("{}: {} {}", allow.operations.join(", "), allow.demand, self.at(&allow.at));
        let allows: Vec<String> = area.allows.iter().map(allow).collect();
        self.column(2, "allow", allows);
    }

    fn event(&mut self, event: &OfEvent, always: &Holding) {
        let at = self.at(event.at());
        let holds = match event {
            OfEvent::Access(access) => {
                self.access(access, &at);
                &access.holds
            }
            OfEvent::Sink { sink, client, value: of, guessed, holds, .. } => {
                self.line(2, &format!("{at} {} {client}{}", self.style.paint(Tone::Look, &format!("{sink} sink")), mark(*guessed)));
                self.column(3, "value", [value(of)]);
                holds
            }
            OfEvent::Leaves { way, value: of, holds, .. } => {
                self.line(2, &format!("{at} {way} {}", harmless(&value(of))));
                holds
            }
            OfEvent::Effect { effect, holds, .. } => {
                self.line(2, &format!("{at} effect {effect}"));
                holds
            }
            OfEvent::Registers { registers, framework, methods, path, .. } => {
                let text = format!("{at} registers {registers} {} {} {framework}", methods.join("|"), path.as_deref().unwrap_or("-"));
                self.line(2, &harmless(&text));
                return;
            }
        };
        let also = self.holding(holds, always);
        self.column(3, "holds", also);
    }

    fn access(&mut self, access: &OfAccess, at: &str) {
        let what = self.style.paint(Tone::Look, &format!("{} {}", access.operation, if access.model.is_empty() { "?" } else { &access.model }));
        let security = match (access.row_security, access.credential) {
            (true, "privileged") => ", above all policies",
            (true, _) => ", under policies",
            _ => "",
        };
        self.line(2, &format!("{at} {what} by {}{}{security}", access.client, mark(access.guessed)));
        self.column(3, "where", access.filter.iter().map(filter));
        self.column(3, "data", access.data.iter().map(value));
        let mut users: Vec<String> =
            access.callers.iter().take(MOST_USERS).map(|caller| format!("{}{}", caller.id, if caller.present { "" } else { " (may be missing)" })).collect();
        if access.callers.len() > MOST_USERS {
            users.push(format!("{} more", access.callers.len() - MOST_USERS));
        }
        self.column(3, "user", (!users.is_empty()).then(|| users.join(", ")));
    }

    /// What holds here and not `already`.
    fn holding(&self, holds: &Holding, already: &Holding) -> Vec<String> {
        let mut said = Vec::new();
        let principals: Vec<&str> = holds.principals.iter().filter(|principal| !already.principals.contains(principal)).map(String::as_str).collect();
        if !principals.is_empty() {
            said.push(format!("{} known", principals.join(", ")));
        }
        for guard in holds.guards.iter().filter(|guard| !already.guards.contains(guard)) {
            let at = guard.at.as_ref().map(|at| format!(" {}", self.at(at))).unwrap_or_default();
            said.push(format!("guard {} {}{}{at}", guard.kind, guard.name, mark(!guard.sure)));
        }
        said.extend(holds.facts.iter().filter(|fact| !already.facts.contains(fact)).cloned());
        said
    }

    fn model(&mut self, model: &OfModel) {
        self.file = "";
        let table = model.table.as_ref().filter(|table| **table != model.name).map(|table| format!(" ({table})")).unwrap_or_default();
        let marks: Vec<&str> = [(model.people, "people"), (model.group, "group"), (model.membership, "membership")]
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, mark)| mark)
            .collect();
        let unknown = if model.known { "" } else { ", by its name alone" };
        self.line(1, &format!("{}{table}  {}{unknown} {}", self.style.paint(Tone::Look, &harmless(&model.name)), model.privacy, marks.join(" ")));
        let owner = |owner: &crate::project::facts::beliefs::OfOwner| {
            format!("{} ({} of {}{})", owner.path, owner.kind, owner.of.as_deref().unwrap_or("?"), if owner.proven { "" } else { ", by name" })
        };
        self.column(2, "owners", model.owners.iter().map(owner));
        for (word, columns) in [("secret", &model.secret_columns), ("protect", &model.protected_columns)] {
            self.column(2, word, (!columns.is_empty()).then(|| columns.join(", ")));
        }
        let security = model.row_security.map(|on| format!("row-level security {}", if on { "on" } else { "off" }));
        let policies = (model.policies > 0).then(|| format!("{} policies", model.policies));
        self.column(2, "rls", security.into_iter().chain(policies));
        let sources: Vec<String> = model.sources.iter().map(|source| format!("{} {}", source.kind, self.at(&source.at))).collect();
        self.column(2, "from", sources);
    }
}

/// A question mark behind what is only guessed.
fn mark(guessed: bool) -> &'static str {
    if guessed { "?" } else { "" }
}

/// `request.params.id`, and where it comes from if its name does not say so.
pub fn value(value: &OfValue) -> String {
    let says = value.is.starts_with("request.") && value.from.len() == 1;
    if value.from.is_empty() || says { value.is.clone() } else { format!("{} <{}>", value.is, value.from.join(", ")) }
}

pub fn filter(of: &OfFilter) -> String {
    let list = |filters: &[OfFilter], word: &str| format!("({})", filters.iter().map(filter).collect::<Vec<_>>().join(word));
    match of {
        OfFilter::Term { column, op, value: of } => format!("{column} {op} {}", value(of)),
        OfFilter::All { all } => list(all, " and "),
        OfFilter::Any { any } => list(any, " or "),
        OfFilter::Not { not } => format!("not {}", filter(not)),
        OfFilter::Row { row } => format!("is {}", value(row)),
        OfFilter::Unreadable { unreadable } => format!("unreadable {}", value(unreadable)),
    }
}
