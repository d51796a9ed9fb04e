//! Who is asking: is somebody signed in, a machine, somebody who stands above ownership?

use super::Judge;
use crate::facts::check::{Fact, Facts, GuardKind, Root, Symbol};
use crate::facts::event::Access;
use crate::facts::names;
use crate::facts::query::{Filter, Operation};
use crate::facts::role_words::{is_above, is_post};
use crate::facts::schema::{Column, NameClass, role_classes};
use crate::facts::walk::is_for_developers;
use crate::text::Name;

/// Is somebody signed in where this holds?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Answer {
    No,
    Unknown,
    Yes,
}

impl Answer {
    pub fn word(self) -> &'static str {
        match self {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::Unknown => "unknown",
        }
    }
}

impl Judge<'_> {
    pub fn signed_in(&self, facts: &Facts) -> Answer {
        self.memo.signed_in(facts, || facts.iter().map(|fact| self.signed_in_by(fact)).max().unwrap_or(Answer::No))
    }

    /// Is there a way to here on which somebody was shown to be signed in, or may have been? Then whoever gets here may well be.
    pub(super) fn may_be_signed_in(&self, facts: &Facts) -> bool {
        facts.iter().any(|fact| match fact {
            Fact::Any(arms) => arms.iter().any(|arm| self.may_be_signed_in(arm)),
            fact => self.signed_in_by(fact) != Answer::No,
        })
    }

    pub(super) fn signed_in_by(&self, fact: &Fact) -> Answer {
        match fact {
            Fact::Present(symbol) if is_principal(symbol) && !says_nobody(symbol) => Answer::Yes,
            Fact::Absent(symbol) if is_principal(symbol) && says_nobody(symbol) => Answer::Yes,
            Fact::Same(a, b) if is_principal(a) || is_principal(b) => Answer::Yes,
            Fact::Is(symbol, _) | Fact::Among(symbol) if is_principal(symbol) => Answer::Yes,
            Fact::Contains(a, b) if is_principal(a) || is_principal(b) => Answer::Yes,
            // `collectors.findOne({ id: session.collectorId })`, and there is one: they are kept there as whom they signed in.
            Fact::Present(symbol) if symbol.path.is_empty() && self.is_kept_in_session(symbol) => Answer::Yes,
            // `insert(..).single()` under policies for those who signed in, and it went well.
            Fact::Absent(symbol) if is_error(symbol) && self.succeeded_under_policies(symbol) => Answer::Yes,
            Fact::Present(symbol) if symbol.path.is_empty() && self.succeeded_under_policies(symbol) => Answer::Yes,
            // Not everything that is kept for a visitor says that they signed in.
            Fact::Present(symbol) | Fact::Is(symbol, _) if symbol.root == Root::Session && (is_role(symbol) || says_who(symbol)) => Answer::Yes,
            Fact::Guard(guard) => match (guard.kind, guard.sure) {
                (GuardKind::Identity | GuardKind::Role | GuardKind::Object, true) => Answer::Yes,
                (GuardKind::Limit | GuardKind::Password | GuardKind::Exempt | GuardKind::Unawaited, _) => Answer::No,
                _ => Answer::Unknown,
            },
            // What is let through while somebody develops is not let through where strangers are.
            Fact::Any(arms) if arms.iter().all(is_for_developers) => {
                if arms.iter().all(|arm| self.signed_in(arm) == Answer::No) {
                    Answer::No
                } else {
                    Answer::Unknown
                }
            }
            Fact::Any(arms) => arms.iter().map(|arm| self.signed_in(arm)).min().unwrap_or(Answer::No),
            _ => Answer::No,
        }
    }

    /// A row that was found by a key which the session keeps under the name of its table. A cart is kept so for anybody.
    fn is_kept_in_session(&self, symbol: &Symbol) -> bool {
        let Root::Row(id) = symbol.root else { return false };
        let Some(access) = self.accesses.get(&id) else { return false };
        let table = crate::facts::schema::names::singular(&crate::facts::schema::names::snake(&access.query.model));
        access.query.conjuncts().iter().any(|filter| {
            let Filter::Term(term) = filter else { return false };
            let Some(key) = term.value.symbol().filter(|symbol| symbol.root == Root::Session).and_then(|symbol| symbol.path.last()) else { return false };
            let key = crate::facts::schema::names::snake(key);
            key.strip_suffix("_id").is_some_and(|stem| stem == table && !crate::facts::schema::is_kept_for_anybody(stem))
        })
    }

    fn succeeded_under_policies(&self, symbol: &Symbol) -> bool {
        let Root::Row(id) = symbol.root else { return false };
        // What changes nothing finds nothing, and no error.
        let tells = |access: &Access| matches!(access.query.operation, Operation::Create) || symbol.path.is_empty();
        self.accesses.get(&id).is_some_and(|access| tells(access) && self.turns_strangers_away(&access.query))
    }

    /// A machine proved itself: a signature or a shared secret was checked.
    pub fn is_machine(&self, facts: &Facts) -> bool {
        facts.iter().any(|fact| match fact {
            Fact::Guard(guard) => guard.kind == GuardKind::Machine,
            Fact::Any(arms) => arms.iter().all(|arm| self.is_machine(arm)),
            _ => false,
        })
    }

    /// Does the caller stand above ownership here?
    pub fn is_elevated(&self, facts: &Facts) -> bool {
        self.memo.elevated(facts, || self.was_elevated(facts))
    }

    fn was_elevated(&self, facts: &Facts) -> bool {
        facts.iter().any(|fact| match fact {
            Fact::Guard(guard) => guard.kind == GuardKind::Role,
            Fact::Is(symbol, text) => (is_callers(symbol) || self.is_own_account(symbol)) && self.says_role(symbol) && self.is_elevated_role(text),
            Fact::Among(symbol) => is_callers(symbol) && self.says_role(symbol) && !is_told_apart(facts, symbol),
            Fact::Present(symbol) => {
                let is_flag = |name: &Name| is_flag(name) || self.is_flag_of_people(name);
                is_callers(symbol) && symbol.path.last().is_some_and(is_flag) || self.is_role_of_caller(symbol)
            }
            Fact::Contains(list, _) => is_callers(list) && is_role(list),
            Fact::Any(arms) => arms.iter().all(|arm| self.is_elevated(arm)),
            _ => false,
        })
    }

    /// Was it asked what role the caller has, whichever that is?
    pub fn asks_for_role(&self, facts: &Facts) -> bool {
        self.is_elevated(facts)
            || facts.iter().any(|fact| match fact {
                Fact::Is(symbol, text) => is_callers(symbol) && self.says_role(symbol) && !role_classes(text).has(NameClass::TokenKind),
                Fact::Among(symbol) => is_callers(symbol) && self.says_role(symbol),
                Fact::Any(arms) => arms.iter().all(|arm| self.asks_for_role(arm)),
                _ => false,
            })
    }

    /// By its name a role; or a text that the people of this project are told apart by, whatever it is called: `person.desk == "chief"`.
    fn says_role(&self, symbol: &Symbol) -> bool {
        is_role(symbol) || !is_written_by_user(symbol) && symbol.path.last().is_some_and(|name| self.is_rank_of_people(name))
    }

    fn is_rank_of_people(&self, name: &str) -> bool {
        // `*typeof*`: what kind of value it is.
        let is_other = || name.starts_with('*') || names::words(name).iter().any(|word| COMMON.contains(&word.as_str()) || NO_RANK.contains(&word.as_str()));
        let tells_apart = |column: &Column| !column.unique && !column.primary && !column.list && column.references.is_none() && !column.is_yes_or_no();
        // A claim of a token stands in no schema.
        self.schema.principals().all(|model| model.column(name).is_none_or(tells_apart)) && !is_other()
    }

    /// A column of the people of this project that is so of some of them, whatever they are called: `member.crew`.
    fn is_flag_of_people(&self, name: &str) -> bool {
        let is_common = || names::words(name).iter().any(|word| COMMON.contains(&word.as_str()) || CHOSEN.contains(&word.as_str()));
        self.schema.principals().any(|model| model.column(name).is_some_and(Column::is_yes_or_no)) && !is_common()
    }

    fn is_elevated_role(&self, role: &str) -> bool {
        if self.config.elevated_roles.iter().any(|known| known.eq_ignore_ascii_case(role)) {
            return true;
        }
        let classes = role_classes(role);
        !classes.has(NameClass::PeerRole) && !classes.has(NameClass::TokenKind)
    }

    /// Something that cannot be looked into was given the caller, or decides by its name.
    pub fn is_delegated(&self, facts: &Facts) -> bool {
        facts.iter().any(|fact| matches!(fact, Fact::Guard(guard) if guard.kind == GuardKind::Object))
    }
}

