//! A fix is shown to a person as a difference, and the person says what becomes of it.

use std::io::{BufRead, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use signal_hook::consts::SIGINT;

use crate::cli::{STOPPED, output};
use crate::fixes::{Fix, Grade};
use crate::project::Project;
use crate::report::paint::{Style, Tone, harmless};
use crate::report::{Redactor, diff};
use crate::text::{FileId, Span};

/// What a person said of a fix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Yes,
    No,
    /// This one and all that follow.
    All,
    Quit,
}

/// Whom to ask.
pub struct Questions<R> {
    answers: R,
    /// Set while somebody is asked: then nothing is half done, and Ctrl-C may end it at once.
    is_asking: Arc<AtomicBool>,
}

const HELP: &str = "y: apply it   n: leave it   a: apply it and all that follow   q: leave it and all that follow\n";

/// The person at the terminal. Without one nobody can be asked.
pub fn at_terminal() -> Result<Questions<std::io::StdinLock<'static>>> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        bail!("`--review` asks about each fix and needs a terminal: use `--fix --review --dry-run` to see all of them, or `--fix` to apply the safe ones");
    }
    let is_asking = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register_conditional_shutdown(SIGINT, i32::from(STOPPED), Arc::clone(&is_asking))?;
    Ok(Questions { answers: std::io::stdin().lock(), is_asking })
}

impl<R: BufRead> Questions<R> {
    /// Asks until there is an answer. Whoever goes away wants no more.
    pub fn ask(&mut self, out: &mut dyn Write) -> Result<Answer> {
        loop {
            write!(out, "Apply this fix? [y]es, [n]o, [a]ll, [q]uit, [?] ").and_then(|()| out.flush()).context("the question cannot be asked")?;
            let mut line = String::new();
            self.is_asking.store(true, Ordering::SeqCst);
            let read = self.answers.read_line(&mut line);
            self.is_asking.store(false, Ordering::SeqCst);
            if read.context("the answer cannot be read")? == 0 {
                writeln!(out).context("the question cannot be asked")?;
                return Ok(Answer::Quit);
            }
            match line.trim().to_ascii_lowercase().as_str() {
                "y" | "yes" => return Ok(Answer::Yes),
                "n" | "no" => return Ok(Answer::No),
                "a" | "all" => return Ok(Answer::All),
                "q" | "quit" => return Ok(Answer::Quit),
                _ => out.write_all(HELP.as_bytes()).context("the question cannot be asked")?,
            }
        }
    }
}

/// The fix under the finding that it repairs, as it is shown before it is applied.
pub fn shown(project: &Project, fix: &Fix, what: &str, redactor: &Redactor, here: &FileId, style: Style) -> String {
    let mut out = String::from("\n");
    let mut line = |line: String| {
        out.push_str(&line);
        out.push('\n');
    };
    style.code_in(style.wrap("", &harmless(&redactor.clean(what)))).into_iter().for_each(&mut line);
    let grade = match fix.grade {
        Grade::Safe => "can be applied unseen",
        Grade::NeedsReview => "to be read before it is applied",
    };
    let title = format!("Fix: {} ({grade})", redactor.clean(&fix.title));
    style.wrap("", &harmless(&title)).into_iter().map(|text| style.paint(Tone::Strong, &text)).for_each(&mut line);
    for edit in &fix.edits {
        let before = project.file(&edit.file).map(|known| &*known.document);
        // What was there already is left alone.
        if edit.create && before.is_some() {
            continue;
        }
        let replacements: Vec<(Span, String)> = edit.edits.iter().map(|edit| (edit.span, edit.text.clone())).collect();
        let hunks = diff::hunks(&edit.file, before, &replacements, diff::AROUND, redactor).unwrap_or_default();
        line(diff::render(relative(here, &edit.file), edit.create, &hunks, style).trim_end().to_owned());
    }
    if let Some(note) = &fix.note {
        style.wrap("", &harmless(&format!("Then: {}", redactor.clean(note)))).into_iter().for_each(&mut line);
    }
    out
}

/// The path as a person in this folder writes it.
pub fn relative<'f>(here: &FileId, file: &'f FileId) -> &'f str {
    file.below(here).unwrap_or(file.as_str())
}

/// Writes to standard output.
pub fn print(text: &str) -> Result<()> {
    output::print(text).context("the fix cannot be shown")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(lines: &str) -> (Vec<Answer>, String) {
        let mut questions = Questions { answers: lines.as_bytes(), is_asking: Arc::default() };
        let (mut answers, mut out) = (Vec::new(), Vec::new());
        while answers.last() != Some(&Answer::Quit) {
            answers.push(questions.ask(&mut out).expect("an answer"));
        }
        (answers, String::from_utf8(out).expect("UTF-8"))
    }

    #[test]
    fn answers_are_letters_or_words() {
        assert_eq!(asked("y\nN\n all \nq\n").0, [Answer::Yes, Answer::No, Answer::All, Answer::Quit]);
    }

    #[test]
    fn what_is_no_answer_is_asked_again_and_silence_is_an_end() {
        let (answers, out) = asked("what\n\ny");
        assert_eq!(answers, [Answer::Yes, Answer::Quit]);
        assert_eq!((out.matches("Apply this fix?").count(), out.matches("y: apply it").count()), (4, 2));
    }
}
