//! What an expression speaks of by name: the parts of it whose content ends up in the result.

use crate::model::{Arg, BinaryOp, Entry, ExprId, ExprKind, Key, LogicalOp, Segment, TemplatePart, UnaryOp};
use crate::text::{Name, Span};

/// A part by its name: `user`, `password`.
#[derive(Clone, PartialEq, Debug)]
pub struct Spoken {
    /// `req`, `headers`; the last is what it is.
    pub path: Vec<Name>,
    /// Of the segment.
    pub span: Span,
}

impl Spoken {
    pub fn name(&self) -> &str {
        self.path.last().map_or("", Name::as_str)
    }
}

/// Calls that give the content of what they get.
const TRANSPARENT: &[&str] =
    &["stringify", "inspect", "String", "str", "repr", "format", "dumps", "toString", "trim", "strip", "dict", "vars", "model_dump", "toJSON"];
/// Calls that give what is asked for by name.
const ASKING: &[&str] = &["get", "getenv", "header", "getItem", "get_header"];
const DEEPEST: u32 = 8;
const MOST: usize = 24;

/// The named parts of an expression, in order.
pub fn spoken(segment: &Segment, expr: ExprId) -> Vec<Spoken> {
    let mut out = Vec::new();
    collect(segment, expr, &mut out, 0);
    out
}

fn collect(segment: &Segment, id: ExprId, out: &mut Vec<Spoken>, depth: u32) {
    if depth > DEEPEST || out.len() >= MOST {
        return;
    }
    let mut each = |expr: ExprId| collect(segment, expr, out, depth + 1);
    let expr = &segment[id];
    match &expr.kind {
        ExprKind::Name(_) | ExprKind::Member { .. } | ExprKind::Index { .. } => {
            if let Some(path) = path(segment, id, 0) {
                out.push(Spoken { path, span: expr.span });
            }
        }
        ExprKind::Template(parts) => parts.iter().for_each(|part| {
            if let TemplatePart::Hole(expr, _) = part {
                each(*expr);
            }
        }),
        ExprKind::Object(entries) => entries.iter().for_each(|entry| match entry {
            Entry::Field { key, value, .. } => {
                let before = out.len();
                collect(segment, *value, out, depth + 1);
                // What has no name of its own is called by its key.
                if let (true, Key::Name(key), ExprKind::Call { .. }) = (out.len() == before, key, &segment[*value].kind) {
                    out.push(Spoken { path: vec![key.clone()], span: segment[*value].span });
                }
            }
            Entry::Spread { value, .. } => collect(segment, *value, out, depth + 1),
        }),
        ExprKind::Seq { items, .. } => items.iter().for_each(|item| each(item.value)),
        ExprKind::Binary { op: BinaryOp::Add, left, right } => [*left, *right].into_iter().for_each(each),
        ExprKind::Binary { op: BinaryOp::Rem, right, .. } => each(*right),
        ExprKind::Logical { op: LogicalOp::And, right, .. } => each(*right),
        ExprKind::Logical { left, right, .. } => [*left, *right].into_iter().for_each(each),
        ExprKind::Cond { then, otherwise, .. } => [*then, *otherwise].into_iter().for_each(each),
        ExprKind::Await(inner) => each(*inner),
        ExprKind::Unary { op: UnaryOp::Plus, operand } => each(*operand),
        ExprKind::Call { callee, args, .. } => match &segment[*callee].kind {
            // `headers.get("authorization")`, `os.getenv("API_KEY")`.
            ExprKind::Member { name, .. } | ExprKind::Name(name) if ASKING.contains(&name.as_str()) => {
                if let Some(Arg { value, .. }) = args.first()
                    && let ExprKind::Str(text) = &segment[*value].kind
                {
                    out.push(Spoken { path: vec![Name::from(&**text)], span: expr.span });
                }
            }
            ExprKind::Name(name) if TRANSPARENT.contains(&name.as_str()) => args.iter().for_each(|arg| each(arg.value)),
            ExprKind::Member { base, name, .. } if TRANSPARENT.contains(&name.as_str()) => {
                if args.is_empty() {
                    each(*base);
                } else {
                    args.iter().for_each(|arg| each(arg.value));
                }
            }
            _ => {}
        },
        _ => {}
    }
}

/// `a.b["c"]` as names; `None` if it begins with something that has none.
fn path(segment: &Segment, id: ExprId, depth: u32) -> Option<Vec<Name>> {
    if depth > DEEPEST {
        return None;
    }
    let (base, name) = match &segment[id].kind {
        ExprKind::Name(name) => return Some(vec![name.clone()]),
        ExprKind::This => return Some(vec!["this".into()]),
        ExprKind::Member { base, name, .. } => (*base, name.clone()),
        ExprKind::Index { base, index, .. } => match &segment[*index].kind {
            ExprKind::Str(text) => (*base, Name::from(&**text)),
            _ => return None,
        },
        ExprKind::Await(inner) => return path(segment, *inner, depth + 1),
        // `request.headers.get("x")` and `f().x` are called by what is asked of them.
        ExprKind::Call { .. } => return Some(Vec::new()),
        _ => return None,
    };
    let mut path = path(segment, base, depth + 1)?;
    path.push(name);
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{StmtKind, lower};
    use crate::syntax::{Document, Language};
    use crate::text::FileId;

    fn names(file: &str, code: &str) -> Vec<String> {
        let file = FileId::new(file);
        let document = Document::new(file.clone(), Language::of(&file).expect("a language"), 0, code);
        let model = lower::lower(&document, None).expect("a model");
        let segment = &model.segments.first().expect("an item").segment;
        let statement = segment.body.first().expect("a statement");
        let StmtKind::Expr(id) = &segment[*statement].kind else { panic!("no expression") };
        spoken(segment, *id).iter().map(|spoken| spoken.path.join(".")).collect()
    }

    #[test]
    fn what_ends_up_in_the_value_is_named() {
        assert_eq!(names("a.ts", "`${email}: ${user.password}`"), ["email", "user.password"]);
        assert_eq!(names("a.ts", "({ password, at: Date.now(), token: sign(user) })"), ["password", "at", "token"]);
        assert_eq!(names("a.ts", "JSON.stringify(req.headers)"), ["req.headers"]);
        assert_eq!(names("a.ts", "'x' + (a ?? b['key'])"), ["a", "b.key"]);
        assert_eq!(names("a.py", "f'{password}'"), ["password"]);
        assert_eq!(names("a.py", "'%s' % secret"), ["secret"]);
        assert_eq!(names("a.py", "os.getenv('API_KEY')"), ["API_KEY"]);
    }

    #[test]
    fn what_is_only_asked_about_is_not() {
        assert!(names("a.ts", "!password").is_empty());
        assert!(names("a.ts", "token ? 'set' : 'missing'").is_empty());
        assert!(names("a.ts", "mask(token)").is_empty());
        assert!(names("a.ts", "token === other").is_empty());
        assert!(names("a.py", "bool(token)").is_empty());
    }
}
