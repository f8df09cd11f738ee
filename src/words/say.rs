//! Moments, clocks, levels, answers and states as people read them.

use chrono::{Datelike, FixedOffset};

use super::Lang;
use crate::domain::assess::Verdict;
use crate::domain::case::Case;
use crate::domain::diff::{ChangeKind, Diff};
use crate::domain::duty::{DutyStatus, State};
use crate::domain::grade::Bounds;
use crate::domain::law::{BodyIx, Fact, LevelIx, Pack};
use crate::domain::time::{Time, Zone};
use crate::domain::tri::Tri;
use crate::domain::value::{Kind, Span, Value, chosen, decimal};

/// How pressing a clock is; each has a word and a mark, so that colour only repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Past its limit.
    Overdue,
    /// Ends soon.
    Soon,
    /// Undecided, and too late to decide first: drafting and approval would no longer fit.
    Late,
    /// Runs.
    Running,
    /// Would run if it applied; not settled yet.
    Undecided,
    /// Waits for what starts it.
    Waiting,
    /// Open, without hours.
    Open,
    /// Done, waived or blocked.
    Done,
    /// Does not apply.
    Excluded,
}

impl Urgency {
    /// The urgency of a duty; `soon` is in seconds.
    pub fn of(duty: &DutyStatus, now: Time, soon: i64) -> Self {
        match duty.state {
            None => Self::Excluded,
            Some(State::Met | State::MetLate | State::Waived | State::Blocked) => Self::Done,
            Some(State::Waiting) => Self::Waiting,
            Some(State::Running | State::Overdue) => match duty.due {
                _ if duty.applies == Tri::Unknown => Self::Undecided,
                None => Self::Open,
                Some(due) if now > due => Self::Overdue,
                Some(due) if (due - now).num_seconds() <= soon => Self::Soon,
                Some(_) => Self::Running,
            },
        }
    }

    /// The same, where drafting and approval take `lead` seconds: what is still undecided then is
    /// late to decide.
    pub fn with_lead(duty: &DutyStatus, now: Time, soon: i64, lead: i64) -> Self {
        match (Self::of(duty, now, soon), duty.decide_by(lead)) {
            (Self::Undecided, Some(by)) if now >= by => Self::Late,
            (urgency, _) => urgency,
        }
    }

    /// A mark of at most two ASCII characters.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Overdue | Self::Soon => "!!",
            Self::Late => "?!",
            Self::Running => "!",
            Self::Undecided => "?",
            Self::Waiting => "..",
            Self::Open => "-",
            Self::Done => "ok",
            Self::Excluded => "x",
        }
    }
}

/// A length of time as a clock shows it: `18:20`, `1:58:20`, `3 天 4 小时`; counts up when negative.
pub fn countdown(seconds: i64, lang: Lang) -> String {
    let s = seconds.unsigned_abs();
    let (h, m, sec) = (s / 3600, s / 60 % 60, s % 60);
    let body = if h >= 72 {
        let (d, h) = (h / 24, h % 24);
        match lang {
            Lang::Zh if h == 0 => format!("{d} 天"),
            Lang::Zh => format!("{d} 天 {h} 小时"),
            Lang::En if h == 0 => format!("{d} d"),
            Lang::En => format!("{d} d {h} h"),
        }
    } else if h > 0 {
        format!("{h}:{m:02}:{sec:02}")
    } else {
        format!("{m:02}:{sec:02}")
    };
    if seconds < 0 { format!("{} {body}", lang.pick("超时", "overdue")) } else { body }
}

/// Seconds after which the text of [`countdown`] changes next.
pub fn countdown_step(seconds: i64) -> i64 {
    const HOURS_SHOWN_FROM: i64 = 72 * 3600;
    if seconds.abs() < HOURS_SHOWN_FROM {
        return 1;
    }
    if seconds > 0 { seconds % 3600 + 1 } else { 3600 - seconds.abs() % 3600 }
}

/// A length of time in words: `2 小时 30 分`, `2 h 30 min`.
pub fn length(seconds: i64, lang: Lang) -> String {
    let s = seconds.unsigned_abs();
    let parts = [
        (s / 86400, "天", "d"),
        (s / 3600 % 24, "小时", "h"),
        (s / 60 % 60, "分", "min"),
        (s % 60, "秒", "s"),
    ];
    let shown: Vec<String> = parts
        .iter()
        .filter(|(n, ..)| *n > 0)
        .take(2)
        .map(|(n, zh, en)| format!("{n} {}", lang.pick(zh, en)))
        .collect();
    if shown.is_empty() { format!("0 {}", lang.pick("分", "min")) } else { shown.join(" ") }
}

