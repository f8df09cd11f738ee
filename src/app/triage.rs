//! One question: the ways to answer it, and which one the cursor is on.

use std::collections::BTreeSet;

use super::edit::Line;
use super::form::Asking;
use super::kept::{QUESTION, Slot};
use super::said::Said;
use crate::domain::assess::Assessment;
use crate::domain::case::{Case, LEARNED_AT};
use crate::domain::decide::Attempt;
use crate::domain::incident::UNKNOWN;
use crate::domain::time::{self, Time, Zone};
use crate::domain::value::{Kind, Span, Value, decimal};

/// What is typed into an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Typed {
    /// A count.
    Count,
    /// A share.
    Percent,
    /// Since when it goes on.
    Since,
    /// How long it lasted, or from when to when.
    Lasted,
    /// A moment.
    Moment,
}

/// One way to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Yes.
    Yes,
    /// No.
    No,
    /// What is typed.
    Typed(Typed, Line),
    /// One option of a choice, or one that a set may hold; position.
    Option(usize),
    /// One level; position in the kind's ids.
    Level(usize),
    /// Nothing, none of them, no.
    Nothing,
    /// Not known yet.
    Unknown,
}

/// One question on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triage {
    /// Fact or anchor id.
    pub about: String,
    /// Ways to answer.
    pub choices: Vec<Choice>,
    /// Which one the cursor is on.
    pub at: usize,
    /// What a set holds so far.
    pub mask: u64,
    /// Chosen from the list: after the answer the list comes back.
    pub single: bool,
    /// Questions that were put off in this sitting.
    pub skipped: BTreeSet<String>,
    /// Why the answer was not recorded, where it was refused.
    pub refused: Option<Said>,
    /// What stands in the way and was asked about.
    pub asking: Asking,
    /// The attempt to record it whose outcome is unknown, while nothing in it was changed since.
    pub again: Option<Attempt>,
}

impl Triage {
    /// The question about one fact or anchor, with the present answer chosen.
    pub fn about(case: &Case, id: &str, zone: Zone) -> Self {
        let mut t = Self {
            about: id.to_owned(),
            choices: Vec::new(),
            at: 0,
            mask: 0,
            single: false,
            skipped: BTreeSet::new(),
            refused: None,
            asking: Asking::default(),
            again: None,
        };
        let known = case.facts.get(id);
        match case.fact(id).map(|f| &f.kind) {
            Some(kind) => t.offer(kind, known, zone),
            None => {
                let text = case.anchors.get(id).map(|at| local(*at, zone)).unwrap_or_default();
                let text = time::by_watch(&text, case.told_by.contains_key(id));
                let typed = Choice::Typed(Typed::Moment, Line::new(&text));
                t.choices = vec![typed, Choice::Unknown];
            }
        }
        t
    }

    /// Under what it is kept while it is half-typed.
    pub(super) fn slot(&self, incident: &str) -> Slot {
        Slot { incident: incident.to_owned(), what: format!("{QUESTION}-{}", self.about) }
    }

    fn offer(&mut self, kind: &Kind, known: Option<&Value>, zone: Zone) {
        let typed = |t: Typed, text: String| Choice::Typed(t, Line::new(&text));
        let nothing = known.is_some_and(Value::is_nothing);
        match kind {
            Kind::Bool => self.choices = vec![Choice::Yes, Choice::No],
            Kind::Integer => {
                let text = known.filter(|_| !nothing).map(|v| v.write(kind)).unwrap_or_default();
                self.choices = vec![typed(Typed::Count, text), Choice::Nothing];
            }
            Kind::Percent => {
                let text = match known {
                    Some(Value::Percent(p)) if *p > 0 => decimal(*p),
                    _ => String::new(),
                };
                self.choices = vec![typed(Typed::Percent, text), Choice::Nothing];
            }
            Kind::Duration => {
                let (mut since, mut lasted) = (String::new(), String::new());
                match known {
                    Some(Value::Duration(Span::Since(t))) => since = local(*t, zone),
                    Some(Value::Duration(Span::Between(a, b))) => {
                        lasted = format!("{}..{}", local(*a, zone), local(*b, zone));
                        self.at = 1;
                    }
                    Some(v) if !nothing => {
                        lasted = v.write(kind);
                        self.at = 1;
                    }
                    _ => {}
                }
                self.choices =
                    vec![typed(Typed::Since, since), typed(Typed::Lasted, lasted), Choice::Nothing];
            }
            Kind::Level(ids) => {
                self.choices = (0..ids.len()).rev().map(Choice::Level).collect();
                self.choices.push(Choice::Nothing);
                if let Some(Value::Level(Some(i))) = known {
                    self.at = ids.len().saturating_sub(1 + usize::from(*i));
                }
            }
            Kind::Choice(ids) => {
                self.choices = (0..ids.len()).map(Choice::Option).collect();
                if let Some(Value::Choice(i)) = known {
                    self.at = usize::from(*i);
                }
            }
            Kind::Set(ids) => {
                self.choices = (0..ids.len()).map(Choice::Option).collect();
                self.choices.push(Choice::Nothing);
                if let Some(Value::Set(mask)) = known {
                    self.mask = *mask;
                }
            }
        }
        self.choices.push(Choice::Unknown);
        if nothing {
            let is_no = |c: &Choice| matches!(c, Choice::No | Choice::Nothing);
            self.at = self.choices.iter().position(is_no).unwrap_or(0);
        }
    }

