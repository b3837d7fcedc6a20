//! `alc pkg link` and `unlink`: packages that stay where they are; their names are printed.

use alc_core::{LinkedView, UnlinkedView};
use alc_ipc::{Act, Link};

use crate::{
    args, bulk,
    connect::Connector,
    error::CliError,
    exit::Exit,
    manage::{manage, not_done},
    output::Output,
};

pub(super) fn link(
    args: args::PkgLink,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let args::PkgLink { folder, name, scope, force, project } = args;
    let act = Act::Link(Link { folder, name, scope: scope.into(), force });
    let done: Vec<LinkedView> = manage(act, project.project_root.as_deref(), connector, output)?;
    let mut installed = Vec::new();
    for LinkedView { linked, skipped, .. } in done {
        for name in linked.iter().filter(|_| !output.json()).collect::<Vec<_>>() {
            output.line(name)?;
        }
        match scope {
            args::LinkScope::Variant if skipped.is_empty() => {}
            args::LinkScope::Variant => {
                output.notice(&format!("in alc.local.toml already: {}", skipped.join(", ")));
            }
            args::LinkScope::Global => installed.extend(skipped),
        }
    }
    let installed =
        installed.into_iter().map(|name| (name, "is installed; --force replaces it".to_owned()));
    Ok(not_done(installed, ("in_the_way", Exit::Conflict), output))
}

pub(super) fn unlink(
    args: &args::PkgUnlink,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    bulk::for_each(&args.names, output, |name, output| {
        let act = Act::Unlink { name: name.clone(), scope: args.scope.into() };
        let root = args.project.project_root.as_deref();
        let done: Vec<UnlinkedView> = manage(act, root, connector, output)?;
        for view in done.iter().filter(|_| !output.json()).collect::<Vec<_>>() {
            output.line(&view.name)?;
        }
        Ok(Exit::Done)
    })
}
