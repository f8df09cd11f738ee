//! One entry as bytes, and back.
//!
//! Reading cuts the entry out of its line by position and hashes the bytes that are stored; it never
//! writes the entry anew to compare. What an older or newer program wrote therefore checks for ever.

use chrono::Datelike as _;
use serde::de::value::{BorrowedStrDeserializer, MapDeserializer};
use serde::de::{Deserializer, IntoDeserializer};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::Value;
use serde_json::value::RawValue;

use super::batch::Tie;
use super::canon::{NotCanonical, Object};
use super::digest::Digest;
use super::glance;
use super::wrong::Wrong;
use crate::domain::event::{Began, Boot, ClockQuality, Entry, Event, Mode, ToldBy, Who};
use crate::domain::text::printable;
use crate::domain::time::{Time, write_utc};

/// The version of entries that this program writes; it reads newer ones as not understood.
pub const VERSION: u64 = 1;
/// The longest line, in bytes with its line feed. A note of the greatest length takes a tenth of it.
pub const LINE_MOST: u64 = 1 << 20;

const HEAD_TEXT: &str = r#"{"e":"#;
const MID_TEXT: &str = r#","h":""#;
const TAIL_TEXT: &str = r#""}"#;
const HEAD: &[u8] = HEAD_TEXT.as_bytes();
const MID: &[u8] = MID_TEXT.as_bytes();
const TAIL: &[u8] = TAIL_TEXT.as_bytes();

/// One line of a record, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The bytes with their line feed.
    pub bytes: Vec<u8>,
    /// The digest of the entry: the record's head once the line is written.
    pub head: Digest,
}

/// Why an entry cannot be written; nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It holds something that has no canonical form.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// A time has no RFC 3339 form.
    #[error("{field} lies in the year {year}; a record keeps the years 0 to 9999")]
    Year {
        /// `at` or `happened_at`.
        field: &'static str,
        /// The year.
        year: i32,
    },
    /// An entry that was read as not understood cannot be written again.
    #[error("an entry of kind `{kind}` is not understood and cannot be written")]
    NotUnderstood {
        /// The kind as it was read.
        kind: String,
    },
    /// The line would be too long.
    #[error("the entry takes {bytes} bytes; a line of the record has at most {most}")]
    TooLong {
        /// What it takes.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// The event could not be turned into JSON.
    #[error("the entry cannot be written: {why}")]
    Shape {
        /// Why.
        why: String,
    },
}

/// Writes an entry as the line that follows on `prev`.
///
/// # Errors
/// See [`Unfit`].
pub fn encode(entry: &Entry, prev: Digest) -> Result<Line, Unfit> {
    if let Event::NotUnderstood { kind, .. } = &entry.event {
        return Err(Unfit::NotUnderstood { kind: kind.clone() });
    }
    let mut line = String::with_capacity(1024);
    line.push_str(HEAD_TEXT);
    put(entry, prev, &mut line)?;
    let head = Digest::of(line.as_bytes().get(HEAD.len()..).unwrap_or_default());
    line.push_str(MID_TEXT);
    line.push_str(&head.to_string());
    line.push_str(TAIL_TEXT);
    line.push('\n');
    let bytes = line.into_bytes();
    let long = bytes.len() as u64;
    if long > LINE_MOST {
        return Err(Unfit::TooLong { bytes: long, most: LINE_MOST });
    }
    Ok(Line { bytes, head })
}

