//! What a console looks at whenever it wakes up: its clocks, and who else is on.

use std::sync::Arc;

use super::clockwatch::Seen;
use super::desk::Desk;
use super::presence::Presence;
use super::store::Room;
use crate::app::effect::Msg;
use crate::domain::clockwatch::{Reading, changes};
use crate::domain::event::ClockQuality;

/// How often it is looked how much room is left, in milliseconds.
const ROOM_MS: u64 = 10_000;

/// Remembers what was seen last.
#[derive(Debug)]
pub struct Lookout {
    desk: Arc<Desk>,
    before: Reading,
    presence: Presence,
    /// Bytes of room, where that was little when it was looked at last.
    room: Option<u64>,
    /// When that was, on the boot-time clock in milliseconds.
    measured: u64,
}

/// What is new since the last look.
#[derive(Debug, Default)]
pub struct News {
    /// What the console is told at once.
    pub msgs: Vec<Msg>,
    /// What is to be put into the records.
    pub clock: Option<Seen>,
}

impl Lookout {
    /// Starts to look.
    pub fn new(desk: Arc<Desk>) -> Self {
        let clock = desk.clock();
        let before = clock.reading(desk.zone());
        let store = desk.store();
        let presence = Presence::new(&store.folder(), &store.who().shown(), &**clock);
        Self { before, presence, room: None, measured: 0, desk }
    }

    /// Tells what a console is told when it starts.
    pub fn start(&mut self) -> Vec<Msg> {
        let mut msgs = Vec::new();
        let clock = self.desk.clock();
        if let Some(from) = clock.bad_zone() {
            let offset = self.desk.zone().show(clock.now()).format("%:z").to_string();
            msgs.push(Msg::BadZone { from, offset });
        }
        msgs.extend(self.desk.store().unfirm(None).into_iter().map(Msg::Unfirm));
        msgs.extend(self.presence.look(&**clock).map(Msg::Present));
        msgs.extend(self.look_at_room());
        msgs
    }

    /// Looks how much room is left, now and then; tells it while that is little and other than before.
    fn look_at_room(&mut self) -> Option<Msg> {
        let now = self.desk.clock().boot().ms;
        if self.measured != 0 && now.saturating_sub(self.measured) < ROOM_MS {
            return None;
        }
        self.measured = now;
        let little = self.desk.store().room().filter(Room::low);
        // In steps, so that not every block that somebody writes is news.
        let left = little.map(|room| (room.free + room.reserve) >> 16 << 16);
        let told = std::mem::replace(&mut self.room, left);
        (told != left).then_some(Msg::Room(left))
    }

    /// Looks around; nothing here waits.
    pub fn look(&mut self) -> News {
        let room = self.look_at_room();
        let clock = self.desk.clock();
        let now = clock.reading(self.desk.zone());
        let seen = changes(&self.before, &now, self.desk.zone());
        let before = std::mem::replace(&mut self.before, now);
        let mut news = News::default();
        news.msgs.extend(room);
        news.msgs.extend(self.presence.look(&**clock).map(Msg::Present));
        if before.sync != self.before.sync {
            let quality = ClockQuality { sync: self.before.sync, ..clock.quality() };
            news.msgs.push(Msg::Clock(quality));
        }
        news.msgs.extend(seen.iter().cloned().map(Msg::ClockChanged));
        if !seen.is_empty() {
            news.clock = Some(Seen { changes: seen, since: before.boot });
        }
        news
    }
}
