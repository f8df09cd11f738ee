//! State is the fold of the record: however entries arrive, the same incident stands at the end.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::sync::Arc;

use chrono::TimeDelta;
use jishi::domain::decide::{Decision, Intent, begin, decide};
use jishi::domain::event::{Boot, ClockQuality, Entry, Event, Mode, Who};
use jishi::domain::incident::Incident;
use jishi::domain::law::Pack;
use jishi::domain::time::{self, Time, Zone};
use jishi::packs;
use proptest::prelude::*;

fn pack() -> Arc<Pack> {
    static PACK: std::sync::OnceLock<Arc<Pack>> = std::sync::OnceLock::new();
    let load = || Arc::new(packs::builtin_pack("cn-cac-2025").expect("built in").expect("loads"));
    Arc::clone(PACK.get_or_init(load))
}

fn zone() -> Zone {
    Zone::Fixed(time::parse_offset("+08:00").expect("an offset"))
}

fn start() -> Time {
    "2026-03-02T02:00:00+08:00".parse().expect("a time")
}

fn entry(n: u64, at: Time, event: Event, happened_at: Option<Time>) -> Entry {
    Entry {
        n,
        id: format!("{n:032x}"),
        at,
        happened_at,
        happened_by: None,
        by: Who { login: "wang".to_owned(), ..Who::default() },
        mode: Mode::Live,
        boot: Boot::default(),
        clock: ClockQuality::default(),
        event,
    }
}

fn answer(fact: &str, text: &str) -> Intent {
    let set = vec![(fact.to_owned(), text.to_owned())];
    Intent::Answer { set, note: None, happened_at: None, confirmed: true }
}

fn sent(duty: &str, channel: &str, failed: bool) -> Intent {
    Intent::Report {
        duty: duty.to_owned(),
        to: None,
        channel: channel.to_owned(),
        reference: None,
        happened_at: None,
        attachments: Vec::new(),
        failed: failed.then(|| "busy".to_owned()),
        late_because: None,
    }
}

fn intent() -> impl Strategy<Value = Intent> {
    let facts = prop_oneof![
        Just(("involves_cii", "yes")),
        Just(("involves_cii", "no")),
        Just(("involves_cii", "?")),
        Just(("central_organ", "no")),
        Just(("pi_persons", "999999")),
        Just(("pi_persons", "10000000")),
        Just(("cii_main_down", "since:01:10")),
        Just(("state_secrets", "yes")),
        Just(("state_secrets", "?")),
        Just(("handling_ended_at", "now")),
    ];
    let correct = (0u64..12, any::<bool>()).prop_map(|(entry, fields)| Intent::Correct {
        entry,
        because: "slip".to_owned(),
        fields: if fields { vec![("ref".to_owned(), "R".to_owned())] } else { Vec::new() },
    });
    prop_oneof![
        4 => facts.prop_map(|(f, t)| answer(f, t)),
        2 => any::<bool>().prop_map(|f| sent("first_report.police", "phone", f)),
        1 => Just(sent("first_report.provincial_cac", "hotline_12387", false)),
        1 => Just(Intent::Acknowledge {
            duty: "first_report.police".to_owned(),
            to: None,
            reference: None,
            officer: None,
            happened_at: None,
        }),
        1 => Just(Intent::Waive { duty: "crime_report".to_owned(), because: "none".to_owned() }),
        1 => Just(Intent::Note { text: "seen".to_owned(), happened_at: None }),
        1 => Just(Intent::HandOver { to: "li".to_owned() }),
        1 => Just(Intent::Close { because: "over".to_owned() }),
        3 => correct,
    ]
}

/// What the screens can see of an incident.
fn seen(i: &Incident, now: Time) -> String {
    let a = i.assess(now);
    format!("{:?}\n{:?}\n{:?}\n{:?}\n{a:?}", i.title, i.closed, i.handed_to, i.corrected)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn folding_at_once_and_one_by_one_give_the_same_incident(
        intents in proptest::collection::vec(intent(), 0..25),
    ) {
        let learned = [("learned_at".to_owned(), "01:30".to_owned())];
        let packs = vec![pack()];
        let events = begin(&"0".repeat(64), "事件", &packs, &learned, start(), zone(), false);
        let mut entries: Vec<Entry> = Vec::new();
        for event in events.expect("begins") {
            entries.push(entry(entries.len() as u64, start(), event, None));
        }
        let mut step = Incident::fold("a", packs.clone(), entries.clone());
        let mut now = start();
        for intent in &intents {
            now += TimeDelta::minutes(3);
            let before = seen(&step, now);
            match decide(&step, intent, now, zone()) {
                Ok(Decision { event, happened_at }) => {
                    let e = entry(entries.len() as u64, now, event, happened_at);
                    entries.push(e.clone());
                    step.apply(e);
                }
                // A refusal leaves no trace.
                Err(_) => prop_assert_eq!(before, seen(&step, now)),
            }
        }
        let whole = Incident::fold("a", packs, entries);
        prop_assert_eq!(seen(&whole, now), seen(&step, now));
        prop_assert!(whole.not_understood.is_empty(), "{:?}", whole.not_understood);
    }

    /// A withdrawn entry counts as if it had never been made.
    #[test]
    fn withdrawing_the_last_entry_takes_it_back(intents in proptest::collection::vec(intent(), 1..12)) {
        let learned = [("learned_at".to_owned(), "01:30".to_owned())];
        let packs = vec![pack()];
        let events = begin(&"0".repeat(64), "事件", &packs, &learned, start(), zone(), false);
        let mut entries: Vec<Entry> = Vec::new();
        for event in events.expect("begins") {
            entries.push(entry(entries.len() as u64, start(), event, None));
        }
        let mut step = Incident::fold("a", packs.clone(), entries.clone());
        let now = start() + TimeDelta::hours(1);
        for intent in intents.iter().filter(|i| !matches!(i, Intent::Correct { .. })) {
            let before = format!("{:?}", step.assess(now));
            let Ok(decision) = decide(&step, intent, now, zone()) else { continue };
            let n = step.entries.len() as u64;
            let mut trial = step.clone();
            trial.apply(entry(n, now, decision.event.clone(), decision.happened_at));
            let back = Intent::Correct { entry: n, because: "slip".into(), fields: Vec::new() };
            let event = decide(&trial, &back, now, zone()).expect("can be withdrawn").event;
            trial.apply(entry(n + 1, now, event, None));
            prop_assert_eq!(before, format!("{:?}", trial.assess(now)));
            step.apply(entry(n, now, decision.event, decision.happened_at));
        }
    }
}
