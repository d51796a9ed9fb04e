//! Ciphers that can be broken, used without what makes them safe, or with keys that are too short.

use super::called::{chain, given, is_constant, name, named, number, option, positional};
use super::raw::{Raw, RuleCx};
use super::{Audience, Confidence, Impact, Risk, RuleId, RuleMeta};
use crate::facts::event::{Effect, Event};
use crate::facts::place::Site;
use crate::facts::value::{Kind, Value};

pub static META: RuleMeta = RuleMeta {
    id: RuleId::new("weak-crypto"),
    title: "What is encrypted can be read all the same",
    risk: Risk::Passwords,
    impact: Impact::Medium,
    audience: Audience::Everyday,
    cwe: &[327, 329, 326],
    page: include_str!("../../../queries/rules/weak-crypto.md"),
};

pub fn check(cx: &RuleCx<'_>, out: &mut Vec<Raw>) {
    for event in &cx.walk.events {
        let effect = match event {
            Event::Effect(effect) => effect,
            Event::Option(option) if option.kind == "protocol" => {
                if !out.iter().any(|known| known.site == option.site || known.site.item == option.site.item && known.site.span.contains(option.site.span)) {
                    out.push(old_protocol(option.site.clone(), &option.name));
                }
                continue;
            }
            _ => continue,
        };
        let told = match effect.kind.as_str() {
            "protocol" => protocol(effect),
            "cipher" => cipher(effect),
            "key-pair" => key_pair(effect),
            "signature" => signature(effect),
            _ => None,
        };
        let Some((detail, message)) = told else { continue };
        if out.iter().any(|known| known.site == effect.site) {
            continue;
        }
        let mut raw = Raw::new(&META, effect.site.clone(), Confidence::Proven);
        raw.detail = detail.into();
        raw.message = message;
        out.push(raw);
    }
}

/// `ssl.SSLContext(ssl.PROTOCOL_TLSv1)`
fn protocol(effect: &Effect) -> Told {
    let version = positional(&effect.args, 0)?.value.as_library()?.step.clone();
    let is_old = matches!(
        version.as_str(),
        "PROTOCOL_SSLv2" | "PROTOCOL_SSLv3" | "PROTOCOL_TLSv1" | "PROTOCOL_TLSv1_1" | "SSLv2_METHOD" | "SSLv3_METHOD" | "TLSv1_METHOD" | "TLSv1_1_METHOD"
    );
    is_old.then(|| ("protocol", old(&version)))
}

fn old(what: &str) -> String {
    format!("`{what}` asks for a version of TLS that has been given up since it can be broken: somebody on the way can read or change what is sent")
}

fn old_protocol(site: Site, name: &str) -> Raw {
    let mut raw = Raw::new(&META, site, Confidence::Proven);
    raw.detail = "protocol".into();
    raw.message = old(name);
    raw
}

type Told = Option<(&'static str, String)>;

fn cipher(effect: &Effect) -> Told {
    let called = name(&effect.of);
    match effect.is.as_str() {
        "keyed-by-password" => Some((
            "key",
            format!(
                "`{called}` makes its key of a password in one quick step and always begins alike: who has what is encrypted can try passwords until one fits"
            ),
        )),
        "broken" => {
            let algorithm = chain(&effect.of)
                .map(|library| library.step.as_str())
                .find(|step| !matches!(*step, "()" | "new" | "encrypt" | "decrypt" | "default" | "algorithms"))
                .unwrap_or(&called)
                .to_owned();
            Some(("algorithm", broken(&algorithm)))
        }
        "named" => {
            let algorithm = positional(&effect.args, 0)?.value.as_str()?.to_ascii_lowercase();
            if is_broken(&algorithm) {
                return Some(("algorithm", broken(&algorithm)));
            }
            if algorithm.contains("ecb") {
                return Some(("mode", blocks(&algorithm)));
            }
            let vector = positional(&effect.args, 2)?;
            (called == "createCipheriv" && is_constant(&vector.value)).then(|| ("vector", begins_alike(&algorithm)))
        }
        "crypto-js" => {
            let mode = option(&effect.args, &["mode"])?;
            (mode.as_library()?.step == "ECB").then(|| ("mode", blocks("AES")))
        }
        "ecb" => Some(("mode", blocks("ECB"))),
        "vector" => is_constant(&given(&effect.args, "initialization_vector", 0)?.value).then(|| ("vector", begins_alike(&called))),
        "pycryptodome" => {
            let mode = given(&effect.args, "mode", 1).and_then(|arg| arg.value.as_library().map(|library| library.step.clone()))?;
            if mode == "MODE_ECB" {
                return Some(("mode", blocks("AES")));
            }
            let vector = ["iv", "IV", "nonce"].iter().find_map(|name| named(&effect.args, name)).or_else(|| positional(&effect.args, 2))?;
            is_constant(&vector.value).then(|| ("vector", begins_alike("AES")))
        }
        _ => None,
    }
}

fn is_broken(algorithm: &str) -> bool {
    ["des", "rc2", "rc4", "bf-", "blowfish", "idea", "cast5", "seed-"].iter().any(|known| algorithm.starts_with(known))
}

fn broken(algorithm: &str) -> String {
    format!("`{algorithm}` is a cipher that can be broken today: who gets hold of what it encrypts can read it")
}

fn blocks(what: &str) -> String {
    format!(
        "`{what}` in ECB mode encrypts equal pieces alike: who gets hold of it sees which records are the same, and can swap pieces without anyone noticing"
    )
}

fn begins_alike(what: &str) -> String {
    format!("`{what}` is given the same beginning each time: who sees several of its results can compare them, and with some ciphers read them without the key")
}

fn key_pair(effect: &Effect) -> Told {
    let bits: &Value = option(&effect.args, &["modulusLength"])
        .or_else(|| given(&effect.args, "key_size", 1).map(|arg| &arg.value))
        .or_else(|| given(&effect.args, "bits", 0).map(|arg| &arg.value))?;
    let bits = number(bits).filter(|bits| (256.0..2048.0).contains(bits))?;
    let kind = if effect.is == "dsa" { "A DSA" } else { "An RSA" };
    Some(("key", format!("{kind} key of {bits} bits can be worked out with enough computers: who does can read and sign in your name")))
}

fn signature(effect: &Effect) -> Told {
    let algorithm = match positional(&effect.args, 0)?.value.kind() {
        Kind::Str(text) => text.to_ascii_lowercase(),
        _ => return None,
    };
    let weak = algorithm.ends_with("md5") || algorithm.ends_with("sha1");
    weak.then(|| {
        ("signature", format!("A signature with `{algorithm}` can be moved to another text that was made to fit: somebody can pass off what you never signed"))
    })
}
