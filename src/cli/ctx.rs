//! What every command needs: where data lives, which language, which clock, which packs.

use std::cell::Cell;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::args::{Common, Format};
use super::fault::Fault;
use crate::domain::clockwatch::write_zone;
use crate::domain::decide::Attempt;
use crate::domain::event::{ClockQuality, Mode};
use crate::domain::incident::Incident;
use crate::domain::law::Pack;
use crate::domain::suggest::nearest;
use crate::domain::time::{self, Time, Zone};
use crate::host::clerk::busy;
use crate::host::clock::{Clock, SystemClock};
use crate::host::config::{self, Config, ConfigError, Distrust};
use crate::host::desk::{Act, Desk, DeskError, Listing};
use crate::host::heads::Heads;
use crate::host::paths::Paths;
use crate::host::plain_file;
use crate::host::store::{FsStore, Record, Room, StoreError};
use crate::host::who;
use crate::packs;
use crate::words::Lang;
use crate::words::caveat::{Caveat, CaveatKind};
use crate::words::command::Command;
use crate::words::entry::{bad_zone, unfirm};
use crate::words::refusal::Message;
use crate::words::say;

/// The pack that is meant when none is named.
pub(super) const DEFAULT_PACK: &str = "cn-cac-2025";

/// All incidents of the store.
#[derive(Default)]
pub(super) struct Everything {
    /// Those that opened, with their records.
    pub(super) open: Vec<(Incident, Record)>,
    /// Those that did not: id and why.
    pub(super) problems: Vec<(String, String)>,
}

/// What every command needs.
pub(super) struct Ctx {
    /// Language of messages.
    pub(super) lang: Lang,
    /// Zone in which times are read and shown.
    pub(super) zone: Zone,
    /// How output is written.
    pub(super) format: Format,
    /// The user's configuration.
    pub(super) config: Config,
    /// What was said of the settings, for those who do not see standard error.
    pub(super) warnings: Vec<Message>,
    /// Folders.
    pub(super) paths: Paths,
    /// Heads of records that this user's programs have seen.
    pub(super) heads: Heads,
    clock: Arc<dyn Clock>,
    at: Option<Time>,
    again: Option<String>,
    /// A record came up that cannot be relied on.
    grave: Cell<bool>,
}

