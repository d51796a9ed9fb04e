//! Functions and types of files that should be in the project and are not there, or not yet: an assistant writes the handler first
//! and its helpers later. What they do is not known, and it may be just what would be missing otherwise.

use super::Walker;
use super::call::called_name;
use crate::facts::check::{Fact, Facts, Guard, GuardKind};
use crate::facts::names;
use crate::facts::place::Site;
use crate::facts::role_words;
use crate::facts::value::{Argument, Library, Value};
use crate::model::TypeRef;
use crate::text::{Name, Span};

impl Walker<'_> {
    /// What is exported by a file that is not there.
    pub(super) fn absent(&self, name: &Name) -> Library {
        Library { step: name.clone(), absent: true, ..Library::default() }
    }

    /// `await memberOf(groupId)`: it may have asked who is calling, and turned others away.
    pub(super) fn perhaps_asked(&mut self, function: &Value, args: &[Argument], site: &Site) {
        let facts = asked_by(function, !args.is_empty(), site);
        self.facts.add_all(&facts);
    }

    /// The same of what stands before a function: `@staff_only`.
    pub(super) fn perhaps_guarded(&self, wrapper: &Value, value: Value, span: Span) -> Value {
        let facts = asked_by(wrapper, true, &self.site(span));
        if facts.is_empty() { value } else { super::decorator::assuming(&value, &facts) }
    }

    /// A parameter whose type is not there: `me: Me`, where `Me` may be `Annotated[User, Depends(current_user)]`. What a request brings
    /// has other names.
    pub(super) fn perhaps_injected(&mut self, ty: &TypeRef, name: &Name) -> Option<Value> {
        let said = self.name(&Name::from(ty.name.split('.').next()?));
        let is_sent = |name: &str| names::words(name).iter().any(|word| SENT.contains(&word.as_str()));
        if !is_absent(&said) || is_sent(&ty.name) || is_sent(name) {
            return None;
        }
        let site = self.site(ty.span);
        self.facts.add_all(&asked_by(&said, true, &site));
        Some(Value::unknown())
    }
}

/// Is it of a file that is not there?
pub(super) fn is_absent(value: &Value) -> bool {
    super::of_class::sources(value).any(|library| library.absent)
}

/// What may hold once something that is not there has run.
fn asked_by(function: &Value, of_something: bool, site: &Site) -> Facts {
    let name = called_name(function);
    // `getCompanyId()`, told nothing: the company of whoever asks.
    if !is_absent(function) || names::only_does(&name) && (of_something || !names::gives_group(&name)) {
        return Facts::none();
    }
    let guard = |kind| Fact::Guard(Guard { kind, sure: false, name: name.clone(), site: Some(site.clone()) });
    let mut facts = Facts::one(guard(if role_words::names_above(&name) { GuardKind::Role } else { GuardKind::Identity }));
    if of_something && !names::only_asks_who(&name) && !names::says_who_asks(&name) {
        facts.add(guard(GuardKind::Object));
    }
    facts
}

/// What people call their own modules, and nobody a library.
pub(super) fn is_of_the_house(module: &str) -> bool {
    let first = module.split('.').next().unwrap_or(module);
    matches!(
        first,
        "auth"
            | "security"
            | "deps"
            | "dependencies"
            | "utils"
            | "helpers"
            | "database"
            | "models"
            | "schemas"
            | "app"
            | "core"
            | "common"
            | "middleware"
            | "decorators"
            | "permissions"
            | "guards"
            | "services"
            | "api"
    )
}

/// What models of a body and of a query are called.
const SENT: &[&str] = &[
    "create", "update", "in", "input", "request", "req", "payload", "body", "data", "schema", "form", "dto", "patch", "new", "params", "query", "filter",
    "filters", "base", "upload", "file", "event",
];
