//! `alc state`: where a session stands, in one word.

use crate::{args, connect::Connector, error::CliError, exit::Exit, output::Output};

pub(super) fn run(
    args: &args::State,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let reference = &args.session.reference;
    let mut link = connector.reading_session(reference)?;
    let state = if output.json() {
        let (view, session) = link.state(reference)?;
        output.relay(&view)?;
        session.state
    } else {
        let state = link.stands(reference)?;
        output.line(state.as_str())?;
        state
    };
    Ok(if args.exit_code { Exit::of_state(state) } else { Exit::Done })
}
