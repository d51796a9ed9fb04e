//! Messages that are signed with an HMAC of the raw body, in one header: it is made anew and compared, in the same time always.

use super::super::edits::Edits;
use super::super::here::Here;
use super::super::strengthen::names::bring;
use super::raw::Raw;

struct Signed {
    vendor: &'static str,
    header: &'static str,
    /// What stands before the digest.
    prefix: &'static str,
    base64: bool,
    variable: &'static str,
    note: &'static str,
}

const SIGNED: &[Signed] = &[
    Signed {
        vendor: "GitHub",
        header: "X-Hub-Signature-256",
        prefix: "sha256=",
        base64: false,
        variable: "GITHUB_WEBHOOK_SECRET",
        note: "Put the secret that the webhook was set up with (GitHub, Settings, Webhooks) into GITHUB_WEBHOOK_SECRET.",
    },
    Signed {
        vendor: "Lemon Squeezy",
        header: "X-Signature",
        prefix: "",
        base64: false,
        variable: "LEMONSQUEEZY_WEBHOOK_SECRET",
        note: "Put the signing secret of the webhook (Lemon Squeezy, Settings, Webhooks) into LEMONSQUEEZY_WEBHOOK_SECRET.",
    },
    Signed {
        vendor: "Razorpay",
        header: "X-Razorpay-Signature",
        prefix: "",
        base64: false,
        variable: "RAZORPAY_WEBHOOK_SECRET",
        note: "Put the secret of the webhook (Razorpay's dashboard, Webhooks) into RAZORPAY_WEBHOOK_SECRET.",
    },
    Signed {
        vendor: "Linear",
        header: "Linear-Signature",
        prefix: "",
        base64: false,
        variable: "LINEAR_WEBHOOK_SECRET",
        note: "Put the signing secret of the webhook (Linear, Settings, API) into LINEAR_WEBHOOK_SECRET.",
    },
    Signed {
        vendor: "Shopify",
        header: "X-Shopify-Hmac-Sha256",
        prefix: "",
        base64: true,
        variable: "SHOPIFY_WEBHOOK_SECRET",
        note: "Put the app's client secret (Shopify, API credentials) into SHOPIFY_WEBHOOK_SECRET.",
    },
];

/// The check before the handler reads on.
pub(super) fn check(here: &Here<'_>, raw: &Raw, vendor: &str, edits: &mut Edits) -> Option<(Vec<String>, &'static str)> {
    let Signed { header, prefix, base64, variable, note, .. } = SIGNED.iter().find(|signed| signed.vendor == vendor)?;
    let (expected, signature) = (raw.free(["expected", "expectedSignature"])?, raw.free(["signature", "sentSignature"])?);
    let prefix = if prefix.is_empty() { String::new() } else { format!("\"{prefix}\" + ") };
    let given = (raw.header)(header);
    let unit = raw.unit;
    let lines = if here.python() {
        let (hmac, hashlib, os) = (here.module("hmac", edits)?, here.module("hashlib", edits)?, here.module("os", edits)?);
        let digest = format!("{hmac}.new({os}.environ[\"{variable}\"].encode(), {}, {hashlib}.sha256)", raw.body);
        let digest = if *base64 {
            let base64 = here.module("base64", edits)?;
            format!("{base64}.b64encode({digest}.digest()).decode()")
        } else {
            format!("{digest}.hexdigest()")
        };
        vec![
            format!("{expected} = {prefix}{digest}"),
            format!("if not {hmac}.compare_digest({expected}.encode(), {given}.encode()):"),
            format!("{unit}{}", raw.refuse),
        ]
    } else {
        let mut brought = |name: &str| {
            let brought = bring(&here.code, &["crypto", "node:crypto"], name)?;
            brought.edit.into_iter().for_each(|edit| edits.edit(&here.code.file, edit));
            Some(brought.text)
        };
        let (create, same) = (brought("createHmac")?, brought("timingSafeEqual")?);
        let mark = if raw.typed { "!" } else { "" };
        let encoding = if *base64 { "base64" } else { "hex" };
        vec![
            format!("const {expected} = Buffer.from({prefix}{create}(\"sha256\", process.env.{variable}{mark}).update({}).digest(\"{encoding}\"));", raw.body),
            format!("const {signature} = Buffer.from({given} ?? \"\");"),
            format!("if ({signature}.length !== {expected}.length || !{same}({signature}, {expected})) {{"),
            format!("{unit}{}", raw.refuse),
            "}".to_owned(),
        ]
    };
    Some((lines, note))
}
