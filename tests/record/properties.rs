//! Decode of encode, and verify of parts.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};
use jishi::domain::event::{
    Attachment, Boot, ClockEvent, ClockQuality, Entry, Event, Mode, PackPin, Sent, Sync, ToldBy,
    Who,
};
use jishi::record::{Chain, Digest, Limits, check, check_bytes, decode, encode, verify};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::common::{entry, noted, opened};

/// Any text that a record may hold; how it came to be allowed is the business of others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[^\\p{Cc}]{0,40}", "[a-z\"\\\\/\n\t你好😀\u{e9}\u{2028}]{0,20}",]
}

fn map() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map("[a-zA-Z][a-zA-Z0-9_.-]{0,10}", text(), 0..4)
}

fn told_by() -> impl Strategy<Value = BTreeMap<String, ToldBy>> {
    btree_map("[a-z_]{1,10}", Just(ToldBy::Watch), 0..2)
}

fn event() -> impl Strategy<Value = Event> {
    let number = 0..1u64 << 53;
    let pack =
        (text(), text(), text()).prop_map(|(id, edition, sha256)| PackPin { id, edition, sha256 });
    let file = (text(), number.clone(), text()).prop_map(|(name, bytes, sha256)| Attachment {
        name,
        bytes,
        sha256,
    });
    prop_oneof![
        (text(), text(), vec(pack, 0..3)).prop_map(|(record, title, packs)| Event::Opened {
            record,
            title,
            packs
        }),
        (map(), option::of(text()), told_by()).prop_map(|(set, note, told_by)| Event::Answered {
            set,
            note,
            told_by
        }),
        (
            (text(), text(), text()),
            option::of(text()),
            vec(file, 0..3),
            option::of(text()),
            option::of(text())
        )
            .prop_map(
                |((duty, to, channel), reference, attachments, failed, late_because)| {
                    let sent =
                        Sent { duty, to, channel, reference, attachments, failed, late_because };
                    Event::Sent(sent)
                }
            ),
        (text(), text(), option::of(text()), option::of(text())).prop_map(
            |(duty, to, reference, officer)| Event::Received { duty, to, reference, officer }
        ),
        (text(), text()).prop_map(|(duty, because)| Event::Waived { duty, because }),
        (number.clone(), text(), map(), told_by()).prop_map(|(entry, because, fields, told_by)| {
            Event::Corrected { entry, because, fields, told_by }
        }),
        text().prop_map(|text| Event::Noted { text }),
        text().prop_map(|to| Event::HandedOver { to }),
        text().prop_map(|because| Event::Closed { because }),
        (number.clone(), option::of(text()))
            .prop_map(|(entry, name)| Event::TookOver { entry, name }),
        (number.clone(), number, text()).prop_map(|(offset, bytes, sha256)| Event::Recovered {
            offset,
            bytes,
            sha256
        }),
        (any::<bool>(), option::of(-(1i64 << 53) + 1..1 << 53), option::of(text())).prop_map(
            |(stepped, ms, note)| {
                let what = if stepped { ClockEvent::Stepped } else { ClockEvent::Suspended };
                Event::ClockChanged { what, ms, note }
            }
        ),
    ]
}

prop_compose! {
    fn any_entry()(
        (n, ms) in (0..1u64 << 53, 0..1u64 << 53),
        id in text(),
        seconds in -60_000_000_000i64..250_000_000_000,
        nanos in 0i64..1_000_000_000,
        happened in option::of(-60_000_000_000i64..250_000_000_000),
        (login, sudo, ssh) in (text(), option::of(text()), option::of(text())),
        (tty, host, uid) in (option::of(text()), option::of(text()), option::of(any::<u32>())),
        mode in prop_oneof![Just(Mode::Live), Just(Mode::Exercise)],
        boot in text(),
        sync in prop_oneof![Just(Sync::Yes), Just(Sync::No), Just(Sync::Unknown)],
        maxerror_us in option::of(0..1u64 << 53),
        event in event(),
    ) -> Entry {
        let time = |s| DateTime::from_timestamp(s, 0).unwrap();
        Entry {
            n,
            id,
            at: time(seconds) + TimeDelta::nanoseconds(nanos),
            happened_at: happened.map(time), happened_by: None,
            by: Who { login, sudo, ssh, tty, host, uid },
            mode,
            boot: Boot { id: boot, ms },
            clock: ClockQuality { sync, maxerror_us, zone: None },
            event,
        }
    }
}

