//! RFC 3161 time-stamps, offline: a query to carry to an authority, and its reply checked for naming
//! what was asked. The authority's signature is for `openssl ts -verify` to judge.

use crate::record::Digest;
use crate::words::Lang;
use crate::words::signing::Signing;

/// id-sha256 with its NULL, as it stands in an `AlgorithmIdentifier`.
const SHA256: &[u8] =
    &[0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];
/// Its object identifier alone.
const SHA256_OID: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// id-signedData and id-ct-TSTInfo.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const CONTEXT_0: u8 = 0xa0;

/// Writes a query for a digest that asks for the authority's certificate. Eight random bytes in it make
/// an old reply of no use.
pub fn query(digest: Digest, nonce: [u8; 8]) -> Vec<u8> {
    let mut nonce = nonce;
    // One form only: positive, and no zero in front.
    nonce[0] = nonce[0] & 0x7f | 0x40;
    let imprint = part(SEQUENCE, &[SHA256, &part(OCTETS, digest.bytes())].concat());
    let version = part(INTEGER, &[1]);
    let certificate = part(BOOLEAN, &[0xff]);
    part(SEQUENCE, &[version, imprint, part(INTEGER, &nonce), certificate].concat())
}

/// Nothing that is written here has 128 bytes.
fn part(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![tag, u8::try_from(body.len()).unwrap_or(0x7f)];
    out.extend_from_slice(body);
    out
}

/// What a reply says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The SHA-256 that it is about.
    pub digest: Digest,
    /// The authority's time, as `20260302013000Z`.
    pub time: String,
    /// The nonce of the query.
    pub nonce: Option<Vec<u8>>,
}

/// Why bytes are no time-stamp that can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadReply {
    /// The authority refused.
    Refused {
        /// Its status.
        status: u64,
    },
    /// It is not about a SHA-256.
    Digest,
    /// It cannot be read.
    Form {
        /// The part that is missing or cut.
        what: Signing,
    },
}

impl BadReply {
    /// Puts it into words.
    pub fn text(self, lang: Lang) -> String {
        match self {
            Self::Refused { status } => Signing::ReplyRefused.with(lang, &[&status.to_string()]),
            Self::Digest => Signing::ReplyDigest.text(lang).to_owned(),
            Self::Form { what } => Signing::ReplyForm.with(lang, &[what.text(lang)]),
        }
    }
}

/// Reads a reply: which digest, which time. Nothing in it is proven by that.
///
/// # Errors
/// See [`BadReply`].
pub fn reply(bytes: &[u8]) -> Result<Reply, BadReply> {
    let form = |what| BadReply::Form { what };
    let mut whole = Der(Der(bytes).only(SEQUENCE).ok_or_else(|| form(Signing::PartReply))?);
    let mut status = Der(whole.take(SEQUENCE).ok_or_else(|| form(Signing::PartStatus))?);
    let status = status.take(INTEGER).and_then(number).ok_or_else(|| form(Signing::PartStatus))?;
    if status > 1 {
        return Err(BadReply::Refused { status });
    }
    let info = token(whole).ok_or_else(|| form(Signing::PartToken))?;
    let mut info = Der(info);
    let version = info.take(INTEGER).and_then(number);
    if version != Some(1) || info.take(OID).is_none() {
        return Err(form(Signing::PartVersion));
    }
    let mut imprint = Der(info.take(SEQUENCE).ok_or_else(|| form(Signing::PartDigest))?);
    let mut algorithm = Der(imprint.take(SEQUENCE).ok_or_else(|| form(Signing::PartDigest))?);
    if algorithm.take(OID) != Some(SHA256_OID) {
        return Err(BadReply::Digest);
    }
    let digest = imprint.take(OCTETS).and_then(|d| <[u8; 32]>::try_from(d).ok());
    let digest = Digest::from_bytes(digest.ok_or_else(|| form(Signing::PartDigest))?);
    info.take(INTEGER).ok_or_else(|| form(Signing::PartSerial))?;
    let time = info.take(TIME).and_then(|t| std::str::from_utf8(t).ok());
    let time = time
        .filter(|t| t.len() <= 30 && t.bytes().all(|c| matches!(c, b'0'..=b'9' | b'.' | b'Z')))
        .ok_or_else(|| form(Signing::PartTime))?;
    // Accuracy and ordering may stand before the nonce.
    let mut nonce = None;
    while let Some((tag, body)) = info.next() {
        if tag == INTEGER {
            nonce = Some(body.to_vec());
            break;
        }
    }
    Ok(Reply { digest, time: time.to_owned(), nonce })
}

