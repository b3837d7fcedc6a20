//! `alc completions`: what makes a shell complete commands, flags and sessions.

use crate::{args, completion, error::CliError, exit::Exit, json::TextLine, output::Output};

pub(super) fn run(args: &args::Completions, output: &mut Output) -> Result<Exit, CliError> {
    let (name, script) = completion::script(args.shell);
    if output.json() {
        output.object(&TextLine::new(&name, &script))?;
    } else {
        output.bytes(script.as_bytes())?;
    }
    Ok(Exit::Done)
}
