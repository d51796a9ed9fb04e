//! One walk over a segment: every literal once, with its names, from the outside in.

use super::joined::{Text, constant};
use super::{Around, Finder, reads};
use crate::facts::names;
use crate::facts::secrets::context::{Names, Position, lists, singular};
use crate::facts::secrets::judge::Evidence;
use crate::model::{BinaryOp, Class, ClassId, ExprId, ExprKind, Field, FunctionId, JsxAttribute, Key, PatternId, PatternKind, Segment, StmtId, StmtKind};
use crate::text::Name;

/// The model is no deeper; this guards against models that are.
const MAX_DEPTH: u32 = 400;

pub(super) fn segment(finder: &mut Finder<'_>) {
    let mut walk = Walk { finder, depth: 0 };
    let body = &walk.finder.segment.body;
    walk.block(body);
}

pub(super) struct Walk<'w, 's> {
    pub finder: &'w mut Finder<'s>,
    depth: u32,
}

impl Around {
    fn named(own: &str) -> Around {
        Around { names: Names::of(own), ..Around::default() }
    }

    /// A literal that nobody can be accused of but for its shape.
    pub fn quiet() -> Around {
        Around { position: Position::Quiet, ..Around::default() }
    }

    fn fixed(self) -> Around {
        Around { fixed: true, ..self }
    }
}

