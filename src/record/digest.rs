//! SHA-256 values, and the short form in which people read them out.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A SHA-256 value; as text, 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// What stands before the first entry: all zeros.
    pub const NONE: Self = Self([0; 32]);

    /// Computes the digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 lower-case hexadecimal digits; nothing else is a digest.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (pairs, rest) = text.as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return None;
        }
        let mut out = [0; 32];
        // Without a branch for each digit: a record has two digests a line.
        let mut wrong = 0;
        for (byte, [high, low]) in out.iter_mut().zip(pairs) {
            let (high, low) = (NIBBLES[usize::from(*high)], NIBBLES[usize::from(*low)]);
            wrong |= high | low;
            *byte = high << 4 | (low & 15);
        }
        (wrong & 0xf0 == 0).then_some(Self(out))
    }

    /// Writes the form that is read aloud and shown: the first 16 digits in four groups,
    /// e.g. `7f3a 91c2 08de 4b17`.
    pub fn short(&self) -> String {
        let hex = self.to_string();
        let mut out = String::with_capacity(19);
        for (i, c) in hex.chars().take(16).enumerate() {
            if i > 0 && i % 4 == 0 {
                out.push(' ');
            }
            out.push(c);
        }
        out
    }

    /// Says whether a form that somebody wrote down (short or whole, any spacing or case) names
    /// this digest; fewer than 16 digits never do.
    pub fn answers_to(&self, written: &str) -> bool {
        let plain: String = written
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | ':'))
            .map(|c| c.to_ascii_lowercase())
            .collect();
        plain.len() >= 16 && self.to_string().starts_with(&plain)
    }

    /// Takes 32 bytes as a digest.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes themselves.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Writes bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            out.push(char::from(if half < 10 { b'0' + half } else { b'a' + half - 10 }));
        }
    }
    out
}

/// The value of each digit; 0xff for what is none.
const NIBBLES: [u8; 256] = {
    let mut table = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    table
};

impl From<Sha256> for Digest {
    fn from(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_abc_is_the_one_in_the_standard() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), abc);
        assert_eq!(Digest::parse(abc.as_bytes()), Some(Digest::of(b"abc")));
        assert_eq!(Digest::of(b"abc").short(), "ba78 16bf 8f01 cfea");
    }

    #[test]
    fn upper_case_and_wrong_lengths_are_no_digest() {
        let abc = Digest::of(b"abc").to_string();
        assert_eq!(Digest::parse(abc.to_uppercase().as_bytes()), None);
        assert_eq!(Digest::parse(&abc.as_bytes()[1..]), None);
        assert_eq!(Digest::parse(format!("{abc}0").as_bytes()), None);
    }

    #[test]
    fn a_head_written_down_by_hand_is_recognised() {
        let d = Digest::of(b"abc");
        assert!(d.answers_to("BA78 16BF 8F01 CFEA"));
        assert!(d.answers_to(&d.to_string()));
        assert!(!d.answers_to("ba78 16bf 8f01"), "too short to mean anything");
        assert!(!d.answers_to("ba78 16bf 8f01 cfeb"));
    }
}
