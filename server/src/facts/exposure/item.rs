//! What one top-level item of a file uses, reads and hands on, as far as it matters who gets to see it.

use std::sync::Arc;

use super::calls::{self, CallSite, Handed, Switch};
use super::env::{self, EnvRead};
use super::table::EXPOSURE;
use crate::facts::scope::pattern_names;
use crate::model::visit::{self, Node};
use crate::model::{
    BinaryOp, CallKind, ClassId, ExprId, ExprKind, FileModel, FunctionId, LogicalOp, PatternKind, Placed, Segment, StmtId, StmtKind, UnaryOp, kept,
};
use crate::text::{Name, Span, common_ends};

/// Spans are relative to the item.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ItemFacts {
    /// Names that its code uses where it may ship, in order and once.
    pub uses: Vec<Name>,
    /// Names used by functions that stay on the server.
    pub kept_uses: Vec<Name>,
    /// The functions that stay on the server.
    pub kept: Vec<Span>,
    pub imports: Vec<Imported>,
    /// Names that it defines for the file.
    pub defines: Vec<Name>,
    /// What the file exports by it: the name outside, and the one inside (empty: the item itself).
    pub exports: Vec<(Name, Name)>,
    pub env: Vec<EnvRead>,
    pub(super) handed: Vec<Handed>,
    pub(super) calls: Vec<CallSite>,
    pub switches: Vec<Switch>,
    /// Tables and functions of a database that it asks by name.
    pub asked: Vec<Asked>,
    /// It does something when the file is imported.
    pub runs: bool,
    /// It asks whether it runs in a browser.
    pub asks: bool,
}

/// An import: a statement, a re-export, or `require("x")` and `import("x")`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    pub source: Name,
    /// Exported name and local one; `*` for the module itself.
    pub names: Vec<(Name, Name)>,
    pub span: Span,
    pub form: Form,
    /// It stands in a function that stays on the server.
    pub kept: bool,
}

/// `client.from("notes")`, `client.rpc("run_sql")`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    pub step: Name,
    pub name: Name,
    pub span: Span,
    /// It stands in a function that stays on the server.
    pub kept: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// `import { a } from "x"`
    Names,
    /// `import "x"`: for what the module does.
    Bare,
    /// `export { a } from "x"`, `export * from "x"`: here the second name is the one outside.
    Export,
    /// `require("x")`, `import("x")`: which names is not known.
    Called,
}

impl ItemFacts {
    /// Does a place (relative to the item) stay on the server, whatever the file does?
    pub fn keeps(&self, offset: u32) -> bool {
        self.kept.iter().any(|span| span.start <= offset && offset < span.end)
    }

    /// Is it the same as far as it matters what reaches whom? Places do not matter, and neither do names that the file does not
    /// know.
    pub fn is_alike(&self, other: &ItemFacts, is_known: impl Fn(&Name) -> bool) -> bool {
        let imports = |facts: &ItemFacts| facts.imports.iter().map(|import| Imported { span: Span::default(), ..import.clone() }).collect::<Vec<_>>();
        let env = |facts: &ItemFacts| facts.env.iter().map(|read| (read.name.clone(), read.kept)).collect::<Vec<_>>();
        let same = |a: &[Name], b: &[Name]| a.iter().filter(|name| is_known(name)).eq(b.iter().filter(|name| is_known(name)));
        same(&self.uses, &other.uses)
            && same(&self.kept_uses, &other.kept_uses)
            && (self.runs, self.asks) == (other.runs, other.asks)
            && (&self.defines, &self.exports) == (&other.defines, &other.exports)
            && imports(self) == imports(other)
            && env(self) == env(other)
    }
}

/// The facts of each item of a file; what did not change is taken from before.
pub fn items(model: &FileModel, before: Option<(&FileModel, &[Arc<ItemFacts>])>) -> Vec<Arc<ItemFacts>> {
    let Some((known, facts)) = before else { return model.segments.iter().map(|placed| Arc::new(of(&placed.segment))).collect() };
    let (old, new) = (&known.segments, &model.segments);
    let same = |a: &Placed, b: &Placed| Arc::ptr_eq(&a.segment, &b.segment);
    let (first, last) = common_ends(old, new, same, same);
    let part = |from: usize, to: usize| facts.get(from..to).unwrap_or_default();
    let mut items = Vec::with_capacity(new.len() + 1);
    items.extend_from_slice(part(0, first));
    let (gone, come) = (old.get(first..old.len() - last).unwrap_or_default(), new.get(first..new.len() - last).unwrap_or_default());
    let kept = kept(gone, |placed| &placed.segment, come);
    items.extend(kept.iter().zip(come).map(|(at, placed)| at.and_then(|at| facts.get(first + at)).cloned().unwrap_or_else(|| Arc::new(of(&placed.segment)))));
    items.extend_from_slice(part(old.len() - last, old.len()));
    items
}

