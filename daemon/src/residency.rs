//! Which paused scripts stay in memory: a cache of VMs, whose truth is the journal.
//!
//! What is kept is chosen by GreedyDual-Size (Cao and Irani, 1997): a VM's worth is what its replay
//! would cost for each KiB that it holds, above the worth of the last one that was let go. So of
//! equal VMs the one that rested longest goes first, and one that computed for a minute goes last.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alc_core::SessionId;

/// What loading any script costs, in microseconds: a state, the prelude, the chunk.
const LOADING: u64 = 100;

/// The paused scripts in memory, and how much that may be.
#[derive(Debug)]
pub(crate) struct Residency {
    /// In KiB.
    budget: u64,
    ledger: Mutex<Ledger>,
}

#[derive(Debug, Default)]
struct Ledger {
    /// In KiB.
    held: u64,
    /// The worth of the last one let go.
    floor: u64,
    entries: HashMap<SessionId, Entry>,
    by_worth: BTreeSet<(u64, SessionId)>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    worth: u64,
    size: u64,
}

impl Residency {
    /// Room for VMs of `budget` bytes in all.
    pub(crate) fn new(budget: usize) -> Self {
        Self { budget: kib(budget), ledger: Mutex::default() }
    }

    /// A session rests, with a VM of `size` bytes that worked for `worked`. Returns the sessions
    /// whose VMs have to go to make room, perhaps this one.
    pub(crate) fn rests(&self, id: &SessionId, size: usize, worked: Duration) -> Vec<SessionId> {
        let cost = u64::try_from(worked.as_micros()).unwrap_or(u64::MAX).saturating_add(LOADING);
        let size = kib(size).max(1);
        let mut ledger = self.lock();
        ledger.remove(id);
        // A microsecond is counted in thousandths, so that small differences stay.
        let worth = ledger.floor.saturating_add(cost.saturating_mul(1000) / size);
        ledger.entries.insert(id.clone(), Entry { worth, size });
        ledger.by_worth.insert((worth, id.clone()));
        ledger.held += size;
        let mut leaving = Vec::new();
        while ledger.held > self.budget {
            let Some((worth, id)) = ledger.by_worth.first().cloned() else { break };
            ledger.remove(&id);
            ledger.floor = worth;
            leaving.push(id);
        }
        leaving
    }

    /// A session's VM is at work again, or gone.
    pub(crate) fn wakes(&self, id: &SessionId) {
        self.lock().remove(id);
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        // Nothing under the lock can panic half-way.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger {
    fn remove(&mut self, id: &SessionId) {
        if let Some(entry) = self.entries.remove(id) {
            self.by_worth.remove(&(entry.worth, id.clone()));
            self.held -= entry.size;
        }
    }
}

fn kib(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> SessionId {
        SessionId::from_random(number)
    }

    const NOTHING: Duration = Duration::ZERO;

    #[test]
    fn the_one_that_rested_longest_goes_first() {
        let residency = Residency::new(3 << 10);
        for number in 0..3 {
            assert!(residency.rests(&id(number), 1 << 10, NOTHING).is_empty());
        }
        assert_eq!(residency.rests(&id(3), 1 << 10, NOTHING), [id(0)]);
        residency.wakes(&id(1));
        assert!(residency.rests(&id(4), 1 << 10, NOTHING).is_empty());
        assert_eq!(residency.rests(&id(5), 1 << 10, NOTHING), [id(2)]);
    }

    #[test]
    fn what_is_dear_to_replay_stays() {
        let residency = Residency::new(2 << 10);
        residency.rests(&id(0), 1 << 10, Duration::from_mins(1));
        for number in 1..1000 {
            residency.rests(&id(number), 1 << 10, NOTHING);
        }
        assert!(residency.lock().entries.contains_key(&id(0)));
        assert_eq!(residency.lock().held, 2);
    }

    #[test]
    fn one_that_is_larger_than_the_budget_goes_itself() {
        let residency = Residency::new(1 << 10);
        assert_eq!(residency.rests(&id(0), 5 << 10, NOTHING), [id(0)]);
        assert_eq!(residency.lock().held, 0);
    }
}
