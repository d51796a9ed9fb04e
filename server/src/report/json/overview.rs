//! What is told beside the findings, for programs.

use serde::Serialize;

use super::{WireRange, risk};
use crate::report::Report;
use crate::report::overview::{Answer, Grade, HOW_LEVELS_COME_ABOUT, Overview, Told, not_looked_at};
use crate::report::steps::Effort;
use crate::report::urgency::Urgency;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireOverview<'a> {
    verdict: &'a str,
    launch: WireLaunch<'a>,
    first: Vec<WireFirst<'a>>,
    how_levels_come_about: &'static str,
    risks: Vec<WireRisk<'a>>,
    questions: Vec<WireQuestion<'a>>,
    in_order: Vec<WireInOrder<'a>>,
    checklist: Vec<WireTask<'a>>,
    not_looked_at: Vec<String>,
}

/// May it go live?
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireLaunch<'a> {
    before: usize,
    wait: usize,
    not_judged: &'a [String],
    limits: &'a [String],
}

/// What to do first: the costliest problem has the number 1.
#[derive(Serialize)]
struct WireFirst<'a> {
    number: usize,
    rule: &'a str,
    step: &'a str,
    urgency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    places: usize,
}

#[derive(Serialize)]
struct WireRisk<'a> {
    risk: &'static str,
    title: &'static str,
    level: &'static str,
    because: String,
    problems: &'a [usize],
    serious: usize,
    soon: usize,
    look: usize,
}

#[derive(Serialize)]
struct WireQuestion<'a> {
    id: &'static str,
    question: &'static str,
    answer: &'static str,
    because: &'a str,
    places: Vec<WireTold<'a>>,
}

#[derive(Serialize)]
struct WireInOrder<'a> {
    what: &'static str,
    told: &'a str,
}

#[derive(Serialize)]
struct WireTask<'a> {
    id: &'static str,
    title: &'a str,
    how: &'a str,
    about: Vec<WireTold<'a>>,
    more: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
}

#[derive(Serialize)]
struct WireTold<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<WireRange>,
}

impl<'a> WireOverview<'a> {
    pub fn of(report: &'a Report<'_>, overview: &'a Overview) -> WireOverview<'a> {
        let told = |told: &'a Told| WireTold {
            text: &told.text,
            file: told.place.as_ref().map(|place| report.path(&place.file)),
            range: told.place.as_ref().map(|place| report.range(place).into()),
        };
        WireOverview {
            verdict: &overview.verdict.text,
            launch: WireLaunch {
                before: overview.launch.before,
                wait: overview.launch.wait,
                not_judged: &overview.launch.not_judged,
                limits: &overview.launch.limits,
            },
            first: overview
                .first
                .iter()
                .map(|of| WireFirst {
                    number: of.number,
                    rule: of.rule.as_str(),
                    step: &of.step,
                    urgency: urgency(of.urgency),
                    effort: of.effort.map(effort),
                    places: of.places,
                })
                .collect(),
            how_levels_come_about: HOW_LEVELS_COME_ABOUT,
            risks: overview
                .risks
                .iter()
                .map(|of| WireRisk {
                    risk: risk(of.risk),
                    title: of.risk.title(),
                    level: grade(of.grade),
                    because: of.because(),
                    problems: &of.problems,
                    serious: of.counts.serious,
                    soon: of.counts.soon,
                    look: of.counts.look,
                })
                .collect(),
            questions: overview
                .questions
                .iter()
                .map(|of| WireQuestion {
                    id: of.id,
                    question: of.question,
                    answer: answer(of.answer),
                    because: &of.because,
                    places: of.places.iter().map(told).collect(),
                })
                .collect(),
            in_order: overview.in_order.iter().map(|of| WireInOrder { what: of.what, told: &of.told }).collect(),
            checklist: overview
                .tasks
                .iter()
                .map(|of| WireTask {
                    id: of.id,
                    title: &of.title,
                    how: &of.how,
                    about: of.about.iter().map(told).collect(),
                    more: of.more,
                    command: of.command.as_deref(),
                })
                .collect(),
            not_looked_at: not_looked_at(report),
        }
    }
}

fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::BeforeLaunch => "before-launch",
        Urgency::CanWait => "can-wait",
    }
}

fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::Ready => "ready",
        Effort::ReadyToRead => "ready-to-read",
        Effort::Small => "small",
        Effort::Developer => "developer",
    }
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::High => "high",
        Grade::Medium => "medium",
        Grade::Low => "low",
        Grade::PartlyKnown => "partly-known",
        Grade::NotKnown => "not-known",
        Grade::NotApplicable => "not-applicable",
        Grade::NotLookedAt => "not-looked-at",
    }
}

fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Partly => "in-part",
        Answer::NotKnown => "not-known",
        Answer::NotApplicable => "not-applicable",
    }
}
