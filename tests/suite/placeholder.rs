//! `{{stripe_live}}` in pages and fixtures: a made-up value with the right shape, so that no key-like text stands in the
//! tree. The same placeholder gives the same text everywhere, `{{stripe_live:2}}` another one of the same length.

use guardline::facts::secrets::sample::{self, Random};

/// Short names for what pages need most; every row of the catalogue goes by its id as well.
const NAMES: &[(&str, &str)] = &[
    ("openai", "sk-proj-{url:74}T3BlbkFJ{url:74}"),
    ("anthropic", "sk-ant-api03-{url:93}AA"),
    ("gemini", "AIza{url:35}"),
    ("google", "AIza{url:35}"),
    ("stripe_live", "sk_live_51{alnum:97}"),
    ("stripe_test", "sk_test_51{alnum:97}"),
    ("stripe_pk_live", "pk_live_51{alnum:97}"),
    ("whsec", "whsec_{alnum:32}"),
    ("github", "ghp_{alnum:30}{crc62}"),
    ("github_bad_checksum", "ghp_{alnum:30}000000"),
    ("supabase_service", "{jwt:service_role}"),
    ("supabase_anon", "{jwt:anon}"),
    ("jwt_anon", "{jwt:anon}"),
    ("jwt_session", "{jwt:session}"),
    ("jwt_plain", "{jwt:plain}"),
    ("supabase_publishable", "sb_publishable_{url:22}_{url:8}"),
    ("supabase_secret", "sb_secret_{url:22}_{url:8}"),
    ("supabase_ref", "{lower:20}"),
    ("aws_id", "AKIA{base32:16}"),
    ("aws_secret", "{b64:40}"),
    ("sendgrid", "SG.{url:22}.{url:43}"),
    ("resend", "re_{alnum:8}_{alnum:24}"),
    ("slack_path", "T{updigit:10}/B{updigit:10}/{alnum:24}"),
    ("twilio_sid", "AC{hex:32}"),
    ("posthog", "phc_{alnum:43}"),
    ("gmail_app", "{lower:16}"),
    ("gmail_app_spaced", "{lower:4} {lower:4} {lower:4} {lower:4}"),
    ("password", "{lower:5}{alnum:5}#{digits:2}"),
    ("pem", "{pem}"),
    ("hex20", "{hex:20}"),
    ("hex32", "{hex:32}"),
    ("hex40", "{hex:40}"),
    ("hex64", "{hex:64}"),
    ("alnum24", "{alnum:24}"),
    ("alnum32", "{alnum:32}"),
    ("b64_32", "{b64:43}="),
    ("uuid", "{uuid}"),
];

/// The text with its placeholders filled. What is no known placeholder (`{{ user.name }}` of a template) stays.
pub fn expand(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once("{{") {
        out.push_str(before);
        let filled = from.split_once("}}").and_then(|(place, after)| Some((value(place)?, after)));
        match filled {
            Some((value, after)) => {
                out.push_str(&value);
                rest = after;
            }
            None => {
                out.push_str("{{");
                rest = from;
            }
        }
    }
    out.push_str(rest);
    out
}

fn value(place: &str) -> Option<String> {
    let (name, _) = place.split_once(':').unwrap_or((place, ""));
    match NAMES.iter().find(|(known, _)| *known == name) {
        Some((_, template)) => Some(sample::expand(template, &mut Random::new(place))),
        None => sample::of_row(name, place),
    }
}

#[test]
fn placeholders_expand_alike_and_others_stay() {
    let once = expand("a = \"{{stripe_live}}\"; b = \"{{ user.name }}\" {{");
    assert_eq!(once, expand("a = \"{{stripe_live}}\"; b = \"{{ user.name }}\" {{"));
    assert!(once.starts_with("a = \"sk_live_51") && once.ends_with("b = \"{{ user.name }}\" {{"), "{}", once.len());
    assert_ne!(expand("{{hex32}}"), expand("{{hex32:2}}"));
    assert_eq!(expand("{{hex32}}").len(), expand("{{hex32:2}}").len());
}

#[test]
fn every_row_with_an_example_is_a_placeholder() {
    for row in &guardline::facts::secrets::catalogue().rows {
        let text = format!("{{{{{}}}}}", row.id);
        assert_eq!(expand(&text) == text, row.examples.is_empty(), "{}", row.id);
    }
}
