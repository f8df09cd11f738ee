//! How the options of a form are called, in the language of the moment.

use super::App;
use super::form::{Form, Name};
use super::forms::WITHDRAW;
use crate::domain::case::Case;
use crate::words::console::Word as W;
use crate::words::say;

impl App {
    /// The label of one option of a form, and a note beside it.
    pub fn option_label(&self, form: &Form, name: Name, id: &str) -> (String, String) {
        let plain = |s: &str| (s.to_owned(), String::new());
        if name == Name::Packs {
            let pack = self.packs.iter().find(|p| p.id == id);
            return pack
                .map_or_else(|| plain(id), |p| (self.lang.of(&p.title).to_owned(), String::new()));
        }
        let Some(item) = self.item(&form.incident) else { return plain(id) };
        let case = &item.incident.case;
        match name {
            Name::Duty => {
                let Some(duty) = item.assessment.duty(id) else { return plain(id) };
                let due = duty.due.map(|due| {
                    let at = say::moment(due, self.now(), self.zone, self.lang);
                    W::Before.with(self.lang, &[&at])
                });
                let state = say::state(duty, self.lang);
                let note = due.map_or_else(|| state.to_owned(), |due| format!("{due}  {state}"));
                (say::duty_title(case, duty, self.lang).to_owned(), note)
            }
            Name::To => {
                let body = case.packs.iter().find_map(|p| p.body(id).map(|(_, b)| b));
                body.map_or_else(|| plain(id), |b| plain(self.lang.of(&b.name)))
            }
            Name::Channel => {
                let to = form.value(Name::To);
                let own = self.listings(&to).find(|l| l.channel == id);
                let channel = case.packs.iter().find_map(|p| p.channel(id).map(|(_, c)| c));
                let Some(channel) = channel else { return plain(id) };
                let note = match own {
                    Some(l) if l.note.is_empty() => l.value.clone(),
                    Some(l) => format!("{} ({})", l.value, l.note),
                    None if channel.value.is_empty() => W::NoNumber.text(self.lang).to_owned(),
                    None => channel.value.clone(),
                };
                (self.lang.of(&channel.name).to_owned(), note)
            }
            Name::Which => plain(&self.field_label(case, id)),
            _ => plain(id),
        }
    }

    /// How to use the chosen channel, in the pack's words.
    pub fn channel_how(&self, form: &Form) -> Option<&str> {
        let item = self.item(&form.incident)?;
        let id = form.value(Name::Channel);
        let channel = item.incident.case.packs.iter().find_map(|p| p.channel(&id))?.1;
        Some(self.lang.of(&channel.how)).filter(|t| !t.is_empty())
    }

    fn field_label(&self, case: &Case, id: &str) -> String {
        let word = match id {
            WITHDRAW => W::Withdraw,
            "title" => W::FieldTitle,
            "happened_at" => W::FieldHappenedAt,
            "note" | "text" => W::FieldText,
            "to" => W::FieldToWhom,
            "channel" => W::FieldChannel,
            "reference" => W::FieldReference,
            "failed" => W::FieldFailed,
            "late_because" => W::FieldLate,
            "officer" => W::FieldOfficer,
            "because" => W::FieldBecause,
            _ => {
                let fact = case.fact(id).map(|f| &f.short);
                let text = fact.or_else(|| case.anchor(id).map(|a| &a.short));
                return text.map_or_else(|| id.to_owned(), |t| self.lang.of(t).to_owned());
            }
        };
        word.text(self.lang).to_owned()
    }
}
