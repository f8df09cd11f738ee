//! OpenSSH's list of allowed signers: who may sign what, with which key, from when to when.
//!
//! `PRINCIPALS [OPTIONS] KEYTYPE KEY [COMMENT]`, with `namespaces=`, `valid-after=` and
//! `valid-before=`; `cert-authority` is not supported, and such a line is passed over and said.

use ssh_key::PublicKey;
use ssh_key::public::KeyData;

use super::NAMESPACE;
use crate::domain::text::printable;
use crate::domain::time::{self, Time, UTC, Zone};

/// The longest list that is read, in bytes.
pub const LIST_MOST: usize = 1 << 20;

/// A list of allowed signers.
#[derive(Debug, Clone, Default)]
pub struct Signers {
    list: Vec<Signer>,
    /// Lines that were passed over, and why.
    pub passed_over: Vec<BadLine>,
}

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct BadLine {
    /// Which, from 1.
    pub line: usize,
    /// Why.
    pub why: String,
}

#[derive(Debug, Clone)]
struct Signer {
    principals: String,
    namespaces: Option<String>,
    after: Option<Time>,
    before: Option<Time>,
    key: KeyData,
}

/// Why a key may not sign a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// No line names the key.
    #[error("its key is not among the allowed signers")]
    Unknown,
    /// The key may sign other things only.
    #[error("`{who}` may not sign for `{NAMESPACE}`")]
    Namespace {
        /// Whose key it is.
        who: String,
    },
    /// The key is not valid yet.
    #[error("the key of `{who}` is valid from {from} on")]
    NotYet {
        /// Whose key it is.
        who: String,
        /// From when, RFC 3339.
        from: String,
    },
    /// The key is not valid any more.
    #[error("the key of `{who}` was valid until {until}")]
    Expired {
        /// Whose key it is.
        who: String,
        /// Until when, RFC 3339.
        until: String,
    },
}

impl Signers {
    /// Reads a list. Times without `Z` are in `zone`.
    ///
    /// # Errors
    /// A line that is none of the kind, with its number: a list that is not understood allows nobody.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, BadLine> {
        let mut out = Self::default();
        for (i, line) in text.lines().enumerate() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            match signer(trimmed, zone) {
                Ok(signer) => out.list.push(signer),
                Err(Bad::PassOver(why)) => out.passed_over.push(BadLine { line: i + 1, why }),
                Err(Bad::Stop(why)) => return Err(BadLine { line: i + 1, why }),
            }
        }
        Ok(out)
    }

    /// Says in whose name a key may sign checkpoints at a moment.
    ///
    /// # Errors
    /// See [`NotAllowed`]; of several lines with the key, what the last one lacks.
    pub fn allow(&self, key: &KeyData, now: Time) -> Result<String, NotAllowed> {
        let mut why = NotAllowed::Unknown;
        for signer in self.list.iter().filter(|s| s.key == *key) {
            let who = printable(&signer.principals);
            let written = |t: Time| time::write_utc(t);
            if signer.namespaces.as_ref().is_some_and(|list| !fits(list, NAMESPACE)) {
                why = NotAllowed::Namespace { who };
            } else if let Some(after) = signer.after.filter(|t| now < *t) {
                why = NotAllowed::NotYet { who, from: written(after) };
            } else if let Some(before) = signer.before.filter(|t| now > *t) {
                why = NotAllowed::Expired { who, until: written(before) };
            } else {
                return Ok(who);
            }
        }
        Err(why)
    }
}

enum Bad {
    /// Well formed, but nothing that we use.
    PassOver(String),
    Stop(String),
}

fn signer(line: &str, zone: Zone) -> Result<Signer, Bad> {
    let stop = |why: &str| Bad::Stop(why.to_owned());
    let (principals, rest) = field(line).ok_or_else(|| stop("a quote is not closed"))?;
    let principals = principals.trim_matches('"').to_owned();
    let (mut first, mut rest) =
        field(rest).ok_or_else(|| stop("a quote is not closed in the options"))?;
    let mut options = "";
    if !is_kind(first) {
        options = first;
        (first, rest) = field(rest).ok_or_else(|| stop("a quote is not closed"))?;
    }
    if principals.is_empty() || !is_kind(first) {
        return Err(stop("not `PRINCIPALS [OPTIONS] KEYTYPE KEY`"));
    }
    let (mut namespaces, mut after, mut before) = (None, None, None);
    for option in split(options) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let value = value.trim_matches('"');
        match name.to_ascii_lowercase().as_str() {
            "namespaces" => namespaces = Some(value.to_owned()),
            "valid-after" => after = Some(moment(value, zone)?),
            "valid-before" => before = Some(moment(value, zone)?),
            "cert-authority" => {
                return Err(Bad::PassOver("`cert-authority` is not supported".to_owned()));
            }
            _ => {
                return Err(Bad::Stop(format!("there is no option `{}`", printable(name))));
            }
        }
    }
    let blob = rest.split_whitespace().next().unwrap_or_default();
    let key = PublicKey::from_openssh(&format!("{first} {blob}"))
        .map_err(|e| Bad::Stop(format!("the key cannot be read: {e}")))?;
    if !matches!(key.key_data(), KeyData::Ed25519(_) | KeyData::Ecdsa(_) | KeyData::Rsa(_)) {
        let why = format!("keys of the kind `{}` are not supported", printable(first));
        return Err(Bad::PassOver(why));
    }
    Ok(Signer { principals, namespaces, after, before, key: key.key_data().clone() })
}

