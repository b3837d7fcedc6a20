//! What time it is.
//!
//! This is the clock on the wall: it can be set, forward and back. It says when something happened;
//! how long something takes is measured by `Instant` and tokio's timers.

use std::{
    fs,
    path::PathBuf,
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Where a test says by how many milliseconds it has moved the clock.
static MOVED: OnceLock<PathBuf> = OnceLock::new();

/// Lets a test move this process's clock with `file`, if that is there; only in builds for tests.
pub(crate) fn follow(file: PathBuf) {
    if fail::has_failpoints() && file.exists() {
        MOVED.get_or_init(|| file);
    }
}

fn since_epoch() -> Duration {
    // A clock before 1970 reads as 1970.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    if !fail::has_failpoints() {
        return now;
    }
    let moved = MOVED.get().and_then(|file| fs::read_to_string(file).ok()?.parse::<i64>().ok());
    let by = Duration::from_millis(moved.unwrap_or_default().unsigned_abs());
    if moved < Some(0) { now.saturating_sub(by) } else { now + by }
}

/// Unix milliseconds.
pub(crate) fn now() -> i64 {
    i64::try_from(since_epoch().as_millis()).unwrap_or(i64::MAX)
}

/// Seconds since the epoch, with the fraction the system knows.
pub(crate) fn seconds() -> f64 {
    since_epoch().as_secs_f64()
}
