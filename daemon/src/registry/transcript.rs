//! A session's history as people read it, with the texts of the answers, and the notes they add.

use alc_core::{Note, Reference, Seq, SessionId, StateName};

use super::{
    Registry, RegistryError,
    observer::{Observer, PAGE},
};
use crate::journal::Told;

impl Registry {
    /// Adds a note to a session's history, in whatever state; it is on disk when this returns.
    pub(crate) async fn note(
        &self,
        session: &Reference,
        note: Note,
    ) -> Result<(SessionId, Seq), RegistryError> {
        let handle = self.find(session).await?;
        let seq = handle.note(note).await?;
        Ok((handle.id().clone(), seq))
    }
}

impl Observer {
    /// The next entries with the texts of their answers, if there are any; to `follow` is to wait
    /// for them, as long as the session has not ended.
    pub(crate) async fn told(&mut self, follow: bool) -> Result<Vec<Told>, RegistryError> {
        let after = self.after;
        if follow {
            self.handle
                .reach(|position| position.seq > after || position.state.is_terminal())
                .await?;
        }
        let page = self.journal.transcript(self.handle.id(), after, PAGE).await?;
        if let Some((seq, ..)) = page.last() {
            self.after = *seq;
        }
        Ok(page)
    }

    /// Where the session stands now.
    pub(crate) async fn now(&self) -> Result<(Seq, StateName), RegistryError> {
        let position = self.handle.reach(|_| true).await?;
        Ok((position.seq, position.state))
    }
}
