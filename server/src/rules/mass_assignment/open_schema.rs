//! Schemas that check what they name and keep what they do not: the check is there, and the extra key passes.

use crate::facts::value::{Kind, Library, Object, Value};
use crate::rules::raw::RuleCx;

/// Classes say what is sent, and nothing in the application takes out what they do not have: Nest's `ValidationPipe` without `whitelist`.
pub(super) fn keeps_unknown(cx: &RuleCx<'_>) -> bool {
    let Some(route) = cx.walk.route.as_deref().filter(|route| route.framework == "nest") else { return false };
    let is_of_app = |file: &crate::text::FileId| cx.project.speaks_for(file, &route.site.item.file);
    let stripping = cx.project.stripping();
    stripping.pipes.iter().any(is_of_app) && !stripping.strips.iter().any(is_of_app)
}

/// The schema that reads the payload of this route lets unknown keys through.
pub(super) fn is_open(cx: &RuleCx<'_>) -> bool {
    let Some(route) = cx.walk.route.as_deref() else { return false };
    match route.framework.as_str() {
        "fastify" => {
            let strips = cx.project.stripping().strips.iter().any(|file| cx.project.speaks_for(file, &route.site.item.file));
            let body = |link: &crate::project::routes::Link| match link.value.kind() {
                Kind::Object(schema) => schema.get("body").0.cloned(),
                _ => None,
            };
            !strips && route.chain.iter().find_map(body).is_some_and(|schema| keeps_additional(&schema))
        }
        _ => false,
    }
}

/// JSON Schema: only `additionalProperties: false` keeps others out.
fn keeps_additional(schema: &Value) -> bool {
    match schema.kind() {
        Kind::Object(schema) => {
            let is_object = schema.get("type").0.is_some_and(|ty| ty.as_str().is_some_and(|ty| &**ty == "object"));
            is_object && schema.rest.is_none() && schema.get("properties").0.is_some() && says_nothing(schema)
        }
        Kind::Library(call) => {
            is_type_object(call)
                && call
                    .args
                    .get(1)
                    .is_none_or(|options| matches!(options.value.kind(), Kind::Object(options) if options.rest.is_none() && says_nothing(options)))
        }
        _ => false,
    }
}

fn says_nothing(schema: &Object) -> bool {
    ["additionalProperties", "unevaluatedProperties", "allOf", "anyOf", "oneOf", "$ref"].iter().all(|key| schema.get(key).0.is_none())
}

/// TypeBox's `Type.Object({ .. })`.
fn is_type_object(call: &Library) -> bool {
    let called = call.receiver.as_ref().and_then(|function| function.as_library());
    let is_typebox = matches!(call.package.as_str(), "@sinclair/typebox" | "typebox" | "@fastify/type-provider-typebox");
    is_typebox && call.step == "()" && called.is_some_and(|function| function.step == "Object")
}