/// Writes the entry itself. Every field is named here, so that none that is added is forgotten.
fn put(entry: &Entry, prev: Digest, line: &mut String) -> Result<(), Unfit> {
    let Entry { n, id, at, happened_at, happened_by, by, mode, boot, clock, event } = entry;
    let Who { login, sudo, ssh, tty, host, uid } = by;
    let ClockQuality { sync, maxerror_us, zone } = clock;
    let shape = |e: serde_json::Error| Unfit::Shape { why: e.to_string() };
    let Value::Object(mut event) = serde_json::to_value(event).map_err(shape)? else {
        return Err(Unfit::Shape { why: "an event is an object".to_owned() });
    };
    let (data, kind) = (event.remove("data"), event.remove("kind"));
    let name = |value: serde_json::Result<Value>| match value.map_err(shape)? {
        Value::String(name) => Ok(name),
        other => Err(Unfit::Shape { why: format!("`{other}` is no name") }),
    };
    let mut e = Object::begin(line);
    e.text("at", &written("at", *at)?)?;
    e.object("boot", |o| {
        o.text("id", &boot.id)?;
        o.number("ms", boot.ms)
    })?;
    e.object("by", |o| {
        host.as_ref().map_or(Ok(()), |host| o.text("host", host))?;
        o.text("login", login)?;
        ssh.as_ref().map_or(Ok(()), |ssh| o.text("ssh", ssh))?;
        sudo.as_ref().map_or(Ok(()), |sudo| o.text("sudo", sudo))?;
        tty.as_ref().map_or(Ok(()), |tty| o.text("tty", tty))?;
        uid.map_or(Ok(()), |uid| o.number("uid", uid.into()))
    })?;
    let sync = name(serde_json::to_value(sync))?;
    e.object("clock", |o| {
        maxerror_us.map_or(Ok(()), |us| o.number("maxerror_us", us))?;
        o.text("sync", &sync)?;
        zone.as_ref().map_or(Ok(()), |zone| o.text("zone", zone))
    })?;
    e.value("data", &data.unwrap_or_default())?;
    if let Some(at) = happened_at {
        e.text("happened_at", &written("happened_at", *at)?)?;
    }
    if let Some(by) = happened_by {
        e.text("happened_by", &name(serde_json::to_value(by))?)?;
    }
    e.text("id", id)?;
    e.value("kind", &kind.unwrap_or_default())?;
    e.text("mode", &name(serde_json::to_value(mode))?)?;
    e.number("n", *n)?;
    e.text("prev", &prev.to_string())?;
    e.number("v", VERSION)?;
    e.end();
    Ok(())
}

fn written(field: &'static str, at: Time) -> Result<String, Unfit> {
    match at.year() {
        0..=9999 => Ok(write_utc(at)),
        year => Err(Unfit::Year { field, year }),
    }
}

/// One line as it was read: what ties it to its place, and the entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The digest of the entry's bytes, recomputed.
    pub head: Digest,
    /// The digest that it follows on.
    pub prev: Digest,
    /// The entry; [`Event::NotUnderstood`] where its version or kind is not ours.
    pub entry: Entry,
}

/// Cuts a line (without its line feed) into the bytes of `e` and the stored digest.
pub fn split(line: &[u8]) -> Option<(&[u8], Digest)> {
    let (e, hex) = cut(line)?;
    Some((e, Digest::parse(hex)?))
}

fn cut(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = line.strip_prefix(HEAD)?.strip_suffix(TAIL)?;
    let (rest, hex) = rest.split_at_checked(rest.len().checked_sub(64)?)?;
    let e = rest.strip_suffix(MID)?;
    // serde would read an array as a struct, too; an entry is an object.
    let object = e.first() == Some(&b'{') && e.last() == Some(&b'}');
    object.then_some((e, hex))
}

/// Reads a line (without its line feed): recomputes its digest, then reads the entry.
///
/// The place in the record (number, link, mode) is for [`super::check()`] to judge.
///
/// # Errors
/// [`Wrong::NotALine`], [`Wrong::BadDigest`] or [`Wrong::Unreadable`].
pub fn decode(line: &[u8]) -> Result<Decoded, Wrong> {
    let (e, head) = fitting(line)?;
    read(e, head)
}

fn read(e: &[u8], head: Digest) -> Result<Decoded, Wrong> {
    let (prev, entry) = match open(e)? {
        Opened::Ours(whole) => (whole.prev, whole.entry().map_err(unreadable)?),
        Opened::Newer(frame) => (frame.prev, frame.entry().map_err(unreadable)?),
    };
    Ok(Decoded { head, prev: link(prev)?, entry })
}