impl<'s> Walk<'_, 's> {
    fn block(&mut self, statements: &[StmtId]) {
        for &id in statements {
            self.statement(id);
        }
    }

    /// What one case does. A word that is put in the place of a missing secret after the program has refused to go on, as far as its
    /// names tell, is for those whom it does not refuse.
    fn branch(&mut self, statements: &[StmtId]) {
        let refused = statements.iter().position(|id| refuses(self.finder.segment, *id)).unwrap_or(statements.len());
        let (before, behind) = statements.split_at(refused);
        self.block(before);
        let known = self.finder.hits.len();
        self.block(behind);
        let mut at = 0;
        self.finder.hits.retain(|hit| {
            at += 1;
            at <= known || !hit.guessable
        });
    }

    fn statement(&mut self, id: StmtId) {
        let segment = self.finder.segment;
        match &segment[id].kind {
            StmtKind::Let { pattern, value, .. } => self.bind(*pattern, *value, &Around::default()),
            StmtKind::Expr(expr) => match &segment[*expr].kind {
                // Docstrings and directives.
                ExprKind::Str(_) => self.expr(*expr, &Around { position: Position::Comment, fixed: true, ..Around::default() }),
                _ => self.expr(*expr, &Around::quiet()),
            },
            StmtKind::If { cond, then, otherwise, .. } => {
                self.expr(*cond, &Around::quiet());
                self.branch(then);
                self.branch(otherwise);
            }
            StmtKind::Loop { over, cond, body, .. } => {
                over.iter().chain(cond).for_each(|expr| self.expr(*expr, &Around::quiet()));
                self.block(body);
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                self.block(body);
                handlers.iter().for_each(|handler| self.block(&handler.body));
                self.block(otherwise);
                self.block(finally);
            }
            StmtKind::Return(Some(expr)) | StmtKind::Throw(Some(expr)) => self.expr(*expr, &Around::quiet()),
            StmtKind::Block(body) => self.block(body),
            StmtKind::Function(function) => self.function(*function, &Around::default()),
            StmtKind::Class(class) => self.class(*class),
            StmtKind::Export { stmt, .. } => self.statement(*stmt),
            StmtKind::ExportDefault(expr) => self.expr(*expr, &Around::default()),
            StmtKind::Return(None) | StmtKind::Throw(None) | StmtKind::Break | StmtKind::Continue | StmtKind::Import(_) | StmtKind::ExportNames { .. } => {}
        }
    }

    /// `pattern = value`: the value goes by the pattern's name.
    fn bind(&mut self, pattern: PatternId, value: Option<ExprId>, around: &Around) {
        let segment = self.finder.segment;
        match &segment[pattern].kind {
            PatternKind::Name(name) => {
                let names = Names { own: name.clone(), outer: around.names.outer.clone(), ..Names::default() };
                value.iter().for_each(|value| self.expr(*value, &Around { names: names.clone(), position: Position::Value, ..around.clone() }));
            }
            PatternKind::Place(place) => {
                let names = self.names_of_place(*place);
                if let ExprKind::Index { base, .. } | ExprKind::Member { base, .. } = &segment[*place].kind {
                    self.expr(*base, &Around::quiet());
                }
                value.iter().for_each(|value| self.expr(*value, &Around { names: names.clone(), position: Position::Value, ..around.clone() }));
            }
            PatternKind::Default { pattern, default } => {
                self.bind(*pattern, Some(*default), around);
                value.iter().for_each(|value| self.expr(*value, &Around::quiet()));
            }
            PatternKind::Object { entries, .. } => {
                let from_environment = value.is_some_and(|value| reads::is_environment(segment, value));
                for entry in entries {
                    let key = match &entry.key {
                        Key::Name(name) => name.clone(),
                        Key::Computed(_) => Name::default(),
                    };
                    let fallback = from_environment.then(|| key.clone());
                    let also = around.names.own.clone();
                    self.bind_entry(entry.pattern, &Around { fallback, names: Names { own: key, also, ..Names::default() }, ..Around::default() });
                }
                value.iter().for_each(|value| self.expr(*value, &Around::quiet()));
            }
            PatternKind::Sequence { items } => {
                items.iter().for_each(|item| self.bind(item.pattern, None, &Around::default()));
                value.iter().for_each(|value| self.expr(*value, &Around::quiet()));
            }
            PatternKind::Ignore => value.iter().for_each(|value| self.expr(*value, &Around::quiet())),
        }
    }

    /// `{ key: name = default }`.
    fn bind_entry(&mut self, pattern: PatternId, around: &Around) {
        let segment = self.finder.segment;
        match &segment[pattern].kind {
            PatternKind::Default { default, .. } => self.expr(*default, &Around { position: Position::Value, ..around.clone() }),
            PatternKind::Object { .. } | PatternKind::Sequence { .. } => self.bind(pattern, None, &Around::default()),
            _ => {}
        }
    }

    /// `self.api_key`, `app.config["SECRET_KEY"]`, `os.environ["X"]`.
    fn names_of_place(&self, place: ExprId) -> Names {
        let segment = self.finder.segment;
        let (base, own) = match &segment[place].kind {
            ExprKind::Member { base, name, .. } => (*base, name.clone()),
            ExprKind::Index { base, index, .. } => (*base, Name::from(constant(segment, *index).unwrap_or(""))),
            ExprKind::Name(name) => return Names::of(name),
            _ => return Names::default(),
        };
        let base = reads::path(segment, base);
        let outer = reads::last(&base);
        let outer = if matches!(outer, "this" | "self" | "cls" | "env" | "environ" | "config" | "exports") { "" } else { outer };
        Names { own, outer: outer.into(), ..Names::default() }
    }

    fn function(&mut self, id: FunctionId, around: &Around) {
        let segment = self.finder.segment;
        let function = &segment[id];
        for param in &function.params {
            if let Some(default) = param.default {
                self.bind(param.pattern, Some(default), &Around::default());
            } else if matches!(segment[param.pattern].kind, PatternKind::Object { .. } | PatternKind::Default { .. }) {
                self.bind(param.pattern, None, &Around::default());
            }
            param.decorators.iter().for_each(|decorator| self.expr(*decorator, &Around::quiet()));
        }
        function.decorators.iter().for_each(|decorator| self.expr(*decorator, &Around::quiet()));
        // `getApiKey() { return "..." }`, `const getApiKey = () => "..."`.
        let name = if function.name.is_empty() { &around.names.own } else { &function.name };
        let plain = name.strip_prefix("get_").or_else(|| name.strip_prefix("get")).unwrap_or(name);
        let returned = Around::named(plain);
        for &id in &function.body {
            match &segment[id].kind {
                StmtKind::Return(Some(value)) => self.expr(*value, &returned),
                _ => self.statement(id),
            }
        }
    }

    fn class(&mut self, id: ClassId) {
        let segment = self.finder.segment;
        let class = &segment[id];
        let is_settings = class.bases.iter().any(|base| lists().env_classes.contains(reads::last(&reads::path(segment, *base))));
        let is_enum = class.bases.iter().any(|base| matches!(reads::last(&reads::path(segment, *base)), "Enum" | "StrEnum" | "TextChoices"));
        class.bases.iter().chain(&class.decorators).chain(class.keywords.iter().map(|(_, value)| value)).for_each(|expr| self.expr(*expr, &Around::quiet()));
        for field in &class.fields {
            field.decorators.iter().for_each(|decorator| self.expr(*decorator, &Around::quiet()));
            // A settings field is the variable of its name, in capitals.
            let fallback = is_settings.then(|| Name::from(field.name.to_ascii_uppercase()));
            let around = Around { fallback, ..Around::named(&field.name) };
            let around = if is_enum { Around::quiet().fixed() } else { around };
            field.value.iter().for_each(|value| self.expr(*value, &around));
        }
        class.methods.iter().for_each(|method| self.function(*method, &Around::default()));
        self.block(&class.statements);
        if is_for_tests(segment, class) {
            // Settings of tests are made up; a vendor's token is one there, too.
            let within = class.span;
            self.finder.hits.retain(|hit| !within.contains(hit.literal) || hit.evidence >= Evidence::Shape);
        }
    }

    pub(super) fn expr(&mut self, id: ExprId, around: &Around) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        self.expr_inside(id, around);
        self.depth -= 1;
    }

    fn expr_inside(&mut self, id: ExprId, around: &Around) {
        let segment: &'s crate::model::Segment = self.finder.segment;
        let expr = &segment[id];
        match &expr.kind {
            ExprKind::Str(text) | ExprKind::Bytes(text) => self.finder.literal(expr.span, &Text::one(text, expr.span), around),
            ExprKind::Template(parts) => {
                self.finder.literal(expr.span, &Text::template(parts), around);
                for part in parts {
                    if let crate::model::TemplatePart::Hole(hole, _) = part {
                        self.expr(*hole, &Around::quiet());
                    }
                }
            }
            ExprKind::Binary { op: BinaryOp::Add, left, right } => {
                let mut others = Vec::new();
                for (text, span) in Text::sum(segment, *left, *right, |other| others.push(other)) {
                    let is_all = others.is_empty() && text.whole;
                    self.finder.literal(if is_all { expr.span } else { span }, &text, around);
                }
                others.into_iter().for_each(|other| self.expr(other, &Around::quiet()));
            }
            ExprKind::Binary { op: BinaryOp::Eq | BinaryOp::Ne, left, right } => {
                if !self.finder.compare(*left, *right) {
                    self.expr(*left, &Around::quiet());
                    self.expr(*right, &Around::quiet());
                }
            }
            ExprKind::Binary { left, right, .. } => {
                self.expr(*left, &Around::quiet());
                self.expr(*right, &Around::quiet());
            }
            ExprKind::Logical { left, right, .. } => self.either(*left, *right, around),
            ExprKind::Cond { cond, then, otherwise } => {
                self.expr(*cond, &Around::quiet());
                self.instead(*then, *otherwise, around);
                self.instead(*otherwise, *then, around);
            }
            ExprKind::Assign { target, value, .. } | ExprKind::AssignLogical { target, value, .. } => {
                let fallback = match (&expr.kind, &segment[*target].kind) {
                    (ExprKind::AssignLogical { .. }, PatternKind::Place(place)) => reads::variable(segment, *place),
                    _ => None,
                };
                self.bind(*target, Some(*value), &Around { fallback, ..Around::default() });
            }
            ExprKind::Call { callee, args, kind, .. } => self.call(*callee, args, *kind, around),
            ExprKind::Object(entries) => self.object(entries, around),
            ExprKind::Seq { items, .. } => {
                // Each of `apiKeys` is an `apiKey`; the second of a pair `auth=(user, password)` is its password.
                let is_login = matches!(around.names.own.as_str(), "auth" | "basic_auth" | "basicAuth" | "credentials") && items.len() == 2;
                for (at, item) in items.iter().enumerate() {
                    let own = if is_login && at == 1 { Name::from("password") } else { singular(&around.names.own) };
                    let position = if is_login && at == 0 { Position::Quiet } else { around.position };
                    self.expr(item.value, &Around { names: Names { own, slot: Name::from("*"), ..around.names.clone() }, position, ..around.clone() });
                }
            }
            ExprKind::Function(function) => self.function(*function, around),
            ExprKind::Class(class) => self.class(*class),
            ExprKind::Await(inner) | ExprKind::Enter(inner) | ExprKind::Yield(Some(inner)) | ExprKind::Unary { operand: inner, .. } => {
                self.expr(*inner, around)
            }
            // `jwt.sign(claims, this.key)`: the field is what it is used as.
            ExprKind::Member { base, name, .. }
                if matches!(segment[*base].kind, ExprKind::This) && !around.names.callee.is_empty() && around.position != Position::Quiet =>
            {
                match self.finder.fields.get(name).copied() {
                    Some(value) if matches!(segment[value].kind, ExprKind::Logical { .. }) => self.expr(value, around),
                    Some(value) => self.finder.handed_over(value, around),
                    None => {}
                }
            }
            ExprKind::Member { base, .. } => self.expr(*base, &Around::quiet()),
            ExprKind::Index { base, index, .. } => {
                self.expr(*base, &Around::quiet());
                self.expr(*index, &Around::quiet());
            }
            ExprKind::Comprehension { clauses, element, value, .. } => {
                for clause in clauses {
                    self.expr(clause.over, &Around::quiet());
                    clause.conditions.iter().for_each(|condition| self.expr(*condition, &Around::quiet()));
                }
                self.expr(*element, &Around::quiet());
                value.iter().for_each(|value| self.expr(*value, &Around::quiet()));
            }
            ExprKind::Jsx { attributes, children, .. } => {
                for attribute in attributes {
                    match attribute {
                        JsxAttribute::Named { name, value: Some(value), .. } => {
                            let quiet = lists().quiet_attributes.contains(name.as_str()) || name.starts_with("aria-") || name.starts_with("on");
                            self.expr(*value, &if quiet { Around::quiet() } else { Around::named(name) });
                        }
                        JsxAttribute::Named { value: None, .. } => {}
                        JsxAttribute::Spread { value, .. } => self.expr(*value, &Around::quiet()),
                    }
                }
                children.iter().for_each(|child| self.expr(*child, &Around::quiet().fixed()));
            }
            ExprKind::Other(children) => children.iter().for_each(|child| self.expr(*child, &Around::quiet())),
            // What the callee makes of it is what its value is.
            ExprKind::Name(name) if !around.names.callee.is_empty() && around.position != Position::Quiet => {
                if let Some(value) = self.finder.constants.get(name).copied() {
                    self.finder.handed_over(value, around);
                }
            }
            ExprKind::Num(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Regex(_)
            | ExprKind::Name(_)
            | ExprKind::TypeOf(_)
            | ExprKind::This
            | ExprKind::Super
            | ExprKind::Yield(None) => {}
        }
    }

    /// `left || right`.
    fn either(&mut self, left: ExprId, right: ExprId, around: &Around) {
        self.expr(left, around);
        self.instead(left, right, around);
    }

    /// `used`, which stands in for `other` where that is missing: if `other` is a variable, it is a fallback.
    fn instead(&mut self, other: ExprId, used: ExprId, around: &Around) {
        match reads::variable(self.finder.segment, other) {
            Some(variable) => {
                let names = Names { own: variable.clone(), also: around.names.own.clone(), ..around.names.clone() };
                self.expr(used, &Around { names, fallback: Some(variable), position: Position::Value, ..around.clone() });
            }
            None => self.expr(used, around),
        }
    }
}

