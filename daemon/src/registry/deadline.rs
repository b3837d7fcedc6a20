//! Ends sessions whose deadline passes: one task that sleeps until the next one does.

use std::{collections::HashSet, convert::Infallible, time::Duration};

use tokio::task::JoinSet;

use super::Registry;
use crate::{alarm, clock, log};

/// How many sessions end at a time.
const AT_ONCE: usize = 64;
/// How long to wait before a journal is asked again that could not say.
const UNREADABLE: Duration = Duration::from_secs(10);

impl Registry {
    /// Ends each session when its deadline passes, those first that are overdue; for ever.
    pub(crate) async fn enforce_deadlines(&self) -> Infallible {
        let mut told = HashSet::new();
        let mut ending = JoinSet::new();
        loop {
            let deadlines = match self.0.journal.deadlines(clock::now()).await {
                Ok(deadlines) => deadlines,
                Err(error) => {
                    log::line(&format!("cannot look for deadlines: {error}"));
                    tokio::time::sleep(UNREADABLE).await;
                    continue;
                }
            };
            while ending.try_join_next().is_some() {}
            // A session that cannot be read stays overdue; it is told once.
            told.retain(|id| deadlines.passed.contains(id));
            for id in deadlines.passed {
                if told.insert(id.clone()) {
                    if ending.len() >= AT_ONCE {
                        ending.join_next().await;
                    }
                    let registry = self.clone();
                    ending.spawn(async move { registry.handle(&id).expire().await });
                }
            }
            tokio::select! {
                () = passes(deadlines.next) => {}
                () = self.0.another_deadline.notified() => {}
            }
        }
    }

    /// A new session has a deadline.
    pub(crate) fn add_deadline(&self) {
        self.0.another_deadline.notify_one();
    }

    /// Whether a live session has a deadline. If that cannot be read, one may.
    pub(super) async fn awaits_deadline(&self) -> bool {
        let deadlines = self.0.journal.deadlines(i64::MIN).await;
        deadlines.map_or(true, |deadlines| deadlines.next.is_some())
    }
}

/// Returns at the deadline, or earlier; never, if there is none.
async fn passes(deadline: Option<i64>) {
    match deadline {
        Some(deadline) => alarm::ring(deadline).await,
        None => std::future::pending().await,
    }
}