/// Reads a line as [`decode`] does and finds the same things wrong with it, but keeps only what ties
/// it to its place.
pub(super) fn tie(line: &[u8]) -> Result<Tie, Wrong> {
    let (e, head) = fitting(line)?;
    let quick = || std::str::from_utf8(e).ok().and_then(|_| glance::look(e, head));
    match (!suspect(e)).then(quick).flatten() {
        Some(tie) => Ok(tie),
        None => read(e, head).map(|read| Tie::of(&read)),
    }
}

const fn unreadable(why: String) -> Wrong {
    Wrong::Unreadable { why }
}

fn link(prev: &str) -> Result<Digest, Wrong> {
    Digest::parse(prev.as_bytes())
        .ok_or_else(|| unreadable("`prev` is not 64 hexadecimal digits".to_owned()))
}

/// Cuts the entry out of a line whose digest fits.
fn fitting(line: &[u8]) -> Result<(&[u8], Digest), Wrong> {
    let (e, hex) = cut(line).ok_or(Wrong::NotALine)?;
    let computed = Digest::of(e);
    if computed.is_written(hex) {
        return Ok((e, computed));
    }
    let stored = Digest::parse(hex).ok_or(Wrong::NotALine)?;
    Err(Wrong::BadDigest { stored, computed })
}

/// An entry whose digest fits, before its parts are looked at.
enum Opened<'a> {
    Ours(Box<Whole<'a>>),
    Newer(Frame<'a>),
}

fn open(e: &[u8]) -> Result<Opened<'_>, Wrong> {
    let suspect = suspect(e);
    if suspect && let Some(at) = control(e) {
        return Err(Wrong::Control { at: (HEAD.len() + at) as u64 });
    }
    // All at once; else it would be done for each string by itself.
    let text = std::str::from_utf8(e).map_err(|e| unreadable(e.to_string()))?;
    match serde_json::from_str::<Whole<'_>>(text) {
        Ok(whole) if whole.v == VERSION => {
            // Nothing that we write needs another escape; one that is there hides a control character.
            if suspect && let Some(at) = strange_escape(e) {
                return Err(Wrong::Control { at: (HEAD.len() + at) as u64 });
            }
            Ok(Opened::Ours(Box::new(whole)))
        }
        // A newer entry, or one that is not whole: what never changes must be there all the same.
        other => {
            let frame: Frame<'_> =
                serde_json::from_str(text).map_err(|e| unreadable(e.to_string()))?;
            if frame.v <= VERSION {
                let why = match other {
                    Err(e) => e.to_string(),
                    Ok(_) => format!("there is no version {}", frame.v),
                };
                return Err(unreadable(why));
            }
            Ok(Opened::Newer(frame))
        }
    }
}

/// Says whether any byte needs a closer look; no early exit, so that it takes many bytes at once.
fn suspect(e: &[u8]) -> bool {
    e.iter().fold(false, |found, &c| found | (c < 0x20) | matches!(c, 0x7f | 0xc2 | b'\\'))
}

/// Where a raw control character stands: C0, DEL or C1.
fn control(e: &[u8]) -> Option<usize> {
    let mut before = 0;
    e.iter().position(|&c| {
        let found = c < 0x20 || c == 0x7f || (before == 0xc2 && (0x80..0xa0).contains(&c));
        before = c;
        found
    })
}

/// Where an escape stands that the canonical form does not use.
fn strange_escape(e: &[u8]) -> Option<usize> {
    let mut escaped = false;
    e.iter().position(|&c| {
        let found = escaped && !matches!(c, b'"' | b'\\' | b'n' | b't');
        escaped = !escaped && c == b'\\';
        found
    })
}

/// An entry of our version, in one pass; its data waits until the kind is known.
#[derive(Deserialize)]
struct Whole<'a> {
    v: u64,
    n: u64,
    id: String,
    prev: &'a str,
    at: &'a str,
    #[serde(default)]
    happened_at: Option<String>,
    #[serde(default)]
    happened_by: Option<ToldBy>,
    by: Who,
    mode: Mode,
    boot: Boot,
    clock: ClockQuality,
    kind: &'a str,
    #[serde(borrow)]
    data: &'a RawValue,
}

