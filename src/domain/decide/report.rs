//! Attempts to report, and their acknowledgements.

use super::{Decision, Intent, Refusal, Work};
use crate::domain::assess::learned_at;
use crate::domain::case::LEARNED_AT;
use crate::domain::event::{Event, Sent};
use crate::domain::text;

impl Work<'_> {
    pub(super) fn report(&self, intent: &Intent) -> Result<Decision, Refusal> {
        let Intent::Report {
            duty,
            to,
            channel,
            reference,
            happened_at,
            attachments,
            failed,
            late_because,
        } = intent
        else {
            return Err(Refusal::Nothing);
        };
        let status = self.duty(duty)?;
        self.not_blocked(&status)?;
        let to = self.recipient(&status, to.as_deref())?;
        self.check_channel(&status, &to, channel)?;
        self.not_future("happened_at", *happened_at)?;
        if let Some(at) = happened_at {
            self.not_before("happened_at", *at, LEARNED_AT, learned_at(&self.incident.case))?;
        }
        let line = |field, t: &Option<String>| {
            t.as_deref().filter(|t| !t.trim().is_empty()).map(|t| text::line(field, t)).transpose()
        };
        let sent = Sent {
            duty: status.id,
            to,
            channel: channel.clone(),
            reference: line("reference", reference)?,
            attachments: attachments.clone(),
            failed: line("failed", failed)?,
            late_because: line("late_because", late_because)?,
        };
        self.decision(Event::Sent(sent), *happened_at)
    }

    pub(super) fn acknowledge(&self, intent: &Intent) -> Result<Decision, Refusal> {
        let Intent::Acknowledge { duty, to, reference, officer, happened_at } = intent else {
            return Err(Refusal::Nothing);
        };
        let status = self.duty(duty)?;
        let told: Vec<String> = status
            .recipients
            .iter()
            .filter(|r| r.sent_at.is_some())
            .map(|r| self.body_name(&status, r.body))
            .collect();
        let to = match to {
            Some(_) => self.recipient(&status, to.as_deref())?,
            None if told.len() == 1 => told[0].clone(),
            None => self.recipient(&status, None)?,
        };
        let sent_at = status
            .recipients
            .iter()
            .find(|r| self.body_name(&status, r.body) == to)
            .and_then(|r| r.sent_at)
            .ok_or_else(|| Refusal::NotSent { duty: status.id.clone(), to: to.clone() })?;
        self.not_future("happened_at", *happened_at)?;
        if let Some(at) = happened_at {
            self.not_before("happened_at", *at, "sent", Some(sent_at))?;
        }
        let line = |field, t: &Option<String>| {
            t.as_deref().filter(|t| !t.trim().is_empty()).map(|t| text::line(field, t)).transpose()
        };
        let event = Event::Received {
            duty: status.id,
            to,
            reference: line("reference", reference)?,
            officer: line("officer", officer)?,
        };
        self.decision(event, *happened_at)
    }
}
