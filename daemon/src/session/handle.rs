//! What others hold of a session: commands go in, its position comes out.

use std::sync::{Arc, OnceLock};

use alc_core::{CancelReason, Key, Note, PayloadKind, QueryView, Seq, SessionId, StateName, Usage};
use tokio::sync::{mpsc, oneshot, watch};

use super::passage::{Latest, Passage};
use crate::journal::{Mark, NewSession, ReadError, WriteError};

/// Where a session stands, as far as it is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The last entry of its history.
    pub(crate) seq: Seq,
    pub(crate) state: StateName,
}

/// Answers on their way to a session, which takes all or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) given: Vec<Given>,
    /// How they were sent.
    pub(crate) payload: PayloadKind,
    pub(crate) key: Option<Key>,
    /// Their commit may wait for what the script does next, for one slice at most.
    pub(crate) next: bool,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    /// For which query; if none is named, the one that was answered with the same key, else the
    /// lowest open one.
    pub(crate) query: Option<u32>,
    pub(crate) text: String,
    pub(crate) usage: Option<Usage>,
}

/// Answers that are on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// Each query, and whether its answer was there before.
    pub(crate) answers: Vec<(u32, bool)>,
    pub(crate) state: StateName,
    /// What the script asked with the same commit: the lowest of its queries.
    pub(crate) next: Option<QueryView>,
}

/// A command that changed nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Rejected {
    #[error("session {0} is cancelled")]
    AlreadyCancelled(SessionId),
    #[error("session {0} is {1}, it has no open query")]
    NotPaused(SessionId, StateName),
    #[error("session {0} never asked a query {1}")]
    UnknownQuery(SessionId, u32),
    #[error("query {0}.{1} has another answer already")]
    StaleQuery(SessionId, u32),
    #[error("the answer to query {0} has {1} bytes, over the limit of {limit}", limit = crate::engine::PAYLOAD_LIMIT)]
    TooLarge(u32, usize),
    #[error("the history of session {0} is at its limit of {1} entries")]
    Full(SessionId, u64),
    /// It is not where it should be cancelled.
    #[error("session {0} has gone on since it was exported")]
    WentOn(SessionId),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The session cannot go on.
    #[error(transparent)]
    Damaged(Damage),
    /// The session's task has ended, which only a bug or the daemon's end does.
    #[error("session {0} cannot be reached")]
    Gone(SessionId),
}

/// What a session can be told to do.
#[derive(Debug)]
pub(super) enum Command {
    Answer {
        answers: Answers,
        reply: oneshot::Sender<Result<Accepted, Rejected>>,
    },
    Cancel {
        reason: CancelReason,
        successor: Option<Box<NewSession>>,
        /// Only if it has come no further.
        at: Option<Mark>,
        reply: oneshot::Sender<Result<bool, Rejected>>,
    },
    Note {
        note: Note,
        reply: oneshot::Sender<Result<Seq, Rejected>>,
    },
    /// End, because the deadline has passed.
    Expire {
        reply: oneshot::Sender<Result<(), Rejected>>,
    },
    /// Let go of the script; its next answer finds it in the journal.
    Sleep,
}

/// Why a session cannot go on: the journal's part of it is damaged.
pub(crate) type Damage = Arc<ReadError>;

/// A session that is in memory; cheap to clone, and it stays in memory while somebody holds one.
#[derive(Clone, Debug)]
pub(crate) struct SessionHandle {
    id: SessionId,
    commands: mpsc::Sender<Box<Command>>,
    /// `None` until the session has been read or created.
    position: watch::Receiver<Option<Position>>,
    damage: Arc<OnceLock<Damage>>,
    latest: Latest,
}

impl SessionHandle {
    pub(super) fn new(
        id: SessionId,
        commands: mpsc::Sender<Box<Command>>,
        position: watch::Receiver<Option<Position>>,
        damage: Arc<OnceLock<Damage>>,
    ) -> Self {
        Self { id, commands, position, damage, latest: Latest::default() }
    }

    pub(crate) fn id(&self) -> &SessionId {
        &self.id
    }

    /// Where the session stands; `None` until it has been read or created, and where its part of the
    /// journal is damaged.
    pub(crate) fn position(&self) -> Option<Position> {
        self.position.borrow().filter(|_| self.damage.get().is_none())
    }

    /// What follows `after` in its history, which has come to `upto`.
    pub(crate) fn passage(&self, after: Seq, upto: Seq) -> Arc<Passage> {
        self.latest.passage(after, upto)
    }

    /// Whether this is the only handle.
    pub(crate) fn is_last(&self) -> bool {
        self.commands.strong_count() == 1
    }

    /// Answers queries, all or none; they are on disk when this returns, with `next` perhaps
    /// together with the next query.
    pub(crate) async fn answer(&self, answers: Answers) -> Result<Accepted, Rejected> {
        self.command(|reply| Command::Answer { answers, reply }).await
    }

    /// Ends the session for good; true if this call did. It is on disk when this returns.
    pub(crate) async fn cancel(&self, reason: CancelReason) -> Result<bool, Rejected> {
        let (successor, at) = (None, None);
        self.command(|reply| Command::Cancel { reason, successor, at, reply }).await
    }

    /// Ends the session for good, if it is no further than `mark`; true if this call did. It is on
    /// disk when this returns.
    pub(crate) async fn leave(&self, reason: CancelReason, mark: Mark) -> Result<bool, Rejected> {
        let (successor, at) = (None, Some(mark));
        self.command(|reply| Command::Cancel { reason, successor, at, reply }).await
    }

    /// Ends the session for good as another one begins, in one commit; false if it had ended
    /// before, and then the other one does not begin.
    pub(crate) async fn replace(
        &self,
        reason: CancelReason,
        successor: NewSession,
    ) -> Result<bool, Rejected> {
        let (successor, at) = (Some(Box::new(successor)), None);
        self.command(|reply| Command::Cancel { reason, successor, at, reply }).await
    }

    /// Ends the session for good, because its deadline has passed; it is on disk when this returns.
    pub(crate) async fn expire(&self) -> Result<(), Rejected> {
        self.command(|reply| Command::Expire { reply }).await
    }

    /// Adds a note to the history and returns its place; it is on disk when this returns.
    pub(crate) async fn note(&self, note: Note) -> Result<Seq, Rejected> {
        self.command(|reply| Command::Note { note, reply }).await
    }

    /// Asks a resting session to let go of its script; one that has commands to see to need not.
    pub(crate) fn sleep(&self) {
        let _ = self.commands.try_send(Box::new(Command::Sleep));
    }

    /// Waits until the session's position is one of those wanted.
    pub(crate) async fn reach(
        &self,
        mut wanted: impl FnMut(Position) -> bool,
    ) -> Result<Position, Rejected> {
        let mut position = self.position.clone();
        let reached = |position: &Option<Position>| {
            position.is_some_and(&mut wanted) || self.damage.get().is_some()
        };
        let reached = position.wait_for(reached).await.ok().and_then(|position| *position);
        reached.filter(|position| wanted(*position)).ok_or_else(|| self.gone())
    }

    async fn command<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, Rejected>>) -> Command,
    ) -> Result<T, Rejected> {
        let (reply, result) = oneshot::channel();
        self.commands.send(Box::new(command(reply))).await.map_err(|_| self.gone())?;
        result.await.map_err(|_| self.gone())?
    }

    /// Why the session cannot be reached.
    fn gone(&self) -> Rejected {
        match self.damage.get() {
            Some(damage) => Rejected::Damaged(Arc::clone(damage)),
            None => Rejected::Gone(self.id.clone()),
        }
    }
}
