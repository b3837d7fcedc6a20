//! Following a history.

use std::sync::Arc;

use alc_core::{Seq, StateName};

use super::RegistryError;
use crate::{
    journal::Journal,
    session::{Passage, SessionHandle},
};

/// How many entries an observer gets at a time.
pub(super) const PAGE: usize = 256;

/// Somebody's place in a history: each sees every entry once, however slow it reads.
pub(crate) struct Observer {
    pub(super) journal: Journal,
    pub(super) handle: SessionHandle,
    pub(super) after: Seq,
}

impl Observer {
    /// The next entries as soon as there are any; none once the session has ended and every entry was
    /// seen.
    pub(crate) async fn next(&mut self) -> Result<Arc<Passage>, RegistryError> {
        let (handle, after) = (&self.handle, self.after);
        let now =
            handle.reach(|position| position.seq > after || position.state.is_terminal()).await?;
        let passage = handle.passage(after, now.seq);
        passage.fill(self.journal.events(handle.id(), after, PAGE)).await?;
        if let Some((seq, _)) = passage.entries().last() {
            self.after = *seq;
        }
        Ok(passage)
    }

    /// The state in which the history ended.
    pub(crate) async fn end(&self) -> Result<StateName, RegistryError> {
        Ok(self.handle.reach(|position| position.state.is_terminal()).await?.state)
    }
}
