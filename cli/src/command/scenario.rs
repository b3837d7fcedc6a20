//! `alc scenario`: what strategies are evaluated on.

use alc_core::{NotDone, ScenarioView, ScenariosView};
use alc_ipc::Act;

use crate::{
    args::{self, Scenario},
    connect::Connector,
    error::CliError,
    exit::Exit,
    manage::{manage, not_done},
    output::Output,
};

pub(super) fn run(
    args: Scenario,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    match args {
        Scenario::List => list(connector, output),
        Scenario::Show(args) => show(args, connector, output),
        Scenario::Install(args) => install(args, connector, output),
    }
}

/// Name and file of each.
fn list(connector: &Connector, output: &mut Output) -> Result<Exit, CliError> {
    let scenarios: Vec<ScenarioView> = manage(Act::ListScenarios, None, connector, output)?;
    if output.json() {
        return Ok(Exit::Done);
    }
    for ScenarioView { name, path, .. } in &scenarios {
        output.line(&if output.quiet() { name.clone() } else { format!("{name}\t{path}") })?;
    }
    if scenarios.is_empty() && output.is_terminal() {
        output.notice("no scenarios yet; copy some with: alc scenario install FILE");
    }
    Ok(Exit::Done)
}

/// The source, byte for byte.
fn show(
    args: args::ScenarioShow,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let act = Act::ShowScenario(args.name);
    let scenarios: Vec<ScenarioView> = manage(act, None, connector, output)?;
    if !output.json() {
        for source in scenarios.into_iter().filter_map(|scenario| scenario.source) {
            output.text(&source)?;
        }
    }
    Ok(Exit::Done)
}

fn install(
    args: args::ScenarioInstall,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::ScenarioInstall { source, force } = args;
    let act = Act::InstallScenarios { source, force };
    let done: Vec<ScenariosView> = manage(act, None, connector, output)?;
    let mut failed = Vec::new();
    for ScenariosView { installed, skipped, failures, .. } in done {
        if !output.json() {
            for name in &installed {
                output.line(name)?;
            }
        }
        if !skipped.is_empty() {
            output.notice(&format!("there already; --force replaces them: {}", skipped.join(", ")));
        }
        failed.extend(failures);
    }
    let failed = failed
        .into_iter()
        .map(|NotDone { name, error }| (name, format!("is not installed: {error}")));
    Ok(not_done(failed, ("cannot_write", Exit::CannotWrite), output))
}
