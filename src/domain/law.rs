//! A checked rule pack: what one regime says, as values.
//!
//! Nothing here knows where a pack came from. `packs` builds these from RON and promises what the
//! engine relies on: indices in range, bounds that rise with the level, every duty with a start.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::time::Offset;
use super::value::{Kind, Quantity};

/// One text in the two languages of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Simplified Chinese; the terms of the law stand here in the law's own words.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Says how well a figure is supported by the sources at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mark {
    /// Two or more independent sources.
    C2,
    /// One source with the full text.
    C1,
    /// One secondary source.
    S1,
    /// Inferred from the wording.
    INF,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::C2 => "C2",
            Self::C1 => "C1",
            Self::S1 => "S1",
            Self::INF => "INF",
        })
    }
}

/// The place in the law, and the support, behind one statement of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The article that is cited.
    pub article: ArticleIx,
    /// How well the statement is supported.
    pub mark: Mark,
    /// Where it was read; indices into [`Pack::sources`].
    pub sources: Vec<usize>,
}

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u16);
        impl $name {
            /// The position in the pack's list.
            pub fn at(self) -> usize {
                usize::from(self.0)
            }
        }
    };
}
index! {
    /// A fact of one pack.
    FactIx
}
index! {
    /// A level of one pack; a greater index is a graver level.
    LevelIx
}
index! {
    /// A duty of one pack.
    DutyIx
}
index! {
    /// A body (operator, police, ...) of one pack.
    BodyIx
}
index! {
    /// A channel of one pack.
    ChannelIx
}
index! {
    /// An article of one pack.
    ArticleIx
}

/// One regime: facts to ask, levels to grade by, duties to time.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Stable id, e.g. `cn-cac-2025`.
    pub id: String,
    /// Edition of this pack's text; a date with an optional suffix.
    pub edition: String,
    /// SHA-256 of the RON text, lower-case hex.
    pub sha256: String,
    /// The RON text itself, kept so that an incident can store what it was judged by.
    pub source_text: Arc<str>,
    /// Full title of the regime.
    pub title: Text,
    /// Short title for narrow places.
    pub short: Text,
    /// Day from which the regime is in force, `YYYY-MM-DD`.
    pub in_force: String,
    /// Day on which the rules were last compared with the sources, `YYYY-MM-DD`.
    pub checked: String,
    /// The authority's zone, in which calendar days are counted.
    pub zone: Offset,
    /// Levels, mildest first.
    pub levels: Vec<Level>,
    /// The mildest level, reached by definition and without any threshold, and when.
    pub floor: Option<Floor>,
    /// When the regime's reporting duty exists at all.
    pub reportable: Cond,
    /// Where the figures were read.
    pub sources: Vec<Source>,
    /// Articles that are cited, in our own words.
    pub articles: Vec<Article>,
    /// Terms that the regime defines.
    pub definitions: Vec<Definition>,
    /// Who owes and who receives.
    pub bodies: Vec<Body>,
    /// Ways to reach a body.
    pub channels: Vec<Channel>,
    /// Facts to ask, in the pack's own order.
    pub facts: Vec<Fact>,
    /// Moments that start clocks.
    pub anchors: Vec<Anchor>,
    /// What grades an incident.
    pub criteria: Vec<Criterion>,
    /// Who must tell whom, by when.
    pub duties: Vec<Duty>,
    /// What a report contains.
    pub content: Vec<ContentItem>,
    /// What a closing report contains.
    pub closing: Vec<Text>,
    /// The cumulative test for leniency.
    pub leniency: Vec<Text>,
    /// Advice that depends on the facts.
    pub notices: Vec<Advice>,
    /// What the law leaves open.
    pub open_points: Vec<OpenPoint>,
}

/// A grade of gravity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// Stable id, e.g. `relatively_major`.
    pub id: String,
    /// The Chinese term (`zh`) and its translation (`en`).
    pub name: Text,
}

/// The level that holds as soon as the regime's own definition of an incident is met.
#[derive(Debug, Clone, PartialEq)]
pub struct Floor {
    /// Which level.
    pub level: LevelIx,
    /// The fact that decides the definition; a threshold that is met implies it.
    pub fact: FactIx,
    /// Where the law says so.
    pub basis: Basis,
}

