//! The verbs, one file each.

mod bare;
mod cancel;
mod daemon;
mod list;
mod prompt;
mod result;
mod resume;
mod spawn;
mod state;
mod version;
mod wait;
mod watch;

use crate::{
    args::{Args, Command, Daemon},
    connect::Connector,
    environment::Environment,
    error::CliError,
    exit::Exit,
    output::Output,
};

/// Does what the arguments ask for.
pub(crate) fn run(
    args: Args,
    environment: Environment,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let Some(command) = args.command else { return bare::run(output) };
    let connector = Connector::new(environment, args.global.no_start)?;
    match command {
        Command::Spawn(args) => spawn::run(args, &connector, output),
        Command::State(args) => state::run(&args, &connector, output),
        Command::List(args) => list::run(&args, &connector, output),
        Command::Prompt(args) => prompt::run(&args, &connector, output),
        Command::Resume(args) => resume::run(args, &connector, output),
        Command::Watch(args) => watch::run(&args, &connector, output),
        Command::Wait(args) => wait::run(&args, &connector, output),
        Command::Result(args) => result::run(&args, &connector, output),
        Command::Cancel(args) => cancel::run(&args, &connector, output),
        Command::Daemon(args) => daemon::run(args, &connector, output),
        Command::Version => version::run(&connector, output),
    }
}

/// Whether a command changes nothing, so that a reader who leaves early misses nothing.
pub(crate) fn only_reads(command: &Command) -> bool {
    match command {
        Command::State(_)
        | Command::List(_)
        | Command::Prompt(_)
        | Command::Watch(_)
        | Command::Wait(_)
        | Command::Result(_)
        | Command::Daemon(Daemon::Status)
        | Command::Version => true,
        Command::Spawn(_) | Command::Resume(_) | Command::Cancel(_) | Command::Daemon(_) => false,
    }
}
