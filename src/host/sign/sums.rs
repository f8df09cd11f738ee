//! Making and checking SSH signatures. The shapes are `ssh-key`'s, the sums are `ring`'s.

use std::path::Path;

use base64ct::{Base64, Encoding as _};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use ring::signature::{
    self, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
    ECDSA_P384_SHA384_FIXED_SIGNING, ED25519, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
    RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey,
};
use ssh_key::private::{EcdsaKeypair, KeypairData, RsaKeypair};
use ssh_key::public::{EcdsaPublicKey, KeyData};
use ssh_key::{Algorithm, HashAlg, LineEnding, Signature, SshSig};

use super::wire::{Wire, bare, put};
use super::{BadKey, NAMESPACE, RSA_CHECKED, RSA_SIGNS, SignError, Unsupported, key_file};
use crate::domain::text::printable;
use crate::words::Lang;
use crate::words::signing::Signing;

/// The longest signature that is read, in bytes; that of an RSA key of 16,384 bits has some 6,000.
pub const SIGNATURE_MOST: u64 = 16 << 10;

/// Why a signature does not hold, or cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadSignature {
    /// It is no SSH signature.
    Form(BadForm),
    /// It was made for something else.
    Namespace(String),
    /// It was made with a kind of key that is not supported here: it may hold or not.
    Kind(Unsupported),
    /// It was made in a way that is not safe.
    Weak(String),
    /// It is not this text's.
    Wrong,
}

/// Why bytes are no SSH signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadForm {
    /// More bytes than any.
    Long,
    /// The armour.
    Frame,
    /// A version that is not known.
    Version,
    /// What is in it.
    Inner(String),
}

impl BadSignature {
    /// Puts it into words.
    pub fn text(&self, lang: Lang) -> String {
        let form = |why: &str| Signing::SignatureForm.with(lang, &[why]);
        match self {
            Self::Form(BadForm::Long) => {
                form(&Signing::SignatureLong.with(lang, &[&SIGNATURE_MOST.to_string()]))
            }
            Self::Form(BadForm::Frame) => form(Signing::SignatureFrame.text(lang)),
            Self::Form(BadForm::Version) => form(Signing::SignatureVersion.text(lang)),
            Self::Form(BadForm::Inner(why)) => form(why),
            Self::Namespace(is) => Signing::SignatureNamespace.with(lang, &[is, NAMESPACE]),
            Self::Kind(kind) => Signing::SignatureKind.with(lang, &[&kind.text(lang)]),
            Self::Weak(kind) => Signing::SignatureWeak.with(lang, &[kind]),
            Self::Wrong => Signing::SignatureWrong.text(lang).to_owned(),
        }
    }
}

/// Returns the bytes that are signed for a text.
pub(super) fn signed_data(namespace: &str, text: &[u8]) -> Vec<u8> {
    let mut out = b"SSHSIG".to_vec();
    put(&mut out, namespace.as_bytes());
    put(&mut out, b"");
    put(&mut out, b"sha512");
    put(&mut out, &HashAlg::Sha512.digest(text));
    out
}

/// Puts a signature into its armour.
pub(super) fn armour(key: &KeyData, signature: Signature) -> Result<String, SignError> {
    SshSig::new(key.clone(), NAMESPACE, HashAlg::Sha512, signature)
        .and_then(|sig| sig.to_pem(LineEnding::LF))
        .map_err(|_| SignError::Broken)
}

/// Reads a signature from its armour, no more and no less strictly than `ssh-keygen` does.
///
/// # Errors
/// [`BadSignature::Form`], or [`BadSignature::Kind`] where the key is of a kind that is not supported.
pub fn read(armoured: &[u8]) -> Result<SshSig, BadSignature> {
    if armoured.len() as u64 > SIGNATURE_MOST {
        return Err(BadSignature::Form(BadForm::Long));
    }
    let bytes = bare_of_armour(armoured).ok_or(BadSignature::Form(BadForm::Frame))?;
    if let Some(kind) = kind_of(&bytes).and_then(|kind| Unsupported::named(&kind)) {
        return Err(BadSignature::Kind(kind));
    }
    // In the one form of the armour that `ssh-key` reads.
    let mut armoured = BEGIN.to_owned();
    for (i, c) in Base64::encode_string(&bytes).chars().enumerate() {
        if i > 0 && i % 70 == 0 {
            armoured.push('\n');
        }
        armoured.push(c);
    }
    armoured.push_str(END);
    armoured.push('\n');
    SshSig::from_pem(armoured).map_err(|e| BadSignature::Form(BadForm::Inner(e.to_string())))
}

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----\n";
/// With the end of the line before it, on which it must stand alone.
const END: &str = "\n-----END SSH SIGNATURE-----";

