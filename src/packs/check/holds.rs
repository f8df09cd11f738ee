//! Can a condition hold at all? Tried with sample answers: one for each side of every bound.

use std::collections::BTreeMap;

use crate::domain::law::{Cond, Text};
use crate::domain::value::Kind;

/// A condition with more combinations than this is taken to be able to hold.
const MOST: usize = 20_000;

/// What a condition asks about; levels reached are one variable, duties one each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Fact(usize),
    Level,
    Duty(usize),
}

/// Says whether some answers make the condition true.
pub(super) fn can_hold(cond: &Cond, kinds: &[Option<(Kind, Vec<Text>)>], levels: usize) -> bool {
    let mut samples: BTreeMap<About, Vec<i128>> = BTreeMap::new();
    collect(cond, kinds, levels, &mut samples);
    for (about, values) in &mut samples {
        if let (About::Fact(f), Some(masks)) = (about, masks_of(cond, about)) {
            *values = sets(&masks, kinds.get(*f).and_then(Option::as_ref).map(|(k, _)| k));
        }
        values.sort_unstable();
        values.dedup();
    }
    let combinations =
        samples.values().try_fold(1usize, |n, v| n.checked_mul(v.len())).unwrap_or(usize::MAX);
    if combinations > MOST {
        return true;
    }
    let keys: Vec<About> = samples.keys().copied().collect();
    (0..combinations).any(|mut n| {
        let mut answers = BTreeMap::new();
        for key in &keys {
            let values = &samples[key];
            answers.insert(*key, values[n % values.len()]);
            n /= values.len();
        }
        holds(cond, &answers)
    })
}

/// Gathers the sample answers; sets are sampled afterwards, when all their masks are known.
fn collect(
    cond: &Cond,
    kinds: &[Option<(Kind, Vec<Text>)>],
    levels: usize,
    out: &mut BTreeMap<About, Vec<i128>>,
) {
    let mut add = |about, values: &[i128]| {
        out.entry(about).or_default().extend_from_slice(values);
    };
    // Levels are counted from 1, so that 0 is "none".
    let graded: Vec<i128> = (0..=levels).filter_map(|l| i128::try_from(l).ok()).collect();
    match cond {
        Cond::Is(f) => add(About::Fact(f.at()), &[0, 1]),
        Cond::AtLeast(f, q) | Cond::MoreThan(f, q) => {
            let q = i128::from(q.0);
            add(About::Fact(f.at()), &[0, q - 1, q, q + 1]);
        }
        Cond::Has(f, _) => add(About::Fact(f.at()), &[0]),
        Cond::Chosen(f, _) => {
            let count = match kinds.get(f.at()) {
                Some(Some((Kind::Choice(ids), _))) => ids.len(),
                _ => 0,
            };
            let all: Vec<i128> = (0..count.max(1)).filter_map(|i| i128::try_from(i).ok()).collect();
            add(About::Fact(f.at()), &all);
        }
        Cond::Graded(f, _) => add(About::Fact(f.at()), &graded),
        Cond::Reached(_) => add(About::Level, &graded),
        Cond::Applies(d) => add(About::Duty(d.at()), &[0, 1]),
        Cond::Not(inner) => collect(inner, kinds, levels, out),
        Cond::All(list) | Cond::Any(list) => {
            for inner in list {
                collect(inner, kinds, levels, out);
            }
        }
    }
}

/// The masks that a condition asks of one set, or nothing if it is not a set.
fn masks_of(cond: &Cond, about: &About) -> Option<Vec<u64>> {
    fn walk(cond: &Cond, about: &About, out: &mut Vec<u64>) {
        match cond {
            Cond::Has(f, mask) if About::Fact(f.at()) == *about => out.push(*mask),
            Cond::Not(inner) => walk(inner, about, out),
            Cond::All(list) | Cond::Any(list) => list.iter().for_each(|c| walk(c, about, out)),
            _ => {}
        }
    }
    let mut masks = Vec::new();
    walk(cond, about, &mut masks);
    masks.sort_unstable();
    masks.dedup();
    (!masks.is_empty()).then_some(masks)
}

/// For each choice of masks to avoid: everything else. No other set can meet more.
fn sets(masks: &[u64], kind: Option<&Kind>) -> Vec<i128> {
    let count = match kind {
        Some(Kind::Set(ids)) => ids.len(),
        _ => 64,
    };
    let all = if count >= 64 { u64::MAX } else { (1 << count) - 1 };
    let few = &masks[..masks.len().min(10)];
    (0u32..1 << few.len())
        .map(|avoid| {
            let avoided = few.iter().enumerate().filter(|(i, _)| avoid >> i & 1 == 1);
            i128::from(all & !avoided.fold(0, |sum, (_, mask)| sum | mask))
        })
        .collect()
}

fn holds(cond: &Cond, answers: &BTreeMap<About, i128>) -> bool {
    let of = |about| answers.get(&about).copied().unwrap_or(0);
    match cond {
        Cond::Is(f) => of(About::Fact(f.at())) == 1,
        Cond::AtLeast(f, q) => of(About::Fact(f.at())) >= i128::from(q.0),
        Cond::MoreThan(f, q) => of(About::Fact(f.at())) > i128::from(q.0),
        Cond::Has(f, mask) => of(About::Fact(f.at())) & i128::from(*mask) != 0,
        Cond::Chosen(f, option) => of(About::Fact(f.at())) == i128::from(*option),
        Cond::Graded(f, level) => of(About::Fact(f.at())) > i128::from(level.0),
        Cond::Reached(level) => of(About::Level) > i128::from(level.0),
        Cond::Applies(d) => of(About::Duty(d.at())) == 1,
        Cond::Not(inner) => !holds(inner, answers),
        Cond::All(list) => list.iter().all(|c| holds(c, answers)),
        Cond::Any(list) => list.iter().any(|c| holds(c, answers)),
    }
}
