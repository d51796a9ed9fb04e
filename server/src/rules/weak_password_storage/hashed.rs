//! A password goes through a hash that was made for speed, or through a good one with too little work.

use super::{META, hashes_properly};
use crate::facts::credential_names::{is_password, last};
use crate::facts::event::{Effect, Event, SinkKind};
use crate::facts::place::Site;
use crate::facts::taint::Part;
use crate::facts::value::{Kind, Piece, Value};
use crate::rules::called::{chain, given, name, number, option, positional};
use crate::rules::raw::{Raw, RuleCx};
use crate::rules::{Confidence, FixPlan, Impact, Strengthen};
use crate::text::Name;

pub(super) fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let Event::Effect(effect) = event else { continue };
        let raw = match effect.kind.as_str() {
            "hash" => fast(cx, effect),
            "password-hash" => cheap(cx, effect),
            _ => None,
        };
        if let Some(raw) = raw
            && !out.iter().any(|known| known.site == raw.site)
        {
            out.push(raw);
        }
    }
}

/// The password among what a call gets, as the code calls it, and whether it certainly is one.
pub(super) fn password(effect: &Effect) -> Option<(Name, bool)> {
    let by_content = effect.args.iter().flat_map(|arg| arg.value.taint().iter()).find(|origin| origin.part != Part::Weak && is_password(&origin.name));
    if let Some(origin) = by_content {
        return Some((origin.name.clone(), is_whole_word(&origin.name)));
    }
    if let Some(given) = effect.args.iter().find_map(|arg| given_password(&arg.value)) {
        return Some((given, false));
    }
    let spoken = effect.spoken.iter().find(|(path, _)| is_password(last(path)))?;
    Some((spoken.0.last()?.clone(), is_whole_word(last(&spoken.0))))
}

/// What goes through the hash is called a key, a token, a code: something that is no password.
pub(super) fn is_another_secret(effect: &Effect) -> bool {
    const OTHERS: &[&str] = &["key", "apikey", "token", "secret", "code", "otp", "material", "seed", "session", "nonce"];
    let is_other = |name: &str| crate::facts::names::words(name).iter().any(|word| OTHERS.contains(&word.as_str()));
    let carried = effect.args.iter().take(1).flat_map(|arg| arg.value.taint().iter()).any(|origin| is_other(&origin.name));
    carried || effect.spoken.first().is_some_and(|(path, _)| path.iter().any(|name| is_other(name)))
}

/// `get_password()`, `self.read_passwd()`: what it gives is called as it is, whatever the variable is.
fn given_password(value: &Value) -> Option<Name> {
    const ASKS: &[&str] = &["get", "read", "fetch", "ask", "load", "input", "prompt", "obtain", "request"];
    let made = value.awaited().as_library().filter(|made| made.step == "()").cloned()?;
    let called = name(made.receiver.as_ref()?);
    let words = crate::facts::names::words(&called);
    let (first, rest) = words.split_first()?;
    let what = rest.join("_");
    (ASKS.contains(&first.as_str()) && is_password(&what)).then(|| Name::from(what))
}

/// Somebody outside has typed it.
fn is_sent(effect: &Effect) -> bool {
    effect.args.iter().flat_map(|arg| arg.value.taint().iter()).any(|origin| origin.part.is_request() && is_password(&origin.name))
}

/// `pass` and `pin` may be something else.
fn is_whole_word(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "passwd", "pwd", "passphrase"].iter().any(|word| name.contains(word))
}

fn fast(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let (password, sure) = password(effect)?;
    if asks_for_leaks(cx) {
        return None;
    }
    let confidence = match (sure, effect.is.as_str()) {
        // It may be shortened for a good hash that comes after it.
        _ if hashes_properly(cx) => Confidence::Possible,
        (true, "" | "passlib") => Confidence::Proven,
        // A long random text may be called a password, too, and with a key it is kept well.
        (_, "HMAC") if !is_sent(effect) && !is_broken(effect) => Confidence::Possible,
        _ => Confidence::Likely,
    };
    let algorithm = algorithm(effect);
    let mut raw = Raw::new(&META, effect.site.clone(), confidence);
    raw.detail = "fast-hash".into();
    if effect.is != "HMAC"
        && let Some(at) = cx.project.place(&effect.site)
    {
        raw.plans.push(FixPlan::Strengthen { at, how: Strengthen::Slow });
    }
    raw.message = format!(
        "`{password}` is hashed with {algorithm}, which is made to be fast: whoever gets hold of the result can try billions of passwords a second until one fits"
    );
    Some(raw)
}

