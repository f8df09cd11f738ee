//! The only place in which a clock is read.
//!
//! `std::time::Instant` is not used: it stops while the machine sleeps. The boot-time clock does not,
//! and a step of the wall clock does not move it; so each entry keeps both.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::tz;
use crate::domain::clockwatch::{Reading, write_zone};
use crate::domain::event::{Boot, ClockQuality, Sync};
use crate::domain::text::printable;
use crate::domain::time::{Time, Zone};

/// Where "now" comes from.
pub trait Clock: Send + std::marker::Sync {
    /// Returns the wall clock's moment, in whole milliseconds.
    fn now(&self) -> Time;
    /// Returns the clock that a step of the wall clock does not move.
    fn boot(&self) -> Boot;
    /// Returns how far the wall clock can be trusted.
    fn quality(&self) -> ClockQuality;
    /// Returns the clock that stands while the machine sleeps, in milliseconds.
    fn awake_ms(&self) -> u64 {
        self.boot().ms
    }
    /// Returns the name of the host's zone; empty where it has none.
    fn zone_name(&self) -> String {
        String::new()
    }
    /// Returns what should tell the zone and cannot be read as one, `TZ=…` or a file: times are then
    /// read in another zone than somebody meant.
    fn bad_zone(&self) -> Option<String> {
        None
    }

    /// Returns the wall clock, the clock since boot and the one that stands in sleep as they stood at
    /// one moment, however often the program was interrupted between them.
    fn at_once(&self) -> (Time, Boot, u64) {
        let mut tries = 0;
        loop {
            let before = self.boot().ms;
            let (now, awake) = (self.now(), self.awake_ms());
            let boot = self.boot();
            tries += 1;
            if boot.ms.saturating_sub(before) <= APART_MS || tries == TRIES {
                return (now, boot, awake);
            }
        }
    }

    /// Returns the wall clock and the clock since boot as they stood at one moment.
    fn both(&self) -> (Time, Boot) {
        let (now, boot, _) = self.at_once();
        (now, boot)
    }

    /// Returns the clock since boot as it stood when the wall clock showed `at`, a moment ago.
    fn boot_at(&self, at: Time) -> Boot {
        let (now, mut boot) = self.both();
        let ago = (now - at).num_milliseconds();
        boot.ms = boot.ms.saturating_sub(u64::try_from(ago).unwrap_or(0));
        boot
    }

    /// Reads all clocks at once.
    fn reading(&self, zone: Zone) -> Reading {
        let (at, boot, awake_ms) = self.at_once();
        let zone = write_zone(&self.zone_name(), zone, at);
        Reading { at, boot, awake_ms, sync: self.quality().sync, zone }
    }
}

/// How far apart two readings may lie that count as one, in milliseconds.
const APART_MS: u64 = 20;
/// How often a reading is tried again on a machine that is very busy.
const TRIES: u32 = 20;

/// The machine's own clocks.
#[derive(Debug)]
pub struct SystemClock {
    boot_id: String,
    /// By how much a time namespace puts the clock since boot forward, in milliseconds.
    shifted_ms: i64,
    bad_zone: Option<String>,
    /// The name of the zone, and the second since boot in which it was asked for.
    zone: Mutex<Option<(u64, String)>>,
}

