//! A quick look at an entry that was written as this program writes the most common ones.
//!
//! It says yes only to the canonical form of a known kind, key after key, and then knows what ties the
//! entry to its place. To anything else it says nothing, and the entry is read in full: a look finds
//! nothing wrong, and lets nothing pass that a reader would not take. A test holds it against the
//! reader, change by change.

use super::batch::{Role, Tie};
use super::digest::Digest;
use crate::domain::event::Mode;

/// A key whose value is a text, and whether it must be there.
type Key = (&'static [u8], bool);

/// The kinds that are looked at, with all keys of their data in canonical order.
const KINDS: [(&[u8], &[Key]); 6] = [
    (b"noted", &[(b"text", true)]),
    (
        b"sent",
        &[
            (b"channel", true),
            (b"duty", true),
            (b"failed", false),
            (b"late_because", false),
            (b"reference", false),
            (b"to", true),
        ],
    ),
    (b"received", &[(b"duty", true), (b"officer", false), (b"reference", false), (b"to", true)]),
    (b"waived", &[(b"because", true), (b"duty", true)]),
    (b"handed_over", &[(b"to", true)]),
    (b"closed", &[(b"because", true)]),
];

/// Looks at the bytes of an entry, which are UTF-8 and hold no backslash and no control character;
/// `head` is their digest.
pub(super) fn look(e: &[u8], head: Digest) -> Option<Tie> {
    let mut eye = Eye(e);
    eye.over(br#"{"at":"#)?;
    let second = eye.moment()?;
    eye.over(br#","boot":{"id":"#)?;
    eye.text()?;
    eye.over(br#","ms":"#)?;
    eye.number()?;
    eye.over(br#"},"by":{"#)?;
    if eye.over(br#""host":"#).is_some() {
        eye.text()?;
        eye.over(b",")?;
    }
    eye.over(br#""login":"#)?;
    eye.text()?;
    if eye.over(br#","ssh":"#).is_some() {
        eye.text()?;
    }
    if eye.over(br#","sudo":"#).is_some() {
        eye.text()?;
    }
    if eye.over(br#","tty":"#).is_some() {
        eye.text()?;
    }
    if eye.over(br#","uid":"#).is_some() {
        eye.number().filter(|uid| *uid <= u32::MAX.into())?;
    }
    eye.over(br#"},"clock":{"#)?;
    if eye.over(br#""maxerror_us":"#).is_some() {
        eye.number()?;
        eye.over(b",")?;
    }
    eye.over(br#""sync":"#)?;
    matches!(eye.text()?, b"yes" | b"no" | b"unknown").then_some(())?;
    if eye.over(br#","zone":"#).is_some() {
        eye.text()?;
    }
    eye.over(br#"},"data":{"#)?;
    // The kind stands behind the data; what is there must then be what that kind has.
    let data = eye;
    let answered = eye.answered().is_some();
    if !answered {
        eye = data;
        eye.texts()?;
    }
    if eye.over(br#","happened_at":"#).is_some() {
        eye.moment()?;
    }
    eye.over(br#","id":"#)?;
    eye.text()?;
    eye.over(br#","kind":"#)?;
    let kind = eye.text()?;
    if answered {
        (kind == b"answered").then_some(())?;
    } else {
        let (_, keys) = KINDS.iter().find(|(name, _)| *name == kind)?;
        data.has(keys)?;
    }
    eye.over(br#","mode":"#)?;
    let mode = match eye.text()? {
        b"live" => Mode::Live,
        b"exercise" => Mode::Exercise,
        _ => return None,
    };
    eye.over(br#","n":"#)?;
    // The first entry must be a kind that is not looked at; reading it says what it is instead.
    let n = eye.number().filter(|&n| n > 0)?;
    eye.over(br#","prev":"#)?;
    let prev = Digest::parse(eye.text()?)?;
    eye.over(br#","v":1}"#)?;
    eye.0.is_empty().then_some(Tie { n, second, prev, head, mode, role: Role::Other(None) })
}

/// What lies ahead.
#[derive(Clone, Copy)]
struct Eye<'a>(&'a [u8]);

impl<'a> Eye<'a> {
    /// Goes over what must be there.
    fn over<const N: usize>(&mut self, what: &[u8; N]) -> Option<()> {
        let (ahead, rest) = self.0.split_first_chunk()?;
        (ahead == what).then(|| self.0 = rest)
    }

    /// Goes over a text in quotes; there is no backslash, so that the next quote ends it.
    fn text(&mut self) -> Option<&'a [u8]> {
        let rest = self.0.strip_prefix(b"\"")?;
        let end = memchr::memchr(b'"', rest)?;
        let (text, rest) = rest.split_at_checked(end)?;
        self.0 = rest.get(1..)?;
        Some(text)
    }

    /// Goes over a number that surely fits: up to 19 digits, no zero before others.
    fn number(&mut self) -> Option<u64> {
        let digits = self.0.iter().take_while(|c| c.is_ascii_digit()).count();
        let (text, rest) = self.0.split_at_checked(digits)?;
        let fits = match text {
            [b'0'] => true,
            [first, ..] => *first != b'0' && digits <= 19,
            [] => false,
        };
        self.0 = rest;
        fits.then(|| text.iter().fold(0, |n, c| n * 10 + u64::from(c - b'0')))
    }

    /// Goes over a moment as this program writes it, and returns the digits up to the second. The last
    /// days of a month depend on the month: a reader knows.
    fn moment(&mut self) -> Option<u64> {
        let text = self.text()?;
        let (minutes, seconds) = text.split_at_checked(17)?;
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', i0, i1, b':'] =
            minutes
        else {
            return None;
        };
        let [s0, s1, fraction @ .., b'Z'] = seconds else { return None };
        let two = |high: &u8, low: &u8| {
            let digits = high.is_ascii_digit() && low.is_ascii_digit();
            digits.then(|| (high - b'0') * 10 + (low - b'0'))
        };
        let [month, day] = [two(m0, m1)?, two(d0, d1)?];
        let [hour, minute, second] = [two(h0, h1)?, two(i0, i1)?, two(s0, s1)?];
        let fits = (1..=12).contains(&month)
            && (1..=28).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60
            && match fraction {
                [] => true,
                [b'.', digits @ ..] => {
                    (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
                }
                _ => false,
            };
        let parts = [two(y0, y1)?, two(y2, y3)?, month, day, hour, minute, second];
        fits.then(|| parts.iter().fold(0, |all, part| all * 100 + u64::from(*part)))
    }

    /// Goes over the data of an answer, and its closing brace.
    fn answered(&mut self) -> Option<()> {
        if self.over(br#""note":"#).is_some() {
            self.text()?;
            self.over(b",")?;
        }
        self.over(br#""set":{"#)?;
        if self.over(b"}").is_none() {
            self.texts()?;
        }
        self.over(b"}")
    }

    /// Goes over keys with texts, at least one, and the closing brace.
    fn texts(&mut self) -> Option<()> {
        loop {
            self.text()?;
            self.over(b":")?;
            self.text()?;
            match self.over(b",") {
                Some(()) => {}
                None => return self.over(b"}"),
            }
        }
    }

    /// Says whether these keys lie ahead, and no other, up to the closing brace.
    fn has(mut self, keys: &[Key]) -> Option<()> {
        let mut ahead = Some(self.text()?);
        for (key, must) in keys {
            if ahead != Some(*key) {
                (!must).then_some(())?;
                continue;
            }
            self.over(b":")?;
            self.text()?;
            ahead = match self.over(b",") {
                Some(()) => Some(self.text()?),
                None => None,
            };
        }
        ahead.is_none().then_some(())
    }
}
