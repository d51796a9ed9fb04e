//! Rows that need a name: the value alone could be anything.

use super::catalogue::{Check, Row, RowId};
use super::context::{self, Names, Position, lists};
use super::hints::FileHints;
use super::judge::{Candidate, Evidence, Origin, Rank, Verdict};
use super::order::is_in_order;
use super::place::Place;
use super::prefilter::{HintWords, RowSet, named_rows};
use super::token::{is_rich_enough, lower_test_value};
use super::{Severity, catalogue, entropy, generic, inside, placeholder, url};
use crate::facts::browser::BROWSER;
use crate::syntax::Language;
use crate::text::Name;

/// Longer values are documents.
const VALUE_LIMIT: usize = 4096;

pub(super) fn judge(candidate: &Candidate<'_>, hints: &FileHints, words: HintWords, publishable: bool, out: &mut Vec<Verdict>) {
    let may_accuse = matches!(candidate.position, Position::Value | Position::Argument) && candidate.whole && !hints.place.trusts_shapes_only();
    if !may_accuse || hints.place == Place::Skipped || candidate.value.is_empty() || candidate.value.len() > VALUE_LIMIT {
        return;
    }
    let names = candidate.names;
    if [&names.own, &names.also].into_iter().any(|name| context::is_about(name)) {
        return;
    }
    let forms = names.forms();
    let mut rows = RowSet::default();
    forms.iter().for_each(|form| named_rows(form, &mut rows));
    for (id, row) in catalogue().ids() {
        let by_argument = !row.arguments.is_empty() && fits_argument(row, candidate, words);
        if !by_argument && !rows.contains(id) || publishable && (row.generic || row.weak) {
            continue;
        }
        if let Some(verdict) = one(id, row, &forms, by_argument, candidate, hints, words) {
            out.push(verdict);
        }
    }
}

fn fits_argument(row: &Row, candidate: &Candidate<'_>, words: HintWords) -> bool {
    let names = candidate.names;
    row.arguments.iter().any(|argument| {
        // Asked of every row about every literal: what is cheap to see comes first.
        if names.slot != argument.slot {
            return false;
        }
        let callee = names.callee.as_str();
        let chained = argument
            .callee
            .split_once(".*.")
            .is_some_and(|(first, last)| callee.starts_with(first) && callee.strip_suffix(last).is_some_and(|before| before.ends_with('.')));
        // `*Strategy`: whatever comes before, in the same word.
        let any_of_kind = argument.callee.strip_prefix('*').is_some_and(|end| callee.ends_with(end));
        let fits = chained
            || any_of_kind
            || callee == argument.callee
            || callee.strip_suffix(argument.callee.as_str()).is_some_and(|before| before.ends_with('.') && argument.module.is_empty());
        fits && (argument.module.is_empty() || words.has(&argument.module.to_ascii_lowercase()))
    })
}