/// A moment for narrow places: `02:30`, with the day where it is not today's.
pub fn moment(at: Time, now: Time, zone: Zone, lang: Lang) -> String {
    let (t, today) = (zone.show(at), zone.show(now));
    let time = t.format("%H:%M");
    if t.date_naive() == today.date_naive() {
        return time.to_string();
    }
    format!("{} {time}", day(&t, &today, lang))
}

/// A moment with its offset: `02:30 +08:00`.
pub fn moment_with_offset(at: Time, now: Time, zone: Zone, lang: Lang) -> String {
    format!("{} {}", moment(at, now, zone, lang), zone.show(at).offset())
}

/// A moment in full: `2026-03-02 02:30:00 +08:00`.
pub fn full(at: Time, zone: Zone) -> String {
    zone.show(at).format("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn day(
    t: &chrono::DateTime<FixedOffset>,
    today: &chrono::DateTime<FixedOffset>,
    lang: Lang,
) -> String {
    let year = if t.year() == today.year() { String::new() } else { format!("{}-", t.year()) };
    match lang {
        Lang::Zh if year.is_empty() => format!("{}月{}日", t.month(), t.day()),
        Lang::En if year.is_empty() => t.format("%b %-d").to_string(),
        _ => format!("{year}{}", t.format("%m-%d")),
    }
}

/// A level with its Chinese term beside any translation: `较大`, `relatively major 较大`.
pub fn level(pack: &Pack, level: Option<LevelIx>, lang: Lang) -> String {
    match (level.and_then(|l| pack.levels.get(l.at())), lang) {
        (None, _) => lang.pick("未达级别", "no level").to_owned(),
        (Some(l), Lang::Zh) => l.name.zh.clone(),
        // A pack's own English may hold the Chinese term already.
        (Some(l), Lang::En) if l.name.en.contains(&l.name.zh) => l.name.en.clone(),
        (Some(l), Lang::En) => format!("{} {}", l.name.en, l.name.zh),
    }
}

/// A level's id, or `none`.
pub fn level_id(pack: &Pack, level: Option<LevelIx>) -> &str {
    level.and_then(|l| pack.levels.get(l.at())).map_or("none", |l| l.id.as_str())
}

/// The bounds on the level: `较大`, or `较大 .. 特别重大`.
pub fn bounds(pack: &Pack, verdict: &Verdict, lang: Lang) -> String {
    range(pack, verdict.bounds, lang)
}

/// The name of a body.
pub fn body(pack: &Pack, body: BodyIx, lang: Lang) -> &str {
    lang.of(&pack.bodies[body.at()].name)
}

/// Finds the pack of a duty.
pub fn pack_of<'a>(case: &'a Case, pack: &str) -> Option<&'a Pack> {
    case.packs.iter().find(|p| p.id == pack).map(AsRef::as_ref)
}

/// A duty's title.
pub fn duty_title<'a>(case: &'a Case, duty: &DutyStatus, lang: Lang) -> &'a str {
    pack_of(case, &duty.pack).map_or("", |p| lang.of(&p.duties[duty.index.at()].title))
}

/// The names of a duty's recipients.
pub fn recipients(case: &Case, duty: &DutyStatus, lang: Lang) -> String {
    let Some(pack) = pack_of(case, &duty.pack) else { return String::new() };
    let names: Vec<&str> = duty.recipients.iter().map(|r| body(pack, r.body, lang)).collect();
    names.join(lang.pick("、", ", "))
}

