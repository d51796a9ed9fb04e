//! Policies that let everybody through: the lock exists, and stands open.

use super::META;
use crate::facts::private::is_personal_column;
use crate::facts::schema::names::{singular, snake};
use crate::facts::schema::{Caller, Model, NameClass, OwnerKind, Policy, PolicyRule, Predicate, Privacy, Reach, Schema, column_classes, model_classes};
use crate::model::sql::PolicyCommand;
use crate::rules::database::api::{Served, asked_for, is_closed};
use crate::rules::database::change::{ChangeKind, DatabaseChange};
use crate::rules::database::owner;
use crate::rules::exposed::FileCx;
use crate::rules::{Confidence, Finding, FixPlan, Impact, Place};

pub(super) fn check(cx: &FileCx<'_>, served: Served, out: &mut Vec<Finding>) {
    for model in cx.schema.models().iter().filter(|model| is_own(model) && model.row_security.enabled != Some(false) && !is_closed(&model.row_security)) {
        for policy in model.row_security.policies.iter().filter(|policy| policy.permissive && policy.site.file == *cx.file) {
            let Some(mut verdict) = verdict(cx.schema, model, policy) else {
                let most = if served == Served::Perhaps { Confidence::Likely } else { Confidence::Proven };
                out.extend(super::own_row::check(cx, model, policy, most));
                continue;
            };
            if served == Served::Perhaps {
                verdict.confidence = verdict.confidence.min(Confidence::Likely);
            }
            out.push(finding(cx, model, policy, verdict));
        }
    }
}

/// What the platform itself made is told of elsewhere, or not for the project to change.
fn is_own(model: &Model) -> bool {
    !matches!(model.schema.as_deref(), Some("storage" | "auth" | "realtime" | "vault" | "cron" | "extensions"))
}

struct Verdict {
    detail: &'static str,
    impact: Impact,
    confidence: Confidence,
    /// Which of the policy's expressions is too wide.
    of_check: bool,
    /// What strangers can do: a sentence that ends with the name of the table.
    message: String,
}

fn verdict(schema: &Schema, model: &Model, policy: &Policy) -> Option<Verdict> {
    let table = &model.table;
    let rules = || policy.using.iter().chain(&policy.check);
    if rules().any(|rule| rule.predicate.trusts_editable_claim()) && (policy.covers_caller(Caller::SignedIn)) {
        let of_check = !policy.using.as_ref().is_some_and(|rule| rule.predicate.trusts_editable_claim());
        let claim = rules().find_map(|rule| editable(&rule.predicate)).unwrap_or_else(|| "user_metadata".to_owned());
        let message = format!(
            "{} trusts `{claim}`, which everybody can change about themselves: anyone who signs up can give themselves what it asks for on `{table}`",
            title(policy)
        );
        return Some(Verdict { detail: "user-metadata", impact: Impact::High, confidence: Confidence::Proven, of_check, message });
    }
    let changes = [PolicyCommand::Update, PolicyCommand::Delete].into_iter().filter(|command| policy.covers(*command));
    let verbs = match policy.command {
        PolicyCommand::Update => "change",
        PolicyCommand::Delete => "delete",
        _ => "change and delete",
    };
    let widest = changes.filter_map(|command| widest(model, policy, command)).max_by_key(|(reach, _)| *reach);
    match widest {
        Some((Reach::Everybody, who)) => {
            let owned = owner::direct(model).is_some() || owner::is_private(model);
            let (impact, confidence) = match who {
                Caller::Anonymous => (Impact::High, Confidence::Proven),
                Caller::SignedIn if owned => (Impact::High, Confidence::Proven),
                Caller::SignedIn => (Impact::Medium, Confidence::Likely),
            };
            let message = format!("{} asks {}: {} can {verbs} every row of `{table}`", title(policy), asks(policy, who), people(who));
            return Some(Verdict { detail: "write", impact, confidence, of_check: policy.using.is_none(), message });
        }
        Some((Reach::Marked, _)) if is_for_the_taking(policy) => return reads(schema, model, policy),
        Some((Reach::Marked, who)) => {
            let message = format!("{} does not ask whose the row is: {} can {verbs} every row of `{table}` that is marked so", title(policy), people(who));
            return Some(Verdict { detail: "write", impact: Impact::Medium, confidence: Confidence::Likely, of_check: false, message });
        }
        _ => {}
    }
    reads(schema, model, policy).or_else(|| inserts(schema, model, policy)).or_else(|| joins(schema, model, policy))
}

