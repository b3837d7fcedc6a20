//! Sessions that begin where another one asked, to be answered differently.

use alc_core::{Event, Reference, SessionId};

use super::{Registry, RegistryError, random};
use crate::{
    clock,
    journal::{Identity, NewBranch, Parting, WriteError},
};

impl Registry {
    /// Where a branch would begin: the session, and the query that it asks first.
    pub(crate) async fn parts_at(
        &self,
        session: &Reference,
    ) -> Result<(SessionId, Parting), RegistryError> {
        let id = self.resolve(session).await?;
        match (self.0.journal.parting(&id, session.query).await?, session.query) {
            (Some(parting), _) => Ok((id, parting)),
            (None, Some(number)) => Err(RegistryError::UnknownQuery(id, number)),
            (None, None) => Err(RegistryError::NothingAsked(id)),
        }
    }

    /// Creates a session that shares another one's history up to there, or finds the one that its key
    /// stands for; it is on disk when this returns, and paused. Without a `deadline`, in milliseconds
    /// from now, it has as long as the other one had.
    pub(crate) async fn branch(
        &self,
        (from, parting): (SessionId, Parting),
        identity: Identity,
        deadline: Option<i64>,
    ) -> Result<SessionId, RegistryError> {
        let view = self.view(&from.clone().into(), &from).await?;
        let at = clock::now().max(parting.at);
        let own = view.deadline_at.map(|deadline| deadline.saturating_sub(view.created_at));
        let deadline_at = deadline.or(own).map(|limit| at.saturating_add(limit));
        let branched = Event::Branched(from.query(parting.query));
        let state = parting.state().and_then(|state| state.apply(&branched).ok());
        let entries = state.ok_or(WriteError::Contradiction)?.entries;
        let id = SessionId::from_random(random()?);
        let new = NewBranch { from, parting, id: id.clone(), identity, deadline_at, at, entries };
        match self.0.journal.branch(new).await {
            Err(WriteError::Known(known)) => return Ok(known),
            created => created?,
        }
        self.arrived(&id);
        self.add_deadline();
        Ok(id)
    }
}
