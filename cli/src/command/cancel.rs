//! `alc cancel`: ends sessions for good.

use alc_core::{CancelReason, ReasonCode, SessionId};
use alc_ipc::Cancel;

use crate::{
    args, bulk,
    connect::Connector,
    error::CliError,
    exit::Exit,
    json::CancelledLine,
    link::Link,
    output::{Output, OutputError},
};

pub(super) fn run(
    args: &args::Cancel,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let cancel = |link: &mut Link<'_>, session| {
        let reason =
            CancelReason { code: ReasonCode::User, detail: args.reason.clone(), requested_at: 0 };
        let cancel = Cancel { session, reason };
        link.call(|client| client.cancel(cancel.clone()))
    };
    bulk::for_each_session(&args.references, connector, output, cancel, print)
}

fn print((session, first): &(SessionId, bool), output: &mut Output) -> Result<(), OutputError> {
    if output.json() {
        return output.object(&CancelledLine::new(session, *first));
    }
    if *first { output.line(session.as_str()) } else { Ok(()) }
}
