//! The only place in which a clock is read.
//!
//! `std::time::Instant` is not used: it stops while the machine sleeps. The boot-time clock does not,
//! and a step of the wall clock does not move it; so each entry keeps both.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use crate::domain::event::{Boot, ClockQuality, Sync};
use crate::domain::time::Time;

/// Where "now" comes from.
pub trait Clock: Send + std::marker::Sync {
    /// Returns the wall clock's moment, in whole milliseconds.
    fn now(&self) -> Time;
    /// Returns the clock that a step of the wall clock does not move.
    fn boot(&self) -> Boot;
    /// Returns how far the wall clock can be trusted.
    fn quality(&self) -> ClockQuality;
}

/// The machine's own clocks.
#[derive(Debug, Clone)]
pub struct SystemClock {
    boot_id: String,
}

impl SystemClock {
    /// Opens the machine's clocks; the boot id is read once, it cannot change while we run.
    pub fn new() -> Self {
        let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map(|id| id.trim().to_owned())
            .unwrap_or_default();
        Self { boot_id }
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
        let t = rustix::time::clock_gettime(id);
        let seconds = u64::try_from(t.tv_sec).unwrap_or(0);
        let millis = u64::try_from(t.tv_nsec).unwrap_or(0) / 1_000_000;
        Boot { id: self.boot_id.clone(), ms: seconds.saturating_mul(1000).saturating_add(millis) }
    }

    fn quality(&self) -> ClockQuality {
        max_error_us().map_or_else(ClockQuality::default, judge)
    }
}

/// From this bound on the kernel itself calls the clock unsynchronised, in microseconds.
///
/// The flag for it (STA_UNSYNC) is not asked: chrony may leave it set on a clock that it keeps.
const UNSYNCHRONISED_US: u64 = 16_000_000;

const fn judge(maxerror_us: u64) -> ClockQuality {
    let sync = if maxerror_us < UNSYNCHRONISED_US { Sync::Yes } else { Sync::No };
    ClockQuality { sync, maxerror_us: Some(maxerror_us) }
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
pub struct FixedClock(Mutex<(Time, Boot, ClockQuality)>);

impl FixedClock {
    /// Makes a clock that stands at `now`, with a boot-time clock at zero and of unknown quality.
    pub fn new(now: Time) -> Self {
        Self(Mutex::new((now, Boot::default(), ClockQuality::default())))
    }

    /// Puts the wall clock at `now` and leaves the boot-time clock: a step.
    pub fn set(&self, now: Time) {
        self.with(|state| state.0 = now);
    }

    /// Moves both clocks on, as time does.
    pub fn advance(&self, by: TimeDelta) {
        self.with(|state| {
            state.0 = state.0.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC);
            let ms = u64::try_from(by.num_milliseconds()).unwrap_or(0);
            state.1.ms = state.1.ms.saturating_add(ms);
        });
    }

    /// Sets the boot-time clock.
    pub fn set_boot(&self, boot: Boot) {
        self.with(|state| state.1 = boot);
    }

    /// Sets the quality.
    pub fn set_quality(&self, quality: ClockQuality) {
        self.with(|state| state.2 = quality);
    }

    fn with<T>(&self, f: impl FnOnce(&mut (Time, Boot, ClockQuality)) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Time {
        self.with(|state| state.0.trunc_subsecs(3))
    }

    fn boot(&self) -> Boot {
        self.with(|state| state.1.clone())
    }

    fn quality(&self) -> ClockQuality {
        self.with(|state| state.2.clone())
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
}
