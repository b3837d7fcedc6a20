//! `alc version`: this program's, and that of the daemon if one runs.

use alc_ipc::ClientError;

use crate::{connect::Connector, error::CliError, exit::Exit, json::VersionLine, output::Output};

const CLIENT: &str = env!("CARGO_PKG_VERSION");

pub(super) fn run(connector: &Connector, output: &mut Output) -> Result<Exit, CliError> {
    let daemon = match connector.running() {
        Ok(client) => client.map(|client| client.daemon().build.clone()),
        Err(CliError::Client(ClientError::Incompatible { theirs, .. })) => Some(theirs),
        Err(error) => {
            output.notice(&error.to_text("daemon:"));
            None
        }
    };
    if output.json() {
        output.object(&VersionLine::new(CLIENT, daemon.as_deref()))?;
    } else {
        output.line(&format!("alc {CLIENT}"))?;
        if let Some(daemon) = daemon {
            output.line(&format!("alcd {daemon}"))?;
        }
    }
    Ok(Exit::Done)
}
