//! Asking ssh-agent for a signature: two questions of its protocol, with bounds and time limits.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use ssh_key::Signature;
use ssh_key::public::KeyData;

use super::wire::{Wire, put};
use super::{SignError, fingerprint};
use crate::domain::text::printable;

/// The longest answer that is read, in bytes, as OpenSSH has it.
const ANSWER_MOST: u32 = 256 << 10;
/// How long the agent may take to list its keys.
const LIST_WAIT: Duration = Duration::from_secs(10);
/// How long it may take to sign: a person may have to touch a token or to confirm.
const SIGN_WAIT: Duration = Duration::from_secs(60);

const LIST: u8 = 11;
const LISTED: u8 = 12;
const SIGN: u8 = 13;
const SIGNED: u8 = 14;
/// Asks for SHA-512 with RSA keys, where it would be SHA-1 otherwise.
const RSA_SHA512: u32 = 4;

/// A connection to ssh-agent.
#[derive(Debug)]
pub struct Agent(UnixStream);

struct Identity {
    key: KeyData,
    blob: Vec<u8>,
    comment: String,
}

fn fault(why: impl ToString) -> SignError {
    SignError::Agent { why: why.to_string() }
}

impl Agent {
    /// Connects to the agent that `SSH_AUTH_SOCK` names.
    ///
    /// # Errors
    /// There is none, or it does not answer.
    pub fn from_env() -> Result<Self, SignError> {
        let path = std::env::var_os("SSH_AUTH_SOCK")
            .filter(|v| !v.is_empty())
            .ok_or_else(|| fault("SSH_AUTH_SOCK is not set"))?;
        Self::connect(Path::new(&path))
    }

    /// Connects to an agent by its socket.
    ///
    /// # Errors
    /// It does not answer.
    pub fn connect(socket: &Path) -> Result<Self, SignError> {
        let stream = UnixStream::connect(socket)
            .map_err(|e| fault(format!("`{}`: {e}", socket.display())))?;
        Ok(Self(stream))
    }

    /// Signs with the one key that has this fingerprint or comment.
    pub(super) fn sign(
        &mut self,
        asked: &str,
        data: &[u8],
    ) -> Result<(KeyData, Signature), SignError> {
        let all = self.identities()?;
        let fits = |i: &&Identity| fingerprint(&i.key) == asked || i.comment == asked;
        let [one] = all.iter().filter(fits).collect::<Vec<_>>()[..] else {
            let held =
                all.iter().map(|i| format!("{} {}", fingerprint(&i.key), printable(&i.comment)));
            return Err(SignError::Which {
                asked: printable(asked),
                found: all.iter().filter(fits).count(),
                held: held.collect(),
            });
        };
        let mut question = vec![SIGN];
        put(&mut question, &one.blob);
        put(&mut question, data);
        let flags = if one.key.is_rsa() { RSA_SHA512 } else { 0 };
        question.extend_from_slice(&flags.to_be_bytes());
        let answer = self.ask(&question, SIGNED, SIGN_WAIT)?;
        let signature = Wire(&answer).string().and_then(|blob| Signature::try_from(blob).ok());
        let signature = signature.ok_or_else(|| fault("its signature cannot be read"))?;
        Ok((one.key.clone(), signature))
    }

    fn identities(&mut self) -> Result<Vec<Identity>, SignError> {
        let answer = self.ask(&[LIST], LISTED, LIST_WAIT)?;
        let bad = || fault("its list of keys cannot be read");
        let mut wire = Wire(&answer);
        let count = wire.number().ok_or_else(bad)?;
        let mut out = Vec::new();
        for _ in 0..count {
            let blob = wire.string().ok_or_else(bad)?;
            let comment = wire.string().ok_or_else(bad)?;
            // A key of a kind that we do not know is none that we could sign with.
            if let Ok(key) = ssh_key::PublicKey::from_bytes(blob) {
                out.push(Identity {
                    key: key.key_data().clone(),
                    blob: blob.to_owned(),
                    comment: String::from_utf8_lossy(comment).into_owned(),
                });
            }
        }
        Ok(out)
    }

    fn ask(&mut self, question: &[u8], kind: u8, wait: Duration) -> Result<Vec<u8>, SignError> {
        let stream = &mut self.0;
        let mut exchange = || -> std::io::Result<Result<Vec<u8>, SignError>> {
            stream.set_write_timeout(Some(LIST_WAIT))?;
            stream.set_read_timeout(Some(wait))?;
            let mut framed = Vec::new();
            put(&mut framed, question);
            stream.write_all(&framed)?;
            let mut long = [0; 4];
            stream.read_exact(&mut long)?;
            let long = u32::from_be_bytes(long);
            if long == 0 || long > ANSWER_MOST {
                return Ok(Err(fault(format!("it answers with {long} bytes"))));
            }
            let mut answer = Vec::new();
            stream.take(u64::from(long)).read_to_end(&mut answer)?;
            if answer.len() as u64 != u64::from(long) {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            Ok(Ok(answer))
        };
        let mut answer = exchange().map_err(fault)??;
        if answer.first() != Some(&kind) {
            return Err(fault("it refuses"));
        }
        answer.remove(0);
        Ok(answer)
    }
}