impl SystemClock {
    /// Opens the machine's clocks; the boot id is read once, it cannot change while we run, and so is
    /// what is wrong with the zone: that takes reading a file, too much for each entry.
    pub fn new() -> Self {
        let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map(|id| id.trim().to_owned())
            .unwrap_or_default();
        // Two programs of one machine must mean the same by one boot id.
        let offsets = std::fs::read_to_string("/proc/self/timens_offsets").unwrap_or_default();
        let tz = std::env::var_os("TZ");
        let bad_zone = tz::unreadable(tz.as_deref(), Path::new("/etc/localtime"));
        Self { boot_id, shifted_ms: shift(&offsets), bad_zone, zone: Mutex::default() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Time {
        Utc::now().trunc_subsecs(3)
    }

    fn boot(&self) -> Boot {
        #[cfg(target_os = "linux")]
        let id = rustix::time::ClockId::Boottime;
        #[cfg(not(target_os = "linux"))]
        let id = rustix::time::ClockId::Monotonic;
        Boot { id: self.boot_id.clone(), ms: millis(id).saturating_add_signed(-self.shifted_ms) }
    }

    fn awake_ms(&self) -> u64 {
        millis(rustix::time::ClockId::Monotonic)
    }

    fn zone_name(&self) -> String {
        // What was taken in the place of a zone that cannot be read has no name that we know.
        if self.bad_zone.is_some() {
            return String::new();
        }
        // Once a second: each entry bears it, and a change within the second is a change in the next.
        let second = self.awake_ms() / 1000;
        let mut known = self.zone.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((asked, name)) if *asked == second => name.clone(),
            _ => {
                let link = || std::fs::read_link("/etc/localtime").ok();
                let name = zone_name(std::env::var("TZ").ok(), link);
                *known = Some((second, name.clone()));
                name
            }
        }
    }

    fn bad_zone(&self) -> Option<String> {
        self.bad_zone.clone()
    }

    fn quality(&self) -> ClockQuality {
        max_error_us().map_or_else(ClockQuality::default, judge)
    }
}

/// Reads the offset of the clock since boot from the text that the kernel has on time namespaces.
fn shift(offsets: &str) -> i64 {
    let of_line = |line: &str| -> Option<i64> {
        let mut fields = line.strip_prefix("boottime")?.split_whitespace();
        let mut number = || fields.next()?.parse::<i64>().ok();
        let millis = number()?.saturating_mul(1000);
        Some(millis.saturating_add(TimeDelta::nanoseconds(number()?).num_milliseconds()))
    };
    offsets.lines().find_map(of_line).unwrap_or(0)
}

fn millis(id: rustix::time::ClockId) -> u64 {
    let t = rustix::time::clock_gettime(id);
    let seconds = u64::try_from(t.tv_sec).unwrap_or(0);
    let millis = u64::try_from(t.tv_nsec).unwrap_or(0) / 1_000_000;
    seconds.saturating_mul(1000).saturating_add(millis)
}

/// Longest name of a zone that is kept, in characters.
const ZONE_MOST: usize = 60;

/// Names the zone: what TZ says, else where /etc/localtime leads. A host where that is a plain file
/// tells its zone by the offset alone.
fn zone_name(tz: Option<String>, localtime: impl Fn() -> Option<PathBuf>) -> String {
    let name = tz.filter(|tz| !tz.is_empty()).or_else(|| {
        let link = localtime()?;
        let text = link.to_string_lossy();
        Some(text.rsplit_once("zoneinfo/").map_or(&*text, |(_, zone)| zone).to_owned())
    });
    printable(&name.unwrap_or_default()).chars().take(ZONE_MOST).collect()
}

/// From this bound on the kernel itself calls the clock unsynchronised, in microseconds.
///
/// The flag for it (STA_UNSYNC) is not asked: chrony may leave it set on a clock that it keeps.
const UNSYNCHRONISED_US: u64 = 16_000_000;

const fn judge(maxerror_us: u64) -> ClockQuality {
    let sync = if maxerror_us < UNSYNCHRONISED_US { Sync::Yes } else { Sync::No };
    ClockQuality { sync, maxerror_us: Some(maxerror_us), zone: None }
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "adjtimex has no safe wrapper among our dependencies")]
fn max_error_us() -> Option<u64> {
    // SAFETY: `timex` is plain integers, for which zeros are a value; with `modes` zero the call only
    // reads the kernel's state into the struct that it is given, which outlives the call.
    let (state, timex) = unsafe {
        let mut timex: libc::timex = std::mem::zeroed();
        let state = libc::adjtimex(&raw mut timex);
        (state, timex)
    };
    if state < 0 { None } else { u64::try_from(timex.maxerror).ok() }
}

#[cfg(not(target_os = "linux"))]
fn max_error_us() -> Option<u64> {
    None
}

/// A clock that stands where it is put: for tests, and for commands with `--at`.
#[derive(Debug)]
pub struct FixedClock(Mutex<Fixed>);

#[derive(Debug, Default)]
struct Fixed {
    now: Time,
    boot: Boot,
    /// How long the machine slept since boot, in milliseconds.
    slept: u64,
    quality: ClockQuality,
    zone: String,
}

impl FixedClock {
    /// Makes a clock that stands at `now`, with a boot-time clock at zero and of unknown quality.
    pub fn new(now: Time) -> Self {
        Self(Mutex::new(Fixed { now, ..Fixed::default() }))
    }

    /// Puts the wall clock at `now` and leaves the boot-time clock: a step.
    pub fn set(&self, now: Time) {
        self.with(|state| state.now = now);
    }

    /// Moves the wall clock against the boot-time clock: a step by so much.
    pub fn step(&self, by: TimeDelta) {
        self.with(|state| state.now = moved(state.now, by));
    }