/// What belongs to nobody may become the caller's, and nobody else's: `claimed_by is null or claimed_by = auth.uid()`.
fn is_for_the_taking(policy: &Policy) -> bool {
    let owner = |predicate: &Predicate| match predicate {
        Predicate::Owner { column } => Some(column.clone()),
        Predicate::Any(all) => all.iter().find_map(|one| if let Predicate::Owner { column } = one { Some(column.clone()) } else { None }),
        _ => None,
    };
    let Some(using) = policy.using.as_ref().map(|rule| &rule.predicate) else { return false };
    let Predicate::Any(all) = using else { return false };
    let Some(column) = owner(using) else { return false };
    let is_of_it = |one: &Predicate| matches!(one, Predicate::Owner { column: known } | Predicate::Fixed { column: known } if *known == column);
    all.iter().all(is_of_it) && policy.check.as_ref().is_none_or(|check| owner(&check.predicate).as_ref() == Some(&column))
}

/// How far the policy opens the table for a command, and to whom; `None` where another policy narrows it again.
fn widest(model: &Model, policy: &Policy, command: PolicyCommand) -> Option<(Reach, Caller)> {
    [Caller::Anonymous, Caller::SignedIn].into_iter().find_map(|caller| {
        let reach = if policy.covers_caller(caller) { policy.rule(command).reach(caller) } else { Reach::Nobody };
        let reach = if reach == Reach::SignedIn { Reach::Everybody } else { reach };
        let is_narrowed = model.row_security.reach(command, caller) < reach.min(Reach::SignedIn);
        (matches!(reach, Reach::Everybody | Reach::Marked) && !is_narrowed).then_some((reach, caller))
    })
}

