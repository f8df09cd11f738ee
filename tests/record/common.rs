//! Entries and clocks that are the same in every run.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use jishi::domain::event::{
    Attachment, Boot, ClockEvent, ClockQuality, Entry, Event, Mode, PackPin, Sent, Sync, ToldBy,
    Who,
};
use jishi::domain::time::{Time, Zone, parse_offset};
use jishi::host::clock::FixedClock;
use jishi::host::store::{Disk, Draft, FsStore, PackText, RealDisk};
use jishi::record::{Chain, Digest, encode};

pub(crate) const PACK: &str = "(id: \"cn-cac-2025\")\n";

pub(crate) fn at(text: &str) -> Time {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

pub(crate) fn alice() -> Who {
    Who {
        login: "root".to_owned(),
        sudo: Some("alice".to_owned()),
        ssh: Some("192.0.2.7".to_owned()),
        tty: Some("/dev/pts/0".to_owned()),
        host: Some("jump1".to_owned()),
        uid: None,
    }
}

pub(crate) fn pin() -> PackPin {
    PackPin {
        id: "cn-cac-2025".to_owned(),
        edition: "2025-11-01".to_owned(),
        sha256: Digest::of(PACK.as_bytes()).to_string(),
    }
}

pub(crate) fn opened() -> Event {
    Event::Opened {
        record: "5a".repeat(32),
        title: "门户网站被篡改".to_owned(),
        packs: vec![pin()],
    }
}

pub(crate) fn noted(text: &str) -> Event {
    Event::Noted { text: text.to_owned() }
}

/// One event of every kind, with every field that a kind can have, and some without.
pub(crate) fn every_kind() -> Vec<Event> {
    let duty = "cn-cac-2025/first_report.provincial_cac".to_owned();
    let text = str::to_owned;
    let map = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    vec![
        opened(),
        Event::Answered {
            set: map(&[
                ("pi_persons", "1000000"),
                ("direct_loss_rmb", "?"),
                ("site_down", "PT2H30M"),
            ]),
            note: Some(text("值班电话\n\"确认\"\t\\")),
            told_by: Default::default(),
        },
        Event::Answered {
            set: map(&[("harm_to_public", "yes")]),
            note: None,
            told_by: Default::default(),
        },
        Event::Sent(Sent {
            duty: duty.clone(),
            to: text("provincial_cac"),
            channel: text("hotline_12387"),
            reference: Some(text("12387-0001")),
            attachments: vec![Attachment {
                name: text("报告.pdf"),
                bytes: 20_480,
                sha256: "c0".repeat(32),
            }],
            failed: None,
            late_because: Some(text("电话占线")),
        }),
        Event::Sent(Sent {
            duty: duty.clone(),
            to: text("police"),
            channel: text("phone"),
            reference: None,
            attachments: vec![],
            failed: Some(text("no answer")),
            late_because: None,
        }),
        Event::Received {
            duty: duty.clone(),
            to: text("provincial_cac"),
            reference: Some(text("A-7")),
            officer: Some(text("王")),
        },
        Event::Received { duty: duty.clone(), to: text("police"), reference: None, officer: None },
        Event::Waived { duty, because: text("not a CII") },
        Event::Corrected {
            entry: 3,
            because: text("wrong number"),
            fields: map(&[("reference", "12387-0002")]),
            told_by: Default::default(),
        },
        Event::Corrected {
            entry: 4,
            because: text("did not happen"),
            fields: map(&[]),
            told_by: Default::default(),
        },
        noted("日志已保全 😀 <b>&amp;</b>"),
        Event::HandedOver { to: text("bob") },
        Event::Closed { because: text("restored") },
    ]
}

/// A hand-over that was accepted by name, where several share a login, and one that was not.
pub(crate) fn taken_over() -> Vec<Entry> {
    let events = [
        opened(),
        Event::HandedOver { to: "李工".to_owned() },
        Event::TookOver { entry: 1, name: Some("李工".to_owned()) },
        Event::HandedOver { to: "bob".to_owned() },
        Event::TookOver { entry: 3, name: None },
    ];
    (0..).zip(events).map(|(n, event)| entry(n, event)).collect()
}

pub(crate) fn entry(n: u64, event: Event) -> Entry {
    let n_ms = i64::try_from(n).unwrap();
    Entry {
        n,
        id: format!("{n:032x}"),
        at: at("2026-03-01T17:30:00Z") + TimeDelta::milliseconds(n_ms * 61_500),
        happened_at: (n + 2).is_multiple_of(3).then(|| at("2026-03-01T17:10:00Z")),
        happened_by: None,
        by: if n.is_multiple_of(2) {
            alice()
        } else {
            Who { login: "bob".to_owned(), ..Who::default() }
        },
        mode: Mode::Live,
        boot: Boot { id: "0d6f1c8a-5a0e-4b0c-9f65-0a4a3b7f1f11".to_owned(), ms: 1000 + n },
        clock: if n.is_multiple_of(2) {
            ClockQuality { sync: Sync::Yes, maxerror_us: Some(2500), zone: None }
        } else {
            ClockQuality::default()
        },
        event,
    }
}

/// The same with the zone in which its writer read times; some have no name, and one cannot be taken
/// for a zone at all.
pub(crate) fn in_zones() -> Vec<Entry> {
    let changed =
        |what, ms, note: &str| Event::ClockChanged { what, ms, note: Some(note.to_owned()) };
    let of_zone = "Asia/Shanghai +08:00 -> Europe/Berlin +01:00";
    let ahead = "#5 2026-03-01T20:30:00Z -> 2026-03-01T17:30:00Z";
    let events = [
        (opened(), "Asia/Shanghai +08:00"),
        (Event::ClockChanged { what: ClockEvent::Unsynchronised, ms: None, note: None }, "+08:00"),
        (every_kind().swap_remove(1), "Asia/Shanghai +08:00"),
        (every_kind().swap_remove(2), "Asia/Shanghai +08:00"),
        (every_kind().swap_remove(4), "+08:00"),
        (noted("日志已保全"), "Asia/Shanghai +08:00"),
        (changed(ClockEvent::ZoneChanged, None, of_zone), "Europe/Berlin +01:00"),
        (changed(ClockEvent::Stepped, Some(-10_800_000), ahead), "Europe/Berlin +01:00"),
        (noted("x"), "\"\\ 北京"),
        (Event::Closed { because: "restored".to_owned() }, "America/St_Johns -03:30"),
    ];
    let written = (0..).zip(events).map(|(n, (event, zone))| {
        let mut entry = entry(n, event);
        entry.clock.zone = Some(zone.to_owned());
        entry
    });
    written.collect()
}

/// Times that were read from somebody's watch: of an act, of answers, of a corrected field.
pub(crate) fn by_watch() -> Vec<Entry> {
    let map = |k: &str, v: &str| [(k.to_owned(), v.to_owned())].into();
    let mark = |k: &str| [(k.to_owned(), ToldBy::Watch)].into();
    let learned = "2026-03-01T17:10:00Z";
    let events = [
        opened(),
        Event::Answered {
            set: map("learned_at", learned),
            note: None,
            told_by: mark("learned_at"),
        },
        Event::Answered {
            set: [("learned_at", learned), ("pi_persons", "7")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            note: Some("by phone".to_owned()),
            told_by: mark("learned_at"),
        },
        Event::Corrected {
            entry: 1,
            because: "misread".to_owned(),
            fields: map("learned_at", "2026-03-01T17:09:00Z"),
            told_by: mark("learned_at"),
        },
        noted("x"),
    ];
    let written = (0..).zip(events).map(|(n, event)| {
        let mut entry = entry(n, event);
        entry.happened_by = entry.happened_at.map(|_| ToldBy::Watch);
        entry
    });
    written.collect()
}

/// A record of these events, as lines with their line feeds.
pub(crate) fn lines(events: Vec<Event>) -> Vec<Vec<u8>> {
    written((0..).zip(events).map(|(n, event)| entry(n, event)))
}

/// A record of these entries, as lines with their line feeds.
pub(crate) fn written(entries: impl IntoIterator<Item = Entry>) -> Vec<Vec<u8>> {
    let mut chain = Chain::start();
    let write = |entry: Entry| {
        let line = encode(&entry, chain.head).unwrap();
        chain.follow(&line.bytes).unwrap();
        line.bytes
    };
    entries.into_iter().map(write).collect()
}

/// A record of twelve entries.
pub(crate) fn twelve() -> Vec<Vec<u8>> {
    lines(every_kind().into_iter().take(12).collect())
}

pub(crate) fn draft(n: u64, event: Event) -> Draft {
    Draft { id: format!("{n:032x}"), happened_at: None, happened_by: None, event }
}

pub(crate) fn pack_text() -> PackText {
    PackText { id: pin().id, sha256: pin().sha256, text: PACK.to_owned() }
}

pub(crate) fn store(root: &Path) -> FsStore {
    let clock = Arc::new(FixedClock::new(at("2026-03-01T17:30:00Z")));
    let zone = Zone::Fixed(parse_offset("+08:00").unwrap());
    FsStore::new(root, Mode::Live, clock, alice(), zone)
}

/// Writes, and says yes to a sync that it does not do: quick where the system lives on, and what tests
/// of a power cut must find out.
pub(crate) struct Unsynced;

impl Disk for Unsynced {
    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<usize> {
        RealDisk.write(file, bytes)
    }
    fn sync(&self, _: &File) -> io::Result<()> {
        Ok(())
    }
    fn sync_folder(&self, _: &File) -> io::Result<()> {
        Ok(())
    }
    fn try_lock(&self, file: &File) -> Result<(), TryLockError> {
        RealDisk.try_lock(file)
    }
    fn try_lock_shared(&self, file: &File) -> Result<(), TryLockError> {
        RealDisk.try_lock_shared(file)
    }
}
