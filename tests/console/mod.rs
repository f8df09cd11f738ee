//! A host in memory: keys go in as text, effects are carried out on a simulated clock.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::sync::Arc;

use jishi::app::effect::{Effect, Msg};
use jishi::app::kept::Slot;
use jishi::app::key::Key;
use jishi::app::{App, Listing, Setup};
use jishi::domain::decide::{Attempt, begin, decide};
use jishi::domain::event::{Boot, ClockQuality, Entry, Event, Mode, Sync, Who};
use jishi::domain::incident::Incident;
use jishi::domain::law::Pack;
use jishi::domain::time::{self, Time, Zone};
use jishi::packs;
use jishi::words::refusal::Message;
use jishi::words::{Lang, refusal};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The zone of the tests.
pub fn zone() -> Zone {
    Zone::Fixed(time::parse_offset("+08:00").unwrap())
}

/// A moment of the night of the tests: `02:11:40`, or a whole date.
pub fn at(text: &str) -> Time {
    let full = if text.contains('-') { text.to_owned() } else { format!("2026-03-02 {text}") };
    time::parse(&full, Time::MIN_UTC, zone()).unwrap()
}

/// The built-in law.
pub fn law() -> Arc<Pack> {
    static LAW: std::sync::OnceLock<Arc<Pack>> = std::sync::OnceLock::new();
    let load = || Arc::new(packs::builtin_pack("cn-cac-2025").unwrap().unwrap());
    Arc::clone(LAW.get_or_init(load))
}

/// What the host does with effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Writes at once.
    Writes,
    /// Keeps them until asked.
    Waits,
    /// Cannot write.
    Fails,
}

/// The host.
pub struct Desk {
    pub app: App,
    pub now: Time,
    pub mood: Mood,
    pub held: Vec<Effect>,
    pub seen: Vec<Effect>,
    pub store: Vec<Incident>,
    /// Half-typed text as the host keeps it, and how often it was handed over.
    pub kept: Vec<(Slot, String)>,
    /// What failed last, and what makes giving it again count once.
    pub lost: Option<(Effect, Attempt)>,
    pub keeps: usize,
    ids: u32,
}

/// A setup on the built-in law at 02:00.
pub fn setup(lang: Lang) -> Setup {
    let mut setup = Setup::new(at("02:00"), zone(), lang);
    setup.packs = vec![law()];
    setup.who = "wang".to_owned();
    setup.folder = "/home/wang".to_owned();
    setup.clock = ClockQuality { sync: Sync::Yes, maxerror_us: Some(900), zone: None };
    setup.directory = vec![
        Listing {
            body: "police".to_owned(),
            channel: "phone".to_owned(),
            value: "555-0110".to_owned(),
            note: "网安支队值班".to_owned(),
        },
        Listing {
            body: "protection_department".to_owned(),
            channel: "phone".to_owned(),
            value: "555-0142".to_owned(),
            note: String::new(),
        },
    ];
    setup
}

fn entry(n: usize, at: Time, mode: Mode, happened_at: Option<Time>, event: Event) -> Entry {
    Entry {
        n: n as u64,
        id: format!("{n:032x}"),
        at,
        happened_at,
        happened_by: None,
        by: Who {
            login: "wang".to_owned(),
            tty: Some("pts/3".to_owned()),
            ssh: Some("10.0.0.7".to_owned()),
            ..Who::default()
        },
        mode,
        boot: Boot { id: "boot".to_owned(), ms: 1000 },
        clock: ClockQuality { sync: Sync::Yes, maxerror_us: None, zone: None },
        event,
    }
}

/// An incident that was opened at 01:58, with answers recorded at once.
pub fn incident(id: &str, title: &str, learned: &str, facts: &[(&str, &str)]) -> Incident {
    incident_in(Mode::Live, id, title, learned, facts)
}

