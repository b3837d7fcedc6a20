//! What holds where nobody says otherwise.

use std::time::Duration;

use alc_core::Limits;

use super::Policy;

/// For how long an ended session is kept.
pub(crate) const KEPT: Duration = Duration::from_hours(30 * 24);

/// What the user wants of all sessions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Defaults {
    /// How many bytes the scripts of paused sessions may have in all.
    pub(crate) memory: usize,
    /// How many bytes a script may use.
    pub(crate) script_memory: usize,
    /// Those of a session that says nothing of its own.
    pub(crate) limits: Limits,
    /// What `alc gc` deletes that is not told.
    pub(crate) policy: Policy,
}

impl Defaults {
    /// With so much memory for the scripts of paused sessions.
    #[cfg(test)]
    pub(crate) fn new(memory: usize) -> Self {
        let older_than = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
        let policy = Policy { older_than, keep_bytes: None };
        Self {
            memory,
            script_memory: crate::engine::SCRIPT_MEMORY,
            limits: Limits::default(),
            policy,
        }
    }
}
