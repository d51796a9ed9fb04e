//! What names suggest. A name only ever silences; it never accuses.

/// `requireUser`, `withAuth`, `ensure_logged_in`, `assertOwner`: a verb of refusal and what it protects
/// (authorization reference, section 2.6).
pub fn is_guard(name: &str) -> bool {
    let words = words(name);
    let (Some(first), true) = (words.first(), words.len() > 1) else {
        return matches!(name, "protect" | "authenticate" | "authorize" | "protected" | "isAuthenticated" | "authenticated");
    };
    if REJECTED.iter().any(|word| words.iter().any(|known| known == word)) {
        return false;
    }
    if words.last().is_some_and(|last| REJECTED_LAST.contains(&last.as_str())) {
        return false;
    }
    let verb = VERBS.contains(&first.as_str()) || first == "throw";
    let object = words.iter().skip(1).any(|word| OBJECTS.contains(&word.as_str()));
    let is = first == "is" && words.iter().skip(1).any(|word| STANDING.contains(&word.as_str()));
    let can = matches!(first.as_str(), "can" | "may" | "has") && words.iter().skip(1).any(|word| ABILITIES.contains(&word.as_str()));
    let with = words.len() > 2 && words.windows(2).any(|pair| pair[0] == "with" && matches!(pair[1].as_str(), "user" | "auth" | "session"));
    let suffix =
        words.last().is_some_and(|last| matches!(last.as_str(), "required" | "guard" | "only")) && words.iter().any(|word| OBJECTS.contains(&word.as_str()));
    verb && object || is || can || with || suffix
}

/// `requireLogin`, `login_required`, `isAuthenticated`: by its name it asks whether somebody is signed in, and nothing more.
pub fn only_asks_who(name: &str) -> bool {
    let words = words(name);
    let is_core = |word: &String| {
        matches!(
            word.as_str(),
            "login" | "logged" | "signed" | "signin" | "auth" | "authed" | "authenticate" | "authenticated" | "authentication" | "session" | "jwt" | "user"
        )
    };
    let is_filler = |word: &String| {
        VERBS.contains(&word.as_str()) && word != "authorize"
            || matches!(word.as_str(), "is" | "in" | "current" | "middleware" | "guard" | "token" | "bearer" | "passport" | "the" | "must" | "be")
    };
    words.iter().any(is_core) && words.iter().all(|word| is_core(word) || is_filler(word))
}

/// `getCurrentUser`, `current_user`, `loadSession`.
pub fn is_current_user(name: &str) -> bool {
    let words = words(name);
    let asks = words.first().is_some_and(|first| matches!(first.as_str(), "get" | "fetch" | "load" | "use" | "current" | "require" | "resolve"));
    let scoped = words.iter().any(|word| matches!(word.as_str(), "current" | "logged" | "authenticated" | "session" | "server" | "request" | "auth"));
    let whom =
        words.iter().any(|word| matches!(word.as_str(), "user" | "session" | "auth" | "profile" | "account" | "member" | "principal" | "identity" | "viewer"));
    asks && whom && (scoped || words.len() == 2)
}

/// `generateToken`, `sign_jwt`: gives somebody something to show later.
pub fn makes_token(name: &str) -> bool {
    let words = words(name);
    words.first().is_some_and(|first| matches!(first.as_str(), "generate" | "create" | "sign" | "issue" | "make" | "build" | "encode"))
        && words.iter().any(|word| matches!(word.as_str(), "token" | "tokens" | "jwt"))
}

/// `isSafeUrl`, `validate_path`, `assertAllowed`, `sanitize`: whether something is fit to be used is found out there.
pub fn is_check(name: &str) -> bool {
    let words = words(name);
    let is_called_so = words.first().is_some_and(|first| matches!(first.as_str(), "check" | "verify" | "assert" | "ensure"));
    (is_called_so || words.iter().any(|word| FIT.contains(&word.as_str()))) && !words.iter().any(|word| KINDS.contains(&word.as_str()))
}

/// `isSafeUrl`, `assertPublicHost`, `isBlockedAddress`: it is about harm, not only about form.
pub fn is_strict_check(name: &str) -> bool {
    let words = words(name);
    words.len() > 1 && words.iter().any(|word| STRICT.contains(&word.as_str())) && !words.iter().any(|word| KINDS.contains(&word.as_str()))
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
        || has(&["credits", "credit", "usage", "allowance"])
            && has(&["check", "consume", "use", "deduct", "spend", "has", "require", "charge", "decrement", "enough", "assert", "ensure", "track"])
}

