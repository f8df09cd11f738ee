//! One entry of a record as people read it.

use super::say;
use super::{Lang, fill};
use crate::domain::clockwatch::names_entry;
use crate::domain::event::{ClockEvent, ClockQuality, Entry, Event, Sent, Sync, ToldBy};
use crate::domain::footing::{Footing, Unfirm};
use crate::domain::incident::{Incident, UNKNOWN};
use crate::domain::law::Pack;
use crate::domain::text::printable;
use crate::domain::time::{self, Time, UTC, Zone};
use crate::domain::value::Value;

/// What an entry says, on one line, without its number, time and writer.
pub fn summary(incident: &Incident, entry: &Entry, now: Time, zone: Zone, lang: Lang) -> String {
    let text = match &entry.event {
        Event::Opened { title, packs, .. } => {
            let packs: Vec<String> =
                packs.iter().map(|p| format!("{} {}", p.id, p.edition)).collect();
            fill(lang.pick("建立: {0} ({1})", "opened: {0} ({1})"), &[title, &packs.join(", ")])
        }
        Event::Answered { set, note, told_by: by } => {
            let part = |(name, text): (&String, &String)| {
                let by = told_by(by.get(name).copied(), lang);
                format!("{}{by}", answered(incident, name, text, now, zone, lang))
            };
            let parts: Vec<String> = set.iter().map(part).collect();
            let note = note.as_ref().map(|n| format!(" ({n})")).unwrap_or_default();
            fill(lang.pick("答: {0}{1}", "answered: {0}{1}"), &[&parts.join("; "), &note])
        }
        Event::Sent(sent) => sent_line(incident, sent, lang),
        Event::Received { duty, to, reference, officer } => {
            let body = body_name(incident, duty, to, lang);
            let mut line = fill(lang.pick("回执: {0} 已收到", "received by {0}"), &[&body]);
            for (label, value) in [
                (lang.pick("编号", "reference"), reference),
                (lang.pick("接报人", "taken by"), officer),
            ] {
                if let Some(v) = value {
                    line.push_str(&format!(", {label} {v}"));
                }
            }
            line
        }
        Event::Waived { duty, because } => fill(
            lang.pick("不适用: {0}, 因为: {1}", "does not apply: {0}, because: {1}"),
            &[duty_title(incident, duty, lang), because],
        ),
        Event::Corrected { entry, because, fields, told_by: by } => {
            let n = entry.to_string();
            if fields.is_empty() {
                fill(
                    lang.pick("撤回 #{0}, 因为: {1}", "withdraws #{0}, because: {1}"),
                    &[&n, because],
                )
            } else {
                let part = |(k, v): (&String, &String)| {
                    let by = told_by(by.get(k).copied(), lang);
                    format!("{}{by}", answered(incident, k, v, now, zone, lang))
                };
                let fields: Vec<String> = fields.iter().map(part).collect();
                fill(
                    lang.pick("更正 #{0}: {1}, 因为: {2}", "corrects #{0}: {1}, because: {2}"),
                    &[&n, &fields.join(", "), because],
                )
            }
        }
        Event::Noted { text } => fill(lang.pick("备注: {0}", "note: {0}"), &[text]),
        Event::HandedOver { to } => fill(lang.pick("交接给 {0}", "handed over to {0}"), &[to]),
        Event::Closed { because } => {
            fill(lang.pick("结束, 因为: {0}", "closed, because: {0}"), &[because])
        }
        Event::TookOver { entry, name } => {
            let n = entry.to_string();
            let text = fill(lang.pick("接受交接 (#{0})", "takes over (#{0})"), &[&n]);
            match name {
                Some(name) => format!("{text}: {name}"),
                None => text,
            }
        }
        Event::Recovered { offset, bytes, .. } => fill(
            lang.pick(
                "损坏已说明: 自第 {0} 字节起的 {1} 字节保留原样, 不计入",
                "damage answered for: {1} bytes from byte {0} stay as they are and do not count",
            ),
            &[&offset.to_string(), &bytes.to_string()],
        ),
        Event::ClockChanged { what, ms, note } => clock_changed(*what, *ms, note.as_deref(), lang),
        Event::NotUnderstood { began: Some(began), .. } => fill(
            lang.pick("建立: {0} (由更新的版本写下)", "opened: {0} (by a newer version)"),
            &[&began.title],
        ),
        Event::NotUnderstood { kind, .. } => fill(
            lang.pick("本版本不认识的条目: {0}", "not understood by this version: {0}"),
            &[kind],
        ),
    };
    printable(&text)
}

