//! The daemon's own log, on stderr: in the background that is a file in the data folder. Prompts and
//! answers never go there.

use std::io::Write as _;

/// Writes a line with the time, in Unix milliseconds.
pub(crate) fn line(text: &str) {
    // A log that cannot be written must not end the daemon.
    let _ = writeln!(std::io::stderr(), "{} {text}", crate::clock::now());
}