fn bare_of_armour(armoured: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(armoured).ok()?;
    let body = text.strip_prefix(BEGIN)?;
    let (body, _) = body.split_once(END)?;
    let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    Base64::decode_vec(&body).ok()
}

/// The kind of the key in a signature, which may be one that cannot be read any further.
fn kind_of(sig: &[u8]) -> Option<String> {
    let mut wire = Wire(sig.strip_prefix(b"SSHSIG")?);
    wire.number()?;
    let kind = Wire(wire.string()?).string()?;
    String::from_utf8(kind.to_vec()).ok()
}

/// Checks a signature over a text, made in our namespace. Who made it is not judged.
///
/// # Errors
/// See [`BadSignature`].
pub fn verify(sig: &SshSig, text: &[u8]) -> Result<(), BadSignature> {
    if sig.namespace() != NAMESPACE {
        let is = printable(sig.namespace()).chars().take(60).collect();
        return Err(BadSignature::Namespace(is));
    }
    if sig.version() != SshSig::VERSION || !sig.reserved().is_empty() {
        return Err(BadSignature::Form(BadForm::Version));
    }
    if let Some(kind) = Unsupported::of(sig.public_key(), RSA_CHECKED) {
        return Err(BadSignature::Kind(kind));
    }
    let hash = sig.hash_alg();
    let mut data = b"SSHSIG".to_vec();
    put(&mut data, NAMESPACE.as_bytes());
    put(&mut data, b"");
    put(&mut data, hash.as_str().as_bytes());
    put(&mut data, &hash.digest(text));

    let weak = || BadSignature::Weak(sig.algorithm().as_str().to_owned());
    let bytes = sig.signature_bytes();
    let held = match (sig.public_key(), sig.algorithm()) {
        (KeyData::Ed25519(key), Algorithm::Ed25519) => {
            UnparsedPublicKey::new(&ED25519, key.0).verify(&data, bytes)
        }
        (KeyData::Ecdsa(key), Algorithm::Ecdsa { curve }) if key.curve() == curve => {
            let (with, size) = match key {
                EcdsaPublicKey::NistP256(_) => (&ECDSA_P256_SHA256_FIXED, 32),
                EcdsaPublicKey::NistP384(_) => (&ECDSA_P384_SHA384_FIXED, 48),
                EcdsaPublicKey::NistP521(_) => return Err(weak()),
            };
            let fixed = fixed(bytes, size).ok_or(BadSignature::Wrong)?;
            UnparsedPublicKey::new(with, key.as_sec1_bytes()).verify(&data, &fixed)
        }
        (KeyData::Rsa(key), Algorithm::Rsa { hash: Some(hash) }) => {
            let with = match hash {
                HashAlg::Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
                HashAlg::Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
                _ => return Err(weak()),
            };
            let n = key.n.as_positive_bytes().ok_or(BadSignature::Wrong)?;
            let e = key.e.as_positive_bytes().ok_or(BadSignature::Wrong)?;
            RsaPublicKeyComponents { n, e }.verify(with, &data, bytes)
        }
        // An RSA signature with SHA-1 among them.
        _ => return Err(weak()),
    };
    held.map_err(|_| BadSignature::Wrong)
}

/// The two numbers of an ECDSA signature, each as long as the curve's.
fn fixed(bytes: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut wire = Wire(bytes);
    let mut out = Vec::with_capacity(2 * size);
    for _ in 0..2 {
        let number = bare(wire.string()?);
        out.resize(out.len() + size.checked_sub(number.len())?, 0);
        out.extend_from_slice(number);
    }
    wire.0.is_empty().then_some(out)
}

/// Signs with a private key file. Returns the public key and the signature.
pub(super) fn sign_with_file(path: &Path, data: &[u8]) -> Result<(KeyData, Signature), SignError> {
    let key = key_file::read(path)?;
    let public = key.public_key().key_data().clone();
    let unsupported = || SignError::Kind(Unsupported::Other(key.algorithm().as_str().to_owned()));
    if let Some(kind) = Unsupported::of(&public, RSA_SIGNS) {
        return Err(SignError::Kind(kind));
    }
    let (algorithm, made) = match key.key_data() {
        KeypairData::Ed25519(pair) => {
            let made =
                Ed25519KeyPair::from_seed_and_public_key(&pair.private.to_bytes(), &pair.public.0)
                    .map(|k| k.sign(data).as_ref().to_vec());
            (Algorithm::Ed25519, made.ok())
        }
        KeypairData::Ecdsa(pair) => {
            let with = match pair {
                EcdsaKeypair::NistP256 { .. } => &ECDSA_P256_SHA256_FIXED_SIGNING,
                EcdsaKeypair::NistP384 { .. } => &ECDSA_P384_SHA384_FIXED_SIGNING,
                EcdsaKeypair::NistP521 { .. } => return Err(unsupported()),
            };
            (pair.algorithm(), ecdsa(pair, with, data))
        }
        KeypairData::Rsa(pair) => (Algorithm::Rsa { hash: Some(HashAlg::Sha512) }, rsa(pair, data)),
        _ => return Err(unsupported()),
    };
    let made =
        made.ok_or_else(|| SignError::Key { path: path.to_owned(), why: BadKey::Numbers })?;
    let signature = Signature::new(algorithm, made).map_err(|_| SignError::Broken)?;
    Ok((public, signature))
}