impl Ctx {
    /// Reads flags, environment and configuration.
    ///
    /// # Errors
    /// No data folder, a configuration that cannot be read, or a bad `--lang` or `--at`.
    pub(super) fn new(common: &Common, read_only: bool) -> Result<Self, Fault> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let asked = match common.lang.as_deref() {
            None => None,
            Some(tag) => Some(Lang::from_tag(tag).ok_or_else(|| {
                Fault::usage(Message::plain(format!("--lang: `{tag}`")).hint("zh, en"))
            })?),
        };
        let env = |name: &str| std::env::var(name).ok();
        let early = config::language(asked, None, env);
        let paths = Paths::find(common.home.as_deref()).map_err(|_| {
            Fault::machine(
                Message::plain(Command::Missing.text(early)).hint(Command::MissingHint.text(early)),
            )
        })?;
        let mut warnings = Vec::new();
        let config = match Config::load(&paths.config) {
            Err(ConfigError::NotTrusted { path, why }) => {
                warnings.push(not_trusted(&path, why, early));
                Config::default()
            }
            other => other.map_err(|e| {
                let mut message = Message::plain(e.to_string());
                message.hints = e.hints();
                match e {
                    ConfigError::Read { .. } => Fault::machine(message),
                    _ => Fault::usage(message),
                }
            })?,
        };
        for message in &warnings {
            super::out::warn(message);
        }
        let lang = config::language(asked, config.language, env);
        let zone = Zone::System;
        let at = match common.at.as_deref() {
            None => None,
            Some(_) if !read_only => {
                return Err(Fault::usage(
                    Message::plain(Command::AtWithWrite.text(lang))
                        .hint(Command::AtWithWriteHint.text(lang)),
                ));
            }
            Some(text) => Some(time::parse(text, clock.now(), zone).map_err(|why| {
                Fault::usage(crate::words::refusal::bad_time("--at", &why, lang))
            })?),
        };
        let again = common.again.clone();
        if let Some(id) = &again {
            let hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
            if read_only || id.len() != 32 || !id.bytes().all(hex) {
                let message = Message::plain(Command::BadAgain.with(lang, &[id]));
                return Err(Fault::usage(message.hint(Command::BadAgainHint.text(lang))));
            }
        }
        let heads = Heads::under(&paths.state);
        Ok(Self {
            lang,
            zone,
            format: common.format,
            config,
            warnings,
            paths,
            heads,
            clock,
            at,
            again,
            grave: Cell::new(false),
        })
    }

    /// The moment that the command is about.
    pub(super) fn now(&self) -> Time {
        self.at.unwrap_or_else(|| self.clock.now())
    }

    /// What is being done: for the first time, or again.
    ///
    /// # Errors
    /// The system gave no random bytes.
    pub(super) fn act(&self) -> Result<Act, Fault> {
        match &self.again {
            Some(id) => Ok(Act::again(Attempt { id: id.clone(), at: self.now() })),
            None => Act::first(self.now()).map_err(|e| self.desk_fault(e.into())),
        }
    }

    /// Puts a failure into words; where the outcome is unknown, with how to give the same again.
    pub(super) fn act_fault(&self, act: &Act, timed: bool, e: DeskError) -> Fault {
        let unknown = matches!(e, DeskError::Store(StoreError::NotRecorded { .. }));
        let mut fault = self.desk_fault(e);
        if unknown {
            let (id, at) = (act.id(), time::write_local(act.attempt().at, self.zone));
            let at = if timed { format!(" --happened-at {at}") } else { String::new() };
            fault.message.hints.push(Command::GiveAgain.with(self.lang, &[id, &at]));
        }
        fault
    }

    /// The clock.
    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The store of live incidents.
    pub(super) fn store(&self) -> FsStore {
        let who = who::current();
        FsStore::new(self.paths.data.clone(), Mode::Live, self.clock(), who, self.zone)
    }

    /// The desk at which incidents are read and written; new ones are bound to packs of `shelf`.
    pub(super) fn desk(&self, shelf: Vec<Arc<Pack>>) -> Desk {
        Desk::new(self.store(), shelf, self.clock(), self.zone).with_heads(self.heads.clone())
    }

    /// Says on standard error what does not hold where the records of an incident, or of all, lie.
    pub(super) fn warn_of_ground(&self, id: Option<&str>) {
        let store = self.store();
        if let Some(room) = store.room().filter(Room::low) {
            let left = say::room(room.free + room.reserve);
            super::out::note(&Command::LittleRoom.with(self.lang, &[&left]));
        }
        // What is no id of an incident is found out by whoever opens it.
        let id = id.map(|id| store.resolve(id).unwrap_or_default());
        for found in store.unfirm(id.as_deref()) {
            super::out::note(&format!("jishi: {}", unfirm(&found, self.lang)));
        }
    }

    /// Says on standard error that times are read in another zone than the system was told.
    pub(super) fn warn_of_zone(&self) {
        if let Some(from) = self.clock.bad_zone() {
            let offset = self.zone.show(self.clock.now()).format("%:z").to_string();
            super::out::note(&format!("jishi: {}", bad_zone(&from, &offset, self.lang)));
        }
    }

    /// How far the host's clock can be trusted, and in which zone times are read.
    pub(super) fn clock_quality(&self) -> ClockQuality {
        let zone = write_zone(&self.clock.zone_name(), self.zone, self.clock.now());
        ClockQuality { zone: Some(zone), ..self.clock.quality() }
    }

    /// Seconds within which a clock counts as ending soon.
    pub(super) fn soon(&self) -> i64 {
        i64::from(self.config.soon_minutes) * 60
    }

    /// Seconds that drafting and approval take.
    pub(super) fn lead(&self) -> i64 {
        i64::from(self.config.lead_minutes) * 60
    }

    /// Opens one incident for reading, and says on standard error what stands against relying on it.
    ///
    /// # Errors
    /// There is none of that id, or nothing in its record holds.
    pub(super) fn opened(&self, desk: &Desk, id: &str) -> Result<(Incident, Record), Fault> {
        let (incident, record) = desk.open(id).map_err(|e| self.desk_fault(e))?;
        for caveat in self.caveats(desk, &incident, &record) {
            // What is not as remembered is told at the end of every command.
            if caveat.kind == CaveatKind::Doubt {
                continue;
            }
            let message = caveat.message(self.lang);
            super::out::note(&format!("jishi: {}", message.text));
            message.hints.iter().for_each(|hint| super::out::note(&format!("  -> {hint}")));
        }
        self.say_busy(&record);
        Ok((incident, record))
    }

    /// Opens one incident to add to it.
    ///
    /// # Errors
    /// There is none of that id, or nothing can be added to its record.
    pub(super) fn to_write(&self, desk: &Desk, id: &str) -> Result<(Incident, Record), Fault> {
        let (incident, record) = desk.open(id).map_err(|e| self.desk_fault(e))?;
        desk.store().sound(&record).map_err(|e| self.desk_fault(e.into()))?;
        Ok((incident, record))
    }

    /// Returns what stands against relying on an incident's record, the gravest first.
    pub(super) fn caveats(&self, desk: &Desk, incident: &Incident, record: &Record) -> Vec<Caveat> {
        let mut all = desk.caveats(record);
        if incident.unread() > 0 {
            all.push(Caveat::newer(&incident.id, incident.unread()));
        }
        all.sort_by_key(|caveat| caveat.kind);
        if all.iter().any(|c| matches!(c.kind, CaveatKind::Damaged | CaveatKind::Rules)) {
            self.grave.set(true);
        }
        all
    }

    /// Says whether a record came up that is damaged further up or cannot be judged: the command then
    /// exits 3.
    pub(super) fn met_damage(&self) -> bool {
        self.grave.get()
    }

    /// Opens all incidents; those that cannot be opened are listed with their problem.
    ///
    /// # Errors
    /// The data folder cannot be read.
    pub(super) fn everything(&self, desk: &Desk) -> Result<Everything, Fault> {
        let mut all = Everything::default();
        for listing in desk.list().map_err(|e| self.desk_fault(e))? {
            match listing {
                Listing::Open(open) => {
                    self.say_busy(&open.1);
                    all.open.push(*open);
                }
                Listing::Problem { id, error, .. } => {
                    all.problems.push((id, error.message(self.lang).text));
                }
            }
        }
        Ok(all)
    }

    fn say_busy(&self, record: &Record) {
        if let Some(holder) = &record.busy {
            super::out::warn(&busy(&record.id, holder, self.lang));
        }
    }

    /// Loads packs by id, from the configuration folder, or by path; the default when none is named.
    ///
    /// # Errors
    /// No such pack, or a pack with problems: all of them.
    pub(super) fn packs(&self, ids: &[String]) -> Result<Vec<Arc<Pack>>, Fault> {
        if ids.is_empty() {
            return Ok(vec![self.pack(DEFAULT_PACK)?]);
        }
        let mut out: Vec<Arc<Pack>> = Vec::new();
        for id in ids {
            let pack = self.pack(id)?;
            if out.iter().all(|p| p.id != pack.id) {
                out.push(pack);
            }
        }
        Ok(out)
    }

    /// Loads one pack.
    ///
    /// # Errors
    /// As for [`Ctx::packs`].
    pub(super) fn pack(&self, id: &str) -> Result<Arc<Pack>, Fault> {
        if !is_path(id) {
            return self.pack_of_id(id);
        }
        self.whole(self.load_file(Path::new(id))?)
    }

    /// Loads the packs that a facts file names, by their ids: a file from elsewhere opens no path of its
    /// choosing. The default when none is named.
    ///
    /// # Errors
    /// As for [`Ctx::packs`].
    pub(super) fn packs_of_ids(&self, ids: &[String]) -> Result<Vec<Arc<Pack>>, Fault> {
        match ids.iter().find(|id| is_path(id)) {
            Some(path) => Err(Fault::usage(
                Message::plain(Command::PackPath.with(self.lang, &[path]))
                    .hint(Command::PackPathHint.text(self.lang)),
            )),
            None => self.packs(ids),
        }
    }

    fn pack_of_id(&self, id: &str) -> Result<Arc<Pack>, Fault> {
        let folder = self.paths.config.join("packs");
        let own = folder.join(format!("{id}.ron"));
        let loaded = if let Some(built_in) = packs::builtin_pack(id) {
            built_in
        } else if own.is_file() {
            // A law that others can have changed is worse than none.
            for place in [&self.paths.config, &folder, &own] {
                config::trust(place)
                    .map_err(|why| Fault::usage(not_trusted(place, why, self.lang)))?;
            }
            self.load_file(&own)?
        } else {
            let ids = packs::builtin().into_iter().map(|(id, _)| id).collect::<Vec<_>>();
            let mut message = Message::plain(Command::UnknownPack.with(self.lang, &[id]));
            if let Some(n) = nearest(id, ids.iter().copied()) {
                message = message.hint(Command::DidYouMean.with(self.lang, &[&n]));
            }
            let hint = Command::PackHint.with(self.lang, &[&ids.join(", ")]);
            return Err(Fault::usage(message.hint(hint)));
        };
        self.whole(loaded)
    }

    fn whole(&self, loaded: Result<Pack, packs::Problems>) -> Result<Arc<Pack>, Fault> {
        loaded.map(Arc::new).map_err(|problems| {
            let text = format!("{}\n{problems}", Command::PackBad.text(self.lang));
            Fault::usage(Message::plain(text))
        })
    }

    fn load_file(&self, path: &Path) -> Result<Result<Pack, packs::Problems>, Fault> {
        let text = read_text(path, packs::MOST_BYTES, self.lang)?;
        Ok(packs::load(&path.display().to_string(), &text))
    }

    /// Puts a failure of the desk into words and an exit code.
    pub(super) fn desk_fault(&self, e: DeskError) -> Fault {
        match e {
            DeskError::Refused(why) => Fault::from_refusal(&why, self.lang),
            DeskError::Store(e) if e.exit_code() == 1 => Fault::refused(e.message(self.lang)),
            other => Fault::machine(other.message(self.lang)),
        }
    }
}

