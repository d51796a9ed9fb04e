//! Helpers of the server in a file that begins with `"use server"`: each function that it exports has an address, which nothing in the
//! browser asks for. What is open there is open for one reason, and told once, at the line that opens it.

use crate::model::{ExprKind, StmtKind};
use crate::project::Project;
use crate::project::reach::Reach;
use crate::rules::missing_auth::META;
use crate::rules::{Confidence, Finding, FixPlan, Level, Place, Related};
use crate::text::FileId;

const DIRECTIVE: &str = "use server";
const MOST_NAMED: usize = 12;

/// `found`: of this file. The functions that anybody can call become one finding, if only other code of the server uses the file.
pub fn told_once(project: &Project, reach: &Reach, file: &FileId, found: &mut Vec<Finding>) {
    if !found.iter().any(|finding| finding.rule == META.id && finding.place.file == *file) {
        return;
    }
    let Some(line) = directive(project, file) else { return };
    if !reach.is_used_by_server_only(project, file) {
        return;
    }
    let is_one = |finding: &mut Finding| finding.rule == META.id && finding.place.file == *file;
    let open: Vec<Finding> = found.extract_if(.., is_one).collect();
    let Some(mut one) = open.first().cloned() else { return };
    one.level = one.level.min(Level::Information);
    one.confidence = Confidence::Possible;
    one.detail = "helpers".into();
    one.message = format!(
        "`{DIRECTIVE}` gives every function that this file exports an address that anybody on the internet can call, and only your own server uses them: \
         {} of them never {} who is calling.",
        open.len(),
        if open.len() == 1 { "checks" } else { "check" },
    )
    .into();
    one.related = open.iter().take(MOST_NAMED).map(|finding| Related { place: finding.place.clone(), message: finding.message.clone() }).collect();
    one.plans = vec![FixPlan::ServerOnlyInstead { at: line.clone() }];
    one.place = line;
    found.push(one);
}

fn directive(project: &Project, file: &FileId) -> Option<Place> {
    let model = project.file(file)?.model.as_ref()?;
    if !model.directives.iter().any(|directive| directive == DIRECTIVE) {
        return None;
    }
    model.segments.iter().find_map(|placed| {
        let StmtKind::Expr(said) = placed.segment[*placed.segment.body.first()?].kind else { return None };
        let expr = &placed.segment[said];
        matches!(&expr.kind, ExprKind::Str(text) if &**text == DIRECTIVE).then(|| Place { file: file.clone(), span: placed.absolute(expr.span) })
    })
}
