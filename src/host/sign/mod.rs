//! Signed checkpoints: SSH signatures that `ssh-keygen -Y verify` checks, and ours check alike.
//!
//! - [`sums`]: what a signature is, with the three kinds of keys, over OpenSSH's own shapes;
//! - [`agent`]: signing through ssh-agent, which keeps the key;
//! - `key_file`: private key files in OpenSSH's form;
//! - [`signers`]: OpenSSH's list of who may sign;
//! - [`points`]: checkpoints, signatures and time-stamps in an incident's folder.

pub mod agent;
mod key_file;
pub mod points;
pub mod signers;
pub mod sums;
mod wire;

use std::path::{Path, PathBuf};

use ssh_key::HashAlg;

/// The namespace of our signatures: one made for something else is not taken for one of ours.
pub const NAMESPACE: &str = "checkpoint@jishi";

/// Why something was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// A file cannot be read or written.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is no private key that can be used.
    #[error("`{}` cannot be used as a private key: {why}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A private key is protected by a passphrase.
    #[error("the private key `{}` has a passphrase", path.display())]
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// A kind of key that is not supported.
    #[error(
        "keys of the kind `{kind}` are not supported; possible: ed25519, ECDSA on nistp256 or nistp384, RSA from 2048 bits"
    )]
    Kind {
        /// The kind.
        kind: String,
    },
    /// The agent cannot be asked.
    #[error("ssh-agent: {why}")]
    Agent {
        /// Why.
        why: String,
    },
    /// The agent holds no such key, or several.
    #[error("ssh-agent holds {found} keys that are `{asked}`")]
    Which {
        /// What was asked for.
        asked: String,
        /// How many fit.
        found: usize,
        /// What it holds, as fingerprint and comment.
        held: Vec<String>,
    },
    /// What was made does not verify.
    #[error("the signature that was made does not hold")]
    Broken,
    /// This very key signed this very text before.
    #[error("`{}` is signed with this key already", path.display())]
    Already {
        /// The signature.
        path: PathBuf,
    },
    /// A place already has as many signatures or files as it may.
    #[error("`{}` has too many files", path.display())]
    TooMany {
        /// The folder or the text.
        path: PathBuf,
    },
}

impl SignError {
    fn io(path: &Path, source: impl Into<std::io::Error>) -> Self {
        Self::Io { path: path.to_owned(), source: source.into() }
    }

    /// Says whether the machine is at fault, and not what was asked for.
    pub const fn is_machine(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::TooMany { .. } | Self::Broken)
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
pub fn fingerprint(key: &ssh_key::public::KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}
