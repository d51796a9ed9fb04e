//! A secret key in code that ships, where the vendor has one that is made to be seen and the call takes that one: the code
//! reads the public one from a published variable instead.

use super::edits::{self, Edits};
use super::env_name::EnvName;
use super::literal::{Code, Extent, Literal};
use super::package::Package;
use super::phrasebook::{self, Read};
use super::stack;
use super::{Fix, Grade};
use crate::facts::browser::{BROWSER, PublicRead};
use crate::facts::exposure::{Accepts, EXPOSURE, Twin};
use crate::model::{Entry, FileModel};
use crate::model::{ExprId, ExprKind, JsxAttribute, Key, LetKind, PatternKind, Placed, StmtKind, around};
use crate::project::Project;
use crate::rules::Place;
use crate::text::{FileId, Name, Span};

/// `at`: the key, or what reads its variable. `vendors`: whose key it can be.
pub fn fix(project: &Project, at: &Place, vendors: &[Name]) -> Option<Fix> {
    let code = Code::of(project, &at.file).filter(|code| code.language.is_ecma())?;
    vendors.iter().filter_map(|vendor| EXPOSURE.twin(vendor)).find_map(|twin| with(project, &code, at.span, twin))
}

fn with(project: &Project, code: &Code<'_>, at: Span, twin: &Twin) -> Option<Fix> {
    let packages: Vec<&str> = twin.accepts.iter().flat_map(|accepts| &accepts.packages).map(String::as_str).collect();
    if !imports_any(code.model, &packages) || asks_for(code.model, &twin.unless) {
        return None;
    }
    let package = Package::of(project, &code.file, code.language)?;
    let public = project.stacks().of(&code.file).and_then(|(_, stack)| stack)?.public(&|name| package.dependencies.contains(name))?;
    let spot = Spot::of(code, at)?;
    if !is_taken(code, twin, &spot) {
        return None;
    }
    let (variable, is_known) = variable(project, &code.file, public, twin)?;
    let mut edits = Edits::default();
    spot.rewrite(code, public, &variable, &mut edits)?;
    let file = if is_known { "It is set already." } else { "Put it into your env file; it is no secret." };
    let more = if twin.note.is_empty() { String::new() } else { format!(" {}", twin.note) };
    Some(Fix {
        title: format!("Use {}'s public key instead, from {variable}", twin.vendor),
        grade: Grade::NeedsReview,
        preferred: true,
        edits: edits.finish()?,
        note: Some(format!(
            "{variable} is for {} ({}). {file}{more} The secret key must be replaced: it was in the page, so it has been seen.",
            twin.holds, twin.find
        )),
        suppresses: false,
    })
}

/// The expression that gives the key, and the constant that it may be given a name by.
struct Spot<'c> {
    placed: &'c Placed,
    id: ExprId,
    /// A literal; else an expression that reads a variable.
    literal: Option<Literal<'c>>,
    constant: Option<Name>,
}

impl<'c> Spot<'c> {
    fn of(code: &'c Code<'c>, at: Span) -> Option<Spot<'c>> {
        if let Some(literal) = Literal::at(code, at) {
            let whole = literal.extent == Extent::Whole;
            let (placed, id) = (literal.placed, literal.id);
            return whole.then(|| Spot { placed, id, constant: constant_of(placed, id), literal: Some(literal) });
        }
        let placed = code.model.segment_at(at.start)?;
        let relative = Span::new(at.start.checked_sub(placed.start)?, at.end.checked_sub(placed.start)?);
        let id = *around::expressions(&placed.segment, relative).first()?;
        match &placed.segment[id].kind {
            // What the name was made of.
            ExprKind::Name(name) => {
                let (placed, id) = declared(code.model, name)?;
                let reads = matches!(placed.segment[id].kind, ExprKind::Member { .. } | ExprKind::Name(_)) && !is_name(placed, id, name);
                reads.then(|| Spot { placed, id, literal: None, constant: Some(name.clone()) })
            }
            ExprKind::Member { .. } => Some(Spot { placed, id, literal: None, constant: constant_of(placed, id) }),
            _ => None,
        }
    }

    fn rewrite(&self, code: &Code<'_>, public: &PublicRead, variable: &str, edits: &mut Edits) -> Option<()> {
        let book = phrasebook::of(code.language)?;
        let mut text = public.read.replace("{name}", variable);
        if let Some(wanted) = &public.import {
            let wanted = stack::Wanted { from: wanted.from.clone(), name: Some(wanted.name.replace("{name}", variable)) };
            let imported = book.import(code, &wanted)?;
            text = imported.local.to_string();
            if let Some(edit) = imported.edit {
                edits.edit(&code.file, edit);
            }
        }
        // The words that read it are all that is written; an env name is never a published one.
        let name = EnvName::from_words(BROWSER.unpublished(variable))?;
        let read = Read { name, text, quote: edits::quote(&code.text, '"'), asserted: public.asserted, quotes_nest: true, lines: false };
        let changes = match &self.literal {
            Some(literal) => book.replace(literal, &read)?,
            None => {
                let span = self.placed.absolute(self.placed.segment[self.id].span);
                // The `!` that stands there stays.
                let asserted =
                    read.asserted && !self.placed.segment[self.id].asserted && code.text.get(span.end as usize..).is_some_and(|rest| !rest.starts_with('!'));
                vec![book.replace_expression(code, span, &Read { asserted, ..read })?]
            }
        };
        changes.into_iter().for_each(|change| edits.edit(&code.file, change));
        Some(())
    }
}