fn of(segment: &Segment) -> ItemFacts {
    let mut reader = Reader { segment, facts: ItemFacts { runs: segment.body.iter().any(|stmt| runs(segment, *stmt)), ..ItemFacts::default() } };
    for stmt in &segment.body {
        reader.defines(*stmt);
    }
    visit::visit(segment, |node, _| reader.node(node));
    let mut facts = reader.facts;
    for names in [&mut facts.uses, &mut facts.kept_uses] {
        names.sort();
        names.dedup();
    }
    facts
}

struct Reader<'s> {
    segment: &'s Segment,
    facts: ItemFacts,
}

impl Reader<'_> {
    fn node(&mut self, node: Node) {
        let segment = self.segment;
        match node {
            Node::Expr(expr) => self.expr(expr),
            Node::Stmt(stmt) => self.stmt(&segment[stmt].kind, segment[stmt].span),
            Node::Function(function) => self.function(function),
            Node::Class(class) => self.class(class),
            Node::Pattern(_) => {}
        }
    }

    /// What a statement of the file defines and exports.
    fn defines(&mut self, stmt: StmtId) {
        let segment = self.segment;
        match &segment[stmt].kind {
            StmtKind::Let { pattern, .. } => pattern_names(segment, *pattern, &mut self.facts.defines, 0),
            StmtKind::Function(function) => self.facts.defines.push(segment[*function].name.clone()),
            StmtKind::Class(class) => self.facts.defines.push(segment[*class].name.clone()),
            StmtKind::Export { stmt, default } => {
                let before = self.facts.defines.len();
                self.defines(*stmt);
                let outside: Vec<Name> = self.facts.defines.iter().skip(before).cloned().collect();
                if *default || outside.is_empty() {
                    self.facts.exports.push(("default".into(), Name::default()));
                } else {
                    self.facts.exports.extend(outside.into_iter().map(|name| (name, Name::default())));
                }
            }
            StmtKind::ExportDefault(_) => self.facts.exports.push(("default".into(), Name::default())),
            StmtKind::ExportNames { names, source: None, type_only: false } => {
                self.facts.exports.extend(names.iter().filter(|name| !name.type_only).map(|name| (name.exported.clone(), name.local.clone())));
            }
            StmtKind::Expr(expr) => self.assigns(*expr),
            _ => {}
        }
    }

    /// `module.exports = x`, `exports.a = x`, `module.exports.a = x`.
    fn assigns(&mut self, expr: ExprId) {
        let segment = self.segment;
        let ExprKind::Assign { target, .. } = &segment[expr].kind else { return };
        let PatternKind::Place(place) = &segment[*target].kind else { return };
        let ExprKind::Member { base, name, .. } = &segment[*place].kind else { return };
        let exported = match &segment[*base].kind {
            ExprKind::Name(object) if object == "module" && name == "exports" => "default".into(),
            ExprKind::Name(object) if object == "exports" => name.clone(),
            ExprKind::Member { name: middle, .. } if middle == "exports" => name.clone(),
            _ => return,
        };
        self.facts.exports.push((exported, Name::default()));
    }

    fn class(&mut self, class: ClassId) {
        let fields = self.segment[class].fields.iter().filter_map(|field| calls::made_of(self.segment, &field.name, field.value?));
        self.facts.handed.extend(fields);
    }

    fn function(&mut self, function: FunctionId) {
        let function = &self.segment[function];
        if function.directives.iter().any(|directive| directive == "use server") {
            self.facts.kept.push(function.span);
        }
    }

    fn stmt(&mut self, kind: &StmtKind, span: Span) {
        match kind {
            StmtKind::Import(import) if !import.type_only => {
                let names: Vec<(Name, Name)> =
                    import.names.iter().filter(|name| !name.type_only).map(|name| (name.imported.clone(), name.local.clone())).collect();
                if !names.is_empty() || import.bare {
                    let form = if import.bare { Form::Bare } else { Form::Names };
                    self.facts.imports.push(Imported { source: import.source.clone(), names, span, form, kept: false });
                }
            }
            StmtKind::ExportNames { names, source: Some(source), type_only: false } => {
                let names = names.iter().filter(|name| !name.type_only).map(|name| (name.local.clone(), name.exported.clone())).collect();
                self.facts.imports.push(Imported { source: source.clone(), names, span, form: Form::Export, kept: false });
            }
            // What a build for browsers finds to be false, it leaves out.
            StmtKind::If { cond, then, .. } if asks_for_server(self.segment, *cond, 0) => {
                self.facts.kept.extend(then.iter().map(|stmt| self.segment[*stmt].span));
            }
            _ => {
                let kept = self.facts.keeps(span.start);
                self.facts.env.extend(env::destructured(self.segment, kind).into_iter().map(|(name, span)| EnvRead { name, span, kept }));
                self.facts.handed.extend(calls::handed(self.segment, kind));
            }
        }
    }

    fn expr(&mut self, expr: ExprId) {
        let segment = self.segment;
        let span = segment[expr].span;
        let kept = self.facts.keeps(span.start);
        if let Some(name) = env::read(segment, expr) {
            self.facts.env.push(EnvRead { name, span, kept });
        }
        match &segment[expr].kind {
            ExprKind::Name(name) => self.uses(name, kept),
            ExprKind::Jsx { name, .. } => {
                let first = name.split('.').next().unwrap_or_default();
                if name.contains('.') || first.starts_with(char::is_uppercase) {
                    self.uses(&Name::from(first), kept);
                }
            }
            ExprKind::Unary { op: UnaryOp::Typeof, operand } => {
                self.facts.asks |= matches!(&segment[*operand].kind, ExprKind::Name(name) if matches!(name.as_str(), "window" | "document"));
            }
            ExprKind::Member { name, .. } if matches!(name.as_str(), "SSR" | "isServer") => self.facts.asks = true,
            ExprKind::Assign { target, value, .. } => self.facts.handed.extend(calls::assigned(segment, *target, *value)),
            ExprKind::Object(entries) => self.facts.switches.extend(calls::switch(segment, entries, kept)),
            ExprKind::Call { callee, args, kind, .. } => {
                if let ExprKind::Name(name) = &segment[*callee].kind
                    && matches!(name.as_str(), "require" | "import")
                    && let Some(source) = args.first().and_then(|arg| env::text(segment, arg.value))
                {
                    let names = vec![("*".into(), Name::default())];
                    self.facts.imports.push(Imported { source, names, span, form: Form::Called, kept });
                    return;
                }
                if stays(segment, *callee, 0) {
                    let functions = args.iter().filter(|arg| matches!(segment[arg.value].kind, ExprKind::Function(_)));
                    self.facts.kept.extend(functions.map(|arg| segment[arg.value].span));
                }
                self.facts.asked.extend(calls::asked(segment, expr, *callee, args, kept));
                self.facts.handed.extend(calls::given(segment, *callee, args));
                self.facts.calls.extend(calls::site(segment, expr, *callee, args, *kind == CallKind::New, kept));
            }
            _ => {}
        }
    }

    fn uses(&mut self, name: &Name, kept: bool) {
        if kept { self.facts.kept_uses.push(name.clone()) } else { self.facts.uses.push(name.clone()) }
    }
}

