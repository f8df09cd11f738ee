//! The loop of the full-screen console: keys, signals, results of writing, the next visible change.
//!
//! It sleeps until something happens: once a second, on the second, for digits that change and for
//! what others add. Where neither happens nothing is written.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::TimeDelta;
use ratatui::layout::Position;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::beside;
use super::clerk::{self, Clerk, Watch};
use super::clockwatch::Seen;
use super::config::Config;
use super::desk::{Desk, DeskError};
use super::error::HostError;
use super::input::{self, Input};
use super::keep::Keep;
use super::lookout::Lookout;
use super::screen::Screen;
use super::sign::With;
use super::signals::{Ask, Signals};
use super::terminal::{self, Claim, Tty};
use super::timer::Timer;
use crate::app::effect::{Effect, Msg};
use crate::app::{App, Listing, Setup};
use crate::domain::time::Time;
use crate::view;
use crate::words::Lang;
use crate::words::refusal::Message;

/// What the console and its line-by-line twin are started with.
#[derive(Debug)]
pub struct ConsoleSetup {
    /// The incidents, the packs and the clock.
    pub desk: Arc<Desk>,
    /// The language.
    pub lang: Lang,
    /// The user's settings.
    pub config: Config,
    /// What is to be said at the start, for it was said where nobody sees it now.
    pub warnings: Vec<Message>,
    /// Where half-typed text is kept.
    pub keep: Keep,
    /// The home that was asked for, where it is not the platform's.
    pub home: Option<PathBuf>,
    /// The incident to open at once: its id, or a part of it that is unique.
    pub open: Option<String>,
}

/// How long a stop may take to happen; where the shell has no job control it never does.
const STOP_MOST: Duration = Duration::from_millis(300);
/// How long a key may be on its way from the terminal once a signal ended the program.
const LAST_KEYS: Duration = Duration::from_millis(100);
/// The longest sleep.
const SLEEP_MOST: Duration = Duration::from_secs(1);

/// Runs the full-screen console until the user leaves, the terminal goes away or a signal ends it.
///
/// # Errors
/// See [`HostError`]; the terminal has been given back by then.
pub fn run(setup: ConsoleSetup) -> Result<(), HostError> {
    let open = setup.open.as_deref().map(|id| setup.desk.store().resolve(id)).transpose();
    let open = open.map_err(DeskError::from)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| HostError::Start { source })?;
    runtime.block_on(async move { session(setup, open).await })
}

async fn session(setup: ConsoleSetup, open: Option<String>) -> Result<(), HostError> {
    let start = |source| HostError::Start { source };
    let signals = Signals::listen().map_err(start)?;
    let claim = Claim::take().map_err(|source| HostError::Terminal { source })?;
    let (cols, rows) = terminal::size();
    let mut screen = Screen::new(Tty, cols, rows, terminal::wants_colour());
    // Something is to be seen before records are read.
    screen.frame().set_string(0, 0, "jishi ...", ratatui::style::Style::default());
    let _ = screen.show(None);

    let desk = setup.desk;
    let (mut clerk, found) = Clerk::start(Arc::clone(&desk), setup.lang)?;
    let kept = setup.keep.take();
    clerk.keep_in(setup.keep);
    clerk.at_home(setup.home);
    clerk.sign_with(With::set(&setup.config));
    let watch = clerk.watch();
    let busy: Vec<Message> =
        found.busy.iter().map(|(id, holder)| clerk::busy(id, holder, setup.lang)).collect();
    let mut app = console(&desk, setup.lang, setup.config, open, kept, (cols, rows), found);
    let (tell, told) = unbounded_channel();
    let writer = Writer::start(clerk, tell).map_err(start)?;
    let (keys, input) = unbounded_channel();
    input::start(keys).map_err(start)?;
    let timer = Timer::new().map_err(start)?;
    let mut lookout = Lookout::new(Arc::clone(&desk));
    let warnings = busy.into_iter().chain(setup.warnings).map(|message| Msg::Trouble { message });
    for msg in lookout.start().into_iter().chain(warnings) {
        app.update(msg);
    }
    let session =
        Session { desk, app, lookout, screen, claim, signals, input, told, writer, watch, timer };
    session.run().await
}

