//! Who drives which session: at most one driver each, and nobody else is kept from anything.
//!
//! A lease lives in memory only. It ends with its driver's connection, or when its driver has missed
//! three beats, as one does that stands still.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use alc_core::SessionId;
use alc_ipc::BEAT;
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

/// How long a driver may be silent.
const SILENCE: Duration = Duration::from_secs(3 * BEAT.as_secs());

/// Somebody else drives the session.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("session {0} has another driver; --steal takes its place")]
pub(crate) struct OtherDriver(pub(crate) SessionId);

/// Every lease of a data folder; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leases(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Held for a look-up or a change, never across an await.
    leases: Mutex<HashMap<SessionId, Lease>>,
    drivers: AtomicU64,
}

#[derive(Debug)]
struct Lease {
    /// Its number. Those who wait hear of the next one.
    driver: watch::Sender<u64>,
    /// When the driver last said that it drives.
    beat: Instant,
}

impl Leases {
    /// A driver that has no lease yet; those it takes end when it is dropped.
    pub(crate) fn driver(&self) -> Driver {
        Driver { leases: self.clone(), number: self.0.drivers.fetch_add(1, Ordering::Relaxed) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Lease>> {
        // Nothing under the lock can panic half-way.
        self.0.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection, as one that may drive sessions.
#[derive(Debug)]
pub(crate) struct Driver {
    leases: Leases,
    number: u64,
}

impl Driver {
    /// Takes a session's lease, which is somebody else's only if `steal` says so.
    pub(crate) fn take(&self, session: &SessionId, steal: bool) -> Result<(), OtherDriver> {
        let mut leases = self.leases.lock();
        let lease = leases.entry(session.clone()).or_insert_with(|| self.lease());
        let theirs = *lease.driver.borrow() != self.number && lease.beat.elapsed() < SILENCE;
        if theirs && !steal {
            return Err(OtherDriver(session.clone()));
        }
        lease.driver.send_replace(self.number);
        lease.beat = Instant::now();
        Ok(())
    }

    /// Takes a lease that is this driver's, or nobody's, and returns after a beat, or once it is
    /// somebody else's.
    pub(crate) async fn keep(&self, session: &SessionId) -> Result<(), OtherDriver> {
        self.take(session, false)?;
        let driver = self.leases.lock().get(session).map(|lease| lease.driver.subscribe());
        if let Some(mut driver) = driver {
            // Nobody else, or nobody at all: the next beat tells.
            let _ = timeout(BEAT, driver.wait_for(|number| *number != self.number)).await;
        }
        self.take(session, false)
    }

    fn lease(&self) -> Lease {
        Lease { driver: watch::Sender::new(self.number), beat: Instant::now() }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.leases.lock().retain(|_, lease| *lease.driver.borrow() != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> SessionId {
        SessionId::from_random(7)
    }

    #[test]
    fn a_lease_excludes_other_drivers_until_its_driver_is_gone() {
        let leases = Leases::default();
        let (first, second) = (leases.driver(), leases.driver());
        let refused = Err(OtherDriver(session()));
        assert_eq!(first.take(&session(), false), Ok(()));
        assert_eq!(first.take(&session(), false), Ok(()));
        assert_eq!(second.take(&session(), false), refused);
        assert_eq!(second.take(&SessionId::from_random(8), false), Ok(()));
        drop(first);
        assert_eq!(second.take(&session(), false), Ok(()));
        drop(second);
        assert!(leases.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_stolen_at_once() {
        let leases = Leases::default();
        let (first, second, session) = (leases.driver(), leases.driver(), session());
        first.take(&session, false).expect("is free");
        let begun = Instant::now();
        let steal = async { second.take(&session, true) };
        let (kept, stolen) = tokio::join!(first.keep(&session), steal);
        assert_eq!((kept, stolen), (Err(OtherDriver(session.clone())), Ok(())));
        assert_eq!(begun.elapsed(), Duration::ZERO, "it did not wait for its next beat");
        // Who has lost it does not end what another one has.
        drop(first);
        assert!(leases.driver().take(&session, false).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_ends_when_three_beats_are_missed() {
        let leases = Leases::default();
        let (first, second, session) = (leases.driver(), leases.driver(), session());
        first.take(&session, false).expect("is free");
        for _ in 0..10 {
            assert_eq!(first.keep(&session).await, Ok(()));
            assert!(second.take(&session, false).is_err());
        }
        tokio::time::advance(2 * BEAT).await;
        assert!(second.take(&session, false).is_err());
        tokio::time::advance(BEAT).await;
        assert_eq!(second.take(&session, false), Ok(()));
        assert_eq!(first.keep(&session).await, Err(OtherDriver(session)));
    }
}