/// By which clock a time was told, where it was not the host's; else nothing.
pub fn told_by(by: Option<ToldBy>, lang: Lang) -> &'static str {
    match by {
        None => "",
        Some(ToldBy::Watch) => lang.pick(" (按手表)", " (by a watch)"),
        Some(ToldBy::Other) => lang.pick(" (按另一时钟)", " (by another clock)"),
    }
}

/// What does not hold where the records lie.
pub fn unfirm(found: &Unfirm, lang: Lang) -> String {
    let (zh, en, name) = match &found.footing {
        Footing::Shared(name) => (
            "记录放在 {0} 上, 不能保证多人同时写入; 请只用一台主机写",
            "the records lie on {0}, where writing by several cannot be promised; let one host write",
            name.as_str(),
        ),
        Footing::Memory => (
            "记录放在内存里, 主机重启后就没有了; 请放到磁盘上",
            "the records lie in memory and are gone when this machine is started again; put them on a disk",
            "",
        ),
        Footing::Overlay => (
            "记录放在叠加层 (overlay) 上; 若是容器的, 容器删除后就没有了; 请放到卷上",
            "the records lie on an overlay; if it is a container's they are gone with it; put them on a volume",
            "",
        ),
        Footing::Local | Footing::Unknown => return String::new(),
    };
    let text = fill(lang.pick(zh, en), &[name]);
    match &found.incident {
        Some(id) => format!("{id}: {text}"),
        None => text,
    }
}

/// What the mark of an entry means whose clock was not kept.
pub fn unkept_mark(lang: Lang) -> &'static str {
    lang.pick(
        "记录时主机时钟未与外部时间源同步",
        "recorded by a clock that was not kept by an outside source",
    )
}

/// That the host's clock is not kept by an outside source; nothing where it is, or nobody knows.
pub fn unkept(clock: &ClockQuality, lang: Lang) -> Option<&'static str> {
    let text = lang.pick(
        "本机时钟未与外部时间源同步, 时限按本机时钟计算",
        "this host's clock is not kept by an outside source; the limits are counted by it",
    );
    (clock.sync == Sync::No).then_some(text)
}

/// That no zone can be read where the system looks for it, and at which offset times are read and
/// shown instead.
pub fn bad_zone(from: &str, offset: &str, lang: Lang) -> String {
    let (zh, en) = (
        "不能从 `{0}` 读出时区, 时间一律按 {1} 读写",
        "no zone can be read from `{0}`; times are read and shown at {1}",
    );
    fill(lang.pick(zh, en), &[from, offset])
}

/// What happened to the clock.
pub fn clock_changed(what: ClockEvent, ms: Option<i64>, note: Option<&str>, lang: Lang) -> String {
    let (zh, en) = match what {
        // Nobody saw it set: one of two clocks is wrong.
        ClockEvent::Stepped if note.is_some_and(names_entry) => {
            ("本机时钟早于上一条的记录时间", "this clock is behind the entry before")
        }
        ClockEvent::Stepped => ("系统时钟被拨动", "the wall clock was set"),
        ClockEvent::Suspended => ("主机曾休眠", "the host slept"),
        ClockEvent::ZoneChanged => ("读写时间的时区改变", "times are read in another zone"),
        ClockEvent::Unsynchronised => ("主机时钟未同步", "the host's clock is not synchronised"),
        ClockEvent::Synchronised => ("主机时钟已同步", "the host's clock is synchronised"),
    };
    let mut out = lang.pick(zh, en).to_owned();
    if let Some(ms) = ms {
        let sign = if ms < 0 { "-" } else { "+" };
        let long = ms.unsigned_abs();
        out.push_str(&format!(" {sign}{}.{:03} s", long / 1000, long % 1000));
    }
    if let Some(note) = note {
        out.push_str(&format!(" ({note})"));
    }
    out
}

fn answered(
    incident: &Incident,
    name: &str,
    text: &str,
    now: Time,
    zone: Zone,
    lang: Lang,
) -> String {
    let case = &incident.case;
    let far = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    if let Some(anchor) = case.anchor(name) {
        let label = lang.of(&anchor.short);
        return match time::parse(text, far, UTC) {
            Ok(at) => format!("{label} {}", say::full(at, zone)),
            Err(_) => format!("{label} {text}"),
        };
    }
    let Some(fact) = case.fact(name) else {
        return format!("{} {text}", field_label(name, lang));
    };
    let pack: Option<&Pack> = case.packs.iter().find(|p| p.fact(name).is_some()).map(AsRef::as_ref);
    let value = if text == UNKNOWN { None } else { Value::parse(&fact.kind, text, far, UTC).ok() };
    let value = say::answer(fact, pack, value.as_ref(), now, zone, lang);
    format!("{}: {value}", lang.of(&fact.short))
}

