//! Answers: their kinds, their values, and how they are written and read.

use std::collections::BTreeSet;
use std::fmt;

use super::suggest::nearest;
use super::time::{self, Time, Zone};

/// What kind of answer a fact takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A count, from 0.
    Integer,
    /// A share from 0 to 100, with up to four decimals.
    Percent,
    /// How long something lasted or lasts.
    Duration,
    /// A judged gravity: one of the pack's levels, or `none`. Ids mildest first.
    Level(Vec<String>),
    /// Any number of these options; at most 64.
    Set(Vec<String>),
    /// One of these options.
    Choice(Vec<String>),
}

impl Kind {
    /// The kind's name as error messages use it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Integer => "integer",
            Self::Percent => "percent",
            Self::Duration => "duration",
            Self::Level(_) => "level",
            Self::Set(_) => "set",
            Self::Choice(_) => "choice",
        }
    }
}

/// A bound or measured amount in the kind's base unit: a count, seconds, or 1/10000 of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(pub i64);

/// Units of [`Quantity`] in one percent.
pub const PER_PERCENT: i64 = 10_000;

/// The greatest count that every JSON reader keeps exact (2^53 - 1).
pub const MAX_COUNT: i64 = 9_007_199_254_740_991;

/// One known answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A count.
    Integer(i64),
    /// A share in 1/10000 of a percent.
    Percent(i64),
    /// How long.
    Duration(Span),
    /// Position in the kind's levels; `None` is "none of them".
    Level(Option<u8>),
    /// Bit mask over the kind's options.
    Set(u64),
    /// Position in the kind's options.
    Choice(u8),
}

/// How long something lasted, or since when it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// It lasted so many seconds and is over.
    For(i64),
    /// It goes on since this moment.
    Since(Time),
    /// It lasted from the one moment to the other.
    Between(Time, Time),
}

impl Span {
    /// Seconds that had passed at `now`; never negative.
    pub fn seconds_at(self, now: Time) -> i64 {
        match self {
            Self::For(s) => s,
            Self::Since(from) => (now - from).num_seconds().max(0),
            Self::Between(from, to) => (to - from).num_seconds().max(0),
        }
    }

    /// Says whether it still goes on.
    pub fn goes_on(self) -> bool {
        matches!(self, Self::Since(_))
    }

    /// The moment at which it began, where that is known.
    pub fn began(self) -> Option<Time> {
        match self {
            Self::For(_) => None,
            Self::Since(t) | Self::Between(t, _) => Some(t),
        }
    }
}

/// Why a piece of text is not an answer of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadValue {
    /// Not of the kind at all.
    #[error("`{text}` is not {kind}")]
    Kind {
        /// What was given.
        text: String,
        /// What kind was expected, for [`Kind::name`].
        kind: &'static str,
    },
    /// A count or duration below zero.
    #[error("`{text}` is negative")]
    Negative {
        /// What was given.
        text: String,
    },
    /// Outside the kind's range.
    #[error("`{text}` is out of range ({range})")]
    Range {
        /// What was given.
        text: String,
        /// The range.
        range: &'static str,
    },
    /// Not one of the options.
    #[error("`{text}` is not one of {}", options.join(", "))]
    Option {
        /// What was given.
        text: String,
        /// What is possible.
        options: Vec<String>,
        /// The nearest right name.
        nearest: Option<String>,
    },
    /// Ends before it starts.
    #[error("`{text}` ends before it starts")]
    Backwards {
        /// What was given.
        text: String,
    },
    /// Lies after "now".
    #[error("`{text}` lies in the future")]
    Future {
        /// What was given.
        text: String,
    },
    /// A time that cannot be read, or is ambiguous.
    #[error(transparent)]
    Time(#[from] time::BadTime),
}

