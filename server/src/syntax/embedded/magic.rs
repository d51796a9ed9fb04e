//! Commands to the notebook among its code: `%pip install`, `!ls`, `name?`, `%%bash`.

/// A line that is no Python.
pub(super) enum Magic {
    Line,
    /// What a backslash takes along.
    Rest,
    /// From this byte on: `files = !ls`.
    Value(usize),
}

/// Is all the cell written for something else? `%%time` and its like take Python.
pub(super) fn takes_the_cell(code: &str) -> bool {
    const OF_PYTHON: &[&str] = &["time", "timeit", "capture", "prun", "memit", "mprun", "python", "python3", "debug", "px"];
    let first = code.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let name = first.strip_prefix("%%").map(|rest| rest.split_whitespace().next().unwrap_or_default());
    name.is_some_and(|name| !OF_PYTHON.contains(&name))
}

/// What a line between statements is, if it is a command.
pub(super) fn of(line: &str) -> Option<Magic> {
    let code = line.trim();
    let is_help = code.ends_with('?') && !code.contains(['#', '"', '\'', '=', '(']);
    if code.starts_with(['%', '!', '?']) || is_help {
        return Some(Magic::Line);
    }
    let (target, value) = line.split_once('=')?;
    let is_target = target.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b',' | b' ' | b'\t' | b'.')) && !target.trim().is_empty();
    let command = value.trim_start();
    (is_target && command.len() > 1 && command.starts_with(['!', '%'])).then(|| Magic::Value(line.len() - command.len()))
}
