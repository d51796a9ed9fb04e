//! When a problem has to be repaired: the one scale by which every format tells people what is urgent.

use super::overview::Mood;
use crate::rules::{Finding, Impact, Level};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Urgency {
    CanWait,
    BeforeLaunch,
}

/// What the words mean, where they stand for the first time.
pub const WORDS: &str = "Before launch: a stranger, or anybody with an account, could do real harm to you or your users; repair it before the public comes. Can wait: \
    you may launch with it and repair it in the weeks after. Not judged: the code alone does not show whether it is safe; a person has to try it.";

impl Urgency {
    /// What is serious, and what would be if the last doubt were gone.
    pub fn of(level: Level, impact: Impact) -> Urgency {
        match level {
            Level::Error => Urgency::BeforeLaunch,
            Level::Warning if impact >= Impact::High => Urgency::BeforeLaunch,
            _ => Urgency::CanWait,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Urgency::BeforeLaunch => "before launch",
            Urgency::CanWait => "can wait",
        }
    }

    pub fn mood(self) -> Mood {
        match self {
            Urgency::BeforeLaunch => Mood::Serious,
            Urgency::CanWait => Mood::Look,
        }
    }
}

/// A negative sum or a price that the buyer sets is the owner's money, however sure everything else is.
pub fn of_finding(finding: &Finding) -> Urgency {
    let is_money = finding.rule.as_str() == "missing-validation" && matches!(finding.detail.as_str(), "quantity" | "price" | "granted");
    match is_money && finding.level >= Level::Warning {
        true => Urgency::BeforeLaunch,
        false => Urgency::of(finding.level, finding.impact),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_likely_and_grave_is_not_left_for_later() {
        assert_eq!(Urgency::of(Level::Error, Impact::High), Urgency::BeforeLaunch);
        assert_eq!(Urgency::of(Level::Warning, Impact::Critical), Urgency::BeforeLaunch);
        assert_eq!(Urgency::of(Level::Warning, Impact::Medium), Urgency::CanWait);
        assert_eq!(Urgency::of(Level::Information, Impact::High), Urgency::CanWait);
        assert_eq!(Urgency::of(Level::Hidden, Impact::Critical), Urgency::CanWait);
    }
}