    /// Moves all clocks on, as time does.
    pub fn advance(&self, by: TimeDelta) {
        self.with(|state| {
            state.now = moved(state.now, by);
            let ms = u64::try_from(by.num_milliseconds()).unwrap_or(0);
            state.boot.ms = state.boot.ms.saturating_add(ms);
        });
    }

    /// Lets the machine sleep: all clocks move on but the one that stands meanwhile.
    pub fn suspend(&self, by: TimeDelta) {
        self.advance(by);
        let ms = u64::try_from(by.num_milliseconds()).unwrap_or(0);
        self.with(|state| state.slept = state.slept.saturating_add(ms));
    }

    /// Sets the boot-time clock.
    pub fn set_boot(&self, boot: Boot) {
        self.with(|state| state.boot = boot);
    }

    /// Sets the quality.
    pub fn set_quality(&self, quality: ClockQuality) {
        self.with(|state| state.quality = quality);
    }

    /// Sets the name of the host's zone.
    pub fn set_zone_name(&self, name: &str) {
        self.with(|state| name.clone_into(&mut state.zone));
    }

    fn with<T>(&self, f: impl FnOnce(&mut Fixed) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn moved(at: Time, by: TimeDelta) -> Time {
    at.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Clock for FixedClock {
    fn now(&self) -> Time {
        self.with(|state| state.now.trunc_subsecs(3))
    }

    fn boot(&self) -> Boot {
        self.with(|state| state.boot.clone())
    }

    fn quality(&self) -> ClockQuality {
        self.with(|state| state.quality.clone())
    }

    fn awake_ms(&self) -> u64 {
        self.with(|state| state.boot.ms.saturating_sub(state.slept))
    }

    fn zone_name(&self) -> String {
        self.with(|state| state.zone.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_goes_forward_in_whole_milliseconds() {
        let clock = SystemClock::new();
        let (t, b) = (clock.now(), clock.boot());
        assert_eq!(t.timestamp_subsec_nanos() % 1_000_000, 0);
        assert!(clock.boot().ms >= b.ms && b.ms > 0);
        if cfg!(target_os = "linux") {
            assert_eq!(b.id.len(), 36);
        }
    }

    #[test]
    fn sixteen_seconds_of_possible_error_are_not_synchronised() {
        assert_eq!(judge(15_999_999).sync, Sync::Yes);
        assert_eq!(judge(16_000_000).sync, Sync::No);
    }

    #[test]
    fn a_fixed_clock_steps_without_its_boot_clock_and_advances_with_it() {
        let start = DateTime::from_timestamp(1_772_386_200, 123_456_789).unwrap();
        let clock = FixedClock::new(start);
        assert_eq!(clock.now().timestamp_subsec_nanos(), 123_000_000);
        clock.advance(TimeDelta::seconds(2));
        assert_eq!(clock.boot().ms, 2000);
        clock.set(start);
        assert_eq!((clock.now().timestamp(), clock.boot().ms), (1_772_386_200, 2000));
    }

    #[test]
    fn a_time_namespace_is_taken_off_the_clock_since_boot() {
        let text = "monotonic           0         0\nboottime        86400  500000000\n";
        assert_eq!((shift(text), shift(""), shift("boottime x")), (86_400_500, 0, 0));
    }

    #[test]
    fn a_zone_is_named_by_tz_or_by_where_the_link_leads() {
        let link = |to: &'static str| move || Some(PathBuf::from(to));
        let named = zone_name(None, link("/usr/share/zoneinfo/Asia/Shanghai"));
        assert_eq!(named, "Asia/Shanghai");
        assert_eq!(zone_name(Some("UTC".to_owned()), link("../zoneinfo/Asia/Shanghai")), "UTC");
        assert_eq!(zone_name(Some(String::new()), || None), "");
        assert_eq!(zone_name(Some("\u{1b}[2J".to_owned()), || None), "?[2J");
    }

    #[test]
    fn the_machine_s_clocks_agree_with_each_other_from_one_reading_to_the_next() {
        let clock = SystemClock::new();
        let before = clock.reading(Zone::System);
        std::thread::sleep(std::time::Duration::from_millis(30));
        let after = clock.reading(Zone::System);
        assert_eq!(crate::domain::clockwatch::changes(&before, &after, Zone::System), []);
        let at = clock.now();
        std::thread::sleep(std::time::Duration::from_millis(30));
        let (boot, is) = (clock.boot_at(at).ms, clock.boot().ms);
        assert!((25..1000).contains(&(is - boot)), "{boot} {is}");
    }
}