impl Value {
    /// Reads an answer as it is typed: `1.2m`, `120万`, `2h30m`, `since:01:10`, `gov_county,news_other`.
    ///
    /// # Errors
    /// The text is not of `kind`, out of range, or lies after `now`.
    pub fn parse(kind: &Kind, text: &str, now: Time, zone: Zone) -> Result<Self, BadValue> {
        let text = super::text::half_width(text.trim());
        let text = text.as_str();
        let wrong = |name| BadValue::Kind { text: text.to_owned(), kind: name };
        match kind {
            Kind::Bool => match text.to_ascii_lowercase().as_str() {
                "yes" | "y" | "true" | "是" | "有" => Ok(Self::Bool(true)),
                "no" | "n" | "false" | "否" | "无" => Ok(Self::Bool(false)),
                _ => Err(wrong("bool")),
            },
            Kind::Integer => parse_count(text).map(Self::Integer),
            Kind::Percent => parse_percent(text).map(Self::Percent),
            Kind::Duration => parse_span(text, now, zone).map(Self::Duration),
            Kind::Level(_) if text == "none" || text == "无" => Ok(Self::Level(None)),
            Kind::Level(ids) => option(ids, text).map(|i| Self::Level(Some(i))),
            Kind::Choice(ids) => option(ids, text).map(Self::Choice),
            Kind::Set(ids) => {
                let mut mask = 0u64;
                if matches!(text, "" | "none" | "无") {
                    return Ok(Self::Set(0));
                }
                for part in text.split([',', '，', '、']).map(str::trim).filter(|p| !p.is_empty())
                {
                    mask |= 1 << option(ids, part)?;
                }
                Ok(Self::Set(mask))
            }
        }
    }

    /// Writes the answer so that [`Value::parse`] reads it back; times in UTC.
    pub fn write(&self, kind: &Kind) -> String {
        match (self, kind) {
            (Self::Bool(b), _) => if *b { "yes" } else { "no" }.to_owned(),
            (Self::Integer(n), _) => n.to_string(),
            (Self::Percent(p), _) => decimal(*p),
            (Self::Duration(s), _) => match s {
                Span::For(s) => time::write_seconds(*s),
                Span::Since(t) => format!("since:{}", time::write_utc(*t)),
                Span::Between(a, b) => format!("{}..{}", time::write_utc(*a), time::write_utc(*b)),
            },
            (Self::Level(Some(i)), Kind::Level(ids)) | (Self::Choice(i), Kind::Choice(ids)) => {
                ids.get(usize::from(*i)).cloned().unwrap_or_default()
            }
            (Self::Set(mask), Kind::Set(ids)) => {
                let names: Vec<&str> = chosen(*mask, ids).map(|(_, n)| n).collect();
                if names.is_empty() { "none".to_owned() } else { names.join(",") }
            }
            _ => "none".to_owned(),
        }
    }

    /// Says whether the answer is of this kind.
    pub fn fits(&self, kind: &Kind) -> bool {
        match (self, kind) {
            (Self::Bool(_), Kind::Bool)
            | (Self::Integer(_), Kind::Integer)
            | (Self::Percent(_), Kind::Percent)
            | (Self::Duration(_), Kind::Duration)
            | (Self::Level(None), Kind::Level(_)) => true,
            (Self::Level(Some(i)), Kind::Level(ids)) | (Self::Choice(i), Kind::Choice(ids)) => {
                usize::from(*i) < ids.len()
            }
            (Self::Set(mask), Kind::Set(ids)) => ids.len() >= 64 || mask >> ids.len() == 0,
            _ => false,
        }
    }

    /// The lowest answer of a kind: no, none, nothing, zero.
    pub fn lowest(kind: &Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool(false),
            Kind::Integer => Self::Integer(0),
            Kind::Percent => Self::Percent(0),
            Kind::Duration => Self::Duration(Span::For(0)),
            Kind::Level(_) => Self::Level(None),
            Kind::Set(_) => Self::Set(0),
            Kind::Choice(_) => Self::Choice(0),
        }
    }

    /// Says whether the answer claims nothing (no, none, zero); a choice of a reading claims nothing.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Bool(b) => !b,
            Self::Integer(n) | Self::Percent(n) => *n == 0,
            Self::Duration(Span::For(s)) => *s == 0,
            Self::Duration(_) => false,
            Self::Choice(_) => true,
            Self::Level(l) => l.is_none(),
            Self::Set(mask) => *mask == 0,
        }
    }
}

/// Lists the options that a mask chooses, with their positions.
pub fn chosen(mask: u64, ids: &[String]) -> impl Iterator<Item = (usize, &str)> {
    ids.iter().enumerate().filter(move |(i, _)| mask >> i & 1 == 1).map(|(i, s)| (i, s.as_str()))
}

/// Writes a share in 1/10000 of a percent as a plain decimal.
pub fn decimal(units: i64) -> String {
    let (whole, rest) = (units / PER_PERCENT, units % PER_PERCENT);
    if rest == 0 {
        return whole.to_string();
    }
    let rest = format!("{rest:04}");
    format!("{whole}.{}", rest.trim_end_matches('0'))
}

