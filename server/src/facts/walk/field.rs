//! Fields of models that a framework fills from the request: their content is the caller's, as far as their types let it be.

use std::sync::Arc;

use super::Walker;
use super::expression::either;
use crate::facts::check::Root;
use crate::facts::taint::Cleanings;
use crate::facts::value::{ClassValue, Instance, Kind, Object, Value};
use crate::model::{Class, ExprId, ExprKind, Field, Segment, TypeRef};
use crate::text::Name;

const DEEPEST: u32 = 8;

/// What is known of a field by its declaration.
struct Declared {
    /// Only one of a fixed set, a number, or what a pattern or a validator of the project lets through.
    is_narrow: bool,
}

impl Walker<'_> {
    /// What a field holds, where the whole object is from outside and nothing else is known of it than its class.
    pub(super) fn field_from_outside(&mut self, base: &Value, instance: &Arc<Instance>, name: &Name, value: Value) -> Value {
        if !base.taint().iter().any(|origin| origin.part.is_request())
            || !value.taint().is_empty()
            || matches!(value.kind(), Kind::Function(_) | Kind::Class(_))
        {
            return value;
        }
        let Some(declared) = self.field_declared(&instance.class.clone(), name, 0) else { return value };
        let is_number = matches!(value.kind(), Kind::Number(_) | Kind::Bool(_));
        let is_listed = matches!(value.kind(), Kind::Instance(inner) if self.is_enumeration(&inner.class, 0));
        let taint = base.taint().member(name);
        let taint = if declared.is_narrow || is_number || is_listed { taint.cleaned(Cleanings::ALL) } else { taint };
        let sent = match value.kind() {
            Kind::Instance(_) | Kind::Number(_) | Kind::Row(_) | Kind::Rows(_) => return value.with_taint(taint),
            _ => Value::unknown().with_taint(taint),
        };
        // `code: str = Field(min_length=5)`: what says how it must be is not what is sent.
        let own = value.symbol().filter(|symbol| !matches!(symbol.root, Root::Call(_)) || base.symbol().is_none());
        let sent = match own.cloned().or_else(|| base.symbol().map(|symbol| symbol.member(name))) {
            Some(symbol) => sent.with_symbol(symbol),
            None => sent,
        };
        match value.kind() {
            // Its default, or what was sent.
            Kind::Str(_) => either(sent, value),
            _ => sent,
        }
    }

    /// What a form has read: each value is of the kind that its field says.
    pub(super) fn form_data(&mut self, class: &Arc<ClassValue>, all: Value) -> Value {
        // What nobody has declared is not in it.
        let all = all.with_taint(all.taint().cleaned(Cleanings(Cleanings::SHAPE.0 | Cleanings::NOSQL.0)));
        let mut object = Object::default();
        object.spread(all.clone());
        if !self.read_by_fields(class, &all, &mut object, 0) {
            return Value::unknown();
        }
        let data = all.with_kind(Kind::Object(Arc::new(object)));
        match all.symbol() {
            Some(symbol) => data.with_symbol(symbol.clone()),
            None => data,
        }
    }

    /// False if a method of the form may have changed or refused anything.
    fn read_by_fields(&mut self, class: &Arc<ClassValue>, all: &Value, object: &mut Object, depth: u32) -> bool {
        if depth > DEEPEST {
            return false;
        }
        for parent in &class.bases {
            if let Kind::Class(parent) = parent.kind()
                && !self.read_by_fields(parent, all, object, depth + 1)
            {
                return false;
            }
        }
        let read = self.inside(&class.item, class.captured.clone(), Some(class.clone()), |walker| {
            let segment = walker.frame().segment.clone();
            let body = &segment[class.class];
            let is_narrow = |field: &&Field| field.value.is_some_and(|value| makes_narrow_field(&segment, value));
            let narrow: Vec<Name> = body.fields.iter().filter(is_narrow).map(|field| field.name.clone()).collect();
            let methods: Vec<Name> = body.methods.iter().map(|method| segment[*method].name.clone()).collect();
            (narrow, methods)
        });
        let Some((narrow, methods)) = read else { return false };
        for name in narrow {
            let value = Value::unknown().with_taint(all.taint().member(&name).cleaned(Cleanings::ALL));
            object.set(name, value);
        }
        // What `clean_name` gives stands in the place of what was sent.
        for method in &methods {
            if let Some(name) = method.strip_prefix("clean_").or_else(|| method.strip_prefix("validate_")) {
                object.set(Name::from(name), Value::unknown());
            }
        }
        !methods.iter().any(|method| matches!(method.as_str(), "clean" | "validate"))
    }

    fn field_declared(&mut self, class: &Arc<ClassValue>, name: &Name, depth: u32) -> Option<Declared> {
        if depth > DEEPEST {
            return None;
        }
        let own = self.inside(&class.item, class.captured.clone(), Some(class.clone()), |walker| {
            let segment = walker.frame().segment.clone();
            let body = &segment[class.class];
            let field = body.fields.iter().rev().find(|field| field.name == *name)?;
            let typed = walker.declared(field.ty.as_ref()?);
            let is_counted = typed.is_some_and(|value| match value.kind() {
                Kind::Number(_) | Kind::Bool(_) => true,
                Kind::Instance(inner) => walker.is_enumeration(&inner.class, 0),
                _ => false,
            });
            Some(Declared { is_narrow: is_counted || is_narrow(&segment, field) || is_validated(&segment, body, name) })
        });
        if let Some(Some(declared)) = own {
            return Some(declared);
        }
        class.bases.iter().find_map(|parent| match parent.kind() {
            Kind::Class(parent) => self.field_declared(parent, name, depth + 1),
            _ => None,
        })
    }
}

