//! `alc pkg remove`: deletes packages; the names of those that are gone are printed.

use alc_core::RemovedView;
use alc_ipc::Act;

use crate::{
    args, bulk, connect::Connector, error::CliError, exit::Exit, manage::manage, output::Output,
};

pub(super) fn run(
    args: &args::PkgRemove,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    bulk::for_each(&args.names, output, |name, output| {
        let act = Act::Remove { name: name.clone(), scope: args.scope.into() };
        let root = args.project.project_root.as_deref();
        let done: Vec<RemovedView> = manage(act, root, connector, output)?;
        for view in done.iter().filter(|_| !output.json()).collect::<Vec<_>>() {
            output.line(&view.name)?;
        }
        Ok(Exit::Done)
    })
}
