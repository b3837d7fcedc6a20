//! Adds notes.

use alc_core::Note;
use alc_ipc::{AddNote, ErrorCode, Failure, Response};

use super::failure::invalid;
use crate::registry::Registry;

/// Refuses a note that says nothing or too much.
pub(super) async fn note(note: AddNote, registry: &Registry) -> Result<Response, Failure> {
    let AddNote { session, title, content } = note;
    let note = Note { title, content };
    if note.content.is_empty() {
        return Err(invalid("the note is empty".to_owned()));
    }
    if note.size() > Note::LIMIT {
        let message =
            format!("the note has {} bytes, over the limit of {}", note.size(), Note::LIMIT);
        return Err(Failure { code: ErrorCode::TooLarge, message, hint: None });
    }
    let (session, seq) = registry.note(&session, note).await?;
    Ok(Response::Noted { session, seq })
}
