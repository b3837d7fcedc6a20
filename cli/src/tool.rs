//! `alcd tool VERB`: what needs Lua or the data folder and no daemon, done by a child of this process
//! that sees its folder and its environment.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use alc_ipc::{ClientError, Request, Response};

use crate::{environment::Environment, error::CliError, launch};

/// Has `alcd tool VERB` answer a request.
pub(crate) fn ask(
    verb: &str,
    request: Request,
    environment: &Environment,
) -> Result<Response, CliError> {
    run(verb, request, environment, Stdio::inherit())
}

/// The same, for somebody who does not want to read what goes wrong.
pub(crate) fn ask_quietly(
    verb: &str,
    request: Request,
    environment: &Environment,
) -> Option<Response> {
    run(verb, request, environment, Stdio::null()).ok()
}

fn run(
    verb: &str,
    request: Request,
    environment: &Environment,
    stderr: Stdio,
) -> Result<Response, CliError> {
    let program = PathBuf::from(launch::program(environment));
    let broken = |source| CliError::Tool { program: program.clone(), source };
    let mut command = Command::new(&program);
    command.args(["tool", verb]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
    let mut child = command
        .spawn()
        .map_err(|source| launch::LaunchError::Program { program: program.clone(), source })?;
    let pipes = child.stdin.take().zip(child.stdout.take());
    let answer = pipes.map(|(stdin, stdout)| alc_ipc::ask(stdin, stdout, request));
    // It ends with its stdout; how says its answer.
    child.wait().map_err(broken)?;
    match answer {
        Some(Err(ClientError::Lost(source))) => Err(broken(source)),
        Some(answer) => Ok(answer?),
        None => Err(ClientError::Confused.into()),
    }
}
