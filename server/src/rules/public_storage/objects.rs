//! Policies on stored files that ask for the bucket, and not for whose the file is.

use super::META;
use crate::facts::schema::{Caller, Policy, Predicate, Reach};
use crate::model::sql::{ObjectName, PolicyCommand};
use crate::rules::database::change::{ChangeKind, DatabaseChange};
use crate::rules::database::content::Content;
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Finding, FixPlan, Impact, Place};
use crate::text::Span;

pub(super) fn check(cx: &FileCx<'_>, out: &mut Vec<Finding>) {
    let objects = ObjectName { schema: Some("storage".into()), name: "objects".into(), span: Span::default() };
    let Some(security) = cx.schema.row_security(&objects) else { return };
    for policy in security.policies.iter().filter(|policy| policy.permissive && policy.site.file == *cx.file) {
        out.extend(finding(cx, policy));
    }
}

/// Who can do what with which files, if these are too many.
fn finding(cx: &FileCx<'_>, policy: &Policy) -> Option<Finding> {
    let rule = policy.using.as_ref().or(policy.check.as_ref());
    let text = cx.known.document.text();
    let bucket = rule.and_then(|rule| bucket(rule.site.span.of(&text)));
    let content = bucket.as_deref().map_or(Content::Unclear, Content::of_name);
    let open = |command: PolicyCommand| {
        [Caller::Anonymous, Caller::SignedIn].into_iter().find(|caller| {
            policy.covers(command) && policy.covers_caller(*caller) && matches!(policy.rule(command).reach(*caller), Reach::Everybody | Reach::SignedIn)
        })
    };
    let changed = open(PolicyCommand::Update).or_else(|| open(PolicyCommand::Delete));
    let added = open(PolicyCommand::Insert);
    let (who, verb, impact, confidence) = match (changed, added, open(PolicyCommand::Select)) {
        (Some(Caller::Anonymous), ..) => (Caller::Anonymous, "overwrite and delete", Impact::High, Confidence::Proven),
        (Some(Caller::SignedIn), ..) => (Caller::SignedIn, "overwrite and delete", Impact::High, Confidence::Likely),
        (None, Some(Caller::Anonymous), _) => (Caller::Anonymous, "put up", Impact::High, Confidence::Proven),
        (None, Some(Caller::SignedIn), _) => (Caller::SignedIn, "put up", Impact::Medium, Confidence::Likely),
        (None, None, Some(who)) if content == Content::Private => {
            (who, "list and download", Impact::High, if who == Caller::Anonymous { Confidence::Proven } else { Confidence::Likely })
        }
        _ => return None,
    };
    let people = if who == Caller::Anonymous { "anyone on the internet" } else { "anyone who signs up" };
    let files = match (&bucket, verb) {
        (Some(bucket), "put up") => format!("files of any kind in `{bucket}`, under anybody's path"),
        (Some(bucket), _) => format!("everybody's files in `{bucket}`"),
        (None, "put up") => "files of any kind in every bucket".to_owned(),
        (None, _) => "everybody's files, in every bucket".to_owned(),
    };
    let message = format!("The policy \"{}\" does not ask whose the file is: {people} can {verb} {files}", policy.name);
    let site = rule.map_or(&policy.site, |rule| &rule.site);
    let place = Place { file: site.file.clone(), span: site.span };
    let mut finding = cx.finding(&META, "policy", (impact, confidence), place.clone(), message);
    if let Some(bucket) = bucket {
        let own = format!("bucket_id = '{}' and (storage.foldername(name))[1] = (select auth.uid())::text", bucket.replace('\'', "''"));
        let is_open = |predicate: &Predicate| matches!(predicate.reach(Caller::SignedIn), Reach::Everybody | Reach::SignedIn);
        let using = policy.using.as_ref().filter(|rule| is_open(&rule.predicate)).map(|_| own.clone());
        let check = policy.check.as_ref().filter(|rule| is_open(&rule.predicate)).map(|_| own);
        if using.is_some() || check.is_some() {
            let kind = ChangeKind::Tighten { table: "storage.objects".to_owned(), policy: policy.name.clone(), using, check };
            finding.plans.push(FixPlan::ChangeDatabase(Box::new(DatabaseChange { at: place, object: bucket.into(), kind })));
        }
    }
    Some(finding)
}

/// `invoices` of `bucket_id = 'invoices'`.
fn bucket(expression: &str) -> Option<String> {
    let (_, rest) = expression.split_once("bucket_id")?;
    let rest = rest.trim_start().trim_start_matches("::text").trim_start().strip_prefix('=')?.trim_start().trim_start_matches('(');
    let name = rest.strip_prefix('\'')?.split('\'').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}
