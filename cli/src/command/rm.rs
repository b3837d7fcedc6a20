//! `alc rm`: deletes sessions that have ended.

use alc_core::{SessionId, SessionView};

use crate::{
    args, bulk,
    connect::Connector,
    error::CliError,
    exit::Exit,
    json::DeletedLine,
    link::Link,
    output::{Output, OutputError},
};

pub(super) fn run(
    args: &args::Remove,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut link = connector.reading()?;
    let delete = |link: &mut Link<'_>, session: &SessionView| {
        link.call(|client| client.delete(session.id.clone().into()))
    };
    bulk::for_each_session(&args.references, link.as_mut(), output, delete, print)
}

fn print(session: &SessionId, output: &mut Output) -> Result<(), OutputError> {
    if output.json() {
        output.object(&DeletedLine::new(session))
    } else {
        output.line(session.as_str())
    }
}
