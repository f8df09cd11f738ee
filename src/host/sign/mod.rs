//! Signed checkpoints: SSH signatures that `ssh-keygen -Y verify` checks, and ours check alike.
//!
//! - [`sums`]: what a signature is, with the three kinds of keys, over OpenSSH's own shapes;
//! - [`agent`]: signing through ssh-agent, which keeps the key;
//! - `key_file`: private key files in OpenSSH's form;
//! - [`signers`]: OpenSSH's list of who may sign;
//! - [`points`]: checkpoints, signatures and time-stamps in an incident's folder;
//! - [`here`]: signing where a record stands now.

pub mod agent;
pub mod here;
mod key_file;
pub mod points;
pub mod signers;
pub mod sums;
mod wire;

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use ssh_key::HashAlg;
use ssh_key::public::{EcdsaPublicKey, KeyData};

use crate::domain::text::printable;
use crate::words::Lang;
use crate::words::refusal::Message;
use crate::words::signing::Signing;

/// The namespace of our signatures: one made for something else is not taken for one of ours.
pub const NAMESPACE: &str = "checkpoint@jishi";

/// Why something was not signed.
#[derive(Debug)]
pub enum SignError {
    /// A file cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is no private key that can be used.
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        why: BadKey,
    },
    /// A private key is protected by a passphrase.
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// A kind of key that is not supported.
    Kind(Unsupported),
    /// The agent cannot be asked.
    Agent(agent::AgentTrouble),
    /// The agent holds no such key, or several.
    Which {
        /// What was asked for.
        asked: String,
        /// How many fit.
        found: usize,
        /// What it holds, as fingerprint and comment.
        held: Vec<String>,
    },
    /// What was made does not verify.
    Broken,
    /// Another text is there under the name of a checkpoint.
    OtherText {
        /// The file.
        path: PathBuf,
    },
    /// A place already has as many signatures or files as it may.
    TooMany {
        /// The folder or the text.
        path: PathBuf,
    },
}

/// Why a file is no private key that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadKey {
    /// It is a pipe, a device or a folder.
    NotPlain,
    /// It has more bytes than any.
    Long(u64),
    /// It is not in OpenSSH's form.
    Form(String),
    /// It is the public half.
    PublicHalf,
    /// The numbers in it do not fit together.
    Numbers,
}

/// A kind of key that is not supported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsupported {
    /// ECDSA on nistp521.
    P521,
    /// RSA of a length that is not supported, in bits.
    Rsa(usize),
    /// Anything else, by its name.
    Other(String),
}

impl Unsupported {
    /// Names it.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::P521 => Signing::P521.text(lang).to_owned(),
            Self::Rsa(bits) => Signing::RsaBits.with(lang, &[&bits.to_string()]),
            Self::Other(name) => format!("`{}`", printable(name)),
        }
    }

    /// Judges a key by its kind and, for RSA, its length.
    fn of(key: &KeyData, rsa: RangeInclusive<usize>) -> Option<Self> {
        match key {
            KeyData::Ed25519(_) => None,
            KeyData::Ecdsa(EcdsaPublicKey::NistP521(_)) => Some(Self::P521),
            KeyData::Ecdsa(_) => None,
            KeyData::Rsa(key) => {
                let bits = wire::bits(key.n.as_positive_bytes().unwrap_or_default());
                (!rsa.contains(&bits)).then_some(Self::Rsa(bits))
            }
            other => Some(Self::Other(other.algorithm().as_str().to_owned())),
        }
    }

    /// Names a kind of OpenSSH's by its name on the wire, where it is none that is supported.
    fn named(kind: &str) -> Option<Self> {
        match kind {
            P521 => Some(Self::P521),
            "ssh-dss" => Some(Self::Other(kind.to_owned())),
            _ if kind.starts_with("sk-") || kind.ends_with("@openssh.com") => {
                Some(Self::Other(kind.to_owned()))
            }
            _ => None,
        }
    }
}

/// The name of the curve that is left out.
const P521: &str = "ecdsa-sha2-nistp521";
/// Lengths of RSA keys that sign here, in bits.
const RSA_SIGNS: RangeInclusive<usize> = 2048..=4096;
/// Lengths of RSA keys whose signatures are checked, in bits.
const RSA_CHECKED: RangeInclusive<usize> = 2048..=8192;

