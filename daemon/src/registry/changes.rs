//! Which sessions change, for those who follow a list.

use std::{collections::HashSet, future::pending};

use alc_core::{SessionId, SessionView};
use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};

use super::{Registry, RegistryError};

/// How many changes are kept for somebody who does not look; with more he looks at everything.
pub(super) const KEPT: usize = 1024;

/// What somebody has not looked at yet.
pub(crate) struct Changes(Receiver<SessionId>);

/// What is to be looked at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    /// These sessions, each once, in the order in which they first changed.
    These(Vec<SessionId>),
    /// Any session may have changed.
    Anything,
}

impl Registry {
    /// What changes from now on.
    pub(crate) fn changes(&self) -> Changes {
        Changes(self.0.changes.subscribe())
    }

    /// A session is on disk as it was not before, or is not there any more.
    pub(crate) fn changed(&self, session: &SessionId) {
        let changes = &self.0.changes;
        if changes.receiver_count() > 0 {
            // If nobody follows any more, that is fine.
            changes.send(session.clone()).ok();
        }
    }

    /// A session by its id as it is now, if it is there.
    pub(crate) async fn peek(&self, id: &SessionId) -> Result<Option<SessionView>, RegistryError> {
        Ok(self.0.journal.view(id).await?)
    }
}

impl Changes {
    /// Waits until something has changed.
    pub(crate) async fn next(&mut self) -> Changed {
        let first = match self.0.recv().await {
            Ok(session) => session,
            Err(RecvError::Lagged(_)) => return Changed::Anything,
            // The registry that tells of them is gone, and this process with it.
            Err(RecvError::Closed) => pending().await,
        };
        let (mut seen, mut order) = (HashSet::new(), Vec::new());
        let mut next = Some(first);
        while let Some(session) = next {
            if seen.insert(session.clone()) {
                order.push(session);
            }
            next = match self.0.try_recv() {
                Ok(session) => Some(session),
                Err(TryRecvError::Lagged(_)) => return Changed::Anything,
                Err(TryRecvError::Empty | TryRecvError::Closed) => None,
            };
        }
        Changed::These(order)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast;

    use super::*;

    #[tokio::test]
    async fn each_session_is_told_once_and_too_many_are_anything() {
        let (sender, receiver) = broadcast::channel(4);
        let mut changes = Changes(receiver);
        let [a, b] = [1, 2].map(SessionId::from_random);
        for session in [&b, &a, &b] {
            sender.send(session.clone()).expect("is heard");
        }
        assert_eq!(changes.next().await, Changed::These(vec![b, a.clone()]));
        for _ in 0..5 {
            sender.send(a.clone()).expect("is heard");
        }
        assert_eq!(changes.next().await, Changed::Anything);
        assert_eq!(changes.next().await, Changed::These(vec![a]));
    }
}
