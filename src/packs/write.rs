//! Conditions and limits in words, for people who ask what a rule says.

use crate::domain::law::{Cond, DutyIx, FactIx, Limit, Pack, Recipients, Start, Text};
use crate::domain::value::{Kind, Quantity, chosen, decimal};

/// Says a condition in words, with the names of its facts, levels and duties.
pub fn cond_text(pack: &Pack, cond: &Cond, zh: bool) -> String {
    Writer { pack, zh }.cond(cond, false)
}

/// Says a limit in words: the figure, then the law's own word where it has one.
pub fn limit_text(limit: &Limit, zh: bool) -> String {
    let (figure, words) = match limit {
        Limit::Within { seconds, words } => (duration_text(*seconds, zh), words),
        Limit::Days { days, words } => {
            let unit = if zh {
                "日"
            } else if *days == 1 {
                "day"
            } else {
                "days"
            };
            (format!("{days} {unit}"), words)
        }
        Limit::Words(own) => return pick(own, zh).to_owned(),
    };
    match words {
        None => figure,
        Some(words) => format!("{figure} ({})", pick(words, zh)),
    }
}

/// Says a length of time in words: `2 小时 30 分钟`, `2 h 30 min`.
pub fn duration_text(seconds: i64, zh: bool) -> String {
    let parts = [
        (seconds / 3600, if zh { "小时" } else { "h" }),
        (seconds / 60 % 60, if zh { "分钟" } else { "min" }),
        (seconds % 60, if zh { "秒" } else { "s" }),
    ];
    let said: Vec<String> =
        parts.iter().filter(|(n, _)| *n != 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    if said.is_empty() { format!("0 {}", parts[2].1) } else { said.join(" ") }
}

/// Says who is told, by name.
pub(super) fn recipients_text(pack: &Pack, to: &Recipients, zh: bool) -> String {
    let names: Vec<&str> = match to {
        Recipients::Bodies(list) => {
            list.iter().map(|b| pick(&pack.bodies[b.at()].name, zh)).collect()
        }
        Recipients::SameAs(list) => list.iter().map(|d| pack.duties[d.at()].id.as_str()).collect(),
    };
    let names = names.join(if zh { "、" } else { ", " });
    match (to, zh) {
        (Recipients::Bodies(_), _) => names,
        (Recipients::SameAs(_), true) => format!("与 {names} 相同"),
        (Recipients::SameAs(_), false) => format!("whoever gets {names}"),
    }
}

/// Says what starts a clock.
pub(super) fn start_text(pack: &Pack, start: &Start, zh: bool) -> String {
    let ids = |list: &[DutyIx]| {
        list.iter().map(|d| pack.duties[d.at()].id.as_str()).collect::<Vec<_>>().join(", ")
    };
    match (start, zh) {
        (Start::Anchor(id), _) => match pack.anchor(id) {
            Some(anchor) => pick(&anchor.short, zh).to_owned(),
            None => id.clone(),
        },
        (Start::Received(list), true) => format!("收到 {} 之后", ids(list)),
        (Start::Received(list), false) => format!("receipt of {}", ids(list)),
        (Start::Sent(list), true) => format!("报出 {} 之后", ids(list)),
        (Start::Sent(list), false) => format!("sending of {}", ids(list)),
    }
}

fn pick(text: &Text, zh: bool) -> &str {
    if zh { &text.zh } else { &text.en }
}

struct Writer<'p> {
    pack: &'p Pack,
    zh: bool,
}

impl Writer<'_> {
    fn say(&self, zh: String, en: String) -> String {
        if self.zh { zh } else { en }
    }

    fn short(&self, fact: FactIx) -> &str {
        pick(&self.pack.facts[fact.at()].short, self.zh)
    }

    /// `inside` puts brackets round what would be read wrongly inside another condition.
    fn cond(&self, cond: &Cond, inside: bool) -> String {
        match cond {
            Cond::Is(f) => self.short(*f).to_owned(),
            Cond::Not(inner) => {
                let inner = self.cond(inner, true);
                self.say(format!("非「{inner}」"), format!("not {inner}"))
            }
            Cond::All(list) if list.is_empty() => self.say("始终".into(), "always".into()),
            Cond::All(list) => self.joined(list, " 且 ", " and ", inside),
            Cond::Any(list) => self.joined(list, " 或 ", " or ", inside),
            Cond::AtLeast(f, q) => {
                let (name, bound) = (self.short(*f), self.quantity(*f, *q));
                self.say(format!("{name} 达到 {bound}"), format!("{name} at least {bound}"))
            }
            Cond::MoreThan(f, q) => {
                let (name, bound) = (self.short(*f), self.quantity(*f, *q));
                self.say(format!("{name} 超过 {bound}"), format!("{name} more than {bound}"))
            }
            Cond::Has(f, mask) => {
                let fact = &self.pack.facts[f.at()];
                let ids = match &fact.kind {
                    Kind::Set(ids) => ids.as_slice(),
                    _ => &[],
                };
                let names: Vec<&str> = chosen(*mask, ids)
                    .filter_map(|(i, _)| fact.options.get(i))
                    .map(|name| pick(name, self.zh))
                    .collect();
                let (short, zh, en) = (self.short(*f), names.join("、"), names.join(", or "));
                self.say(format!("{short} 含 {zh}"), format!("{short} includes {en}"))
            }
            Cond::Chosen(f, option) => {
                let fact = &self.pack.facts[f.at()];
                let name = fact.options.get(usize::from(*option)).map(|t| pick(t, self.zh));
                let (short, name) = (self.short(*f), name.unwrap_or_default());
                self.say(format!("{short} 为「{name}」"), format!("{short} is \"{name}\""))
            }
            Cond::Graded(f, level) => {
                let (short, level) = (self.short(*f), &self.pack.levels[level.at()].name);
                self.say(
                    format!("{short} 判为 {} 以上", level.zh),
                    format!("{short} judged {} or graver", level.en),
                )
            }
            Cond::Reached(level) => {
                let level = &self.pack.levels[level.at()].name;
                self.say(format!("达到 {}", level.zh), format!("level {} or graver", level.en))
            }
            Cond::Applies(duty) => {
                let duty = &self.pack.duties[duty.at()];
                let title = pick(&duty.title, self.zh);
                self.say(format!("须「{title}」"), format!("\"{title}\" applies"))
            }
        }
    }

    fn joined(&self, list: &[Cond], zh: &str, en: &str, inside: bool) -> String {
        let parts: Vec<String> = list.iter().map(|c| self.cond(c, list.len() > 1)).collect();
        let text = parts.join(if self.zh { zh } else { en });
        if inside && list.len() > 1 { format!("({text})") } else { text }
    }

    fn quantity(&self, fact: FactIx, quantity: Quantity) -> String {
        let fact = &self.pack.facts[fact.at()];
        match fact.kind {
            Kind::Duration => duration_text(quantity.0, self.zh),
            Kind::Percent => format!("{} %", decimal(quantity.0)),
            _ => {
                let number = count_text(quantity.0, self.zh);
                match &fact.unit {
                    Some(unit) => format!("{number} {}", pick(unit, self.zh)),
                    None => number,
                }
            }
        }
    }
}

/// Writes a count as people read it: `1000 万`, `10,000,000`.
fn count_text(n: i64, zh: bool) -> String {
    if zh {
        for (scale, word) in [(100_000_000, "亿"), (10_000, "万")] {
            if n >= scale && n % scale == 0 {
                return format!("{} {word}", n / scale);
            }
        }
        return n.to_string();
    }
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
