//! **Hash the password**, and let the library compare: with what the project has already.

use super::super::edits::Edits;
use super::super::literal::Code;
use super::super::package::Package;
use super::names::{Brought, bring, bring_module};
use super::{Done, Here, relative};
use crate::model::{BinaryOp, Entry, ExprKind, Placed};
use crate::project::Project;
use crate::rules::Place;
use crate::text::Span;

/// A library that hashes passwords, as the project has it.
struct Library {
    package: &'static str,
    module: &'static str,
    /// Functions that hash and compare, and those that do so at once.
    waits: [&'static str; 2],
    at_once: Option<[&'static str; 2]>,
    /// What is compared comes first.
    kept_first: bool,
    /// `, 12`.
    work: &'static str,
}

const ECMA: &[Library] = &[
    Library {
        package: "@node-rs/argon2",
        module: "@node-rs/argon2",
        waits: ["hash", "verify"],
        at_once: Some(["hashSync", "verifySync"]),
        kept_first: true,
        work: "",
    },
    Library { package: "argon2", module: "argon2", waits: ["hash", "verify"], at_once: None, kept_first: true, work: "" },
    Library {
        package: "bcryptjs",
        module: "bcryptjs",
        waits: ["hash", "compare"],
        at_once: Some(["hashSync", "compareSync"]),
        kept_first: false,
        work: ", 12",
    },
    Library { package: "bcrypt", module: "bcrypt", waits: ["hash", "compare"], at_once: Some(["hashSync", "compareSync"]), kept_first: false, work: ", 12" },
];

pub(super) fn hashed(project: &Project, code: &Code<'_>, at: &Place) -> Option<Done> {
    let (value, before) = value_at(code, at.span)?;
    let written = value.text();
    let mut edits = Edits::default();
    let (call, brought, of) = if value.is_python() { python_hash(project, code, written)? } else { ecma_hash(project, code, &value)? };
    edits.replace(&code.file, value.span(), format!("{before}{call}"));
    brought.into_iter().filter_map(|brought| brought.edit).for_each(|edit| edits.edit(&code.file, edit));
    let note = Some("Let the same library compare where somebody signs in, and hash the passwords that are kept already, or have them set anew.");
    Some(Done { title: format!("Hash the password with {of}"), edits, is_safe: false, note })
}

/// The value of the field, argument or member that stands there, and what must be written before it.
fn value_at<'c>(code: &'c Code<'c>, at: Span) -> Option<(Here<'c>, String)> {
    let placed: &'c Placed = code.model.segment_at(at.start)?;
    let span = relative(placed, at)?;
    let segment = &placed.segment;
    segment.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Object(entries) => entries.iter().find_map(|entry| match entry {
            Entry::Field { key_span, value, shorthand, .. } if *key_span == span => {
                let before = if *shorthand { format!("{}: ", placed.absolute(*key_span).of(&code.text)) } else { String::new() };
                Some((Here { code, placed, id: *value }, before))
            }
            _ => None,
        }),
        ExprKind::Call { args, .. } => {
            args.iter().find(|arg| arg.name.is_some() && arg.span == span).map(|arg| (Here { code, placed, id: arg.value }, String::new()))
        }
        ExprKind::Seq { items, .. } => {
            items.iter().find(|item| !item.spread && segment[item.value].span == span).map(|item| (Here { code, placed, id: item.value }, String::new()))
        }
        ExprKind::Assign { target, op: None, value } => {
            let is_it = matches!(&segment[*target].kind, crate::model::PatternKind::Place(place) if segment[*place].span == span);
            is_it.then(|| (Here { code, placed, id: *value }, String::new()))
        }
        _ => None,
    })
}

