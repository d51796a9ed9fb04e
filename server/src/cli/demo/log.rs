//! The play as a plain log: for pipes, for recordings, for people who read rather than watch.

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::difference::{self, Line};
use super::script;
use super::session::{Event, Stage, View, without_values};
use crate::cli::output;
use crate::report::paint::{Style, harmless};

pub struct Log {
    style: Style,
    /// What was said about the document when it was last looked at.
    before: Vec<String>,
}

impl Log {
    pub fn new(style: Style) -> Log {
        Log { style, before: Vec::new() }
    }

    fn say(&self, first: &str, text: &str) -> Result<()> {
        let hang = " ".repeat(first.chars().count());
        let lines = self.style.wrap_hanging(first, &hang, &harmless(text));
        Ok(output::print(&(lines.join("\n") + "\n"))?)
    }
}

impl Stage for Log {
    fn shows(&mut self, view: &View<'_>) {
        let now: Vec<String> = view.diagnostics.iter().map(|diagnostic| told(diagnostic, view.secret)).collect();
        for line in now.iter().filter(|line| !self.before.contains(line)) {
            let _ = self.say("  squiggle appears     ", line);
        }
        let rule_of = |line: &String| line.split(':').next().unwrap_or("").to_owned();
        let rules: Vec<String> = now.iter().map(rule_of).collect();
        for line in self.before.iter().map(rule_of).filter(|rule| !rules.contains(rule)) {
            let _ = self.say("  squiggle disappears  ", &line);
        }
        self.before = now;
    }

    fn tells(&mut self, view: &View<'_>, what: Event<'_>) -> Result<()> {
        match what {
            Event::Begins => {
                self.say("", &format!("A person asks the assistant: {}", script::WISH))?;
                self.say("", &format!("The assistant writes {}.", script::PATH))
            }
            Event::Finds { lead } => self.say("", lead),
            Event::Repairs { title, before, others } => {
                self.say("", &format!("The editor applies Guardline's fix: {title}"))?;
                for line in difference::lines(before, view.text) {
                    let (sign, text) = match line {
                        Line::Gone(text) => ('-', text),
                        Line::New(_, text) => ('+', text),
                    };
                    self.say(&format!("    {sign} "), &text.replace(view.secret, "•••"))?;
                }
                for (name, text) in others {
                    self.say("    ", &format!("{name} now says: {}", without_values(text).join(" ")))?;
                }
                Ok(())
            }
            Event::Stays { title } => self.say("", &format!("The editor applied Guardline's fix ({title}), and the squiggle has stayed.")),
            Event::HasNoFix { rule } => self.say("", &format!("Guardline offers no fix for {rule}.")),
            Event::Misses { rule } => self.say("", &format!("Guardline did not find {rule}.")),
            Event::Ends => match view.diagnostics.len() {
                0 => self.say("", "Nothing is left to complain about."),
                n => self.say("", &format!("What is left to look at: {n}.")),
            },
        }
    }

    fn pace(&self) -> Duration {
        Duration::ZERO
    }
}

fn told(diagnostic: &Value, secret: &str) -> String {
    let message = diagnostic["message"].as_str().unwrap_or("").replace(secret, "•••");
    format!("{}: {}", diagnostic["code"].as_str().unwrap_or(""), message.lines().next().unwrap_or(""))
}
