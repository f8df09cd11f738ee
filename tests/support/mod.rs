//! Stories: what a responder does, step by step, and what is true after it.
//!
//! A story file (`tests/stories/*.story`) is read line by line; `#` begins a comment. Steps:
//!
//! ```text
//! clock TIME                                   the simulated clock stands at TIME
//! open TITLE | FACT=VALUE ...                  opens the incident (learned_at among the answers)
//! set FACT=VALUE ...                           answers
//! sent DUTY BODY CHANNEL [REFERENCE]           one attempt to report
//! failed DUTY BODY CHANNEL WHY                 one attempt that did not go through
//! received DUTY BODY [REFERENCE]               an acknowledgement
//! waive DUTY WHY / note TEXT / handover WHO / accept ENTRY / close WHY
//! correct ENTRY WHY | FIELD=VALUE ...          a correction; without fields a withdrawal
//! ```
//!
//! and expectations: `level LOW..HIGH`, `reportable yes|no|undecided`,
//! `duty ID APPLIES STATE DUE` (`-` for any, `none` for no due), `forecast TIME LEVEL`,
//! `next ID|none`, `asks FACT`, `asks_not FACT`, `entries N`, `refused` (the step before it was).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "a test may"
)]

use std::fs;
use std::path::Path;

use jishi::domain::decide::Intent;
use jishi::domain::incident::Incident;
use jishi::domain::time::{self, Time, Zone};
use jishi::domain::tri::Tri;
use jishi::words::say::level_id;

/// The zone in which stories are told.
pub fn zone() -> Zone {
    Zone::Fixed(time::parse_offset("+08:00").expect("an offset"))
}

/// One step of a story.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The clock stands at this moment.
    Clock(Time),
    /// Opens the incident.
    Open { title: String, answers: Vec<(String, String)> },
    /// Puts something into the record.
    Do(Intent),
    /// Something must be true.
    Expect(String, Vec<String>),
}

/// A story with the place of each step.
pub struct Story {
    pub name: String,
    pub steps: Vec<(usize, Step)>,
}

/// Reads all stories of the folder.
pub fn stories() -> Vec<Story> {
    let mut out: Vec<Story> = fs::read_dir(Path::new("tests/stories"))
        .expect("stories")
        .flatten()
        .filter(|f| f.path().extension().is_some_and(|e| e == "story"))
        .map(|f| {
            let name = f.file_name().to_string_lossy().into_owned();
            read(&name, &fs::read_to_string(f.path()).expect("readable"))
        })
        .collect();
    out.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(out.len() >= 3, "the stories are there");
    out
}

pub fn read(name: &str, text: &str) -> Story {
    let mut now = Time::default();
    let mut steps = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let step = step(line, now).unwrap_or_else(|| panic!("{name}:{}: `{line}`", n + 1));
        if let Step::Clock(at) = step {
            now = at;
        }
        steps.push((n + 1, step));
    }
    Story { name: name.to_owned(), steps }
}

fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    text.split_whitespace()
        .map(|p| p.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())))
        .collect()
}

