//! `alc drive`: has a session's queries answered until it ends, and prints its result.

use alc_core::SessionView;

use super::result;
use crate::{
    args::{self, Driving},
    connect::Connector,
    drive,
    error::CliError,
    exit::Exit,
    link::Link,
    output::Output,
};

pub(super) fn run(
    args: &args::Drive,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    drive::check(&args.driving, "alc drive --help")?;
    let reference = &args.session.reference;
    let mut link = connector.reading_session(reference)?;
    let (_, session) = link.state(reference)?;
    to_its_end(&session, &args.driving, connector, &mut link, output)
}

/// Has its queries answered, unless it has ended, and prints what it returned.
pub(super) fn to_its_end(
    session: &SessionView,
    how: &Driving,
    connector: &Connector,
    link: &mut Link<'_>,
    output: &mut Output,
) -> Result<Exit, CliError> {
    if !session.state.is_terminal() {
        drive::drive(&session.id, how, connector, link, output)?;
    }
    result::print(&session.id.clone().into(), how.raw, link, output)
}
