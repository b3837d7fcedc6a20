//! What is kept and what goes: deleting sessions that have ended, by name or because they are old.

use alc_core::{CancelReason, ReasonCode, Reference, SessionId, SessionRef};

use super::{Registry, RegistryError, one};
use crate::{
    cause::chain,
    clock,
    journal::{Found, Lost, ReadError, WriteError},
    log,
};

/// How long a deleted session's id is remembered, in milliseconds: 30 days.
const REMEMBERED: i64 = 30 * 24 * 3_600_000;

/// Which ended sessions go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    /// Those that ended at least so long ago, in milliseconds.
    pub(crate) older_than: i64,
    /// Then the oldest, until the journal uses no more than so many bytes.
    pub(crate) keep_bytes: Option<u64>,
}

/// What went, or would go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gone {
    pub(crate) sessions: Vec<SessionId>,
    pub(crate) blobs: u64,
    pub(crate) tombstones: u64,
    pub(crate) bytes: u64,
}

impl Registry {
    /// Which sessions go if nobody says otherwise.
    pub(crate) fn policy(&self) -> Policy {
        self.0.defaults.policy
    }

    /// Deletes a session that has ended. It takes no prefix of an id; that of a session that is
    /// deleted already is a success.
    pub(crate) async fn delete(&self, session: &Reference) -> Result<SessionId, RegistryError> {
        let id = match self.0.journal.find_exact(&session.session).await? {
            Found::None => self.deleted(session).await?,
            found => one(found, session)?,
        };
        self.erase(&id).await?;
        Ok(id)
    }

    /// Deletes a session although its own row is damaged, and says what went with it. A sound one is
    /// deleted as any other, and nothing is said.
    pub(crate) async fn discard(&self, id: &SessionId) -> Result<Option<Lost>, RegistryError> {
        if let Err(damage) = self.readable(id).await? {
            // Whatever its script is at ends. That may even mend the row, from what SQLite had in memory.
            let awake = self.lock().get(id).cloned();
            if let Some(session) = awake {
                let detail = Some("deleted, since it was damaged".to_owned());
                let reason =
                    CancelReason { code: ReasonCode::User, detail, requested_at: clock::now() };
                session.cancel(reason).await.ok();
            }
            if self.readable(id).await?.is_err() {
                log::line(&format!("deleted although damaged: {}", chain(&damage)));
                let lost = self.0.journal.discard(id, clock::now()).await;
                let lost = lost.map_err(RegistryError::Write)?;
                self.forget(id);
                self.changed(id);
                return Ok(lost);
            }
        }
        self.delete(&id.clone().into()).await?;
        Ok(None)
    }

    /// Whether a session can be read, if there is one; the damage if not.
    async fn readable(&self, id: &SessionId) -> Result<Result<(), ReadError>, RegistryError> {
        match self.0.journal.view(id).await {
            Ok(_) => Ok(Ok(())),
            Err(error) if error.is_damage() => Ok(Err(error)),
            Err(error) => Err(error.into()),
        }
    }

    /// The id in the reference, if it was a session's.
    async fn deleted(&self, session: &Reference) -> Result<SessionId, RegistryError> {
        let not_found = || RegistryError::NotFound(session.clone());
        let SessionRef::Text(text) = &session.session else { return Err(not_found()) };
        let id: SessionId = text.parse().map_err(|_| not_found())?;
        if self.0.journal.is_deleted(&id).await? { Ok(id) } else { Err(not_found()) }
    }

    async fn erase(&self, id: &SessionId) -> Result<(), RegistryError> {
        match self.0.journal.delete(id, clock::now()).await {
            Ok(()) => {
                // Whoever holds it still finds nothing more to read.
                self.forget(id);
                self.changed(id);
                Ok(())
            }
            Err(WriteError::NotEnded(id)) => Err(RegistryError::NotEnded(id)),
            Err(error) => Err(RegistryError::Write(error)),
        }
    }

    /// Deletes what the policy says, and gives the space of all that is deleted back.
    pub(crate) async fn collect(&self, policy: Policy) -> Result<Gone, RegistryError> {
        let journal = &self.0.journal;
        let before = journal.used().await?;
        let mut gone = Gone { blobs: journal.tidy().await?, ..Gone::default() };
        loop {
            let (doomed, _) = self.doomed(policy, 0).await?;
            if doomed.is_empty() {
                break;
            }
            for id in &doomed {
                self.erase(id).await?;
            }
            gone.blobs += journal.tidy().await?;
            gone.sessions.extend(doomed);
        }
        gone.tombstones = journal.drop_tombstones(clock::now() - REMEMBERED).await?;
        journal.shrink().await?;
        gone.bytes = before.saturating_sub(journal.used().await?);
        Ok(gone)
    }

    /// What [`Registry::collect`] would delete; the bytes are an estimate.
    pub(crate) async fn would_collect(&self, policy: Policy) -> Result<Gone, RegistryError> {
        let (blobs, idle) = self.0.journal.idle_blobs().await?;
        let (sessions, mut bytes) = self.doomed(policy, idle).await?;
        if policy.keep_bytes.is_none() {
            for id in &sessions {
                bytes += self.0.journal.size(id).await?;
            }
        }
        let tombstones = self.0.journal.old_tombstones(clock::now() - REMEMBERED).await?;
        Ok(Gone { sessions, blobs, tombstones, bytes: bytes + idle })
    }

    /// The sessions that go, and their size if that counts; `idle` bytes go without any session.
    async fn doomed(
        &self,
        policy: Policy,
        idle: u64,
    ) -> Result<(Vec<SessionId>, u64), RegistryError> {
        let journal = &self.0.journal;
        let latest = clock::now().saturating_sub(policy.older_than);
        let too_much = match policy.keep_bytes {
            Some(keep) => journal.used().await?.saturating_sub(keep.saturating_add(idle)),
            None => 0,
        };
        let (mut doomed, mut bytes) = (Vec::new(), 0);
        for (id, finished_at) in journal.ended().await? {
            if finished_at > latest && bytes >= too_much {
                break;
            }
            match journal.check(&id).await {
                // Whether it has ended is not known.
                Err(error) if error.is_damage() => continue,
                checked => checked?,
            }
            if policy.keep_bytes.is_some() {
                bytes += journal.size(&id).await?;
            }
            doomed.push(id);
        }
        Ok((doomed, bytes))
    }
}
