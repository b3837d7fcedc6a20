//! `alc spawn`: starts a session. It is on disk before its id is printed.
//!
//! Every request has a key, so that one that is sent again after a lost connection starts no second
//! session.

mod batch;

use std::{collections::HashSet, path::Path, time::Duration};

use alc_core::{Key, Limits, Program, Reference, Scenario, SessionId};
use alc_ipc::{ClientError, Json, Request, Response, Spawn, WaitFor};

pub(crate) use self::batch::BadLine;
use super::result;
use crate::{
    args,
    caller::caller,
    connect::Connector,
    environment::Surroundings,
    error::CliError,
    exit::Exit,
    input::{self, InputError, Value},
    json::CheckedLine,
    link::{Doubt, Link},
    output::Output,
    tool,
};

pub(super) fn run(
    args: args::Spawn,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::Spawn { start: asked, batch, turn } = args;
    if batch {
        return batch::run(connector, output);
    }
    let only_check = asked.given.terms.check;
    let request = read(asked)?;
    if only_check {
        return check(request, connector, output);
    }
    begin(request, &turn, connector, output)
}

/// Starts a session, prints its id and perhaps waits.
pub(super) fn begin(
    request: Spawn,
    turn: &args::Turn,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut link = connector.starting()?;
    let session = spawn(request, &mut link)?;
    print(&session, &mut link, output)?;
    if turn.wait {
        return await_turn(&session, turn.timeout, &mut link);
    }
    if output.is_terminal() {
        output.notice(&format!("next: alc prompt {session}"));
    }
    Ok(Exit::Done)
}

/// Has what would run loaded, and nothing more.
pub(super) fn check(
    request: Spawn,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let chunk = match &request.program {
        Program::Run { chunk, .. }
        | Program::Eval { scenario: Scenario::Source { chunk, .. }, .. } => chunk.clone(),
        Program::Advice { strategy } => strategy.as_str().to_owned(),
        Program::Eval { scenario: Scenario::Named(name), .. } => name.as_str().to_owned(),
    };
    match tool::ask("check", Request::Spawn(request), connector.environment())? {
        Response::Checked => {}
        _ => return Err(ClientError::Confused.into()),
    }
    if output.json() {
        output.object(&CheckedLine::new(&chunk))?;
    }
    output.notice(&format!("{chunk} loads"));
    Ok(Exit::Done)
}

/// Prints the id of a session that exists now, or with `--json` all of it.
pub(super) fn print(
    session: &SessionId,
    link: &mut Link<'_>,
    output: &mut Output,
) -> Result<(), CliError> {
    let printed = if output.json() {
        let reference = Reference::from(session.clone());
        link.state(&reference).and_then(|(view, _)| Ok(output.relay(&view)?))
    } else {
        output.line(session.as_str()).map_err(CliError::from)
    };
    printed.and_then(|()| Ok(output.flush()?)).map_err(|error| unprinted(session, error))
}

/// Starts the session, which exists when this returns.
pub(super) fn spawn(mut request: Spawn, link: &mut Link<'_>) -> Result<SessionId, CliError> {
    if request.key.is_none() {
        request.key = Some(random_key()?);
    }
    let doubt = Doubt { unknown: "whether the session was started", look: "alc list".to_owned() };
    link.change(doubt, |client| client.spawn(request.clone()))
}

/// Waits until somebody else must do something, or nobody can any more.
fn await_turn(
    session: &SessionId,
    timeout: Option<Duration>,
    link: &mut Link<'_>,
) -> Result<Exit, CliError> {
    link.set_timeout(timeout);
    let again = format!("alc wait {session}");
    let waited = link.wait(session, WaitFor::Actionable, again);
    waited.map_err(|error| error.about(session))?;
    link.set_timeout(None);
    result::check(session, link)
}

/// The session exists, whatever became of its id's way to stdout.
fn unprinted(session: &SessionId, error: CliError) -> CliError {
    match error {
        CliError::Output(source) => CliError::Unprinted { session: session.clone(), source },
        error => CliError::Unshown { session: session.clone(), source: Box::new(error) },
    }
}

