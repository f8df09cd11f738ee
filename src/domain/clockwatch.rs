//! What happened to the wall clock between two looks at it, and whether the record says so already.
//!
//! A step moves the wall clock and not the clock since boot. A suspend moves both, and not the clock
//! that stands while the machine sleeps. Slewing, as a time daemon does it, moves all three alike.
//!
//! An entry bears the offset at which its times were read. Whether the zone is another one is told by
//! that: it must be the offset that the present zone had at that moment. So summer time is no change,
//! and a wrong zone is one even where it has no name.

use super::event::{Boot, ClockEvent, Entry, Event, Sync, Who};
use super::time::{Offset, Time, Zone, parse_offset, write_utc};

/// From this difference on the wall clock was stepped, in milliseconds.
pub const STEP_MS: i64 = 250;
/// From this difference on the machine slept, in milliseconds.
pub const SLEEP_MS: i64 = 1000;
/// How far two consoles' measures of one sleep may differ, in milliseconds.
const ALIKE_MS: i64 = 2000;
/// From this difference on another machine's entry lies in the future, in milliseconds.
pub const AHEAD_MS: i64 = 1000;

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
    /// The zone of the host as [`write_zone`] writes it.
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

/// Who is about to add an entry, and by which clocks.
#[derive(Debug, Clone, Copy)]
pub struct Hand<'a> {
    /// All clocks of the machine.
    pub now: &'a Reading,
    /// The zone of the host, for other moments.
    pub zone: Zone,
    /// Who, and on which host.
    pub who: &'a Who,
}

/// Writes a zone as an entry keeps it: its name where it has one, and its offset at a moment.
pub fn write_zone(name: &str, zone: Zone, at: Time) -> String {
    format!("{name} {}", zone.show(at).format("%:z")).trim_start().to_owned()
}

/// Reads the offset out of a zone as an entry keeps it.
pub fn offset_of(zone: &str) -> Option<Offset> {
    parse_offset(zone.rsplit(' ').next()?)
}

/// Says whether the present zone had the offset of `written` at that moment; what cannot be read is
/// not held against it.
fn is_zone(written: &str, at: Time, zone: Zone) -> bool {
    offset_of(written).is_none_or(|o| o == *zone.show(at).offset())
}

/// Tells what of the clocks the record must say before the next entry: a step that nobody saw, a
/// newest entry from the future, another zone, a clock that is not kept.
pub fn owed(entries: &[Entry], hand: Hand<'_>) -> Vec<Change> {
    let Reading { at, boot, .. } = hand.now;
    let step = stepped_since(entries, *at, boot).or_else(|| behind(entries, *at, boot));
    let zone = other_zone(entries, hand);
    let sync = unkept(entries, hand.now, hand.who.host.as_deref());
    step.into_iter().chain(zone).chain(sync).collect()
}

/// Tells that the newest entry, by another machine or before the last start of this one, was recorded
/// at a time that this clock has yet to reach; once, and again only when it is further off.
fn behind(entries: &[Entry], at: Time, boot: &Boot) -> Option<Change> {
    let last = entries.last()?;
    let ms = (at - last.at).num_milliseconds();
    if ms > -AHEAD_MS || (!boot.id.is_empty() && last.boot.id == boot.id) {
        return None;
    }
    let said = |e: &Entry| {
        e.boot.id == boot.id
            && matches!(&e.event, Event::ClockChanged { ms: Some(said), note: Some(note), .. }
                if names_entry(note) && *said <= ms.saturating_add(STEP_MS))
    };
    let note = || format!("#{} {} -> {}", last.n, write_utc(last.at), write_utc(at));
    let change = || Change { what: ClockEvent::Stepped, ms: Some(ms), note: Some(note()) };
    (!entries.iter().any(said)).then(change)
}

/// Says whether the note of a step names the entry that lay ahead: then nobody saw a step, and which
/// of two clocks was wrong is not known.
pub fn names_entry(note: &str) -> bool {
    note.starts_with('#')
}

