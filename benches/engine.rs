//! How long the engine takes, inside the process.
//!
//! Method: criterion, release build, one core, the built-in pack of the Measures.
//! - `assess/unknown`: nothing known but `learned_at`; the most open case, all questions asked
//! - `assess/typical`: a CII outage that goes on, a few answers, one report sent
//! - `assess/settled`: everything answered
//! - `pack/load`: cold load of the RON text: parse, check, build
//! - `fold/10000`: folding 10,000 entries already read from disk (answers, notes, reports)
//!
//! Run: `cargo bench --bench engine`. Figures are in the closing notes, never in assertions.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use chrono::{TimeDelta, TimeZone, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use jishi::domain::assess::assess;
use jishi::domain::case::{Case, LEARNED_AT, Submission};
use jishi::domain::event::{Boot, ClockQuality, Entry, Event, Mode, PackPin, Sent, Who};
use jishi::domain::incident::Incident;
use jishi::domain::law::Pack;
use jishi::domain::time::Time;
use jishi::domain::value::{Span, Value};
use jishi::packs;

fn pack() -> Arc<Pack> {
    Arc::new(packs::builtin_pack("cn-cac-2025").expect("built in").expect("loads"))
}

fn learned() -> Time {
    Utc.with_ymd_and_hms(2026, 3, 1, 17, 30, 0).single().expect("a moment")
}

fn case(pack: &Arc<Pack>) -> Case {
    let mut case = Case { packs: vec![Arc::clone(pack)], ..Case::default() };
    case.anchors.insert(LEARNED_AT.to_owned(), learned());
    case
}

fn typical(pack: &Arc<Pack>) -> Case {
    let mut c = case(pack);
    let since = learned() - TimeDelta::minutes(20);
    c.facts.insert("involves_cii".into(), Value::Bool(true));
    c.facts.insert("cii_main_down".into(), Value::Duration(Span::Since(since)));
    c.facts.insert("central_organ".into(), Value::Bool(false));
    c.facts.insert("pi_persons".into(), Value::Integer(120_000));
    c.submissions.push(Submission {
        duty: "cn-cac-2025/first_report.police".into(),
        to: Some("police".into()),
        sent_at: learned() + TimeDelta::minutes(30),
        received_at: None,
        sent_by: None,
        received_by: None,
        failed: false,
        channel: Some("phone".into()),
        reference: None,
        entry: None,
    });
    c
}

fn settled(pack: &Arc<Pack>) -> Case {
    let mut c = case(pack);
    for f in &pack.facts {
        c.facts.insert(f.id.clone(), Value::lowest(&f.kind));
    }
    c.facts.insert("harm_to_public".into(), Value::Bool(true));
    c.facts.insert("pi_persons".into(), Value::Integer(12_000_000));
    c
}

fn entries(pack: &Pack, count: u64) -> Vec<Entry> {
    (0..count)
        .map(|n| {
            let event = match n {
                0 => Event::Opened {
                    record: "0".repeat(64),
                    title: "a long night".into(),
                    packs: vec![PackPin {
                        id: pack.id.clone(),
                        edition: pack.edition.clone(),
                        sha256: pack.sha256.clone(),
                    }],
                },
                1 => answered(LEARNED_AT, "2026-03-01T17:30:00Z"),
                _ if n % 50 == 0 => Event::Sent(Sent {
                    duty: "cn-cac-2025/progress".into(),
                    to: "provincial_cac".into(),
                    channel: "hotline_12387".into(),
                    reference: None,
                    attachments: Vec::new(),
                    failed: None,
                    late_because: None,
                }),
                _ if n % 3 == 0 => answered("pi_persons", &(n * 10).to_string()),
                _ => Event::Noted { text: "checked the third rack; nothing new".into() },
            };
            Entry {
                n,
                id: format!("{n:032x}"),
                at: learned() + TimeDelta::seconds(i64::try_from(n).unwrap_or(0)),
                happened_at: None,
                happened_by: None,
                by: Who { login: "oncall".into(), ..Who::default() },
                mode: Mode::Live,
                boot: Boot::default(),
                clock: ClockQuality::default(),
                event,
            }
        })
        .collect()
}

fn answered(fact: &str, text: &str) -> Event {
    Event::Answered {
        set: BTreeMap::from([(fact.to_owned(), text.to_owned())]),
        note: None,
        told_by: BTreeMap::new(),
    }
}

fn engine(c: &mut Criterion) {
    let pack = pack();
    let now = learned() + TimeDelta::minutes(40);
    for (name, case) in
        [("unknown", case(&pack)), ("typical", typical(&pack)), ("settled", settled(&pack))]
    {
        c.bench_function(&format!("assess/{name}"), |b| b.iter(|| assess(black_box(&case), now)));
    }
    let (_, text) = packs::builtin()[0];
    c.bench_function("pack/load", |b| b.iter(|| packs::load("bench.ron", black_box(text))));
    let list = entries(&pack, 10_000);
    c.bench_function("fold/10000", |b| {
        b.iter(|| Incident::fold("bench", vec![Arc::clone(&pack)], black_box(list.clone())));
    });
    let incident = Incident::fold("bench", vec![Arc::clone(&pack)], list);
    let later = learned() + TimeDelta::hours(4);
    c.bench_function("assess/after_10000_entries", |b| b.iter(|| incident.assess(later)));
}

criterion_group!(benches, engine);
criterion_main!(benches);
