//! Wakes the loop once, at the moment that was asked for, and when the wall clock is stepped.
//!
//! The kernel's timers are used where there are such: they count while the machine sleeps, and wake
//! once, where tokio's wheel wakes two or three times for one second.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod kernel {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// A timer that counts while the machine sleeps, and a watch over the wall clock.
    #[derive(Debug)]
    pub struct Timer {
        sleep: AsyncFd<OwnedFd>,
        steps: AsyncFd<OwnedFd>,
    }

    const ZERO: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };
    /// A moment that no session lives to see: the year 2248.
    const FAR: Timespec = Timespec { tv_sec: 0x2_0c00_0000, tv_nsec: 0 };

    impl Timer {
        /// Makes the timer; needs the loop's runtime.
        ///
        /// # Errors
        /// The system gives no timer.
        pub fn new() -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let make = |clock| -> io::Result<AsyncFd<OwnedFd>> {
                #[expect(
                    deprecated,
                    reason = "its doubt is about types that change their descriptor; this owns it"
                )]
                AsyncFd::with_interest(timerfd_create(clock, flags)?, Interest::READABLE)
            };
            let timer = Self {
                sleep: make(TimerfdClockId::Boottime)?,
                steps: make(TimerfdClockId::Realtime)?,
            };
            timer.watch_steps()?;
            Ok(timer)
        }

        fn watch_steps(&self) -> io::Result<()> {
            let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
            let far = Itimerspec { it_interval: ZERO, it_value: FAR };
            timerfd_settime(&self.steps, flags, &far)?;
            Ok(())
        }

        /// Waits that long, or until the wall clock was stepped.
        pub async fn wait(&self, long: Duration) {
            // A timer of zero is one that is off.
            let long = long.max(Duration::from_millis(1));
            let it_value = Timespec {
                tv_sec: i64::try_from(long.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: long.subsec_nanos().into(),
            };
            let spec = Itimerspec { it_interval: ZERO, it_value };
            if timerfd_settime(&self.sleep, TimerfdTimerFlags::empty(), &spec).is_err() {
                tokio::time::sleep(long).await;
                return;
            }
            tokio::select! {
                () = drain(&self.sleep) => {}
                () = drain(&self.steps) => {
                    let _ = self.watch_steps();
                }
            }
        }
    }

    /// Waits until a timer has something to say, and takes it.
    async fn drain(fd: &AsyncFd<OwnedFd>) {
        let mut count = [0; 8];
        loop {
            let Ok(mut ready) = fd.readable().await else { return };
            match rustix::io::read(fd.get_ref(), &mut count) {
                Err(rustix::io::Errno::AGAIN) => ready.clear_ready(),
                // A step of the clock is told as an error (ECANCELED); both mean: look again.
                Ok(_) | Err(_) => {
                    ready.clear_ready();
                    return;
                }
            }
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod kernel {
    use std::io;
    use std::time::Duration;

    /// tokio's own timer, where the kernel has none to wait on.
    #[derive(Debug)]
    pub struct Timer;

    impl Timer {
        /// Makes the timer.
        ///
        /// # Errors
        /// None here.
        pub fn new() -> io::Result<Self> {
            Ok(Self)
        }

        /// Waits that long.
        pub async fn wait(&self, long: Duration) {
            tokio::time::sleep(long).await;
        }
    }
}

pub use kernel::Timer;
