//! `alc branch`: a session that begins where another one asked.

use std::{collections::HashSet, time::Duration};

use alc_ipc::Branch;

use super::spawn;
use crate::{
    args, connect::Connector, error::CliError, exit::Exit, input::InputError, link::Doubt,
    output::Output,
};

pub(super) fn run(
    args: args::Branch,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::Branch { reference, name, labels, idempotency_key, deadline } = args;
    let mut keys = HashSet::new();
    if let Some(twice) = labels.iter().find(|label| !keys.insert(label.key())) {
        return Err(InputError::LabelTwice { key: twice.key().to_owned() }.into());
    }
    let key = Some(idempotency_key.map_or_else(spawn::random_key, Ok)?);
    let millis = |limit: Duration| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    let deadline = deadline.map(millis);
    let mut link = connector.reading_session(&reference)?;
    let branch = Branch { session: reference, name, labels, key, deadline };
    let doubt = Doubt { unknown: "whether the branch was made", look: "alc list".to_owned() };
    let session = link.change(doubt, |client| client.branch(branch.clone()))?;
    spawn::print(&session, &mut link, output)?;
    if output.is_terminal() {
        output.notice(&format!("next: alc resume {session} TEXT"));
    }
    Ok(Exit::Done)
}
