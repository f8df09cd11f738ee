//! Signing where a record stands now: the command, the console and every export do it in this one way.

use super::points::Points;
use super::{SignError, With, fingerprint, sign, sums};
use crate::host::config::Config;
use crate::host::desk::{Desk, DeskError};
use crate::host::store::{Record, StoreError};
use crate::host::wrong::wrong;
use crate::record::Checkpoint;
use crate::words::Lang;
use crate::words::command::Command;
use crate::words::refusal::Message;
use crate::words::witness::Witness;

/// Why no checkpoint was signed.
#[derive(Debug)]
pub enum NotSigned {
    /// The record cannot be opened, is damaged, or is not as it was remembered.
    Desk(DeskError),
    /// Its first entry is not understood.
    NoRecordId,
    /// No signature was made, or it could not be kept.
    Sign(SignError),
}

impl From<SignError> for NotSigned {
    fn from(e: SignError) -> Self {
        Self::Sign(e)
    }
}

impl NotSigned {
    /// Puts it into words, with the ways out.
    pub fn message(&self, lang: Lang) -> Message {
        match self {
            Self::Desk(DeskError::Store(e @ StoreError::Damaged { problem, .. })) => {
                let (line, entry) = (problem.line.to_string(), problem.entry.to_string());
                let why = wrong(&problem.wrong, lang);
                let place = Command::Damaged.with(lang, &[&line, &entry, &why]);
                let mut message = Message::plain(Witness::DamagedNotSigned.with(lang, &[&place]));
                message.hints = e.message(lang).hints;
                message
            }
            Self::Desk(e) => e.message(lang),
            Self::NoRecordId => Message::plain(Witness::NoRecordId.text(lang)),
            Self::Sign(e) => {
                let mut message = e.message(lang);
                message.text = Witness::CannotSign.with(lang, &[&message.text]);
                message
            }
        }
    }
}

/// A record that is sound and as it was remembered, with the checkpoint of its newest entry.
#[derive(Debug)]
pub struct Here {
    /// The record.
    pub record: Record,
    /// The checkpoint.
    pub point: Checkpoint,
    /// The checkpoint's text.
    pub text: String,
}

/// A checkpoint that was signed, as it lies in the incident's folder.
#[derive(Debug)]
pub struct Signed {
    /// The path of its text.
    pub checkpoint: String,
    /// The path of the signature.
    pub signature: String,
    /// The key's fingerprint.
    pub signer: String,
}

impl Here {
    /// Opens an incident that is sound and as it was remembered, and works out its checkpoint.
    ///
    /// # Errors
    /// It is not, or there is none.
    pub fn of(desk: &Desk, id: &str) -> Result<Self, NotSigned> {
        let fault = |e: DeskError| NotSigned::Desk(e);
        let record = desk.store().open(id).map_err(|e| fault(e.into()))?;
        let mode = desk.store().mode();
        desk.heads().check_record(&record, mode).map_err(|doubt| fault(doubt.into()))?;
        desk.remember(&record);
        let chain = record.chain();
        let (Some(id), Some(last)) = (chain.record.clone(), record.entries.last()) else {
            return Err(NotSigned::NoRecordId);
        };
        let point = Checkpoint { record: id, count: chain.count, head: chain.head };
        let text = point.text(mode, last.at);
        Ok(Self { record, point, text })
    }

    /// Signs, and puts text and signature into the incident's folder.
    ///
    /// # Errors
    /// The key signs nothing, or what the system says.
    pub fn sign(&self, with: &With) -> Result<Signed, SignError> {
        let (armoured, signer) = sign(self.text.as_bytes(), with)?;
        let points = Points::make(&self.record.folder)?;
        let name = format!("{}.txt", self.point.name());
        points.put_text(&name, self.text.as_bytes())?;
        let checkpoint = points.path().join(&name).display().to_string();
        let there = points.read()?.points.into_iter().find(|p| p.name == name);
        for (name, bytes) in there.into_iter().flat_map(|p| p.signatures) {
            // Signing the same place twice with one key adds nothing.
            let good = sums::read(&bytes)
                .ok()
                .filter(|s| sums::verify(s, self.text.as_bytes()).is_ok())
                .is_some_and(|s| fingerprint(s.public_key()) == signer);
            if good {
                let signature = points.path().join(name).display().to_string();
                return Ok(Signed { checkpoint, signature, signer });
            }
        }
        let signature = points.put_signature(&name, &armoured)?.display().to_string();
        Ok(Signed { checkpoint, signature, signer })
    }
}

impl With {
    /// The key that the settings name: a file before one in the agent.
    pub fn set(config: &Config) -> Option<Self> {
        let file = config.sign_key.clone().map(Self::File);
        file.or_else(|| config.sign_agent.clone().map(Self::Agent))
    }
}
