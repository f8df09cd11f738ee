//! Moments, zones and durations: reading them as people type them, writing them for the record.
//!
//! No clock is read here; "now" is always an argument.

use chrono::{
    DateTime, Days, FixedOffset, Local, LocalResult, NaiveDate, NaiveDateTime, NaiveTime,
    Offset as _, SecondsFormat, TimeDelta, TimeZone, Utc,
};

/// A moment, kept in UTC.
pub type Time = DateTime<Utc>;
/// A fixed offset from UTC.
pub type Offset = FixedOffset;

/// The zone in which times without an offset are read and times are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// The machine's own zone.
    System,
    /// A fixed offset.
    Fixed(Offset),
}

/// UTC, in which the record is written.
pub const UTC: Zone = match FixedOffset::east_opt(0) {
    Some(offset) => Zone::Fixed(offset),
    None => Zone::System,
};

impl Zone {
    /// The moment as it is shown in this zone.
    pub fn show(self, at: Time) -> DateTime<FixedOffset> {
        match self {
            Self::System => Local.from_utc_datetime(&at.naive_utc()).fixed_offset(),
            Self::Fixed(o) => at.with_timezone(&o),
        }
    }

    fn resolve(self, naive: NaiveDateTime) -> LocalResult<Time> {
        match self {
            Self::System => Local.from_local_datetime(&naive).map(|t| t.with_timezone(&Utc)),
            Self::Fixed(o) => o.from_local_datetime(&naive).map(|t| t.with_timezone(&Utc)),
        }
    }
}

/// Why a text is not a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    /// Cannot be read at all.
    #[error("`{text}` is not a time")]
    Unreadable {
        /// What was given.
        text: String,
    },
    /// The zone skips that local time.
    #[error("`{text}` does not exist in the local zone (the clocks were put forward)")]
    Gap {
        /// What was given.
        text: String,
    },
    /// The zone has that local time twice.
    #[error("`{text}` happened twice in the local zone (the clocks were put back)")]
    Fold {
        /// What was given.
        text: String,
    },
}

/// Reads a moment: RFC 3339; without offset in `zone`; `HH:MM` for the latest such time up to
/// `now`; `now`; `20m ago`.
///
/// # Errors
/// The text cannot be read, or the zone has no such local time, or has it twice.
pub fn parse(text: &str, now: Time, zone: Zone) -> Result<Time, BadTime> {
    let text = super::text::half_width(text.trim());
    let text = text.as_str();
    if matches!(text, "now" | "现在" | "刚刚") {
        return Ok(now);
    }
    if let Some(ago) = text.strip_suffix("ago").or_else(|| text.strip_suffix('前'))
        && let Some(seconds) = parse_seconds(ago.trim())
        && let Some(at) = TimeDelta::try_seconds(seconds).and_then(|d| now.checked_sub_signed(d))
    {
        return Ok(at);
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
        return Ok(at.with_timezone(&Utc));
    }
    if let Ok(at) = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M %:z")
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z"))
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %:z"))
    {
        return Ok(at.with_timezone(&Utc));
    }
    let today = zone.show(now).date_naive();
    for form in ["%H:%M", "%H:%M:%S"] {
        if let Ok(time) = NaiveTime::parse_from_str(text, form) {
            let at = settle(text, today.and_time(time), zone)?;
            return if at <= now {
                Ok(at)
            } else {
                let yesterday = today - Days::new(1);
                settle(text, yesterday.and_time(time), zone)
            };
        }
    }
    for form in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"] {
        if let Ok(naive) = NaiveDateTime::parse_from_str(text, form) {
            return settle(text, naive, zone);
        }
    }
    for form in ["%m-%d %H:%M", "%m/%d %H:%M"] {
        let year = today.format("%Y").to_string();
        let full = format!("{year}-{text}");
        if let Ok(naive) = NaiveDateTime::parse_from_str(&full, &format!("%Y-{form}")) {
            return settle(text, naive, zone);
        }
    }
    Err(BadTime::Unreadable { text: text.to_owned() })
}

/// Words behind a time which say that it was read from somebody's watch, not from this host.
const WATCH: [&str; 8] =
    ["(by a watch)", "by a watch", "by watch", "watch", "(按手表)", "按手表", "手表", "表"];

/// Takes the word off a time which says that it was read from somebody's watch, and says whether it was
/// there.
pub fn off_watch(text: &str) -> (&str, bool) {
    let text = text.trim();
    let without = |word: &&str| {
        let (rest, end) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
        end.eq_ignore_ascii_case(word).then(|| rest.trim_end())
    };
    WATCH.iter().find_map(without).map_or((text, false), |rest| (rest, true))
}

