//! Could a piece of code make a difference to the models of its file? Asked at every keystroke, so that most of them need not
//! read the whole file again. Says yes where it does not know.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::super::catalogue::CATALOGUE;
use super::{embedded_sql, session};
use crate::model::{ExprKind, Segment, StmtId, StmtKind, TemplatePart};

/// Names the readers ask for that are not those of a library in the catalogue.
const NAMES: [&str; 21] = [
    "require",
    "toJSON",
    "plugin",
    "import",
    "relations",
    "defineRelations",
    "defineRelationsPart",
    "defineSchema",
    "DataTypes",
    "sequelize",
    "belongsTo",
    "belongsToMany",
    "hasMany",
    "hasOne",
    "createTable",
    "alterTable",
    "withRLS",
    "Table",
    "create_table",
    "add_column",
    "create_foreign_key",
];

static WORDS: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    // `sa.Column`: the last name is the one that stands alone in the code.
    CATALOGUE.names().map(|name| name.rsplit('.').next().unwrap_or(name)).chain(NAMES).collect()
});

/// The file's models are the same with or without this segment, if they are none without it.
pub(super) fn is_irrelevant(segment: &Segment) -> bool {
    is_for_itself(segment) && !speaks_of_models(segment)
}

/// Could a reader find something in it? What its names are bound to is asked of the file.
pub(super) fn speaks_of_models(segment: &Segment) -> bool {
    let is_text = |text: &str| text == "toJSON" || text == "toObject" || embedded_sql::defines_tables(text);
    !segment.classes.is_empty()
        || segment.exprs.iter().any(|expr| match &expr.kind {
            ExprKind::Name(name) | ExprKind::Member { name, .. } => WORDS.contains(name.as_str()),
            ExprKind::Str(text) => is_text(text),
            ExprKind::Template(parts) => parts.iter().any(|part| matches!(part, TemplatePart::Text(text, _) if is_text(text))),
            _ => false,
        })
        || session::keeps_somebody(segment)
}

/// No other segment can be a model because of this one.
pub(super) fn is_for_itself(segment: &Segment) -> bool {
    segment.classes.is_empty()
        && !segment.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Import(_)))
        && segment.body.iter().all(|stmt| binds_nothing(segment, *stmt, 0))
}

/// At the top level names are bound to functions only: anything else may be a model under another name.
fn binds_nothing(segment: &Segment, stmt: StmtId, depth: u32) -> bool {
    match &segment[stmt].kind {
        StmtKind::Export { stmt, .. } if depth < 4 => binds_nothing(segment, *stmt, depth + 1),
        StmtKind::Let { value: Some(value), .. } => matches!(segment[*value].kind, ExprKind::Function(_)),
        StmtKind::Expr(expr) => !matches!(segment[*expr].kind, ExprKind::Assign { .. }),
        StmtKind::Function(_) | StmtKind::Let { value: None, .. } => true,
        StmtKind::Return(_) | StmtKind::If { .. } | StmtKind::Loop { .. } | StmtKind::Try { .. } | StmtKind::Block(_) => true,
        StmtKind::ExportDefault(_) | StmtKind::ExportNames { .. } => true,
        _ => false,
    }
}