/// Returns the nonce of a query of ours.
pub fn nonce_of(query: &[u8]) -> Option<Vec<u8>> {
    let mut query = Der(Der(query).only(SEQUENCE)?);
    query.take(INTEGER)?;
    query.take(SEQUENCE)?;
    query.take(INTEGER).map(<[u8]>::to_vec)
}

/// Finds what was signed in the token: the `TSTInfo`.
fn token(mut reply: Der<'_>) -> Option<&[u8]> {
    let mut content = Der(reply.take(SEQUENCE)?);
    (content.take(OID)? == SIGNED_DATA).then_some(())?;
    let mut signed = Der(Der(content.take(CONTEXT_0)?).only(SEQUENCE)?);
    signed.take(INTEGER)?;
    signed.take(SET)?;
    let mut inner = Der(signed.take(SEQUENCE)?);
    (inner.take(OID)? == TST_INFO).then_some(())?;
    Der(Der(inner.take(CONTEXT_0)?).only(OCTETS)?).only(SEQUENCE)
}

fn number(bytes: &[u8]) -> Option<u64> {
    let small = bytes.len() <= 8 && bytes.first().is_some_and(|b| b & 0x80 == 0);
    small.then(|| bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
}

/// DER that is still to be read.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], mut rest) = self.0.split_first_chunk::<2>()?;
        let mut long = usize::from(first);
        if first & 0x80 != 0 {
            // Up to three bytes of length; more is longer than anything that is read here.
            let (bytes, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if bytes.is_empty() || bytes.len() > 3 {
                return None;
            }
            long = bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b));
            rest = after;
        }
        let (body, rest) = rest.split_at_checked(long)?;
        self.0 = rest;
        Some((tag, body))
    }

    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let before = self.0;
        match self.next() {
            Some((is, body)) if is == tag => Some(body),
            _ => {
                self.0 = before;
                None
            }
        }
    }

    fn only(mut self, tag: u8) -> Option<&'a [u8]> {
        let body = self.take(tag)?;
        self.0.is_empty().then_some(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_69_bytes_and_reads_back() {
        let digest = Digest::of(b"text");
        let query = query(digest, [0xff; 8]);
        assert_eq!(query.len(), 69);
        let mut nonce = vec![0xff; 8];
        nonce[0] = 0x7f;
        assert_eq!(nonce_of(&query), Some(nonce));
        assert!(query.windows(32).any(|w| w == digest.bytes()));
    }

    #[test]
    fn a_refusal_is_told_and_nothing_panics() {
        let refused = part(SEQUENCE, &part(SEQUENCE, &part(INTEGER, &[2])));
        assert_eq!(reply(&refused), Err(BadReply::Refused { status: 2 }));
        for bytes in [&[][..], &[0x30], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 0x80]] {
            assert!(reply(bytes).is_err());
        }
        let mut bytes = query(Digest::of(b"x"), [1; 8]);
        for i in 0..bytes.len() {
            for with in [0x01, 0x80, 0xff] {
                bytes[i] ^= with;
                let _ = (reply(&bytes), nonce_of(&bytes));
                bytes[i] ^= with;
            }
            let _ = (reply(&bytes[..i]), nonce_of(&bytes[..i]));
        }
    }
}
