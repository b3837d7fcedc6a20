//! The shell, for command lines that people write.

use std::{borrow::Cow, ffi::OsStr, process::Command};

/// The shell with a line to run.
pub(crate) fn shell(line: &OsStr) -> Command {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = Command::new(shell);
    command.arg(flag).arg(line);
    command
}

/// A word as a shell reads it. One with a NUL, which no shell can, is no word of a command line.
pub(crate) fn quoted(word: &str) -> Cow<'_, str> {
    shlex::try_quote(word).unwrap_or(Cow::Borrowed(word))
}