impl Whole<'_> {
    fn entry(self) -> Result<Entry, String> {
        let happened_at = self.happened_at.as_deref();
        Ok(Entry {
            n: self.n,
            id: self.id,
            at: moment("at", self.at)?,
            happened_at: happened_at.map(|t| moment("happened_at", t)).transpose()?,
            happened_by: self.happened_by,
            by: self.by,
            mode: self.mode,
            boot: self.boot,
            clock: self.clock,
            event: event(self.kind, self.data)?,
        })
    }
}

/// What every version of an entry has, by these names and with these meanings, for ever. The first entry
/// of a record has besides the kind `opened`, and `record`, `title` and `packs` in its data.
#[derive(Deserialize)]
struct Frame<'a> {
    v: u64,
    n: u64,
    id: String,
    prev: &'a str,
    at: &'a str,
    mode: Mode,
    kind: String,
    #[serde(default, borrow)]
    data: Option<&'a RawValue>,
}

impl Frame<'_> {
    /// What says which record it is, where this begins one.
    fn began(&self) -> Option<Box<Began>> {
        let begins = self.n == 0 && self.kind == "opened";
        let data: Value = serde_json::from_str(self.data.filter(|_| begins)?.get()).ok()?;
        let text = |name: &str| data.get(name).and_then(Value::as_str);
        let packs = data.get("packs").and_then(Value::as_array).into_iter().flatten();
        let packs = packs.filter_map(|pin| serde_json::from_value(pin.clone()).ok()).collect();
        let record = text("record")?.to_owned();
        Some(Box::new(Began { record, title: printable(text("title").unwrap_or_default()), packs }))
    }

    fn entry(self) -> Result<Entry, String> {
        let began = self.began();
        Ok(Entry {
            n: self.n,
            id: printable(&self.id),
            at: moment("at", self.at)?,
            happened_at: None,
            happened_by: None,
            by: Who::default(),
            mode: self.mode,
            boot: Boot::default(),
            clock: ClockQuality::default(),
            event: Event::NotUnderstood { kind: printable(&self.kind), began },
        })
    }
}

fn moment(field: &str, text: &str) -> Result<Time, String> {
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|t| t.to_utc())
        .map_err(|e| format!("`{field}` is not a time: {e}"))
}

/// Kinds that this version reads; any other is kept as not understood.
const KINDS: [&str; 12] = [
    "opened",
    "answered",
    "sent",
    "received",
    "waived",
    "corrected",
    "noted",
    "handed_over",
    "closed",
    "took_over",
    "recovered",
    "clock_changed",
];

fn event(kind: &str, data: &RawValue) -> Result<Event, String> {
    if !KINDS.contains(&kind) {
        return Ok(Event::NotUnderstood { kind: kind.to_owned(), began: None });
    }
    let parts = [("kind", Part::Kind(kind)), ("data", Part::Data(data))];
    Event::deserialize(MapDeserializer::new(parts.into_iter()))
        .map_err(|e: serde_json::Error| e.to_string())
}

