//! What is told of a script that left its journal: both calls, and where they part.

use alc_core::{ErrorKind, Query, SessionError};

use crate::engine::Divergence;

/// How many characters are shown on each side of the first difference.
const AROUND: usize = 60;

/// The failure of a session that diverged; `queries` are those of the call on record.
pub(super) fn explain(divergence: Divergence, queries: &[Query]) -> SessionError {
    let Divergence { after, recorded, instead, line } = divergence;
    let before = match recorded {
        None => "nothing".to_owned(),
        Some(kind) if queries.is_empty() => kind.to_string(),
        Some(kind) => format!("{kind} {}", serde_json::to_string(queries).unwrap_or_default()),
    };
    let now = instead.map_or("the script's end".to_owned(), |(kind, text)| {
        if text.is_empty() { kind.to_string() } else { format!("{kind} {text}") }
    });
    let common = before.chars().zip(now.chars()).take_while(|(a, b)| a == b).count();
    let place = line.map(|line| format!("{line}: ")).unwrap_or_default();
    let message = format!(
        "{place}the script does not do what its journal says: call {} was {}, now it is {}; \
         they part at character {}",
        after + 1,
        excerpt(&before, common),
        excerpt(&now, common),
        common + 1,
    );
    SessionError { kind: ErrorKind::Diverged, message, traceback: None }
}

/// The text around character `place`.
fn excerpt(text: &str, place: usize) -> String {
    let from = place.saturating_sub(AROUND);
    let shown: String = text.chars().skip(from).take(2 * AROUND).collect();
    let (before, after) = (
        if from > 0 { "…" } else { "" },
        if text.chars().count() > from + 2 * AROUND { "…" } else { "" },
    );
    format!("`{before}{shown}{after}`")
}