fn console(
    desk: &Desk,
    lang: Lang,
    config: Config,
    open: Option<String>,
    kept: Vec<(String, String)>,
    (cols, rows): (u16, u16),
    found: clerk::Found,
) -> App {
    let clock = desk.clock().quality();
    let listing = |c: super::config::Contact| Listing {
        body: c.body,
        channel: c.channel,
        value: c.value,
        note: c.note,
    };
    let setup = Setup {
        cols,
        rows,
        packs: desk.shelf().to_vec(),
        incidents: found.incidents,
        problems: found.problems,
        caveats: found.caveats,
        clock,
        who: desk.store().who().person().to_owned(),
        soon_seconds: i64::from(config.soon_minutes) * 60,
        lead_seconds: i64::from(config.lead_minutes) * 60,
        directory: config.directory.into_iter().map(listing).collect(),
        kept,
        keys: config.keys,
        folder: beside::folder(),
        open,
        ..Setup::new(desk.now(), desk.zone(), lang)
    };
    App::new(setup)
}

/// Whether the loop goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    End,
}

struct Session {
    desk: Arc<Desk>,
    app: App,
    lookout: Lookout,
    screen: Screen<Tty>,
    claim: Claim,
    signals: Signals,
    input: UnboundedReceiver<Input>,
    told: UnboundedReceiver<Msg>,
    writer: Writer,
    watch: Watch,
    timer: Timer,
}

impl Session {
    async fn run(mut self) -> Result<(), HostError> {
        let mut told_to_end = false;
        loop {
            if !self.paint() {
                break;
            }
            let sleep = self.until_wake();
            let then = tokio::select! {
                biased;
                ask = self.signals.next() => {
                    let then = self.asked(ask);
                    told_to_end = then == Then::End;
                    then
                }
                input = self.input.recv() => {
                    let input = input.unwrap_or(Input::Gone);
                    self.typed(input).await
                }
                told = self.told.recv() => match told {
                    Some(msg) => self.update(msg).await,
                    None => return Err(HostError::WriterGone),
                },
                () = self.timer.wait(sleep) => {
                    self.look_around();
                    Then::GoOn
                }
            };
            if then == Then::End {
                break;
            }
        }
        if told_to_end {
            self.take_last().await;
        }
        // What is half-typed now is offered again the next time.
        let effects = self.app.leave();
        self.hand_over(effects);
        let kept = self.writer.finish();
        // What was still being written when the user left.
        while let Ok(msg) = self.told.try_recv() {
            self.app.update(msg);
        }
        let command = self.app.unrecorded().map(str::to_owned);
        let lost = if kept { Vec::new() } else { self.app.unkept() };
        match (&command, lost.is_empty()) {
            (None, true) => Ok(()),
            // The screen is gone with its banner: said on the terminal that is left.
            _ => Err(HostError::Unsaved { command, lost }),
        }
    }

    /// Takes what was typed before a signal came that ends the program, and that is still on its way.
    async fn take_last(&mut self) {
        while let Ok(Some(input)) = tokio::time::timeout(LAST_KEYS, self.input.recv()).await {
            let typed = match input {
                Input::Key(key) => self.app.type_last(Msg::Key(key)),
                Input::Paste(text) => self.app.type_last(Msg::Paste(text)),
                Input::Gone => false,
            };
            if !typed {
                break;
            }
        }
    }

    /// Paints what changed; `false` where the terminal is gone. A terminal that takes nothing now is
    /// painted with the next change.
    fn paint(&mut self) -> bool {
        if !Tty.ready() {
            return true;
        }
        let cursor = view::draw(&self.app, self.screen.frame());
        self.screen.show(cursor.map(Position::from)).is_ok()
    }

    fn until_wake(&self) -> Duration {
        let now = self.desk.now();
        let to_second =
            TimeDelta::milliseconds(1000 - i64::from(now.timestamp_subsec_millis() % 1000));
        let wake = self.app.wake().map(|at: Time| at - now);
        // What others add is seen within a second, whether or not a digit changes; nothing is painted
        // for that.
        let sleep = wake.into_iter().chain([to_second]).min();
        let sleep = sleep.map(|d| d.to_std().unwrap_or_default()).unwrap_or_default();
        sleep.clamp(Duration::from_millis(1), SLEEP_MOST)
    }

    fn tick(&mut self) {
        let now = self.desk.now();
        let effects = self.app.update(Msg::Tick { now });
        self.hand_over(effects);
    }

