//! The same story gives the same record, whoever tells it: the engine's desk, typed lines, keys.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "helpers of tests stand outside test functions"
)]

mod support;

use std::sync::Arc;

use jishi::app::effect::Effect;
use jishi::app::effect::Msg;
use jishi::app::form::Name;
use jishi::app::key::{Code, Key};
use jishi::app::screen::Screen;
use jishi::app::triage::{Choice, Typed};
use jishi::app::{App, Setup};
use jishi::domain::decide::Intent;
use jishi::domain::event::{Event, Mode, Who};
use jishi::domain::incident::Incident;
use jishi::domain::time::Time;
use jishi::domain::value::Kind;
use jishi::host::clerk::Clerk;
use jishi::host::clock::FixedClock;
use jishi::host::desk::{Desk, DeskError};
use jishi::host::store::FsStore;
use jishi::plain::{self, Plain};
use jishi::words::Lang;
use support::{Step, Story, check, stories, zone};

/// One way to tell a story; each is told on a record of its own.
trait Face {
    fn clock(&mut self, at: Time);
    fn open(&mut self, title: &str, answers: &[(String, String)]);
    /// Does one act; `false` where it was refused.
    fn act(&mut self, intent: &Intent) -> bool;
}

/// A desk in a folder of its own.
struct Room {
    _folder: tempfile::TempDir,
    clock: Arc<FixedClock>,
    desk: Arc<Desk>,
}

fn room() -> Room {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(FixedClock::new("2020-01-01T00:00:00Z".parse().expect("a time")));
    let who = Who { login: "story".to_owned(), ..Who::default() };
    let store = FsStore::new(folder.path(), Mode::Live, clock.clone(), who, zone());
    let shelf = Desk::builtin_shelf().expect("packs load");
    let desk = Arc::new(Desk::new(store, shelf, clock.clone(), zone()));
    Room { _folder: folder, clock, desk }
}

impl Room {
    /// The one incident, as it stands on disk.
    fn stored(&self) -> Incident {
        let id = self.desk.store().ids().expect("ids").pop().expect("an incident");
        self.desk.open(&id).expect("opens").0
    }
}

struct Direct<'a> {
    room: &'a Room,
    id: String,
}

impl Face for Direct<'_> {
    fn clock(&mut self, at: Time) {
        self.room.clock.set(at);
    }

    fn open(&mut self, title: &str, answers: &[(String, String)]) {
        self.id = self.room.desk.create(title, &[], answers, true).expect("opens").id;
    }

    fn act(&mut self, intent: &Intent) -> bool {
        match self.room.desk.act(&self.id, intent) {
            Ok(_) => true,
            Err(DeskError::Refused(_)) => false,
            Err(e) => panic!("{e}"),
        }
    }
}

struct Lines<'a> {
    room: &'a Room,
    plain: Plain,
    clerk: Clerk,
    said: Vec<String>,
}

impl<'a> Lines<'a> {
    fn new(room: &'a Room) -> Self {
        let (clerk, _) = Clerk::start(Arc::clone(&room.desk), Lang::En).expect("starts");
        let setup = plain::Setup {
            packs: room.desk.shelf().to_vec(),
            ..plain::Setup::new(zone(), Lang::En)
        };
        let plain = Plain::new(setup, room.desk.now());
        Self { room, plain, clerk, said: Vec::new() }
    }

    fn line(&mut self, text: &str) -> String {
        let (mut said, effects) = self.plain.line(text, self.room.desk.now());
        for effect in effects {
            for msg in self.clerk.run(effect, Lang::En) {
                said.extend(self.plain.tell(msg));
            }
        }
        self.said.push(format!("> {text}"));
        self.said.extend(said.clone());
        said.join("\n")
    }

    /// Answers what is asked for until a yes is; `false` where it was refused.
    fn answers(&mut self, first: &str, about: &[(&str, &str)]) -> bool {
        let mut said = self.line(first);
        for _ in 0..12 {
            if said.contains("Record it?") {
                return self.line("yes").contains("Recorded as entry");
            }
            if said.contains("Nothing was recorded") {
                return false;
            }
            let question = said.lines().find(|l| l.contains('?')).unwrap_or("").to_owned();
            let answer = about.iter().find(|(q, _)| question.contains(q)).map_or("", |(_, a)| a);
            said = self.line(answer);
        }
        panic!("{}", self.said.join("\n"));
    }
}