/// A place where a figure was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Key used in the pack.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Where it is; empty when it has no address.
    pub url: String,
}

/// An article or item of a guide, paraphrased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Key used in the pack.
    pub id: String,
    /// How it is cited.
    pub cite: Text,
    /// What it says, in our own words.
    pub text: Text,
}

/// A term and its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The term.
    pub term: Text,
    /// The meaning.
    pub meaning: Text,
    /// Where the law says so.
    pub basis: Basis,
}

/// Somebody who owes or receives a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Stable id, e.g. `police`.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Channels it can be reached over, best first.
    pub channels: Vec<ChannelIx>,
}

/// A way to reach a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Stable id, e.g. `hotline_12387`.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Number or address; empty where it comes from the user's own directory file.
    pub value: String,
    /// How to use it.
    pub how: Text,
    /// Where it was read; `None` for general kinds such as `phone`.
    pub basis: Option<Basis>,
}

/// Something to ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Stable id, e.g. `pi_persons`.
    pub id: String,
    /// What kind of answer it takes.
    pub kind: Kind,
    /// The question.
    pub ask: Text,
    /// A short name for lists.
    pub short: Text,
    /// One or two lines of help.
    pub help: Text,
    /// Unit of a count, shown after it (人, 元, ...).
    pub unit: Option<Text>,
    /// Names of the options of a set or choice, in the order of the kind's ids.
    pub options: Vec<Text>,
    /// Only worth asking while this is not excluded; an unknown fact whose condition is excluded
    /// counts as answered at its lowest.
    pub only_if: Option<Cond>,
    /// Where the law says so.
    pub basis: Basis,
}

/// A moment that starts clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Stable id, e.g. `learned_at`.
    pub id: String,
    /// The question.
    pub ask: Text,
    /// A short name for lists.
    pub short: Text,
    /// One or two lines of help.
    pub help: Text,
}

/// One criterion of the grading guide.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// Stable id, e.g. `cii_main_down`.
    pub id: String,
    /// What it measures.
    pub title: Text,
    /// One rung per level that the criterion can reach, mildest first.
    pub rungs: Vec<Rung>,
}

/// What a criterion needs for one level.
#[derive(Debug, Clone, PartialEq)]
pub struct Rung {
    /// The level reached.
    pub level: LevelIx,
    /// The condition.
    pub when: Cond,
    /// The reason in words, e.g. "main functions down for at least 3 h".
    pub reason: Text,
    /// Where the law says so.
    pub basis: Basis,
}

/// A three-valued condition over facts, levels and duties.
#[derive(Debug, Clone, PartialEq)]
pub enum Cond {
    /// A yes/no fact is yes.
    Is(FactIx),
    /// Negation.
    Not(Box<Cond>),
    /// Conjunction.
    All(Vec<Cond>),
    /// Disjunction.
    Any(Vec<Cond>),
    /// A quantity is at least the bound (以上, the bound included).
    AtLeast(FactIx, Quantity),
    /// A quantity is more than the bound (the bound excluded).
    MoreThan(FactIx, Quantity),
    /// A set holds one of these options (bit mask over the kind's ids).
    Has(FactIx, u64),
    /// A choice is this option.
    Chosen(FactIx, u8),
    /// A judged gravity is this level or graver.
    Graded(FactIx, LevelIx),
    /// The incident has reached this level.
    Reached(LevelIx),
    /// Another duty applies.
    Applies(DutyIx),
}

/// Somebody must tell somebody by some time.
#[derive(Debug, Clone, PartialEq)]
pub struct Duty {
    /// Stable id within the pack, e.g. `first_report.police`.
    pub id: String,
    /// What has to be done, in a few words.
    pub title: Text,
    /// Its part in the whole.
    pub role: Role,
    /// Who owes it.
    pub from: BodyIx,
    /// Who must be told.
    pub to: Recipients,
    /// When it applies.
    pub when: Cond,
    /// What starts its clock.
    pub starts: Start,
    /// How long the clock runs.
    pub limit: Limit,
    /// Once is not enough: it stays open until handling has ended.
    pub repeats: bool,
    /// Conditions that take the duty out of this regime while it stays listed.
    pub blocked: Vec<Block>,
    /// Where the law says so.
    pub basis: Basis,
}

