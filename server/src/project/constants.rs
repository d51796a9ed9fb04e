//! Where a text that has a name is written down.

use super::Project;
use crate::facts::walk::Target;
use crate::model::{Entry, ExprId, ExprKind, Key, PatternId, PatternKind, Segment, StmtKind, TemplatePart};
use crate::text::{FileId, Name, Place, Span};

/// How often an import is followed.
const MOST_FILES: u32 = 4;
/// More texts of one list are not looked at.
const MOST_TEXTS: usize = 32;

impl Project {
    /// The literals that a file means by a name, or by the field of an object: of a constant of its own, or of one that it imports.
    /// Of a list they are all its texts.
    pub fn literals_of(&self, file: &FileId, path: &[Name]) -> Vec<Place> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        self.literals_in(file, first, rest, MOST_FILES)
    }

    fn literals_in(&self, file: &FileId, name: &Name, rest: &[Name], files: u32) -> Vec<Place> {
        let segments = self.file(file).and_then(|known| known.model.as_ref()).map(|model| model.segments.as_slice()).unwrap_or_default();
        let mut spans = Vec::new();
        for placed in segments {
            let segment: &Segment = &placed.segment;
            for stmt in &segment.stmts {
                let Some((pattern, value)) = given(segment, &stmt.kind) else { continue };
                if matches!(&segment[pattern].kind, PatternKind::Name(known) if known == name) {
                    texts(segment, value, rest, &mut |span| spans.push(placed.absolute(span)));
                }
            }
        }
        if !spans.is_empty() || files == 0 {
            return spans.into_iter().map(|span| Place { file: file.clone(), span }).collect();
        }
        let imports = segments.iter().flat_map(|placed| &placed.segment.stmts).filter_map(|stmt| match &stmt.kind {
            StmtKind::Import(import) => Some(import),
            _ => None,
        });
        for import in imports {
            let Some(imported) = import.names.iter().find(|known| known.local == *name) else { continue };
            let Target::File(from) = self.resolver().resolve(file, &import.source) else { continue };
            let of_module = imported.imported == "*";
            let (wanted, rest) = match rest.split_first() {
                Some((field, rest)) if of_module => (field, rest),
                _ => (&imported.imported, rest),
            };
            return self.literals_in(&from, wanted, rest, files - 1);
        }
        Vec::new()
    }
}

/// What a statement gives a value to: `const a = b`, and Python's `a = b`.
fn given(segment: &Segment, kind: &StmtKind) -> Option<(PatternId, ExprId)> {
    match kind {
        StmtKind::Let { pattern, value: Some(value), .. } => Some((*pattern, *value)),
        StmtKind::Expr(expr) => match &segment[*expr].kind {
            ExprKind::Assign { target, value, .. } => Some((*target, *value)),
            _ => None,
        },
        _ => None,
    }
}

/// The texts that a value is, each by its place in the segment.
fn texts(segment: &Segment, value: ExprId, path: &[Name], found: &mut impl FnMut(Span)) {
    let expr = &segment[value];
    match (&expr.kind, path) {
        (ExprKind::Str(_) | ExprKind::Bytes(_), []) => found(expr.span),
        (ExprKind::Template(parts), []) if parts.iter().all(|part| matches!(part, TemplatePart::Text(..))) => found(expr.span),
        (ExprKind::Seq { items, .. }, []) => {
            for item in items.iter().take(MOST_TEXTS) {
                if matches!(segment[item.value].kind, ExprKind::Str(_)) {
                    found(segment[item.value].span);
                }
            }
        }
        // `new Set([...])`, `Object.freeze([...])`, `Buffer.from("...")`
        (ExprKind::Call { callee, args, .. }, []) if keeps(segment, *callee) => {
            args.iter().take(1).for_each(|arg| texts(segment, arg.value, path, found));
        }
        (ExprKind::Object(entries), [field, rest @ ..]) => {
            for entry in entries {
                if let Entry::Field { key: Key::Name(key), value, .. } = entry
                    && key == field
                {
                    texts(segment, *value, rest, found);
                }
            }
        }
        _ => {}
    }
}

/// Calls that give what they get in another form.
fn keeps(segment: &Segment, callee: ExprId) -> bool {
    let name = match &segment[callee].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => name,
        _ => return false,
    };
    matches!(name.as_str(), "Set" | "set" | "frozenset" | "freeze" | "from" | "bytes" | "list" | "tuple")
}