fn is_kind(text: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"].iter().any(|p| text.starts_with(p))
}

/// Cuts the first field off; blanks within quotes belong to it.
fn field(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let mut quoted = false;
    for (i, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => return text.split_at_checked(i),
            _ => {}
        }
    }
    (!quoted).then_some((text, ""))
}

/// Splits at commas outside quotes.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .filter(|o| !o.is_empty())
}

/// Reads `YYYYMMDD` or `YYYYMMDDHHMM[SS]`, with `Z` for UTC.
fn moment(text: &str, zone: Zone) -> Result<Time, Bad> {
    let bad = || {
        Bad::Stop(format!("`{}` is not a time such as 20260302 or 202603020130Z", printable(text)))
    };
    let (digits, zone) = match text.strip_suffix(['Z', 'z']) {
        Some(digits) => (digits, UTC),
        None => (text, zone),
    };
    if !matches!(digits.len(), 8 | 12 | 14) || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err(bad());
    }
    let all = format!("{digits:0<14}");
    let part = |from: usize, to: usize| all.get(from..to).unwrap_or_default();
    let form = format!(
        "{}-{}-{} {}:{}:{}",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(8, 10),
        part(10, 12),
        part(12, 14)
    );
    time::parse(&form, Time::UNIX_EPOCH, zone).map_err(|_| bad())
}

/// Says whether a name fits a list of patterns with `*`, `?` and, for what it must not fit, `!`.
fn fits(list: &str, name: &str) -> bool {
    let mut fits = false;
    for pattern in list.split(',') {
        match pattern.trim().strip_prefix('!') {
            Some(not) if glob(not.as_bytes(), name.as_bytes()) => return false,
            Some(_) => {}
            None => fits |= glob(pattern.trim().as_bytes(), name.as_bytes()),
        }
    }
    fits
}

/// Matches with `*` and `?`, without going back further than the last star.
fn glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == b'?' || Some(c) == name.get(n) => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                p = at + 1;
                n = from + 1;
            }
        }
    }
    pattern.iter().skip(p).all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn allow(line: &str, now: &str) -> Result<String, NotAllowed> {
        let key = PublicKey::from_openssh(KEY).unwrap();
        Signers::parse(line, UTC).unwrap().allow(key.key_data(), at(now))
    }

    #[test]
    fn a_signer_is_allowed_by_key_namespace_and_time() {
        let now = "2026-03-02T00:00:00Z";
        let yes = Ok("a@example.org".to_owned());
        assert_eq!(allow(&format!("a@example.org {KEY} note"), now), yes);
        assert_eq!(allow(&format!("\"a@example.org\" {KEY}"), now), yes);
        for namespaces in ["checkpoint@jishi", "git,checkpoint@*", "*", "check????t@jishi"] {
            let line = format!("a@example.org namespaces=\"{namespaces}\" {KEY}");
            assert_eq!(allow(&line, now), yes, "{line}");
        }
        for namespaces in ["git", "checkpoint", "", "*,!checkpoint@jishi"] {
            let line = format!("a namespaces=\"{namespaces}\" {KEY}");
            assert!(matches!(allow(&line, now), Err(NotAllowed::Namespace { .. })), "{line}");
        }
        let timed = format!("a valid-after=20260101Z,valid-before=\"202602010130Z\" {KEY}");
        assert_eq!(allow(&timed, "2026-02-01T01:29:00Z"), Ok("a".to_owned()));
        assert!(matches!(allow(&timed, now), Err(NotAllowed::Expired { .. })));
        assert!(matches!(allow(&timed, "2025-12-31T23:59:59Z"), Err(NotAllowed::NotYet { .. })));
        assert_eq!(allow("# nobody\n\n", now), Err(NotAllowed::Unknown));
    }

    #[test]
    fn a_list_that_is_not_understood_allows_nobody() {
        let bad = |line: &str| Signers::parse(&format!("\n{line}"), UTC).unwrap_err();
        assert_eq!(bad("a").line, 2);
        assert!(bad(&format!("a no-such-option {KEY}")).why.contains("no-such-option"));
        assert!(bad(&format!("a valid-before=2026 {KEY}")).why.contains("2026"));
        assert!(bad(&format!("a valid-before=20261345 {KEY}")).why.contains("20261345"));
        assert!(bad("a namespaces=\"x ssh-ed25519 AAAA").why.contains("quote"));
        assert!(bad("a ssh-ed25519 AAAA").why.contains("cannot be read"));
        let ca = Signers::parse(&format!("* cert-authority {KEY}"), UTC).unwrap();
        assert!(ca.list.is_empty() && ca.passed_over[0].why.contains("cert-authority"));
    }
}
