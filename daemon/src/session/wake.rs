//! Lets a session's script go on, and where it is not in memory runs it again against what the
//! journal says.

use std::sync::Arc;

use alc_core::Reply;

use super::actor::{Actor, Lost, engine_failure};
use crate::{
    engine::{BrokeOff, LoadError, Prelude, PreludeHash, Turn, Vm},
    journal::{ReadError, Recording},
};

/// Why a script does not go on.
enum Stopped {
    /// It cannot.
    Failed(String),
    /// The journal cannot say.
    Unreadable(ReadError),
    /// The journal does not have the session.
    Lost,
}

impl From<ReadError> for Stopped {
    fn from(error: ReadError) -> Self {
        Self::Unreadable(error)
    }
}

impl From<LoadError> for Stopped {
    fn from(error: LoadError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<BrokeOff> for Stopped {
    fn from(error: BrokeOff) -> Self {
        Self::Failed(error.to_string())
    }
}

impl Actor {
    /// Lets the script go on with the answers it waits for.
    pub(super) async fn resume(&mut self) -> Result<(), Lost> {
        match self.woken().await {
            Ok(vm) => {
                self.go_on(vm, Turn::Fresh);
                Ok(())
            }
            Err(Stopped::Failed(why)) => Box::pin(self.fail(vec![], engine_failure(why))).await,
            Err(Stopped::Unreadable(error)) => self.unreadable(error),
            Err(Stopped::Lost) => Err(Lost::default()),
        }
    }

    /// A damaged session stays as it is, and says so.
    pub(super) fn unreadable(&mut self, error: ReadError) -> Result<(), Lost> {
        if !error.is_damage() {
            return Err(error.into());
        }
        self.stand_still(Arc::new(error));
        Ok(())
    }

    async fn woken(&mut self) -> Result<Vm, Stopped> {
        let answers: Vec<Reply> = std::mem::take(&mut self.given).into_values().collect();
        if let Some(mut vm) = self.take_vm() {
            vm.answer(answers).map_err(LoadError::Engine)?;
            return Ok(vm);
        }
        let recording = self.journal.recording(&self.id).await?.ok_or(Stopped::Lost)?;
        let Recording { script, calls, prelude, .. } = recording;
        self.outside.prelude = self.prelude(&prelude).await?;
        Ok(self.loaded(script, calls).await??)
    }

    /// The prelude that the session was born with.
    async fn prelude(&self, hash: &PreludeHash) -> Result<Arc<Prelude>, Stopped> {
        let preludes = self.registry.preludes();
        if let Some(prelude) = preludes.find(hash) {
            return Ok(prelude);
        }
        let text = self.journal.prelude(&self.id).await?.ok_or(Stopped::Lost)?;
        Ok(preludes.add(&text).map_err(LoadError::Engine)?)
    }
}
