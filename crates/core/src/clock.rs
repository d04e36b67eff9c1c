//! Time as the walk sees it: handed in, and allowed to fail.
//!
//! Rules take `now` as an argument; only [`Auth`](crate::Auth) holds a clock. A test moves its own.

use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use doorward_verify::Timestamp;

/// The clock could not be read, or stands before 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock cannot be read")]
pub struct ClockError;

/// Where `now` comes from.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Wall time, for what is written into records and tokens.
    ///
    /// # Errors
    /// [`ClockError`] if the system's clock is unusable; the caller answers 503.
    fn now(&self) -> Result<Timestamp, ClockError>;

    /// Time since some fixed start that never runs backwards, for deadlines inside this process.
    fn monotonic(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this file is the one place that reads the machine's clocks")]
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this file is the one place that reads the machine's clocks")]
    fn now(&self) -> Result<Timestamp, ClockError> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| ClockError)?;
        i64::try_from(since.as_millis()).map(Timestamp::from_millis).map_err(|_| ClockError)
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A clock that stands still until it is moved: for tests of applications that embed Doorward, and for ours.
#[derive(Debug)]
pub struct ManualClock {
    state: Mutex<(Timestamp, Duration, bool)>,
}

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { state: Mutex::new((now, Duration::ZERO, false)) }
    }

    /// Moves wall time and monotonic time forward together.
    pub fn advance(&self, by: Duration) {
        let mut state = self.lock();
        state.0 = state.0.plus(by);
        state.1 += by;
    }

    /// Sets wall time alone, as an operator or NTP does; monotonic time does not move.
    pub fn set(&self, now: Timestamp) {
        self.lock().0 = now;
    }

    /// From now on reading wall time fails (or works again).
    pub fn fail(&self, broken: bool) {
        self.lock().2 = broken;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Timestamp, Duration, bool)> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Result<Timestamp, ClockError> {
        let state = self.lock();
        if state.2 { Err(ClockError) } else { Ok(state.0) }
    }

    fn monotonic(&self) -> Duration {
        self.lock().1
    }
}