/// `forms.IntegerField()`: a field of a form of which no text comes that a person could have made up.
fn makes_narrow_field(segment: &Segment, value: ExprId) -> bool {
    let ExprKind::Call { callee, .. } = &segment[value].kind else { return false };
    let name = match &segment[*callee].kind {
        ExprKind::Name(name) | ExprKind::Member { name, .. } => name.as_str(),
        _ => return false,
    };
    let Some(kind) = name.strip_suffix("Field") else { return false };
    ["Integer", "Float", "Decimal", "Boolean", "Date", "DateTime", "Time", "Duration", "UUID", "Slug", "IPAddress"].iter().any(|known| kind.ends_with(known))
        || kind.ends_with("Choice")
        || kind.ends_with("PrimaryKeyRelated")
}

/// Its type, or what stands beside it, lets through only what does no harm.
fn is_narrow(segment: &Segment, field: &Field) -> bool {
    let by_type = field.ty.as_ref().is_some_and(|ty| narrows(ty) || ty.value.is_some_and(|value| asks_pattern(segment, value)));
    by_type || field.value.is_some_and(|value| asks_pattern(segment, value)) || field.decorators.iter().any(|decorator| names_narrow(segment, *decorator))
}

fn narrows(ty: &TypeRef) -> bool {
    let last = ty.name.rsplit('.').next().unwrap_or_default();
    let is_wrapper = matches!(last, "Optional" | "Annotated" | "|" | "List" | "list" | "Set" | "set" | "Array");
    let is_number = last.ends_with("Int") || last.ends_with("Float") || last.ends_with("Date") || last.ends_with("Datetime") || last.starts_with("UUID");
    is_number
        || matches!(last, "conint" | "confloat" | "condecimal" | "timedelta" | "time" | "EmailStr" | "IPvAnyAddress")
        || is_wrapper && ty.args.first().is_some_and(narrows)
}

/// `Field(pattern="^[a-z]+$")`, `constr(regex=..)`.
fn asks_pattern(segment: &Segment, value: ExprId) -> bool {
    match &segment[value].kind {
        ExprKind::Call { args, .. } => args.iter().any(|arg| arg.name.as_ref().is_some_and(|name| matches!(name.as_str(), "pattern" | "regex"))),
        _ => false,
    }
}

/// `@IsUUID()`, `@IsIn([..])`.
fn names_narrow(segment: &Segment, decorator: ExprId) -> bool {
    called(segment, decorator).is_some_and(|name| {
        matches!(
            name.as_str(),
            "IsIn"
                | "IsEnum"
                | "IsUUID"
                | "IsInt"
                | "IsNumber"
                | "IsNumberString"
                | "IsBoolean"
                | "IsDate"
                | "IsDateString"
                | "Matches"
                | "IsMongoId"
                | "IsAlphanumeric"
                | "IsAlpha"
        )
    })
}

/// A function of the class is asked about the field.
fn is_validated(segment: &Segment, body: &Class, field: &Name) -> bool {
    body.methods.iter().flat_map(|method| &segment[*method].decorators).any(|decorator| {
        let ExprKind::Call { args, .. } = &segment[*decorator].kind else { return false };
        called(segment, *decorator).is_some_and(|name| matches!(name.as_str(), "field_validator" | "validator"))
            && args.iter().any(|arg| matches!(&segment[arg.value].kind, ExprKind::Str(text) if **text == **field || &**text == "*"))
    })
}

fn called(segment: &Segment, call: ExprId) -> Option<Name> {
    let ExprKind::Call { callee, .. } = &segment[call].kind else { return None };
    match &segment[*callee].kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Member { name, .. } => Some(name.clone()),
        _ => None,
    }
}
