//! `alc cancel`: ends sessions for good.

use alc_core::{CancelReason, ReasonCode, Reference, SessionRef, SessionView};
use alc_ipc::Cancel;

use crate::{
    args, bulk, connect::Connector, error::CliError, exit::Exit, json::CancelledLine,
    output::Output,
};

pub(super) fn run(
    args: &args::Cancel,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut link = connector.reading()?;
    bulk::for_each(&args.references, output, |reference, output| {
        let link = link.as_mut().ok_or_else(|| CliError::NotFound(reference.clone()))?;
        // By id, so that what is asked twice ends the same session.
        let (_, session) = link.state(reference)?;
        let target = if names(reference, &session) { session.id.into() } else { reference.clone() };
        let reason =
            CancelReason { code: ReasonCode::User, detail: args.reason.clone(), requested_at: 0 };
        let cancel = Cancel { session: target, reason };
        let (session, first) = link.call(|client| client.cancel(cancel.clone()))?;
        if output.json() {
            output.object(&CancelledLine::new(&session, first))?;
        } else if first {
            output.line(session.as_str())?;
        }
        output.flush()?;
        Ok(Exit::Done)
    })
}

/// Whether it names the session in full. The beginning of an id does not, and the daemon says so.
fn names(reference: &Reference, session: &SessionView) -> bool {
    match &reference.session {
        SessionRef::Newest => true,
        SessionRef::Text(text) => {
            text == session.id.as_str() || Some(text) == session.name.as_ref()
        }
    }
}