/// The name of a field that a correction can change.
pub fn field_label(name: &str, lang: Lang) -> &str {
    match name {
        "learned_at" => lang.pick("发现或获知时间", "the time it was learned of"),
        "handling_ended_at" => lang.pick("处置结束时间", "the end of handling"),
        "sent" => lang.pick("报出时间", "the time it was sent"),
        "attachment" => lang.pick("附件名", "name of the attachment"),
        "title" => lang.pick("标题", "title"),
        "to" => lang.pick("报告对象", "recipient"),
        "channel" => lang.pick("渠道", "channel"),
        "reference" => lang.pick("编号", "reference"),
        "happened_at" => lang.pick("实际时间", "happened at"),
        "failed" => lang.pick("未报通原因", "failed because"),
        "late_because" => lang.pick("迟报原因", "late because"),
        "officer" => lang.pick("接报人", "taken by"),
        "because" => lang.pick("理由", "because"),
        "name" => lang.pick("接手人", "who takes over"),
        "note" | "text" => lang.pick("备注", "note"),
        other => other,
    }
}

fn sent_line(incident: &Incident, sent: &Sent, lang: Lang) -> String {
    let body = body_name(incident, &sent.duty, &sent.to, lang);
    let channel = channel_name(incident, &sent.duty, &sent.channel, lang);
    let title = duty_title(incident, &sent.duty, lang);
    let mut line = match &sent.failed {
        None => fill(
            lang.pick("已报: {0} -> {1}, {2}", "sent: {0} -> {1}, {2}"),
            &[title, &body, &channel],
        ),
        Some(why) => fill(
            lang.pick("未报通: {0} -> {1}, {2}: {3}", "failed: {0} -> {1}, {2}: {3}"),
            &[title, &body, &channel, why],
        ),
    };
    if let Some(r) = &sent.reference {
        line.push_str(&format!(", {} {r}", lang.pick("编号", "reference")));
    }
    for a in &sent.attachments {
        let digest = a.sha256.get(..12).unwrap_or_default();
        line.push_str(&format!(", {} {} {digest}", lang.pick("附件", "attachment"), a.name));
    }
    if let Some(why) = &sent.late_because {
        line.push_str(&format!(", {}: {why}", lang.pick("迟报原因", "late because")));
    }
    line
}

/// A duty's title by its full id, or the id itself.
pub fn duty_title<'a>(incident: &'a Incident, duty: &'a str, lang: Lang) -> &'a str {
    match incident.case.find_duty(duty) {
        Some((pack, index)) => lang.of(&pack.duties[index.at()].title),
        None => duty,
    }
}

fn body_name(incident: &Incident, duty: &str, body: &str, lang: Lang) -> String {
    let pack = incident.case.find_duty(duty).map(|(p, _)| p);
    let found = pack.and_then(|p| p.body(body));
    found.map_or_else(|| body.to_owned(), |(_, b)| lang.of(&b.name).to_owned())
}

fn channel_name(incident: &Incident, duty: &str, channel: &str, lang: Lang) -> String {
    let pack = incident.case.find_duty(duty).map(|(p, _)| p);
    let found = pack.and_then(|p| p.channel(channel));
    found.map_or_else(|| channel.to_owned(), |(_, c)| lang.of(&c.name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_any_length_is_written_as_a_number() {
        let said = |ms| clock_changed(ClockEvent::Stepped, Some(ms), None, Lang::En);
        assert_eq!(said(i64::MIN), "the wall clock was set -9223372036854775.808 s");
        assert_eq!(said(i64::MAX), "the wall clock was set +9223372036854775.807 s");
        assert_eq!(said(-250), "the wall clock was set -0.250 s");
    }

    #[test]
    fn an_entry_from_the_future_is_not_called_a_step() {
        let note = "#7 2026-03-01T20:30:00Z -> 2026-03-01T17:30:00Z";
        let said = |lang| clock_changed(ClockEvent::Stepped, Some(-10_800_000), Some(note), lang);
        let clock = format!("this clock is behind the entry before -10800.000 s ({note})");
        assert_eq!(said(Lang::En), clock);
        assert!(said(Lang::Zh).starts_with("本机时钟早于上一条的记录时间 -10800.000 s (#7"));
    }
}