/// Tells that times are read at another offset than the host's newest entry and the person's own
/// newest one there: several people may each have a zone of their own.
fn other_zone(entries: &[Entry], hand: Hand<'_>) -> Option<Change> {
    let Hand { now, zone, who } = hand;
    let here = || entries.iter().rev().filter(|e| e.by.host == who.host);
    let told = |e: &Entry| Some((e.clock.zone.clone()?, e.at));
    let newest = here().find_map(told)?;
    let own = here().filter(|e| e.by.person() == who.person()).find_map(told);
    if std::iter::once(&newest).chain(&own).any(|(text, at)| is_zone(text, *at, zone)) {
        return None;
    }
    let note = Some(format!("{} -> {}", newest.0, now.zone));
    Some(Change { what: ClockEvent::ZoneChanged, ms: None, note })
}

/// Tells that the clock is not kept by an outside source, or is again, where the record says nothing of
/// it or something else since this host was started.
fn unkept(entries: &[Entry], now: &Reading, host: Option<&str>) -> Option<Change> {
    let here = |e: &&Entry| e.boot.id == now.boot.id && e.by.host.as_deref() == host;
    let said = entries.iter().rev().filter(here).find_map(|e| match &e.event {
        Event::ClockChanged { what: ClockEvent::Unsynchronised, .. } => Some(Sync::No),
        Event::ClockChanged { what: ClockEvent::Synchronised, .. } => Some(Sync::Yes),
        _ => None,
    });
    let what = match (said.unwrap_or(Sync::Yes), now.sync) {
        (Sync::Yes, Sync::No) => ClockEvent::Unsynchronised,
        (Sync::No, Sync::Yes) => ClockEvent::Synchronised,
        _ => return None,
    };
    Some(Change { what, ms: None, note: None })
}

