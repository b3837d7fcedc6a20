//! What a shell offers when somebody presses Tab: verbs, flags and files, and the sessions, labels and
//! strategies that there are.
//!
//! ```text
//! Tab ─► the shell's script ─► ALC_COMPLETE=SHELL alc -- WORDS ─► a candidate a line
//! ```

mod live;
mod script;

use std::{
    any::TypeId,
    ffi::{OsStr, OsString},
    time::Instant,
};

use alc_core::{Label, Reference};
use clap::{Arg, Command, CommandFactory as _, builder::PossibleValuesParser};
use clap_complete::env::Shells;

use self::live::Live;
pub(crate) use self::script::script;
use crate::{args::Args, environment::Environment, exits};

/// The candidates for the last of the words behind `--`, as the shell reads them. Whatever goes wrong,
/// there are none: nobody who presses Tab wants to read why.
pub(crate) fn answer(shell: &OsStr, words: &[OsString], environment: Environment) -> Vec<u8> {
    let live = Live::new(environment, Instant::now());
    let shells = Shells::builtins();
    let Some(shell) = shell.to_str().and_then(|name| shells.completer(name)) else {
        return Vec::new();
    };
    let words = words.iter().skip_while(|word| *word != "--").skip(1).cloned().collect();
    let folder = std::env::current_dir().ok();
    let mut candidates = Vec::new();
    match shell.write_complete(&mut command(&live), words, folder.as_deref(), &mut candidates) {
        Ok(()) => candidates,
        Err(_) => Vec::new(),
    }
}

/// The command line, whose arguments know what there is.
fn command(live: &Live) -> Command {
    let topics = PossibleValuesParser::new(exits::verbs().into_iter().chain(["exit-codes"]));
    Args::command().mut_subcommands(|verb| {
        let name = verb.get_name().to_owned();
        verb.mut_args(|arg| match arg.get_id().as_str() {
            "topic" => arg.value_parser(topics.clone()),
            _ => know(arg, &name, live),
        })
    })
}

/// Has an argument of this verb offer what there is, if it names something.
fn know(arg: Arg, verb: &str, live: &Live) -> Arg {
    let takes = arg.get_value_parser().type_id();
    if takes == TypeId::of::<Reference>() {
        arg.add(live.sessions(verb))
    } else if takes == TypeId::of::<Label>() {
        arg.add(live.labels())
    } else {
        arg
    }
}
