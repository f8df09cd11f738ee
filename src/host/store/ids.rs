//! Incident ids, e.g. `2026-0302-a`: said over the telephone, typed at night, used as folder names.

use super::error::StoreError;
use crate::domain::text::printable;
use crate::domain::time::{Time, Zone};

/// Longest input that is looked at, in characters.
const MOST: usize = 40;

/// Says whether a text has the form of an incident id: year, month and day, and one to three letters.
///
/// Whatever has this form is safe as a folder name.
pub fn is_incident_id(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits =
        |p: Option<&str>| p.is_some_and(|p| p.len() == 4 && p.bytes().all(|c| c.is_ascii_digit()));
    digits(parts.next())
        && digits(parts.next())
        && parts.next().is_some_and(|p| {
            (1..=3).contains(&p.len()) && p.bytes().all(|c| c.is_ascii_lowercase())
        })
        && parts.next().is_none()
}

/// Returns the ids of one day, in order: `…-a` to `…-z`, `…-aa` to `…-zz`.
pub(super) fn of_day(now: Time, zone: Zone) -> impl Iterator<Item = String> {
    let day = zone.show(now).format("%Y-%m%d").to_string();
    let one = ('a'..='z').map(|c| c.to_string());
    let two = ('a'..='z').flat_map(|c| ('a'..='z').map(move |d| format!("{c}{d}")));
    one.chain(two).map(move |letters| format!("{day}-{letters}"))
}

/// Finds the id that somebody meant: the whole id, or a beginning or an end of it (`0302-a`) that only
/// one id has.
///
/// # Errors
/// [`StoreError::NotFound`] or [`StoreError::Ambiguous`].
pub fn resolve(text: &str, ids: &[String]) -> Result<String, StoreError> {
    let asked: String = text.trim().chars().take(MOST).collect::<String>().to_ascii_lowercase();
    if ids.contains(&asked) {
        return Ok(asked);
    }
    // An end counts from a hyphen on, so that `a` does not mean `…-aa`.
    let end = format!("-{asked}");
    let fits = |id: &&String| !asked.is_empty() && (id.starts_with(&asked) || id.ends_with(&end));
    let mut candidates: Vec<String> = ids.iter().filter(fits).cloned().collect();
    match candidates.len() {
        1 => Ok(candidates.remove(0)),
        0 => Err(StoreError::NotFound { nearest: nearest(&asked, ids), id: printable(&asked) }),
        _ => {
            // The newest are the likeliest; a whole day is no help in a message.
            candidates.reverse();
            candidates.truncate(5);
            Err(StoreError::Ambiguous { id: printable(&asked), candidates })
        }
    }
}

fn nearest(asked: &str, ids: &[String]) -> Vec<String> {
    let mut scored: Vec<_> = ids
        .iter()
        .map(|id| (strsim::normalized_damerau_levenshtein(asked, id), id))
        .filter(|(score, _)| *score >= 0.6)
        .collect();
    // Newest first among equals.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| b.1.cmp(a.1)));
    scored.into_iter().take(3).map(|(_, id)| id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Vec<String> {
        ["2026-0301-a", "2026-0302-a", "2026-0302-aa", "2026-0302-b"].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_whole_id_or_its_only_beginning_or_end_is_understood() {
        for (asked, meant) in [
            ("2026-0302-a", "2026-0302-a"),
            (" 2026-0302-B ", "2026-0302-b"),
            ("0302-a", "2026-0302-a"),
            ("aa", "2026-0302-aa"),
            ("2026-0301", "2026-0301-a"),
        ] {
            assert_eq!(resolve(asked, &ids()).unwrap(), meant, "{asked}");
        }
    }

    #[test]
    fn several_or_none_are_named() {
        let Err(StoreError::Ambiguous { candidates, .. }) = resolve("a", &ids()) else { panic!() };
        assert_eq!(candidates, ["2026-0302-a", "2026-0301-a"]);
        let Err(StoreError::NotFound { nearest, .. }) = resolve("2026-0303-a", &ids()) else {
            panic!()
        };
        assert_eq!(nearest[0], "2026-0302-a");
        let err = resolve("../../etc/passwd\u{1b}", &ids()).unwrap_err();
        assert_eq!(err.to_string(), "there is no incident `../../etc/passwd?`");
        assert!(matches!(resolve("", &ids()), Err(StoreError::NotFound { .. })));
    }

    #[test]
    fn only_the_form_of_an_id_is_one() {
        for good in ["2026-0302-a", "2026-0302-zz", "2026-1231-abc"] {
            assert!(is_incident_id(good), "{good}");
        }
        for bad in [
            "",
            "2026-0302-",
            "2026-0302-A",
            "2026-0302-a/..",
            "..",
            "2026-0302-a-b",
            "2026-0302-abcd",
            "２026-0302-a",
        ] {
            assert!(!is_incident_id(bad), "{bad}");
        }
    }

    #[test]
    fn a_day_has_its_letters_in_order_in_the_zone_of_the_user() {
        let now = chrono::DateTime::parse_from_rfc3339("2026-03-01T17:30:00Z").unwrap().to_utc();
        let zone = Zone::Fixed(crate::domain::time::parse_offset("+08:00").unwrap());
        let ids: Vec<_> = of_day(now, zone).collect();
        assert_eq!(ids[0], "2026-0302-a");
        assert_eq!(ids[26], "2026-0302-aa");
        assert_eq!(ids.len(), 26 + 26 * 26);
        assert!(ids.iter().all(|id| is_incident_id(id)));
    }
}
