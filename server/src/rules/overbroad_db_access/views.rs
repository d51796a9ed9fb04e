//! Views read with the rights of their owner: the policies of the tables behind them do not apply.

use super::{META, plan};
use crate::facts::schema::Caller;
use crate::facts::schema::{Model, NameClass, Privacy, Reach, View, column_classes};
use crate::model::sql::PolicyCommand;
use crate::rules::database::api::asked_for;
use crate::rules::database::change::ChangeKind;
use crate::rules::database::owner::{self, quoted};
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Finding, Impact, Place};

pub(super) fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    for view in cx.schema.views().iter().filter(|view| view.site.file == *cx.file) {
        let is_taken = |role: &str| view.revoked.iter().any(|known| known == role);
        if view.security_invoker || view.asks_caller || view.name.schema_or_public() != "public" || is_taken("anon") && is_taken("authenticated") {
            continue;
        }
        let Some((table, confidence)) = behind(cx, view) else { continue };
        let name = &view.name.name;
        let place = Place { file: view.named_at.file.clone(), span: view.named_at.span };
        let message = format!(
            "`{name}` reads `{table}` with the rights of its owner, so the policies of `{table}` do not apply: anyone who opens your site can read what the view shows of every row"
        );
        let mut finding = cx.finding(&META, "view", (Impact::High, confidence), place.clone(), message);
        finding.related.extend(asked_for(cx, "from", name).iter().map(|asked| asked.related(name)));
        let qualified = format!("{}.{}", quoted(view.name.schema_or_public()), quoted(name));
        let kind = match view.materialized {
            true => ChangeKind::Revoke { object: format!("all on {qualified}"), roles: "anon, authenticated".into() },
            false => ChangeKind::AskAsCaller { view: qualified },
        };
        finding.plans.push(plan(place, name, kind));
        out.push(finding);
    }
}

/// A table behind the view whose rows not everybody may read, and how sure it is that the view shows what it should not.
fn behind(cx: &FileCx<'_>, view: &View) -> Option<(String, Confidence)> {
    let mut found: Option<(String, Confidence)> = None;
    for table in &view.reads {
        if table.schema.as_deref() == Some("auth") {
            return Some((format!("auth.{}", table.name), Confidence::Proven));
        }
        let Some(model) = cx.schema.model(&format!("{}.{}", table.schema_or_public(), table.name)) else { continue };
        // Without a lock on the table the view gives nothing that was not given before.
        let is_locked = model.row_security.enabled == Some(true) && model.row_security.reach(PolicyCommand::Select, Caller::Anonymous) <= Reach::Own;
        if !is_locked || !owner::is_private(model) {
            continue;
        }
        let confidence = shown(view, model);
        if found.as_ref().is_none_or(|(_, known)| confidence > *known) {
            found = Some((table.name.to_string(), confidence));
        }
    }
    found
}

/// A view that names a few harmless columns may have been made to show just those.
fn shown(view: &View, model: &Model) -> Confidence {
    let Some(columns) = &view.shows else { return Confidence::Proven };
    let is_telling = |name: &str| {
        let classes = column_classes(name);
        classes.has(NameClass::Sensitive) || classes.has(NameClass::Login) && !matches!(name, "username" | "user_name" | "handle")
    };
    match () {
        () if columns.iter().any(|name| is_telling(name)) => Confidence::Proven,
        // Counts and names of people: what leaderboards and public profiles are made of.
        () if columns.is_empty() || model.privacy() == Privacy::Principal => Confidence::Possible,
        () => Confidence::Likely,
    }
}
