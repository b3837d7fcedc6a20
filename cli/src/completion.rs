//! What a shell offers when somebody presses Tab: verbs, flags and files, and what there is: sessions,
//! labels, packages, scenarios, cards, evaluations, keys.
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
use alc_ipc::Named;
use clap::{Arg, Command, CommandFactory as _, ValueHint, builder::PossibleValuesParser};
use clap_complete::{ArgValueCompleter, PathCompleter, engine::ValueCompleter as _, env::Shells};

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
    Args::command().mut_subcommands(|verb| {
        let name = verb.get_name().to_owned();
        verb.mut_args(|arg| know(arg, &name, live)).mut_subcommands(|below| {
            let name = format!("{name} {}", below.get_name());
            below.mut_args(|arg| know(arg, &name, live))
        })
    })
}

/// Has an argument of this verb offer what there is, if it names something.
fn know(arg: Arg, verb: &str, live: &Live) -> Arg {
    let takes = arg.get_value_parser().type_id();
    if takes == TypeId::of::<Reference>() {
        return arg.add(live.sessions(verb));
    }
    if takes == TypeId::of::<Label>() {
        return arg.add(live.labels());
    }
    match (verb, arg.get_id().as_str()) {
        ("help", "topic") => {
            let topics = exits::verbs().into_iter().chain(["exit-codes"]);
            arg.value_parser(PossibleValuesParser::new(topics))
        }
        ("advice" | "run" | "eval" | "evals list", "strategy")
        | ("pkg show", "name")
        | ("pkg unlink" | "pkg remove", "names")
        | ("card list" | "card find" | "card alias", "pkg") => arg.add(live.packages()),
        ("pkg test", "targets") => arg.add(or_file(live.packages())),
        ("eval", "scenario") => arg.add(or_file(live.named(Named::Scenarios))),
        ("scenario show", "name") => arg.add(live.named(Named::Scenarios)),
        ("card show" | "card samples" | "card lineage" | "card alias", "card")
        | ("card compare", "a" | "b") => arg.add(live.named(Named::Cards)),
        ("evals show", "id") | ("evals compare", "a" | "b") => {
            arg.add(live.named(Named::Evaluations))
        }
        ("kv get" | "kv set" | "kv delete" | "kv reset", "key") => {
            arg.add(live.named(Named::Values))
        }
        ("pkg install" | "pkg link", "source" | "folder") => arg.value_hint(ValueHint::DirPath),
        ("scenario install", "source") => arg.value_hint(ValueHint::AnyPath),
        _ => arg,
    }
}

/// What is named, and files.
fn or_file(named: ArgValueCompleter) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| {
        let mut candidates = named.complete(typed);
        candidates.extend(PathCompleter::any().complete(typed));
        candidates
    })
}