proptest! {
    #[test]
    fn an_entry_reads_back_as_it_was_written(entry in any_entry(), prev in any::<u64>()) {
        let prev = Digest::of(&prev.to_be_bytes());
        let line = encode(&entry, prev).unwrap();
        let (lf, bare) = line.bytes.split_last().unwrap();
        prop_assert_eq!(*lf, b'\n');
        prop_assert!(!bare.contains(&b'\n'));
        let read = decode(bare).unwrap();
        prop_assert_eq!(&read.entry, &entry);
        prop_assert_eq!((read.head, read.prev), (line.head, prev));
        // The checker that keeps nothing takes it, too, and for the same.
        let mut at = Chain::start();
        (at.count, at.head) = (read.entry.n, prev);
        let looked = verify(&*line.bytes, at.clone(), Limits::default()).unwrap();
        prop_assert_eq!(looked, check(&*line.bytes, at, Limits::default(), drop).unwrap());
    }

    #[test]
    fn verifying_in_parts_gives_the_same_as_at_once(
        texts in vec(text(), 1..20),
        cuts in vec(any::<prop::sample::Index>(), 0..4),
        flip in option::of((any::<prop::sample::Index>(), 0..8u32)),
    ) {
        let mut chain = Chain::start();
        let mut lines = Vec::new();
        let events = std::iter::once(opened()).chain(texts.iter().map(|t| noted(t)));
        for event in events {
            let line = encode(&entry(chain.count, event), chain.head).unwrap();
            chain.follow(&line.bytes).unwrap();
            lines.push(line.bytes);
        }
        let mut ends: Vec<usize> = cuts.iter().map(|i| i.index(lines.len())).collect();
        ends.push(lines.len());
        ends.sort_unstable();
        let mut bytes = lines.concat();
        if let Some((at, bit)) = flip {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        let whole = check_bytes(&bytes);

        let mut at = Chain::start();
        let mut problem = None;
        for end in ends {
            let end: usize = lines[..end].iter().map(Vec::len).sum();
            let from = usize::try_from(at.bytes).unwrap();
            if problem.is_none() && end > from {
                let report = check(&bytes[from..end], at, Limits::default(), drop).unwrap();
                (at, problem) = (report.chain, report.problem);
            }
        }
        prop_assert_eq!(&at, &whole.chain);
        let place = |p: &jishi::record::Problem| (p.line, p.entry, p.offset);
        prop_assert_eq!(problem.as_ref().map(place), whole.problem.as_ref().map(place));
    }

    #[test]
    fn whatever_is_damaged_and_answered_for_is_skipped_and_nothing_else(
        damage in vec(prop_oneof![Just(b'\n'), Just(0), any::<u8>()], 0..300),
        after in text(),
    ) {
        let mut bytes = crate::common::lines(vec![opened(), noted("one")]).concat();
        bytes.extend(&damage);
        let report = check_bytes(&bytes);
        let Some(torn) = report.torn else {
            prop_assert!(damage.is_empty(), "nothing that random bytes make is more than damage");
            return Ok(());
        };
        let mut chain = report.chain;
        let (offset, long) = (torn.gap.offset, torn.gap.bytes);
        let event = Event::Recovered { offset, bytes: long, sha256: torn.gap.sha256.to_string() };
        let answer = encode(&entry(chain.count, event), chain.head).unwrap();
        chain.answer(&answer.bytes, Some(&torn.gap)).unwrap();
        let last = encode(&entry(chain.count, noted(&after)), chain.head).unwrap();
        chain.follow(&last.bytes).unwrap();
        let feed: &[u8] = if torn.ended { b"" } else { b"\n" };
        let whole = check_bytes(&[&*bytes, feed, &answer.bytes, &last.bytes].concat());
        prop_assert!(whole.intact());
        prop_assert_eq!(whole.chain, chain);
    }

    #[test]
    fn no_bytes_make_the_checker_panic(bytes in vec(any::<u8>(), 0..400), head in any::<bool>()) {
        let mut all = if head { crate::common::lines(vec![opened()]).concat() } else { Vec::new() };
        all.extend(bytes);
        let _ = check_bytes(&all);
        let _ = decode(&all);
    }
}