pub fn is_principal(symbol: &Symbol) -> bool {
    symbol.root == Root::Principal
}

/// Something of the signed-in user, or of what the server keeps for whoever is asking: not what they say themselves.
pub(super) fn is_callers(symbol: &Symbol) -> bool {
    is_principal(symbol) || symbol.root == Root::Session
}

/// `session.isAdmin`, `session.loggedInAs`.
fn says_who(symbol: &Symbol) -> bool {
    symbol.path.last().is_some_and(|name| is_flag(name) || names::words(name).iter().any(|word| matches!(word.as_str(), "logged" | "authenticated")))
}

/// `user.is_anonymous`, `session.error`: what is there only if nobody is signed in.
fn says_nobody(symbol: &Symbol) -> bool {
    is_error(symbol) || symbol.path.last().is_some_and(|name| matches!(name.as_str(), "is_anonymous" | "isAnonymous" | "isGuest" | "is_guest"))
}

pub(super) fn is_error(symbol: &Symbol) -> bool {
    symbol.path.last().is_some_and(|name| name == "error")
}

pub(super) fn is_role(symbol: &Symbol) -> bool {
    symbol.path.iter().any(|name| {
        let words = names::words(name);
        words.iter().any(|word| matches!(word.as_str(), "role" | "roles" | "permissions" | "permission" | "scopes" | "groups" | "type" | "kind"))
    }) && !is_written_by_user(symbol)
}

