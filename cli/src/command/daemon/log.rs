//! `alc daemon log`: what the daemon wrote down about itself, whether it runs or not.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, BufRead as _, BufReader, Seek as _},
    path::Path,
    sync::mpsc,
    time::Duration,
};

use crate::{
    args,
    connect::Connector,
    error::CliError,
    escape::shield,
    exit::Exit,
    json::LoggedLine,
    launch::LaunchError,
    output::{Output, OutputError},
    signals::Left,
    time::rfc3339,
};

/// How often to look whether the log has grown.
const LOOK: Duration = Duration::from_millis(200);

pub(super) fn run(
    args: &args::DaemonLog,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let home = connector.home();
    let path = home.log();
    let unusable = |source| CliError::from(LaunchError::File { path: path.clone(), source });
    let mut log = match Log::open(&path) {
        Ok(log) => log,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(CliError::NoLog { home: home.path().display().to_string() });
        }
        Err(error) => return Err(unusable(error)),
    };
    let mut last = VecDeque::new();
    loop {
        let line = match log.next().map_err(unusable)? {
            Some(line) => line,
            // What a daemon that died was about to say.
            None if !args.follow && !log.begun.is_empty() => log.take(),
            None => break,
        };
        last.push_back(line);
        match args.lines {
            Some(lines) if last.len() > lines => drop(last.pop_front()),
            Some(_) => {}
            None => last.drain(..).try_for_each(|line| print(&line, output))?,
        }
    }
    last.iter().try_for_each(|line| print(line, output))?;
    if !args.follow {
        return Ok(Exit::Done);
    }
    let _waiting = connector.signals().waiting(Left {
        sentence: "stopped following the daemon's log".to_owned(),
        command: output.same("alc daemon log --follow".to_owned()),
    });
    loop {
        output.flush()?;
        breathe();
        while let Some(line) = log.next().map_err(unusable)? {
            print(&line, output)?;
        }
    }
}

/// A log that another process writes.
struct Log {
    file: BufReader<File>,
    read: u64,
    /// A line whose end is not written yet.
    begun: Vec<u8>,
}

impl Log {
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: BufReader::new(File::open(path)?), read: 0, begun: Vec::new() })
    }

    /// The next line without its end, if it is there; from the beginning if somebody emptied the log.
    fn next(&mut self) -> io::Result<Option<String>> {
        let count = self.file.read_until(b'\n', &mut self.begun)? as u64;
        if count == 0 && self.file.get_ref().metadata()?.len() < self.read {
            self.file.rewind()?;
            self.begun.clear();
            self.read = 0;
        }
        self.read += count;
        Ok(self.begun.pop_if(|byte| *byte == b'\n').map(|_| self.take()))
    }

    /// What is there of the line.
    fn take(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.begun)).into_owned()
    }
}

/// A line with its time, if it begins with one; what a panic wrote does not.
fn print(line: &str, output: &mut Output) -> Result<(), OutputError> {
    let (at, text) = match line.split_once(' ').map(|(at, text)| (at.parse(), text)) {
        Some((Ok(at), text)) => (Some(at), text),
        _ => (None, line),
    };
    if output.json() {
        return output.object(&LoggedLine::new(at, text));
    }
    let at = at.map(|at| format!("{} ", rfc3339(at))).unwrap_or_default();
    output.line(&format!("{at}{}", shield(text)))
}

/// Nobody tells that a file has grown.
fn breathe() {
    let (_sender, never) = mpsc::channel::<()>();
    never.recv_timeout(LOOK).ok();
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _};

    use super::*;

    #[test]
    fn a_log_is_read_as_it_grows_and_again_when_it_was_emptied() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("alcd.log");
        fs::write(&path, "1 one\n2 tw").expect("writes");
        let mut log = Log::open(&path).expect("opens");
        assert_eq!(log.next().expect("reads").as_deref(), Some("1 one"));
        assert_eq!(log.next().expect("reads"), None);
        let mut writer = File::options().append(true).open(&path).expect("opens");
        writer.write_all(b"o\n").expect("writes");
        assert_eq!(log.next().expect("reads").as_deref(), Some("2 two"));
        fs::write(&path, "3\n").expect("writes");
        assert_eq!(log.next().expect("reads"), None);
        assert_eq!(log.next().expect("reads").as_deref(), Some("3"));
    }
}
