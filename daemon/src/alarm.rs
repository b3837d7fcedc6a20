//! Wakes at a time on the clock on the wall, also where that is set meanwhile or the machine sleeps.

use std::time::Duration;

use crate::clock;

/// Where nobody tells that the clock was set, how long that may go unnoticed.
const UNNOTICED: Duration = Duration::from_mins(1);

/// Further off than anybody waits at once, and not so far that the system's arithmetic overflows.
#[cfg(target_os = "linux")]
const YEAR: Duration = Duration::from_hours(365 * 24);

/// Returns at `at`, in Unix milliseconds, or earlier; the caller looks at the clock.
pub(crate) async fn ring(at: i64) {
    let left = u64::try_from(at.saturating_sub(clock::now())).unwrap_or_default();
    let left = Duration::from_millis(left);
    #[cfg(target_os = "linux")]
    if let Ok(timer) = timer(left) {
        // Nothing is read: whoever waits again makes another timer.
        let _ = timer.readable().await;
        return;
    }
    tokio::time::sleep(left.min(UNNOTICED)).await;
}

/// Readable when the wall clock has gone on by `left`, and when it is set.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "a descriptor that tokio does not know has no safe way to it")]
fn timer(left: Duration) -> std::io::Result<tokio::io::unix::AsyncFd<rustix::fd::OwnedFd>> {
    use std::time::{SystemTime, UNIX_EPOCH};

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };

    let then = SystemTime::now() + left.min(YEAR);
    let then = then.duration_since(UNIX_EPOCH).unwrap_or_default();
    let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
    let timer = timerfd_create(TimerfdClockId::Realtime, flags)?;
    let once = Itimerspec {
        it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
        it_value: Timespec {
            tv_sec: then.as_secs().cast_signed(),
            tv_nsec: then.subsec_nanos().into(),
        },
    };
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    timerfd_settime(&timer, flags, &once)?;
    // SAFETY: the descriptor is a valid one; `OwnedFd` neither closes nor changes it before it is
    // dropped, which is after its registration.
    Ok(unsafe { tokio::io::unix::AsyncFd::register(timer)? })
}
