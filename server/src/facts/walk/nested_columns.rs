//! Texts that ask for columns of related tables, too, as PostgREST reads them: `"id, customer:profiles!inner(full_name, phone)"`.

use crate::text::Name;

/// The relations that a text asks for, each with what it asks of it.
pub(super) fn nested_in(text: &str) -> Vec<(Name, Vec<Name>)> {
    const MOST: usize = 16;
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('(').filter(|_| found.len() < MOST) {
        let Some((relation, end)) = relation_of(before).zip(closing(behind)) else { break };
        let own = behind.get(..end).and_then(without_nested).unwrap_or_default();
        let columns = own.split([',', '\n']).filter_map(|name| name.rsplit(':').next()).map(str::trim);
        found.push((relation, columns.filter(|name| !name.is_empty()).map(Name::from).collect()));
        rest = behind.get(end + 1..).unwrap_or_default();
    }
    found
}

/// What a text asks for besides relations. `None` where a bracket is about something else.
pub(super) fn without_nested(text: &str) -> Option<String> {
    let mut own = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('(') {
        relation_of(before)?;
        let end = closing(behind)?;
        let begin = before.rfind([',', '\n']).map_or(0, |at| at + 1);
        own.push_str(before.get(..begin)?);
        rest = behind.get(end + 1..)?;
    }
    own.push_str(rest);
    Some(own)
}

/// The table that stands before a bracket: `profiles` of `id, customer:profiles!inner`.
fn relation_of(before: &str) -> Option<Name> {
    const COMPUTES: [&str; 9] = ["count", "sum", "avg", "min", "max", "coalesce", "lower", "upper", "distinct"];
    let word = before.rsplit([',', '\n']).next()?.trim();
    let table = word.rsplit(':').next()?.split('!').next()?.trim();
    let is_name = !table.is_empty() && table.chars().all(|sign| sign.is_alphanumeric() || sign == '_');
    (is_name && !COMPUTES.contains(&table.to_ascii_lowercase().as_str())).then(|| Name::from(table))
}

/// Where the bracket ends that was opened before.
fn closing(behind: &str) -> Option<usize> {
    let mut depth = 1_u32;
    behind.char_indices().find_map(|(at, sign)| {
        depth = match sign {
            '(' => depth + 1,
            ')' => depth - 1,
            _ => depth,
        };
        (depth == 0).then_some(at)
    })
}