/// `verifySignature`, `isValidWebhook`, `constructEvent`: says who sent a message.
pub fn checks_sender(name: &str) -> bool {
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

/// camelCase, snake_case and kebab-case as lower-case words.
pub fn words(name: &str) -> Vec<String> {
    // Asked of every call: few names have more words, and few words are longer.
    let mut words: Vec<String> = Vec::with_capacity(4);
    let mut lower_before = false;
    let mut fresh = true;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            fresh = true;
            lower_before = false;
            continue;
        }
        if fresh || c.is_uppercase() && lower_before {
            words.push(String::with_capacity(16));
        }
        fresh = false;
        lower_before = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut() {
            if c.is_ascii() { word.push(c.to_ascii_lowercase()) } else { word.extend(c.to_lowercase()) }
        }
    }
    words
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
const VERBS: &[&str] = &[
    "with",
    "require",
    "requires",
    "required",
    "ensure",
    "assert",
    "enforce",
    "check",
    "verify",
    "validate",
    "guard",
    "protect",
    "must",
    "only",
    "restrict",
    "authorize",
    "authenticate",
    "deny",
    "reject",
];
const OBJECTS: &[&str] = &[
    "auth",
    "authed",
    "authenticated",
    "authentication",
    "authorized",
    "authorization",
    "login",
    "logged",
    "signed",
    "session",
    "user",
    "admin",
    "superuser",
    "staff",
    "owner",
    "ownership",
    "permission",
    "permissions",
    "access",
    "role",
    "roles",
    "member",
    "membership",
    "scope",
    "scopes",
    "tenant",
    "workspace",
    "team",
    "org",
    "organization",
    "organisation",
    "project",
    "jwt",
    "bearer",
    "policy",
    "ability",
    "allowed",
    "token",
    "apikey",
];
const STANDING: &[&str] = &["admin", "superadmin", "superuser", "staff", "owner", "member", "logged", "signed", "authenticated", "authorized", "auth"];
const ABILITIES: &[&str] = &["access", "permission", "permissions", "view", "read", "edit", "update", "delete", "manage", "create", "write"];
const REJECTED: &[&str] = &[
    "oauth", "password", "captcha", "csrf", "throttle", "webhook", "feature", "billing", "stripe", "trial", "quota", "email", "domain", "maybe", "optional",
    "rate", "limit",
];
const REJECTED_LAST: &[&str] = &[
    "id",
    "ids",
    "name",
    "names",
    "status",
    "code",
    "params",
    "url",
    "uri",
    "state",
    "nonce",
    "intent",
    "exist",
    "exists",
    "hostname",
    "prefix",
    "setup",
    "configured",
    "confirmation",
    "error",
    "errors",
    "type",
    "value",
    "values",
    "count",
    "record",
    "input",
    "schema",
    "form",
    "field",
    "fields",
    "format",
    "length",
    "enabled",
    "disabled",
    "expired",
    "paused",
    "plan",
    "completed",
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
    fn guards_are_verbs_of_refusal() {
        for name in [
            "requireUser",
            "withAuth",
            "ensureLoggedIn",
            "assert_owner",
            "checkPermission",
            "login_required",
            "isAdmin",
            "canEditPost",
            "actionWithUser",
            "protect",
            "adminOnly",
        ] {
            assert!(is_guard(name), "{name}");
        }
        for name in [
            "validateRoleName",
            "checkWhiteLabelPlan",
            "verifyOAuthState",
            "isOpen",
            "getUser",
            "requireEmail",
            "rateLimitUser",
            "user",
            "render",
            "validateUserInput",
        ] {
            assert!(!is_guard(name), "{name}");
        }
    }

    #[test]
    fn a_login_is_no_permission() {
        for name in ["requireLogin", "login_required", "isAuthenticated", "ensureLoggedIn", "requireAuth", "authMiddleware", "verifyToken2"] {
            assert_eq!(only_asks_who(name), name != "verifyToken2", "{name}");
        }
        for name in ["requireAdmin", "authorize", "requireOwner", "checkAccess", "permission_required", "authorizeUser", "userCanEdit"] {
            assert!(!only_asks_who(name), "{name}");
        }
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

    #[test]
    fn words_of_all_spellings() {
        assert_eq!(words("getHTTPUser_idOf-x2"), ["get", "httpuser", "id", "of", "x2"]);
    }
}
