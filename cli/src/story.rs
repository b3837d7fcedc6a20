//! All that is known of a session, as people look at it from behind: what it is, its history with the
//! texts of the answers, and how it ended.

use std::ops::ControlFlow;

use alc_core::{EventView, Reference, ResultView, Seq, SessionView};
use alc_ipc::ReadLog;

use crate::{error::CliError, link::Link};

/// A session's story so far.
pub(crate) struct Story {
    pub(crate) session: SessionView,
    /// What happened, with the answer where it tells of one. What a newer daemon tells and this
    /// client does not know is left out.
    pub(crate) told: Vec<(EventView, Option<String>)>,
    /// How it ended, once it has.
    pub(crate) outcome: Option<ResultView>,
}

impl Story {
    /// Reads it all.
    pub(crate) fn read(reference: &Reference, link: &mut Link<'_>) -> Result<Self, CliError> {
        let (_, session) = link.state(reference)?;
        // From here on by id: a name may mean another session after a lost connection.
        let reference = Reference::from(session.id.clone());
        let mut told = Vec::new();
        let mut after = Seq(0);
        link.call(|client| {
            let log = ReadLog { session: reference.clone(), after, follow: false };
            client.log(log, |seq, event, answer| {
                if let Ok(event) = serde_json::from_str::<EventView>(&event.0) {
                    told.push((event, answer.map(str::to_owned)));
                }
                after = seq;
                ControlFlow::Continue(())
            })
        })?;
        let (_, _, outcome) = link.call(|client| client.outcome(reference.clone()))?;
        let outcome = outcome.map(|outcome| serde_json::from_str(&outcome.0)).transpose()?;
        Ok(Self { session, told, outcome })
    }
}
