//! An answer that waits for what the script does next, so that one commit stores both.
//!
//! The script goes on with it, but nobody is told, and it is on disk before anything else happens to
//! the session. If it does not get there, the session stands where it stood before.

use alc_core::{QueryView, Seq, State};
use tokio::{sync::oneshot, time::Instant};

use super::{
    actor::{Actor, Lost},
    handle::{Accepted, Rejected},
    record::Recorded,
};
use crate::journal::Append;

/// Who is told when it is on disk.
pub(super) type Waiter = oneshot::Sender<Result<Accepted, Rejected>>;

/// An answer that memory has adopted and the journal does not have.
pub(super) struct Held {
    append: Append,
    before: (State, Seq),
    /// Each query, and whether its answer was there before.
    answers: Vec<(u32, bool)>,
    reply: Waiter,
    /// It does not wait longer.
    until: Instant,
}

impl Held {
    /// Returns when the answer that is held, if there is one, should wait no longer.
    pub(super) async fn overdue(held: Option<&Self>) {
        match held {
            Some(held) => tokio::time::sleep_until(held.until).await,
            None => std::future::pending().await,
        }
    }
}

impl Actor {
    /// Adopts an answer that is not on disk yet.
    pub(super) fn hold(&mut self, recorded: Recorded, answers: Vec<(u32, bool)>, reply: Waiter) {
        let Recorded { next, append, .. } = recorded;
        let seq = self.seq.plus(append.entries.len());
        let before =
            (std::mem::replace(&mut self.state, next), std::mem::replace(&mut self.seq, seq));
        let until = Instant::now() + self.pool.slice();
        self.held = Some(Box::new(Held { append, before, answers, reply, until }));
    }

    /// Makes the answer that is held true. False if there was no room for it, and then it is refused
    /// and the script must not go on.
    pub(super) async fn flush(&mut self) -> Result<bool, Lost> {
        match self.held.take() {
            Some(held) => self.settle(*held, None).await,
            None => Ok(true),
        }
    }

    /// As [`Actor::flush`], with what follows in the same commit.
    pub(super) async fn settle(
        &mut self,
        held: Held,
        following: Option<Recorded>,
    ) -> Result<bool, Lost> {
        let Held { mut append, before, answers, reply, .. } = held;
        let mut asked = None;
        if let Some(Recorded { next, append: following, .. }) = following {
            self.seq = self.seq.plus(following.entries.len());
            self.state = next;
            asked = self.asks(&following);
            append = append.and_then(following);
        }
        let written = self.append(append).await;
        let result = match &written {
            Ok(()) => {
                self.tell();
                Ok(Accepted { answers, state: self.state.name(), next: asked })
            }
            Err(error) => {
                (self.state, self.seq) = before;
                self.abandon_script();
                Err(error.clone().into())
            }
        };
        // Whoever asked may have left; the answer counts all the same.
        let _ = reply.send(result);
        match written {
            Ok(()) => Ok(true),
            Err(error) if error.is_for_lack_of_room() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The first of the queries with which the session is paused.
    fn asks(&self, append: &Append) -> Option<QueryView> {
        let State::Paused(pause) = &self.state else { return None };
        let mut queries = append.calls.iter().flat_map(|call| &call.queries);
        // The children of a fork ask in several calls.
        let (number, query) = queries.find(|(number, _)| *number == pause.lowest())?;
        Some(QueryView { query_id: self.id.query(*number), query: query.clone() })
    }
}