impl Face for Lines<'_> {
    fn clock(&mut self, at: Time) {
        self.room.clock.set(at);
        self.plain.tell(Msg::Tick { now: at });
    }

    fn open(&mut self, title: &str, answers: &[(String, String)]) {
        self.line("new");
        self.line(title);
        self.line(&answers[0].1);
        self.line("yes");
    }

    fn act(&mut self, intent: &Intent) -> bool {
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        match intent {
            Intent::Answer { set, .. } => {
                self.answers(&format!("set {}={}", set[0].0, set[0].1), &[])
            }
            Intent::Report { duty, to, channel, reference, failed, .. } => {
                let (to, reference, failed) = (text(to), text(reference), text(failed));
                let about = [
                    ("To whom?", to.as_str()),
                    ("Over which channel?", channel),
                    ("If it did not go through", &failed),
                    ("Reference", &reference),
                ];
                self.answers(&format!("sent {duty}"), &about)
            }
            Intent::Acknowledge { duty, to, reference, .. } => {
                let (to, reference) = (text(to), text(reference));
                let about = [("To whom?", to.as_str()), ("Reference", &reference)];
                self.answers(&format!("received {duty}"), &about)
            }
            Intent::Waive { duty, because } => {
                self.answers(&format!("waive {duty}"), &[("not apply?", because)])
            }
            Intent::Note { text, .. } => self.answers(&format!("note {text}"), &[]),
            Intent::HandOver { to } => self.answers(&format!("handover {to}"), &[]),
            Intent::TakeOver { name, .. } => self.answers(&format!("accept {}", text(name)), &[]),
            Intent::ByWatch(_) | Intent::Confirmed(_) => panic!("no story tells it"),
            Intent::Close { because } => self.answers(&format!("close {because}"), &[]),
            Intent::Correct { entry, because, fields } => {
                let fields: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={v}")).collect();
                let fields =
                    if fields.is_empty() { "withdraw".to_owned() } else { fields.join(" ") };
                let about = [("Change what?", fields.as_str()), ("Why?", because)];
                self.answers(&format!("correct {entry}"), &about)
            }
        }
    }
}

struct Keys<'a> {
    room: &'a Room,
    app: App,
    clerk: Clerk,
}

impl<'a> Keys<'a> {
    fn new(room: &'a Room) -> Self {
        let (clerk, _) = Clerk::start(Arc::clone(&room.desk), Lang::En).expect("starts");
        let mut setup = Setup::new(room.desk.now(), zone(), Lang::Zh);
        setup.packs = room.desk.shelf().to_vec();
        setup.who = "story".to_owned();
        Self { room, app: App::new(setup), clerk }
    }

    fn send(&mut self, msg: Msg) {
        let effects: Vec<Effect> = self.app.update(msg);
        for effect in effects {
            for msg in self.clerk.run(effect, Lang::Zh) {
                self.send(msg);
            }
        }
    }

    fn key(&mut self, name: &str) {
        self.send(Msg::Key(Key::parse(name).expect("a key")));
    }

    fn text(&mut self, text: &str) {
        text.chars().for_each(|c| self.send(Msg::Key(Key::plain(Code::Char(c)))));
    }

    /// Goes back to the incident's own screen.
    fn home(&mut self) {
        for _ in 0..8 {
            if matches!(self.app.screen(), Screen::Incident { .. }) {
                return;
            }
            self.key("Esc");
        }
        panic!("no way back from {:?}", self.app.screen());
    }

    /// Fills the fields of the form on the screen, and confirms.
    fn fill(&mut self, fields: &[(Name, &str)]) {
        for (name, text) in fields.iter().filter(|(_, t)| !t.is_empty()) {
            for _ in 0..12 {
                let Screen::Form(form) = self.app.screen() else { panic!("no form") };
                if form.fields[form.focus].name == *name {
                    break;
                }
                self.key("Tab");
            }
            let Screen::Form(form) = self.app.screen() else { panic!("no form") };
            assert_eq!(form.fields[form.focus].name, *name, "{form:?}");
            if form.typing() {
                self.key("End");
                self.key("C-u");
                self.text(text);
                continue;
            }
            for _ in 0..40 {
                let Screen::Form(form) = self.app.screen() else { panic!("no form") };
                let value = form.value(*name);
                if value == *text || value.ends_with(&format!("/{text}")) {
                    break;
                }
                self.key("Right");
            }
        }
        self.key("Enter");
    }

