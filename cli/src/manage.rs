//! Packages and scenarios: a child of this process does what is asked, and no daemon.

use std::path::Path;

use alc_ipc::{Act, ClientError, Manage, Request, Response};
use serde::de::DeserializeOwned;

use crate::{
    caller::caller, connect::Connector, environment::Surroundings, error::CliError, exit::Exit,
    input::InputError, json::WarningLine, output::Output, tool,
};

/// Says of each of these that it is left as it was, by this code; returns with what exit code.
pub(crate) fn not_done(
    names: impl IntoIterator<Item = (String, String)>,
    class: (&'static str, Exit),
    output: &mut Output,
) -> Exit {
    let mut all = Exit::Done;
    for (name, problem) in names {
        output.error(&CliError::NotDone { name, problem, class });
        all = class.1;
    }
    all
}

/// Has it done, for the project at `project_root`, or else the one of this process, and with its
/// environment. With `--json`, what came of it is printed; it is always returned.
pub(crate) fn manage<T: DeserializeOwned>(
    act: Act,
    project_root: Option<&Path>,
    connector: &Connector,
    output: &mut Output,
) -> Result<Vec<T>, CliError> {
    let caller = caller(&Surroundings::read(), vec![], project_root).map_err(InputError::from)?;
    let request = Request::Manage(Manage { caller, act });
    let Response::Report { lines, warnings } =
        tool::ask("package", request, connector.environment())?
    else {
        return Err(ClientError::Confused.into());
    };
    let mut views = Vec::new();
    for line in lines {
        if output.json() {
            output.relay(&line)?;
        }
        views.push(serde_json::from_str(&line.0)?);
    }
    for warning in warnings {
        if output.json() {
            output.object(&WarningLine::new(&warning))?;
        }
        output.notice(&format!("warning: {warning}"));
    }
    Ok(views)
}
