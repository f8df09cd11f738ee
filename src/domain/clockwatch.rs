//! What happened to the wall clock between two looks at it, and whether the record says so already.
//!
//! A step moves the wall clock and not the clock since boot. A suspend moves both, and not the clock
//! that stands while the machine sleeps. Slewing, as a time daemon does it, moves all three alike.

use super::event::{Boot, ClockEvent, Entry, Event, Sync};
use super::time::{Time, write_utc};

/// From this difference on the wall clock was stepped, in milliseconds.
pub const STEP_MS: i64 = 250;
/// From this difference on the machine slept, in milliseconds.
pub const SLEEP_MS: i64 = 1000;
/// How far two consoles' measures of one sleep may differ, in milliseconds.
const ALIKE_MS: i64 = 2000;

/// All clocks of the machine at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock.
    pub at: Time,
    /// The clock since boot, sleep included.
    pub boot: Boot,
    /// The clock that stands while the machine sleeps, in milliseconds.
    pub awake_ms: u64,
    /// Whether an outside source keeps the wall clock.
    pub sync: Sync,
    /// The zone of the host: its name and its present offset.
    pub zone: String,
}

/// Something that happened to the wall clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub what: ClockEvent,
    /// By how many milliseconds it was stepped, or how long the machine slept.
    pub ms: Option<i64>,
    /// What it was before and is now.
    pub note: Option<String>,
}

impl Change {
    /// Returns it as it stands in the record.
    pub fn event(&self) -> Event {
        Event::ClockChanged { what: self.what, ms: self.ms, note: self.note.clone() }
    }
}

/// Tells what happened to the clocks between two readings of the same program.
pub fn changes(before: &Reading, after: &Reading) -> Vec<Change> {
    let mut out = Vec::new();
    if before.boot.id != after.boot.id {
        return out;
    }
    let boot = span(before.boot.ms, after.boot.ms);
    out.extend(step((before.at, &before.boot), (after.at, &after.boot)));
    let slept = boot.saturating_sub(span(before.awake_ms, after.awake_ms));
    if slept >= SLEEP_MS {
        out.push(Change { what: ClockEvent::Suspended, ms: Some(slept), note: None });
    }
    if before.zone != after.zone {
        let note = Some(format!("{} -> {}", before.zone, after.zone));
        out.push(Change { what: ClockEvent::ZoneChanged, ms: None, note });
    }
    let what = match (before.sync, after.sync) {
        (Sync::Yes, Sync::No) => Some(ClockEvent::Unsynchronised),
        (Sync::No, Sync::Yes) => Some(ClockEvent::Synchronised),
        _ => None,
    };
    out.extend(what.map(|what| Change { what, ms: None, note: None }));
    out
}

/// Tells whether the wall clock was stepped since the newest entry of this boot was recorded.
pub fn stepped_since(entries: &[Entry], at: Time, boot: &Boot) -> Option<Change> {
    let last = of_boot(entries, boot).next()?;
    step((last.at, &last.boot), (at, boot))
}

/// Tells what of a change is still to be recorded. `since` is the clock since boot at the reading
/// before the change; what another console recorded after that is the same change.
pub fn unrecorded(
    entries: &[Entry],
    change: &Change,
    since: &Boot,
    at: Time,
    boot: &Boot,
) -> Option<Change> {
    if change.what == ClockEvent::Stepped && of_boot(entries, boot).next().is_some() {
        // The record itself knows how its clocks stood: whoever came first has moved them.
        return stepped_since(entries, at, boot);
    }
    let same = |e: &Entry| {
        matches!(&e.event, Event::ClockChanged { what, ms, .. }
            if *what == change.what
                && ms.unwrap_or(0).abs_diff(change.ms.unwrap_or(0)) <= ALIKE_MS.unsigned_abs())
    };
    let mut later = of_boot(entries, boot).take_while(|e| e.boot.ms >= since.ms);
    if later.any(same) { None } else { Some(change.clone()) }
}

/// Entries that were recorded since the machine was started, newest first.
fn of_boot<'a>(entries: &'a [Entry], boot: &'a Boot) -> impl Iterator<Item = &'a Entry> {
    entries.iter().rev().filter(|e| !boot.id.is_empty() && e.boot.id == boot.id)
}

fn step((t0, b0): (Time, &Boot), (t1, b1): (Time, &Boot)) -> Option<Change> {
    let ms = (t1 - t0).num_milliseconds().saturating_sub(span(b0.ms, b1.ms));
    if ms.saturating_abs() <= STEP_MS {
        return None;
    }
    let unmoved = t1 - chrono::TimeDelta::try_milliseconds(ms)?;
    let note = Some(format!("{} -> {}", write_utc(unmoved), write_utc(t1)));
    Some(Change { what: ClockEvent::Stepped, ms: Some(ms), note })
}

