//! Asking ssh-agent for a signature: two questions of its protocol, with bounds and time limits.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64ct::{Base64Unpadded, Encoding as _};
use ssh_key::Signature;
use ssh_key::public::KeyData;

use super::wire::{Wire, put};
use super::{RSA_CHECKED, SignError, Unsupported};
use crate::domain::text::printable;
use crate::record::Digest;
use crate::words::Lang;
use crate::words::signing::Signing;

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
    key: Option<KeyData>,
    unsupported: Option<Unsupported>,
    fingerprint: String,
    blob: Vec<u8>,
    comment: String,
}

/// Why the agent cannot be asked.
#[derive(Debug)]
pub enum AgentTrouble {
    /// `SSH_AUTH_SOCK` is not set.
    NotSet,
    /// It does not take the connection.
    Connect {
        /// Its socket.
        socket: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It did not answer in time.
    Silent {
        /// How long was waited, in seconds.
        seconds: u64,
    },
    /// The connection broke.
    Io(io::Error),
    /// It answers with more bytes than any, or with none.
    Length(u32),
    /// Its list of keys cannot be read.
    List,
    /// Its signature cannot be read.
    Signature,
    /// It refuses.
    Refuses,
}

impl AgentTrouble {
    /// Puts it into words.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::NotSet => Signing::AgentNotSet.text(lang).to_owned(),
            Self::Connect { socket, source } => {
                Signing::File.with(lang, &[&socket.display().to_string(), &source.to_string()])
            }
            Self::Silent { seconds } => Signing::AgentSilent.with(lang, &[&seconds.to_string()]),
            Self::Io(source) => source.to_string(),
            Self::Length(long) => Signing::AgentLength.with(lang, &[&long.to_string()]),
            Self::List => Signing::AgentList.text(lang).to_owned(),
            Self::Signature => Signing::AgentSignature.text(lang).to_owned(),
            Self::Refuses => Signing::AgentRefuses.text(lang).to_owned(),
        }
    }
}

fn fault(trouble: AgentTrouble) -> SignError {
    SignError::Agent(trouble)
}

impl Agent {
    /// Connects to the agent that `SSH_AUTH_SOCK` names.
    ///
    /// # Errors
    /// There is none, or it does not answer.
    pub fn from_env() -> Result<Self, SignError> {
        let path = std::env::var_os("SSH_AUTH_SOCK")
            .filter(|v| !v.is_empty())
            .ok_or_else(|| fault(AgentTrouble::NotSet))?;
        Self::connect(Path::new(&path))
    }

    /// Connects to an agent by its socket.
    ///
    /// # Errors
    /// It does not answer.
    pub fn connect(socket: &Path) -> Result<Self, SignError> {
        let stream = UnixStream::connect(socket)
            .map_err(|source| fault(AgentTrouble::Connect { socket: socket.to_owned(), source }))?;
        Ok(Self(stream))
    }

    /// Signs with the one key that has this fingerprint or comment.
    pub(super) fn sign(
        &mut self,
        asked: &str,
        data: &[u8],
    ) -> Result<(KeyData, Signature), SignError> {
        let all = self.identities()?;
        let fits = |i: &&Identity| i.fingerprint == asked || i.comment == asked;
        // A key's certificate goes by the same comment, and is no other key that could be meant.
        let (good, bad): (Vec<_>, Vec<_>) =
            all.iter().filter(fits).partition(|i| i.unsupported.is_none());
        let (one, key) = match (&good[..], &bad[..]) {
            (&[one @ Identity { key: Some(key), .. }], _) => (one, key),
            ([], [Identity { unsupported: Some(kind), .. }, ..]) => {
                return Err(SignError::Kind(kind.clone()));
            }
            _ => {
                let held =
                    all.iter().map(|i| format!("{} {}", i.fingerprint, printable(&i.comment)));
                return Err(SignError::Which {
                    asked: printable(asked),
                    found: good.len(),
                    held: held.collect(),
                });
            }
        };
        let mut question = vec![SIGN];
        put(&mut question, &one.blob);
        put(&mut question, data);
        let flags = if key.is_rsa() { RSA_SHA512 } else { 0 };
        question.extend_from_slice(&flags.to_be_bytes());
        let answer = self.ask(&question, SIGNED, SIGN_WAIT)?;
        let signature = Wire(&answer).string().and_then(|blob| Signature::try_from(blob).ok());
        let signature = signature.ok_or_else(|| fault(AgentTrouble::Signature))?;
        Ok((key.clone(), signature))
    }

    fn identities(&mut self) -> Result<Vec<Identity>, SignError> {
        let answer = self.ask(&[LIST], LISTED, LIST_WAIT)?;
        let bad = || fault(AgentTrouble::List);
        let mut wire = Wire(&answer);
        let count = wire.number().ok_or_else(bad)?;
        let mut out = Vec::new();
        for _ in 0..count {
            let blob = wire.string().ok_or_else(bad)?;
            let comment = wire.string().ok_or_else(bad)?;
            let key = ssh_key::PublicKey::from_bytes(blob).ok().map(|k| k.key_data().clone());
            // A key that cannot be used is named all the same: somebody may mean it.
            let named = || {
                let kind = String::from_utf8_lossy(Wire(blob).string().unwrap_or_default());
                Unsupported::named(&kind).unwrap_or(Unsupported::Other(kind.into_owned()))
            };
            let unsupported = match &key {
                Some(key) => Unsupported::of(key, RSA_CHECKED),
                None => Some(named()),
            };
            let digest = Base64Unpadded::encode_string(Digest::of(blob).bytes());
            out.push(Identity {
                key,
                unsupported,
                fingerprint: format!("SHA256:{digest}"),
                blob: blob.to_owned(),
                comment: String::from_utf8_lossy(comment).into_owned(),
            });
        }
        Ok(out)
    }

    fn ask(&mut self, question: &[u8], kind: u8, wait: Duration) -> Result<Vec<u8>, SignError> {
        let stream = &mut self.0;
        let mut exchange = || -> io::Result<Result<Vec<u8>, SignError>> {
            stream.set_write_timeout(Some(LIST_WAIT))?;
            stream.set_read_timeout(Some(wait))?;
            let mut framed = Vec::new();
            put(&mut framed, question);
            stream.write_all(&framed)?;
            let mut long = [0; 4];
            stream.read_exact(&mut long)?;
            let long = u32::from_be_bytes(long);
            if long == 0 || long > ANSWER_MOST {
                return Ok(Err(fault(AgentTrouble::Length(long))));
            }
            let mut answer = Vec::new();
            stream.take(u64::from(long)).read_to_end(&mut answer)?;
            if answer.len() as u64 != u64::from(long) {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            Ok(Ok(answer))
        };
        let mut answer = exchange().map_err(|e| fault(silent(e, wait)))??;
        if answer.first() != Some(&kind) {
            return Err(fault(AgentTrouble::Refuses));
        }
        answer.remove(0);
        Ok(answer)
    }
}

/// What a failed exchange means: where the time ran out, that the agent is silent.
fn silent(e: io::Error, wait: Duration) -> AgentTrouble {
    match e.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            AgentTrouble::Silent { seconds: wait.as_secs() }
        }
        _ => AgentTrouble::Io(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_that_never_answers_is_called_silent_in_both_languages() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let wait = Duration::from_millis(1);
        let error = Agent(ours).ask(&[LIST], LISTED, wait).unwrap_err();
        assert_eq!(error.message(Lang::En).text, "ssh-agent: it did not answer within 0 seconds");
        assert_eq!(error.message(Lang::Zh).text, "ssh-agent: 它在 0 秒内没有答复");
    }
}
