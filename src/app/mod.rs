//! What the user is doing: keys become actions, actions become effects. No terminal types.
//!
//! - `effect`, `key`: the language that the host speaks
//! - `keymap`: one table of keys, for lookup, help, hint bar, palette and README
//! - `screen`: the stack of screens and what each remembers
//! - `update`: what a message does; `acts`: what each action does; `forms`: how forms are filled and what they record
//! - `witness`: signing a checkpoint, and export
//! - `triage`: one question; `rows`, `board`: what is listed, and in which order
//! - `wake`: when the next visible digit or band changes

mod acts;
mod asking;
pub mod board;
pub mod edit;
pub mod effect;
pub mod form;
pub mod forms;
pub mod kept;
pub mod key;
pub mod keymap;
mod labels;
pub mod rows;
pub mod said;
pub mod screen;
pub mod triage;
mod update;
mod wake;
pub mod witness;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::assess::Assessment;
use crate::domain::clockwatch::Change;
use crate::domain::decide::Attempt;
use crate::domain::duty::DutyStatus;
use crate::domain::event::ClockQuality;
use crate::domain::footing::Unfirm;
use crate::domain::incident::{HandOver, Incident};
use crate::domain::law::Pack;
use crate::domain::time::{Time, Zone};
use crate::report::handover;
use crate::words::Lang;
use crate::words::caveat::Caveat;
use crate::words::console::Word as W;
use crate::words::refusal::Message;
use crate::words::say::Urgency;
use edit::Line;
use form::Asking;
use kept::{Keeping, Kept, Slot};
use keymap::{Context, Keymap};
use said::Said;
use screen::Screen;
use witness::Errand;

/// What the console starts from.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Now.
    pub now: Time,
    /// The zone in which times are shown and read.
    pub zone: Zone,
    /// The language to start with.
    pub lang: Lang,
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
    /// Packs that a new incident can be bound to; the first is chosen.
    pub packs: Vec<Arc<Pack>>,
    /// Incidents, each with the head of its record (empty if unknown).
    pub incidents: Vec<(Incident, String)>,
    /// Incidents that could not be opened: id and message. They are listed, not hidden.
    pub problems: Vec<(String, String)>,
    /// What stands against relying on the records of incidents, by id.
    pub caveats: Vec<(String, Vec<Caveat>)>,
    /// How far the clock can be trusted.
    pub clock: ClockQuality,
    /// Who sits here, as the record names them.
    pub who: String,
    /// Seconds before its end at which a clock counts as ending soon.
    pub soon_seconds: i64,
    /// Seconds that drafting and approval take.
    pub lead_seconds: i64,
    /// The user's own numbers.
    pub directory: Vec<Listing>,
    /// Half-typed text that an earlier session left: incident (empty for a new one) and text.
    pub kept: Vec<(String, String)>,
    /// The user's own keys: action name, keys with blanks between.
    pub keys: Vec<(String, String)>,
    /// The folder in which files of the user's own are proposed: their home.
    pub folder: String,
    /// The incident to open at once.
    pub open: Option<String>,
}

impl Setup {
    /// A setup with nothing in it, for an 80x24 terminal.
    pub fn new(now: Time, zone: Zone, lang: Lang) -> Self {
        Self {
            now,
            zone,
            lang,
            cols: 80,
            rows: 24,
            packs: Vec::new(),
            incidents: Vec::new(),
            problems: Vec::new(),
            caveats: Vec::new(),
            clock: ClockQuality::default(),
            who: String::new(),
            soon_seconds: SOON_SECONDS,
            lead_seconds: LEAD_SECONDS,
            directory: Vec::new(),
            kept: Vec::new(),
            keys: Vec::new(),
            folder: String::new(),
            open: None,
        }
    }
}

pub use crate::report::handover::{Page, lines as handover_lines};
pub use crate::report::lines::Style;