    /// Hands effects of time to the writer; they touch nothing of the terminal.
    fn hand_over(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.writer.send(Job::Do(effect, self.app.lang()));
        }
    }

    /// Once a second at most: the time, the clock's quality, others' entries.
    fn look_around(&mut self) {
        self.tick();
        let news = self.lookout.look();
        for msg in news.msgs {
            self.app.update(msg);
        }
        let lang = self.app.lang();
        if let Some(seen) = news.clock {
            self.writer.send(Job::Clock(seen, lang));
        }
        for id in self.watch.changed() {
            self.writer.send(Job::Follow(id, lang));
        }
        if self.watch.others_opened() {
            self.writer.send(Job::Look);
        }
    }

    fn asked(&mut self, ask: Ask) -> Then {
        match ask {
            Ask::End => return Then::End,
            Ask::Size => self.resize(),
            // Whoever stopped us, the terminal may have been used by others since.
            Ask::GoOn => return self.resume(),
        }
        Then::GoOn
    }

    fn resize(&mut self) {
        let (cols, rows) = terminal::size();
        self.screen.resize(cols, rows);
        self.app.update(Msg::Resize { cols, rows });
    }

    async fn typed(&mut self, first: Input) -> Then {
        self.tick();
        // All that is there at once, and then one frame.
        let mut next = Some(first);
        while let Some(input) = next {
            let msg = match input {
                Input::Key(key) => Msg::Key(key),
                Input::Paste(text) => Msg::Paste(text),
                Input::Gone => return Then::End,
            };
            if self.update(msg).await == Then::End {
                return Then::End;
            }
            next = self.input.try_recv().ok();
        }
        Then::GoOn
    }

    async fn update(&mut self, msg: Msg) -> Then {
        if let Msg::Created { incident, .. } = &msg {
            self.watch.add(&self.desk, &incident.id);
        }
        for effect in self.app.update(msg) {
            match effect {
                Effect::Quit => return Then::End,
                Effect::Repaint => self.resize(),
                Effect::Suspend => {
                    if self.suspend().await == Then::End {
                        return Then::End;
                    }
                }
                effect => self.writer.send(Job::Do(effect, self.app.lang())),
            }
        }
        Then::GoOn
    }

    /// Gives the terminal back and stops, as Ctrl-Z does elsewhere.
    async fn suspend(&mut self) -> Then {
        self.claim.pause();
        let me = rustix::process::getpid();
        let stopped = rustix::process::kill_process(me, rustix::process::Signal::TSTP);
        if stopped.is_ok() {
            // Where nobody could continue us the system does not stop us; so this waits in vain.
            let _ = tokio::time::timeout(STOP_MOST, self.signals.continued()).await;
        }
        self.resume()
    }

    fn resume(&mut self) -> Then {
        if self.claim.resume().is_err() {
            return Then::End;
        }
        self.tick();
        self.resize();
        Then::GoOn
    }
}

/// What the writer is to do.
enum Job {
    Do(Effect, Lang),
    Follow(String, Lang),
    Clock(Seen, Lang),
    Look,
}

/// The thread that reads and writes records, so that the screen can say that it writes.
struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<bool>>,
}

impl Writer {
    fn start(mut clerk: Clerk, tell: UnboundedSender<Msg>) -> std::io::Result<Self> {
        let (jobs, todo) = mpsc::channel();
        let work = move || {
            for job in todo {
                let msgs = match job {
                    Job::Do(effect, lang) => clerk.run(effect, lang),
                    Job::Follow(id, lang) => clerk.follow(&id, lang),
                    Job::Clock(seen, lang) => clerk.note_clock(&seen, lang),
                    Job::Look => clerk.look_for_new(),
                };
                for msg in msgs {
                    // Who listened is gone only with the program.
                    tell.send(msg).ok();
                }
            }
            !clerk.failed_to_keep()
        };
        let thread = std::thread::Builder::new().name("records".to_owned()).spawn(work)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Hands over a job. Where the writer is gone its silence ends the loop.
    fn send(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            jobs.send(job).ok();
        }
    }

    /// Waits until everything that was handed over is written; says whether half-typed text was kept.
    fn finish(&mut self) -> bool {
        self.jobs = None;
        // A panic in it has been printed by the hook.
        self.thread.take().is_none_or(|thread| thread.join().unwrap_or(true))
    }
}