fn option(ids: &[String], text: &str) -> Result<u8, BadValue> {
    ids.iter().position(|id| id == text).and_then(|i| u8::try_from(i).ok()).ok_or_else(|| {
        BadValue::Option {
            text: text.to_owned(),
            options: ids.to_vec(),
            nearest: nearest(text, ids.iter().map(String::as_str)),
        }
    })
}

/// Reads a count: `1200000`, `1,200,000`, `120万`, `1.2亿`, `1.2m`, `300k`.
fn parse_count(text: &str) -> Result<i64, BadValue> {
    let wrong = || BadValue::Kind { text: text.to_owned(), kind: "integer" };
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | '_' | ' ' | '，')).collect();
    let plain = plain.to_lowercase();
    const SCALES: [(&str, i64); 7] = [
        ("万亿", 1_000_000_000_000),
        ("亿", 100_000_000),
        ("万", 10_000),
        ("千", 1_000),
        ("k", 1_000),
        ("m", 1_000_000),
        ("b", 1_000_000_000),
    ];
    let (digits, scale) = SCALES
        .iter()
        .find_map(|(s, n)| plain.strip_suffix(s).map(|d| (d, *n)))
        .unwrap_or((&plain, 1));
    if digits.starts_with('-') {
        return Err(BadValue::Negative { text: text.to_owned() });
    }
    let range = || BadValue::Range { text: text.to_owned(), range: "0 to 9007199254740991" };
    let n = scaled(digits, scale).ok_or_else(wrong)?.ok_or_else(range)?;
    if n > MAX_COUNT { Err(range()) } else { Ok(n) }
}

/// Reads a share: `30`, `29.9`, `30%`.
fn parse_percent(text: &str) -> Result<i64, BadValue> {
    let digits = text.trim_end_matches(['%', '％']).trim();
    if digits.starts_with('-') {
        return Err(BadValue::Negative { text: text.to_owned() });
    }
    let wrong = BadValue::Kind { text: text.to_owned(), kind: "percent" };
    let range = BadValue::Range { text: text.to_owned(), range: "0 to 100" };
    let n = scaled(digits, PER_PERCENT).ok_or(wrong)?.ok_or(range.clone())?;
    if n > 100 * PER_PERCENT { Err(range) } else { Ok(n) }
}

/// `digits` times `scale`, exactly: outer `None` is "not a number", inner `None` is "too large".
/// A number with more decimals than the scale can hold is not a number of the kind.
fn scaled(digits: &str, scale: i64) -> Option<Option<i64>> {
    let (whole, frac) = digits.split_once('.').unwrap_or((digits, ""));
    let frac = frac.trim_end_matches('0');
    let ok = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !ok(whole) || !ok(frac) || frac.len() > 12 {
        return None;
    }
    let mut unit = scale;
    let mut n = whole.parse::<i64>().ok().and_then(|w| w.checked_mul(scale));
    for digit in frac.bytes() {
        if unit % 10 != 0 {
            return None;
        }
        unit /= 10;
        n = n.and_then(|n| n.checked_add(i64::from(digit - b'0') * unit));
    }
    Some(n)
}

fn parse_span(text: &str, now: Time, zone: Zone) -> Result<Span, BadValue> {
    let at = |t: &str| time::parse(t, now, zone);
    let future = || BadValue::Future { text: text.to_owned() };
    for prefix in ["since:", "since ", "自"] {
        if let Some(rest) = text.strip_prefix(prefix) {
            let from = at(rest.trim())?;
            return if from > now { Err(future()) } else { Ok(Span::Since(from)) };
        }
    }
    if let Some((a, b)) = text.split_once("..") {
        let (from, to) = (at(a.trim())?, at(b.trim())?);
        return if to < from {
            Err(BadValue::Backwards { text: text.to_owned() })
        } else if to > now {
            Err(future())
        } else {
            Ok(Span::Between(from, to))
        };
    }
    if text.starts_with('-') {
        return Err(BadValue::Negative { text: text.to_owned() });
    }
    time::parse_seconds(text)
        .map(Span::For)
        .ok_or_else(|| BadValue::Kind { text: text.to_owned(), kind: "duration" })
}

/// Names of the options as a set, for callers that compare.
pub fn option_names(mask: u64, ids: &[String]) -> BTreeSet<String> {
    chosen(mask, ids).map(|(_, n)| n.to_owned()).collect()
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
