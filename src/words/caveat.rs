//! What stands against relying on a record, in a few words and at length.

use super::Lang;
use super::refusal::Message;

/// What stands against relying on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caveat {
    /// Which kind.
    pub kind: CaveatKind,
    /// At length, in Chinese.
    pub zh: Message,
    /// At length, in English.
    pub en: Message,
}

/// The kinds, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaveatKind {
    /// Damaged further up: it is read-only.
    Damaged,
    /// Not as it was remembered: nothing is added to it.
    Doubt,
    /// Its rules cannot be used: nothing can be judged.
    Rules,
    /// Entries of a newer version are not understood.
    Newer,
    /// Damaged at its end: the next entry answers for it.
    Torn,
}

crate::words! {
    /// The kinds in a few words.
    pub enum Short {
        Damaged: "记录损坏, 只读", "record damaged, read-only";
        Doubt: "记录与记住的不符", "record is not as remembered";
        Rules: "规则不能用", "rules cannot be used";
        Newer: "{0} 条未被理解", "{0} entries not understood";
        NewerLong: "`{0}` 有 {1} 条来自更新的版本, 未被理解: 等级与时限可能不全", "`{0}` has {1} entries not understood, of a newer version: levels and clocks may be incomplete";
        NewerHint: "请用更新的版本打开; 在此之前, 记录报告需要明确确认", "open it with a newer version; until then reporting needs an explicit yes";
        Torn: "末尾有损坏, 下一条会写明", "damage at its end, the next entry answers for it";
    }
}

impl Caveat {
    /// Says that entries are not understood.
    pub fn newer(incident: &str, count: usize) -> Self {
        let count = count.to_string();
        let say = |lang| {
            Message::plain(Short::NewerLong.with(lang, &[incident, &count]))
                .hint(Short::NewerHint.text(lang))
        };
        Self { kind: CaveatKind::Newer, zh: say(Lang::Zh), en: say(Lang::En) }
    }

    /// Says it at length, with what can be done about it.
    pub fn message(&self, lang: Lang) -> &Message {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl CaveatKind {
    /// Says whether nothing can be added to such a record.
    pub fn read_only(self) -> bool {
        matches!(self, Self::Damaged | Self::Doubt)
    }

    /// Says whether levels and clocks made from such a record may be wrong or incomplete.
    pub fn is_grave(self) -> bool {
        self != Self::Torn
    }

    /// The name that programs read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Doubt => "not_as_remembered",
            Self::Rules => "rules",
            Self::Newer => "not_understood",
            Self::Torn => "torn",
        }
    }

    /// The kind in a few words; `count` is the number of entries that are not understood.
    pub fn short(self, count: usize, lang: Lang) -> String {
        match self {
            Self::Damaged => Short::Damaged.text(lang).to_owned(),
            Self::Doubt => Short::Doubt.text(lang).to_owned(),
            Self::Rules => Short::Rules.text(lang).to_owned(),
            Self::Newer => Short::Newer.with(lang, &[&count.to_string()]),
            Self::Torn => Short::Torn.text(lang).to_owned(),
        }
    }
}
