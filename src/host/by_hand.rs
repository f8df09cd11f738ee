//! What could not be recorded, as a command that records it: to be copied by hand, or given again.

use crate::app::effect::Effect;
use crate::domain::decide::Intent;
use crate::domain::text::printable;
use crate::domain::time::{Time, Zone, write_local};

/// Writes an effect as the command that does the same; nothing for one that records nothing.
pub(super) fn command(effect: &Effect, zone: Zone) -> String {
    let mut words: Vec<String> = vec!["jishi".to_owned()];
    match effect {
        Effect::Create { title, packs, answers, confirmed } => {
            words.push("new".to_owned());
            option(&mut words, "--title", Some(title));
            for (name, value) in answers {
                match name.as_str() {
                    "learned_at" => option(&mut words, "--learned-at", Some(value)),
                    _ => words.push(quoted(&format!("{name}={value}"))),
                }
            }
            packs.iter().for_each(|p| option(&mut words, "--pack", Some(p)));
            if *confirmed {
                words.push("--yes".to_owned());
            }
        }
        Effect::Append { incident, intent } => append(&mut words, incident, intent, zone),
        _ => return String::new(),
    }
    words.join(" ")
}

fn append(words: &mut Vec<String>, incident: &str, whole: &Intent, zone: Zone) {
    let intent = whole.bare();
    let name = match intent {
        Intent::ByWatch(_) | Intent::Confirmed(_) => return,
        Intent::Answer { .. } => "set",
        Intent::Report { .. } => "sent",
        Intent::Acknowledge { .. } => "received",
        Intent::Waive { .. } => "waive",
        Intent::Correct { .. } => "correct",
        Intent::Note { .. } => "note",
        Intent::HandOver { .. } | Intent::TakeOver { .. } => "handover",
        Intent::Close { .. } => "close",
    };
    words.extend([name.to_owned(), quoted(incident)]);
    let moment = |at: &Option<Time>| at.map(|at| write_local(at, zone));
    match intent {
        Intent::ByWatch(_) | Intent::Confirmed(_) => {}
        Intent::Answer { set, note, happened_at, confirmed } => {
            words.extend(set.iter().map(|(n, v)| quoted(&format!("{n}={v}"))));
            option(words, "--happened-at", moment(happened_at).as_deref());
            option(words, "--note", note.as_deref());
            if *confirmed {
                words.push("--yes".to_owned());
            }
        }
        Intent::Report {
            duty,
            to,
            channel,
            reference,
            happened_at,
            attachments,
            failed,
            late_because,
        } => {
            words.push(quoted(duty));
            option(words, "--to", to.as_deref());
            option(words, "--channel", Some(channel));
            option(words, "--ref", reference.as_deref());
            option(words, "--happened-at", moment(happened_at).as_deref());
            attachments.iter().for_each(|a| option(words, "--attach", Some(&a.name)));
            option(words, "--failed", failed.as_deref());
            option(words, "--late-because", late_because.as_deref());
        }
        Intent::Acknowledge { duty, to, reference, officer, happened_at } => {
            words.push(quoted(duty));
            option(words, "--to", to.as_deref());
            option(words, "--ref", reference.as_deref());
            option(words, "--by", officer.as_deref());
            option(words, "--happened-at", moment(happened_at).as_deref());
        }
        Intent::Waive { duty, because } => {
            words.push(quoted(duty));
            option(words, "--because", Some(because));
        }
        Intent::Correct { entry, because, fields } => {
            words.push(entry.to_string());
            option(words, "--because", Some(because));
            words.extend(fields.iter().map(|(n, v)| quoted(&format!("{n}={v}"))));
        }
        Intent::Note { text, happened_at } => {
            words.push(quoted(text));
            option(words, "--happened-at", moment(happened_at).as_deref());
        }
        Intent::HandOver { to } => option(words, "--to", Some(to)),
        Intent::TakeOver { .. } => words.push("--accept".to_owned()),
        Intent::Close { because } => option(words, "--because", Some(because)),
    }
    if whole.told_by().is_some() {
        words.push("--watch".to_owned());
    }
    if whole.is_confirmed() && words.last().is_none_or(|w| w != "--yes") {
        words.push("--yes".to_owned());
    }
}

fn option(words: &mut Vec<String>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        words.extend([name.to_owned(), quoted(value)]);
    }
}

/// Quotes a word for a shell where it needs that.
fn quoted(text: &str) -> String {
    if text.contains('\n') {
        // A line break inside quotes would end the line to be copied; this form keeps it on one.
        let text: Vec<String> = text
            .split('\n')
            .map(|l| printable(l).replace('\\', r"\\").replace('\'', r"\'"))
            .collect();
        return format!("$'{}'", text.join(r"\n"));
    }
    let text = printable(text);
    let plain = |c: char| c.is_alphanumeric() || "-_=./:,+@".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::parse_offset;

    #[test]
    fn a_report_that_was_not_recorded_can_be_typed_again() {
        let at = "2026-03-02T02:05:00+08:00".parse().unwrap();
        let effect = Effect::Append {
            incident: "2026-0302-a".to_owned(),
            intent: Intent::Report {
                duty: "cn-cac-2025/first_report.police".to_owned(),
                to: Some("police".to_owned()),
                channel: "phone".to_owned(),
                reference: Some("it's T 1".to_owned()),
                happened_at: Some(at),
                attachments: Vec::new(),
                failed: None,
                late_because: None,
            },
        };
        let zone = Zone::Fixed(parse_offset("+08:00").unwrap());
        assert_eq!(
            command(&effect, zone),
            "jishi sent 2026-0302-a cn-cac-2025/first_report.police --to police --channel phone \
             --ref 'it'\\''s T 1' --happened-at 2026-03-02T02:05:00+08:00"
        );
    }
}