pub(super) fn read(args: args::Start) -> Result<Spawn, InputError> {
    let args::Start { source, given } = args;
    let args::Given { ctx, identity, terms } = given;
    let from_stdin = source.file.as_deref() == Some(Path::new("-"));
    if from_stdin && ctx.base == Some(Value::Stdin) {
        return Err(InputError::StdinTwice);
    }
    let (source, chunk) = match (source.file, source.e) {
        (Some(_), _) if from_stdin => (input::read_stdin("the script")?, "stdin".to_owned()),
        (Some(path), _) => (input::read_file(&path, "the script")?, chunk(&path)),
        (None, code) => (code.unwrap_or_default(), "-e".to_owned()),
    };
    if source.trim().is_empty() {
        return Err(InputError::Empty { what: "the script" });
    }
    request(Program::Run { source, chunk }, context(ctx)?, identity, terms)
}

/// The session's `ctx`, as JSON.
pub(super) fn context(ctx: args::Ctx) -> Result<String, InputError> {
    let base = ctx.base.map(|ctx| ctx.read("`ctx`")).transpose()?;
    input::merge_ctx(base.as_deref(), ctx.set, ctx.set_json)
}

/// What to ask of the daemon.
pub(super) fn request(
    program: Program,
    ctx: String,
    identity: args::Identity,
    terms: args::Terms,
) -> Result<Spawn, InputError> {
    let args::Identity { name, if_exists, labels, idempotency_key: key } = identity;
    let mut keys = HashSet::new();
    if let Some(twice) = labels.iter().find(|label| !keys.insert(label.key())) {
        return Err(InputError::LabelTwice { key: twice.key().to_owned() });
    }
    let limits = limits(&terms);
    let caller = caller(&Surroundings::read(), terms.env, terms.project_root.as_deref())?;
    Ok(Spawn { program, ctx: Json(ctx), name, if_exists, labels, key, limits, caller })
}

fn limits(terms: &args::Terms) -> Limits {
    let millis = |limit: Duration| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    Limits { deadline: terms.deadline.map(millis), max_llm_calls: terms.max_llm_calls }
}

/// A key that nobody else uses.
pub(super) fn random_key() -> Result<Key, CliError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| CliError::Random)?;
    Ok(Key::from_random(u128::from_ne_bytes(bytes)))
}

/// What Lua's messages call the script.
pub(super) fn chunk(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser as _;

    use super::*;

    fn spawn(words: &[&str]) -> Result<Spawn, InputError> {
        let words = ["alc", "spawn"].iter().chain(words);
        match args::Args::try_parse_from(words).expect("parses").command {
            Some(args::Command::Spawn(args)) => read(args.start),
            _ => panic!("another verb"),
        }
    }

    #[test]
    fn a_script_is_called_by_its_base_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ask.lua");
        fs::write(&path, "return 1").expect("writes");
        let request = spawn(&[&path.display().to_string(), "--set", "a=1"]).expect("reads");
        let ctx = Json(r#"{"a":"1"}"#.to_owned());
        let expected = Spawn::new("return 1".into(), "ask.lua".into(), ctx);
        assert_eq!(request, Spawn { caller: request.caller.clone(), ..expected });
        let code = spawn(&["-e", "return 1"]).expect("reads").program;
        assert_eq!(code, Program::Run { source: "return 1".into(), chunk: "-e".into() });
    }

    #[test]
    fn what_is_no_script_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bad.lua");
        let name = path.display().to_string();
        assert!(matches!(spawn(&[&name]), Err(InputError::Unreadable { .. })));
        fs::write(&path, "\n").expect("writes");
        assert!(matches!(spawn(&[&name]), Err(InputError::Empty { .. })));
        fs::write(&path, b"return '\xff'").expect("writes");
        assert!(matches!(spawn(&[&name]), Err(InputError::NotUtf8 { .. })));
        assert!(matches!(spawn(&["-e", ""]), Err(InputError::Empty { .. })));
        assert!(matches!(spawn(&["-", "--ctx", "-"]), Err(InputError::StdinTwice)));
        let twice = spawn(&["-e", "x", "-l", "a=1", "-l", "b=1", "-l", "a=2"]);
        assert!(matches!(twice, Err(InputError::LabelTwice { key }) if key == "a"));
        assert!(matches!(spawn(&["-e", "x", "--ctx", "[]"]), Err(InputError::NoObject { .. })));
        let folder = folder.path().display().to_string();
        assert!(matches!(spawn(&[&folder]), Err(InputError::Unreadable { .. })));
    }
}
