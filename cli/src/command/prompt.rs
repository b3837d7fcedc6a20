//! `alc prompt`: what a session asks, waited for.

use std::time::Duration;

use alc_core::{QueryView, Reference, SessionId, SessionView, StateName};
use alc_ipc::WaitFor;

use crate::{
    args,
    connect::Connector,
    error::CliError,
    exit::Exit,
    json::QueryLine,
    link::Link,
    output::{Output, OutputError},
};

pub(super) fn run(
    args: &args::Prompt,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut link = connector.reading_session(&args.reference)?;
    if args.reference.query.is_some() {
        print(link.query(&args.reference)?, args, output)?;
        return Ok(Exit::Done);
    }
    let again = |id: &SessionId| output.same(again(id, args));
    let waits = (!args.no_wait).then_some(&again as &dyn Fn(&SessionId) -> String);
    let open = open_queries(&args.reference, waits, args.timeout.timeout, &mut link)?;
    for query in open.into_iter().take(if args.all { usize::MAX } else { 1 }) {
        print(query, args, output)?;
    }
    Ok(Exit::Done)
}

/// The open queries; `waits` for them, if it says how the command goes on after an interrupt.
pub(super) fn open_queries(
    session: &Reference,
    waits: Option<&dyn Fn(&SessionId) -> String>,
    timeout: Option<Duration>,
    link: &mut Link<'_>,
) -> Result<Vec<QueryView>, CliError> {
    let (_, mut session) = link.state(session)?;
    link.set_timeout(timeout);
    loop {
        let SessionView { id, state, pause, .. } = session;
        match (state, pause, waits) {
            (StateName::Paused, Some(pause), _) => return Ok(pause.queries),
            (StateName::Running, _, Some(again)) => {
                let waited = link.wait(&id, WaitFor::Actionable, again(&id));
                (_, session) = waited.map_err(|error| error.about(&id))?;
            }
            (StateName::Running | StateName::Paused, ..) => {
                return Err(CliError::NoneOpen { session: id });
            }
            (state, ..) => return Err(CliError::Ended { session: id, state }),
        }
    }
}

fn again(session: &SessionId, args: &args::Prompt) -> String {
    let flag = |given, flag| if given { flag } else { "" };
    format!("alc prompt {session}{}{}", flag(args.id, " --id"), flag(args.all, " --all"))
}

fn print(query: QueryView, args: &args::Prompt, output: &mut Output) -> Result<(), OutputError> {
    if args.id && !output.json() {
        return output.line(&query.query_id.to_string());
    }
    print_query(query, output)?;
    let separates = args.all && !output.json();
    output.bytes(match (separates, output.is_terminal()) {
        (false, _) => b"",
        (true, true) => b"\n",
        (true, false) => b"\0",
    })
}

/// Prints what is asked: JSON, or the exact bytes.
pub(super) fn print_query(query: QueryView, output: &mut Output) -> Result<(), OutputError> {
    if output.json() {
        return output.object(&QueryLine::from(query));
    }
    let text = &query.query.prompt;
    output.text(text)?;
    // Decoration: the next line of the terminal is not the prompt's.
    let unfinished = output.is_terminal() && !text.ends_with('\n');
    output.bytes(if unfinished { b"\n" } else { b"" })
}
