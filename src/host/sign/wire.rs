//! The shapes of the SSH wire, read with bounds: numbers, and strings with their length before them.

/// Bytes that are still to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wire<'a>(pub(super) &'a [u8]);

impl<'a> Wire<'a> {
    pub(super) fn number(&mut self) -> Option<u32> {
        let (first, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*first))
    }

    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let long = usize::try_from(self.number()?).ok()?;
        let (first, rest) = self.0.split_at_checked(long)?;
        self.0 = rest;
        Some(first)
    }
}

/// Writes a string with its length before it.
pub(super) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    // Nothing that is written here comes near four gigabytes.
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Takes the zeros off the front of a large number.
pub(super) fn bare(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&b| b == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// How long a large number is, in bits.
pub(super) fn bits(number: &[u8]) -> usize {
    let bare = bare(number);
    let first = bare.first().map_or(0, |b| b.leading_zeros());
    bare.len() * 8 - usize::try_from(first).unwrap_or(0)
}
