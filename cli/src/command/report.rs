//! `alc report`: a page about one session.

use std::{io::Write as _, path::Path};

use crate::{
    args,
    connect::Connector,
    draft::Draft,
    error::CliError,
    exit::Exit,
    json::{FileLine, TextLine},
    output::Output,
    report::{html, markdown},
    story::Story,
};

pub(super) fn run(
    args: &args::Report,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let session = &args.session.reference;
    let mut link = connector.reading_session(session)?;
    let story = Story::read(session, &mut link)?;
    match &args.form.html {
        Some(path) if path != Path::new("-") => {
            let mut draft = Draft::shared(path)?;
            let written = draft.write_all(html(&story).as_bytes());
            written.map_err(|source| draft.unwritable(source))?;
            draft.keep()?;
            if output.json() {
                output.object(&FileLine::new(&path.display().to_string()))?;
            }
        }
        form => {
            let (name, text) = match form {
                Some(_) => ("html", html(&story)),
                None => ("md", markdown(&story)),
            };
            if output.json() {
                output.object(&TextLine::new(&format!("{}.{name}", story.session.id), &text))?;
            } else {
                output.text(&text)?;
            }
        }
    }
    Ok(Exit::Done)
}