/// The part that a duty plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The operator's first report.
    First,
    /// A recipient passes the report on.
    Relay,
    /// The rest of the content, or news.
    Follow,
    /// The closing report.
    Closing,
    /// A duty beside the regime's own reports (crime, sector, secrets).
    Beside,
}

/// Who must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// These bodies, each of them.
    Bodies(Vec<BodyIx>),
    /// Whoever is owed, or got, one of these duties.
    SameAs(Vec<DutyIx>),
}

/// What starts a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// A moment that a person states, by anchor id.
    Anchor(String),
    /// Receipt, by the body that owes this duty, of the first of these reports that came after the
    /// level was reached.
    Received(Vec<DutyIx>),
    /// The first of these reports was sent.
    Sent(Vec<DutyIx>),
}

/// How long a clock runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    /// Running time; weekends and holidays do not stop it.
    Within {
        /// Seconds.
        seconds: i64,
        /// The law's own word beside the figure (第一时间, 同时, ...).
        words: Option<Text>,
    },
    /// Calendar days in the authority's zone, same time of day.
    Days {
        /// Days.
        days: u32,
        /// The law's own word beside the figure.
        words: Option<Text>,
    },
    /// The law names no hours; its own word.
    Words(Text),
}

/// A reason why a duty stays listed but is not to be done under this regime.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// When it is blocked.
    pub when: Cond,
    /// Why.
    pub reason: Text,
    /// Where the law says so.
    pub basis: Basis,
}

/// One item that a report must contain.
#[derive(Debug, Clone, PartialEq)]
pub struct ContentItem {
    /// Its number in the law.
    pub no: u8,
    /// What it is.
    pub text: Text,
    /// It may go first while the rest is still unknown.
    pub first: bool,
    /// What it holds in addition, and when.
    pub extras: Vec<(Cond, Text)>,
    /// Where the law says so.
    pub basis: Basis,
}

/// Advice shown while a condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// Stable id.
    pub id: String,
    /// When it is shown.
    pub when: Cond,
    /// The advice.
    pub text: Text,
    /// Where the law says so.
    pub basis: Basis,
}

/// Something that the law leaves open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPoint {
    /// Stable id.
    pub id: String,
    /// What is open, and what this pack does about it.
    pub text: Text,
}

impl Pack {
    /// Finds a fact by id.
    pub fn fact(&self, id: &str) -> Option<(FactIx, &Fact)> {
        find(&self.facts, |f| f.id == id).map(|(i, f)| (FactIx(i), f))
    }

    /// Finds a duty by its id within the pack.
    pub fn duty(&self, id: &str) -> Option<(DutyIx, &Duty)> {
        find(&self.duties, |d| d.id == id).map(|(i, d)| (DutyIx(i), d))
    }

    /// Finds a level by id.
    pub fn level(&self, id: &str) -> Option<(LevelIx, &Level)> {
        find(&self.levels, |l| l.id == id).map(|(i, l)| (LevelIx(i), l))
    }

    /// Finds a body by id.
    pub fn body(&self, id: &str) -> Option<(BodyIx, &Body)> {
        find(&self.bodies, |b| b.id == id).map(|(i, b)| (BodyIx(i), b))
    }

    /// Finds a channel by id.
    pub fn channel(&self, id: &str) -> Option<(ChannelIx, &Channel)> {
        find(&self.channels, |c| c.id == id).map(|(i, c)| (ChannelIx(i), c))
    }

    /// Finds an anchor by id.
    pub fn anchor(&self, id: &str) -> Option<&Anchor> {
        self.anchors.iter().find(|a| a.id == id)
    }

    /// The full id of a duty, with the pack in front.
    pub fn full_id(&self, duty: DutyIx) -> String {
        format!("{}/{}", self.id, self.duties[duty.at()].id)
    }
}

fn find<T>(list: &[T], is: impl Fn(&T) -> bool) -> Option<(u16, &T)> {
    let i = list.iter().position(is)?;
    Some((u16::try_from(i).ok()?, &list[i]))
}
