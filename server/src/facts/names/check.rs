//! Names of functions that look at what arrived: is it fit to be used, who sent it, how often does somebody ask?

use super::words;

/// `isSafeUrl`, `validate_path`, `assertAllowed`, `sanitize`: whether something is fit to be used is found out there.
pub fn is_check(name: &str) -> bool {
    let words = words(name);
    let is_called_so = words.first().is_some_and(|first| matches!(first.as_str(), "check" | "verify" | "assert" | "ensure"));
    !only_reads(&words) && (is_called_so || words.iter().any(|word| FIT.contains(&word.as_str()))) && !words.iter().any(|word| KINDS.contains(&word.as_str()))
}

/// `isSafeUrl`, `assertPublicHost`, `isBlockedAddress`: it is about harm, not only about form.
pub fn is_strict_check(name: &str) -> bool {
    let words = words(name);
    !only_reads(&words)
        && words.len() > 1
        && words.iter().any(|word| STRICT.contains(&word.as_str()))
        && !words.iter().any(|word| KINDS.contains(&word.as_str()))
}

/// `safeParse` does not throw, `safe_load` runs nothing: what they read may be anything.
fn only_reads(words: &[String]) -> bool {
    matches!(words, [safe, reads, ..] if safe == "safe" && matches!(reads.as_str(), "parse" | "load" | "loads" | "json" | "decode"))
}

/// `checkRateLimit`, `throttle`, `withinQuota`, `ratelimit.check`: counts how often somebody asks.
pub fn is_limiter(name: &str) -> bool {
    let words = words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let whole: String = words.concat();
    ["ratelimit", "throttl", "quota", "captcha", "turnstile", "slowdown"].iter().any(|known| whole.contains(known))
        || has(&["limiter", "limits", "limited", "limit"])
            && has(&["check", "consume", "hit", "enforce", "apply", "is", "request", "requests", "usage", "api", "ip", "within", "login", "attempts", "get"])
        || has(&["limiter", "lockout", "bruteforce"])
        || has(&["attempts", "attempt", "tries"]) && has(&["check", "consume", "hit", "record", "allow", "register", "count", "take"])
        || has(&["credits", "credit", "usage", "allowance"])
            && has(&["check", "consume", "use", "deduct", "spend", "has", "require", "charge", "decrement", "enough", "assert", "ensure", "track"])
}

/// `verifySignature`, `isValidWebhook`, `constructEvent`: says who sent a message.
pub fn checks_sender(name: &str) -> bool {
    // `signature.slice(0, 120)`: what a text is cut to says nothing of who wrote it.
    let step = name.rsplit_once('.').map_or("", |(_, step)| step);
    if matches!(
        step,
        "slice"
            | "substring"
            | "substr"
            | "trim"
            | "split"
            | "replace"
            | "replaceAll"
            | "toLowerCase"
            | "toUpperCase"
            | "toString"
            | "strip"
            | "lower"
            | "upper"
            | "encode"
            | "decode"
    ) {
        return false;
    }
    let words = words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    has(&[
        "verify",
        "verified",
        "validate",
        "valid",
        "check",
        "assert",
        "ensure",
        "authenticate",
        "authorize",
        "require",
        "construct",
        "unwrap",
        "unmarshal",
        "compare",
    ]) && has(&[
        "signature",
        "sig",
        "webhook",
        "webhooks",
        "hook",
        "hmac",
        "event",
        "sender",
        "secret",
        "digest",
        "hash",
        "payload",
        "header",
        "headers",
        "request",
        "token",
        "jwt",
        "stripe",
        "svix",
        "github",
        "clerk",
        "key",
    ]) || has(&["hmac", "signature"]) && words.len() > 1
        || matches!(name, "verify" | "unwrap" | "unmarshal" | "timingSafeEqual" | "compare_digest")
}

/// `validateComment`, `assertIsOrder`, `schema.check`: looks at what arrived.
pub fn is_validator(name: &str) -> bool {
    words(name).iter().any(|word| {
        matches!(
            word.as_str(),
            "validate"
                | "validates"
                | "validated"
                | "validator"
                | "validation"
                | "valid"
                | "schema"
                | "sanitize"
                | "sanitized"
                | "celebrate"
                | "whitelist"
                | "assert"
                | "ensure"
                | "ajv"
                | "joi"
                | "yup"
                | "zod"
                | "superstruct"
                | "typia"
        )
    })
}

/// `allowed_file(name)` asks for the kind of a file, by the end of its name, and for nothing else.
const KINDS: &[&str] = &["file", "files", "extension", "extensions", "ext", "type", "types", "mime", "mimetype", "image", "format", "size", "upload"];
const STRICT: &[&str] = &[
    "safe",
    "allowed",
    "allowlist",
    "allowlisted",
    "whitelist",
    "whitelisted",
    "blocked",
    "blocklist",
    "blacklist",
    "blacklisted",
    "denylist",
    "private",
    "internal",
    "public",
    "trusted",
    "permitted",
    "ssrf",
    "traversal",
    "inside",
    "within",
    "contained",
    "forbidden",
];
const FIT: &[&str] = &[
    "safe",
    "valid",
    "validate",
    "validated",
    "validator",
    "allow",
    "allowed",
    "allowlist",
    "allowlisted",
    "whitelist",
    "whitelisted",
    "permitted",
    "trusted",
    "sanitize",
    "sanitise",
    "sanitized",
    "sanitised",
    "internal",
    "private",
    "local",
    "inside",
    "within",
    "contained",
    "traversal",
    "relative",
    "secure",
    "ssrf",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_of_what_is_sent_are_told_from_checks_of_its_kind() {
        for name in ["isSafeUrl", "assert_public_host", "isBlockedAddress"] {
            assert!(is_strict_check(name), "{name}");
        }
        for name in ["allowed_file", "isAllowedImageType", "fetchPage", "private"] {
            assert!(!is_strict_check(name), "{name}");
        }
        assert!(is_check("validateTarget") && !is_check("allowed_file") && !is_check("open"));
    }

    #[test]
    fn what_limits_and_what_asks_who_sent_it() {
        for name in ["checkRateLimit", "rateLimit", "throttle", "is_rate_limited", "limiter.check", "consumeCredits", "LoginRateThrottle", "verifyTurnstile"] {
            assert!(is_limiter(name), "{name}");
        }
        for name in ["limit", "getUser", "create", "sendMail", "takeUnlimited", "creditCard", "setLimit", "login"] {
            assert!(!is_limiter(name), "{name}");
        }
        for name in ["verifySignature", "isValidWebhook", "constructEvent", "check_hmac", "validateStripeEvent"] {
            assert!(checks_sender(name), "{name}");
        }
        for name in ["handleEvent", "saveOrder", "parseBody", "stripe", "webhook"] {
            assert!(!checks_sender(name), "{name}");
        }
    }
}
