//! The one error type at the edge: what went wrong, the mend, and the exit code.

use crate::domain::decide::Refusal;
use crate::words::Lang;
use crate::words::refusal::{Message, refusal};

/// What kind of failure it is; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Refused or not found; the record is unchanged.
    Refused,
    /// Wrong usage or bad input.
    Usage,
    /// The record or the machine is at fault.
    Machine,
}

/// A failure with its message.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// What kind.
    pub(super) kind: Kind,
    /// What is said.
    pub(super) message: Message,
}

impl Fault {
    /// Bad input or usage.
    pub(super) fn usage(message: Message) -> Self {
        Self { kind: Kind::Usage, message }
    }

    /// Refused or not found.
    pub(super) fn refused(message: Message) -> Self {
        Self { kind: Kind::Refused, message }
    }

    /// The machine or the record.
    pub(super) fn machine(message: Message) -> Self {
        Self { kind: Kind::Machine, message }
    }

    /// A refusal of the engine: bad input is usage, the rest is refused.
    pub(super) fn from_refusal(why: &Refusal, lang: Lang) -> Self {
        let kind = match why {
            Refusal::UnknownFact { .. }
            | Refusal::BadValue { .. }
            | Refusal::BadTime { .. }
            | Refusal::BadText(_)
            | Refusal::Nothing
            | Refusal::WatchWithoutTime
            | Refusal::UnknownField { .. } => Kind::Usage,
            _ => Kind::Refused,
        };
        Self { kind, message: refusal(why, lang) }
    }

    /// The exit code of the contract.
    pub(super) fn code(&self) -> u8 {
        match self.kind {
            Kind::Refused => 1,
            Kind::Usage => 2,
            Kind::Machine => 3,
        }
    }
}
