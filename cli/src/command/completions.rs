//! `alc completions`: what makes a shell complete commands and flags.

use clap::{CommandFactory as _, builder::PossibleValuesParser};
use clap_complete::{Generator as _, Shell};

use crate::{
    args::{self, Args},
    error::CliError,
    exit::Exit,
    exits,
    json::TextLine,
    output::Output,
};

pub(super) fn run(args: &args::Completions, output: &mut Output) -> Result<Exit, CliError> {
    let (name, script) = script(args.shell);
    if output.json() {
        output.object(&TextLine::new(&name, &script))?;
    } else {
        output.bytes(script.as_bytes())?;
    }
    Ok(Exit::Done)
}

/// The script and the name of the file in which the shell looks for it.
pub(crate) fn script(shell: Shell) -> (String, String) {
    let topics = PossibleValuesParser::new(exits::verbs().into_iter().chain(["exit-codes"]));
    let mut alc = Args::command()
        .mut_subcommand("help", |help| help.mut_arg("topic", |topic| topic.value_parser(topics)));
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut alc, "alc", &mut script);
    (shell.file_name("alc"), String::from_utf8_lossy(&script).into_owned())
}