fn step(line: &str, now: Time) -> Option<Step> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    let words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
    let word_at = |i: usize| words.get(i).cloned();
    let from = |i: usize| (words.len() > i).then(|| words[i..].join(" "));
    Some(match word {
        "clock" => {
            let far = chrono::DateTime::<chrono::Utc>::MAX_UTC;
            let far = if now == Time::default() { far } else { now + chrono::TimeDelta::days(400) };
            Step::Clock(time::parse(rest, far, zone()).ok()?)
        }
        "open" => {
            let (title, answers) = rest.split_once('|')?;
            Step::Open { title: title.trim().to_owned(), answers: pairs(answers)? }
        }
        "set" => Step::Do(Intent::Answer {
            set: pairs(rest)?,
            note: None,
            happened_at: None,
            confirmed: true,
        }),
        "sent" | "failed" => Step::Do(Intent::Report {
            duty: word_at(0)?,
            to: word_at(1),
            channel: word_at(2)?,
            reference: if word == "sent" { from(3) } else { None },
            happened_at: None,
            attachments: Vec::new(),
            failed: if word == "failed" { Some(from(3)?) } else { None },
            late_because: None,
        }),
        "received" => Step::Do(Intent::Acknowledge {
            duty: word_at(0)?,
            to: word_at(1),
            reference: from(2),
            officer: None,
            happened_at: None,
        }),
        "waive" => Step::Do(Intent::Waive { duty: word_at(0)?, because: from(1)? }),
        "note" => Step::Do(Intent::Note { text: rest.to_owned(), happened_at: None }),
        "handover" => Step::Do(Intent::HandOver { to: rest.to_owned() }),
        "accept" => Step::Do(Intent::TakeOver { entry: word_at(0)?.parse().ok()?, name: from(1) }),
        "close" => Step::Do(Intent::Close { because: rest.to_owned() }),
        "correct" => {
            let (head, fields) = rest.split_once('|').unwrap_or((rest, ""));
            let (entry, because) = head.trim().split_once(' ')?;
            Step::Do(Intent::Correct {
                entry: entry.parse().ok()?,
                because: because.trim().to_owned(),
                fields: pairs(fields)?,
            })
        }
        "level" | "reportable" | "duty" | "forecast" | "next" | "asks" | "asks_not" | "entries"
        | "refused" => Step::Expect(word.to_owned(), words),
        _ => return None,
    })
}

/// Checks one expectation; says what is different.
pub fn check(incident: &Incident, now: Time, what: &str, words: &[String]) -> Result<(), String> {
    let a = incident.assess(now);
    let pack = incident.case.packs.first().expect("a pack");
    let level = |l| level_id(pack, l).to_owned();
    let full = |id: &str| format!("{}/{id}", pack.id);
    let moment = |t: &str| {
        // `HH:MM` is on the day of the step; anything else is a full time.
        let day = zone().show(now).format("%Y-%m-%d");
        let full = if t.len() == 5 { format!("{day} {t}") } else { t.to_owned() };
        time::parse(&full, now, zone()).expect("a time in a story")
    };
    let differs = |want: &str, got: &str| -> Result<(), String> {
        if want == got { Ok(()) } else { Err(format!("expected {want}, got {got}")) }
    };
    match what {
        "level" => {
            let b = a.packs[0].bounds;
            differs(&words[0], &format!("{}..{}", level(b.at_least), level(b.at_most)))
        }
        "reportable" => differs(&words[0], tri(a.reportable)),
        "duty" => {
            let d = a.duty(&full(&words[0])).ok_or("no such duty")?;
            let state = serde_json::to_value(d.state).expect("json");
            let got = [tri(d.applies).to_owned(), state.as_str().unwrap_or("none").to_owned()];
            for (want, got) in words[1..].iter().zip(&got) {
                if want != "-" {
                    differs(want, got)?;
                }
            }
            match words.get(3).map(String::as_str) {
                None | Some("-") => Ok(()),
                Some("none") => differs("None", &format!("{:?}", d.due)),
                Some(t) => differs(&format!("{:?}", Some(moment(t))), &format!("{:?}", d.due)),
            }
        }
        "forecast" => {
            let at = moment(&words[0]);
            let found = a.forecast.iter().any(|f| f.at == at && level(Some(f.level)) == words[1]);
            if found { Ok(()) } else { Err(format!("forecast is {:?}", a.forecast)) }
        }
        "next" => {
            let got = a.next().map_or("none", |d| d.id.split_once('/').map_or("", |(_, s)| s));
            differs(&words[0], got)
        }
        "asks" | "asks_not" => {
            let asked = a.questions.iter().any(|q| q.fact == words[0]);
            differs(if what == "asks" { "true" } else { "false" }, &asked.to_string())
        }
        "entries" => differs(&words[0], &incident.entries.len().to_string()),
        _ => Err("no such expectation".to_owned()),
    }
}

fn tri(t: Tri) -> &'static str {
    match t {
        Tri::Yes => "yes",
        Tri::No => "no",
        Tri::Unknown => "undecided",
    }
}
