//! The daemon's own log, on stderr: in the background that is a file in the data folder. Prompts and
//! answers never go there.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

/// Writes a line with the time, in Unix milliseconds.
pub(crate) fn line(text: &str) {
    // A log that cannot be written must not end the daemon.
    let _ = writeln!(std::io::stderr(), "{} {text}", crate::clock::now());
}

/// Empties the log in the file `path` where it is longer than this. What it said is beside it, in place
/// of what was put there before.
pub(crate) fn turn(path: &Path, size: u64) -> io::Result<()> {
    if path.metadata().is_ok_and(|file| file.len() > size) {
        fs::copy(path, path.with_extension("log.old"))?;
        // Emptied and not replaced: whoever writes it or follows it has it open.
        OpenOptions::new().write(true).open(path)?.set_len(0)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_is_put_aside_and_whoever_writes_it_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("alcd.log");
        turn(&path, 3).expect("is not there");
        let mut open = OpenOptions::new().create(true).append(true).open(&path).expect("opens");
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
        open.write_all(b"one").expect("writes");
        turn(&path, 3).expect("is short");
        assert_eq!((read("alcd.log").as_deref(), read("alcd.log.old")), (Some("one"), None));
        turn(&path, 2).expect("turns");
        open.write_all(b"two").expect("writes");
        assert_eq!(read("alcd.log").as_deref(), Some("two"));
        assert_eq!(read("alcd.log.old").as_deref(), Some("one"));
    }
}