fn one(id: RowId, row: &Row, forms: &[String], by_argument: bool, candidate: &Candidate<'_>, hints: &FileHints, words: HintWords) -> Option<Verdict> {
    let is_fallback = candidate.origin == Origin::Fallback;
    let in_language = row.languages.is_empty() || row.languages.iter().any(|language| language == hints.language.fence());
    let speaks_of_it = row.files.is_empty() && row.context_words.is_empty() || row.files.is_match(&hints.path) || words.has_any(&row.context_words);
    // Elsewhere the variable's own name says it: `secret: process.env.SHOP_SECRET_KEY ?? "..."` is whatever the shop takes.
    let in_file = speaks_of_it || row.weak && is_fallback && matching(row, &Names::of(&candidate.names.own).forms()).is_some();
    if !in_language || !in_file || candidate.position == Position::Argument && !by_argument && (row.generic || row.weak || row.placed) {
        return None;
    }
    let name = if by_argument { None } else { Some(matching(row, forms)?) };
    if !row.not_name.is_empty() && forms.iter().any(|form| row.not_name.is_in_name(form)) {
        return None;
    }
    let fits = row.value.is_match(candidate.value) && !row.reject.is_match(candidate.value);
    if !fits
        || catalogue().known_sample(candidate.value).is_some()
        || row.siblings.iter().any(|key| candidate.siblings.count_of(std::slice::from_ref(key)) == 0)
    {
        return None;
    }
    let mut verdict = Verdict {
        row: id,
        range: 0..candidate.value.len(),
        severity: row.severity,
        evidence: if row.structural { Evidence::Structure } else { Evidence::Name },
        env: name.and_then(|form| env_of_vendor(row, form)),
        guessable: false,
        rank: match (row.generic || row.placed, row.weak) {
            (true, _) => Rank::Generic,
            (_, true) => Rank::Signing,
            _ => Rank::Named,
        },
    };
    let is_own_database = |form: &String| {
        ["postgres", "mysql", "mariadb", "mongo", "redis", "rabbitmq", "dbpass", "db_pass", "database_pass"]
            .iter()
            .any(|name| form.to_ascii_lowercase().contains(name))
    };
    // The password of a database that only lives beside the app in its compose file opens nothing outside of it.
    if row.generic && hints.names_services && forms.iter().any(is_own_database) || hints.translates && (row.generic || row.weak || row.placed) {
        return None;
    }
    if row.generic {
        by_name_only(row, candidate, hints, &mut verdict)?;
    } else if row.placed {
        placed(row, candidate, hints, &mut verdict)?;
    } else if row.weak {
        signing(candidate, hints, &mut verdict)?;
    } else {
        provider(row, candidate, words, &mut verdict)?;
    }
    lower_test_value(row, candidate.value, &mut verdict);
    if hints.place == Place::Example {
        verdict.severity = verdict.severity.lower();
    }
    // A sample env file shows names; only a value that was drawn at random is a leak.
    let is_random = entropy::is_random(candidate.value) && !is_in_order(candidate.value);
    let is_drawn = is_random || !row.generic && !row.weak && !row.placed && entropy::has_random_part(candidate.value);
    if hints.place == Place::EnvSample && !is_drawn && verdict.evidence != Evidence::Shape {
        return None;
    }
    Some(verdict)
}

/// The form of the name that the row asks for.
fn matching<'f>(row: &Row, forms: &'f [String]) -> Option<&'f str> {
    forms.iter().map(String::as_str).find(|form| row.name.is_in_name(form))
}

/// `{}_API_KEY`: the vendor is the part of the name that matched.
fn env_of_vendor(row: &Row, form: &str) -> Option<Name> {
    let vendor = row.env.contains("{}").then(|| row.name.anywhere()?.captures(form)?.get(1)).flatten()?;
    let vendor: String = vendor.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    Some(Name::from(row.env.replace("{}", &vendor.to_ascii_uppercase())))
}

/// A vendor's name and a value in the vendor's form.
fn provider(row: &Row, candidate: &Candidate<'_>, words: HintWords, verdict: &mut Verdict) -> Option<()> {
    let value = candidate.value;
    if row.check == Check::Mnemonic {
        verdict.evidence = Evidence::Place;
        return inside::is_recovery_phrase(value).then_some(());
    }
    if !row.file_words.is_empty() {
        return app_password(row, value, words, candidate, verdict);
    }
    let made_up = placeholder::value_is_made_up(value, &candidate.names.own);
    (!made_up && is_rich_enough(row, value)).then_some(())
}

/// Sixteen letters, in fours: with the service in the file the spaces alone are proof enough.
fn app_password(row: &Row, value: &str, words: HintWords, candidate: &Candidate<'_>, verdict: &mut Verdict) -> Option<()> {
    let speaks = words.has_any(&row.file_words);
    let spaced = value.contains(' ');
    let plain = value.replace(' ', "");
    let made_up = placeholder::is_repetition(&plain) || placeholder::has_word(value) || entropy::bits(&plain) < if spaced { 2.5 } else { 2.8 };
    let worded = if spaced { value.split(' ').all(entropy::is_only_words) } else { entropy::is_only_words(value) };
    let sure = speaks || candidate.names.text().contains("gmail");
    if made_up || worded || !sure {
        return None;
    }
    verdict.evidence = Evidence::Shape;
    Some(())
}