fn reads(schema: &Schema, model: &Model, policy: &Policy) -> Option<Verdict> {
    if !policy.covers(PolicyCommand::Select) {
        return None;
    }
    let (Reach::Everybody, who) = widest(model, policy, PolicyCommand::Select)? else { return None };
    let table = &model.table;
    let make = |impact, confidence, what: String| {
        let message = format!("{} asks {}: {} can read {what} of `{table}`", title(policy), asks(policy, who), people(who));
        Some(Verdict { detail: "read", impact, confidence, of_check: false, message })
    };
    let named = |class: NameClass| model_classes(table).has(class);
    if let Some(column) = model.sensitive_columns().first() {
        return make(Impact::High, Confidence::Proven, format!("`{}` and everything else in every row", column.db_name));
    }
    // What shops, places and companies are reached by is there to be read.
    let is_listed = named(NameClass::PublicModel) || named(NameClass::OfferModel) || named(NameClass::ModelOfTenants);
    let is_contact = |name: &str| column_classes(name).has(NameClass::Login) && !matches!(name, "username" | "user_name" | "handle" | "login");
    let contact = model.columns.iter().find(|column| is_contact(&column.db_name)).filter(|_| !is_listed);
    if let Some(column) = contact.filter(|_| !named(NameClass::PrivateModel)) {
        return make(Impact::Medium, Confidence::Likely, format!("the `{}` of everybody, in every row", column.db_name));
    }
    if is_programme(model) {
        return None;
    }
    // Where somebody lives and how to get in there, of rows that are each somebody's.
    let is_home = |name: &str| is_personal_column(name) || matches!(name, "address" | "street" | "street_address" | "delivery_address" | "pickup_address");
    let is_somebodys = || owner::direct(model).is_some_and(|path| path.kind == OwnerKind::Owner);
    if let Some(column) = model.columns.iter().find(|column| is_home(&column.db_name)).filter(|_| !is_listed && is_somebodys()) {
        return make(Impact::Medium, Confidence::Likely, format!("the `{}` of everybody, in every row", column.db_name));
    }
    if model.privacy() == Privacy::Principal {
        return None;
    }
    // What is added to what is private is as private: replies to a ticket.
    let on_private = model
        .columns
        .iter()
        .filter_map(|column| schema.get(&column.references.as_ref()?.model))
        .any(|on| on.privacy() == Privacy::Private && !on.is_tenant && model_classes(&on.table).has(NameClass::PrivateModel));
    // Stars are given for others to see, whatever was bought or booked before.
    let is_review = model.columns.iter().any(|column| matches!(column.name.as_str(), "rating" | "stars"));
    if on_private && !is_review && !named(NameClass::OfferModel) && !named(NameClass::Membership) {
        return match who {
            Caller::Anonymous => make(Impact::High, Confidence::Likely, "every row".to_owned()),
            Caller::SignedIn => make(Impact::Medium, Confidence::Proven, "every row".to_owned()),
        };
    }
    if model.privacy() != Privacy::Private
        || named(NameClass::AuthoredModel)
        || named(NameClass::ReactionModel)
        || named(NameClass::OfferModel)
        || named(NameClass::Membership)
    {
        return None;
    }
    let every = || "every row".to_owned();
    match who {
        // What ties two people to each other (who follows whom) is often shown.
        _ if !named(NameClass::PrivateModel) => {
            owner::direct(model).filter(|path| path.kind == OwnerKind::Owner).and_then(|_| make(Impact::Low, Confidence::Likely, every()))
        }
        Caller::Anonymous => make(Impact::High, Confidence::Likely, every()),
        Caller::SignedIn => make(Impact::Medium, Confidence::Proven, every()),
    }
}

/// `sessions` of a yoga studio, with seats and a beginning: nobody is signed in by one.
fn is_programme(model: &Model) -> bool {
    let is_of_login = |name: &str| {
        let words = crate::facts::names::words(name);
        words.iter().any(|word| matches!(word.as_str(), "token" | "expires" | "expiry" | "agent" | "ip" | "refresh" | "csrf"))
    };
    singular(&snake(&model.table)) == "session"
        && owner::direct(model).is_none()
        && model.columns.len() > 1
        && !model.columns.iter().any(|column| is_of_login(&column.db_name))
}

/// Rows that anybody may add: to a contact form on purpose, in somebody else's name never.
fn inserts(schema: &Schema, model: &Model, policy: &Policy) -> Option<Verdict> {
    if !policy.covers(PolicyCommand::Insert) {
        return None;
    }
    let (Reach::Everybody, who) = widest(model, policy, PolicyCommand::Insert)? else { return None };
    let table = &model.table;
    let (confidence, what) = match owner::direct(model) {
        None if owner::is_private(model) && owner::private_parent(schema, model).is_some() => {
            let parent = owner::private_parent(schema, model).map(|parent| parent.table.as_str()).unwrap_or_default();
            (Confidence::Likely, format!("add rows to `{table}` below anybody's `{parent}`, since nothing asks whose that is"))
        }
        Some(path) => (Confidence::Proven, format!("add rows to `{table}` in anybody's name, since nothing asks that `{}` is the caller", path.db_column)),
        None => (Confidence::Possible, format!("add as many rows to `{table}` as they like")),
    };
    let message = format!("{} asks {}: {} can {what}", title(policy), asks(policy, who), people(who));
    Some(Verdict { detail: "insert", impact: Impact::Medium, confidence, of_check: policy.check.is_some(), message })
}