/// The two halves of an event, handed to its derived reader in the order that saves it a copy.
#[derive(Clone, Copy)]
enum Part<'a> {
    Kind(&'a str),
    Data(&'a RawValue),
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for Part<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Part<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, v: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Kind(kind) => BorrowedStrDeserializer::new(kind).deserialize_any(v),
            Self::Data(data) => data.deserialize_any(v),
        }
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        v: V,
    ) -> Result<V::Value, Self::Error> {
        match self {
            Self::Kind(kind) => {
                BorrowedStrDeserializer::new(kind).deserialize_enum(name, variants, v)
            }
            Self::Data(data) => data.deserialize_enum(name, variants, v),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts a digest that fits around an entry.
    fn line(e: &[u8]) -> Vec<u8> {
        let h = Digest::of(e).to_string();
        [HEAD, e, MID, h.as_bytes(), TAIL].concat()
    }

    #[test]
    fn the_number_of_a_user_does_not_make_looking_slow() {
        let by_uid = include_bytes!("../../tests/record/v1/by-uid.jsonl");
        let mut seen = 0;
        for line in by_uid.split(|&c| c == b'\n').filter(|l| !l.is_empty()).skip(1) {
            let (e, head) = split(line).unwrap();
            if !suspect(e) {
                seen += usize::from(e.windows(6).any(|w| w == b"\"uid\":"));
                assert!(glance::look(e, head).is_some(), "{}", String::from_utf8_lossy(e));
            }
        }
        assert!(seen >= 3, "{seen}");
    }

    #[test]
    fn looking_at_an_entry_finds_what_reading_it_finds() {
        let record = include_bytes!("../../tests/record/v1/every-kind.jsonl");
        let newer = include_bytes!("../../tests/record/v1/with-newer-entries.jsonl");
        let by_uid = include_bytes!("../../tests/record/v1/by-uid.jsonl");
        let zones = include_bytes!("../../tests/record/v1/with-zones.jsonl");
        let watches = include_bytes!("../../tests/record/v1/with-watches.jsonl");
        let by_name = include_bytes!("../../tests/record/v1/took-over-by-name.jsonl");
        let all = [&record[..], &newer[..], &by_uid[..], &zones[..], &watches[..], &by_name[..]];
        let lines = all.into_iter().flat_map(|record| record.split(|&c| c == b'\n'));
        let (mut good, mut bad) = (0, 0);
        let mut compare = |e: &[u8]| {
            let line = line(e);
            match (decode(&line), tie(&line)) {
                (Ok(read), Ok(tie)) => {
                    let meant = Tie::of(&read);
                    assert_eq!((meant.n, meant.prev, meant.head), (tie.n, tie.prev, tie.head));
                    assert_eq!((meant.mode, meant.kind()), (tie.mode, tie.kind()));
                    assert_eq!(meant.second, tie.second);
                    good += 1;
                }
                (Err(a), Err(b)) => {
                    assert_eq!(std::mem::discriminant(&a), std::mem::discriminant(&b));
                    bad += 1;
                }
                (a, b) => panic!("{}: {a:?}, {:?}", String::from_utf8_lossy(e), b.err()),
            }
        };
        for line in lines.filter(|l| !l.is_empty()) {
            let (e, _) = split(line).unwrap();
            compare(e);
            let mut e = e.to_vec();
            let at = r#"{"at":""#.len();
            assert!(e.starts_with(br#"{"at":""#), "{}", String::from_utf8_lossy(&e));
            // Moments just past what a clock shows; the place of hour, minute and second is fixed.
            for (place, to) in [(5, "13"), (5, "00"), (8, "00"), (11, "24"), (14, "60"), (17, "60")]
            {
                let place = at + place..at + place + 2;
                let was = e[place.clone()].to_vec();
                e[place.clone()].copy_from_slice(to.as_bytes());
                compare(&e);
                e[place].copy_from_slice(&was);
            }
            for i in 1..e.len() - 1 {
                for to in [e[i] ^ 1, b'"', b'{'] {
                    let was = std::mem::replace(&mut e[i], to);
                    compare(&e);
                    e[i] = was;
                }
                let mut cut = e.clone();
                cut.remove(i);
                compare(&cut);
            }
        }
        assert!(good > 1000 && bad > 1000, "{good} good, {bad} bad");
    }

    #[test]
    fn entries_with_a_zone_are_looked_at_as_quickly_as_those_of_before() {
        let zones = include_bytes!("../../tests/record/v1/with-zones.jsonl");
        let quick = |line: &[u8]| {
            let (e, head) = split(line).unwrap();
            !suspect(e) && glance::look(e, head).is_some()
        };
        let noted: Vec<bool> = zones
            .split(|&c| c == b'\n')
            .filter(|l| String::from_utf8_lossy(l).contains(r#""kind":"noted""#))
            .map(quick)
            .collect();
        // The second has a backslash in its zone, which only a reader understands.
        assert_eq!(noted, [true, false]);
    }
}
