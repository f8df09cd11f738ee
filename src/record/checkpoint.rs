//! A place in a record as a text that can be signed, in the shape of a C2SP tlog-checkpoint.
//!
//! ```text
//! jishi/<record id>
//! <count>
//! <head, base64>
//! kind chain-head
//! mode live
//! at <when the newest of these entries was recorded>
//! ```
//!
//! The text follows from the record alone, so two people who sign the same place sign the same bytes.
//! The third line is the newest entry's digest and no Merkle root; the fourth says so.

use base64ct::{Base64, Encoding as _};

use super::digest::Digest;
use crate::domain::event::Mode;
use crate::domain::time::{Time, write_utc};

/// What the first line begins with.
const ORIGIN: &str = "jishi/";
/// The longest text, in bytes.
pub const TEXT_MOST: usize = 4096;

/// A place in a record: which record, how many entries, which head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The record id.
    pub record: String,
    /// How many entries there were.
    pub count: u64,
    /// The digest of the newest of them.
    pub head: Digest,
}

/// Why a text is no checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCheckpoint {
    /// It is longer than any.
    #[error("it has more than {TEXT_MOST} bytes")]
    Long,
    /// A line is not what it must be.
    #[error("line {line} is not {what}")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What it must be.
        what: &'static str,
    },
}

impl Checkpoint {
    /// Writes the text.
    pub fn text(&self, mode: Mode, at: Time) -> String {
        let mode = match mode {
            Mode::Live => "live",
            Mode::Exercise => "exercise",
        };
        let (record, count) = (&self.record, self.count);
        let head = Base64::encode_string(self.head.bytes());
        let at = write_utc(at);
        format!("{ORIGIN}{record}\n{count}\n{head}\nkind chain-head\nmode {mode}\nat {at}\n")
    }

    /// Returns the name, without extension, of the file that holds the text.
    pub fn name(&self) -> String {
        format!("{}-{}", self.count, &self.head.to_string()[..16])
    }

    /// Reads a text; lines after the third are the writer's own and bind nothing.
    ///
    /// # Errors
    /// See [`BadCheckpoint`].
    pub fn parse(text: &[u8]) -> Result<Self, BadCheckpoint> {
        if text.len() > TEXT_MOST {
            return Err(BadCheckpoint::Long);
        }
        let wrong = |line, what| BadCheckpoint::Line { line, what };
        let mut lines = text.split_inclusive(|&c| c == b'\n');
        let mut next = || {
            let line = lines.next()?.strip_suffix(b"\n")?;
            std::str::from_utf8(line).ok()
        };
        let record = next()
            .and_then(|l| l.strip_prefix(ORIGIN))
            .filter(|id| Digest::parse(id.as_bytes()).is_some())
            .ok_or_else(|| wrong(1, "`jishi/` and a record id"))?;
        let count = next()
            // One form only: no sign, no leading zero.
            .and_then(|l| l.parse::<u64>().ok().filter(|n| n.to_string() == l))
            .ok_or_else(|| wrong(2, "a number of entries"))?;
        let mut head = [0; 32];
        next()
            .and_then(|l| Base64::decode(l, &mut head).ok().filter(|b| b.len() == 32))
            .ok_or_else(|| wrong(3, "a head in base64"))?;
        Ok(Self { record: record.to_owned(), count, head: Digest::from_bytes(head) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> (Checkpoint, String) {
        let at = "2026-03-01T17:30:00Z".parse().unwrap();
        let point =
            Checkpoint { record: "5a".repeat(32), count: 12, head: Digest::of(b"the newest") };
        let text = point.text(Mode::Live, at);
        (point, text)
    }

    #[test]
    fn a_text_reads_back_as_the_place_that_it_names() {
        let (point, text) = example();
        assert_eq!(Checkpoint::parse(text.as_bytes()), Ok(point.clone()));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], format!("jishi/{}", "5a".repeat(32)));
        assert_eq!(lines[1], "12");
        assert_eq!(lines[2].len(), 44);
        assert_eq!(lines[3..], ["kind chain-head", "mode live", "at 2026-03-01T17:30:00Z"]);
        assert!(point.name().starts_with("12-"));
    }

    #[test]
    fn anything_else_is_refused_and_nothing_panics() {
        let (_, text) = example();
        for (from, to) in
            [("jishi/", "other/"), ("\n12\n", "\n012\n"), ("\n12\n", "\n+12\n"), ("=\n", "\n")]
        {
            let bad = text.replacen(from, to, 1);
            assert!(Checkpoint::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        for cut in 0..text.len() {
            let _ = Checkpoint::parse(&text.as_bytes()[..cut]);
        }
        assert_eq!(Checkpoint::parse(&[b'x'; TEXT_MOST + 1]), Err(BadCheckpoint::Long));
    }
}