fn span(from: u64, to: u64) -> i64 {
    let abs = i64::try_from(from.abs_diff(to)).unwrap_or(i64::MAX);
    if from <= to { abs } else { -abs }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{ClockQuality, Mode, Who};

    fn reading(at: i64, boot: u64, awake: u64) -> Reading {
        Reading {
            at: Time::from_timestamp_millis(1_772_386_200_000 + at).unwrap(),
            boot: Boot { id: "b1".to_owned(), ms: boot },
            awake_ms: awake,
            sync: Sync::Yes,
            zone: "Asia/Shanghai +08:00".to_owned(),
        }
    }

    fn entry(r: &Reading, event: Event) -> Entry {
        Entry {
            n: 0,
            id: String::new(),
            at: r.at,
            happened_at: None,
            happened_by: None,
            by: Who::default(),
            mode: Mode::Live,
            boot: r.boot.clone(),
            clock: ClockQuality::default(),
            event,
        }
    }

    fn noted(r: &Reading) -> Entry {
        entry(r, Event::Noted { text: "x".to_owned() })
    }

    #[test]
    fn time_that_goes_on_is_no_change_however_long_and_however_slewed() {
        assert_eq!(changes(&reading(0, 0, 0), &reading(86_400_200, 86_400_000, 86_400_000)), []);
        assert_eq!(changes(&reading(0, 0, 0), &reading(250, 0, 0)), []);
    }

    #[test]
    fn a_step_forward_and_back_is_told_with_what_the_clock_would_have_shown() {
        for (ms, note) in [
            (3_600_000, "2026-03-01T17:30:01Z -> 2026-03-01T18:30:01Z"),
            (-3_600_000, "2026-03-01T17:30:01Z -> 2026-03-01T16:30:01Z"),
            (251, "2026-03-01T17:30:01Z -> 2026-03-01T17:30:01.251Z"),
        ] {
            let seen = changes(&reading(0, 5000, 5000), &reading(1000 + ms, 6000, 6000));
            let [change] = &seen[..] else { panic!("{seen:?}") };
            assert_eq!((change.what, change.ms), (ClockEvent::Stepped, Some(ms)));
            assert_eq!(change.note.as_deref(), Some(note));
        }
    }

    #[test]
    fn a_suspend_is_told_apart_from_a_step_and_both_may_come_at_once() {
        let seen = changes(&reading(0, 0, 0), &reading(7150, 7150, 2150));
        let slept = Change { what: ClockEvent::Suspended, ms: Some(5000), note: None };
        assert_eq!(seen, std::slice::from_ref(&slept));
        let seen = changes(&reading(0, 0, 0), &reading(67_150, 7150, 2150));
        assert_eq!((seen[0].what, seen[0].ms), (ClockEvent::Stepped, Some(60_000)));
        assert_eq!(seen[1], slept);
    }

    #[test]
    fn zone_and_source_are_told_when_they_change_and_an_unknown_source_is_no_change() {
        let before = reading(0, 0, 0);
        let after = Reading { zone: "Europe/Berlin +01:00".to_owned(), ..reading(0, 0, 0) };
        let note = changes(&before, &after).pop().and_then(|c| c.note);
        assert_eq!(note.as_deref(), Some("Asia/Shanghai +08:00 -> Europe/Berlin +01:00"));
        let with = |sync| Reading { sync, ..before.clone() };
        let what = |a, b| changes(&with(a), &with(b)).first().map(|c| c.what);
        assert_eq!(what(Sync::Yes, Sync::No), Some(ClockEvent::Unsynchronised));
        assert_eq!(what(Sync::No, Sync::Yes), Some(ClockEvent::Synchronised));
        assert_eq!(what(Sync::Unknown, Sync::No), None);
        assert_eq!(what(Sync::No, Sync::No), None);
    }

    #[test]
    fn a_record_tells_a_step_by_its_newest_entry_of_this_boot_alone() {
        let (then, now) = (reading(0, 1000, 0), reading(3_602_000, 3000, 0));
        let stepped = stepped_since(&[noted(&then)], now.at, &now.boot);
        assert_eq!(stepped.and_then(|c| c.ms), Some(3_600_000));
        let other = Boot { id: "b2".to_owned(), ms: 10 };
        assert_eq!(stepped_since(&[noted(&then)], now.at, &other), None);
        let nameless = Boot::default();
        assert_eq!(stepped_since(&[noted(&then)], now.at, &nameless), None);
        let known = [noted(&then), noted(&now)];
        assert_eq!(stepped_since(&known, now.at, &now.boot), None);
    }

    #[test]
    fn what_one_console_recorded_the_others_do_not_record_again() {
        let (then, now) = (reading(0, 1000, 1000), reading(3_602_000, 3000, 3000));
        let change = changes(&then, &now).remove(0);
        let left = |entries: &[Entry], c: &Change| {
            unrecorded(entries, c, &then.boot, now.at, &now.boot).map(|c| c.what)
        };
        assert_eq!(left(&[noted(&then)], &change), Some(ClockEvent::Stepped));
        assert_eq!(left(&[noted(&then), entry(&now, change.event())], &change), None);
        assert_eq!(left(&[], &change), Some(ClockEvent::Stepped));

        let slept = |ms| Change { what: ClockEvent::Suspended, ms: Some(ms), note: None };
        assert_eq!(left(&[noted(&then)], &slept(5000)), Some(ClockEvent::Suspended));
        assert_eq!(left(&[entry(&now, slept(5100).event()), noted(&now)], &slept(5000)), None);
        // A sleep before the first reading, or of another length, is another one.
        assert!(left(&[entry(&now, slept(9000).event())], &slept(5000)).is_some());
        let early = reading(0, 500, 500);
        assert!(left(&[entry(&early, slept(5000).event())], &slept(5000)).is_some());
    }
}