fn ecma_library(project: &Project, code: &Code<'_>) -> Option<&'static Library> {
    let package = Package::of(project, &code.file, code.language)?;
    ECMA.iter().find(|library| package.dependencies.contains(library.package))
}

type Hashing = (String, Vec<Brought>, &'static str);

fn ecma_hash(project: &Project, code: &Code<'_>, value: &Here<'_>) -> Option<Hashing> {
    let library = ecma_library(project, code)?;
    let waits = value.may_wait();
    let function = if waits { library.waits[0] } else { library.at_once?[0] };
    let brought = bring(code, &[library.module], function)?;
    let call = format!("{}{}({}{})", if waits { "await " } else { "" }, brought.text, value.text(), library.work);
    Some((call, vec![brought], library.package))
}

/// What a Python project hashes with.
fn python_library(project: &Project, code: &Code<'_>) -> Option<&'static str> {
    let package = Package::of(project, &code.file, code.language)?;
    let has = |name: &str| package.dependencies.contains(name);
    Some(match () {
        () if has("django") => "django",
        () if has("argon2-cffi") => "argon2",
        () if has("bcrypt") => "bcrypt",
        () if has("flask") || has("werkzeug") => "werkzeug",
        () if has("pwdlib") => "pwdlib",
        () => return None,
    })
}

fn python_hash(project: &Project, code: &Code<'_>, value: &str) -> Option<Hashing> {
    let library = python_library(project, code)?;
    let (brought, call) = match library {
        "django" => {
            let brought = bring(code, &["django.contrib.auth.hashers"], "make_password")?;
            let call = format!("{}({value})", brought.text);
            (brought, call)
        }
        "argon2" => {
            let brought = bring(code, &["argon2"], "PasswordHasher")?;
            let call = format!("{}().hash({value})", brought.text);
            (brought, call)
        }
        "bcrypt" => {
            let brought = bring_module(code, "bcrypt")?;
            let call = format!("{0}.hashpw({value}.encode(), {0}.gensalt()).decode()", brought.text);
            (brought, call)
        }
        "werkzeug" => {
            let brought = bring(code, &["werkzeug.security"], "generate_password_hash")?;
            let call = format!("{}({value})", brought.text);
            (brought, call)
        }
        _ => {
            let brought = bring(code, &["pwdlib"], "PasswordHash")?;
            let call = format!("{}.recommended().hash({value})", brought.text);
            (brought, call)
        }
    };
    Some((call, vec![brought], library))
}

/// `kept === sent` becomes what the library says of the two.
pub(super) fn compared(project: &Project, code: &Code<'_>, at: &Place, kept: &Place) -> Option<Done> {
    let here = Here::at(code, at.span)?;
    let ExprKind::Binary { op, left, right } = here.kind() else { return None };
    let (left, right) = (here.of(*left), here.of(*right));
    let (kept, sent) = if left.span() == kept.span { (left, right) } else { (right, left) };
    let differs = *op == BinaryOp::Ne;
    let (kept, sent) = (kept.text(), sent.text());
    let (call, brought, of) = if here.is_python() {
        let library = python_library(project, code)?;
        let (brought, call) = match library {
            "django" => {
                let brought = bring(code, &["django.contrib.auth.hashers"], "check_password")?;
                let call = format!("{}({sent}, {kept})", brought.text);
                (brought, call)
            }
            "werkzeug" => {
                let brought = bring(code, &["werkzeug.security"], "check_password_hash")?;
                let call = format!("{}({kept}, {sent})", brought.text);
                (brought, call)
            }
            "bcrypt" => {
                let brought = bring_module(code, "bcrypt")?;
                let call = format!("{}.checkpw({sent}.encode(), {kept}.encode())", brought.text);
                (brought, call)
            }
            // The others throw where the two differ.
            _ => return None,
        };
        (if differs { format!("not {call}") } else { call }, brought, library)
    } else {
        let library = ecma_library(project, code)?;
        let waits = here.may_wait();
        let function = if waits { library.waits[1] } else { library.at_once?[1] };
        let brought = bring(code, &[library.module], function)?;
        let (first, second) = if library.kept_first { (kept, sent) } else { (sent, kept) };
        let call = format!("{}{}({first}, {second})", if waits { "await " } else { "" }, brought.text);
        (if differs { format!("!({call})") } else { format!("({call})") }, brought, library.package)
    };
    let mut edits = Edits::default();
    edits.replace(&code.file, here.span(), call);
    brought.edit.into_iter().for_each(|edit| edits.edit(&code.file, edit));
    let note = Some("Hash the password where it is kept, too: until then nobody can sign in.");
    Some(Done { title: format!("Let {of} compare the passwords"), edits, is_safe: false, note })
}