/// What the user can write proves nothing.
fn is_written_by_user(symbol: &Symbol) -> bool {
    symbol.path.iter().any(|name| matches!(name.as_str(), "user_metadata" | "unsafeMetadata" | "raw_user_meta_data"))
}

/// Is it known of which texts it is one?
fn is_told_apart(facts: &Facts, symbol: &Symbol) -> bool {
    let is_of_it = |fact: &Fact| matches!(fact, Fact::Is(known, _) if known == symbol);
    facts.iter().any(|fact| is_of_it(fact) || matches!(fact, Fact::Any(arms) if arms.iter().all(|arm| arm.iter().any(is_of_it))))
}

/// `is_lead`, `can_publish`, `isEditor`: what sets some people apart.
pub fn is_flag(name: &str) -> bool {
    let words = names::words(name);
    let asks = words.first().is_some_and(|word| matches!(word.as_str(), "is" | "has" | "can"));
    let is_any = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    // `can_publish`, `isEditor`: whatever sets some people apart; but anybody can confirm an address or pay.
    asks && words.len() > 1 && !is_any(COMMON) || words.last().is_some_and(|word| is_post(word) || is_above(word))
}

/// What is so of any user sooner or later.
const COMMON: &[&str] = &[
    "verified",
    "confirmed",
    "active",
    "activated",
    "enabled",
    "disabled",
    "subscribed",
    "subscription",
    "premium",
    "pro",
    "paid",
    "plus",
    "plan",
    "trial",
    "anonymous",
    "guest",
    "logged",
    "authenticated",
    "signed",
    "onboarded",
    "onboarding",
    "completed",
    "member",
    "user",
    "customer",
    "student",
    "valid",
    "expired",
    "new",
    "online",
    "mfa",
    "2fa",
    "totp",
    "email",
    "phone",
    "profile",
    "password",
    "access",
    "banned",
    "blocked",
    "deleted",
    "locked",
];
/// Texts of people that say nothing of what they may do.
const NO_RANK: &[&str] = &[
    "id", "name", "username", "login", "email", "mail", "phone", "status", "state", "plan", "tier", "locale", "lang", "language", "country", "city", "region",
    "currency", "timezone", "zone", "theme", "gender", "sex", "title", "bio", "avatar", "image", "picture", "provider", "source", "origin", "token", "secret",
    "hash", "code", "key", "aud", "iss", "typ", "created", "updated", "at", "date", "birthday", "address", "url", "website",
];

/// What people say of themselves, or choose: whoever likes may have it.
pub const CHOSEN: &[&str] = &[
    "public",
    "private",
    "hidden",
    "archived",
    "read",
    "seen",
    "available",
    "visible",
    "favorite",
    "opted",
    "opt",
    "dark",
    "muted",
    "primary",
    "default",
    "newsletter",
    "marketing",
    "notifications",
    "notify",
    "alerts",
    "consent",
    "accepted",
    "accepts",
    "terms",
    "tos",
    "agreed",
];