    /// Answers the question on the screen.
    fn answer(&mut self, text: &str) {
        let Screen::Triage(t) = self.app.screen().clone() else { panic!("no question") };
        let kind = self.app.current().unwrap().incident.case.fact(&t.about).map(|f| f.kind.clone());
        let ids = match &kind {
            Some(Kind::Set(ids) | Kind::Choice(ids) | Kind::Level(ids)) => ids.clone(),
            _ => Vec::new(),
        };
        let place = |id: &str| ids.iter().position(|i| i == id);
        let wanted = |c: &Choice| match (c, text) {
            (Choice::Unknown, "?") => true,
            (Choice::Unknown, _) | (_, "?") => false,
            (Choice::Yes, "yes") | (Choice::No, "no") | (Choice::Nothing, "none") => true,
            (Choice::Typed(Typed::Since, _), t) => t.starts_with("since"),
            (Choice::Typed(..), t) => !t.starts_with("since"),
            (Choice::Option(i), t) => t.split(',').next().and_then(place) == Some(*i),
            (Choice::Level(i), t) => place(t) == Some(*i),
            _ => false,
        };
        let at = t.choices.iter().position(wanted).unwrap_or_else(|| panic!("{text}: {t:?}"));
        let go = |keys: &mut Self, to: usize| {
            (0..40).for_each(|_| keys.key("Up"));
            (0..to).for_each(|_| keys.key("Down"));
        };
        go(self, at);
        match &t.choices[at] {
            Choice::Typed(..) => {
                self.key("End");
                self.key("C-u");
                self.text(text.strip_prefix("since:").unwrap_or(text));
            }
            Choice::Option(_) if matches!(kind, Some(Kind::Set(_))) => {
                for id in text.split(',') {
                    go(self, place(id).unwrap());
                    self.key("Space");
                }
            }
            _ => {}
        }
        self.key("Enter");
    }
}

impl Face for Keys<'_> {
    fn clock(&mut self, at: Time) {
        self.room.clock.set(at);
        self.send(Msg::Tick { now: at });
    }

    fn open(&mut self, title: &str, answers: &[(String, String)]) {
        self.key("N");
        self.fill(&[(Name::Title, title), (Name::LearnedAt, &answers[0].1)]);
        self.home();
    }

    fn act(&mut self, intent: &Intent) -> bool {
        let before = self.app.current().unwrap().incident.entries.len();
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        match intent {
            Intent::Answer { set, .. } => {
                self.key("Tab");
                self.key("g");
                for _ in 0..60 {
                    if matches!(self.app.screen(), Screen::Facts { fact } if *fact == set[0].0) {
                        break;
                    }
                    self.key("j");
                }
                self.key("Enter");
                self.answer(&set[0].1);
            }
            Intent::Report { duty, to, channel, reference, failed, .. } => {
                self.key("r");
                self.fill(&[
                    (Name::Duty, duty),
                    (Name::To, &text(to)),
                    (Name::Channel, channel),
                    (Name::Reference, &text(reference)),
                    (Name::Failed, &text(failed)),
                ]);
            }
            Intent::Acknowledge { duty, to, reference, .. } => {
                self.key("a");
                self.fill(&[
                    (Name::Duty, duty),
                    (Name::To, &text(to)),
                    (Name::Reference, &text(reference)),
                ]);
            }
            Intent::Waive { duty, because } => {
                self.key("x");
                self.fill(&[(Name::Duty, duty), (Name::Because, because)]);
            }
            Intent::Note { text, .. } => {
                self.key("n");
                self.fill(&[(Name::Text, text)]);
            }
            Intent::HandOver { to } => {
                self.key("h");
                self.key("h");
                self.fill(&[(Name::Successor, to)]);
            }
            Intent::ByWatch(_) | Intent::Confirmed(_) => panic!("no story tells it"),
            Intent::TakeOver { name, .. } => {
                self.key("h");
                self.key("A");
                // What was accepted already is refused without a form.
                if matches!(self.app.screen(), Screen::Form(_)) {
                    self.fill(&[(Name::Taker, name.as_deref().unwrap_or_default())]);
                }
            }
            Intent::Close { because } => {
                self.key("C");
                self.fill(&[(Name::Because, because)]);
            }
            Intent::Correct { entry, because, fields } => {
                self.key("l");
                self.key("g");
                (0..*entry).for_each(|_| self.key("j"));
                self.key("c");
                let (which, value) = match fields.first() {
                    Some((k, v)) => (k.as_str(), v.as_str()),
                    None => ("withdraw", ""),
                };
                self.fill(&[(Name::Which, which), (Name::Value, value), (Name::Because, because)]);
            }
        }
        self.home();
        self.app.current().unwrap().incident.entries.len() > before
    }
}

