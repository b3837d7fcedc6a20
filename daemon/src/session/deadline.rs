//! A session whose deadline has passed takes nothing more, and does nothing more: it is cancelled.

use alc_core::{CancelReason, ReasonCode};

use super::{
    actor::{Actor, Lost},
    record::With,
};
use crate::clock;

impl Actor {
    /// Whether the session should have ended by now.
    pub(super) fn is_overdue(&self) -> bool {
        !self.is_final() && self.deadline_at.is_some_and(|deadline| deadline <= clock::now())
    }

    /// Cancels the session, unless it has ended or is to be cancelled already.
    pub(super) async fn expire(&mut self) -> Result<(), Lost> {
        if self.is_final() {
            return Ok(());
        }
        let reason = CancelReason {
            code: ReasonCode::Timeout,
            detail: Some("its deadline has passed".to_owned()),
            requested_at: clock::now(),
        };
        let (events, outcome) = self.ending(reason);
        let with = With { outcome, ..With::default() };
        let effect = self.record_surely(events, with).await?;
        self.perform(effect).await
    }
}
