//! OpenSSH's list of allowed signers: who may sign what, with which key, from when to when.
//!
//! `PRINCIPALS [OPTIONS] KEYTYPE KEY [COMMENT]`, with `namespaces="…"`, `valid-after="…"` and
//! `valid-before="…"`. What `ssh-keygen -Y verify` takes is taken, what it passes over is passed over and
//! said, and so is `cert-authority`, which is not supported.

use ssh_key::PublicKey;
use ssh_key::public::KeyData;

use super::NAMESPACE;
use crate::domain::text::printable;
use crate::domain::time::{self, Time, UTC, Zone};
use crate::words::Lang;
use crate::words::signing::Signing;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Which, from 1.
    pub line: usize,
    /// Why.
    pub why: BadSigner,
}

impl BadLine {
    /// Puts it into words.
    pub fn text(&self, lang: Lang) -> String {
        Signing::BadLine.with(lang, &[&self.line.to_string(), &self.why.text(lang)])
    }
}

/// Why a line cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadSigner {
    /// Something is missing.
    Form,
    /// A quote is not closed.
    Quote,
    /// An option's value stands without quotes.
    Unquoted(String),
    /// An option stands there twice.
    Twice(String),
    /// There is no such option.
    Option(String),
    /// A time cannot be read.
    Time(String),
    /// The key would be valid until before it is valid.
    Backwards,
    /// A certificate authority.
    Authority,
    /// The key cannot be read.
    Key(String),
    /// The key is of a kind that is not supported.
    Kind(String),
}

impl BadSigner {
    fn text(&self, lang: Lang) -> String {
        match self {
            Self::Form => Signing::LineForm.text(lang).to_owned(),
            Self::Quote => Signing::LineQuote.text(lang).to_owned(),
            Self::Unquoted(name) => Signing::LineUnquoted.with(lang, &[name]),
            Self::Twice(name) => Signing::LineTwice.with(lang, &[name]),
            Self::Option(name) => Signing::LineOption.with(lang, &[&printable(name)]),
            Self::Time(text) => Signing::LineTime.with(lang, &[&printable(text)]),
            Self::Backwards => Signing::LineBackwards.text(lang).to_owned(),
            Self::Authority => Signing::LineAuthority.text(lang).to_owned(),
            Self::Key(why) => Signing::LineKey.with(lang, &[why]),
            Self::Kind(kind) => Signing::LineKind.with(lang, &[&printable(kind)]),
        }
    }
}

#[derive(Debug, Clone)]
struct Signer {
    principals: String,
    options: Options,
    key: KeyData,
}

#[derive(Debug, Clone, Default)]
struct Options {
    namespaces: Option<String>,
    after: Option<Time>,
    before: Option<Time>,
}

/// Why a key may not sign a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAllowed {
    /// No line names the key.
    Unknown,
    /// No line names the key as one of the signer who was asked for.
    NotTheirs {
        /// Who was asked for.
        who: String,
    },
    /// The key may sign other things only.
    Namespace {
        /// Whose key it is.
        who: String,
    },
    /// The key is not valid yet.
    NotYet {
        /// Whose key it is.
        who: String,
        /// From when, RFC 3339.
        from: String,
    },
    /// The key is not valid any more.
    Expired {
        /// Whose key it is.
        who: String,
        /// Until when, RFC 3339.
        until: String,
    },
}

impl NotAllowed {
    /// Puts it into words.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Unknown => Signing::Unknown.text(lang).to_owned(),
            Self::NotTheirs { who } => Signing::NotTheirs.with(lang, &[who]),
            Self::Namespace { who } => Signing::Namespace.with(lang, &[who, NAMESPACE]),
            Self::NotYet { who, from } => Signing::NotYet.with(lang, &[who, from]),
            Self::Expired { who, until } => Signing::Expired.with(lang, &[who, until]),
        }
    }
}

impl Signers {
    /// Reads a list; lines that cannot be used allow nobody. Times without `Z` are in `zone`.
    pub fn parse(list: &[u8], zone: Zone) -> Self {
        let mut out = Self::default();
        for (i, line) in list.split(|c| *c == b'\n').enumerate() {
            // A comment may be in any encoding.
            let line = String::from_utf8_lossy(line);
            let line = line.trim_start_matches(BLANK);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match signer(line, zone) {
                Ok(signer) => out.list.push(signer),
                Err(why) => out.passed_over.push(BadLine { line: i + 1, why }),
            }
        }
        out
    }

