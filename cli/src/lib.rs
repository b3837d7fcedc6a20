//! The command `alc`: arguments in, requests to the daemon out, answers rendered.
//!
//! A command reads its input and refuses what cannot be meant, before it looks for a daemon; it
//! hands the result to `Output` and returns the `Exit` that scripts rely on.

mod args;
mod bulk;
mod caller;
mod command;
mod completion;
mod connect;
#[cfg(windows)]
mod detach;
mod draft;
mod drive;
mod editor;
mod environment;
mod error;
mod escape;
mod exit;
mod exits;
#[cfg(feature = "fuzz")]
pub mod fuzz;
#[cfg(feature = "schema")]
pub mod generated;
mod input;
mod json;
mod launch;
mod link;
mod manage;
mod manual;
mod output;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod power;
mod progress;
mod report;
mod row;
mod select;
mod service;
mod shell;
mod signals;
mod story;
mod table;
mod time;
mod tool;

use std::{
    ffi::{OsStr, OsString},
    process::ExitCode,
};

use clap::{CommandFactory as _, ValueEnum as _, error::ErrorKind};

use crate::{
    args::{Args, ColorChoice},
    environment::Environment,
    error::CliError,
    exit::Exit,
    output::{Manner, Output, OutputError},
};

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let environment = Environment::read();
    let words: Vec<OsString> = std::env::args_os().collect();
    if let Some(shell) = environment::completing() {
        return complete(&shell, &words, environment).into();
    }
    let args = match Args::read(&words) {
        Ok(args) => args,
        Err(refused) => return not_parsed(&refused, &words, &environment).into(),
    };
    let mut output = Output::new(args.manner(), &environment);
    let only_reads = args.command.as_ref().is_none_or(command::only_reads);
    let result = command::run(args, environment, &mut output);
    finish(result, only_reads, &mut output).into()
}

/// Prints what a shell asked for.
fn complete(shell: &OsStr, words: &[OsString], environment: Environment) -> Exit {
    let mut output = Output::new(wished(&[]), &environment);
    let candidates = completion::answer(shell, words, environment);
    let written = output.bytes(&candidates);
    finish(written.map(|()| Exit::Done).map_err(CliError::from), true, &mut output)
}

/// Sees to it that everything is written, and turns an error into its message and exit code.
fn finish(result: Result<Exit, CliError>, only_reads: bool, output: &mut Output) -> Exit {
    let flushed = output.flush();
    let result = result.and_then(|exit| flushed.map(|()| exit).map_err(CliError::from));
    match result {
        Ok(exit) => exit,
        // Whoever read the other end has seen enough.
        Err(CliError::Output(OutputError::Closed)) if only_reads => Exit::Done,
        Err(error) => {
            output.error(&error);
            error.exit()
        }
    }
}

/// Shows the help that was asked for, or says what is wrong with the arguments.
fn not_parsed(refused: &clap::Error, words: &[OsString], environment: &Environment) -> Exit {
    let mut output = Output::new(wished(words), environment);
    match refused.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let written = output.help(&refused.render());
            finish(written.map(|()| Exit::Done).map_err(CliError::from), true, &mut output)
        }
        _ => finish(Err(error::usage(refused, words, &Args::command())), true, &mut output),
    }
}

/// How output is asked to look by words that make no command line.
fn wished(words: &[OsString]) -> Manner {
    let words: Vec<_> =
        words.iter().map(|word| word.to_string_lossy()).take_while(|word| word != "--").collect();
    let json = words.iter().any(|word| word == "--json");
    let mut rest = words.iter();
    let color = std::iter::from_fn(|| {
        let word = rest.next()?;
        Some(if word == "--color" {
            rest.next().map(|word| &**word)
        } else {
            word.strip_prefix("--color=")
        })
    });
    let color = color.flatten().find_map(|choice| ColorChoice::from_str(choice, false).ok());
    Manner { json, quiet: false, verbose: false, color: color.unwrap_or(ColorChoice::Auto) }
}