fn is_name(placed: &Placed, id: ExprId, name: &Name) -> bool {
    matches!(&placed.segment[id].kind, ExprKind::Name(of) if of == name)
}

/// The constant of the file with this name, and its value.
fn declared<'c>(model: &'c FileModel, wanted: &Name) -> Option<(&'c Placed, ExprId)> {
    model.segments.iter().find_map(|placed| {
        let value = placed.segment.stmts.iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Let { pattern, value: Some(value), kind: LetKind::Const, .. } => {
                matches!(&placed.segment[*pattern].kind, PatternKind::Name(name) if name == wanted).then_some(*value)
            }
            _ => None,
        });
        value.map(|value| (placed, value))
    })
}

/// The constant that has this value.
fn constant_of(placed: &Placed, id: ExprId) -> Option<Name> {
    placed.segment.stmts.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Let { pattern, value: Some(value), kind: LetKind::Const, .. } if *value == id => match &placed.segment[*pattern].kind {
            PatternKind::Name(name) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    })
}

/// Is the key used, and everywhere it is used is the public one taken?
fn is_taken(code: &Code<'_>, twin: &Twin, spot: &Spot<'_>) -> bool {
    let Some(name) = &spot.constant else { return accepts(code, twin, spot.placed, spot.id) };
    let mut uses = 0;
    for placed in &code.model.segments {
        for id in (0..placed.segment.exprs.len() as u32).map(ExprId).filter(|id| is_name(placed, *id, name)) {
            uses += 1;
            if !accepts(code, twin, placed, id) {
                return false;
            }
        }
    }
    uses > 0 && !is_exported(code.model, spot, name)
}

fn is_exported(model: &FileModel, spot: &Spot<'_>, name: &Name) -> bool {
    let segment = &spot.placed.segment;
    let by_word = segment.stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Export { stmt, .. } => matches!(&segment[*stmt].kind, StmtKind::Let { value: Some(value), .. } if *value == spot.id),
        _ => false,
    });
    let in_list = |kind: &StmtKind| matches!(kind, StmtKind::ExportNames { names, source: None, .. } if names.iter().any(|known| known.local == *name));
    by_word || model.segments.iter().any(|placed| placed.segment.stmts.iter().any(|stmt| in_list(&stmt.kind)))
}

/// Does this very place take the public key?
fn accepts(code: &Code<'_>, twin: &Twin, placed: &Placed, id: ExprId) -> bool {
    twin.accepts
        .iter()
        .filter(|accepts| imports_any(code.model, &accepts.packages))
        .any(|accepts| placed.segment.exprs.iter().any(|expr| takes(accepts, placed, &expr.kind, id)))
}

fn takes(accepts: &Accepts, placed: &Placed, around: &ExprKind, id: ExprId) -> bool {
    let segment = &placed.segment;
    match around {
        ExprKind::Call { callee, args, .. } => {
            let called = match &segment[*callee].kind {
                ExprKind::Name(name) | ExprKind::Member { name, .. } => name,
                _ => return false,
            };
            accepts.call.as_deref() == Some(called.as_str()) && args.get(accepts.argument).is_some_and(|arg| arg.value == id && !arg.spread)
        }
        ExprKind::Object(entries) => entries.iter().any(|entry| match entry {
            Entry::Field { key: Key::Name(name), value, .. } => *value == id && accepts.field.as_deref() == Some(name.as_str()),
            _ => false,
        }),
        ExprKind::Jsx { attributes, .. } => attributes.iter().any(|attribute| match attribute {
            JsxAttribute::Named { name, value: Some(value), .. } => *value == id && accepts.field.as_deref() == Some(name.as_str()),
            _ => false,
        }),
        ExprKind::Assign { target, op: None, value } if *value == id => match &segment[*target].kind {
            PatternKind::Place(place) => matches!(&segment[*place].kind, ExprKind::Member { name, .. } if accepts.assigned.as_deref() == Some(name.as_str())),
            _ => false,
        },
        _ => false,
    }
}

