//! What strangers may get to see of a row that belongs to somebody.

use crate::facts::check::Root;
use crate::facts::event::{Access, Event, SinkKind, UseKind};
use crate::facts::names;
use crate::facts::query::Columns;
use crate::facts::value::Value;
use crate::rules::ownership::contains_row;
use crate::rules::raw::RuleCx;
use crate::text::Name;

/// All that was chosen of a row says when something is, or is a picture: which hours are taken, the cover of a book.
pub(super) fn tells_of_nobody(access: &Access) -> bool {
    let Some(Columns::Only(names)) = &access.query.columns else { return false };
    !names.is_empty() && names.iter().all(|name| names::is_point_in_time(name) || names::begins_or_ends(name) || names::is_picture(name))
}

/// Whoever asks is sent on to the address that stands in the row, and sees nothing else of it: a short link, a sponsor's page. The address
/// of a file is the file.
pub(super) fn only_leads_on(cx: &RuleCx<'_>, access: &Access) -> bool {
    let is_file = |column: &Name| {
        names::words(column)
            .iter()
            .any(|word| matches!(word.as_str(), "file" | "pdf" | "document" | "download" | "attachment" | "invoice" | "receipt" | "upload"))
    };
    let is_address =
        |value: &Value| value.symbol().is_some_and(|symbol| symbol.root == Root::Row(access.id) && symbol.path.last().is_some_and(|column| !is_file(column)));
    let redirects: Vec<_> = cx
        .walk
        .events
        .iter()
        .filter_map(|event| if let Event::Sink(sink) = event { Some(sink) } else { None })
        .filter(|sink| sink.kind == SinkKind::Redirect && is_address(&sink.value))
        .collect();
    let is_redirect = |value: &Value| value.as_library().is_some_and(|made| redirects.iter().any(|sink| made.site.as_ref() == Some(&sink.call)));
    let holds = |value: &Value| contains_row(value, access.id, 0);
    !redirects.is_empty()
        && cx.walk.events.iter().all(|event| match event {
            Event::Use(used) if matches!(used.kind, UseKind::Respond | UseKind::Return | UseKind::Shown) => is_redirect(&used.value) || !holds(&used.value),
            _ => true,
        })
}
