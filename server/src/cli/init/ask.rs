//! Yes-or-no questions, if there is somebody to ask.

use std::io::{BufRead, IsTerminal, Write, stdin, stdout};

use anyhow::{Context, Result};

pub struct Asking {
    /// Every offer is accepted.
    yes: bool,
    is_somebody_there: bool,
}

impl Asking {
    pub fn new(yes: bool) -> Asking {
        Asking { yes, is_somebody_there: stdin().is_terminal() && stdout().is_terminal() }
    }

    /// Is it wanted? Nobody there wants nothing, unless all was wanted from the beginning.
    pub fn wants(&mut self, question: &str) -> Result<bool> {
        if self.yes { Ok(true) } else { self.insists(question) }
    }

    /// The same for what cannot be undone: only a person at the terminal can want that.
    pub fn insists(&mut self, question: &str) -> Result<bool> {
        if !self.is_somebody_there || self.yes {
            return Ok(false);
        }
        ask(question, &mut stdin().lock(), &mut stdout().lock())
    }
}

fn ask(question: &str, answers: &mut dyn BufRead, out: &mut dyn Write) -> Result<bool> {
    loop {
        write!(out, "{question} [y/n] ").and_then(|()| out.flush()).context("the question cannot be asked")?;
        let mut line = String::new();
        if answers.read_line(&mut line).context("the answer cannot be read")? == 0 {
            return Ok(false);
        }
        match line.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "n" | "no" | "" => return Ok(false),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_no() {
        let asked = |answers: &str| ask("?", &mut answers.as_bytes(), &mut Vec::new()).expect("an answer");
        assert!(asked("y\n") && asked("what\nYES\n"));
        assert!(!asked("n\n") && !asked("\n") && !asked(""));
    }
}
