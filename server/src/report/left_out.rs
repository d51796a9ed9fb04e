//! What a report does not tell, or was not asked about: nobody may read its silence as "all is well".

use super::{Entry, Report, fingerprint};
use crate::rules::{Finding, RuleId};

/// A finding that is there and is not told.
#[derive(Clone, PartialEq, Debug)]
pub struct LeftOut {
    pub entry: Entry,
    pub fingerprint: String,
    pub why: Why,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// The baseline knows it.
    Known,
    /// A person has judged it, in a comment beside it.
    Marked(String),
    /// A person has judged it, in `guardline.json`.
    Configured(String),
    /// Quieter than what was asked for.
    Quiet,
}

impl Why {
    /// Has a person looked at it and given a reason?
    pub fn is_accepted(&self) -> bool {
        matches!(self, Why::Marked(_) | Why::Configured(_))
    }
}

/// What besides findings keeps a report from speaking of the whole app.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// Rules that are switched off.
    pub off: Vec<RuleId>,
    /// Only some files of an app were asked about.
    pub is_part: bool,
}

/// How many findings are left out, by reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counted {
    pub known: usize,
    pub silenced: usize,
    pub quiet: usize,
}

impl Counted {
    pub fn of<'l>(all: impl Iterator<Item = &'l LeftOut>) -> Counted {
        let mut counted = Counted::default();
        for one in all {
            match one.why {
                Why::Known => counted.known += 1,
                Why::Marked(_) | Why::Configured(_) => counted.silenced += 1,
                Why::Quiet => counted.quiet += 1,
            }
        }
        counted
    }

    pub fn all(self) -> usize {
        self.known + self.silenced + self.quiet
    }

    /// `8 known findings and 1 silenced finding are left out`; nothing where there are none.
    pub fn in_words(self) -> Option<String> {
        let kinds = [(self.known, "known"), (self.silenced, "silenced"), (self.quiet, "quieter")];
        let parts: Vec<String> = kinds.iter().filter(|(n, _)| *n > 0).map(|(n, kind)| format!("{n} {kind}")).collect();
        let (last, first) = parts.split_last()?;
        let named = if first.is_empty() { last.clone() } else { format!("{} and {last}", first.join(", ")) };
        Some(match self.all() {
            1 => format!("{named} finding is left out"),
            _ => format!("{named} findings are left out"),
        })
    }
}

impl Report<'_> {
    /// Findings that are not to be told, and why.
    pub fn leave_out(&mut self, findings: Vec<(Finding, Why)>) {
        let (findings, reasons): (Vec<Finding>, Vec<Why>) = findings.into_iter().unzip();
        let names = fingerprint::with(self, &findings).split_off(self.entries.len());
        let all = findings.into_iter().zip(reasons).zip(names);
        self.left_out.extend(all.map(|((finding, why), fingerprint)| LeftOut { entry: Entry { finding, repairs: Vec::new() }, fingerprint, why }));
    }

    /// How many findings are left out.
    pub fn left_out(&self) -> Counted {
        Counted::of(self.left_out.iter())
    }

    /// Is one of the rules switched off?
    pub fn is_off(&self, rules: &[&RuleId]) -> bool {
        self.limits.off.iter().any(|off| rules.contains(&off))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_counted_in_words() {
        let told = |known, silenced, quiet| Counted { known, silenced, quiet }.in_words();
        assert_eq!(told(0, 0, 0), None);
        assert_eq!(told(1, 0, 0).as_deref(), Some("1 known finding is left out"));
        assert_eq!(told(8, 1, 0).as_deref(), Some("8 known and 1 silenced findings are left out"));
        assert_eq!(told(1, 1, 2).as_deref(), Some("1 known, 1 silenced and 2 quieter findings are left out"));
    }
}
