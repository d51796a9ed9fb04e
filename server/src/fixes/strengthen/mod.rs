//! What guards an account is done so that it does: hashed, verified, random, ended. One file for each way.

mod certificate;
mod hasher;
pub(super) mod names;
mod password;
mod random;
mod same_time;
mod slow;
mod token;
mod uses;

use super::edits::Edits;
use super::literal::Code;
use super::{Fix, Grade};
use crate::model::{ExprId, ExprKind, Placed, Segment, around};
use crate::project::Project;
use crate::rules::{Place, Strengthen};
use crate::text::{Change, Encoding, Span, position};

pub fn fix(project: &Project, at: &Place, how: &Strengthen) -> Option<Fix> {
    let code = Code::of(project, &at.file)?;
    let done = match how {
        Strengthen::Drop { name } => certificate::without(&code, at, name),
        Strengthen::Random => random::strong(project, &code, at),
        Strengthen::Expire => token::ending(&code, at),
        Strengthen::Verify => token::verified(project, &code, at),
        Strengthen::Signed => token::signed(&code, at),
        Strengthen::Hash => password::hashed(project, &code, at),
        Strengthen::Compare { kept } => password::compared(project, &code, at, kept),
        Strengthen::Slow => slow::hashed(project, &code, at),
        Strengthen::SameTime { sent } => same_time::compared(&code, at, sent),
    }?;
    let edits = done.edits.finish()?;
    still_parses(project, &edits)?;
    let grade = if done.is_safe { Grade::Safe } else { Grade::NeedsReview };
    Some(Fix { title: done.title, grade, preferred: true, edits, note: done.note.map(str::to_owned), suppresses: false })
}

/// A repair before it is looked at.
struct Done {
    title: String,
    edits: Edits,
    is_safe: bool,
    note: Option<&'static str>,
}

/// Nothing is offered that would break the code.
fn still_parses(project: &Project, edits: &[super::FileEdit]) -> Option<()> {
    for edit in edits {
        let document = &project.file(&edit.file)?.document;
        let Some(before) = document.broken_items() else { continue };
        let change = |edit: &super::TextEdit| Change { range: Some(position::range(document.rope(), edit.span, Encoding::Utf8)), text: edit.text.clone() };
        // From the end, so that places before stay what they are.
        let changes: Vec<Change> = edit.edits.iter().rev().map(change).collect();
        if document.edited(document.version, &changes, Encoding::Utf8).broken_items()? > before {
            return None;
        }
    }
    Some(())
}

/// An expression in its file.
#[derive(Clone, Copy)]
struct Here<'c> {
    code: &'c Code<'c>,
    placed: &'c Placed,
    id: ExprId,
}

impl<'c> Here<'c> {
    /// The outermost expression that stands exactly there.
    fn at(code: &'c Code<'c>, span: Span) -> Option<Here<'c>> {
        let placed = code.model.segment_at(span.start)?;
        let relative = relative(placed, span)?;
        let is_it = |id: &ExprId| placed.segment[*id].span == relative && !matches!(placed.segment[*id].kind, ExprKind::Other(_));
        let id = around::expressions(&placed.segment, relative).into_iter().find(is_it)?;
        Some(Here { code, placed, id })
    }

    fn segment(&self) -> &'c Segment {
        &self.placed.segment
    }

    fn kind(&self) -> &'c ExprKind {
        &self.segment()[self.id].kind
    }

    fn span(&self) -> Span {
        self.placed.absolute(self.segment()[self.id].span)
    }

    fn text(&self) -> &'c str {
        self.span().of(&self.code.text)
    }

    fn of(&self, id: ExprId) -> Here<'c> {
        Here { id, ..*self }
    }

    /// The expressions around it, the next one first.
    fn around(&self) -> Vec<Here<'c>> {
        let all = around::expressions(self.segment(), self.segment()[self.id].span);
        all.into_iter().filter(|id| *id != self.id && id.0 > self.id.0).map(|id| self.of(id)).collect()
    }

    /// Is the function around it one that can wait?
    fn may_wait(&self) -> bool {
        let span = self.segment()[self.id].span;
        let around = self.segment().functions.iter().filter(|function| function.body_span.contains(span));
        around.min_by_key(|function| function.body_span.len()).is_some_and(|function| function.is_async)
    }

    fn is_python(&self) -> bool {
        self.code.language == crate::syntax::Language::Python
    }
}

fn relative(placed: &Placed, span: Span) -> Option<Span> {
    Some(Span::new(span.start.checked_sub(placed.start)?, span.end.checked_sub(placed.start)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixes::testing::{after, file, project};

    fn fixed(files: &[(&str, &str)], part: &str, how: &Strengthen) -> Option<String> {
        let (name, text) = files[0];
        let project = project(files);
        let start = text.find(part).expect("the part");
        let at = Place { file: file(name), span: (start..start + part.len()).into() };
        Some(after(&project, &fix(&project, &at, how)?, &[name]).remove(0))
    }

    #[test]
    fn random_texts_keep_their_length() {
        let of = |text: &str| fixed(&[("a.ts", text)], "Math.random()", &Strengthen::Random).expect("a fix");
        assert_eq!(
            of("export const token = Math.random().toString(36).slice(2);\n"),
            "import { randomBytes } from \"node:crypto\";\nexport const token = randomBytes(32).toString(\"base64url\");\n"
        );
        assert!(
            of("export const code = Math.random().toString(36).substring(2, 8).toUpperCase();\n")
                .contains("= randomBytes(16).toString(\"hex\").slice(0, 6).toUpperCase();")
        );
        assert!(of("export const otp = Math.floor(100000 + Math.random() * 900000);\n").contains("= randomInt(100000, 1000000);"));
        assert!(of("export const c = all[Math.floor(Math.random() * all.length)];\n").contains("= all[randomInt(all.length)];"));
        assert!(of("const a = require('crypto');\nconst t = Math.random().toString(36);\n").contains("const t = a.randomBytes(32)"));
        let python = fixed(&[("a.py", "import random\n\ncode = random.randint(1, 9)\n")], "random.randint(1, 9)", &Strengthen::Random).expect("a fix");
        assert_eq!(python, "import random\nimport secrets\n\ncode = secrets.SystemRandom().randint(1, 9)\n");
    }

    #[test]
    fn tokens_end() {
        let of = |text: &str, part: &str| fixed(&[("a.ts", text)], part, &Strengthen::Expire).expect("a fix");
        assert_eq!(of("jwt.sign({ id }, KEY);\n", "jwt.sign({ id }, KEY)"), "jwt.sign({ id }, KEY, { expiresIn: \"1h\" });\n");
        assert_eq!(of("jwt.sign(a, KEY, { subject: b });\n", "jwt.sign(a, KEY, { subject: b })"), "jwt.sign(a, KEY, { expiresIn: \"1h\", subject: b });\n");
        let python = fixed(&[("a.py", "import jwt\n\nt = jwt.encode({\"sub\": 1}, KEY)\n")], "jwt.encode({\"sub\": 1}, KEY)", &Strengthen::Expire);
        assert_eq!(python.expect("a fix"), "import time\n\nimport jwt\n\nt = jwt.encode({\"sub\": 1, \"exp\": int(time.time()) + 3600}, KEY)\n");
    }
}
