//! **Hash slowly**: a password that goes through a fast hash goes through one made for passwords, and what compared the results asks the
//! library. Only where everything that is done with the result is understood: a record that is looked up by its hash stays as it is.

use super::super::edits::Edits;
use super::super::literal::Code;
use super::hasher::{self, Missing};
use super::uses::{Comparison, Role, awaited, called, files_with, names, parameter, role, uses};
use super::{Done, Here};
use crate::model::{CallKind, ExprKind, StmtId};
use crate::project::Project;
use crate::rules::Place;
use crate::text::{Name, Span, lines};

pub(super) fn hashed(project: &Project, code: &Code<'_>, at: &Place) -> Option<Done> {
    let hash = whole(Here::at(code, at.span)?);
    let password = typed(&hash)?;
    let mut work = Work { project, edits: Edits::default(), with: String::new(), compares: false };
    match role(&hash)? {
        Role::Compared(comparison) => work.compare(&comparison, password.text())?,
        Role::Held(name, statement) => work.held(&hash, password.text(), &name, statement)?,
        Role::Kept => work.hash(&hash, password.text())?,
        Role::Given(function) => {
            let (name, at) = (called(&hash, function)?, parameter(&hash, function, password.text())?);
            let files = files_with(project, code, &name)?;
            let mut calls = Vec::new();
            files.iter().try_for_each(|(file, word)| uses(file, word, &name, &mut calls))?;
            for call in &calls {
                let ExprKind::Call { args, .. } = call.kind() else { return None };
                let sent = call.of(args.get(at).filter(|arg| arg.name.is_none() && !arg.spread)?.value);
                match role(&awaited(*call))? {
                    Role::Compared(comparison) => work.compare(&comparison, sent.text())?,
                    Role::Held(name, statement) => work.held_result(call, sent.text(), &name, statement)?,
                    Role::Kept => {}
                    Role::Given(_) => return None,
                }
            }
            work.hash(&hash, password.text())?;
        }
    }
    let note = if work.compares {
        "Whoever registered before cannot sign in with the old hash: have them set a new password, or hash the old hashes once with this, and let the login do both steps."
    } else {
        "Let the same library compare where somebody signs in. Whoever registered before cannot sign in with the old hash: have them set a new password, or hash the old hashes once with this, and let the login do both steps."
    };
    Some(Done { title: format!("Hash the password with {}", work.with), edits: work.edits, is_safe: false, note: Some(note) })
}

struct Work<'p> {
    project: &'p Project,
    edits: Edits,
    /// What it is done with.
    with: String,
    compares: bool,
}

impl Work<'_> {
    fn hash(&mut self, at: &Here<'_>, password: &str) -> Option<()> {
        let asked = hasher::hash(self.project, at, password, Missing::Install)?;
        self.write(at, asked)
    }

    fn compare(&mut self, comparison: &Comparison<'_>, sent: &str) -> Option<()> {
        let asked = hasher::compare(self.project, &comparison.whole, comparison.kept.text(), sent, comparison.differs, Missing::Install)?;
        self.compares = true;
        self.write(&comparison.whole, asked)
    }

    fn write(&mut self, at: &Here<'_>, asked: hasher::Asked) -> Option<()> {
        let file = &at.code.file;
        self.edits.replace(file, at.span(), asked.call);
        asked.brought.edit.into_iter().for_each(|edit| self.edits.edit(file, edit));
        self.with = asked.with;
        Some(())
    }

    /// `const digest = createHash(..)..`: what is kept is hashed there, and what is only compared need not be made at all.
    fn held(&mut self, hash: &Here<'_>, sent: &str, name: &Name, statement: StmtId) -> Option<()> {
        match self.compare_uses(hash, sent, name, statement)? {
            true => Some(()),
            false => self.hash(hash, sent),
        }
    }

    /// The same of what a function gives.
    fn held_result(&mut self, call: &Here<'_>, sent: &str, name: &Name, statement: StmtId) -> Option<()> {
        self.compare_uses(call, sent, name, statement).map(|_| ())
    }

    fn compare_uses(&mut self, at: &Here<'_>, sent: &str, name: &Name, statement: StmtId) -> Option<bool> {
        let mut comparisons = Vec::new();
        let mut is_kept = false;
        for used in names(at, name, statement) {
            match role(&used)? {
                Role::Compared(comparison) => comparisons.push(comparison),
                Role::Kept => is_kept = true,
                Role::Held(..) | Role::Given(_) => return None,
            }
        }
        if comparisons.is_empty() {
            return is_kept.then_some(false);
        }
        if is_kept {
            return None;
        }
        comparisons.iter().try_for_each(|comparison| self.compare(comparison, sent))?;
        let text = &at.code.text;
        let span = at.placed.absolute(at.segment()[statement].span);
        let line = Span::new(lines::line_start(text, span.start), lines::next_line(text, span.end));
        let stands_alone = lines::begins_line(text, span.start) && matches!(Span::new(span.end, lines::line_stop(text, span.end)).of(text).trim(), "" | ";");
        stands_alone.then(|| self.edits.replace(&at.code.file, line, ""))?;
        Some(true)
    }
}

