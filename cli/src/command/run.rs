//! `alc run`: starts a session, has its queries answered, and prints its result.

use super::{advice, result, spawn};
use crate::{args, connect::Connector, drive, error::CliError, exit::Exit, output::Output};

pub(super) fn run(
    args: args::Run,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::Run { start, strategy, task, driving } = args;
    let only_check = start.given.terms.check;
    let read = || match strategy {
        Some(name) => advice::request(name, task, start.given),
        None => spawn::read(start),
    };
    if only_check {
        return spawn::check(read()?, connector, output);
    }
    let prepared = drive::prepare(&driving, "alc run --help", connector.stderr())?;
    let request = read()?;
    let mut link = connector.starting()?;
    let session = spawn::spawn(request, &mut link)?;
    let (_, session) = link.state(&session.into())?;
    if !session.state.is_terminal() {
        drive::drive(&session.id, prepared, connector, &mut link, output)?;
    }
    result::print(&session.id.into(), driving.raw, &mut link, output)
}