/// `SHA-256`: as the code says it, or as the function is called.
fn algorithm(effect: &Effect) -> String {
    let said = chain(&effect.of).find(|library| library.step == "()" && !library.args.is_empty()).and_then(|library| library.args.first());
    let said = said.or_else(|| if matches!(name(&effect.of).as_str(), "new" | "digest" | "hash") { effect.args.first() } else { None });
    let written = said.and_then(|arg| arg.value.as_str().map(|text| text.to_string()));
    let called = chain(&effect.of).map(|library| library.step.as_str()).find(|step| step.chars().any(|c| c.is_ascii_digit()) || step.contains("plain"));
    let plain = written.or_else(|| called.map(str::to_owned)).unwrap_or_else(|| "a fast hash".to_owned());
    let upper = plain.to_ascii_uppercase();
    let told = match upper.as_str() {
        "SHA1" | "SHA224" | "SHA256" | "SHA384" | "SHA512" => upper.replacen("SHA", "SHA-", 1),
        "A FAST HASH" => plain,
        _ => upper.replace('_', "-"),
    };
    if effect.is == "HMAC" { format!("HMAC {told}") } else { told }
}

/// MD5 and SHA-1, with a key or without.
fn is_broken(effect: &Effect) -> bool {
    let algorithm = algorithm(effect);
    ["MD5", "MD4", "SHA-1", "SHA1"].iter().any(|old| algorithm.ends_with(old))
}

/// The first characters of a SHA-1 are how one asks whether a password is known from a leak.
fn asks_for_leaks(cx: &RuleCx<'_>) -> bool {
    let names_it = |value: &Value| match value.kind() {
        Kind::Str(text) => text.contains("pwnedpasswords"),
        Kind::Text(text) => text.pieces.iter().any(|piece| matches!(piece, Piece::Literal(literal) if literal.contains("pwnedpasswords"))),
        _ => false,
    };
    cx.walk.events.iter().any(|event| matches!(event, Event::Sink(sink) if sink.kind == SinkKind::Fetch && names_it(&sink.value)))
}

/// What is said of a good hash with too little work.
struct Cheap {
    what: String,
    wanted: String,
    impact: Impact,
    /// The argument that says so, what it is called, and what it should be.
    instead: Option<(Site, &'static str, &'static str)>,
}

fn cheap(cx: &RuleCx<'_>, effect: &Effect) -> Option<Raw> {
    let told = match effect.is.as_str() {
        "bcrypt" => bcrypt(effect),
        "pbkdf2" => pbkdf2(effect),
        "scrypt" => scrypt(effect),
        "argon2" => argon2(effect),
        "werkzeug" => werkzeug(effect),
        "passlib" => passlib(effect),
        _ => None,
    }?;
    // A key may be made of what is called a password, too.
    let makes_a_key = matches!(effect.is.as_str(), "pbkdf2" | "scrypt") && !is_sent(effect);
    let mut raw = Raw::new(&META, effect.site.clone(), if makes_a_key { Confidence::Likely } else { Confidence::Proven });
    raw.impact = Some(told.impact);
    raw.detail = "work".into();
    if let Some((site, name, value)) = &told.instead
        && let Some(at) = cx.project.place(site)
    {
        raw.plans.push(FixPlan::SetOption { at, name: Name::new_static(name), value: Name::new_static(value) });
    }
    raw.message = format!("{}: whoever gets hold of the hashes can try passwords far too fast; {}", told.what, told.wanted);
    Some(raw)
}