/// Seconds before its end at which a clock counts as ending soon, unless the user says otherwise.
pub const SOON_SECONDS: i64 = 1800;
/// Seconds that drafting and approval take, unless the user says otherwise.
pub const LEAD_SECONDS: i64 = 1200;

/// One number of the user's own directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Body id.
    pub body: String,
    /// Channel id.
    pub channel: String,
    /// Number or address.
    pub value: String,
    /// Whom to ask for, when, which extension.
    pub note: String,
}

/// One incident on the board.
#[derive(Debug, Clone)]
pub struct Item {
    /// The incident.
    pub incident: Incident,
    /// The head of its record; empty if unknown.
    pub head: String,
    /// Its assessment at the present second.
    pub assessment: Assessment,
}

/// A line about what has just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What is said.
    pub said: Said,
    /// Something was refused.
    pub refused: bool,
}

impl Notice {
    /// Says whether the host chose its words: they answer something that was asked of it.
    fn is_of_host(&self) -> bool {
        matches!(self.said, Said::Message(_))
    }
}

/// A write whose outcome is unknown; stays until it is acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    /// Why, and what to do.
    pub message: Message,
    /// What was to be recorded, as a command to copy by hand.
    pub unsaved: String,
    /// Lines scrolled.
    pub scroll: usize,
    /// The file that it is to be saved in, while that is typed.
    pub path: Option<Line>,
    /// What came of saving it, and whether that was refused.
    pub told: Option<(Said, bool)>,
}

/// Something that was handed to the host and is not on disk yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pending {
    /// An entry, or a new incident.
    Write,
    /// Files that go with a report.
    Files,
}

/// The console.
#[derive(Debug)]
pub struct App {
    now: Time,
    zone: Zone,
    lang: Lang,
    cols: u16,
    rows: u16,
    packs: Vec<Arc<Pack>>,
    items: Vec<Item>,
    problems: Vec<(String, String)>,
    caveats: BTreeMap<String, Vec<Caveat>>,
    room: Option<u64>,
    clock: ClockQuality,
    who: String,
    soon: i64,
    lead: i64,
    directory: Vec<Listing>,
    keymap: Keymap,
    stack: Vec<Screen>,
    current: String,
    chosen: String,
    notice: Option<Notice>,
    banner: Option<Banner>,
    pending: Option<Pending>,
    errand: Option<Errand>,
    folder: String,
    /// What a failed write may have left on disk all the same, and the command that records it.
    unsure: Option<(Attempt, String)>,
    /// Forms and questions that were put aside half-typed.
    drafts: Vec<(Slot, Screen)>,
    /// Those among them that an earlier console left and that were not offered yet.
    left: Vec<(Slot, Kept)>,
    keeping: Keeping,
    present: Vec<String>,
    clock_change: Option<Change>,
    unfirm: Vec<Unfirm>,
    bad_zone: bool,
}

impl App {
    /// Starts on the board, or on the incident that is to be opened.
    pub fn new(setup: Setup) -> Self {
        let now = whole_second(setup.now);
        let mut app = Self {
            now: setup.now,
            zone: setup.zone,
            lang: setup.lang,
            cols: setup.cols,
            rows: setup.rows,
            packs: setup.packs,
            items: assessed(setup.incidents, now),
            problems: setup.problems,
            caveats: setup.caveats.into_iter().collect(),
            room: None,
            clock: setup.clock,
            who: setup.who,
            soon: setup.soon_seconds,
            lead: setup.lead_seconds,
            directory: setup.directory,
            keymap: Keymap::with(&setup.keys),
            stack: vec![Screen::Board],
            current: String::new(),
            chosen: String::new(),
            notice: None,
            banner: None,
            pending: None,
            errand: None,
            folder: setup.folder,
            unsure: None,
            drafts: Vec::new(),
            left: Vec::new(),
            keeping: Keeping::default(),
            present: Vec::new(),
            clock_change: None,
            unfirm: Vec::new(),
            bad_zone: false,
        };
        app.take_kept(&setup.kept);
        if let Some((text, word)) = app.keymap.problems.first() {
            let said = Said::Word(*word, vec![text.clone()]);
            app.notice = Some(Notice { said, refused: true });
        }
        if let Some(id) = setup.open {
            if app.item(&id).is_some() {
                app.enter(&id);
                app.offer_kept();
            } else {
                let id = crate::domain::text::printable(&id);
                let said = Said::Word(W::NoIncident, vec![id]);
                app.notice = Some(Notice { said, refused: true });
            }
        }
        app
    }

