//! The shell, for command lines that people write.

use std::{ffi::OsStr, process::Command};

/// The shell with a line to run.
pub(crate) fn shell(line: &OsStr) -> Command {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = Command::new(shell);
    command.arg(flag).arg(line);
    command
}