/// The steps of a story one answer at a time, as a console asks; what is unknown and stays so is no
/// answer.
fn told(story: &Story) -> Vec<(usize, Step)> {
    let mut known = std::collections::BTreeSet::new();
    let mut out = Vec::new();
    for (line, step) in &story.steps {
        let Step::Do(Intent::Answer { set, .. }) = step else {
            out.push((*line, step.clone()));
            continue;
        };
        for (name, value) in set {
            if value == "?" && !known.remove(name) {
                continue;
            }
            if value != "?" {
                known.insert(name.clone());
            }
            let set = vec![(name.clone(), value.clone())];
            let one = Intent::Answer { set, note: None, happened_at: None, confirmed: true };
            out.push((*line, Step::Do(one)));
        }
    }
    out
}

fn tell(story: &Story, room: &Room, face: &mut dyn Face, name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let steps = told(story);
    for (i, (line, step)) in steps.iter().enumerate() {
        match step {
            Step::Clock(at) => face.clock(*at),
            Step::Open { title, answers } => face.open(title, answers),
            Step::Do(intent) => {
                let refusal =
                    matches!(steps.get(i + 1), Some((_, Step::Expect(w, _))) if w == "refused");
                if face.act(intent) == refusal {
                    wrong.push(format!("{name} {}:{line}: refused is not {refusal}", story.name));
                }
            }
            Step::Expect(what, _) if what == "refused" => {}
            Step::Expect(what, words) => {
                if let Err(why) = check(&room.stored(), room.desk.now(), what, words) {
                    wrong.push(format!("{name} {}:{line}: {what}: {why}", story.name));
                }
            }
        }
    }
    wrong
}

/// What must be the same: kind, data, both times. The record's own number is random.
fn kept(incident: &Incident) -> Vec<String> {
    incident
        .entries
        .iter()
        .map(|e| {
            let mut event = e.event.clone();
            if let Event::Opened { record, .. } = &mut event {
                record.clear();
            }
            let data = serde_json::to_string(&event).expect("json");
            format!("#{} {} {:?} {} {data}", e.n, e.at, e.happened_at, e.by.login)
        })
        .collect()
}

#[test]
fn the_same_story_gives_the_same_record_on_all_three_faces() {
    let mut wrong = Vec::new();
    for story in stories() {
        let rooms = [room(), room(), room()];
        let mut direct = Direct { room: &rooms[0], id: String::new() };
        wrong.extend(tell(&story, &rooms[0], &mut direct, "desk"));
        let mut lines = Lines::new(&rooms[1]);
        wrong.extend(tell(&story, &rooms[1], &mut lines, "lines"));
        let mut keys = Keys::new(&rooms[2]);
        wrong.extend(tell(&story, &rooms[2], &mut keys, "keys"));
        let first = kept(&rooms[0].stored());
        assert!(first.len() > 5, "{first:?}");
        for (room, name) in rooms.iter().zip(["desk", "lines", "keys"]).skip(1) {
            let other = kept(&room.stored());
            for (a, b) in first.iter().zip(&other).filter(|(a, b)| a != b) {
                wrong.push(format!("{} {name}:\n  {a}\n  {b}", story.name));
            }
            if first.len() != other.len() {
                wrong.push(format!("{} {name}: {} and {}", story.name, first.len(), other.len()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