    /// Says in whose name a key may sign checkpoints at a moment; where `signer` is given, in theirs
    /// alone.
    ///
    /// # Errors
    /// See [`NotAllowed`]; of several lines with the key, what the last one lacks.
    pub fn allow(
        &self,
        key: &KeyData,
        now: Time,
        signer: Option<&str>,
    ) -> Result<String, NotAllowed> {
        let mut why = match signer {
            None => NotAllowed::Unknown,
            Some(who) => NotAllowed::NotTheirs { who: printable(who) },
        };
        let theirs = |s: &&Signer| signer.is_none_or(|who| fits(&s.principals, who));
        for Signer { principals, options, .. } in
            self.list.iter().filter(|s| s.key == *key).filter(theirs)
        {
            let who = printable(principals);
            let written = |t: Time| time::write_utc(t);
            if options.namespaces.as_ref().is_some_and(|list| !fits(list, NAMESPACE)) {
                why = NotAllowed::Namespace { who };
            } else if let Some(after) = options.after.filter(|t| now < *t) {
                why = NotAllowed::NotYet { who, from: written(after) };
            } else if let Some(before) = options.before.filter(|t| now > *t) {
                why = NotAllowed::Expired { who, until: written(before) };
            } else {
                return Ok(who);
            }
        }
        Err(why)
    }
}

/// What stands between the fields of a line.
const BLANK: [char; 3] = [' ', '\t', '\r'];

fn signer(line: &str, zone: Zone) -> Result<Signer, BadSigner> {
    let (principals, rest) = principals(line)?;
    let word = |text: &str| text.split(BLANK).next().unwrap_or_default().to_owned();
    let (mut options, mut rest) = (Options::default(), rest);
    if !is_kind(&word(rest)) {
        (options, rest) = read_options(rest, zone)?;
        rest = rest.trim_start_matches(BLANK);
    }
    let kind = word(rest);
    if principals.is_empty() || !is_kind(&kind) {
        return Err(BadSigner::Form);
    }
    let blob = word(rest.get(kind.len()..).unwrap_or_default().trim_start_matches(BLANK));
    let key = PublicKey::from_openssh(&format!("{kind} {blob}"))
        .map_err(|e| BadSigner::Key(e.to_string()))?;
    if !matches!(key.key_data(), KeyData::Ed25519(_) | KeyData::Ecdsa(_) | KeyData::Rsa(_)) {
        return Err(BadSigner::Kind(kind));
    }
    Ok(Signer { principals, options, key: key.key_data().clone() })
}

fn is_kind(text: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"].iter().any(|p| text.starts_with(p))
}

/// Takes the first field, as OpenSSH does: a quote in it opens a part in which blanks count, and the
/// field ends with that.
fn principals(line: &str) -> Result<(String, &str), BadSigner> {
    let end = line.find([' ', '\t', '\r', '"']).ok_or(BadSigner::Form)?;
    let (plain, rest) = line.split_at(end);
    let (field, rest) = match rest.strip_prefix('"') {
        None => (plain.to_owned(), rest),
        Some(rest) => {
            let (quoted, rest) = rest.split_once('"').ok_or(BadSigner::Quote)?;
            (format!("{plain}{quoted}"), rest)
        }
    };
    Ok((field, rest.trim_start_matches(BLANK)))
}

/// Reads options up to the blank behind them.
fn read_options(text: &str, zone: Zone) -> Result<(Options, &str), BadSigner> {
    let (mut out, mut rest) = (Options::default(), text);
    loop {
        let name: String = rest
            .chars()
            .take_while(|c| !matches!(c, '=' | ',' | '"') && !BLANK.contains(c))
            .collect();
        rest = rest.get(name.len()..).unwrap_or_default();
        let known = name.to_ascii_lowercase();
        match known.as_str() {
            "cert-authority" => return Err(BadSigner::Authority),
            "namespaces" | "valid-after" | "valid-before" => {}
            _ => return Err(BadSigner::Option(name)),
        }
        let value;
        rest = rest.strip_prefix('=').ok_or(BadSigner::Option(name))?;
        (value, rest) = quoted(&known, rest)?;
        let twice = match known.as_str() {
            "namespaces" => out.namespaces.replace(value).is_some(),
            "valid-after" => out.after.replace(moment(&value, zone)?).is_some(),
            _ => out.before.replace(moment(&value, zone)?).is_some(),
        };
        if twice {
            return Err(BadSigner::Twice(known));
        }
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None if rest.is_empty() || rest.starts_with(BLANK) => break,
            None => {
                return Err(BadSigner::Option(
                    rest.split(BLANK).next().unwrap_or_default().to_owned(),
                ));
            }
        }
    }
    if out.after.zip(out.before).is_some_and(|(after, before)| before <= after) {
        return Err(BadSigner::Backwards);
    }
    Ok((out, rest))
}

/// Takes a value in double quotes, in which `\"` stands for one.
fn quoted<'a>(name: &str, text: &'a str) -> Result<(String, &'a str), BadSigner> {
    let mut rest = text.strip_prefix('"').ok_or_else(|| BadSigner::Unquoted(name.to_owned()))?;
    let mut value = String::new();
    loop {
        if let Some(more) = rest.strip_prefix("\\\"") {
            value.push('"');
            rest = more;
        } else if let Some(more) = rest.strip_prefix('"') {
            return Ok((value, more));
        } else {
            let mut chars = rest.chars();
            value.push(chars.next().ok_or(BadSigner::Quote)?);
            rest = chars.as_str();
        }
    }
}