impl SignError {
    fn io(path: &Path, source: impl Into<std::io::Error>) -> Self {
        Self::Io { path: path.to_owned(), source: source.into() }
    }

    /// Says whether the machine is at fault, and not what was asked for.
    pub const fn is_machine(&self) -> bool {
        matches!(
            self,
            Self::Io { .. }
                | Self::TooMany { .. }
                | Self::OtherText { .. }
                | Self::Broken
                | Self::Agent(_)
        )
    }

    /// Puts it into words, with the ways out.
    pub fn message(&self, lang: Lang) -> Message {
        let shown = |path: &Path| path.display().to_string();
        match self {
            Self::Io { path, source } => {
                Message::plain(Signing::File.with(lang, &[&shown(path), &why(source, lang)]))
            }
            Self::Key { path, why } => {
                let why = match why {
                    BadKey::NotPlain => Signing::NotPlain.text(lang).to_owned(),
                    BadKey::Long(most) => Signing::LongKey.with(lang, &[&most.to_string()]),
                    BadKey::Form(why) => Signing::KeyForm.with(lang, &[why]),
                    BadKey::PublicHalf => Signing::PublicHalf.text(lang).to_owned(),
                    BadKey::Numbers => Signing::Numbers.text(lang).to_owned(),
                };
                Message::plain(Signing::UnusableKey.with(lang, &[&shown(path), &why]))
            }
            Self::Encrypted { path } => {
                Message::plain(Signing::Encrypted.with(lang, &[&shown(path)]))
                    .hint(Signing::EncryptedHint.text(lang))
            }
            Self::Kind(kind) => Message::plain(Signing::KeyKind.with(lang, &[&kind.text(lang)]))
                .hint(Signing::KeyKindHint.text(lang)),
            Self::Agent(trouble) => {
                Message::plain(Signing::Agent.with(lang, &[&trouble.text(lang)]))
            }
            Self::Which { asked, found, held } => {
                let values = [found.to_string(), asked.clone()];
                let values = values.each_ref().map(String::as_str);
                let message = Message::plain(Signing::AgentWhich.with(lang, &values));
                if held.is_empty() {
                    return message.hint(Signing::HoldsNothing.text(lang));
                }
                held.iter().fold(message, |m, k| m.hint(Signing::HeldByAgent.with(lang, &[k])))
            }
            Self::Broken => Message::plain(Signing::Broken.text(lang)),
            Self::OtherText { path } => {
                let values = [&shown(path), Signing::OtherText.text(lang)];
                Message::plain(Signing::File.with(lang, &values))
            }
            Self::TooMany { path } => Message::plain(Signing::TooMany.with(lang, &[&shown(path)])),
        }
    }
}

/// What the system said, or that a file is none.
pub fn why(e: &std::io::Error, lang: Lang) -> String {
    match e.kind() {
        std::io::ErrorKind::InvalidInput => Signing::NotPlain.text(lang).to_owned(),
        _ => e.to_string(),
    }
}

/// With what to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum With {
    /// A private key file in OpenSSH's form.
    File(PathBuf),
    /// A key in ssh-agent, by fingerprint or comment.
    Agent(String),
}

/// Signs a text in our namespace; returns the armoured signature and the key's fingerprint.
///
/// # Errors
/// See [`SignError`].
pub fn sign(text: &[u8], with: &With) -> Result<(String, String), SignError> {
    let data = sums::signed_data(NAMESPACE, text);
    let (key, signature) = match with {
        With::File(path) => sums::sign_with_file(path, &data)?,
        With::Agent(asked) => agent::Agent::from_env()?.sign(asked, &data)?,
    };
    let armoured = sums::armour(&key, signature)?;
    // What does not hold is never kept, whoever made it.
    let made = sums::read(armoured.as_bytes()).map_err(|_| SignError::Broken)?;
    sums::verify(&made, text).map_err(|_| SignError::Broken)?;
    Ok((armoured, fingerprint(&key)))
}

/// Returns a key's fingerprint as `ssh-keygen -l` prints it.
pub fn fingerprint(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}
