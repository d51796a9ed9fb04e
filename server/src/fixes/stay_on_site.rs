//! **Stay on this site**: the address is used only if it is a path; otherwise people land on the first page.

use super::edits::Edits;
use super::here::Here;
use super::{Fix, Grade};
use crate::project::Project;
use crate::rules::Place;

pub fn fix(project: &Project, at: &Place) -> Option<Fix> {
    let here = Here::at(project, at)?;
    let id = here.expression(at.span)?;
    if !here.is_plain(id) {
        return None;
    }
    let value = here.text(id).to_owned();
    let text = if here.python() {
        here.quoted(&format!("{value} if {value} and {value}.startswith(\"/\") and not {value}.startswith((\"//\", \"/\\\\\")) else \"/\""))
    } else {
        let maybe = if value.contains('?') { value.clone() } else { format!("{value}?") };
        here.quoted(&format!("{maybe}.startsWith(\"/\") && !{value}.startsWith(\"//\") && !{value}.startsWith(\"/\\\\\") ? {value} : \"/\""))
    };
    let mut edits = Edits::default();
    edits.replace(&at.file, at.span, text);
    Some(Fix {
        title: format!("Go to {value} only if it is a path of this site"),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some("Addresses of other sites lead to the first page now. If some of them are meant, list them.".to_owned()),
        suppresses: false,
    })
}
