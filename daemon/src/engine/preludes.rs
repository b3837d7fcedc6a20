//! The preludes that sessions run on: this program's own for new ones, and for any other the one that
//! it was born with, whose text the journal keeps.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
};

use super::{
    blank::Spare,
    prelude::{self, Prelude},
};

/// Names a prelude: the BLAKE3 hash of its text.
pub(crate) type PreludeHash = [u8; 32];

/// This program's own, compiled when it is first needed.
pub(super) fn own() -> mlua::Result<Arc<Prelude>> {
    static OWN: OnceLock<Arc<Prelude>> = OnceLock::new();
    if let Some(own) = OWN.get() {
        return Ok(own.clone());
    }
    let own = Arc::new(Prelude::compile(prelude::TEXT)?);
    Ok(OWN.get_or_init(|| own).clone())
}

/// Each of them is compiled once, as long as a session runs on it.
#[derive(Debug)]
pub(crate) struct Preludes {
    own: Arc<Prelude>,
    spare: Arc<Spare>,
    text: Arc<str>,
    others: Mutex<HashMap<PreludeHash, Weak<Prelude>>>,
}

impl Preludes {
    /// With this program's own.
    pub(crate) fn new() -> mlua::Result<Self> {
        Ok(Self::of(own()?, prelude::TEXT))
    }

    /// With this text as the program's own.
    #[cfg(test)]
    pub(crate) fn with_own(text: &str) -> mlua::Result<Self> {
        Ok(Self::of(Arc::new(Prelude::compile(text)?), text))
    }

    fn of(own: Arc<Prelude>, text: &str) -> Self {
        let spare = Arc::new(Spare::new(own.clone()));
        Self { own, spare, text: text.into(), others: Mutex::default() }
    }

    /// The one for new sessions.
    pub(crate) fn own(&self) -> Arc<Prelude> {
        self.own.clone()
    }

    /// Perhaps a state that has [`Self::own`].
    pub(crate) fn spare(&self) -> Arc<Spare> {
        self.spare.clone()
    }

    /// The hash and the text of [`Self::own`].
    pub(crate) fn own_text(&self) -> (PreludeHash, Arc<str>) {
        (self.own.hash, self.text.clone())
    }

    /// The one of this hash, if it is this program's or a session runs on it.
    pub(crate) fn find(&self, hash: &PreludeHash) -> Option<Arc<Prelude>> {
        if self.own.hash == *hash {
            return Some(self.own());
        }
        self.lock().get(hash).and_then(Weak::upgrade)
    }

    /// The one with this text.
    pub(crate) fn add(&self, text: &str) -> mlua::Result<Arc<Prelude>> {
        let prelude = Arc::new(Prelude::compile(text)?);
        let mut others = self.lock();
        others.retain(|_, other| other.strong_count() > 0);
        others.insert(prelude.hash, Arc::downgrade(&prelude));
        Ok(prelude)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PreludeHash, Weak<Prelude>>> {
        // Nothing under the lock can panic half-way.
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
