//! The editor of the person at the terminal.

use std::{
    fs,
    io::{self, Write as _},
    process::Stdio,
};

use crate::{connect::Connector, shell::shell};

/// What an editor is given ends here for us.
const SCISSORS: &str = "-------- >8 -------- what is above this line is the answer to:";

/// What a person writes in an editor who sees the prompt there, without the white space at its end.
pub(crate) fn write_answer(prompt: &str, connector: &Connector) -> io::Result<String> {
    let mut file = tempfile::Builder::new().prefix("answer-").suffix(".md").tempfile()?;
    write!(file, "\n{SCISSORS}\n{prompt}\n")?;
    let file = file.into_temp_path();
    let fallback = if cfg!(windows) { "notepad" } else { "vi" };
    let editor = connector.environment().editor.clone();
    let mut line = editor.unwrap_or_else(|| fallback.into());
    line.push(if cfg!(windows) { " \"%ALC_ANSWER%\"" } else { " \"$ALC_ANSWER\"" });
    let mut editor = shell(&line);
    // Stdout is perhaps not the terminal; stderr is.
    editor.env("ALC_ANSWER", &*file).stdout(Stdio::from(io::stderr()));
    let status = connector.signals().lend_keyboard(|| editor.status())?;
    if !status.success() {
        return Err(io::Error::other(status.to_string()));
    }
    let text = fs::read_to_string(&file)?;
    let answer = text.split_once(SCISSORS).map_or(text.as_str(), |(answer, _)| answer);
    Ok(answer.trim_end().to_owned())
}
