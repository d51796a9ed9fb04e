//! How many problems of each loudness and urgency, and numbers in words.

use crate::report::urgency::Urgency;
use crate::rules::Level;

/// How many problems of each loudness.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    /// To be repaired before launch.
    pub before: usize,
    pub serious: usize,
    pub soon: usize,
    pub look: usize,
}

impl Counts {
    pub fn of(all: impl Iterator<Item = (Level, Urgency)>) -> Counts {
        let mut counts = Counts::default();
        for (level, urgency) in all {
            counts.before += usize::from(urgency == Urgency::BeforeLaunch);
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

    /// Those with which one may launch.
    pub fn wait(self) -> usize {
        self.all().saturating_sub(self.before)
    }

    /// `2 before launch, 1 can wait`
    pub fn in_words(self) -> String {
        let parts = [(self.before, "before launch"), (self.wait(), "can wait")];
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