fn bcrypt(effect: &Effect) -> Option<Cheap> {
    let called = name(&effect.of);
    let rounds = match called.as_str() {
        "hash" | "hashSync" => positional(&effect.args, 1),
        _ => given(&effect.args, "rounds", 0),
    }?;
    let site = rounds.site.clone();
    let rounds = number(&rounds.value).filter(|rounds| (1.0..10.0).contains(rounds))?;
    Some(Cheap {
        what: format!("bcrypt is told to work {rounds} rounds only"),
        wanted: "12 is usual today".to_owned(),
        impact: Impact::Medium,
        instead: Some((site, "the rounds", "12")),
    })
}

fn pbkdf2(effect: &Effect) -> Option<Cheap> {
    let is_python = name(&effect.of) == "pbkdf2_hmac";
    let (count, digest) = if is_python {
        (given(&effect.args, "iterations", 3), given(&effect.args, "hash_name", 0))
    } else {
        (positional(&effect.args, 2), positional(&effect.args, 4))
    };
    password(effect)?;
    let site = count?.site.clone();
    let count = number(&count?.value)?;
    let digest = digest.and_then(|arg| arg.value.as_str().map(|text| text.to_ascii_lowercase())).unwrap_or_default();
    let wanted = if digest.contains("512") { 220_000.0 } else { 600_000.0 };
    if count >= wanted * 0.95 {
        return None;
    }
    let impact = if count < 100_000.0 { Impact::Medium } else { Impact::Low };
    Some(Cheap {
        what: format!("PBKDF2 is told to work {count} times only"),
        wanted: format!("{wanted} is the least today"),
        impact,
        instead: Some((site, "the iterations", if wanted < 500_000.0 { "220000" } else { "600000" })),
    })
}

fn scrypt(effect: &Effect) -> Option<Cheap> {
    let cost = effect.args.iter().find(|arg| arg.name == "n").map(|arg| &arg.value).or_else(|| option(&effect.args, &["N", "cost"]))?;
    password(effect)?;
    let cost = number(cost).filter(|cost| *cost < 16_384.0)?;
    Some(Cheap {
        what: format!("scrypt is told to work with N = {cost}"),
        wanted: "16384 is the least, 131072 better".to_owned(),
        impact: Impact::Medium,
        instead: None,
    })
}

fn argon2(effect: &Effect) -> Option<Cheap> {
    let memory = number(option(&effect.args, &["memoryCost"])?).filter(|memory| *memory < 19_456.0 * 0.9)?;
    Some(Cheap {
        what: format!("argon2 is given {memory} KiB of memory only"),
        wanted: "19456 is the least today".to_owned(),
        impact: Impact::Medium,
        instead: None,
    })
}

fn werkzeug(effect: &Effect) -> Option<Cheap> {
    let method = given(&effect.args, "method", 1)?.value.as_str()?.to_string();
    let mut parts = method.split(':');
    let (kind, of, count) = (parts.next()?, parts.next(), parts.next());
    match kind {
        "plain" | "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512" => Some(Cheap {
            what: format!("`{method}` is no hash for passwords"),
            wanted: "leave `method` out, and scrypt is used".to_owned(),
            impact: Impact::High,
            instead: None,
        }),
        "pbkdf2" if of.is_some() => {
            let count: f64 = count?.parse().ok()?;
            (count < 100_000.0).then(|| Cheap {
                what: format!("PBKDF2 is told to work {count} times only"),
                wanted: "600000 is the least today".to_owned(),
                impact: Impact::Medium,
                instead: None,
            })
        }
        _ => None,
    }
}

fn passlib(effect: &Effect) -> Option<Cheap> {
    let schemes = &given(&effect.args, "schemes", 0)?.value;
    let Kind::Seq(seq) = schemes.kind() else { return None };
    let first = seq.items.first()?.as_str()?.clone();
    let weak = matches!(
        &*first,
        "plaintext"
            | "hex_md5"
            | "hex_sha1"
            | "hex_sha256"
            | "hex_sha512"
            | "md5_crypt"
            | "des_crypt"
            | "sha1_crypt"
            | "ldap_md5"
            | "ldap_sha1"
            | "nthash"
            | "lmhash"
    );
    weak.then(|| Cheap {
        what: format!("`{first}` is no hash for passwords"),
        wanted: "name \"argon2\" or \"bcrypt\" first".to_owned(),
        impact: Impact::High,
        instead: None,
    })
}
