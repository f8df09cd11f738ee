//! Private key files in OpenSSH's form.

use std::io::{ErrorKind, Read as _};
use std::path::Path;

use base64ct::{Base64, Encoding as _};
use ssh_key::{PrivateKey, PublicKey};

use super::wire::{Wire, put};
use super::{BadKey, P521, SignError, Unsupported};
use crate::host::plain_file;

/// The longest private key that is read, in bytes.
const KEY_MOST: u64 = 64 << 10;
const MAGIC: &[u8] = b"openssh-key-v1\0";
/// Curves with the length of their numbers, in bytes.
const CURVES: [(&[u8], usize); 2] = [(b"ecdsa-sha2-nistp256", 32), (b"ecdsa-sha2-nistp384", 48)];

/// Reads a private key that needs no passphrase.
pub(super) fn read(path: &Path) -> Result<PrivateKey, SignError> {
    let mut bytes = Vec::new();
    let unusable = |why| SignError::Key { path: path.to_owned(), why };
    plain_file::open(path).and_then(|f| f.take(KEY_MOST + 1).read_to_end(&mut bytes)).map_err(
        |e| match e.kind() {
            ErrorKind::InvalidInput => unusable(BadKey::NotPlain),
            _ => SignError::io(path, e),
        },
    )?;
    if bytes.len() as u64 > KEY_MOST {
        return Err(unusable(BadKey::Long(KEY_MOST)));
    }
    if std::str::from_utf8(&bytes).is_ok_and(|text| PublicKey::from_openssh(text).is_ok()) {
        return Err(unusable(BadKey::PublicHalf));
    }
    let key = PrivateKey::from_openssh(&bytes);
    let mut open = open(&bytes);
    bytes.fill(0);
    // A P-521 key is refused by its kind, also where its numbers are too short to be read.
    let unsupported = open.windows(P521.len()).any(|w| w == P521.as_bytes());
    let key = match key {
        Err(_) => lengthened(&open).map_or(key, Ok),
        ok => ok,
    };
    open.fill(0);
    if unsupported {
        return Err(SignError::Kind(Unsupported::P521));
    }
    let key = key.map_err(|e| unusable(BadKey::Form(e.to_string())))?;
    if key.is_encrypted() {
        return Err(SignError::Encrypted { path: path.to_owned() });
    }
    Ok(key)
}

/// The bytes between the lines that begin and end the file.
fn open(file: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(file);
    let body: String = text.lines().filter(|l| !l.starts_with("-----")).map(str::trim).collect();
    Base64::decode_vec(&body).unwrap_or_default()
}

/// Reads an ECDSA key whose private number begins with a zero, as one key in 256 does: OpenSSH leaves
/// the zero out, and `ssh-key` wants the number whole.
fn lengthened(open: &[u8]) -> Option<PrivateKey> {
    let mut file = Wire(open.strip_prefix(MAGIC)?);
    let (cipher, kdf, options) = (file.string()?, file.string()?, file.string()?);
    if (cipher, kdf, options, file.number()?) != (b"none", b"none", b"", 1) {
        return None;
    }
    let (public, mut private) = (file.string()?, Wire(file.string()?));
    // Twice the same number, by which a passphrase is known to be right.
    let check = [private.number()?, private.number()?];
    let kind = private.string()?;
    let (_, long) = CURVES.iter().find(|(name, _)| *name == kind)?;
    let (curve, point, number, comment) =
        (private.string()?, private.string()?, private.string()?, private.string()?);
    let zeros = long.checked_sub(number.len()).filter(|&zeros| zeros > 0)?;

    let mut inner: Vec<u8> = check.into_iter().flat_map(u32::to_be_bytes).collect();
    for part in [kind, curve, point, &[&vec![0; zeros], number].concat(), comment] {
        put(&mut inner, part);
    }
    inner.extend((1..=8).take(inner.len().next_multiple_of(8) - inner.len()));
    let mut whole = MAGIC.to_vec();
    for part in [b"none".as_slice(), b"none", b""] {
        put(&mut whole, part);
    }
    whole.extend(1_u32.to_be_bytes());
    put(&mut whole, public);
    put(&mut whole, &inner);
    let key = PrivateKey::from_bytes(&whole).ok();
    inner.fill(0);
    whole.fill(0);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys made for this test, and used nowhere: their private numbers have 31 and 47 bytes.
    const SHORT: [&[u8]; 2] = [
        include_bytes!("../../../tests/keys/short_p256"),
        include_bytes!("../../../tests/keys/short_p384"),
    ];

    #[test]
    fn a_short_private_number_is_read_and_damage_makes_no_panic() {
        for file in SHORT {
            assert!(PrivateKey::from_openssh(file).is_err(), "then this is not needed any more");
            let open = open(file);
            let key = lengthened(&open).unwrap();
            assert_eq!(key.comment(), "t");
            for i in 0..open.len() {
                let mut bad = open.clone();
                bad[i] ^= 0x5a;
                let _ = lengthened(&bad);
                assert!(lengthened(&open[..i]).is_none());
            }
        }
        assert!(lengthened(b"").is_none());
    }
}
