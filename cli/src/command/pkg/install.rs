//! `alc pkg install`: copies packages into the store; their names are printed.

use alc_core::{InstalledView, NotDone};
use alc_ipc::{Act, Install};

use crate::{
    args,
    connect::Connector,
    error::CliError,
    exit::Exit,
    manage::{manage, not_done},
    output::Output,
};

pub(super) fn run(
    args: args::PkgInstall,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::PkgInstall { source, only, rev, force, project } = args;
    let act = Act::Install(Install { source, rev, only, force });
    let done: Vec<InstalledView> = manage(act, project.project_root.as_deref(), connector, output)?;
    let mut failures = Vec::new();
    for view in done {
        if !output.json() {
            for name in &view.installed {
                output.line(name)?;
            }
            tell(&view, output);
        }
        failures.extend(view.failures.into_iter().chain(view.scenarios_failures));
    }
    let failures = failures
        .into_iter()
        .map(|NotDone { name, error }| (name, format!("is not installed: {error}")));
    Ok(not_done(failures, ("cannot_write", Exit::CannotWrite), output))
}

/// What else came of it.
fn tell(view: &InstalledView, output: &Output) {
    for (what, names) in [
        ("installed already; --force replaces them", &view.skipped),
        ("linked, and stay so", &view.skipped_symlinks),
        ("scenarios that are new", &view.scenarios_installed),
        ("cards that are new", &view.cards_installed),
    ] {
        if !names.is_empty() {
            output.notice(&format!("{what}: {}", names.join(", ")));
        }
    }
}