/// Secrets that sign sessions: a word is worse than a random value, because anybody can guess it.
fn signing(candidate: &Candidate<'_>, hints: &FileHints, verdict: &mut Verdict) -> Option<()> {
    let value = candidate.value;
    let named_itself = candidate.origin == Origin::Plain
        && placeholder::is_variable_name(&value.to_ascii_uppercase())
        && context::snake(value) == context::snake(&candidate.names.own);
    let a_text = value.split_whitespace().count() > 4 || candidate.siblings.texts && value.contains(' ') || candidate.siblings.form;
    // As little is only looked at where it stands in for a variable.
    let is_nothing = value.trim().is_empty() || candidate.origin == Origin::Plain && value.chars().count() < 3;
    if is_nothing || placeholder::is_template(value) || placeholder::is_variable_name(value) || named_itself || a_text || value.contains("://") {
        return None;
    }
    // A set of names; but `cookieSession({ keys: [...] })` signs with each, and what stands in for a variable is called like that.
    let callee = candidate.names.callee.to_ascii_lowercase();
    let signs = || callee.contains("session") || callee.contains("cookie") || candidate.origin == Origin::Fallback;
    if candidate.names.slot == "*" && (!signs() || keeps_a_taste(candidate.near)) {
        return None;
    }
    // `jwt.decode(token, "HS256")` and key files by their name.
    if is_setting(value) {
        return None;
    }
    verdict.guessable = !entropy::is_random(value) || is_in_order(value);
    // Something has to stand there for tests and builds to run through, and nobody signs in to those.
    let made_for_a_run = hints.for_developers || hints.builds && placeholder::has_word(value) || placeholder::is_made_for_tests(value);
    if verdict.guessable && made_for_a_run {
        return None;
    }
    if verdict.guessable {
        verdict.severity = Severity::High;
    }
    // Such a name can mean nothing else.
    verdict.evidence = Evidence::Place;
    Some(())
}

/// A place that takes a secret and nothing else. Whatever was chosen for it is one; what waits to be replaced, names itself, or opens a
/// developer's own services is not.
fn placed(row: &Row, candidate: &Candidate<'_>, hints: &FileHints, verdict: &mut Verdict) -> Option<()> {
    let value = candidate.value;
    let is_stand_in = placeholder::is_template(value)
        || placeholder::has_word(value)
        || placeholder::is_variable_name(value)
        || placeholder::is_own_name(value, &candidate.names.own)
        || placeholder::has_no_other_words(value, &candidate.names.own)
        || value.bytes().all(|b| b.is_ascii_uppercase())
        || value.bytes().all(|b| value.bytes().next() == Some(b))
        || value.split_whitespace().count() > 4
        || url::is_guessable_at_heart(value) && !row.weak
        || is_setting(value);
    let is_local = candidate.siblings.local || hints.for_developers && !entropy::is_random(value);
    if is_stand_in || is_local || candidate.siblings.form {
        return None;
    }
    // A label that keeps two uses of a key apart is made of words; a key that is, says so.
    let says_secret = ["secret", "passw", "key", "token", "hardcoded"].iter().any(|word| value.to_ascii_lowercase().contains(word));
    if row.soft && !says_secret && entropy::is_prose(value) {
        return None;
    }
    verdict.guessable = is_in_order(value);
    verdict.evidence = if verdict.guessable || entropy::is_random(value) { Evidence::Place } else { Evidence::Name };
    Some(())
}

/// A cookie that remembers how somebody likes to see the site signs nobody in.
fn keeps_a_taste(near: &str) -> bool {
    let near = near.to_ascii_lowercase();
    let is_name = |word: &str| ["'", "\""].iter().any(|quote| near.contains(&format!("{quote}{word}{quote}")) || near.contains(&format!("_{word}{quote}")));
    ["theme", "locale", "lang", "language", "i18n", "toast", "flash", "color-scheme", "sidebar", "consent"].iter().any(|word| is_name(word))
}

