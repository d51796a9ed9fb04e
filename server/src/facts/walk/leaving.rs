//! Values that leave the code that can be read: returned, rendered, handed to somebody else.

use rustc_hash::FxHashSet;

use super::Walker;
use crate::facts::catalogue::Entry;
use crate::facts::check::{Fact, Facts, Guard, GuardKind, Root, Symbol};
use crate::facts::event::{Event, Use, UseKind};
use crate::facts::place::{ItemKey, Site};
use crate::facts::scope::DIRECTIVES;
use crate::facts::value::{Argument, Kind, Piece, Value};
use crate::model::{ExprId, ExprKind, PatternId, PatternKind, StmtKind};
use crate::text::{Name, Span};

impl Walker<'_> {
    /// What a handler gives back is what the caller sees.
    pub fn returned(&mut self, value: &Value, item: &ItemKey, span: Span) {
        let facts = self.facts.clone();
        let site = Site { item: item.clone(), span };
        let value = &self.opened(value);
        match value.kind() {
            Kind::Union(alternatives) => {
                for alternative in alternatives.iter() {
                    let facts = facts.and(&alternative.facts);
                    self.events.push(Event::Use(Use { value: alternative.value.clone(), kind: UseKind::Return, site: site.clone(), facts }));
                }
            }
            _ => self.events.push(Event::Use(Use { value: value.clone(), kind: UseKind::Return, site, facts })),
        }
    }

    /// Rows among the arguments leave the code that can be read; and who gets the signed-in user may decide by it.
    pub(super) fn handed(&mut self, args: &[Argument], span: Span) {
        let site = self.site(span);
        for arg in args {
            if holds(&arg.value, &|symbol| matches!(symbol.root, Root::Row(_) | Root::Principal), 0) || carries_rows(&arg.value, 0) {
                let facts = self.facts.clone();
                self.events.push(Event::Use(Use { value: arg.value.clone(), kind: UseKind::Handed, site: site.clone(), facts }));
            }
        }
    }
}

impl<'w> Walker<'w> {
    /// A JSX element: what is shown reaches the visitor.
    pub(super) fn rendered(&mut self, element: &Name, props: &Value, children: &[Value], span: Span) {
        let site = self.site(span);
        let facts = self.facts.clone();
        // What a component makes of what it gets is seen where that is.
        let is_written_out = element.is_empty() || element.starts_with(|c: char| c.is_ascii_lowercase()) || writes_out(props);
        for value in children.iter().chain([props]) {
            let has_rows = carries_rows(value, 0) || holds(value, &|symbol| matches!(symbol.root, Root::Row(_)), 0);
            if has_rows {
                self.events.push(Event::Use(Use { value: value.clone(), kind: UseKind::Shown, site: site.clone(), facts: facts.clone() }));
            }
            if is_written_out && speaks_of_environment(value, 0) {
                self.events.push(Event::Use(Use { value: value.clone(), kind: UseKind::Written, site: site.clone(), facts: facts.clone() }));
            }
        }
    }
}

impl Walker<'_> {
    /// What a component of the browser is given travels in the page.
    pub(super) fn passed_to_browser(&mut self, component: &Name, props: &Value, span: Span) {
        let is_component = component.starts_with(|c: char| c.is_ascii_uppercase()) && !component.contains('.');
        let Kind::Object(given) = props.kind() else { return };
        if !is_component || given.fields.is_empty() && given.rest.is_none() {
            return;
        }
        let function = self.name(component);
        let Kind::Function(closure) = function.kind() else { return };
        let file = closure.item.file.clone();
        if file == self.frame().item.file {
            return;
        }
        self.reads.names.insert((file.clone(), Name::new_static(DIRECTIVES)));
        let is_browser = self.world.module(&file).is_some_and(|module| module.model.directives.iter().any(|directive| directive == "use client"));
        if is_browser {
            let (site, facts) = (self.site(span), self.facts.clone());
            let value = self.opened(props);
            self.events.push(Event::Use(Use { value, kind: UseKind::Passed, site, facts }));
        }
    }
}

/// Something of the environment is in it, or was put into a text of it.
pub(super) fn speaks_of_environment(value: &Value, depth: u32) -> bool {
    if depth > 8 {
        return false;
    }
    match value.kind() {
        _ if value.symbol().is_some_and(Symbol::is_of_environment) => true,
        // The elements in it were looked at where they stand.
        Kind::Object(object) if object.is_element() => false,
        Kind::Object(object) => object.fields.iter().map(|(_, field)| field).chain(&object.rest).any(|field| speaks_of_environment(field, depth + 1)),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).any(|item| speaks_of_environment(item, depth + 1)),
        Kind::Union(alternatives) => alternatives.iter().any(|one| speaks_of_environment(&one.value, depth + 1)),
        Kind::Text(text) => text.pieces.iter().any(|piece| matches!(piece, Piece::Hole { value, .. } if speaks_of_environment(value, depth + 1))),
        Kind::Library(library) if library.step == "()" => library.args.iter().any(|arg| speaks_of_environment(&arg.value, depth + 1)),
        _ => false,
    }
}

/// It is given markup, which a component writes out as well.
fn writes_out(props: &Value) -> bool {
    matches!(props.kind(), Kind::Object(object) if object.get("dangerouslySetInnerHTML").0.is_some())
}