/// Are the functions that this is called with taken out of what ships: `createServerFn().handler`, `server$`?
fn stays(segment: &Segment, callee: ExprId, depth: u32) -> bool {
    let among = |list: &[String], name: &Name| list.iter().any(|known| known == name.as_str());
    match &segment[callee].kind {
        ExprKind::Name(name) => among(&EXPOSURE.server_makers, name),
        ExprKind::Member { base, name, .. } if among(&EXPOSURE.server_steps, name) && depth < 8 => match &segment[*base].kind {
            ExprKind::Call { callee, .. } => stays(segment, *callee, depth + 1),
            _ => false,
        },
        _ => false,
    }
}

/// `process.env.NEXT_RUNTIME === "nodejs"`, and more that has to hold beside it.
fn asks_for_server(segment: &Segment, cond: ExprId, depth: u32) -> bool {
    let is_server = |expr: ExprId| env::dotted(segment, expr).is_some_and(|path| EXPOSURE.server_conditions.contains(&path));
    match &segment[cond].kind {
        ExprKind::Logical { op: LogicalOp::And, left, right } if depth < 8 => [*left, *right].into_iter().any(|side| asks_for_server(segment, side, depth + 1)),
        ExprKind::Binary { op: BinaryOp::Eq, left, right } => [(*left, *right), (*right, *left)]
            .into_iter()
            .any(|(asked, name)| is_server(asked) && env::text(segment, name).is_some_and(|name| !name.is_empty())),
        _ => is_server(cond),
    }
}

/// Does a statement of the file do something by itself, rather than define something?
fn runs(segment: &Segment, stmt: StmtId) -> bool {
    match &segment[stmt].kind {
        StmtKind::Expr(expr) => !matches!(segment[*expr].kind, ExprKind::Str(_)),
        StmtKind::If { .. } | StmtKind::Loop { .. } | StmtKind::Try { .. } | StmtKind::Block(_) | StmtKind::Throw(_) => true,
        StmtKind::Export { stmt, .. } => runs(segment, *stmt),
        StmtKind::Let { value: Some(value), .. } => acts(segment, *value, 0),
        StmtKind::ExportDefault(value) => acts(segment, *value, 0),
        StmtKind::Import(import) => import.bare,
        _ => false,
    }
}

/// Does working the value out call something?
fn acts(segment: &Segment, expr: ExprId, depth: u32) -> bool {
    if depth > 6 {
        return true;
    }
    let acts = |expr: &ExprId| acts(segment, *expr, depth + 1);
    match &segment[expr].kind {
        ExprKind::Call { .. } | ExprKind::Await(_) => true,
        ExprKind::Object(entries) => entries.iter().any(|entry| match entry {
            crate::model::Entry::Field { value, .. } | crate::model::Entry::Spread { value, .. } => acts(value),
        }),
        ExprKind::Seq { items, .. } => items.iter().any(|item| acts(&item.value)),
        ExprKind::Member { base, .. } => acts(base),
        ExprKind::Logical { left, right, .. } | ExprKind::Binary { left, right, .. } => acts(left) || acts(right),
        ExprKind::Cond { cond, then, otherwise } => acts(cond) || acts(then) || acts(otherwise),
        _ => false,
    }
}
