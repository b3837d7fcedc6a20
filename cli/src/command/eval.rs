//! `alc eval`: starts a session that evaluates a strategy. It is on disk before its id is printed.

use std::path::Path;

use alc_core::{Name, Program, Scenario};
use alc_ipc::Spawn;

use super::spawn;
use crate::{
    args,
    connect::Connector,
    error::CliError,
    exit::Exit,
    input::{self, InputError, Value},
    output::Output,
};

pub(super) fn run(
    args: args::Eval,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::Eval { scenario, e, strategy, auto_card, given, turn } = args;
    if scenario.as_deref() == Some("-") && given.ctx.base == Some(Value::Stdin) {
        return Err(InputError::StdinTwice.into());
    }
    let only_check = given.terms.check;
    let request = request(read(scenario.as_deref(), e)?, strategy, auto_card, given)?;
    if only_check {
        return spawn::check(request, connector, output);
    }
    spawn::begin(request, &turn, connector, output)
}

/// What to ask of the daemon.
pub(super) fn request(
    scenario: Scenario,
    strategy: Name,
    auto_card: bool,
    given: args::Given,
) -> Result<Spawn, InputError> {
    let args::Given { ctx, identity, terms } = given;
    let program = Program::Eval { scenario, strategy, auto_card };
    spawn::request(program, spawn::context(ctx)?, identity, terms)
}

/// The scenario: what can be a name is one, all else is a file.
pub(super) fn read(scenario: Option<&str>, code: Option<String>) -> Result<Scenario, InputError> {
    let (source, chunk) = match scenario {
        None => (code.unwrap_or_default(), "-e".to_owned()),
        Some("-") => (input::read_stdin("the scenario")?, "stdin".to_owned()),
        Some(text) => {
            if let Ok(name) = text.parse::<Name>() {
                return Ok(Scenario::Named(name));
            }
            let path = Path::new(text);
            (input::read_file(path, "the scenario")?, spawn::chunk(path))
        }
    };
    if source.trim().is_empty() {
        return Err(InputError::Empty { what: "the scenario" });
    }
    Ok(Scenario::Source { source, chunk })
}
