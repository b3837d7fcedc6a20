//! The verbs, one file each.

mod advice;
mod bare;
mod branch;
mod cancel;
mod card;
mod completions;
mod config;
mod daemon;
mod diff;
mod doctor;
mod drive;
mod eval;
mod evals;
mod export;
mod gc;
mod help;
mod import;
mod kv;
mod list;
mod log;
mod man;
mod note;
mod pkg;
mod prompt;
mod report;
mod result;
mod resume;
mod rm;
mod run;
mod scenario;
mod spawn;
mod state;
mod top;
mod version;
mod wait;
mod watch;

pub(crate) use self::spawn::BadLine as BadSpawn;
use crate::{
    args::{self, Args, Card, Command, Daemon, Kv},
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
    let no_start = args.global.no_start;
    let only_reads = only_reads(&command);
    let stderr = output.stderr().clone();
    let connector = || Connector::new(environment, no_start, &stderr, only_reads);
    match command {
        Command::Spawn(args) => spawn::run(args, &connector()?, output),
        Command::Advice(args) => advice::run(args, &connector()?, output),
        Command::Eval(args) => eval::run(args, &connector()?, output),
        Command::State(args) => state::run(&args, &connector()?, output),
        Command::List(args) => list::run(&args, &connector()?, output),
        Command::Prompt(args) => prompt::run(&args, &connector()?, output),
        Command::Resume(args) => resume::run(args, &connector()?, output),
        Command::Run(args) => run::run(args, &connector()?, output),
        Command::Drive(args) => drive::run(&args, &connector()?, output),
        Command::Watch(args) => watch::run(&args, &connector()?, output),
        Command::Top(args) => top::top(&args, &connector()?, output),
        Command::Inbox(args) => top::inbox(&args, &connector()?, output),
        Command::Wait(args) => wait::run(&args, &connector()?, output),
        Command::Result(args) => result::run(&args, &connector()?, output),
        Command::Cancel(args) => cancel::run(&args, &connector()?, output),
        Command::Log(args) => log::run(&args, &connector()?, output),
        Command::Note(args) => note::run(args, &connector()?, output),
        Command::Branch(args) => branch::run(args, &connector()?, output),
        Command::Diff(args) => diff::run(&args, &connector()?, output),
        Command::Export(args) => export::run(&args, &connector()?, output),
        Command::Import(args) => import::run(args, &connector()?, output),
        Command::Remove(args) => rm::run(&args, &connector()?, output),
        Command::Report(args) => report::run(&args, &connector()?, output),
        Command::Gc(args) => gc::run(&args, &connector()?, output),
        Command::Pkg(args) => pkg::run(args, &connector()?, output),
        Command::Scenario(args) => scenario::run(args, &connector()?, output),
        Command::Evals(args) => evals::run(args, &connector()?, output),
        Command::Card(args) => card::run(args, &connector()?, output),
        Command::Kv(args) => kv::run(args, &connector()?, output),
        Command::Daemon(args) => daemon::run(args, &connector()?, output),
        Command::Doctor => doctor::run(&connector()?, output),
        Command::Config(args) => config::run(&args, &connector()?, output),
        Command::Completions(args) => completions::run(&args, output),
        Command::Man(args) => man::run(&args, output),
        Command::Help(args) => help::run(&args, output),
        Command::Version => version::run(&connector()?, output),
    }
}

/// Whether a command changes nothing, so that a reader who leaves early misses nothing.
pub(crate) fn only_reads(command: &Command) -> bool {
    match command {
        Command::Spawn(args::Spawn { start, .. }) | Command::Run(args::Run { start, .. }) => {
            start.given.terms.check
        }
        Command::Advice(args) => args.given.terms.check,
        Command::Pkg(args) => args.only_reads(),
        Command::Scenario(args) => args.only_reads(),
        Command::Eval(args) => args.given.terms.check,
        Command::Card(Card::Alias(args)) => args.name.is_none(),
        Command::State(_)
        | Command::List(_)
        | Command::Prompt(_)
        | Command::Watch(_)
        | Command::Wait(_)
        | Command::Result(_)
        | Command::Log(_)
        | Command::Diff(_)
        | Command::Evals(_)
        | Command::Card(_)
        | Command::Kv(Kv::List(_) | Kv::Get(_))
        | Command::Daemon(Daemon::Status | Daemon::Log(_))
        | Command::Doctor
        | Command::Config(_)
        | Command::Completions(_)
        | Command::Man(_)
        | Command::Help(_)
        | Command::Version => true,
        Command::Drive(_)
        | Command::Resume(_)
        | Command::Cancel(_)
        | Command::Top(_)
        | Command::Inbox(_)
        | Command::Note(_)
        | Command::Branch(_)
        | Command::Export(_)
        | Command::Report(_)
        | Command::Import(_)
        | Command::Remove(_)
        | Command::Gc(_)
        | Command::Kv(_)
        | Command::Daemon(_) => false,
    }
}
