//! `alc rm`: deletes sessions that have ended.

use alc_core::{SessionId, SessionView, StateName};

use crate::{
    args, bulk,
    connect::Connector,
    error::CliError,
    exit::Exit,
    json::DeletedLine,
    link::Link,
    output::{Output, OutputError},
    select,
};

/// Those of a selection that can be deleted.
const ENDED: [StateName; 3] = [StateName::Done, StateName::Failed, StateName::Cancelled];

pub(super) fn run(
    args: &args::Remove,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut link = connector.reading()?;
    let references = match &mut link {
        Some(link) => select::references(&args.references, &args.selection, &ENDED, link)?,
        None => args.references.clone(),
    };
    let delete = |link: &mut Link<'_>, session: &SessionView| {
        link.call(|client| client.delete(session.id.clone().into()))
    };
    bulk::for_each_session(&references, link.as_mut(), output, delete, print)
}

fn print(session: &SessionId, output: &mut Output) -> Result<(), OutputError> {
    if output.json() {
        output.object(&DeletedLine::new(session))
    } else {
        output.line(session.as_str())
    }
}
