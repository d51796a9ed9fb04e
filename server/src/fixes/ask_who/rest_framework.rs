//! Django REST framework: `IsAuthenticated` before a view that is a function, or on a class of views.

use super::Site;
use crate::fixes::edits::Edits;
use crate::fixes::literal::Code;
use crate::fixes::phrasebook;
use crate::fixes::stack::Wanted;
use crate::text::{Span, lines};

/// `@permission_classes([IsAuthenticated])` below `@api_view(..)`.
pub(super) fn function(site: &Site<'_>, edits: &mut Edits) -> Option<String> {
    let segment = &site.placed.segment;
    let texts: Vec<&str> = site.function.decorators.iter().map(|decorator| site.placed.absolute(segment[*decorator].span).of(&site.code.text)).collect();
    if !texts.iter().any(|text| text.starts_with("api_view")) || texts.iter().any(|text| text.starts_with("permission_classes")) {
        return None;
    }
    site.import("rest_framework.decorators", "permission_classes", edits)?;
    site.import("rest_framework.permissions", "IsAuthenticated", edits)?;
    site.decorate("permission_classes([IsAuthenticated])", edits);
    Some("IsAuthenticated".to_owned())
}

/// `permission_classes = [IsAuthenticated]` as the first line of a class that says nothing of it.
pub(super) fn class(code: &Code<'_>, name: Span, edits: &mut Edits) -> Option<String> {
    let placed = code.model.segment_at(name.start)?;
    let class = placed.segment.classes.iter().find(|class| placed.absolute(class.name_span) == name)?;
    let text = &code.text;
    let bases: Vec<&str> = class.bases.iter().map(|base| placed.absolute(placed.segment[*base].span).of(text)).collect();
    let is_of_library = bases.iter().any(|base| base.ends_with("APIView") || base.ends_with("ViewSet"));
    if !is_of_library
        || class.fields.iter().any(|field| field.name == "permission_classes")
        || class.methods.iter().any(|method| placed.segment[*method].name == "get_permissions")
    {
        return None;
    }
    let head_end = class.bases.iter().map(|base| placed.absolute(placed.segment[*base].span).end).max().unwrap_or(name.end);
    let rest = text.get(head_end as usize..)?;
    let colon = head_end + rest.find(':')? as u32;
    let mut at = lines::next_line(text, colon);
    // Its description stays first.
    let first = text.get(at as usize..)?.trim_start();
    for quotes in ["\"\"\"", "'''"] {
        if let Some(said) = first.strip_prefix(quotes) {
            let start = text.len() - said.len();
            let end = start + said.find(quotes)? + quotes.len();
            at = lines::next_line(text, end as u32);
        }
    }
    let indent = text.get(at as usize..)?.lines().find(|line| !line.trim().is_empty()).map(|line| &line[..line.len() - line.trim_start().len()])?;
    if indent.is_empty() {
        return None;
    }
    let import =
        phrasebook::of(code.language)?.import(code, &Wanted { from: "rest_framework.permissions".to_owned(), name: Some("IsAuthenticated".to_owned()) })?;
    let local = import.local.to_string();
    if let Some(edit) = import.edit {
        edits.edit(&code.file, edit);
    }
    edits.insert(&code.file, at, format!("{indent}permission_classes = [{local}]{}", lines::line_end(text)));
    Some(local)
}