    /// Says whether the cursor stands in typed text.
    pub fn typing(&self) -> bool {
        matches!(self.choices.get(self.at), Some(Choice::Typed(..)))
    }

    /// The line under the cursor.
    pub fn line(&mut self) -> Option<&mut Line> {
        match self.choices.get_mut(self.at) {
            Some(Choice::Typed(_, line)) => Some(line),
            _ => None,
        }
    }

    /// The answer as it would be typed; `None` while the field is empty.
    pub fn text(&self, case: &Case, at: usize) -> Option<String> {
        let kind = case.fact(&self.about).map(|f| &f.kind);
        let ids = match kind {
            Some(Kind::Set(ids) | Kind::Choice(ids) | Kind::Level(ids)) => ids.as_slice(),
            _ => &[],
        };
        Some(match self.choices.get(at)? {
            Choice::Yes => "yes".to_owned(),
            Choice::No => "no".to_owned(),
            Choice::Unknown => UNKNOWN.to_owned(),
            Choice::Typed(typed, line) => {
                let text = crate::domain::text::half_width(line.text().trim());
                match typed {
                    _ if text.is_empty() => return None,
                    Typed::Since if text != UNKNOWN && !text.starts_with("since") => {
                        format!("since:{text}")
                    }
                    _ => text,
                }
            }
            Choice::Level(i) => ids.get(*i)?.clone(),
            Choice::Option(i) if matches!(kind, Some(Kind::Set(_))) => {
                let mask = if self.mask == 0 { 1u64 << (i & 63) } else { self.mask };
                Value::Set(mask).write(kind?)
            }
            Choice::Option(i) => ids.get(*i)?.clone(),
            Choice::Nothing => match kind {
                Some(Kind::Integer | Kind::Percent) => "0".to_owned(),
                Some(Kind::Duration) => "PT0S".to_owned(),
                _ => "none".to_owned(),
            },
        })
    }

    /// The other answer whose effect is worth seeing: no beside yes, and yes beside no; nothing
    /// beside everything else.
    pub fn other(&self) -> Option<usize> {
        let find = |is: fn(&Choice) -> bool| self.choices.iter().position(is);
        let other = match self.choices.get(self.at)? {
            Choice::Yes => find(|c| *c == Choice::No),
            Choice::No => find(|c| *c == Choice::Yes),
            _ => find(|c| matches!(c, Choice::No | Choice::Nothing)),
        };
        other.filter(|i| *i != self.at)
    }

    /// Moves the cursor among the ways to answer.
    pub fn step(&mut self, by: isize) {
        let last = self.choices.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    /// Puts an option into the set, or takes it out.
    pub fn toggle(&mut self) {
        if let Some(Choice::Option(i)) = self.choices.get(self.at) {
            self.mask ^= 1u64 << (i & 63);
        }
    }

    /// Moves to one way to answer, where there is one.
    pub fn choose(&mut self, choice: &Choice) {
        if let Some(i) = self.choices.iter().position(|c| c == choice) {
            self.at = i;
        }
    }
}

/// A moment as a person would type it, with its offset.
fn local(at: Time, zone: Zone) -> String {
    time::write_local(at, zone)
}

/// Lists what there is to ask, in the order in which it is worth asking.
pub fn order(case: &Case, a: &Assessment) -> Vec<String> {
    let learned = case.anchor(LEARNED_AT).filter(|_| !case.anchors.contains_key(LEARNED_AT));
    let learned = learned.map(|l| l.id.clone());
    learned.into_iter().chain(a.questions.iter().map(|q| q.fact.clone())).collect()
}

/// The next thing to ask after (or before) this one, leaving out what was put off; the first, where
/// there is no such place.
pub fn next(
    case: &Case,
    a: &Assessment,
    from: Option<&str>,
    skipped: &BTreeSet<String>,
    back: bool,
) -> Option<String> {
    let all = order(case, a);
    let here = from.and_then(|f| all.iter().position(|q| q == f));
    let open = |q: &&String| !skipped.contains(*q) && Some(q.as_str()) != from;
    match (here, back) {
        (Some(i), false) => all[i + 1..].iter().chain(&all[..i]).find(open).cloned(),
        (Some(i), true) => all[..i].iter().rev().chain(all[i..].iter().rev()).find(open).cloned(),
        (None, _) => all.iter().find(open).cloned(),
    }
}

/// Lists every moment and fact once: moments first, then facts in the order of the packs.
pub fn everything(case: &Case) -> Vec<String> {
    let anchors = case.all_anchors().into_iter().map(|a| a.id.clone());
    anchors.chain(case.all_facts().into_iter().map(|f| f.id.clone())).collect()
}
