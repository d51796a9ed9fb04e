//! What answers give away: keys of the environment, and rows with columns that nobody should see.

use super::META;
use super::leaks::{Leak, access_of, leaks_of, personal_columns, together};
use super::variable::{read_at, returned_at};
use crate::facts::catalogue::BUILT_IN;
use crate::facts::event::{Access, Event, Use, UseKind};
use crate::facts::names;
use crate::facts::private::{is_personal_column, is_private_column};
use crate::facts::query::Columns;
use crate::facts::schema::Column;
use crate::rules::handler::Handler;
use crate::rules::open::office::is_contact;
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::usage::{self, Hangs, On};
use crate::rules::{Confidence, FixPlan, Impact};
use crate::text::Name;

pub(super) fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Use(used) = event else { continue };
        if !gets_out(cx, used) {
            continue;
        }
        for leak in together(leaks_of(cx, &used.value)) {
            // A template picks what it shows of a record; a key is given to it by name to be shown.
            if used.kind == UseKind::Shown && !matches!(leak, Leak::Variables(_) | Leak::Environment)
                || used.kind == UseKind::Written && !matches!(leak, Leak::Variables(_) | Leak::Environment | Leak::Settings(_))
            {
                continue;
            }
            if let Some(raw) = told(cx, used, leak)
                && !out.iter().any(|known| known.site == raw.site && known.message == raw.message)
            {
                out.push(raw);
            }
        }
    }
}

/// What of these rows is answered that others than the person have no business with: `birthday`.
pub fn personal_columns_answered(cx: &RuleCx<'_>, access: &Access) -> Vec<Name> {
    let answers = cx.walk.events.iter().filter_map(|event| if let Event::Use(used) = event { Some(used) } else { None });
    answers.filter(|used| used.kind != UseKind::Shown && gets_out(cx, used)).flat_map(|used| personal_columns(cx, &used.value, access.id)).collect()
}

/// Does it reach somebody outside?
fn gets_out(cx: &RuleCx<'_>, used: &Use) -> bool {
    match used.kind {
        UseKind::Respond | UseKind::Shown => cx.walk.route.is_some(),
        UseKind::Return => cx.walk.route.as_ref().is_some_and(|route| !is_typed(&route.framework)) && !cx.project.declares_answer(cx.walk),
        UseKind::Passed => true,
        // In a browser there is no environment. What an Astro page shows is filled in before.
        UseKind::Written => used.site.item.file.extension() == "astro" || !cx.project.surface(&used.site.item.file).is_exposed(),
        // What a model is told of, it may keep to itself.
        UseKind::Handed | UseKind::Told | UseKind::Unawaited => false,
    }
}

/// A schema of its own names the fields that are answered.
fn is_typed(framework: &Name) -> bool {
    BUILT_IN.framework(framework).is_some_and(|framework| framework.by_schema)
}

/// A password, a hash, a number of a card: nobody's business, whoever asks. The secret of a webhook or the token of a session may
/// be shown to the person it belongs to.
fn is_for_nobody(column: &str) -> bool {
    let name = column.rsplit('.').next().unwrap_or(column);
    // What guests are told of a house is for those who may come in.
    let is_of_house = names::words(name).iter().any(|word| matches!(word.as_str(), "wifi" | "wlan" | "ssid" | "door" | "gate" | "lockbox"));
    !is_of_house
        && names::words(name).iter().any(|word| {
            matches!(
                word.as_str(),
                "password" | "passwd" | "pwd" | "passphrase" | "hash" | "hashed" | "salt" | "otp" | "totp" | "mfa" | "ssn" | "cvv" | "cvc" | "card"
            )
        })
}

/// What somebody else's money or papers are known by.
fn is_of_an_account(column: &str) -> bool {
    let name = column.rsplit('.').next().unwrap_or(column);
    names::words(name).iter().any(|word| matches!(word.as_str(), "iban" | "passport" | "bank"))
}

