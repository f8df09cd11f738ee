//! Runs the line-by-line twin: lines from standard input, lines to standard output.
//!
//! No cursor is moved and no colour is sent. The end of the input ends the session and answers
//! nothing.

use std::io::{self, BufRead, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::beside;
use super::clerk::{self, Clerk, Watch};
use super::console::ConsoleSetup;
use super::desk::Desk;
use super::error::HostError;
use super::lookout::Lookout;
use super::sign::With;
use crate::app::effect::{Effect, Msg};
use crate::domain::time::Time;
use crate::plain::{Plain, Setup};
use crate::words::refusal::Message;

/// Longest line that is taken, in bytes; what comes after it is another line.
const LINE_MOST: u64 = 64 << 10;
/// How often others' entries are looked for while somebody sits at a terminal.
const LOOK: Duration = Duration::from_secs(1);

/// Runs until the user leaves or the input ends.
///
/// # Errors
/// The incidents cannot be read. A reader of the output that went away is no error.
pub fn run(setup: ConsoleSetup) -> Result<(), HostError> {
    let start = |source| HostError::Start { source };
    let at_terminal = io::stdin().is_terminal();
    let (send, lines) = sync_channel(1);
    let talk = Talk::start(setup)?;
    std::thread::Builder::new()
        .name("lines".to_owned())
        .spawn(move || {
            let mut input = io::stdin().lock();
            while let Some(line) = read_line(&mut input) {
                if send.send(line).is_err() {
                    return;
                }
            }
        })
        .map_err(start)?;
    match talk.run(&lines, at_terminal, &mut io::stdout().lock()) {
        // A pipe that was closed behind us ends it as quietly as the end of the input, and so does a
        // terminal that went away.
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe && !at_terminal => {
            Err(HostError::Output { source: e })
        }
        _ => Ok(()),
    }
}

fn read_line(input: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    match io::Read::take(&mut *input, LINE_MOST).read_until(b'\n', &mut bytes) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

struct Talk {
    warnings: Vec<Message>,
    plain: Plain,
    clerk: Clerk,
    watch: Watch,
    lookout: Lookout,
    desk: Arc<Desk>,
}

impl Talk {
    fn start(setup: ConsoleSetup) -> Result<Self, HostError> {
        let desk = setup.desk;
        let open = setup.open.map(|id| desk.store().resolve(&id)).transpose();
        let open = open.map_err(super::desk::DeskError::from)?;
        let (mut clerk, found) = Clerk::start(Arc::clone(&desk), setup.lang)?;
        let kept = setup.keep.take();
        clerk.keep_in(setup.keep);
        clerk.at_home(setup.home);
        clerk.sign_with(With::set(&setup.config));
        let watch = clerk.watch();
        let contacts = setup.config.directory.into_iter();
        let plain = Setup {
            zone: desk.zone(),
            lang: setup.lang,
            packs: desk.shelf().to_vec(),
            incidents: found.incidents,
            problems: found.problems,
            caveats: found.caveats,
            soon_seconds: i64::from(setup.config.soon_minutes) * 60,
            lead_seconds: i64::from(setup.config.lead_minutes) * 60,
            directory: contacts.map(|c| (c.body, c.channel, c.value, c.note)).collect(),
            kept,
            mode: desk.store().mode(),
            clock: desk.clock().quality(),
            who: desk.store().who().person().to_owned(),
            folder: beside::folder(),
            open,
        };
        let plain = Plain::new(plain, desk.now());
        let lookout = Lookout::new(Arc::clone(&desk));
        let busy = found.busy.iter().map(|(id, holder)| clerk::busy(id, holder, setup.lang));
        let warnings = busy.chain(setup.warnings).collect();
        Ok(Self { warnings, plain, clerk, watch, lookout, desk })
    }

    fn run(
        mut self,
        lines: &Receiver<String>,
        at_terminal: bool,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let greeting = self.plain.greet();
        say(out, &greeting)?;
        let warnings = std::mem::take(&mut self.warnings).into_iter();
        let warnings = warnings.map(|message| Msg::Trouble { message });
        let start = self.lookout.start().into_iter().chain(warnings).collect();
        let start = self.tell(start);
        say(out, &start)?;
        loop {
            write!(out, "{}", self.plain.prompt())?;
            out.flush()?;
            let line = loop {
                match self.wait(lines, at_terminal) {
                    Ok(line) => break Some(line),
                    Err(RecvTimeoutError::Disconnected) => break None,
                    Err(RecvTimeoutError::Timeout) => {
                        let news = self.news();
                        if !news.is_empty() {
                            writeln!(out)?;
                            say(out, &news)?;
                            write!(out, "{}", self.plain.prompt())?;
                            out.flush()?;
                        }
                    }
                }
            };
            let Some(line) = line else {
                writeln!(out)?;
                return say(out, &self.plain.end());
            };
            if !at_terminal {
                // Without an echo a transcript would not say what was answered.
                writeln!(out, "{}", crate::domain::text::printable(line.trim_end()))?;
            }
            let news = self.news();
            say(out, &news)?;
            let (said, effects) = self.plain.line(&line, self.desk.now());
            say(out, &said)?;
            for effect in effects {
                if effect == Effect::Quit {
                    return Ok(());
                }
                let told = self.clerk.run(effect, self.plain.lang());
                let said = self.tell(told);
                say(out, &said)?;
            }
        }
    }

    /// Waits for a line; wakes up for a clock that becomes pressing, and at a terminal to look for
    /// others' entries.
    fn wait(
        &self,
        lines: &Receiver<String>,
        at_terminal: bool,
    ) -> Result<String, RecvTimeoutError> {
        if !at_terminal {
            return lines.recv().map_err(|_| RecvTimeoutError::Disconnected);
        }
        let until = |at: Time| (at - self.desk.now()).to_std().unwrap_or_default();
        let wake = self.plain.wake().map_or(LOOK, until);
        lines.recv_timeout(wake.clamp(Duration::from_millis(1), LOOK))
    }

    fn news(&mut self) -> Vec<String> {
        let mut msgs = vec![Msg::Tick { now: self.desk.now() }];
        let news = self.lookout.look();
        msgs.extend(news.msgs);
        if let Some(seen) = news.clock {
            msgs.extend(self.clerk.note_clock(&seen, self.plain.lang()));
        }
        for id in self.watch.changed() {
            msgs.extend(self.clerk.follow(&id, self.plain.lang()));
        }
        if self.watch.others_opened() {
            msgs.extend(self.clerk.look_for_new());
        }
        self.tell(msgs)
    }

    fn tell(&mut self, msgs: Vec<Msg>) -> Vec<String> {
        let mut out = Vec::new();
        for msg in msgs {
            if let Msg::Created { incident, .. } = &msg {
                self.watch.add(&self.desk, &incident.id);
            }
            out.extend(self.plain.tell(msg));
        }
        out
    }
}

fn say(out: &mut impl Write, lines: &[String]) -> io::Result<()> {
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}
