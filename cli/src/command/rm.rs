//! `alc rm`: deletes sessions that have ended.

use alc_core::SessionId;

use super::cancel::names;
use crate::{
    args, bulk,
    connect::Connector,
    error::CliError,
    exit::Exit,
    json::DeletedLine,
    output::{Output, OutputError},
};

pub(super) fn run(
    args: &args::Remove,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut link = connector.reading()?;
    let mut printed = Ok(());
    let exit = bulk::for_each(&args.references, output, |reference, output| {
        let link = link.as_mut().ok_or_else(|| CliError::NotFound(reference.clone()))?;
        // By id, so that what is asked twice deletes the same session.
        let (_, session) = link.state(reference)?;
        let target = if names(reference, &session) { session.id.into() } else { reference.clone() };
        let session = link.call(|client| client.delete(target.clone()))?;
        // Where nobody reads, the others are deleted all the same.
        if printed.is_ok() {
            printed = print(&session, output);
        }
        Ok(Exit::Done)
    })?;
    printed?;
    Ok(exit)
}

fn print(session: &SessionId, output: &mut Output) -> Result<(), OutputError> {
    if output.json() {
        output.object(&DeletedLine::new(session))?;
    } else {
        output.line(session.as_str())?;
    }
    output.flush()
}
