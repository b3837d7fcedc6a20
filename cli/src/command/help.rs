//! `alc help`: explains a command, or the exit codes.

use std::ffi::OsString;

use clap::{CommandFactory as _, Parser as _, error::ErrorKind};

use crate::{
    args::{self, Args},
    error::{self, CliError},
    exit::Exit,
    exits,
    json::TextLine,
    output::Output,
};

pub(super) fn run(args: &args::Help, output: &mut Output) -> Result<Exit, CliError> {
    if args.topic != ["exit-codes"] {
        return explain(&args.topic, output);
    }
    if output.json() {
        output.object(&exits::line())?;
    } else {
        output.bytes(exits::text().as_bytes())?;
    }
    Ok(Exit::Done)
}

/// The same as `alc COMMAND --help`.
fn explain(topic: &[String], output: &mut Output) -> Result<Exit, CliError> {
    let words = ["alc"].into_iter().chain(topic.iter().map(String::as_str));
    let name = words.clone().collect::<Vec<_>>().join(" ");
    let words: Vec<OsString> = words.chain(["--help"]).map(OsString::from).collect();
    let help = match Args::try_parse_from(&words) {
        Err(shown) if shown.kind() == ErrorKind::DisplayHelp => shown.render(),
        Err(refused) => return Err(error::usage(&refused, &words, &Args::command())),
        Ok(_) => {
            let message = format!("there is no help on `{name}`");
            return Err(CliError::Usage { message, help: "alc help".to_owned() });
        }
    };
    if output.json() {
        output.object(&TextLine::new(&name, &help.to_string()))?;
    } else {
        output.help(&help)?;
    }
    Ok(Exit::Done)
}