/// Words that stand beside signing secrets and are none.
fn is_setting(value: &str) -> bool {
    const SETTINGS: [&str; 24] = [
        "hs256",
        "hs384",
        "hs512",
        "rs256",
        "rs512",
        "es256",
        "eddsa",
        "none",
        "auto",
        "true",
        "false",
        "null",
        "undefined",
        "string",
        "session",
        "cookie",
        "bearer",
        "utf-8",
        "utf8",
        "base64",
        "hex",
        "required",
        "optional",
        "object",
    ];
    let plain = value.trim().to_ascii_lowercase();
    SETTINGS.contains(&plain.as_str()) || plain.ends_with(".pem") || plain.ends_with(".key") || plain.starts_with("./") || plain.starts_with('/')
}

/// `POSTGRES_USER=app`, `POSTGRES_PASSWORD=app`, and a host that is a service of the same compose file.
fn opens_a_service_beside(value: &str, near: &str) -> bool {
    let lines = || near.lines().filter_map(|line| line.trim().split_once('=')).map(|(name, value)| (name, value.trim().trim_matches(['"', '\''])));
    let is_user = |name: &str| ["USER", "USERNAME", "_DB", "DATABASE", "VHOST"].iter().any(|end| name.ends_with(end));
    let is_beside = |host: &str| !host.is_empty() && (!host.contains('.') || url::is_local_host(host));
    lines().any(|(name, other)| is_user(name) && other == value) && lines().any(|(name, host)| name.ends_with("HOST") && is_beside(host))
}

/// Only the name speaks: passwords, tokens, keys of nobody in particular.
fn by_name_only(row: &Row, candidate: &Candidate<'_>, hints: &FileHints, verdict: &mut Verdict) -> Option<()> {
    let names = candidate.names;
    // `NEXT_PUBLIC_` says who gets to see the value, and no more of it than `VITE_` does.
    let is_published = hints.language == Language::Env && BROWSER.shows_in(&names.own, None);
    let own = if is_published { BROWSER.unpublished(&names.own) } else { &names.own };
    let harmless = [own, &names.also].into_iter().any(context::is_harmless);
    if harmless || candidate.siblings.form {
        return None;
    }
    let value = candidate.value;
    match row.check {
        Check::Password => {
            let in_login = candidate.connects || lists().connection_calls.contains(names.callee.as_str());
            let connects = in_login || candidate.origin == Origin::Fallback;
            // A service's own database, named by the service.
            if hints.names_services && url::is_guessable(value) || hints.language == Language::Env && opens_a_service_beside(value, candidate.near) {
                return None;
            }
            // What RabbitMQ lets in from its own machine alone.
            let stands_in = candidate.origin == Origin::Fallback || context::snake(&names.own).split('_').any(|word| word == "default");
            if stands_in && value == "guest" {
                return None;
            }
            // The first login of a seed, or of a developer's own services.
            let is_plain = url::is_guessable_at_heart(value) || value.bytes().all(|b| b.is_ascii_lowercase());
            if hints.place == Place::Example && is_plain || hints.for_developers && !entropy::is_random(value) {
                return None;
            }
            if generic::password(value, &names.own, candidate.siblings, connects)? == generic::Password::Guessable {
                verdict.guessable = true;
                if candidate.siblings.connection {
                    verdict.row = catalogue().by_id("database-login").unwrap_or(verdict.row);
                }
                verdict.severity = Severity::Medium;
            }
        }
        Check::Order => {
            if !is_in_order(value) && !placeholder::waits_for_another(value) {
                return None;
            }
            verdict.guessable = true;
        }
        _ => {
            let random = generic::is_secret(value, &names.own);
            let fallback = candidate.origin == Origin::Fallback && generic::is_fallback_key(value, &names.own);
            if !random && !fallback {
                return None;
            }
        }
    }
    Some(())
}
