//! All text of the interface, in Chinese and English. The text of the law stands in the packs.
//!
//! - `say`: moments, clocks, levels, answers and states as people read them
//! - `refusal`: why something was not recorded, and the mend
//! - `signing`: keys, signatures, lists of signers, time-stamps
//! - `spoken`: the same in the names that stand on the screens
//! - `console`: labels of the full-screen console
//! - `command`: messages of the command line
//! - `entry`: one entry of a record
//! - `plain`: the line-by-line twin
//! - `harm`: what can be wrong with the bytes of a record
//! - `caveat`: what stands against relying on a record
//! - `store`: what can go wrong with records on a disk
//! - `wrap`: lines of at most so many cells
//! - `help`: the Chinese of the command line's help
//!
//! A text is one line with both languages side by side, so that a missing translation does not
//! compile. `{0}`, `{1}` stand for values.

pub mod caveat;
pub mod command;
pub mod console;
pub mod entry;
pub mod harm;
pub mod help;
pub mod plain;
pub mod refusal;
pub mod say;
pub mod signing;
pub mod spoken;
pub mod store;
pub mod witness;
pub mod wrap;

use crate::domain::law::Text;

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English; the Chinese term of art stays beside its translation.
    En,
}

impl Lang {
    /// The other language.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// Reads a language tag such as `zh_CN.UTF-8` or `en`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase();
        if tag.starts_with("zh") {
            Some(Self::Zh)
        } else if tag.starts_with("en") || tag == "c" || tag == "posix" || tag.starts_with("c.") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// Picks one of two texts.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// Picks from a pack's text.
    pub fn of(self, text: &Text) -> &str {
        self.pick(&text.zh, &text.en)
    }
}

/// Puts values where `{0}`, `{1}`, ... stand.
pub fn fill(template: &str, values: &[&str]) -> String {
    let mut out = template.to_owned();
    for (i, v) in values.iter().enumerate() {
        out = out.replace(&format!("{{{i}}}"), v);
    }
    out
}

/// Declares a table of texts: `name: "中文", "English";`.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $vis:vis enum $name:ident { $($key:ident: $zh:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each key is documented by its own text")]
        $vis enum $name { $($key,)* }

        impl $name {
            /// Every key, for tests of the texts.
            pub const ALL: &'static [Self] = &[$(Self::$key,)*];

            /// The text in a language.
            pub fn text(self, lang: $crate::words::Lang) -> &'static str {
                match self { $(Self::$key => lang.pick($zh, $en),)* }
            }

            /// The text with values in place of `{0}`, `{1}`, ...
            pub fn with(self, lang: $crate::words::Lang, values: &[&str]) -> String {
                $crate::words::fill(self.text(lang), values)
            }
        }
    };
}
