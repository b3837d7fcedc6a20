//! Where a session comes from: it is made, or taken up from the journal.

use alc_core::{CancelReason, Event, ReasonCode, Script, SessionId, State, Transition};
use tokio::sync::oneshot;

use super::{
    actor::{Actor, Lost},
    handle::{Rejected, SessionHandle},
    record::With,
};
use crate::{
    cause::chain,
    engine::{BrokeOff, LoadError, ProbeError, Turn},
    journal::{Identity, NewSession, WriteError},
};

/// Where an actor's session comes from.
#[derive(Debug)]
pub(crate) enum Origin {
    /// It does not exist yet; the reply tells when it is on disk.
    New { new: Box<Beginning>, reply: oneshot::Sender<Result<(), SpawnError>> },
    /// The journal has it.
    Journal,
}

/// What a session begins with.
#[derive(Debug)]
pub(crate) struct Beginning {
    pub(crate) script: Script,
    pub(crate) identity: Identity,
    /// When it is cancelled if it has not ended, in Unix milliseconds.
    pub(crate) deadline_at: Option<i64>,
    /// The session that is cancelled with the same commit.
    pub(crate) replaces: Option<SessionHandle>,
}

/// A session was not created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpawnError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    BrokeOff(#[from] BrokeOff),
    /// The session that was to be replaced has ended, or is to be cancelled.
    #[error("there is nothing left to replace")]
    NothingToReplace,
    /// The session that was to be replaced goes on.
    #[error(transparent)]
    NotReplaced(Rejected),
}

impl From<ProbeError> for SpawnError {
    fn from(error: ProbeError) -> Self {
        match error {
            ProbeError::Load(error) => Self::Load(error),
            ProbeError::BrokeOff(error) => Self::BrokeOff(error),
            error => Self::Load(LoadError::Raised(chain(&error))),
        }
    }
}

impl From<Rejected> for SpawnError {
    /// A commit of two sessions fails as a commit of one does.
    fn from(error: Rejected) -> Self {
        match error {
            Rejected::Write(error) => Self::Write(error),
            error => Self::NotReplaced(error),
        }
    }
}

impl Actor {
    /// Makes the session, or takes it up.
    pub(super) async fn begin(&mut self, origin: Origin) -> Result<(), Lost> {
        match origin {
            Origin::New { new, reply } => self.create(*new, reply).await,
            Origin::Journal => self.load().await,
        }
    }

    /// Loads the script, begins it, journals the session meanwhile, and says so.
    async fn create(
        &mut self,
        new: Beginning,
        reply: oneshot::Sender<Result<(), SpawnError>>,
    ) -> Result<(), Lost> {
        if let Err(error) = self.try_create(new).await {
            // Whoever asked may have left.
            let _ = reply.send(Err(error));
            return Err(Lost::default());
        }
        self.tell();
        if self.deadline_at.is_some() {
            self.registry.add_deadline();
        }
        self.registry.arrived(&self.id);
        let _ = reply.send(Ok(()));
        Ok(())
    }

    async fn try_create(&mut self, new: Beginning) -> Result<(), SpawnError> {
        let Beginning { script, identity, deadline_at, replaces } = new;
        let vm = self.loaded(script.clone(), Vec::new()).await??;
        // It begins while this is written, and what it asks is looked at only afterwards; nobody
        // hears of a script that is not written down.
        self.go_on(vm, Turn::Fresh);
        let Ok(Transition { next, entries, .. }) = self.state.apply(&Event::Spawned) else {
            return Err(BrokeOff::Panicked.into());
        };
        let seq = self.seq.plus(entries.len());
        let (id, at, state) = (self.id.clone(), script.started_at, next.clone());
        let prelude = self.registry.preludes().own_text();
        let new = NewSession { id, identity, script, prelude, deadline_at, entries, state };
        match replaces {
            None => self.journal.create(new).await?,
            Some(old) => {
                if !old.replace(replaced_by(&self.id, at), new).await? {
                    return Err(SpawnError::NothingToReplace);
                }
            }
        }
        self.state = next;
        self.seq = seq;
        self.deadline_at = deadline_at;
        Ok(())
    }

    /// Takes the session up from the journal; one that was running goes on.
    async fn load(&mut self) -> Result<(), Lost> {
        let snapshot = self.journal.snapshot(&self.id).await?.ok_or_else(Lost::default)?;
        self.state = snapshot.state;
        self.seq = snapshot.seq;
        self.deadline_at = snapshot.deadline_at;
        if self.is_overdue() {
            return self.expire().await;
        }
        if matches!(self.state, State::Running { cancel: None })
            && let Err(error) = self.journal.recording(&self.id).await
        {
            // What cannot be run again is not recovered; it can still be cancelled.
            return self.unreadable(error);
        }
        if matches!(self.state, State::Running { .. }) {
            let effect = self.record_surely(vec![Event::Recovered], With::default()).await?;
            return self.perform(effect).await;
        }
        self.tell();
        Ok(())
    }
}

/// Why a session ends whose name goes to session `id`.
fn replaced_by(id: &SessionId, at: i64) -> CancelReason {
    let detail = Some(format!("replaced by {id}"));
    CancelReason { code: ReasonCode::User, detail, requested_at: at }
}
