//! `alc pkg`: packages, as people manage them.

mod doctor;
mod install;
mod link;
mod list;
mod new;
mod remove;
mod show;
mod test;
mod types;
mod update;

use crate::{args::Pkg, connect::Connector, error::CliError, exit::Exit, output::Output};

pub(super) fn run(args: Pkg, connector: &Connector, output: &mut Output) -> Result<Exit, CliError> {
    match args {
        Pkg::List(project) => list::run(&project, connector, output),
        Pkg::Show(args) => show::run(args, connector, output),
        Pkg::Install(args) => install::run(args, connector, output),
        Pkg::Link(args) => link::link(args, connector, output),
        Pkg::Unlink(args) => link::unlink(&args, connector, output),
        Pkg::Remove(args) => remove::run(&args, connector, output),
        Pkg::Update(project) => update::run(&project, connector, output),
        Pkg::New(args) => new::run(&args, output),
        Pkg::Types(args) => types::run(&args, output),
        Pkg::Doctor(project) => doctor::run(&project, connector, output),
        Pkg::Test(args) => test::run(args, connector, output),
    }
}