    /// Now, cut to the second, so that all clocks change digits together.
    pub fn now(&self) -> Time {
        whole_second(self.now)
    }

    /// The zone in which times are shown.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Who else is on.
    pub fn present(&self) -> &[String] {
        &self.present
    }

    /// What happened to the wall clock last, while this console was open.
    pub fn clock_change(&self) -> Option<&Change> {
        self.clock_change.as_ref()
    }

    /// Where the records lie on something of which not everything that is promised holds.
    pub fn unfirm(&self) -> &[Unfirm] {
        &self.unfirm
    }

    /// Says whether times are read in another zone than TZ means.
    pub fn bad_zone(&self) -> bool {
        self.bad_zone
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        (self.cols, self.rows)
    }

    /// Packs that a new incident can be bound to.
    pub fn packs(&self) -> &[Arc<Pack>] {
        &self.packs
    }

    /// All incidents, in no particular order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Finds an incident.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|i| i.incident.id == id)
    }

    /// The incident that is open, where one is.
    pub fn current(&self) -> Option<&Item> {
        self.item(&self.current)
    }

    /// Incidents that could not be read whole.
    pub fn problems(&self) -> &[(String, String)] {
        &self.problems
    }

    /// What stands against relying on an incident's record, the gravest first.
    pub fn caveats(&self, item: &Item) -> Vec<Caveat> {
        let mut all = self.caveats.get(&item.incident.id).cloned().unwrap_or_default();
        let newer = item.incident.unread();
        if newer > 0 {
            all.push(Caveat::newer(&item.incident.id, newer));
        }
        all.sort_by_key(|caveat| caveat.kind);
        all
    }

    /// Bytes of room that are left, where that is little.
    pub fn room(&self) -> Option<u64> {
        self.room
    }

    /// How far the clock can be trusted.
    pub fn clock(&self) -> &ClockQuality {
        &self.clock
    }

    /// Who sits here.
    pub fn who(&self) -> &str {
        &self.who
    }

    /// Seconds before its end at which a clock counts as ending soon.
    pub fn soon(&self) -> i64 {
        self.soon
    }

    /// How pressing a duty is at the present second.
    pub fn urgency(&self, duty: &DutyStatus) -> Urgency {
        Urgency::with_lead(duty, self.now(), self.soon, self.lead)
    }

    /// Until when an undecided duty must be decided on.
    pub fn decide_by(&self, duty: &DutyStatus) -> Option<Time> {
        duty.decide_by(self.lead)
    }

    /// The user's own numbers for a body, in their order.
    pub fn listings(&self, body: &str) -> impl Iterator<Item = &Listing> {
        self.directory.iter().filter(move |l| l.body == body)
    }

    /// The keys.
    pub fn keymap(&self) -> &Keymap {
        &self.keymap
    }

    /// The screen on top.
    pub fn screen(&self) -> &Screen {
        self.stack.last().unwrap_or(&Screen::Board)
    }

    /// The screen below the one on top.
    pub fn below(&self) -> &Screen {
        self.stack.len().checked_sub(2).and_then(|i| self.stack.get(i)).unwrap_or(&Screen::Board)
    }

    /// The line about what has just happened.
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// A write whose outcome is unknown.
    pub fn banner(&self) -> Option<&Banner> {
        self.banner.as_ref()
    }

    /// Editions on the shelf that are newer than those an incident is judged by: (newer, its own).
    pub fn newer_packs<'a>(&'a self, item: &'a Item) -> Vec<(&'a str, &'a str)> {
        let pins = item.incident.pins.iter();
        let newer = pins.filter_map(|pin| {
            let pack = self.packs.iter().find(|p| p.id == pin.id && p.sha256 != pin.sha256)?;
            (pack.edition > pin.edition).then_some((pack.edition.as_str(), pin.edition.as_str()))
        });
        newer.collect()
    }

    /// What somebody who takes over an incident must know, line by line: on one screen of so many rows, or
    /// else as the text is.
    pub fn handover(&self, item: &Item, cols: usize, rows: usize) -> Vec<handover::Line> {
        let Item { incident, head, assessment } = item;
        let style = self.style();
        let screen = Page { cols, rows };
        handover::fitting(incident, head, assessment, style, screen).unwrap_or_else(|| {
            let text = Page { cols, ..Page::TEXT };
            handover::lines(incident, head, assessment, style, text)
        })
    }

    /// Who hands over to whom, where nobody accepted it yet.
    pub fn open_handover<'a>(&self, item: &'a Item) -> Option<&'a HandOver> {
        let open = item.incident.handover.as_ref().filter(|h| h.accepted.is_none());
        open.filter(|_| item.incident.closed.is_none())
    }

    fn style(&self) -> Style {
        Style { lang: self.lang, zone: self.zone, soon: self.soon, lead: self.lead }
    }

    /// Says whether files are being read for a report.
    pub fn is_reading(&self) -> bool {
        self.pending == Some(Pending::Files)
    }

    /// Says whether something was handed to the host and is not on disk yet.
    pub fn is_writing(&self) -> bool {
        self.pending.is_some()
    }

    /// Where keys are looked up.
    pub fn context(&self) -> Context {
        match &self.banner {
            Some(Banner { path: Some(_), .. }) => Context::Save,
            Some(_) => Context::Banner,
            None if self.asking().is_some_and(|a| a.open.is_some()) => Context::Ask,
            None => self.screen().context(),
        }
    }

    /// What stands in the way of the form or answer on top.
    fn asking(&self) -> Option<&Asking> {
        match self.screen() {
            Screen::Form(form) => Some(&form.asking),
            Screen::Triage(t) => Some(&t.asking),
            _ => None,
        }
    }

    /// The incident under the cursor on the board; the soonest, where none was chosen.
    pub fn chosen(&self) -> Option<&Item> {
        self.item(&self.chosen).or_else(|| board::order(self).first().map(|i| &self.items[*i]))
    }

    fn enter(&mut self, id: &str) {
        id.clone_into(&mut self.current);
        id.clone_into(&mut self.chosen);
        self.stack.truncate(1);
        self.stack.push(Screen::Incident { row: String::new(), all: false });
    }

    fn reassess(&mut self) {
        let now = self.now();
        for item in &mut self.items {
            item.assessment = item.incident.assess(now);
        }
    }
}

/// Assesses all incidents, two at a time where there are many: nothing is painted before.
fn assessed(incidents: Vec<(Incident, String)>, now: Time) -> Vec<Item> {
    let assess = |some: &[(Incident, String)]| -> Vec<Assessment> {
        some.iter().map(|(incident, _)| incident.assess(now)).collect()
    };
    let len = incidents.len();
    let (first, second) = incidents.split_at(if len < 64 { len } else { len / 2 });
    let assessments = std::thread::scope(|scope| {
        let other = (!second.is_empty())
            .then(|| std::thread::Builder::new().spawn_scoped(scope, || assess(second)));
        let mut all = assess(first);
        let rest = other.and_then(Result::ok).and_then(|other| other.join().ok());
        all.extend(rest.unwrap_or_else(|| assess(second)));
        all
    });
    let item = |((incident, head), assessment)| Item { incident, head, assessment };
    incidents.into_iter().zip(assessments).map(item).collect()
}

fn whole_second(at: Time) -> Time {
    use chrono::SubsecRound;
    at.trunc_subsecs(0)
}
