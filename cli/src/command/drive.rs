//! `alc drive`: has a session's queries answered until it ends, and prints its result.

use super::result;
use crate::{args, connect::Connector, drive, error::CliError, exit::Exit, output::Output};

pub(super) fn run(
    args: &args::Drive,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let prepared = drive::prepare(&args.driving, "alc drive --help", connector.stderr())?;
    let reference = &args.session.reference;
    let mut link = connector.reading_session(reference)?;
    let (_, session) = link.state(reference)?;
    if !session.state.is_terminal() {
        drive::drive(&session.id, prepared, connector, &mut link, output)?;
    }
    result::print(&session.id.into(), args.driving.raw, &mut link, output)
}