/// What reads the digest belongs to the hash.
fn whole(hash: Here<'_>) -> Here<'_> {
    let mut at = hash;
    for _ in 0..3 {
        let mut around = at.around().into_iter();
        let (Some(member), Some(call)) = (around.next(), around.next()) else { break };
        let reads = matches!(member.kind(), ExprKind::Member { base, name, .. } if *base == at.id && is_digest(name));
        if !reads || !matches!(call.kind(), ExprKind::Call { callee, .. } if *callee == member.id) {
            break;
        }
        at = call;
    }
    at
}

fn is_digest(name: &str) -> bool {
    matches!(name, "digest" | "hexdigest" | "toString" | "hex")
}

/// The password that is hashed, alone and as it was typed.
fn typed<'c>(hash: &Here<'c>) -> Option<Here<'c>> {
    let mut at = *hash;
    for _ in 0..4 {
        let ExprKind::Call { callee, args, .. } = at.kind() else { return None };
        let member = if let ExprKind::Member { base, name, .. } = &at.segment()[*callee].kind { Some((*base, name)) } else { None };
        match member {
            Some((base, name)) if is_digest(name) => at = at.of(base),
            // Of an object that may have been given more before.
            Some((base, name)) if name == "update" && !matches!(at.segment()[base].kind, ExprKind::Call { .. }) => return None,
            Some((base, name)) if name == "update" && !takes_only_a_name(&at.of(base)) => return None,
            _ => {
                let value = match args.as_slice() {
                    [only] => only.value,
                    [algorithm, value] if matches!(at.segment()[algorithm.value].kind, ExprKind::Str(_)) => value.value,
                    [value, encoding] if matches!(at.segment()[encoding.value].kind, ExprKind::Str(_)) => value.value,
                    _ => return None,
                };
                return bare(at.of(value));
            }
        }
    }
    None
}

/// `createHash("sha256")`: a key or an earlier `update` would be lost.
fn takes_only_a_name(made: &Here<'_>) -> bool {
    matches!(made.kind(), ExprKind::Call { args, .. } if args.iter().all(|arg| matches!(made.segment()[arg.value].kind, ExprKind::Str(_))))
}

