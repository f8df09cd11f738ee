//! What could not be recorded, as a command that records it: to be copied by hand, or given again.

use std::path::Path;

use crate::app::effect::Effect;
use crate::domain::decide::{Attempt, Intent};
use crate::domain::text::printable;
use crate::domain::time::{Time, Zone, write_local};

/// Writes an effect as the command that does the same and, given again, counts once; nothing for one
/// that records nothing. What happened at the first attempt keeps that time.
pub(super) fn command(
    effect: &Effect,
    attempt: &Attempt,
    home: Option<&Path>,
    zone: Zone,
) -> String {
    let mut words: Vec<String> = vec!["jishi".to_owned()];
    option(&mut words, "--home", home.map(Path::to_string_lossy).as_deref());
    // What is given without a name comes last: it may look like an option.
    let mut last = Vec::new();
    match effect {
        Effect::Create { title, packs, answers, confirmed, .. } => {
            words.push("new".to_owned());
            option(&mut words, "--title", Some(title));
            for (name, value) in answers {
                match name.as_str() {
                    "learned_at" => option(&mut words, "--learned-at", Some(value)),
                    _ => last.push(format!("{name}={value}")),
                }
            }
            packs.iter().for_each(|p| option(&mut words, "--pack", Some(p)));
            if *confirmed {
                words.push("--yes".to_owned());
            }
        }
        Effect::Append { incident, intent, .. } => {
            let intent = intent.clone().since(attempt.at);
            append(&mut words, &mut last, incident, &intent, zone);
        }
        _ => return String::new(),
    }
    option(&mut words, "--again", Some(&attempt.id));
    if last.iter().any(|text| text.starts_with('-')) {
        words.push("--".to_owned());
    }
    words.extend(last.iter().map(|text| quoted(text)));
    words.join(" ")
}

fn append(
    words: &mut Vec<String>,
    last: &mut Vec<String>,
    incident: &str,
    whole: &Intent,
    zone: Zone,
) {
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
    words.push(name.to_owned());
    last.push(incident.to_owned());
    let moment = |at: &Option<Time>| at.map(|at| write_local(at, zone));
    match intent {
        Intent::ByWatch(_) | Intent::Confirmed(_) => {}
        Intent::Answer { set, note, happened_at, confirmed } => {
            last.extend(set.iter().map(|(n, v)| format!("{n}={v}")));
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
            last.push(duty.clone());
            option(words, "--to", to.as_deref());
            option(words, "--channel", Some(channel));
            option(words, "--ref", reference.as_deref());
            option(words, "--happened-at", moment(happened_at).as_deref());
            attachments.iter().for_each(|a| option(words, "--attach", Some(&a.name)));
            option(words, "--failed", failed.as_deref());
            option(words, "--late-because", late_because.as_deref());
        }
        Intent::Acknowledge { duty, to, reference, officer, happened_at } => {
            last.push(duty.clone());
            option(words, "--to", to.as_deref());
            option(words, "--ref", reference.as_deref());
            option(words, "--by", officer.as_deref());
            option(words, "--happened-at", moment(happened_at).as_deref());
        }
        Intent::Waive { duty, because } => {
            last.push(duty.clone());
            option(words, "--because", Some(because));
        }
        Intent::Correct { entry, because, fields } => {
            last.push(entry.to_string());
            option(words, "--because", Some(because));
            last.extend(fields.iter().map(|(n, v)| format!("{n}={v}")));
        }
        Intent::Note { text, happened_at } => {
            last.push(text.clone());
            option(words, "--happened-at", moment(happened_at).as_deref());
        }
        Intent::HandOver { to } => option(words, "--to", Some(to)),
        Intent::TakeOver { name, .. } => {
            words.push("--accept".to_owned());
            option(words, "--as", name.as_deref());
        }
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
    match value {
        None => {}
        Some(value) if value.starts_with('-') => words.push(format!("{name}={}", quoted(value))),
        Some(value) => words.extend([name.to_owned(), quoted(value)]),
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

    fn written(intent: Intent, home: Option<&str>) -> String {
        let incident = "2026-0302-a".to_owned();
        let effect = Effect::Append { incident, intent, again: None };
        let at = "2026-03-02T02:07:30+08:00".parse().unwrap();
        let attempt = Attempt { id: "0a".repeat(16), at };
        let zone = Zone::Fixed(parse_offset("+08:00").unwrap());
        command(&effect, &attempt, home.map(Path::new), zone)
    }

    fn report(happened_at: Option<Time>) -> Intent {
        Intent::Report {
            duty: "cn-cac-2025/first_report.police".to_owned(),
            to: Some("police".to_owned()),
            channel: "phone".to_owned(),
            reference: Some("it's T 1".to_owned()),
            happened_at,
            attachments: Vec::new(),
            failed: None,
            late_because: None,
        }
    }

    #[test]
    fn a_report_that_was_not_recorded_can_be_typed_again() {
        let at = "2026-03-02T02:05:00+08:00".parse().unwrap();
        assert_eq!(
            written(report(Some(at)), None),
            "jishi sent --to police --channel phone --ref 'it'\\''s T 1' \
             --happened-at 2026-03-02T02:05:00+08:00 --again 0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a \
             2026-0302-a cn-cac-2025/first_report.police"
        );
    }

    #[test]
    fn what_was_done_in_time_keeps_the_time_of_the_first_attempt() {
        let text = written(report(None), Some("/srv/on call"));
        assert!(text.starts_with("jishi --home '/srv/on call' sent "), "{text}");
        assert!(text.contains(" --happened-at 2026-03-02T02:07:30+08:00 "), "{text}");
    }

    #[test]
    fn who_takes_over_is_named_in_the_command_too() {
        let intent = Intent::TakeOver { entry: 4, name: Some("李工 (夜班)".to_owned()) };
        let text = written(intent, None);
        assert!(text.starts_with("jishi handover --accept --as '李工 (夜班)' "), "{text}");
    }

    #[test]
    fn what_looks_like_an_option_is_none() {
        let note = Intent::Note { text: "-5 hosts down".to_owned(), happened_at: None };
        let text = written(note, None);
        assert!(text.ends_with(" -- 2026-0302-a '-5 hosts down'"), "{text}");
        let close = Intent::Close { because: "--done".to_owned() };
        assert!(written(close, None).contains(" --because=--done "));
    }
}
