//! `alc rm`: deletes sessions that have ended, and with `--force` those that are damaged.

use alc_core::{Reference, SessionId, SessionRef, SessionView, StateName};
use alc_ipc::Lost;

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
    if args.force {
        return discard(&args.references, connector, output);
    }
    let mut link = connector.reading()?;
    let references = match &mut link {
        Some(link) => select::references(&args.references, &args.selection, &ENDED, link)?,
        None => args.references.clone(),
    };
    let delete = |link: &mut Link<'_>, session: &SessionView| {
        link.call(|client| client.delete(session.id.clone().into()))
    };
    let print = |session: &SessionId, output: &mut Output| print(session, None, output);
    bulk::for_each_session(&references, link.as_mut(), output, delete, print)
}

/// Deletes sessions that cannot be read, perhaps. Nothing else is asked about them.
fn discard(
    references: &[Reference],
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let ids = references.iter().map(full_id).collect::<Result<Vec<_>, _>>()?;
    let mut link = connector.reading()?;
    let mut printed = Ok(());
    let exit = bulk::for_each(&ids, output, |id, output| {
        let link = link.as_mut().ok_or_else(|| CliError::NotFound(id.clone().into()))?;
        let (session, lost) = link.call(|client| client.discard(id.clone()))?;
        if printed.is_ok() {
            printed = print(&session, lost, output).and_then(|()| output.flush());
        }
        Ok(Exit::Done)
    })?;
    printed?;
    Ok(exit)
}

fn full_id(reference: &Reference) -> Result<SessionId, CliError> {
    let id = match (&reference.session, reference.query) {
        (SessionRef::Text(text), None) => text.parse().ok(),
        _ => None,
    };
    id.ok_or_else(|| CliError::Usage {
        message: format!("--force takes full ids, and `{reference}` is none"),
        help: "alc rm --help".to_owned(),
    })
}

fn print(session: &SessionId, lost: Option<Lost>, output: &mut Output) -> Result<(), OutputError> {
    if output.json() {
        return output.object(&DeletedLine::new(session, lost));
    }
    if let Some(Lost { events, queries, answers }) = lost {
        output.notice(&format!(
            "{session} was damaged; what went with it: {}, {}, {}",
            many(events, "event", "events"),
            many(queries, "query", "queries"),
            many(answers, "answer", "answers"),
        ));
    }
    output.line(session.as_str())
}

fn many(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
