//! `alc prompt`: what a session asks, waited for.

use alc_core::{QueryView, SessionId, SessionView, StateName};
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
    let queries = match args.reference.query {
        Some(_) => vec![link.query(&args.reference)?],
        None => open_queries(args, &mut link, output)?,
    };
    for query in queries {
        print(query, args, output)?;
    }
    Ok(Exit::Done)
}

/// The open queries, or with no `--all` the lowest, once there are some.
fn open_queries(
    args: &args::Prompt,
    link: &mut Link<'_>,
    output: &Output,
) -> Result<Vec<QueryView>, CliError> {
    let (_, mut session) = link.state(&args.reference)?;
    link.set_timeout(args.timeout.timeout);
    loop {
        let SessionView { id, state, pause, .. } = session;
        match (state, pause) {
            (StateName::Paused, Some(mut pause)) => {
                pause.queries.truncate(if args.all { usize::MAX } else { 1 });
                return Ok(pause.queries);
            }
            (StateName::Running, _) if !args.no_wait => {
                let waited = link.wait(&id, WaitFor::Actionable, output.same(again(&id, args)));
                (_, session) = waited.map_err(|error| error.about(&id))?;
            }
            (StateName::Running | StateName::Paused, _) => {
                return Err(CliError::NoneOpen { session: id });
            }
            (state, _) => return Err(CliError::Ended { session: id, state }),
        }
    }
}

fn again(session: &SessionId, args: &args::Prompt) -> String {
    let flag = |given, flag| if given { flag } else { "" };
    format!("alc prompt {session}{}{}", flag(args.id, " --id"), flag(args.all, " --all"))
}

fn print(query: QueryView, args: &args::Prompt, output: &mut Output) -> Result<(), OutputError> {
    if output.json() {
        return output.object(&QueryLine::from(query));
    }
    if args.id {
        return output.line(&query.query_id.to_string());
    }
    let text = &query.query.prompt;
    output.text(text)?;
    if output.is_terminal() {
        // Decoration: the next line of the terminal is not the prompt's.
        let end: &[u8] = if text.ends_with('\n') { b"" } else { b"\n" };
        output.bytes(end)?;
        output.bytes(if args.all { b"\n" } else { b"" })
    } else {
        output.bytes(if args.all { b"\0" } else { b"" })
    }
}
