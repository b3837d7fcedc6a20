//! `alc advice`: starts a session that runs a strategy. It is on disk before its id is printed.

use alc_core::{Name, Program};
use alc_ipc::Spawn;

use super::spawn;
use crate::{
    args,
    connect::Connector,
    error::CliError,
    exit::Exit,
    input::{self, InputError, Member, Value},
    output::Output,
};

pub(super) fn run(
    args: args::Advice,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::Advice { strategy, task, given, turn } = args;
    let only_check = given.terms.check;
    let request = request(strategy, task, given)?;
    if only_check {
        return spawn::check(request, connector, output);
    }
    spawn::begin(request, &turn, connector, output)
}

/// What to ask of the daemon.
pub(super) fn request(
    strategy: Name,
    task: Option<Value>,
    given: args::Given,
) -> Result<Spawn, InputError> {
    let args::Given { ctx, identity, terms } = given;
    spawn::request(Program::Advice { strategy }, with(task, ctx)?, identity, terms)
}

/// The session's `ctx`, with its task.
fn with(task: Option<Value>, ctx: args::Ctx) -> Result<String, InputError> {
    if task == Some(Value::Stdin) && ctx.base == Some(Value::Stdin) {
        return Err(InputError::StdinTwice);
    }
    let ctx = spawn::context(ctx)?;
    let Some(task) = task else { return Ok(ctx) };
    let from_stdin = task == Value::Stdin;
    let text = task.read("the task")?;
    let text = if from_stdin { input::without_line_end(text) } else { text };
    input::merge_ctx(Some(&ctx), vec![Member::new("task", text)], vec![])
}