fn told(cx: &RuleCx<'_>, used: &Use, leak: Leak) -> Option<Raw> {
    let (way, sure) = match used.kind {
        UseKind::Passed => ("is handed to a component that runs in the browser", Confidence::Proven),
        UseKind::Written => ("is written into a page, where anyone who opens it can read it", Confidence::Proven),
        UseKind::Shown => ("is handed to the template of a page, where anyone who opens the page can read it", Confidence::Likely),
        _ => ("is sent to whoever calls this", Confidence::Proven),
    };
    let mut raw = Raw::new(&META, used.site.clone(), sure);
    match leak {
        Leak::Variable(_) => return None,
        Leak::Variables(names) => {
            // The end of a function is no place.
            if let Some(read) = names.first().and_then(|name| read_at(cx, used, name)).filter(|_| used.kind == UseKind::Return) {
                raw.site = read;
            }
            raw.impact = Some(Impact::Critical);
            raw.detail = "environment".into();
            let way = if names.len() > 1 { way.replacen("is ", "are ", 1) } else { way.to_owned() };
            let them = if names.len() > 1 { "them" } else { "it" };
            raw.message = format!("{} {way}: they can use {them} as if they were you", listed(&names));
        }
        Leak::Environment => {
            raw.site = returned_at(cx, used);
            raw.impact = Some(Impact::Critical);
            raw.detail = "environment".into();
            raw.message = format!("The whole environment {way}, with every key and password in it");
        }
        Leak::Settings(names) => {
            raw.site = returned_at(cx, used);
            raw.impact = Some(Impact::Critical);
            raw.detail = "environment".into();
            let names = if names.is_empty() { "every key and password".to_owned() } else { listed(&names) };
            raw.message = format!("The whole settings object {way}, with {names} in it");
        }
        Leak::Rows { access, columns } => {
            let found = access_of(cx, access)?;
            let sure = if found.query.guessed { Confidence::Likely } else { Confidence::Proven };
            let is_grave = |column: &Name| {
                is_for_nobody(column)
                    || is_personal_column(column)
                    || column.contains('.') && (is_of_an_account(column) || is_contact(column.rsplit('.').next().unwrap_or_default()))
            };
            raw.confidence = if columns.iter().any(is_grave) { sure } else { Confidence::Possible };
            raw.detail = "columns".into();
            let asked = found.query.site.clone().unwrap_or_else(|| found.site.clone());
            if columns.iter().all(|column| column.contains('.')) && used.kind != UseKind::Passed {
                // What comes along is chosen where it is asked for.
                raw.site = asked.clone();
            } else if used.kind == UseKind::Return {
                // What a handler returns is told where it asks for it: the end of a function is no place.
                raw.site = Handler::of(cx).map_or_else(|| asked.clone(), |handler| handler.place_of([&asked]));
            }
            let names = listed(&columns);
            let model = &found.query.model;
            raw.message = match used.kind {
                UseKind::Passed => format!(
                    "Whole `{model}` records are handed to a component that runs in the browser, {names} with them: anyone can read them in the page's source"
                ),
                _ => format!("Whole `{model}` records are sent out, {names} with them: anyone who may call this can read them in the answer"),
            };
            raw.also(asked, "they are asked for here".to_owned());
            raw.plans.extend(leave_out(cx, found, &columns));
        }
        // Whether anything in them is nobody's business is seen by what other code reads of such rows.
        Leak::Unlisted { access } => {
            let found = access_of(cx, access).filter(|found| !found.query.model.is_empty())?;
            raw.confidence = Confidence::Likely;
            raw.detail = "columns".into();
            let asked = found.query.site.clone().unwrap_or_else(|| found.site.clone());
            if used.kind == UseKind::Return {
                raw.site = Handler::of(cx).map_or_else(|| asked.clone(), |handler| handler.place_of([&asked]));
            }
            raw.message =
                format!("Whole `{}` records are sent out, with every column: anyone who may call this can read them in the answer.", found.query.model);
            raw.hangs = Some(Hangs::new(usage::table(cx.schema, &found.query.model), On::HoldsSecret));
            raw.also(asked, "they are asked for here".to_owned());
        }
        Leak::Person { access, relation, sure } => {
            let found = access_of(cx, access)?;
            raw.confidence = Confidence::Likely;
            raw.detail = "columns".into();
            let asked = found.query.site.clone().unwrap_or_else(|| found.site.clone());
            if used.kind == UseKind::Return {
                raw.site = asked.clone();
            }
            raw.message = format!(
                "`{relation}` comes along with every column when this {way}: the e-mail address, the hash of the password and whatever else is kept of that person"
            );
            if !sure {
                // Where people are kept under a name of their own, or all in one table.
                let mut hangs = Hangs::new(usage::table(cx.schema, &relation), On::HoldsSecret);
                hangs.or.extend(["user", "account", "member"].map(|people| (usage::table(cx.schema, &Name::new_static(people)), On::HoldsSecret)));
                raw.hangs = Some(hangs);
            }
            raw.also(asked, "it is asked for here".to_owned());
        }
        Leak::Column { access, column } => {
            let found = access_of(cx, access)?;
            // What is named to be answered is often meant for whoever it belongs to: the secret of their webhook.
            raw.confidence = if is_for_nobody(&column) || is_personal_column(&column) { Confidence::Likely } else { Confidence::Possible };
            raw.detail = "columns".into();
            raw.message = format!("`{column}` of `{}` {way}", found.query.model);
        }
    }
    Some(raw)
}

/// Only columns of the rows themselves: what comes along is chosen in more than one way.
fn leave_out(cx: &RuleCx<'_>, found: &Access, private: &[Name]) -> Option<FixPlan> {
    let model = cx.schema.model_near(&found.query.model, &found.site.item.file)?;
    let query = cx.project.place(found.query.site.as_ref()?)?;
    if found.query.columns != Some(Columns::Whole) || private.iter().any(|name| name.contains('.')) {
        return None;
    }
    let is_other = |column: &&Column| !column.implicit && !private.contains(&column.name) && !is_private_column(&column.name);
    let others = model.columns.iter().filter(is_other);
    let by_database = found.query.client == "supabase";
    let names = others.map(|column| if by_database { column.db_name.clone() } else { column.name.clone() }).collect();
    Some(FixPlan::ChooseColumns { query, client: found.query.client.clone(), private: private.to_vec(), others: names })
}

fn listed(columns: &[Name]) -> String {
    match columns {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first, second] => format!("`{first}` and `{second}`"),
        [first, second, others @ ..] => format!("`{first}`, `{second}` and {} more", others.len()),
    }
}
