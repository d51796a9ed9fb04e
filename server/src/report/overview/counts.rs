//! How many problems of each loudness, and numbers in words.

use crate::rules::Level;

/// How many problems of each loudness.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    pub serious: usize,
    pub soon: usize,
    pub look: usize,
}

impl Counts {
    pub fn of(levels: impl Iterator<Item = Level>) -> Counts {
        let mut counts = Counts::default();
        for level in levels {
            match level {
                Level::Error => counts.serious += 1,
                Level::Warning => counts.soon += 1,
                Level::Information | Level::Hint | Level::Hidden => counts.look += 1,
            }
        }
        counts
    }

    pub fn all(self) -> usize {
        self.serious + self.soon + self.look
    }

    /// `2 serious, 1 to fix soon`
    pub fn in_words(self) -> String {
        let parts = [(self.serious, "serious"), (self.soon, "to fix soon"), (self.look, "less urgent")];
        let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}"));
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// `1 asks`, `3 ask`, `none asks`: a number and the verb that goes with it.
pub fn does(n: usize, one: &str, several: &str) -> String {
    match n {
        0 => format!("none {one}"),
        1 => format!("1 {one}"),
        n => format!("{n} {several}"),
    }
}

pub fn counted(n: usize, one: &str, several: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {several}") }
}