/// Writes a time so that [`off_watch`] reads the same from it.
pub fn by_watch(text: &str, by_watch: bool) -> String {
    if by_watch { format!("{text} watch") } else { text.to_owned() }
}

fn settle(text: &str, naive: NaiveDateTime, zone: Zone) -> Result<Time, BadTime> {
    match zone.resolve(naive) {
        LocalResult::Single(at) => Ok(at),
        LocalResult::None => Err(BadTime::Gap { text: text.to_owned() }),
        LocalResult::Ambiguous(..) => Err(BadTime::Fold { text: text.to_owned() }),
    }
}

/// Reads a length of time in whole seconds: `2h30m`, `PT2H30M`, `P1DT6H`, `90min`, `1d`, `2小时30分`.
pub fn parse_seconds(text: &str) -> Option<i64> {
    let lower = text.trim().to_lowercase().replace(' ', "");
    let iso = lower.strip_prefix('p');
    let body = iso.unwrap_or(&lower);
    let mut total = 0i64;
    let mut digits = String::new();
    let mut unit = String::new();
    let mut clock_part = iso.is_none();
    let mut any = false;
    let mut flush = |digits: &mut String, unit: &mut String, clock_part: bool| -> Option<()> {
        if digits.is_empty() && unit.is_empty() {
            return Some(());
        }
        let each = match unit.as_str() {
            "d" | "天" | "日" | "day" | "days" => 86_400,
            "h" | "小时" | "时" | "hour" | "hours" => 3_600,
            "m" | "min" | "mins" | "分" | "分钟" | "minutes" | "minute" if clock_part => 60,
            "s" | "sec" | "秒" | "seconds" => 1,
            _ => return None,
        };
        let n: i64 = digits.parse().ok()?;
        total = total.checked_add(n.checked_mul(each)?)?;
        any = true;
        digits.clear();
        unit.clear();
        Some(())
    };
    for c in body.chars() {
        match c {
            '0'..='9' => {
                if !unit.is_empty() {
                    flush(&mut digits, &mut unit, clock_part)?;
                }
                digits.push(c);
            }
            't' if iso.is_some() => {
                flush(&mut digits, &mut unit, clock_part)?;
                clock_part = true;
            }
            c => unit.push(c),
        }
    }
    flush(&mut digits, &mut unit, clock_part)?;
    // A hundred years is beyond any outage, and keeps sums far from overflow.
    (any && total <= 100 * 366 * 86_400).then_some(total)
}

/// Writes seconds as an ISO 8601 duration, e.g. `PT2H30M`.
pub fn write_seconds(seconds: i64) -> String {
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut out = String::from("PT");
    for (n, unit) in [(h, 'H'), (m, 'M'), (s, 'S')] {
        if n > 0 {
            out.push_str(&format!("{n}{unit}"));
        }
    }
    if out.len() == 2 {
        out.push_str("0S");
    }
    out
}

/// Writes a moment in UTC for the record: `2026-03-01T17:30:00Z`, with milliseconds where it has any.
pub fn write_utc(at: Time) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Writes a moment with its offset: `2026-03-02T01:30:00+08:00`.
pub fn write_local(at: Time, zone: Zone) -> String {
    zone.show(at).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// Adds seconds; saturates at the end of time, which no legal clock reaches.
pub fn plus_seconds(at: Time, seconds: i64) -> Time {
    TimeDelta::try_seconds(seconds)
        .and_then(|d| at.checked_add_signed(d))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Adds calendar days in a zone, keeping the time of day.
pub fn plus_days(at: Time, days: u32, zone: Offset) -> Time {
    at.with_timezone(&zone)
        .checked_add_days(Days::new(u64::from(days)))
        .map_or(DateTime::<Utc>::MAX_UTC, |t| t.with_timezone(&Utc))
}

/// Reads a fixed offset such as `+08:00`.
pub fn parse_offset(text: &str) -> Option<Offset> {
    let probe = format!("2026-01-01T00:00:00{text}");
    DateTime::parse_from_rfc3339(&probe).ok().map(|t| t.offset().fix())
}

/// Reads a day such as `2025-11-01`.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_for_a_watch_is_taken_off_and_written_back() {
        for text in ["01:58 watch", "01:58 表", "01:58 手表", "01:58表", "01:58 (按手表)"] {
            assert_eq!(off_watch(text), ("01:58", true), "{text}");
        }
        for text in ["01:58", "", "20m ago", "watchful 01:58", "表 01:58"] {
            assert_eq!(off_watch(text), (text, false), "{text}");
        }
        assert_eq!(off_watch("表"), ("", true));
        assert_eq!(off_watch(&by_watch("01:58", true)), ("01:58", true));
        assert_eq!(by_watch("01:58", false), "01:58");
        assert_eq!(off_watch("01:58 (by a watch) "), ("01:58", true));
    }
}
