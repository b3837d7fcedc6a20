//! `alc run`: starts a session, has its queries answered, and prints its result.

use super::{drive::to_its_end, spawn};
use crate::{args, connect::Connector, drive, error::CliError, exit::Exit, output::Output};

pub(super) fn run(
    args: args::Run,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::Run { start, driving } = args;
    drive::check(&driving, "alc run --help")?;
    let request = spawn::read(start)?;
    let mut link = connector.starting()?;
    let session = spawn::spawn(request, &mut link)?;
    let (_, session) = link.state(&session.into())?;
    to_its_end(&session, &driving, connector, &mut link, output)
}
