//! What a route is for, by its path and its name (authorization reference, section 6.3). A purpose only ever silences.

use super::door::Door;
use crate::facts::catalogue::Reached;
use crate::facts::names;
use crate::project::routes::Route;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Signing in, signing up, getting back in.
    Credentials,
    /// Called by machines that prove themselves in another way: whether they do is looked at by other rules.
    Machine,
    /// Called by a clock, or by another part of the same product.
    Internal,
    /// Is it alive, and what belongs to the public face of a site.
    Infrastructure,
    /// Everybody may put something in: contact forms, newsletters.
    Intake,
    /// Whoever has the link may.
    Capability,
    Ordinary,
}

/// By the words of its path, and of what the code calls the handler.
pub fn purpose(route: &Route, door: &Door) -> Purpose {
    let path = route.path.as_deref().unwrap_or_default();
    // The file of a server action is no address of its own.
    let path = if route.reached() == Reached::Action { "" } else { path };
    let words: Vec<String> = names::words(path);
    let pairs: Vec<String> = path.to_ascii_lowercase().split(['/', '.']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let named: Vec<String> = names::words(&door.name);
    let any = |known: &[&str]| words.iter().chain(&named).any(|word| known.contains(&word.as_str()));
    let segment = |known: &[&str]| pairs.iter().any(|part| known.contains(&part.as_str()));
    let together = |first: &str, second: &str| named.windows(2).chain(words.windows(2)).any(|two| matches!(two, [a, b] if a == first && b == second));
    if any(CREDENTIALS)
        || together("sign", "in")
        || together("sign", "up")
        || together("sign", "out")
        || together("log", "in")
        || together("log", "out")
        || together("magic", "link")
        || together("reset", "password")
        || together("create", "account")
        || together("guest", "login")
        || together("guest", "session")
        || together("as", "guest")
        || segment(&["guest"])
    {
        return Purpose::Credentials;
    }
    if any(&["webhook", "webhooks", "inngest", "qstash"]) || segment(&["hooks", "stripe", "clerk", "resend", "slack", "github"]) {
        return Purpose::Machine;
    }
    if any(&["cron", "crons"]) || segment(&["internal", "jobs", "queue", "trigger"]) {
        return Purpose::Internal;
    }
    if segment(INFRASTRUCTURE) || named.first().is_some_and(|first| matches!(first.as_str(), "health" | "healthz" | "healthcheck" | "ping")) {
        return Purpose::Infrastructure;
    }
    if any(INTAKE) {
        return Purpose::Intake;
    }
    if any(&["share", "shared", "embed", "invite", "invites", "invitation", "invitations", "unsubscribe", "public"]) {
        return Purpose::Capability;
    }
    Purpose::Ordinary
}

const CREDENTIALS: &[&str] = &[
    "authenticate",
    "authorize",
    "login",
    "signin",
    "signup",
    "register",
    "registration",
    "logout",
    "signout",
    "auth",
    "oauth",
    "sso",
    "saml",
    "oidc",
    "callback",
    "otp",
    "2fa",
    "mfa",
    "forgot",
    "recovery",
    "onboard",
    "activate",
    "activation",
    "verify",
    "verification",
    "confirm",
    "confirmation",
    "token",
    "setup",
    "install",
];
const INFRASTRUCTURE: &[&str] = &[
    "health",
    "healthz",
    "healthcheck",
    "ready",
    "readyz",
    "live",
    "livez",
    "ping",
    "status",
    "version",
    "metrics",
    "robots",
    "sitemap",
    "favicon",
    "webmanifest",
    "og",
    "rss",
    "feed",
    "well-known",
    "jwks",
    "docs",
    "openapi",
    "static",
    "logo",
    "logos",
    "avatar",
    "avatars",
    "thumbnail",
    "assets",
    "fonts",
];
const INTAKE: &[&str] = &[
    "contact",
    "feedback",
    "newsletter",
    "waitlist",
    "subscribe",
    "subscribers",
    "subscriber",
    "track",
    "tracking",
    "analytics",
    "pixel",
    "csp",
    "lead",
    "leads",
    "inquiry",
    "inquiries",
    "enquiry",
    "rsvp",
    "survey",
    "poll",
    "vote",
    "guestbook",
    "quote",
    "demo",
    "telemetry",
    "beacon",
    "pageview",
    "pageviews",
    "application",
    "applications",
    "apply",
    "donate",
    "donation",
    "donations",
    "checkout",
    "cart",
    "carts",
    "basket",
];