/// `this.rejectErrors("..")`, `fail("..")`: by its name it does not come back, at least where it matters.
pub(super) fn refuses(segment: &Segment, id: StmtId) -> bool {
    let StmtKind::Expr(expr) = &segment[id].kind else { return false };
    let called = match &segment[*expr].kind {
        ExprKind::Await(inner) => *inner,
        _ => *expr,
    };
    let ExprKind::Call { callee, .. } = &segment[called].kind else { return false };
    let path = reads::path(segment, *callee);
    let is_it = |word: &String| matches!(word.as_str(), "reject" | "refuse" | "throw" | "fail" | "abort" | "die" | "fatal" | "panic" | "exit" | "invariant");
    names::words(reads::last(&path)).iter().any(is_it)
}

/// `class TestingConfig(Config)`, `TESTING = True`: the settings that tests run with.
fn is_for_tests(segment: &Segment, class: &Class) -> bool {
    let is_test = |word: &String| matches!(word.as_str(), "test" | "tests" | "testing" | "pytest" | "unittest");
    let is_on = |field: &Field| field.name == "TESTING" && field.value.is_some_and(|value| matches!(segment[value].kind, ExprKind::Bool(true)));
    names::words(&class.name).iter().any(is_test) || class.fields.iter().any(is_on)
}
