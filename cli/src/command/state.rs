//! `alc state`: where a session stands, in one word.

use crate::{args, connect::Connector, error::CliError, exit::Exit, output::Output};

pub(super) fn run(
    args: &args::State,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let reference = &args.session.reference;
    let mut link = connector.reading_session(reference)?;
    let (view, session) = link.state(reference)?;
    if output.json() {
        output.relay(&view)?;
    } else {
        output.line(session.state.as_str())?;
    }
    Ok(if args.exit_code { Exit::of_state(session.state) } else { Exit::Done })
}