/// `password.encode("utf-8")` and `Buffer.from(password)` are the password.
fn bare<'c>(value: Here<'c>) -> Option<Here<'c>> {
    match value.kind() {
        ExprKind::Name(_) => Some(value),
        ExprKind::Member { base, .. } => {
            bare(value.of(*base))?;
            Some(value)
        }
        ExprKind::Call { callee, args, kind: CallKind::Plain, .. } => match (&value.segment()[*callee].kind, args.as_slice()) {
            (ExprKind::Member { base, name, .. }, _) if name == "encode" && value.is_python() => bare(value.of(*base)),
            (ExprKind::Member { base, name, .. }, [only, ..]) if name == "from" => {
                let is_buffer = matches!(&value.segment()[*base].kind, ExprKind::Name(name) if name == "Buffer");
                if is_buffer { bare(value.of(only.value)) } else { None }
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fix;
    use crate::fixes::testing::{after, file, project};
    use crate::rules::{Place, Strengthen};

    fn fixed(files: &[(&str, &str)], part: &str) -> Option<Vec<String>> {
        let (name, text) = files[0];
        let project = project(files);
        let start = text.find(part).expect("the part");
        let at = Place { file: file(name), span: (start..start + part.len()).into() };
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        Some(after(&project, &fix(&project, &at, &Strengthen::Slow)?, &names))
    }

    #[test]
    fn a_function_and_who_compares_what_it_gives() {
        let manifest = ("package.json", "{\"dependencies\":{\"bcryptjs\":\"3\"}}");
        let own = "import { createHash } from \"node:crypto\";\nexport function hashPassword(raw) {\n  return createHash(\"sha256\").update(raw).digest(\"hex\");\n}\n";
        let hash = "createHash(\"sha256\").update(raw).digest(\"hex\")";
        let other = "import { hashPassword } from \"./hash.js\";\nexport const matches = async (user, sent) => user.hash === hashPassword(sent);\nexport const make = (email, sent) => users.create({ email, hash: hashPassword(sent) });\n";
        let texts = fixed(&[("hash.js", own), ("login.js", other), manifest], hash).expect("a fix");
        assert!(texts[0].contains("return hashSync(raw, 12);"), "{}", texts[0]);
        assert!(texts[1].contains("=> (await compare(sent, user.hash));"), "{}", texts[1]);
        // Whoever looks a record up by the hash would not find it any more.
        let looks_up =
            "import { hashPassword } from \"./hash.js\";\nexport const find = (email, sent) => users.findOne({ email, hash: hashPassword(sent) });\n";
        assert_eq!(fixed(&[("hash.js", own), ("login.js", looks_up), manifest], hash), None);
    }

    #[test]
    fn python_without_a_library() {
        let own = "import hashlib\n\n\ndef hashed(password):\n    return hashlib.sha256(password.encode(\"utf-8\")).hexdigest()\n\n\ndef fits(password, kept):\n    return hashed(password) == kept\n";
        let texts = fixed(&[("a.py", own)], "hashlib.sha256(password.encode(\"utf-8\"))").expect("a fix");
        assert!(texts[0].contains("    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()\n"), "{}", texts[0]);
        assert!(texts[0].contains("    return (kept.startswith(\"$2\") and bcrypt.checkpw(password.encode(), kept.encode()))\n"), "{}", texts[0]);
        // A salt of the project's own is kept somewhere, and would have to go.
        let salted = "import hashlib\n\n\ndef hashed(password, salt):\n    return hashlib.sha256((salt + password).encode()).hexdigest()\n";
        assert_eq!(fixed(&[("a.py", salted)], "hashlib.sha256((salt + password).encode())"), None);
    }

    #[test]
    fn a_digest_that_is_only_compared_goes() {
        let text = "app.post(\"/login\", async (req, res) => {\n  const digest = crypto.createHash(\"md5\").update(req.body.password).digest(\"hex\");\n  if (digest !== user.passwordHash) return res.status(401).end();\n});\n";
        let texts = fixed(&[("a.js", text)], "crypto.createHash(\"md5\").update(req.body.password).digest(\"hex\")");
        assert_eq!(
            texts.expect("a fix")[0],
            "import { compare } from \"bcryptjs\";\napp.post(\"/login\", async (req, res) => {\n  if (!(await compare(req.body.password, user.passwordHash))) return res.status(401).end();\n});\n"
        );
        let of_more = "const digest = createHash(\"md5\").update(salt).update(password).digest(\"hex\");\nif (digest !== user.hash) stop();\n";
        assert_eq!(fixed(&[("a.js", of_more)], "createHash(\"md5\").update(salt).update(password).digest(\"hex\")"), None);
    }
}
