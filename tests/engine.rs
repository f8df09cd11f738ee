//! Laws of the engine, held by random cases on the real pack.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{TimeDelta, TimeZone, Utc};
use jishi::domain::assess::assess;
use jishi::domain::case::{Case, LEARNED_AT};
use jishi::domain::law::Pack;
use jishi::domain::time::Time;
use jishi::domain::tri::Tri;
use jishi::domain::value::{Kind, Span, Value};
use jishi::packs;
use proptest::prelude::*;

fn pack() -> Arc<Pack> {
    static PACK: std::sync::OnceLock<Arc<Pack>> = std::sync::OnceLock::new();
    let load = || Arc::new(packs::builtin_pack("cn-cac-2025").expect("built in").expect("loads"));
    Arc::clone(PACK.get_or_init(load))
}

fn learned() -> Time {
    Utc.with_ymd_and_hms(2026, 3, 1, 17, 30, 0).single().expect("a moment")
}

fn tri() -> impl Strategy<Value = Tri> {
    prop_oneof![Just(Tri::Yes), Just(Tri::No), Just(Tri::Unknown)]
}

/// Answers near the bounds of the law, where mistakes would show.
fn value(kind: Kind, goes_on: bool) -> BoxedStrategy<Value> {
    match kind {
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Integer => prop_oneof![
            Just(0i64),
            (0u32..10).prop_map(|p| 10i64.pow(p) - 1),
            (0u32..10).prop_map(|p| 10i64.pow(p)),
            0i64..200_000_000
        ]
        .prop_map(Value::Integer)
        .boxed(),
        Kind::Percent => (0i64..=1_000_000).prop_map(Value::Percent).boxed(),
        Kind::Duration => {
            let minutes = prop_oneof![0i64..1600, Just(10), Just(30), Just(60), Just(180)];
            let done = minutes.prop_map(|m| Value::Duration(Span::For(m * 60)));
            let since = (0i64..1600)
                .prop_map(|m| Value::Duration(Span::Since(learned() - TimeDelta::minutes(m))));
            if goes_on { prop_oneof![done, since].boxed() } else { done.boxed() }
        }
        Kind::Level(ids) => {
            let n = u8::try_from(ids.len()).expect("few levels");
            proptest::option::of(0..n).prop_map(Value::Level).boxed()
        }
        Kind::Set(ids) => (0..1u64 << ids.len()).prop_map(Value::Set).boxed(),
        Kind::Choice(ids) => {
            (0..u8::try_from(ids.len()).expect("few")).prop_map(Value::Choice).boxed()
        }
    }
}

fn facts(goes_on: bool) -> impl Strategy<Value = BTreeMap<String, Value>> {
    let each: Vec<BoxedStrategy<(String, Option<Value>)>> = pack()
        .facts
        .iter()
        .map(|f| {
            let id = f.id.clone();
            proptest::option::weighted(0.6, value(f.kind.clone(), goes_on))
                .prop_map(move |v| (id.clone(), v))
                .boxed()
        })
        .collect();
    each.prop_map(|list| list.into_iter().filter_map(|(k, v)| Some((k, v?))).collect())
}

