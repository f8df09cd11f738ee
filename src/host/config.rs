//! The user's own settings: `config.ron` in the configuration folder. The program never writes it.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use ron::extensions::Extensions;
use serde::Deserialize;

use super::plain_file;
use crate::app::key::Key;
use crate::domain::text;
use crate::words::Lang;

/// The file's name.
pub const FILE: &str = "config.ron";
/// The longest file that is read, in bytes.
const MOST: u64 = 1 << 20;
/// The longest time that can be set, in minutes: a week.
const MINUTES_MOST: u32 = 7 * 24 * 60;

/// The settings; what the file leaves out has its usual value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Language, where one is set.
    pub language: Option<Lang>,
    /// Minutes before its end at which a clock counts as ending soon.
    pub soon_minutes: u32,
    /// Minutes that drafting and approval take: by so much earlier the level must be decided.
    pub lead_minutes: u32,
    /// Own keys: action to keys, with blanks between.
    pub keys: Vec<(String, String)>,
    /// Own numbers.
    pub directory: Vec<Contact>,
    /// The private key file with which checkpoints are signed.
    pub sign_key: Option<PathBuf>,
    /// The key in ssh-agent with which checkpoints are signed: fingerprint or comment.
    pub sign_agent: Option<String>,
}

/// One number or address of the user's own directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Body id, e.g. `police`.
    pub body: String,
    /// Channel id, e.g. `phone`.
    pub channel: String,
    /// Number or address.
    pub value: String,
    /// Whom to ask for, when, which extension; may be empty.
    pub note: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            language: None,
            soon_minutes: 30,
            lead_minutes: 20,
            keys: Vec::new(),
            directory: Vec::new(),
            sign_key: None,
            sign_agent: None,
        }
    }
}

/// Why what lies in the configuration folder is not trusted: numbers of the police come from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// It belongs to another user, by number.
    Owner(u32),
    /// Its group, or everybody, may write to it; the mode.
    Mode(u32),
}

/// Says whether nobody but this user and root can have written something.
fn trusted(meta: &Metadata) -> Result<(), Distrust> {
    let ours = [0, rustix::process::geteuid().as_raw()];
    if !ours.contains(&meta.uid()) {
        return Err(Distrust::Owner(meta.uid()));
    }
    let mode = meta.mode() & 0o7777;
    if mode & 0o022 == 0 { Ok(()) } else { Err(Distrust::Mode(mode)) }
}

/// Says whether nobody but this user and root can have put something into a folder; one that is not
/// there holds nothing.
///
/// # Errors
/// Who else can.
pub fn trust(folder: &Path) -> Result<(), Distrust> {
    std::fs::metadata(folder).map_or(Ok(()), |meta| trusted(&meta))
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others can have written it.
    #[error("`{}` is not trusted: others may write there ({why:?})", path.display())]
    NotTrusted {
        /// The file or its folder.
        path: PathBuf,
        /// Why.
        why: Distrust,
    },
    /// The file is larger than settings can be.
    #[error("`{}` is longer than {MOST} bytes", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// The file says something that it cannot say.
    #[error("{}:{line}:{column}: {why}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        why: String,
    },
}

impl ConfigError {
    /// Returns what the user can do about it.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Wrong { path, .. } => {
                vec![format!(
                    "mend the line, or move `{}` away to go on without it",
                    path.display()
                )]
            }
            _ => Vec::new(),
        }
    }
}

impl Config {
    /// Reads the settings of a configuration folder; a file that is not there sets nothing.
    ///
    /// # Errors
    /// See [`ConfigError`]; broken settings are never passed over.
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let path = folder.join(FILE);
        let fault = |source| ConfigError::Read { path: path.clone(), source };
        // Whose folder it is comes first: what others put there is not even opened.
        if path.symlink_metadata().is_ok() {
            trust(folder)
                .map_err(|why| ConfigError::NotTrusted { path: folder.to_owned(), why })?;
        }
        let file = match plain_file::open(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            other => other.map_err(fault)?,
        };
        let meta = file.metadata().map_err(fault)?;
        trusted(&meta).map_err(|why| ConfigError::NotTrusted { path: path.clone(), why })?;
        let mut bytes = Vec::new();
        let read: io::Result<usize> = file.take(MOST + 1).read_to_end(&mut bytes);
        if read.map_err(fault)? as u64 > MOST {
            return Err(ConfigError::TooLong { path });
        }
        Self::parse(&path, &bytes)
    }

    /// Reads settings from a file's bytes.
    ///
    /// # Errors
    /// [`ConfigError::Wrong`] with the place.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, ConfigError> {
        let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
        let raw: Raw = options.from_bytes(bytes).map_err(|e| ConfigError::Wrong {
            path: path.to_owned(),
            line: e.span.start.line,
            column: e.span.start.col,
            why: text::printable(&e.code.to_string()),
        })?;
        let usual = Self::default();
        Ok(Self {
            language: raw.language.map(|t| t.0),
            soon_minutes: raw.soon_minutes.map_or(usual.soon_minutes, |m| m.0),
            lead_minutes: raw.lead_minutes.map_or(usual.lead_minutes, |m| m.0),
            keys: raw.keys.into_iter().map(|(action, keys)| (action.0, keys.0)).collect(),
            directory: raw
                .directory
                .into_iter()
                .map(|c| Contact {
                    body: c.body.0,
                    channel: c.channel.0,
                    value: c.value.0,
                    note: c.note.map(|n| n.0).unwrap_or_default(),
                })
                .collect(),
            sign_key: raw.sign_key.map(|t| PathBuf::from(t.0)),
            sign_agent: raw.sign_agent.map(|t| t.0),
        })
    }
}