fn not_trusted(path: &Path, why: Distrust, lang: Lang) -> Message {
    let path = path.display().to_string();
    let why = match why {
        Distrust::Owner(uid) => Command::OthersOwn.with(lang, &[&uid.to_string()]),
        Distrust::Mode(mode) => Command::OthersWrite.with(lang, &[&format!("{mode:o}")]),
    };
    Message::plain(Command::NotTrusted.with(lang, &[&path, &why]))
        .hint(Command::NotTrustedHint.with(lang, &[&path]))
}

/// Says whether a pack is named by the path of its file.
fn is_path(id: &str) -> bool {
    id.contains(['/', '\\']) || id.ends_with(".ron")
}

/// Reads a text file, or standard input for `-`, up to a size.
///
/// # Errors
/// It cannot be read, is too large, or is not UTF-8.
pub(super) fn read_text(path: &Path, most: usize, lang: Lang) -> Result<String, Fault> {
    let bytes = read_bytes(path, most, lang)?;
    String::from_utf8(bytes).map_err(|e| unreadable(path, &format!("UTF-8: {e}"), lang))
}

fn unreadable(path: &Path, why: &str, lang: Lang) -> Fault {
    let text = Command::CannotRead.with(lang, &[&path.display().to_string(), why]);
    Fault::usage(Message::plain(text))
}

/// Reads a file of any bytes, or standard input for `-`, up to a size.
///
/// # Errors
/// It cannot be read, or is too large.
pub(super) fn read_bytes(path: &Path, most: usize, lang: Lang) -> Result<Vec<u8>, Fault> {
    let fault = |why: &str| unreadable(path, why, lang);
    let mut bytes = Vec::new();
    let limit = most as u64 + 1;
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        plain_file::open_named(path).and_then(|f| f.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|e| fault(&e.to_string()))?;
    if bytes.len() > most {
        return Err(fault(&format!("> {most} bytes")));
    }
    Ok(bytes)
}