fn case(facts: BTreeMap<String, Value>) -> Case {
    let mut case = Case { packs: vec![pack()], facts, ..Case::default() };
    case.anchors.insert(LEARNED_AT.to_owned(), learned());
    case
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn kleene_laws_hold(a in tri(), b in tri(), c in tri()) {
        prop_assert_eq!(a.and(b), b.and(a));
        prop_assert_eq!(a.or(b), b.or(a));
        prop_assert_eq!(a.and(b).and(c), a.and(b.and(c)));
        prop_assert_eq!(a.or(b).or(c), a.or(b.or(c)));
        prop_assert_eq!(a.and(b.or(c)), a.and(b).or(a.and(c)));
        prop_assert_eq!(!(a.and(b)), (!a).or(!b));
        prop_assert_eq!(!!a, a);
        prop_assert_eq!(a.and(Tri::Yes), a);
        prop_assert_eq!(a.or(Tri::No), a);
    }

    /// Learning a fact never widens the bounds, and never turns what was settled. Answers that
    /// contradict each other, now or in time, are outside this law: there the level stands, with a warning.
    #[test]
    fn learning_a_fact_never_widens_the_bounds(all in facts(true), pick in any::<prop::sample::Index>()) {
        prop_assume!(!all.is_empty());
        let now = learned() + TimeDelta::minutes(5);
        let full = case(all.clone());
        let after = assess(&full, now);
        prop_assume!(after.warnings.is_empty());
        // "No harm" beside what goes on and will reach a level contradicts itself in time.
        prop_assume!(all.get("harm_to_public") != Some(&Value::Bool(false)) || after.forecast.is_empty());
        let (dropped, _) = all.iter().nth(pick.index(all.len())).expect("one");
        let mut fewer = all.clone();
        fewer.remove(dropped);
        let before = assess(&case(fewer), now);
        prop_assume!(before.warnings.is_empty());
        let (b, a) = (before.packs[0].bounds, after.packs[0].bounds);
        prop_assert!(b.at_least <= a.at_least, "{dropped}: {:?} -> {:?}", b, a);
        prop_assert!(b.at_most >= a.at_most, "{dropped}: {:?} -> {:?}", b, a);
        for d in &before.duties {
            if d.applies != Tri::Unknown {
                let now_applies = after.duty(&d.id).expect("same duties").applies;
                prop_assert_eq!(d.applies, now_applies, "{} by {}", d.id, dropped);
            }
        }
    }

    /// A duty is undecided exactly while some open fact is named that would settle it.
    #[test]
    fn an_undecided_duty_names_what_would_settle_it(all in facts(true)) {
        let a = assess(&case(all), learned());
        for d in &a.duties {
            prop_assert_eq!(d.applies == Tri::Unknown, !d.settled_by.is_empty(), "{}", d.id);
        }
    }

    /// Whatever keeps the level or a duty open is asked, unless it is only time that will tell.
    #[test]
    fn nothing_undecidable_is_skipped(all in facts(false)) {
        let a = assess(&case(all), learned());
        let open = !a.packs[0].settled() || a.duties.iter().any(|d| d.applies == Tri::Unknown);
        prop_assert!(!open || !a.questions.is_empty());
    }

    /// Answering every question, in the engine's order, at its lowest settles everything.
    #[test]
    fn answering_all_questions_settles_the_case(mut all in facts(false)) {
        let mut asked = 0;
        loop {
            let a = assess(&case(all.clone()), learned());
            let Some(q) = a.questions.first() else {
                prop_assert!(a.packs[0].settled());
                prop_assert!(a.duties.iter().all(|d| d.applies != Tri::Unknown));
                break;
            };
            let (_, fact) = pack().fact(&q.fact).map(|(i, f)| (i, f.clone())).expect("a fact");
            prop_assert!(all.insert(fact.id.clone(), Value::lowest(&fact.kind)).is_none());
            asked += 1;
            prop_assert!(asked <= pack().facts.len());
        }
    }

    /// A forecast comes true: at its moment the level is certain, a second before it was not.
    #[test]
    fn forecasts_come_true(all in facts(true)) {
        let case = case(all);
        let a = assess(&case, learned());
        for f in &a.forecast {
            let level = |t| assess(&case, t).packs[0].bounds.at_least;
            prop_assert!(level(f.at) >= Some(f.level));
            prop_assert!(level(f.at - TimeDelta::seconds(1)) < Some(f.level));
        }
    }

    /// Bounds are in order, and what holds now is within what may come.
    #[test]
    fn bounds_are_in_order(all in facts(true), minutes in 0i64..3000) {
        let a = assess(&case(all), learned() + TimeDelta::minutes(minutes));
        let b = a.packs[0].bounds;
        prop_assert!(b.at_least <= b.at_most_now && b.at_most_now <= b.at_most);
        prop_assert_eq!(a.packs[0].settled(), b.at_least == b.at_most);
    }

    /// The limit follows the track, never the level.
    #[test]
    fn the_limit_of_a_first_report_never_depends_on_the_level(all in facts(true)) {
        let a = assess(&case(all), learned());
        for d in a.duties.iter().filter(|d| d.id.contains("/first_report.")) {
            let hours = match d.id.rsplit('.').next().expect("a name") {
                "protection_department" | "police" => 1,
                "ministry_cac_office" => 2,
                _ => 4,
            };
            if let Some(due) = d.due {
                prop_assert_eq!(due, learned() + TimeDelta::hours(hours));
            }
        }
    }
}
