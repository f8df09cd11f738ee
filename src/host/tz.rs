//! Whether the environment's TZ, or else the host's file, tells a zone. Where it does not, times are
//! silently read in another one, which has to be said.

use std::ffi::OsStr;
use std::path::Path;

use crate::domain::text::printable;

/// Where zones are looked for.
const FOLDERS: [&str; 4] =
    ["/usr/share/zoneinfo", "/share/zoneinfo", "/etc/zoneinfo", "/usr/share/lib/zoneinfo"];

/// Longest text that is repeated, in characters.
const SHOWN: usize = 60;

/// Returns TZ as it can be shown, where it can be read neither as the name of a file of a zone nor as
/// a rule in the form of POSIX; without TZ, the host's file where it is there and is none of a zone.
pub(super) fn unreadable(tz: Option<&OsStr>, host: &Path) -> Option<String> {
    let Some(tz) = tz else {
        // A host without it is in UTC; a link that leads nowhere means something else.
        let there = std::fs::symlink_metadata(host).is_ok();
        return (there && !is_zone_file(host)).then(|| host.display().to_string());
    };
    let shown = || {
        let text: String = printable(&tz.to_string_lossy()).chars().take(SHOWN).collect();
        format!("TZ={text}")
    };
    let Some(text) = tz.to_str() else { return Some(shown()) };
    let good = match text.strip_prefix(':') {
        _ if text.is_empty() => true,
        _ if text == "localtime" => is_zone_file(host),
        Some(name) => has_file(name),
        None => has_file(text) || is_rule(text.trim()),
    };
    (!good).then(shown)
}

fn has_file(name: &str) -> bool {
    let path = Path::new(name);
    if path.is_absolute() {
        return is_zone_file(path);
    }
    FOLDERS.iter().map(|folder| Path::new(folder).join(path)).any(|path| is_zone_file(&path))
}

/// Says whether a file has the form of RFC 8536: its mark, and from the second version on the line at
/// its end.
fn is_zone_file(path: &Path) -> bool {
    // A folder of zones, a device or a pipe is none.
    if !std::fs::metadata(path).is_ok_and(|m| m.is_file()) {
        return false;
    }
    let Ok(bytes) = std::fs::read(path) else { return false };
    let second = bytes.get(4).is_some_and(|version| *version >= b'2');
    bytes.len() >= 44 && bytes.starts_with(b"TZif") && (!second || bytes.ends_with(b"\n"))
}

/// Says whether a text is a rule: `CST-8`, `<+08>-8`, `CET-1CEST,M3.5.0,M10.5.0/3`.
fn is_rule(text: &str) -> bool {
    // A whole day from UTC is no offset any more.
    let within = |(seconds, rest): (i64, _)| (seconds.abs() < 24 * 3600).then_some(rest);
    let Some(rest) = name(text).and_then(offset).and_then(within) else { return false };
    if rest.is_empty() {
        return true;
    }
    let Some(rest) = name(rest) else { return false };
    let rest = if rest.starts_with(',') { Some(rest) } else { offset(rest).and_then(within) };
    let Some(rest) = rest else { return false };
    let Some(days) = rest.strip_prefix(',') else { return false };
    matches!(days.split(',').collect::<Vec<_>>()[..], [from, to] if is_day(from) && is_day(to))
}

/// Goes over a name: three letters or more, or anything between angle brackets.
fn name(text: &str) -> Option<&str> {
    if let Some(quoted) = text.strip_prefix('<') {
        let (name, rest) = quoted.split_once('>')?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-');
        return (name.len() >= 3 && name.chars().all(fits)).then_some(rest);
    }
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    (text.len() - rest.len() >= 3).then_some(rest)
}

/// Reads hours, minutes and seconds with their sign.
fn offset(text: &str) -> Option<(i64, &str)> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
    let (clock, rest) = text.split_at(text.len() - rest.len());
    let mut seconds = 0;
    for (part, (unit, most)) in clock.split(':').zip([(3600, 24), (60, 59), (1, 59)]) {
        let part: i64 = part.parse().ok().filter(|n| *n <= most)?;
        seconds += part * unit;
    }
    (clock.split(':').count() <= 3).then_some((sign * seconds, rest))
}

/// Says whether a text is the day of a change: `M3.5.0`, `J60`, `59`, each with a time or without.
fn is_day(text: &str) -> bool {
    let (day, time) = text.split_once('/').unwrap_or((text, "2"));
    let up_to = |text: &str, least: u32, most: u32| {
        text.parse().is_ok_and(|n: u32| (least..=most).contains(&n))
    };
    let fits = match (day.strip_prefix('M'), day.strip_prefix('J')) {
        (Some(day), _) => matches!(day.split('.').collect::<Vec<_>>()[..],
            [m, w, d] if up_to(m, 1, 12) && up_to(w, 1, 5) && up_to(d, 0, 6)),
        (_, Some(day)) => up_to(day, 1, 365),
        _ => up_to(day, 0, 365),
    };
    fits && offset(time).is_some_and(|(_, rest)| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(tz: &str) -> bool {
        bad(tz).is_none()
    }

    fn bad(tz: &str) -> Option<String> {
        unreadable(Some(OsStr::new(tz)), Path::new("/nowhere"))
    }

    #[test]
    fn rules_are_read_and_what_is_none_is_named() {
        for rule in [
            "",
            "UTC0",
            "CST-8",
            "<+0530>-5:30",
            "CET-1CEST,M3.5.0,M10.5.0/3",
            "EST5EDT,J60,J300",
            " CST-8 ",
        ] {
            assert!(good(rule), "{rule}");
        }
        for bad in [
            "Nowhere/Bad",
            "CST",
            "C-8",
            "CST-8x",
            "CET-1CEST",
            "CET-1CEST,M13.5.0,M10.5.0",
            "CST-99:99",
            "CST-24",
            "CET-1CEST-24,M3.5.0,M10.5.0",
            ":CST-8",
            "/etc/passwd",
            "/dev/null",
            "/usr/share",
            "../../../etc/passwd",
        ] {
            assert!(!good(bad), "{bad}");
        }
        assert_eq!(bad("\u{1b}[2J").as_deref(), Some("TZ=?[2J"));
    }

    #[test]
    fn a_file_of_a_zone_that_was_cut_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zone");
        let whole = [&b"TZif2"[..], &[0; 60], b"\nCST-8\n"].concat();
        std::fs::write(&path, &whole).unwrap();
        assert!(good(path.to_str().unwrap()));
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(!good(path.to_str().unwrap()));
        // Of the host's own file the same holds, but that it may be missing.
        assert_eq!(unreadable(None, &path), Some(path.display().to_string()));
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(unreadable(None, &path), None);
        assert_eq!(unreadable(None, &folder.path().join("none")), None);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/usr/share/zoneinfo/Nowhere/Bad", &link).unwrap();
        assert_eq!(unreadable(None, &link), Some(link.display().to_string()));
    }
}
