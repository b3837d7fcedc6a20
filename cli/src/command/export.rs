//! `alc export`: a session as one file, which appears whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _},
    ops::ControlFlow,
    path::Path,
};

use alc_core::Reference;
use alc_ipc::{ClientError, ErrorCode, Leave, PART};

use crate::{
    args,
    connect::Connector,
    draft::Draft,
    error::CliError,
    exit::Exit,
    json::ExportedLine,
    link::{Doubt, Link},
    output::Output,
    signals::Left,
};

/// How often a session that goes on meanwhile is exported again before it is left where it is.
const TRIES: u32 = 10;

pub(super) fn run(
    args: &args::Export,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let session = &args.session.reference;
    match &args.output {
        Some(path) => {
            let mut link = connector.reading_session(session)?;
            to_file(session, path, args.moves, connector, &mut link, output)?;
        }
        None if output.is_terminal() || output.json() => return Err(no_place()),
        None => {
            let mut link = connector.reading_session(session)?;
            to_stdout(session, &mut link, output)?;
        }
    }
    Ok(Exit::Done)
}

/// What is to be read by `alc import` is not for people.
fn no_place() -> CliError {
    CliError::Usage {
        message: "the file needs a place: name it with -o, or redirect stdout".to_owned(),
        help: "alc export --help".to_owned(),
    }
}

/// Nothing is printed before all of it is here.
fn to_stdout(
    session: &Reference,
    link: &mut Link<'_>,
    output: &mut Output,
) -> Result<(), CliError> {
    let mut file = tempfile::tempfile().map_err(CliError::NoTemporary)?;
    let begin = |file: &mut File| {
        file.set_len(0).and_then(|()| file.rewind()).map_err(CliError::NoTemporary)
    };
    fetch(session, link, &mut file, begin, |_, error| CliError::NoTemporary(error))?;
    file.rewind().map_err(CliError::NoTemporary)?;
    let mut part = Vec::with_capacity(PART);
    loop {
        part.clear();
        (&file).take(PART as u64).read_to_end(&mut part).map_err(CliError::NoTemporary)?;
        if part.is_empty() {
            return Ok(output.flush()?);
        }
        output.bytes(&part)?;
    }
}

fn to_file(
    session: &Reference,
    path: &Path,
    moves: bool,
    connector: &Connector,
    link: &mut Link<'_>,
    output: &mut Output,
) -> Result<(), CliError> {
    let mut tries = 1;
    let left = loop {
        let leave = write(session, path, connector, link)?;
        if !moves {
            break leave;
        }
        match move_away(&leave, link) {
            // It went on between the two; the file must have that, too.
            Err(CliError::Client(ClientError::Refused(failure)))
                if failure.code == ErrorCode::WentOn && tries < TRIES =>
            {
                tries += 1;
            }
            Err(error) => return Err(error),
            Ok(()) => break leave,
        }
    };
    let file = path.display().to_string();
    if output.json() {
        output.object(&ExportedLine::new(&left.session, left.seq, &file, moves))?;
    } else if output.is_terminal() {
        output.notice(&format!("{} is in {file}", left.session));
    }
    Ok(())
}

/// Returns once the session is in the file, on disk.
fn write(
    session: &Reference,
    path: &Path,
    connector: &Connector,
    link: &mut Link<'_>,
) -> Result<Leave, CliError> {
    let mut draft = Draft::private(path)?;
    let sentence = format!("stopped before {} was complete", path.display());
    let command = format!("alc export {session} -o {}", path.display());
    let waiting = connector.signals().waiting(Left { sentence, command });
    let unfinished = draft.path().to_owned();
    waiting.do_first(move || drop(fs::remove_file(unfinished)));
    let leave = fetch(session, link, &mut draft, Draft::clear, Draft::unwritable)?;
    draft.keep()?;
    Ok(leave)
}

/// Has the daemon send the file; it is asked again if it is lost.
fn fetch<F: io::Write>(
    session: &Reference,
    link: &mut Link<'_>,
    file: &mut F,
    begin: impl Fn(&mut F) -> Result<(), CliError>,
    failed: impl Fn(&F, io::Error) -> CliError,
) -> Result<Leave, CliError> {
    let mut written = Ok(());
    let leave = link.call(|client| {
        written = begin(file);
        if written.is_err() {
            return Ok(None);
        }
        client.export(session.clone(), |part| match file.write_all(part) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                written = Err(failed(file, error));
                ControlFlow::Break(())
            }
        })
    });
    written?;
    // Without an error of ours it was not broken off.
    leave?.ok_or(CliError::Client(ClientError::Confused))
}

/// Ends the session here, if it is as it is in the file.
fn move_away(leave: &Leave, link: &mut Link<'_>) -> Result<(), CliError> {
    let look = format!("alc state {}", leave.session);
    let doubt = Doubt { unknown: "whether the session was ended here", look };
    link.change_once(doubt, |client| client.leave(leave.clone()))?;
    Ok(())
}
