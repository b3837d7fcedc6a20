//! What a session asks, what is answered by others, and its end: followed on a connection of its own.

use std::ops::ControlFlow;

use alc_core::{EventView, QueryView, Seq, SessionId, ShownEntry, StateName};
use alc_ipc::{ClientError, Json, Observe};

use crate::{connect::Connector, error::CliError};

/// What happens to a session that concerns who answers it.
#[derive(Debug)]
pub(super) enum News {
    /// It asks.
    Asked(Vec<QueryView>),
    /// A query has its answer.
    Closed(u32),
}

/// Tells what happens behind `after`, and returns the state in which it ends; or breaks off if nobody
/// listens.
pub(super) fn follow(
    session: &SessionId,
    mut after: Seq,
    connector: &Connector,
    tell: impl Fn(News) -> ControlFlow<()>,
) -> Result<StateName, CliError> {
    let mut link = connector.reading_session(&session.clone().into())?;
    let ended = link.call(|client| {
        let observe = Observe { session: session.clone().into(), after };
        client.observe(observe, |seq, event| {
            after = seq;
            news(event).map_or(ControlFlow::Continue(()), &tell)
        })
    })?;
    ended.ok_or_else(|| ClientError::Confused.into())
}

/// What an event says; nothing, if it is of no concern or of a later release.
fn news(event: &Json) -> Option<News> {
    let EventView { entry, .. } = serde_json::from_str(&event.0).ok()?;
    match entry {
        ShownEntry::PauseRequested { pause } => Some(News::Asked(pause.queries)),
        ShownEntry::LlmCallEnd { query_id, .. } => Some(News::Closed(query_id.number)),
        _ => None,
    }
}