fn imports_any(model: &FileModel, packages: &[impl AsRef<str>]) -> bool {
    stack::imports(model).any(|import| !import.type_only && packages.iter().any(|package| import.source == package.as_ref()))
}

/// Is one of these steps taken in the file?
fn asks_for(model: &FileModel, steps: &[String]) -> bool {
    let exprs = model.segments.iter().flat_map(|placed| placed.segment.exprs.iter());
    exprs.into_iter().any(|expr| matches!(&expr.kind, ExprKind::Member { name, .. } if steps.iter().any(|step| step == name.as_str())))
}

/// The variable to read, and whether the project has it already.
fn variable(project: &Project, file: &FileId, public: &PublicRead, twin: &Twin) -> Option<(String, bool)> {
    let is_ours = |name: &&Name| name.starts_with(public.prefix.as_str()) && twin.names.iter().any(|known| known == BROWSER.unpublished(name));
    let beside = project.folders_up(file);
    let published =
        project.files().filter(|(other, _)| beside.iter().any(|folder| other.folder() == folder)).flat_map(|(_, known)| known.exposure.published.iter());
    let mut known: Vec<&Name> = published.filter(is_ours).collect();
    if known.is_empty() {
        known = project.files().flat_map(|(_, known)| known.exposure.published.iter()).filter(is_ours).collect();
    }
    known.sort();
    match known.first() {
        Some(name) => Some((name.to_string(), true)),
        None => Some((format!("{}{}", public.prefix, twin.names.first()?), false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{after, file, project};

    const VITE: (&str, &str) = ("package.json", r#"{"dependencies":{"react":"19"},"devDependencies":{"vite":"7"}}"#);

    fn fixed(files: &[(&str, &str)], name: &str, key: &str, vendor: &str) -> Option<String> {
        let project = project(files);
        let text = files.iter().find(|(known, _)| *known == name)?.1;
        let at = text.find(key)?;
        let place = Place { file: file(name), span: Span::from(at..at + key.len()) };
        let fix = fix(&project, &place, &[Name::from(vendor)])?;
        after(&project, &fix, &[name]).pop()
    }

    #[test]
    fn every_twin_proves_itself() {
        for twin in &EXPOSURE.twins {
            assert!(!twin.examples.is_empty(), "{}", twin.vendor);
            for example in &twin.examples {
                for key in ["\"a-key-of-sixteen\"", "import.meta.env.VITE_SECRET"] {
                    let text = example.code.replace("KEY", key);
                    let named = format!("const SECRET_OF_OURS = {key};\n{}", example.code.replace("KEY", "SECRET_OF_OURS"));
                    for text in [text, named] {
                        let got = fixed(&[VITE, ("src/a.ts", &text)], "src/a.ts", key.trim_matches('"'), &twin.vendor).unwrap_or_else(|| panic!("{text}"));
                        let meant = example.becomes.replace("import.meta.env.", "");
                        let variable = meant.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').find(|word| word.starts_with("VITE_")).unwrap_or_default();
                        assert!(got.contains(&format!("import.meta.env.{variable}")) && !got.contains("VITE_SECRET") && !got.contains("a-key-of"), "{got}");
                        assert!(text.contains("SECRET_OF_OURS") || got.contains(&example.becomes), "{got}");
                    }
                    // The same call of something of one's own.
                    let own = example.code.replace("KEY", key).replace("from '", "from './");
                    assert_eq!(fixed(&[VITE, ("src/a.ts", &own)], "src/a.ts", key.trim_matches('"'), &twin.vendor), None, "{own}");
                }
            }
        }
    }

    #[test]
    fn each_stack_reads_in_its_own_words() {
        let code = "import { loadStripe } from '@stripe/stripe-js';\nexport const stripe = loadStripe('a-key-of-sixteen');\n";
        for (manifest, name, words) in [
            (r#"{"dependencies":{"next":"16"}}"#, "pages/pay.ts", "loadStripe(process.env.NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY!)"),
            (r#"{"dependencies":{"next":"16"}}"#, "pages/pay.js", "loadStripe(process.env.NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY)"),
            (r#"{"dependencies":{"react-scripts":"5"}}"#, "src/pay.js", "loadStripe(process.env.REACT_APP_STRIPE_PUBLISHABLE_KEY)"),
            (r#"{"dependencies":{"@vue/cli-service":"5"}}"#, "src/pay.js", "loadStripe(process.env.VUE_APP_STRIPE_PUBLISHABLE_KEY)"),
            (r#"{"dependencies":{"expo":"54"}}"#, "src/pay.js", "loadStripe(process.env.EXPO_PUBLIC_STRIPE_PUBLISHABLE_KEY)"),
            (r#"{"dependencies":{"astro":"5"}}"#, "src/lib/pay.ts", "loadStripe(import.meta.env.PUBLIC_STRIPE_PUBLISHABLE_KEY)"),
        ] {
            let got = fixed(&[("package.json", manifest), (name, code)], name, "a-key-of-sixteen", "Stripe").unwrap_or_default();
            assert!(got.contains(words), "{manifest}: {got}");
        }
        let kit = ("package.json", r#"{"devDependencies":{"@sveltejs/kit":"2"}}"#);
        let got = fixed(&[kit, ("src/lib/pay.ts", code)], "src/lib/pay.ts", "a-key-of-sixteen", "Stripe").unwrap_or_default();
        assert!(got.contains("loadStripe(PUBLIC_STRIPE_PUBLISHABLE_KEY)") && got.contains("from '$env/static/public'"), "{got}");
        let app = ("package.json", r#"{"dependencies":{"react-native":"0.80"}}"#);
        assert_eq!(fixed(&[app, ("src/pay.ts", code)], "src/pay.ts", "a-key-of-sixteen", "Stripe"), None, "nothing publishes variables");
    }

    #[test]
    fn a_variable_that_is_there_is_used() {
        let code = "import { createClient } from '@supabase/supabase-js';\nconst key = import.meta.env.VITE_SUPABASE_SERVICE_ROLE_KEY;\nexport const db = createClient(import.meta.env.VITE_SUPABASE_URL, key);\n";
        let env = (".env", "VITE_SUPABASE_URL=https://a.supabase.co\nVITE_SUPABASE_PUBLISHABLE_KEY=sb_publishable_x\n");
        let got = fixed(&[VITE, env, ("src/db.ts", code)], "src/db.ts", "key);", "Supabase");
        assert_eq!(got, None, "not an expression");
        let got = fixed(&[VITE, env, ("src/db.ts", code)], "src/db.ts", "import.meta.env.VITE_SUPABASE_SERVICE_ROLE_KEY", "Supabase").unwrap_or_default();
        assert!(got.contains("const key = import.meta.env.VITE_SUPABASE_PUBLISHABLE_KEY;"), "{got}");
    }

    #[test]
    fn what_needs_the_secret_key_keeps_it() {
        let admin = "import { createClient } from '@supabase/supabase-js';\nconst db = createClient('https://a.supabase.co', 'a-key-of-sixteen');\nexport const users = () => db.auth.admin.listUsers();\n";
        assert_eq!(fixed(&[VITE, ("src/db.ts", admin)], "src/db.ts", "a-key-of-sixteen", "Supabase"), None);
        let twice = "import { loadStripe } from '@stripe/stripe-js';\nconst KEY = 'a-key-of-sixteen';\nexport const stripe = loadStripe(KEY);\nfetch('/x', { headers: { authorization: KEY } });\n";
        assert_eq!(fixed(&[VITE, ("src/pay.ts", twice)], "src/pay.ts", "a-key-of-sixteen", "Stripe"), None);
        let shared = "import { loadStripe } from '@stripe/stripe-js';\nexport const KEY = 'a-key-of-sixteen';\nexport const stripe = loadStripe(KEY);\n";
        assert_eq!(fixed(&[VITE, ("src/pay.ts", shared)], "src/pay.ts", "a-key-of-sixteen", "Stripe"), None);
    }

    #[test]
    fn attributes_get_braces() {
        let code = "import { ClerkProvider } from '@clerk/clerk-react';\nexport const App = () => <ClerkProvider publishableKey=\"a-key-of-sixteen\"><p /></ClerkProvider>;\n";
        let got = fixed(&[VITE, ("src/App.tsx", code)], "src/App.tsx", "a-key-of-sixteen", "Clerk").unwrap_or_default();
        assert!(got.contains("publishableKey={import.meta.env.VITE_CLERK_PUBLISHABLE_KEY}"), "{got}");
    }
}
