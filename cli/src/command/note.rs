//! `alc note`: adds a note to a session's history, also after its end.

use alc_core::Note;
use alc_ipc::AddNote;

use crate::{
    args,
    connect::Connector,
    error::CliError,
    exit::Exit,
    input::{InputError, Value},
    json::NotedLine,
    link::Doubt,
    output::Output,
};

const NOTE: &str = "the note";

pub(super) fn run(
    args: args::Note,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let session = args.session.reference;
    let Note { title, content } = read(args.text, args.title)?;
    let mut link = connector.reading_session(&session)?;
    let doubt = Doubt { unknown: "whether the note was added", look: format!("alc log {session}") };
    let note = AddNote { session, title, content };
    // There is no second try: it could add the note twice.
    let (session, seq) = link.change_once(doubt, |client| client.note(note))?;
    if output.json() {
        output.object(&NotedLine::new(&session, seq))?;
    }
    Ok(Exit::Done)
}

fn read(text: Value, title: Option<String>) -> Result<Note, InputError> {
    let from_stdin = text == Value::Stdin;
    let mut content = text.read(NOTE)?;
    if from_stdin && content.ends_with('\n') {
        content.pop();
    }
    let note = Note { title, content };
    if note.content.is_empty() {
        return Err(InputError::Empty { what: NOTE });
    }
    if note.size() > Note::LIMIT {
        return Err(InputError::TooLarge { what: NOTE, limit: Note::LIMIT });
    }
    Ok(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_something_and_not_too_much() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(read(text("x\n"), None).expect("is accepted").content, "x\n");
        assert!(matches!(read(text(""), None), Err(InputError::Empty { .. })));
        let longest = "a".repeat(Note::LIMIT);
        assert!(read(text(&longest), None).is_ok());
        let refused = read(text(&longest), Some("t".to_owned())).expect_err("is too large");
        assert!(refused.is_too_large());
        assert_eq!(refused.to_string(), "the note is over the limit of 64 KiB");
    }
}
