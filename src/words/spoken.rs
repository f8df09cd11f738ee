//! A refusal as the screens say it: by the names that stand on them, not by ids or commands.

use super::entry::{duty_title, field_label};
use super::refusal::{Message, refusal};
use super::{Lang, fill, say};
use crate::domain::decide::Refusal;
use crate::domain::incident::Incident;
use crate::domain::text::BadText;
use crate::domain::value::BadValue;

/// Puts a refusal into words for somebody who looks at labels and presses keys.
pub fn spoken(why: &Refusal, incident: Option<&Incident>, lang: Lang) -> Message {
    let names = Names { incident, lang };
    let mut message = refusal(&names.named(why), lang);
    match why {
        Refusal::LongAgo { at, days } => {
            let text =
                lang.pick("{0} `{1}` 距今超过 {2} 天", "{0} `{1}` lies more than {2} days back");
            message.text = fill(text, &[field_label("learned_at", lang), at, &days.to_string()]);
        }
        // How to write it is said by kind.
        Refusal::BadValue { why: BadValue::Kind { .. }, .. } => {
            message.hints = refusal(why, lang).hints;
        }
        _ => {}
    }
    let mend = match why {
        Refusal::Nothing | Refusal::UnknownField { .. } | Refusal::UnknownFact { .. } => Some(""),
        Refusal::NotSent { .. } => Some(lang.pick("请先记录已报", "record it as sent first")),
        Refusal::NewerEntries { .. } => Some(lang.pick(
            "它们可能改变了什么, 本版本看不到",
            "they may change what is due, unseen by this version",
        )),
        Refusal::LongAgo { .. } => Some(lang.pick("请核对日期", "check the date")),
        Refusal::Closed { .. } => Some(lang.pick(
            "要重新打开, 在记录里撤回结束的那一条",
            "to reopen it, withdraw the closing entry in the record",
        )),
        Refusal::OpenDuties { .. } => Some(
            lang.pick("请先报告, 或写明为何不适用", "report first, or say why they do not apply"),
        ),
        _ => None,
    };
    if let Some(mend) = mend {
        message.hints =
            Some(mend).filter(|m| !m.is_empty()).map(str::to_owned).into_iter().collect();
    }
    message
}

struct Names<'a> {
    incident: Option<&'a Incident>,
    lang: Lang,
}

impl Names<'_> {
    /// The same refusal with names in place of ids.
    fn named(&self, why: &Refusal) -> Refusal {
        let mut why = why.clone();
        match &mut why {
            Refusal::UnknownFact { name, nearest } => {
                *name = self.field(name);
                *nearest = None;
            }
            Refusal::BadValue { fact, why, .. } => {
                *fact = self.field(fact);
                self.value(why);
            }
            Refusal::BadTime { field, .. } | Refusal::Future { field, .. } => {
                *field = self.field(field);
            }
            Refusal::Before { field, other, .. } => {
                *field = self.field(field);
                *other = field_label(other, self.lang);
            }
            Refusal::BadText(
                BadText::Empty { field }
                | BadText::Control { field, .. }
                | BadText::Long { field, .. },
            ) => *field = field_label(field, self.lang),
            Refusal::UnknownDuty { nearest, .. } => *nearest = None,
            Refusal::NotRecipient { to, duty, possible } => {
                *to = self.body(to);
                *duty = self.duty(duty);
                possible.iter_mut().for_each(|b| *b = self.body(b));
            }
            Refusal::WhichRecipient { duty, possible } => {
                *duty = self.duty(duty);
                possible.iter_mut().for_each(|b| *b = self.body(b));
            }
            Refusal::BadChannel { channel, to, possible, nearest } => {
                *nearest = None;
                *channel = self.channel(channel);
                *to = self.body(to);
                possible.iter_mut().for_each(|c| *c = self.channel(c));
            }
            Refusal::Blocked { duty, fact } => {
                *duty = self.duty(duty);
                let facts: Vec<String> = fact.split(", ").map(|f| self.field(f)).collect();
                *fact = facts.join(", ");
            }
            Refusal::NotSent { duty, to } => {
                *duty = self.duty(duty);
                *to = self.body(to);
            }
            Refusal::UnknownField { field, .. } => *field = self.field(field),
            Refusal::OpenDuties { duties } => {
                duties.iter_mut().for_each(|d| *d = self.duty(d));
            }
            Refusal::LongAgo { .. }
            | Refusal::Nothing
            | Refusal::UnknownEntry { .. }
            | Refusal::FirstEntry { .. }
            | Refusal::NoHandOver
            | Refusal::Accepted { .. }
            | Refusal::NewerEntries { .. }
            | Refusal::WatchWithoutTime
            | Refusal::Closed { .. } => {}
        }
        why
    }

    fn value(&self, why: &mut BadValue) {
        match why {
            BadValue::Option { options, nearest, .. } => {
                options.clear();
                *nearest = None;
            }
            BadValue::Kind { kind, .. } => {
                *kind = match *kind {
                    "bool" => self.lang.pick("是或否", "yes or no"),
                    "integer" => self.lang.pick("数目", "number"),
                    "percent" => self.lang.pick("百分比", "percentage"),
                    "duration" => self.lang.pick("时长", "length of time"),
                    other => other,
                };
            }
            _ => {}
        }
    }

    /// A fact, a moment, or a field of a form.
    fn field(&self, id: &str) -> String {
        let case = self.incident.map(|i| &i.case);
        let fact = case.and_then(|c| c.fact(id)).map(|f| &f.short);
        let short = fact.or_else(|| case.and_then(|c| c.anchor(id)).map(|a| &a.short));
        match short {
            Some(text) => self.lang.of(text).to_owned(),
            None => field_label(id, self.lang).to_owned(),
        }
    }

    fn duty(&self, id: &str) -> String {
        self.incident.map_or(id, |i| duty_title(i, id, self.lang)).to_owned()
    }

    fn body(&self, id: &str) -> String {
        let mut packs = self.incident.into_iter().flat_map(|i| &i.case.packs);
        let found = packs.find_map(|p| p.body(id).map(|(ix, _)| say::body(p, ix, self.lang)));
        found.unwrap_or(id).to_owned()
    }

    fn channel(&self, id: &str) -> String {
        let mut packs = self.incident.into_iter().flat_map(|i| &i.case.packs);
        let found = packs.find_map(|p| p.channel(id).map(|(_, c)| self.lang.of(&c.name)));
        found.unwrap_or(id).to_owned()
    }
}
