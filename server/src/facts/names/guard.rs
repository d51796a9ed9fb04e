//! Names of functions that ask who is calling, or whether they may.

use super::words;

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

/// The same, or in one word: `auth`, `whoami`. Called with nothing, or with the request, it says who is asking.
pub fn says_who_asks(name: &str) -> bool {
    matches!(name, "auth" | "session" | "whoami" | "viewer" | "identify") || is_current_user(name)
}

/// `sendMail`, `slugify`, `get_db`, `formatPrice`: by its name it does or gives something, and turns nobody away.
pub fn only_does(name: &str) -> bool {
    let words = words(name);
    let begins = |with: &[&str]| words.first().is_some_and(|first| with.contains(&first.as_str()));
    let has = |one_of: &[&str]| words.iter().any(|word| one_of.contains(&word.as_str()));
    begins(DOINGS) || has(TOOLS) || begins(FINDINGS) && !has(OWNERS) && !says_who_asks(name)
}

/// `getCompanyId`, `get_tenant`: the group that somebody belongs to.
pub fn gives_group(name: &str) -> bool {
    const GROUPS: &[&str] = &["company", "tenant", "org", "organization", "organisation", "workspace", "team", "agency", "clinic", "school", "club"];
    let words = words(name);
    let last = if words.last().is_some_and(|last| last == "id") { words.len().checked_sub(2) } else { words.len().checked_sub(1) };
    last.and_then(|at| words.get(at)).is_some_and(|word| GROUPS.contains(&word.as_str()))
}

/// What finds something, for whomever.
const FINDINGS: &[&str] = &["get", "find", "load", "fetch", "list", "read", "lookup", "search", "query", "select"];
const OWNERS: &[&str] =
    &["own", "my", "mine", "owned", "current", "session", "user", "me", "allowed", "permitted", "accessible", "viewer", "account", "member", "caller"];

const DOINGS: &[&str] = &[
    "log",
    "track",
    "trace",
    "send",
    "mail",
    "email",
    "notify",
    "publish",
    "emit",
    "enqueue",
    "format",
    "parse",
    "slugify",
    "render",
    "create",
    "make",
    "build",
    "new",
    "generate",
    "random",
    "hash",
    "encrypt",
    "decrypt",
    "sign",
    "revalidate",
    "invalidate",
    "upload",
    "save",
    "store",
    "write",
    "insert",
    "add",
    "update",
    "delete",
    "remove",
    "set",
    "put",
    "to",
    "from",
    "map",
    "convert",
    "serialize",
    "normalize",
    "compute",
    "calculate",
    "count",
    "sum",
    "connect",
    "init",
    "setup",
    "configure",
    "start",
    "json",
    "html",
    "escape",
    "clean",
    "sleep",
    "info",
    "warn",
    "error",
    "refund",
    "charge",
    "ask",
    "index",
    "push",
    "record",
];

const TOOLS: &[&str] = &[
    "db",
    "database",
    "conn",
    "connection",
    "client",
    "engine",
    "pool",
    "cache",
    "redis",
    "settings",
    "config",
    "logger",
    "env",
    "prisma",
    "supabase",
    "storage",
    "bucket",
    "queue",
    "router",
    "routers",
    "routes",
    "blueprint",
    "bp",
    "controller",
    "plugin",
    "stripe",
    "openai",
    "llm",
    "mailer",
    "transport",
    "template",
    "templates",
];

/// `c.set("user", user)`, `Sentry.setUser(user)`, `generateToken(user)`, `new Date(session.expires)`: what is only kept, written down, or
/// made of it, decides nothing, and neither does what only looks at an object.
pub fn decides_nothing(name: &str) -> bool {
    KEEPERS.contains(&name) || makes_token(name)
}

const KEEPERS: &[&str] = &[
    "set",
    "setUser",
    "set_user",
    "hasattr",
    "isinstance",
    "getattr",
    "setattr",
    "delattr",
    "vars",
    "repr",
    "str",
    "int",
    "dict",
    "list",
    "tuple",
    "print",
    "Date",
    "String",
    "Number",
    "Boolean",
    "BigInt",
    "Set",
    "Map",
    "Array",
    "URL",
    "URLSearchParams",
    "Error",
    "stringify",
    "structuredClone",
    "encodeURIComponent",
    "log",
    "info",
    "debug",
    "warn",
    "warning",
    // What our own description of Django notes of a form.
    "offers_form_columns",
];

/// `checkAuthorization`, `hasPermission`, `assertAccess`: says whether somebody may touch something.
pub fn decides_access(name: &str) -> bool {
    let words = words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let is_about = has(&["authorization", "authorized", "permission", "permissions", "access", "ability", "policy", "allowed"]);
    is_about && has(&["check", "assert", "require", "ensure", "verify", "has", "can", "enforce", "validate", "guard", "is"]) || words == ["authorize"]
}

/// `generateToken`, `sign_jwt`: gives somebody something to show later.
pub fn makes_token(name: &str) -> bool {
    let words = words(name);
    words.first().is_some_and(|first| matches!(first.as_str(), "generate" | "create" | "sign" | "issue" | "make" | "build" | "encode"))
        && words.iter().any(|word| matches!(word.as_str(), "token" | "tokens" | "jwt"))
}

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
}