/// Tells what happened to the clocks between two readings of the same program; `zone` is the present
/// one.
pub fn changes(before: &Reading, after: &Reading, zone: Zone) -> Vec<Change> {
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
    let name = |r: &Reading| r.zone.rsplit_once(' ').map(|(name, _)| name.to_owned());
    if name(before) != name(after) || !is_zone(&before.zone, before.at, zone) {
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
    hand: Hand<'_>,
) -> Option<Change> {
    let Reading { at, boot, .. } = hand.now;
    match change.what {
        // The record itself knows how its clocks stood: whoever came first has moved them.
        ClockEvent::Stepped if of_boot(entries, boot).next().is_some() => {
            return stepped_since(entries, *at, boot);
        }
        ClockEvent::Unsynchronised | ClockEvent::Synchronised => {
            return unkept(entries, hand.now, hand.who.host.as_deref());
        }
        _ => {}
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
    use crate::domain::event::{ClockQuality, Mode};

    const CHINA: Zone = Zone::Fixed(Offset::east_opt(8 * 3600).unwrap());
    const BERLIN: Zone = Zone::Fixed(Offset::east_opt(3600).unwrap());

    fn changes(before: &Reading, after: &Reading) -> Vec<Change> {
        super::changes(before, after, CHINA)
    }

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
            let hand = Hand { now: &now, zone: CHINA, who: &Who::default() };
            unrecorded(entries, c, &then.boot, hand).map(|c| c.what)
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

    /// What must be said before the next entry, by a reading and a zone.
    fn owes(entries: &[Entry], now: &Reading, zone: Zone) -> Vec<Change> {
        owed(entries, Hand { now, zone, who: &Who::default() })
    }

    /// A record of one entry that was written by a reading.
    fn written(r: &Reading) -> Vec<Entry> {
        let mut e = noted(r);
        e.clock = ClockQuality { sync: r.sync, zone: Some(r.zone.clone()), ..e.clock };
        vec![e]
    }

    #[test]
    fn a_clock_that_is_not_kept_is_said_once_for_each_start_of_the_host() {
        let kept = reading(0, 1000, 1000);
        let not = Reading { sync: Sync::No, ..kept.clone() };
        let what = |entries: &[Entry], now: &Reading| {
            owes(entries, now, CHINA).iter().map(|c| c.what).collect::<Vec<_>>()
        };
        assert_eq!(what(&written(&kept), &kept), []);
        // From the start on, too: no console need have seen it change.
        assert_eq!(what(&[], &not), [ClockEvent::Unsynchronised]);
        assert_eq!(what(&written(&not), &not), [ClockEvent::Unsynchronised]);
        let mut entries = written(&not);
        entries.push(entry(&not, owes(&entries, &not, CHINA)[0].event()));
        assert_eq!(what(&entries, &not), []);
        let unknown = Reading { sync: Sync::Unknown, ..kept.clone() };
        assert_eq!(what(&entries, &unknown), []);
        assert_eq!(what(&entries, &kept), [ClockEvent::Synchronised]);
        let boot = Boot { id: "b2".to_owned(), ms: 5 };
        assert_eq!(what(&entries, &Reading { boot, ..not.clone() }), [ClockEvent::Unsynchronised]);
        entries.push(entry(&kept, owes(&entries, &kept, CHINA)[0].event()));
        assert_eq!(what(&entries, &kept), []);
        assert_eq!(what(&entries, &not), [ClockEvent::Unsynchronised]);
    }

    #[test]
    fn a_host_without_boot_ids_says_it_once_as_well() {
        let not = Reading { sync: Sync::No, boot: Boot::default(), ..reading(0, 0, 0) };
        let said = entry(&not, owes(&[], &not, CHINA)[0].event());
        assert_eq!(owes(&[said], &not, CHINA), []);
    }

    #[test]
    fn another_offset_is_told_and_summer_time_is_not() {
        let here = reading(0, 1000, 1000);
        let there = Reading { zone: "+01:00".to_owned(), ..here.clone() };
        let [change] = &owes(&written(&here), &there, BERLIN)[..] else { panic!() };
        assert_eq!(change.what, ClockEvent::ZoneChanged);
        assert_eq!(change.note.as_deref(), Some("Asia/Shanghai +08:00 -> +01:00"));
        // In the summer the same zone shows another offset, and would have shown that one then.
        let summer = Reading { zone: "+02:00".to_owned(), ..here.clone() };
        let winter = Reading { zone: "+01:00".to_owned(), ..here.clone() };
        assert_eq!(owes(&written(&winter), &summer, BERLIN), []);
        assert_eq!(super::changes(&winter, &summer, BERLIN), []);
        // An entry of before zones were kept, and a zone in a form of later, tell nothing.
        assert_eq!(owes(&[noted(&here)], &there, BERLIN), []);
        let odd = Reading { zone: "somewhere".to_owned(), ..here };
        assert_eq!(owes(&written(&odd), &there, BERLIN), []);
    }

    #[test]
    fn several_people_on_a_host_may_each_keep_a_zone_of_their_own() {
        let here = reading(0, 1000, 1000);
        let there = Reading { zone: "+01:00".to_owned(), ..here.clone() };
        let mut entries = written(&here);
        let bob = Who { login: "bob".to_owned(), ..Who::default() };
        let of_bob =
            |entries: &[Entry]| owed(entries, Hand { now: &there, zone: BERLIN, who: &bob });
        assert_eq!(of_bob(&entries).len(), 1);
        entries.push(Entry { by: bob.clone(), ..written(&there).remove(0) });
        assert_eq!(owes(&entries, &here, CHINA), []);
        entries.extend(written(&here));
        assert_eq!(of_bob(&entries), []);
        // Another host has its own.
        let host = Some("jump2".to_owned());
        let elsewhere = Who { host, ..bob.clone() };
        assert_eq!(owed(&entries, Hand { now: &there, zone: BERLIN, who: &elsewhere }), []);
    }

    #[test]
    fn a_newest_entry_from_the_future_is_said_once_with_its_number() {
        let ahead = reading(10_800_000, 1000, 1000);
        let boot = Boot { id: "b2".to_owned(), ms: 5 };
        let now = Reading { boot, ..reading(0, 0, 0) };
        let mut entries = written(&ahead);
        let [change] = &owes(&entries, &now, CHINA)[..] else { panic!() };
        assert_eq!((change.what, change.ms), (ClockEvent::Stepped, Some(-10_800_000)));
        let note = change.note.clone().unwrap();
        assert_eq!(note, "#0 2026-03-01T20:30:00Z -> 2026-03-01T17:30:00Z");
        assert!(names_entry(&note));
        entries.push(entry(&now, change.event()));
        assert_eq!(owes(&entries, &now, CHINA), []);
        // The other machine goes on writing at its time: nothing new, until it is further ahead.
        entries.extend(written(&ahead));
        assert_eq!(owes(&entries, &now, CHINA), []);
        entries.extend(written(&reading(14_400_000, 5000, 5000)));
        assert_eq!(owes(&entries, &now, CHINA).len(), 1);
        let near = reading(900, 1000, 1000);
        assert_eq!(owes(&written(&near), &now, CHINA), []);
    }
}