/// Picks the language: `--lang`, `JISHI_LANG`, the settings, the locale, else English.
pub fn language(
    flag: Option<Lang>,
    config: Option<Lang>,
    env: impl Fn(&str) -> Option<String>,
) -> Lang {
    let env = |name: &str| env(name).filter(|v| !v.is_empty());
    let own = || env("JISHI_LANG").and_then(|tag| Lang::from_tag(&tag));
    let locale = || ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(env);
    let of_locale = || locale().and_then(|tag| Lang::from_tag(&tag)).unwrap_or(Lang::En);
    flag.or_else(own).or(config).unwrap_or_else(of_locale)
}

/// The file's shape.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "config")]
struct Raw {
    #[serde(default)]
    language: Option<Tag>,
    #[serde(default)]
    soon_minutes: Option<Minutes>,
    #[serde(default)]
    lead_minutes: Option<Minutes>,
    #[serde(default)]
    keys: BTreeMap<Line, Keys>,
    #[serde(default)]
    directory: Vec<RawContact>,
    #[serde(default)]
    sign_key: Option<Line>,
    #[serde(default)]
    sign_agent: Option<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "directory entry")]
struct RawContact {
    body: Line,
    channel: Line,
    value: Line,
    #[serde(default)]
    note: Option<Line>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Tag(Lang);

impl TryFrom<String> for Tag {
    type Error = String;

    fn try_from(tag: String) -> Result<Self, String> {
        match tag.as_str() {
            "zh" => Ok(Self(Lang::Zh)),
            "en" => Ok(Self(Lang::En)),
            _ => Err(format!("there is no language `{tag}`; possible: `zh`, `en`")),
        }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "u32")]
struct Minutes(u32);

impl TryFrom<u32> for Minutes {
    type Error = String;

    fn try_from(minutes: u32) -> Result<Self, String> {
        if minutes > MINUTES_MOST {
            return Err(format!("`{minutes}` minutes is more than a week ({MINUTES_MOST})"));
        }
        Ok(Self(minutes))
    }
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
struct Line(String);

impl TryFrom<String> for Line {
    type Error = String;

    fn try_from(line: String) -> Result<Self, String> {
        text::line("the text", &line).map(Self).map_err(|e| e.to_string())
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Keys(String);

impl TryFrom<String> for Keys {
    type Error = String;

    fn try_from(keys: String) -> Result<Self, String> {
        match keys.split_whitespace().find(|k| Key::parse(k).is_none()) {
            Some(key) => {
                Err(format!("`{key}` is not a key; e.g. `r`, `C-c`, `A-x`, `F1`, `Enter`"))
            }
            None => Ok(Self(keys)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("config.ron"), text.as_bytes()).map_err(|e| e.to_string())
    }

    #[test]
    fn the_example_that_ships_is_valid_and_sets_what_it_says() {
        let example = include_str!("../../assets/config.example.ron");
        let config = parse(example).unwrap();
        assert_eq!((config.language, config.soon_minutes), (Some(Lang::Zh), 30));
        assert_eq!(config.lead_minutes, 20);
        assert!(!config.directory.is_empty() && !config.keys.is_empty());
    }

    #[test]
    fn every_field_may_be_left_out_and_so_may_the_file() {
        assert_eq!(parse("()").unwrap(), Config::default());
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Config::load(folder.path()).unwrap(), Config::default());
    }

    #[test]
    fn an_error_names_file_line_and_column_and_what_is_possible() {
        let wrong = |text: &str| parse(text).unwrap_err();
        let unknown = wrong("(\n    soon_minuts: 5,\n)");
        assert!(unknown.starts_with("config.ron:2:"), "{unknown}");
        assert!(unknown.contains("soon_minuts") && unknown.contains("soon_minutes"), "{unknown}");
        let language = wrong("(language: \"fr\")");
        assert!(language.contains("`fr`") && language.contains("`zh`"), "{language}");
        assert!(wrong("(soon_minutes: 20000)").contains("more than a week"));
        assert!(wrong("(soon_minutes: -1)").starts_with("config.ron:1:"));
        assert!(wrong("(keys: {\"report\": \"Ctrl+r\"})").contains("`Ctrl+r` is not a key"));
        let no_value = wrong("(directory: [(body: \"police\", channel: \"phone\")])");
        assert!(no_value.contains("value"), "{no_value}");
        let control =
            "(directory: [(body: \"police\", channel: \"phone\", value: \"1\\u{1b}[m\")])";
        assert!(wrong(control).contains("U+001B"));
    }

    #[test]
    fn the_language_is_taken_from_the_nearest_place_that_names_one() {
        let with = |pairs: &[(&str, &str)], flag, config| {
            language(flag, config, |name| {
                pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
            })
        };
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8")], None, None), Lang::Zh);
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")], None, None), Lang::En);
        assert_eq!(with(&[("LANG", "de_DE.UTF-8")], None, None), Lang::En);
        assert_eq!(with(&[], None, None), Lang::En);
        assert_eq!(with(&[("LANG", "C")], None, Some(Lang::Zh)), Lang::Zh);
        assert_eq!(with(&[("JISHI_LANG", "en")], None, Some(Lang::Zh)), Lang::En);
        assert_eq!(with(&[("JISHI_LANG", "en")], Some(Lang::Zh), None), Lang::Zh);
    }
}
