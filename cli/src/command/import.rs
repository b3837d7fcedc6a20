//! `alc import`: takes a session up from a file that `alc export` wrote.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use alc_ipc::{ClientError, ErrorCode, Import, PART, Part};

use super::spawn;
use crate::{
    args,
    caller::caller,
    connect::Connector,
    environment::Surroundings,
    error::CliError,
    exit::Exit,
    input::InputError,
    link::{Doubt, Link},
    output::Output,
};

pub(super) fn run(
    args: args::Import,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::Import { file, new_id, name, project_root } = args;
    let here = caller(&Surroundings::read(), Vec::new(), project_root.as_deref());
    let here = here.map_err(InputError::from)?;
    let mut source = open(&file)?;
    let mut link = connector.starting()?;
    loop {
        let part = read(&mut source).map_err(|error| unreadable(&file, error))?;
        // Also of a file that is empty the daemon says what is wrong.
        let last = part.0.len() < PART;
        doubtful(&mut link, |client| client.deliver(part))?;
        if last {
            break;
        }
    }
    let import = Import { new_id, name, folder: here.folder, project: here.project };
    let session = doubtful(&mut link, |client| client.import(import))
        .map_err(|error| with_way_out(error, &file))?;
    spawn::print(&session, &mut link, output)?;
    Ok(Exit::Done)
}

fn open(path: &Path) -> Result<Box<dyn Read>, CliError> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(unreadable(path, error)),
    }
}

fn unreadable(path: &Path, source: io::Error) -> CliError {
    let name = if path == Path::new("-") { Path::new("stdin") } else { path };
    CliError::NoImport { path: name.to_owned(), source }
}

/// The next part of the file; the last one is shorter than the others.
fn read(source: &mut dyn Read) -> io::Result<Part> {
    let mut part = Vec::with_capacity(PART);
    source.take(PART as u64).read_to_end(&mut part)?;
    Ok(Part(part))
}

/// There is no second try: another connection knows nothing of what was sent on this one.
fn doubtful<T>(
    link: &mut Link<'_>,
    request: impl FnOnce(&mut alc_ipc::Client) -> Result<T, ClientError>,
) -> Result<T, CliError> {
    let look = "alc list".to_owned();
    link.change_once(Doubt { unknown: "whether the session was imported", look }, request)
}

/// Says what to do about an id that is in use.
fn with_way_out(error: CliError, file: &Path) -> CliError {
    match error {
        CliError::Client(ClientError::Refused(mut failure))
            if failure.code == ErrorCode::IdInUse =>
        {
            failure.hint = Some(format!("alc import --new-id {}", file.display()));
            ClientError::Refused(failure).into()
        }
        error => error,
    }
}