fn ecdsa(
    pair: &EcdsaKeypair,
    with: &'static EcdsaSigningAlgorithm,
    data: &[u8],
) -> Option<Vec<u8>> {
    let random = SystemRandom::new();
    let (private, public) = (pair.private_key_bytes(), pair.public_key_bytes());
    let key = EcdsaKeyPair::from_private_key_and_public_key(with, private, public, &random).ok()?;
    let made = key.sign(&random, data).ok()?;
    let (r, s) = made.as_ref().split_at_checked(made.as_ref().len() / 2)?;
    let mut out = Vec::new();
    for number in [r, s] {
        let number = bare(number);
        // A first bit that is set would mean a negative number.
        let pad: &[u8] = if number.first().is_some_and(|b| b & 0x80 != 0) { &[0] } else { &[] };
        put(&mut out, &[pad, number].concat());
    }
    Some(out)
}

fn rsa(pair: &RsaKeypair, data: &[u8]) -> Option<Vec<u8>> {
    let n = pair.public.n.as_positive_bytes()?;
    let e = pair.public.e.as_positive_bytes()?;
    let d = pair.private.d.as_positive_bytes()?;
    let p = pair.private.p.as_positive_bytes()?;
    let q = pair.private.q.as_positive_bytes()?;
    let (mut dp, mut dq) = (remainder(d, &less_one(p)?), remainder(d, &less_one(q)?));
    let key = RsaKeyPair::from_components(&KeyPairComponents {
        public_key: PublicKeyComponents { n, e },
        d,
        p,
        q,
        dP: bare(&dp),
        dQ: bare(&dq),
        qInv: pair.private.iqmp.as_positive_bytes()?,
    });
    dp.fill(0);
    dq.fill(0);
    let key = key.ok()?;
    let mut out = vec![0; key.public().modulus_len()];
    key.sign(&signature::RSA_PKCS1_SHA512, &SystemRandom::new(), data, &mut out).ok()?;
    Some(out)
}

/// A prime less one: primes are odd, so the last byte alone changes.
fn less_one(prime: &[u8]) -> Option<Vec<u8>> {
    let mut out = prime.to_vec();
    let last = out.last_mut().filter(|b| **b & 1 == 1)?;
    *last &= !1;
    Some(out)
}

/// The remainder of one large number by another, bit by bit: OpenSSH's form leaves out two numbers
/// that follow from the others. It is worked out once per signature, on the user's own machine.
fn remainder(of: &[u8], by: &[u8]) -> Vec<u8> {
    // One byte more, for the bit that is shifted in.
    let by = [&[0], by].concat();
    let mut rest = vec![0_u8; by.len()];
    for bit in of.iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1)) {
        let mut carry = bit;
        for byte in rest.iter_mut().rev() {
            let out = *byte >> 7;
            *byte = *byte << 1 | carry;
            carry = out;
        }
        if rest >= by {
            let mut borrow = 0;
            for (byte, less) in rest.iter_mut().zip(&by).rev() {
                let (a, under) = byte.overflowing_sub(*less);
                let (b, under_too) = a.overflowing_sub(borrow);
                *byte = b;
                borrow = u8::from(under || under_too);
            }
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remainder_is_the_one_that_the_machine_works_out() {
        for (of, by) in [(0_u64, 7_u64), (123_456_789_123, 65_537), (u64::MAX, 255), (5, 1 << 40)] {
            let rest = remainder(&of.to_be_bytes(), bare(&by.to_be_bytes()));
            let mut wide = [0; 8];
            let rest = bare(&rest);
            wide[8 - rest.len()..].copy_from_slice(rest);
            assert_eq!(u64::from_be_bytes(wide), of % by, "{of} % {by}");
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic() {
        let mut bytes =
            b"-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQ==\n-----END SSH SIGNATURE-----\n"
                .to_vec();
        assert!(read(&bytes).is_err());
        for i in 0..bytes.len() {
            bytes[i] ^= 0x21;
            let _ = read(&bytes);
            bytes[i] ^= 0x21;
            let _ = read(&bytes[..i]);
        }
        assert!(read(&vec![b'-'; 1 << 20]).is_err());
        assert_eq!(fixed(&[0, 0, 0, 1], 32), None);
        assert_eq!(fixed(&[0xff; 80], 32), None);
    }
}
