//! The library that hashes passwords: what the project has, or else what it is to install, and how it is asked.

use super::super::literal::Code;
use super::super::package::Package;
use super::Here;
use super::names::{Brought, bring, bring_module};
use crate::project::Project;

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
    BCRYPTJS,
    Library { package: "bcrypt", module: "bcrypt", waits: ["hash", "compare"], at_once: Some(["hashSync", "compareSync"]), kept_first: false, work: ", 12" },
];
const BCRYPTJS: Library = Library {
    package: "bcryptjs",
    module: "bcryptjs",
    waits: ["hash", "compare"],
    at_once: Some(["hashSync", "compareSync"]),
    kept_first: false,
    work: ", 12",
};

/// What is done where the project has no such library.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Install,
    None,
}

/// What is written in the place of a hash or a comparison.
pub(super) struct Asked {
    pub call: String,
    pub brought: Brought,
    /// What the title says it is done with: `bcryptjs`, and what has to be installed first.
    pub with: String,
}

/// The hash of what `password` says, written at `at`.
pub(super) fn hash(project: &Project, at: &Here<'_>, password: &str, missing: Missing) -> Option<Asked> {
    if at.is_python() {
        return python_hash(project, at.code, password, missing);
    }
    let (library, with) = ecma_library(project, at.code, missing)?;
    let waits = at.may_wait();
    let function = if waits { library.waits[0] } else { library.at_once?[0] };
    let brought = bring(at.code, &[library.module], function)?;
    let call = format!("{}{}({password}{})", if waits { "await " } else { "" }, brought.text, library.work);
    Some(Asked { call, brought, with })
}

/// Whether `sent` is the password of which `kept` is the hash, written at `at`. What is kept in another way is no match and no error.
pub(super) fn compare(project: &Project, at: &Here<'_>, kept: &str, sent: &str, differs: bool, missing: Missing) -> Option<Asked> {
    if at.is_python() {
        let Asked { call, brought, with } = python_compare(project, at.code, kept, sent, missing)?;
        return Some(Asked { call: if differs { format!("not {call}") } else { call }, brought, with });
    }
    let (library, with) = ecma_library(project, at.code, missing)?;
    let waits = at.may_wait();
    let function = if waits { library.waits[1] } else { library.at_once?[1] };
    let brought = bring(at.code, &[library.module], function)?;
    let guarded = library.kept_first && is_plain(kept);
    let kept = if kept.contains("?.") { format!("{kept} ?? \"\"") } else { kept.to_owned() };
    let (first, second) = if library.kept_first { (kept.as_str(), sent) } else { (sent, kept.as_str()) };
    let call = format!("{}{}({first}, {second})", if waits { "await " } else { "" }, brought.text);
    // These throw when they are given what is no hash of theirs.
    let guard = if guarded { format!("{kept}.startsWith(\"$argon2\") && ") } else { String::new() };
    Some(Asked { call: format!("{}({guard}{call})", if differs { "!" } else { "" }), brought, with })
}

fn ecma_library(project: &Project, code: &Code<'_>, missing: Missing) -> Option<(&'static Library, String)> {
    let package = Package::of(project, &code.file, code.language)?;
    Some(match ECMA.iter().find(|library| package.dependencies.contains(library.package)) {
        Some(library) => (library, library.package.to_owned()),
        None if missing == Missing::None => return None,
        None => (&BCRYPTJS, format!("{0} (needs: npm i {0})", BCRYPTJS.package)),
    })
}

/// What a Python project hashes with.
fn python_library(project: &Project, code: &Code<'_>, missing: Missing) -> Option<(&'static str, String)> {
    let package = Package::of(project, &code.file, code.language)?;
    let has = |name: &str| package.dependencies.contains(name);
    let library = match () {
        () if has("django") => "django",
        () if has("argon2-cffi") => "argon2",
        () if has("bcrypt") => "bcrypt",
        () if has("flask") || has("werkzeug") => "werkzeug",
        () if has("pwdlib") => "pwdlib",
        () if missing == Missing::None => return None,
        () => return Some(("bcrypt", "bcrypt (needs: pip install bcrypt)".to_owned())),
    };
    Some((library, library.to_owned()))
}

fn python_hash(project: &Project, code: &Code<'_>, value: &str, missing: Missing) -> Option<Asked> {
    let (library, with) = python_library(project, code, missing)?;
    let (brought, before, after) = match library {
        "django" => (bring(code, &["django.contrib.auth.hashers"], "make_password")?, "", ""),
        "argon2" => (bring(code, &["argon2"], "PasswordHasher")?, "().hash", ""),
        "werkzeug" => (bring(code, &["werkzeug.security"], "generate_password_hash")?, "", ""),
        "pwdlib" => (bring(code, &["pwdlib"], "PasswordHash")?, ".recommended().hash", ""),
        _ => {
            let brought = bring_module(code, "bcrypt")?;
            let call = format!("{0}.hashpw({value}.encode(), {0}.gensalt()).decode()", brought.text);
            return Some(Asked { call, brought, with });
        }
    };
    Some(Asked { call: format!("{}{before}({value}){after}", brought.text), brought, with })
}

fn python_compare(project: &Project, code: &Code<'_>, kept: &str, sent: &str, missing: Missing) -> Option<Asked> {
    let (library, with) = python_library(project, code, missing)?;
    let guarded = |start: &str, call: String| if is_plain(kept) { format!("({kept}.startswith(\"{start}\") and {call})") } else { call };
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
            let call = guarded("$2", format!("{}.checkpw({sent}.encode(), {kept}.encode())", brought.text));
            (brought, call)
        }
        "pwdlib" => {
            let brought = bring(code, &["pwdlib"], "PasswordHash")?;
            let call = guarded("$", format!("{}.recommended().verify({sent}, {kept})", brought.text));
            (brought, call)
        }
        // It throws where the two differ.
        _ => return None,
    };
    Some(Asked { call, brought, with })
}

/// What can be written twice without doing something twice: `user.password_hash`, `row["password"]`.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '"' | '\'' | '$'))
}
