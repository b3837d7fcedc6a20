//! `alc` alone: three examples.

use crate::{error::CliError, exit::Exit, json::TextLine, output::Output};

const EXAMPLES: &str = r#"alc runs Lua scripts that ask, and keeps them until somebody answers.

  id=$(alc spawn -e 'return alc.llm("2+2?")')    start a session
  alc prompt "$id"; alc resume "$id" 4           read what it asks, and answer
  alc result "$id"                               print what it returned

`alc help` lists every command.
"#;

pub(super) fn run(output: &mut Output) -> Result<Exit, CliError> {
    if output.json() {
        output.object(&TextLine::new("alc", EXAMPLES))?;
    } else {
        output.bytes(EXAMPLES.as_bytes())?;
    }
    Ok(Exit::Done)
}
