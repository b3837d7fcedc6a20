//! The queries that somebody is to answer: those that wait for their turn, and those at work.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use alc_core::QueryView;

use super::{commands::GRACE, process::Process};

/// The first pause before another try, and the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// A query at work.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) query: QueryView,
    /// From 1.
    pub(super) attempt: u16,
    pub(super) phase: Phase,
}

/// How far it is.
#[derive(Debug)]
pub(super) enum Phase {
    /// A command thinks.
    Thinking {
        process: Arc<Process>,
        /// When the command is ended.
        until: Option<Instant>,
    },
    /// A person was asked.
    Asking { closed: Arc<AtomicBool> },
    /// The command was asked to end; it is killed if it does not.
    Ending { process: Arc<Process>, until: Instant, why: Why },
    /// It failed, and is tried again.
    Resting { until: Instant },
}

/// Why a command is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Nobody needs its answer.
    Closed,
    /// It takes too long.
    Late,
}

impl Work {
    /// When something is to be done if nothing happens before.
    pub(super) fn due(&self) -> Option<Instant> {
        match self.phase {
            Phase::Asking { .. } => None,
            Phase::Thinking { until, .. } => until,
            Phase::Ending { until, .. } | Phase::Resting { until } => Some(until),
        }
    }

    /// Asks its command to end.
    pub(super) fn end(&mut self, why: Why) {
        if let Phase::Thinking { process, .. } = &self.phase {
            process.terminate();
            let (process, until) = (Arc::clone(process), Instant::now() + GRACE);
            self.phase = Phase::Ending { process, until, why };
        }
    }
}

/// How long to wait before try `attempt` + 1: longer each time, and never quite the same, so that
/// drivers that failed together do not try again together. `random` is of its whole range.
pub(super) fn pause(attempt: u16, random: u32) -> Duration {
    let doublings = u32::from(attempt.saturating_sub(1)).min(16);
    let pause = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    pause.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_differ() {
        let (least, most) = (0, u32::MAX);
        for (attempt, shortest, longest) in [(1, 500, 1000), (2, 1000, 2000), (7, 30_000, 60_000)] {
            assert_eq!(pause(attempt, least), Duration::from_millis(shortest));
            assert_eq!(pause(attempt, most), Duration::from_millis(longest));
        }
        assert_eq!(pause(u16::MAX, most), LONGEST_PAUSE);
    }
}
