//! Classes that say what may be sent, and take what they do not know as well: `extra="allow"`.

use super::Walker;
use crate::facts::value::ClassValue;
use crate::model::{Entry, ExprId, ExprKind, Key, Segment, StmtKind};

impl Walker<'_> {
    /// Pydantic's `class Update(BaseModel, extra="allow")`, `model_config = ConfigDict(extra="allow")`, `class Config: extra = "allow"`.
    pub(super) fn takes_anything(&mut self, class: &ClassValue) -> bool {
        let found = self.inside(&class.item, None, None, |walker| {
            let segment = walker.frame().segment.clone();
            let body = &segment[class.class];
            let configured = |value: ExprId| match &segment[value].kind {
                ExprKind::Call { args, .. } => args.iter().any(|arg| arg.name.as_ref().is_some_and(|name| name == "extra") && allows(&segment, arg.value)),
                ExprKind::Object(entries) => entries.iter().any(|entry| match entry {
                    Entry::Field { key: Key::Name(name), value, .. } => name == "extra" && allows(&segment, *value),
                    _ => false,
                }),
                _ => false,
            };
            let by_keyword = body.keywords.iter().any(|(name, value)| name == "extra" && allows(&segment, *value));
            let by_setting = body.fields.iter().any(|field| field.name == "model_config" && field.value.is_some_and(configured));
            let by_class = body.statements.iter().any(|stmt| match &segment[*stmt].kind {
                StmtKind::Class(nested) if segment[*nested].name == "Config" => {
                    segment[*nested].fields.iter().any(|field| field.name == "extra" && field.value.is_some_and(|value| allows(&segment, value)))
                }
                _ => false,
            });
            by_keyword || by_setting || by_class
        });
        found.unwrap_or(false)
    }
}

/// `"allow"`, `Extra.allow`.
fn allows(segment: &Segment, value: ExprId) -> bool {
    match &segment[value].kind {
        ExprKind::Str(text) => &**text == "allow",
        ExprKind::Member { name, .. } => name == "allow",
        _ => false,
    }
}
