//! What a person sees while a verb waits: a spinner on stderr, gone without a trace afterwards.

use std::time::Duration;

use alc_core::SessionId;
use indicatif::{ProgressBar, ProgressStyle};

/// How often it turns.
const TURN: Duration = Duration::from_millis(120);

/// A spinner, drawn until it is dropped.
#[derive(Debug)]
pub(crate) struct Waiting(ProgressBar);

impl Waiting {
    /// Says that a session is waited for; where stderr is no terminal, nothing is drawn.
    pub(crate) fn for_session(id: &SessionId) -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(format!("waiting for {id}"));
        bar.enable_steady_tick(TURN);
        Self(bar)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