pub fn incident_in(
    mode: Mode,
    id: &str,
    title: &str,
    learned: &str,
    facts: &[(&str, &str)],
) -> Incident {
    let opened = at("01:58");
    let mut answers = vec![("learned_at".to_owned(), learned.to_owned())];
    answers.extend(facts.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    let events = begin("r", title, &[law()], &answers, opened, zone(), false).unwrap();
    let entries =
        events.into_iter().enumerate().map(|(n, e)| entry(n, opened, mode, None, e)).collect();
    Incident::fold(id, vec![law()], entries)
}

impl Desk {
    pub fn new(mut setup: Setup, incidents: Vec<Incident>) -> Self {
        let head = "7f3a91c208de4b17aa00bb11cc22dd33ee44ff5566778899aabbccddeeff0011";
        setup.incidents = incidents.iter().map(|i| (i.clone(), head.to_owned())).collect();
        let now = setup.now;
        Self {
            app: App::new(setup),
            now,
            mood: Mood::Writes,
            held: Vec::new(),
            seen: Vec::new(),
            store: incidents,
            kept: Vec::new(),
            keeps: 0,
            ids: 0,
            lost: None,
        }
    }

    /// Types keys: names with blanks between; `type:text` types a text.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for part in keys.split_whitespace() {
            if let Some(text) = part.strip_prefix("type:") {
                for c in text.chars() {
                    self.send(Msg::Key(Key::plain(jishi::app::key::Code::Char(c))));
                }
            } else {
                let key = Key::parse(part).unwrap_or_else(|| panic!("no key {part}"));
                self.send(Msg::Key(key));
            }
        }
        self
    }

    /// Lets the clock show this.
    pub fn clock(&mut self, text: &str) -> &mut Self {
        self.now = at(text);
        self.send(Msg::Tick { now: self.now });
        self
    }

    pub fn send(&mut self, msg: Msg) {
        let effects = self.app.update(msg);
        let (kept, effects): (Vec<_>, Vec<_>) =
            effects.into_iter().partition(|e| matches!(e, Effect::Keep { .. }));
        self.keep(kept);
        self.seen.extend(effects.clone());
        match self.mood {
            Mood::Writes => effects.into_iter().for_each(|e| self.carry_out(e)),
            Mood::Waits => self.held.extend(effects),
            Mood::Fails => {
                for e in effects {
                    if matches!(e, Effect::Digest { .. } | Effect::SaveAs { .. }) {
                        self.carry_out(e);
                    } else if matches!(e, Effect::Append { .. } | Effect::Create { .. }) {
                        let message = Message::plain("disk full").hint("free some space");
                        let unsaved = format!("{e:?}");
                        let attempt = match &e {
                            Effect::Append { again: Some(before), .. } => before.clone(),
                            _ => Attempt {
                                id: format!("{:032x}", 0xf000 + self.seen.len()),
                                at: self.now,
                            },
                        };
                        self.lost = Some((e, attempt.clone()));
                        self.send(Msg::NotRecorded { message, unsaved, attempt });
                    }
                }
            }
        }
    }

    /// Keeps half-typed text, as the host does.
    pub fn keep(&mut self, effects: Vec<Effect>) {
        for e in effects {
            let Effect::Keep { slot, text } = e else { continue };
            self.keeps += 1;
            self.kept.retain(|(s, _)| *s != slot);
            self.kept.extend(text.map(|t| (slot, t)));
        }
    }

    /// Carries out what was held back.
    pub fn release(&mut self) -> &mut Self {
        self.mood = Mood::Writes;
        for e in std::mem::take(&mut self.held) {
            self.carry_out(e);
        }
        self
    }

    pub fn carry_out(&mut self, effect: Effect) {
        let lang = self.app.lang();
        match effect {
            Effect::Create { title, packs, answers, confirmed, .. } => {
                let packs: Vec<_> =
                    self.app.packs().iter().filter(|p| packs.contains(&p.id)).cloned().collect();
                match begin("r", &title, &packs, &answers, self.now, zone(), confirmed) {
                    Ok(events) => {
                        self.ids += 1;
                        let id = format!("2026-0302-{}", self.ids);
                        let entries = events.into_iter().enumerate();
                        let entries =
                            entries.map(|(n, e)| entry(n, self.now, Mode::Live, None, e)).collect();
                        let incident = Incident::fold(&id, packs, entries);
                        self.store.push(incident.clone());
                        self.send(Msg::Created { incident: Box::new(incident), own: true });
                    }
                    Err(r) => {
                        let message = refusal::refusal(&r, lang);
                        self.send(Msg::Refused { message, why: Some(Box::new(r)) });
                    }
                }
            }
            Effect::Append { incident, intent, again } => {
                let same = Effect::Append {
                    incident: incident.clone(),
                    intent: intent.clone(),
                    again: again.clone(),
                };
                let late = self.lost.take().filter(|(e, _)| *e == same).map(|(_, attempt)| attempt);
                let tried = again.or(late).map(|attempt| attempt.id);
                let found = self.store.iter_mut().find(|i| i.id == incident).unwrap();
                match decide(found, &intent, self.now, zone()) {
                    Ok(d) => {
                        let n = found.entries.len();
                        let mut e = entry(n, self.now, found.mode, d.happened_at, d.event);
                        e.id = tried.unwrap_or(e.id);
                        e.happened_by = d.happened_at.and(intent.told_by());
                        found.apply(e.clone());
                        let (head, own) = (format!("{n:064x}"), Some(e.n));
                        self.send(Msg::Appended { incident, entries: vec![e], head, own });
                    }
                    Err(r) => {
                        let message = refusal::refusal(&r, lang);
                        self.send(Msg::Refused { message, why: Some(Box::new(r)) });
                    }
                }
            }
            Effect::Digest { paths } => {
                let file = |p: &String| jishi::domain::event::Attachment {
                    name: p.rsplit('/').next().unwrap_or_default().to_owned(),
                    bytes: 3,
                    sha256: "ab".repeat(32),
                };
                let missing = paths.iter().find(|p| p.contains("missing"));
                self.send(match missing {
                    Some(p) => Msg::Refused {
                        message: Message::plain(format!("cannot read `{p}`")),
                        why: None,
                    },
                    None => Msg::Digested { files: paths.iter().map(file).collect() },
                });
            }
            Effect::SaveAs { path, .. } => self.send(if path.contains("there") {
                let message = Message::plain("exists and was not overwritten");
                Msg::Refused { message, why: None }
            } else {
                Msg::Saved { path }
            }),
            Effect::Sign { .. } => {
                let message = Message::plain("signed: checkpoints/5-7f3a91c208de4b17.txt.sig");
                self.send(Msg::Signed { message, refused: false });
            }
            Effect::Export { path, .. } if path.contains("there") => {
                let message = Message::plain("exists and was not overwritten");
                self.send(Msg::NotExported { message });
            }
            Effect::Export { path, .. } => {
                let message = Message::plain(format!("exported to {path}: 5 entries"));
                self.send(Msg::Exported { message, sound: true });
            }
            _ => {}
        }
    }

    /// What a console finds that starts after this one is gone.
    pub fn left(&self) -> Vec<(String, String)> {
        self.kept.iter().map(|(slot, text)| (slot.incident.clone(), text.clone())).collect()
    }

    /// The next console, after this one is gone.
    pub fn again(&self, mut setup: Setup) -> Self {
        setup.kept = self.left();
        let mut next = Self::new(setup, self.store.clone());
        next.kept.clone_from(&self.kept);
        next
    }

    /// What somebody else wrote meanwhile.
    pub fn other_writes(&mut self, id: &str, event: Event) {
        let found = self.store.iter_mut().find(|i| i.id == id).unwrap();
        let mut e = entry(found.entries.len(), self.now, found.mode, None, event);
        e.by.login = "li".to_owned();
        found.apply(e.clone());
        let (incident, head) = (id.to_owned(), "ff".repeat(32));
        self.send(Msg::Appended { incident, entries: vec![e], head, own: None });
    }

    pub fn resize(&mut self, cols: u16, rows: u16) -> &mut Self {
        self.send(Msg::Resize { cols, rows });
        self
    }

    /// The screen as cells.
    pub fn buffer(&self) -> (Buffer, Option<(u16, u16)>) {
        let (cols, rows) = self.app.size();
        let mut buf = Buffer::empty(Rect::new(0, 0, cols, rows));
        let cursor = jishi::view::draw(&self.app, &mut buf);
        (buf, cursor)
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        text(&self.buffer().0)
    }

    /// The incident that is open, as it stands on disk.
    pub fn stored(&self) -> &Incident {
        let id = &self.app.current().unwrap().incident.id;
        self.store.iter().find(|i| i.id == *id).unwrap()
    }
}

/// A buffer as text; the second cell of a wide character is left out.
pub fn text(buf: &Buffer) -> String {
    use unicode_width::UnicodeWidthStr;
    let mut out = String::new();
    for y in 0..buf.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buf.area.width {
            let symbol = buf[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).unwrap();
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The first story: an operator of critical infrastructure, main functions down since 01:10.
pub fn cii_facts() -> Vec<(&'static str, &'static str)> {
    vec![("involves_cii", "yes"), ("cii_main_down", "since:2026-03-02T01:10:00+08:00")]
}