/// Where a duty stands, in a word or two.
pub fn state(duty: &DutyStatus, lang: Lang) -> &'static str {
    let (zh, en) = match (duty.state, duty.applies) {
        (None, _) => ("不适用", "does not apply"),
        (Some(State::Met), _) => ("已报", "reported"),
        (Some(State::MetLate), _) => ("已报, 超时", "reported late"),
        (Some(State::Waived), _) => ("已豁免", "waived"),
        (Some(State::Blocked), _) => ("已阻止", "blocked"),
        (Some(_), Tri::Unknown) => ("待定", "undecided"),
        (Some(State::Waiting), _) => ("待起算", "waiting"),
        (Some(State::Overdue), _) => ("超时未报", "overdue"),
        (Some(State::Running), _) => ("未报", "not reported"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// A truth value of a duty.
pub fn applies(tri: Tri, lang: Lang) -> &'static str {
    match (tri, lang) {
        (Tri::Yes, Lang::Zh) => "适用",
        (Tri::Yes, Lang::En) => "applies",
        (Tri::No, Lang::Zh) => "不适用",
        (Tri::No, Lang::En) => "does not apply",
        (Tri::Unknown, Lang::Zh) => "待定",
        (Tri::Unknown, Lang::En) => "undecided",
    }
}

/// A count with separators: `1,200,000`.
pub fn count(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if n < 0 { format!("-{out}") } else { out }
}

/// An answer as people read it; `None` is "not known yet".
pub fn answer(
    fact: &Fact,
    pack: Option<&Pack>,
    value: Option<&Value>,
    now: Time,
    zone: Zone,
    lang: Lang,
) -> String {
    let Some(value) = value else { return lang.pick("还不知道", "not known yet").to_owned() };
    let option = |i: usize| fact.options.get(i).map_or("?", |t| lang.of(t));
    match (value, &fact.kind) {
        (Value::Bool(b), _) => {
            if *b { lang.pick("是", "yes") } else { lang.pick("否", "no") }.to_owned()
        }
        (Value::Integer(n), _) => {
            let unit = fact.unit.as_ref().map(|u| format!(" {}", lang.of(u)));
            format!("{}{}", count(*n), unit.unwrap_or_default())
        }
        (Value::Percent(n), _) => format!("{}%", decimal(*n)),
        (Value::Duration(Span::For(s)), _) => length(*s, lang),
        (Value::Duration(Span::Since(t)), _) => {
            let at = moment(*t, now, zone, lang);
            match lang {
                Lang::Zh => format!("自 {at} 起, 仍在持续"),
                Lang::En => format!("since {at}, goes on"),
            }
        }
        (Value::Duration(Span::Between(a, b)), _) => {
            format!("{} .. {}", moment(*a, now, zone, lang), moment(*b, now, zone, lang))
        }
        (Value::Level(None), _) => lang.pick("未达任何级别", "none of them").to_owned(),
        (Value::Level(Some(i)), Kind::Level(ids)) => {
            let id = ids.get(usize::from(*i));
            let found = id.and_then(|id| pack?.level(id));
            match found {
                Some((ix, _)) => pack.map(|p| level(p, Some(ix), lang)).unwrap_or_default(),
                None => id.cloned().unwrap_or_default(),
            }
        }
        (Value::Choice(i), _) => option(usize::from(*i)).to_owned(),
        (Value::Set(0), _) => lang.pick("都没有", "none").to_owned(),
        (Value::Set(mask), Kind::Set(ids)) => {
            let names: Vec<&str> = chosen(*mask, ids).map(|(i, _)| option(i)).collect();
            names.join(lang.pick("、", ", "))
        }
        _ => String::new(),
    }
}

/// What an answer or an act changed, one line each: levels, clocks that appear, vanish or move.
pub fn changes(case: &Case, diff: &Diff, now: Time, zone: Zone, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    for (id, before, after) in &diff.levels {
        let Some(pack) = pack_of(case, id) else { continue };
        let (b, a) = (range(pack, *before, lang), range(pack, *after, lang));
        out.push(format!("{}  {b} -> {a}", lang.pick("等级", "level")));
    }
    for change in &diff.duties {
        let (mark, zh, en) = match change.kind {
            ChangeKind::Applies => ("+", "确定适用", "applies"),
            ChangeKind::Possible => ("?", "不能排除", "cannot be excluded"),
            ChangeKind::Gone => ("-", "不再适用", "no longer applies"),
            ChangeKind::Blocked => ("-", "被阻止", "is blocked"),
            ChangeKind::Unblocked => ("+", "不再被阻止", "is no longer blocked"),
            ChangeKind::Moves => ("~", "期限改变", "moves"),
        };
        let title = case.find_duty(&change.duty).map(|(p, i)| lang.of(&p.duties[i.at()].title));
        let title = title.unwrap_or(&change.duty);
        let due = change.due.map(|t| moment_with_offset(t, now, zone, lang)).unwrap_or_default();
        out.push(format!("{mark}  {title}  {due}  {}", lang.pick(zh, en)));
    }
    for f in &diff.forecast {
        let Some(pack) = pack_of(case, &f.pack) else { continue };
        let at = moment_with_offset(f.at, now, zone, lang);
        let level = level(pack, Some(f.level), lang);
        out.push(format!("~  {at}  {} {level}", lang.pick("将升为", "becomes")));
    }
    out
}

fn range(pack: &Pack, bounds: Bounds, lang: Lang) -> String {
    let least = level(pack, bounds.at_least, lang);
    if bounds.at_least == bounds.at_most {
        return least;
    }
    format!("{least} .. {}", level(pack, bounds.at_most, lang))
}
/// Says how much room there is, from a number of bytes: `12 MiB`, `320 KiB`.
pub fn room(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{} KiB", bytes >> 10),
        mib => format!("{mib} MiB"),
    }
}
