//! `alc pkg update`: writes the project's lock file; what it says is printed.

use alc_core::{LockedPackage, NotDone, UpdatedView};
use alc_ipc::Act;

use super::show::source;
use crate::{
    args,
    connect::Connector,
    error::CliError,
    escape::escape,
    exit::Exit,
    manage::{manage, not_done},
    output::Output,
};

pub(super) fn run(
    project: &args::Project,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let root = project.project_root.as_deref();
    let done: Vec<UpdatedView> = manage(Act::Update, root, connector, output)?;
    let mut failures = Vec::new();
    for UpdatedView { packages, errors, .. } in done {
        if !output.json() {
            for LockedPackage { name, version, source: from } in &packages {
                let version = version.as_deref().unwrap_or_default();
                output.line(&[name, version, &source(from)].map(escape).join("\t"))?;
            }
        }
        failures.extend(errors);
    }
    let failures = failures
        .into_iter()
        .map(|NotDone { name, error }| (name, format!("cannot be locked: {error}")));
    Ok(not_done(failures, ("not_found", Exit::NotFound), output))
}
