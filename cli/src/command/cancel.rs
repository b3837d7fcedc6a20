//! `alc cancel`: ends sessions for good.

use alc_core::{CancelReason, ReasonCode, Reference, SessionId, SessionRef, SessionView};
use alc_ipc::Cancel;

use crate::{
    args, bulk,
    connect::Connector,
    error::CliError,
    exit::Exit,
    json::CancelledLine,
    output::{Output, OutputError},
};

pub(super) fn run(
    args: &args::Cancel,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut link = connector.reading()?;
    let mut printed = Ok(());
    let exit = bulk::for_each(&args.references, output, |reference, output| {
        let link = link.as_mut().ok_or_else(|| CliError::NotFound(reference.clone()))?;
        // By id, so that what is asked twice ends the same session.
        let (_, session) = link.state(reference)?;
        let target = if names(reference, &session) { session.id.into() } else { reference.clone() };
        let reason =
            CancelReason { code: ReasonCode::User, detail: args.reason.clone(), requested_at: 0 };
        let cancel = Cancel { session: target, reason };
        let (session, first) = link.call(|client| client.cancel(cancel.clone()))?;
        // Where nobody reads, the others are ended all the same.
        if printed.is_ok() {
            printed = print(&session, first, output);
        }
        Ok(Exit::Done)
    })?;
    printed?;
    Ok(exit)
}

fn print(session: &SessionId, first: bool, output: &mut Output) -> Result<(), OutputError> {
    if output.json() {
        output.object(&CancelledLine::new(session, first))?;
    } else if first {
        output.line(session.as_str())?;
    }
    output.flush()
}

/// Whether it names the session in full. The beginning of an id does not, and the daemon says so.
pub(super) fn names(reference: &Reference, session: &SessionView) -> bool {
    match &reference.session {
        SessionRef::Newest => true,
        SessionRef::Text(text) => {
            text == session.id.as_str() || Some(text) == session.name.as_ref()
        }
    }
}