/// Reads `YYYYMMDD` or `YYYYMMDDHHMM[SS]`, with `Z` or `UTC` for UTC.
fn moment(text: &str, zone: Zone) -> Result<Time, BadSigner> {
    let bad = || BadSigner::Time(text.to_owned());
    let upper = text.to_ascii_uppercase();
    let (digits, zone) = match upper.strip_suffix("UTC").or_else(|| upper.strip_suffix('Z')) {
        Some(digits) => (digits, UTC),
        None => (upper.as_str(), zone),
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

/// Says whether a name fits a list of patterns with `*`, `?` and, for what it must not fit, `!`. A blank
/// in the list is a part of its pattern.
fn fits(list: &str, name: &str) -> bool {
    let mut fits = false;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(not) if glob(not.as_bytes(), name.as_bytes()) => return false,
            Some(_) => {}
            None => fits |= glob(pattern.as_bytes(), name.as_bytes()),
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
        Signers::parse(line.as_bytes(), UTC).allow(key.key_data(), at(now), None)
    }

    #[test]
    fn a_signer_is_allowed_by_key_namespace_and_time() {
        let now = "2026-03-02T00:00:00Z";
        let yes = Ok("a@example.org".to_owned());
        assert_eq!(allow(&format!("a@example.org {KEY} note"), now), yes);
        assert_eq!(allow(&format!("\"a@example.org\" {KEY}\r"), now), yes);
        for namespaces in ["checkpoint@jishi", "git,checkpoint@*", "*", "check????t@jishi"] {
            let line = format!("a@example.org namespaces=\"{namespaces}\" {KEY}");
            assert_eq!(allow(&line, now), yes, "{line}");
        }
        for namespaces in ["git", "checkpoint", "", "*,!checkpoint@jishi", "git, checkpoint@jishi"]
        {
            let line = format!("a namespaces=\"{namespaces}\" {KEY}");
            assert!(matches!(allow(&line, now), Err(NotAllowed::Namespace { .. })), "{line}");
        }
        let timed = format!("a valid-after=\"20260101Z\",valid-before=\"202602010130UTC\" {KEY}");
        assert_eq!(allow(&timed, "2026-02-01T01:29:00Z"), Ok("a".to_owned()));
        assert!(matches!(allow(&timed, now), Err(NotAllowed::Expired { .. })));
        assert!(matches!(allow(&timed, "2025-12-31T23:59:59Z"), Err(NotAllowed::NotYet { .. })));
        assert_eq!(allow("# nobody\n\n", now), Err(NotAllowed::Unknown));
    }

    #[test]
    fn a_signer_who_is_asked_for_must_be_the_one() {
        let key = PublicKey::from_openssh(KEY).unwrap();
        let list = format!("a@x,!b@x,*@y {KEY}");
        let signers = Signers::parse(list.as_bytes(), UTC);
        let asked = |who: &str| {
            signers.allow(key.key_data(), at("2026-03-02T00:00:00Z"), Some(who)).is_ok()
        };
        assert!(asked("a@x") && asked("c@y"));
        assert!(!asked("b@x") && !asked("A@x") && !asked("c@z"));
    }

    #[test]
    fn a_line_that_cannot_be_used_is_passed_over_with_its_number_and_the_others_count() {
        let bad = |line: &str| {
            let signers = Signers::parse(format!("\n{line}\nb {KEY}").as_bytes(), UTC);
            assert_eq!((signers.list.len(), signers.passed_over.len()), (1, 1), "{line}");
            assert_eq!(signers.passed_over[0].line, 2);
            signers.passed_over[0].text(Lang::En)
        };
        assert!(bad("a").contains("PRINCIPALS"));
        assert!(bad(&format!("a no-such-option {KEY}")).contains("no-such-option"));
        assert!(bad(&format!("a valid-before=\"2026\" {KEY}")).contains("2026"));
        assert!(bad(&format!("a valid-before=\"20261345\" {KEY}")).contains("20261345"));
        assert!(bad(&format!("a namespaces=checkpoint@jishi {KEY}")).contains("double quotes"));
        assert!(bad(&format!("a namespaces=\"x\",namespaces=\"x\" {KEY}")).contains("twice"));
        assert!(bad(&format!("a namespaces=\"x\"git {KEY}")).contains("no option"));
        let backwards = "valid-after=\"20260302Z\",valid-before=\"20260301Z\"";
        assert!(bad(&format!("a {backwards} {KEY}")).contains("is not after"));
        assert!(bad("a namespaces=\"x ssh-ed25519 AAAA").contains("quote"));
        assert!(bad("a ssh-ed25519 AAAA").contains("cannot be read"));
        assert!(bad(&format!("* cert-authority {KEY}")).contains("cert-authority"));
    }

    #[test]
    fn a_comment_may_be_in_any_encoding() {
        let line = [format!("a {KEY} J").as_bytes(), b"\xfcrgen\nb ", KEY.as_bytes()].concat();
        let signers = Signers::parse(&line, UTC);
        assert_eq!((signers.list.len(), signers.passed_over.len()), (2, 0));
    }
}