impl Walker<'_> {
    /// `requireUser();` without `await`: whatever it refuses, what comes next is done. What fails in the background for
    /// other reasons (`refresh().catch(() => {})`) is no check of anybody.
    pub(super) fn not_waited_for(&mut self, before: Facts) {
        let is_check = self.facts.since(&before).iter().any(|fact| is_about_caller(fact, 0));
        self.facts = before;
        if is_check {
            self.facts.add(Fact::Guard(Guard { kind: GuardKind::Unawaited, sure: true, name: Name::default(), site: None }));
        }
    }

    /// `const staff = requireStaff(); if (!staff) return;`: what goes by this name is asked whether it is there, and waited for nowhere.
    pub(super) fn is_only_looked_at(&self, pattern: PatternId) -> bool {
        let segment = &self.frame().segment;
        let PatternKind::Name(name) = &segment[pattern].kind else { return false };
        let mut looked_at: FxHashSet<ExprId> = FxHashSet::default();
        for expr in &segment.exprs {
            match expr.kind {
                ExprKind::Unary { operand, .. } => looked_at.extend([operand]),
                ExprKind::Logical { left, .. } => looked_at.extend([left]),
                ExprKind::Member { base, .. } => looked_at.extend([base]),
                _ => {}
            }
        }
        looked_at.extend(segment.stmts.iter().filter_map(|stmt| if let StmtKind::If { cond, .. } = stmt.kind { Some(cond) } else { None }));
        let waits = |step: &Name| matches!(step.as_str(), "then" | "catch" | "finally");
        let is_waited_for =
            |base: &ExprId| segment.exprs.iter().any(|expr| matches!(&expr.kind, ExprKind::Member { base: of, name, .. } if of == base && waits(name)));
        let uses = (0..segment.exprs.len() as u32).map(ExprId).filter(|id| matches!(&segment[*id].kind, ExprKind::Name(known) if known == name));
        let mut uses = uses.peekable();
        uses.peek().is_some() && uses.all(|id| looked_at.contains(&id) && !is_waited_for(&id))
    }
}

/// It says something of who is calling: somebody signed in, what a browser sends along, a row that was looked up, a guard.
fn is_about_caller(fact: &Fact, depth: u32) -> bool {
    let is_callers = |symbol: &Symbol| match &symbol.root {
        Root::Principal | Root::Session | Root::Row(_) | Root::Count(_) => true,
        Root::Request(part) => matches!(part.as_str(), "headers" | "cookies"),
        Root::Call(_) | Root::Parameter(_) | Root::Global(_) => false,
    };
    match fact {
        Fact::Guard(guard) => !matches!(guard.kind, GuardKind::Limit | GuardKind::Exempt),
        Fact::Same(a, b) | Fact::Differ(a, b) | Fact::Contains(a, b) => is_callers(a) || is_callers(b),
        Fact::Any(arms) => depth < 4 && arms.iter().any(|arm| arm.iter().any(|fact| is_about_caller(fact, depth + 1))),
        Fact::Present(symbol)
        | Fact::Absent(symbol)
        | Fact::Is(symbol, _)
        | Fact::IsNot(symbol, _)
        | Fact::Among(symbol)
        | Fact::Matches(symbol, _)
        | Fact::Tested(symbol, _)
        | Fact::Fit(symbol) => is_callers(symbol),
    }
}

/// Whether a value, or something in it, has a symbol like this.
pub(super) fn holds(value: &Value, like: &dyn Fn(&Symbol) -> bool, depth: u32) -> bool {
    if depth > 4 {
        return false;
    }
    if value.symbol().is_some_and(like) {
        return true;
    }
    match value.kind() {
        Kind::Object(object) => {
            object.fields.iter().any(|(_, value)| holds(value, like, depth + 1)) || object.rest.as_ref().is_some_and(|rest| holds(rest, like, depth + 1))
        }
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).any(|value| holds(value, like, depth + 1)),
        Kind::Union(alternatives) => alternatives.iter().any(|alternative| holds(&alternative.value, like, depth + 1)),
        Kind::Instance(instance) => instance.fields.iter().any(|(_, value)| holds(value, like, depth + 1)),
        Kind::Promise(inner) => holds(inner, like, depth + 1),
        Kind::Text(text) => text.pieces.iter().any(|piece| match piece {
            Piece::Hole { value, .. } => holds(value, like, depth + 1),
            Piece::Literal(_) => false,
        }),
        _ => false,
    }
}

pub(super) fn carries_rows(value: &Value, depth: u32) -> bool {
    if depth > 4 {
        return false;
    }
    match value.kind() {
        Kind::Row(_) | Kind::Rows(_) => true,
        Kind::Object(object) => object.fields.iter().any(|(_, value)| carries_rows(value, depth + 1)),
        Kind::Seq(seq) => seq.items.iter().chain(&seq.rest).any(|value| carries_rows(value, depth + 1)),
        Kind::Union(alternatives) => alternatives.iter().any(|alternative| carries_rows(&alternative.value, depth + 1)),
        Kind::Promise(inner) => carries_rows(inner, depth + 1),
        Kind::Library(library) => library.args.iter().any(|arg| carries_rows(&arg.value, depth + 1)),
        _ => false,
    }
}

/// Nothing comes of what it gets: a permission of the library's that is asked about a row.
pub(super) fn keeps_to_itself(entries: &[&Entry]) -> bool {
    !entries.is_empty() && entries.iter().all(|entry| matches!(entry, Entry::Pass(pass) if pass.of.is_empty() && !pass.puts))
}
