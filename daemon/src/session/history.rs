//! How long a history may be: a session ends before it fills the disk.

use super::actor::{Actor, Lost, engine_failure};
use crate::engine::Made;

/// The most entries; the end of a session that came so far still follows them.
const LONGEST: u64 = 1_000_000;

/// The most entries; a test may have fewer.
pub(super) fn longest() -> u64 {
    fail::fail_point!("history.longest", |entries| {
        entries.and_then(|entries| entries.parse().ok()).unwrap_or(LONGEST)
    });
    LONGEST
}

impl Actor {
    /// Whether the history has no room for more than what the script has done.
    pub(super) fn is_full(&self, made: &[Made]) -> bool {
        let entries = made.iter().filter(|made| made.told.is_some()).count();
        self.seq.plus(entries).0 >= longest()
    }

    /// The session has come to the end of what its history may be.
    pub(super) async fn outgrown(&mut self, made: Vec<Made>) -> Result<(), Lost> {
        let message = format!("the history is over its limit of {} entries", longest());
        self.fail(made, engine_failure(message)).await
    }
}