/// Who belongs to what is added by the person, and nothing asks to what, and as what.
fn joins(schema: &Schema, model: &Model, policy: &Policy) -> Option<Verdict> {
    let membership = model.membership.as_ref().filter(|_| policy.covers(PolicyCommand::Insert))?;
    let rule = policy.check.as_ref()?;
    let is_only_me = rule.predicate.parts().iter().all(|part| match part {
        Predicate::All(_) | Predicate::SignedIn => true,
        Predicate::Owner { column } => *column == membership.principal_column,
        _ => false,
    });
    let role = model.columns.iter().find(|column| column_classes(&column.name).has(NameClass::Protected))?;
    if !is_only_me || rule.predicate.owner_columns().is_empty() || !policy.covers_caller(Caller::SignedIn) {
        return None;
    }
    let message = format!(
        "{} asks only that the row is about the caller: anyone who signs up can add themselves to any {}, with any `{}` in `{}`",
        title(policy),
        schema.get(&membership.tenant).map_or_else(|| "group".to_owned(), |group| singular(&snake(&group.name))),
        role.db_name,
        model.table
    );
    Some(Verdict { detail: "join", impact: Impact::High, confidence: Confidence::Proven, of_check: true, message })
}

/// A claim that the person can change, as it is called.
fn editable(predicate: &Predicate) -> Option<String> {
    predicate.parts().into_iter().find_map(|part| match part {
        Predicate::Claim { name, editable: true } => Some(name.to_string()),
        _ => None,
    })
}

fn title(policy: &Policy) -> String {
    format!("The policy \"{}\"", policy.name)
}

fn people(who: Caller) -> &'static str {
    match who {
        Caller::Anonymous => "anyone on the internet",
        Caller::SignedIn => "anyone who signs up",
    }
}

fn asks(policy: &Policy, who: Caller) -> &'static str {
    let is_open = policy.using.iter().chain(&policy.check).all(|rule| rule.predicate == Predicate::Always);
    match who {
        Caller::SignedIn if !is_open => "only that somebody is signed in",
        Caller::SignedIn => "nothing more than to be signed in",
        Caller::Anonymous => "for nothing",
    }
}

fn finding(cx: &FileCx<'_>, model: &Model, policy: &Policy, verdict: Verdict) -> Finding {
    let rule: Option<&PolicyRule> = if verdict.of_check { policy.check.as_ref() } else { policy.using.as_ref() };
    let site = rule.or(policy.using.as_ref()).or(policy.check.as_ref()).map_or(&policy.site, |rule| &rule.site);
    let place = Place { file: site.file.clone(), span: site.span };
    let mut finding = cx.finding(&META, verdict.detail, (verdict.impact, verdict.confidence), place.clone(), verdict.message);
    finding.related.extend(asked_for(cx, "from", &model.table).iter().map(|asked| asked.related(&model.table)));
    let table = owner::qualified(model);
    let is_for_server = names_server(&policy.name) && policy.roles.is_empty();
    let kind = match owner::condition(cx.schema, model) {
        _ if is_for_server => Some(ChangeKind::DropPolicy { table, policy: policy.name.clone() }),
        Some(condition) if verdict.detail != "user-metadata" => {
            let is_wide = |rule: &Option<PolicyRule>| {
                rule.as_ref().is_some_and(|rule| matches!(rule.predicate.reach(Caller::SignedIn), Reach::Everybody | Reach::SignedIn | Reach::Marked))
            };
            let using = (is_wide(&policy.using) || policy.using.is_none() && policy.command != PolicyCommand::Insert).then(|| condition.clone());
            let check = (is_wide(&policy.check) || policy.check.is_none() && policy.command == PolicyCommand::Insert).then_some(condition);
            (using.is_some() || check.is_some()).then_some(ChangeKind::Tighten { table, policy: policy.name.clone(), using, check })
        }
        _ => None,
    };
    finding.plans.extend(kind.map(|kind| FixPlan::ChangeDatabase(Box::new(DatabaseChange { at: place, object: model.table.clone(), kind }))));
    finding
}

/// `Service role can manage orders`: the server's key needs no policy, and this one lets everybody in.
fn names_server(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', '_'], " ");
    ["service role", "backend", "edge function", "server ", "system "].iter().any(|word| name.contains(word))
}
