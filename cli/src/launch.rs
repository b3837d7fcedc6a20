//! Launching the daemon's program, and hearing from it whether it is ready.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::Instant,
};

use alc_ipc::{ErrorCode, Failure, FolderError, Home};
use serde::Deserialize;

use crate::environment::Environment;

/// The daemon's program.
const PROGRAM: &str = "alcd";
/// More than any daemon says before it is ready.
const LONGEST_LINE: u64 = 1 << 16;

/// The daemon is not there and did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LaunchError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A file in it cannot be used.
    #[error("cannot use {path}")]
    File { path: PathBuf, source: io::Error },
    /// There is no program to run.
    #[error("cannot run {program}")]
    Program { program: PathBuf, source: io::Error },
    /// It said why it cannot.
    #[error("{}", .0.message)]
    Refused(Failure),
    /// It ended without a word.
    #[error("the daemon did not start; its log is {log}")]
    Died { log: PathBuf },
    /// It takes too long.
    #[error("the daemon is not ready after 10 s; its log is {log}")]
    Slow { log: PathBuf },
    /// Another daemon owns the folder and does not listen.
    #[error("a daemon owns the data folder but does not answer; its log is {log}")]
    Wedged { log: PathBuf },
}

/// The one line that a daemon says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Ready(bool),
    Error { code: String, message: String, hint: Option<String> },
}

/// Opens a file for its owner only, and makes it if needed.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens a file, if it is there.
pub(crate) fn existing(path: &Path) -> io::Result<Option<File>> {
    match File::options().read(true).write(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The daemon's program with the daemon's environment and folder.
pub(crate) fn command(home: &Home, environment: &Environment) -> Command {
    let variables = environment.for_daemon.iter().map(|(name, value)| (*name, value));
    let mut command = Command::new(program(environment));
    command.arg("run").arg("--home").arg(home.path()).current_dir(home.path());
    command.env_clear().envs(variables);
    command
}

/// Starts the daemon in the background and returns when it is ready.
pub(crate) fn launch(
    home: &Home,
    environment: &Environment,
    deadline: Instant,
) -> Result<(), LaunchError> {
    let mut command = command(home, environment);
    command.arg("--ready");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(windows)]
    crate::detach::detach(&mut command, &home.log())
        .map_err(|source| LaunchError::File { path: home.log(), source })?;
    let mut child = command.spawn().map_err(|source| LaunchError::Program {
        program: PathBuf::from(command.get_program()),
        source,
    })?;
    let said = child.stdout.take().and_then(|stdout| hear(stdout, deadline));
    let log = home.log();
    match said {
        None => Err(LaunchError::Slow { log }),
        Some(line) => understand(&line, log),
    }
}

/// The first line, perhaps empty; `None` if there is none in time.
fn hear(stdout: ChildStdout, deadline: Instant) -> Option<String> {
    let (sender, receiver) = mpsc::channel();
    let listen = move || {
        let mut line = String::new();
        let heard = BufReader::new(stdout.take(LONGEST_LINE)).read_line(&mut line);
        sender.send(heard.map(|_| line).unwrap_or_default()).ok();
    };
    thread::Builder::new().name("ready".to_owned()).spawn(listen).ok()?;
    receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
}

fn understand(line: &str, log: PathBuf) -> Result<(), LaunchError> {
    match serde_json::from_str(line) {
        Ok(Said::Ready(true)) => Ok(()),
        Ok(Said::Error { code, message, hint }) => {
            let code = ErrorCode::parse(&code).unwrap_or(ErrorCode::Internal);
            Err(LaunchError::Refused(Failure { code, message, hint }))
        }
        Ok(Said::Ready(false)) | Err(_) => Err(LaunchError::Died { log }),
    }
}

/// The daemon's program: beside this one, else on PATH.
pub(crate) fn program(environment: &Environment) -> OsString {
    find(environment.program.as_deref())
}

/// The program beside this one, else the one on PATH.
fn find(ours: Option<&Path>) -> OsString {
    let file = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let linked = ours.and_then(|ours| ours.canonicalize().ok());
    [ours, linked.as_deref()]
        .into_iter()
        .flatten()
        .map(|ours| ours.with_file_name(&file))
        .find(|beside| beside.is_file())
        .map_or_else(|| OsString::from(&file), PathBuf::into_os_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daemon_is_ready_or_says_why_not() {
        let log = || PathBuf::from("/h/alcd.log");
        assert!(understand("{\"ready\":true}\n", log()).is_ok());
        let line = r#"{"error":{"code":"damaged","message":"no journal","hint":null}}"#;
        let Err(LaunchError::Refused(failure)) = understand(line, log()) else { panic!("ready") };
        let expected =
            Failure { code: ErrorCode::Damaged, message: "no journal".to_owned(), hint: None };
        assert_eq!(failure, expected);
        for line in ["", "{}", "{\"ready\":false}", "panicked"] {
            assert!(matches!(understand(line, log()), Err(LaunchError::Died { .. })), "{line}");
        }
    }

    #[test]
    fn the_program_beside_this_one_comes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let ours = folder.path().join("alc");
        let file = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
        assert_eq!(find(Some(&ours)), OsString::from(&file));
        std::fs::write(folder.path().join(&file), "").expect("writes");
        assert_eq!(find(Some(&ours)), folder.path().join(&file).into_os_string());
        assert_eq!(find(None), OsString::from(&file));
    }

    #[cfg(unix)]
    mod unix {
        use std::{
            fs,
            os::unix::fs::PermissionsExt as _,
            time::{Duration, Instant},
        };

        use super::*;

        use crate::{connect::Connector, exit::Exit, output::Stderr};

        /// A daemon that is a shell script beside a program that is not there; and its data folder.
        fn prepare(folder: &Path, script: &str) -> (Home, Environment) {
            let program = folder.join(PROGRAM);
            fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("writes");
            fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("sets");
            let home = Home::find(Some(folder.join("home"))).expect("a folder");
            home.make().expect("makes");
            let mode = fs::metadata(home.path()).expect("is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
            let environment = Environment {
                home: Some(home.path().to_owned()),
                program: Some(folder.join("alc")),
                for_daemon: vec![("LANG", OsString::from("C"))],
                ..Environment::default()
            };
            (home, environment)
        }

        fn launch_script(text: &str, patience: Duration) -> Result<(), LaunchError> {
            let folder = tempfile::tempdir().expect("a folder");
            let (home, environment) = prepare(folder.path(), text);
            launch(&home, &environment, Instant::now() + patience)
        }

        /// One test, since a program that is written in one thread cannot run while another forks.
        #[test]
        fn a_daemon_gets_its_folder_and_says_that_it_is_ready() {
            let long = Duration::from_mins(1);
            let script = r#"
                [ "$1 $2 $4" = "run --home --ready" ] && [ "$(pwd -P)" = "$(cd "$3"; pwd -P)" ] &&
                [ "$LANG" = C ] && [ -z "$CARGO$HOME" ] && echo '{"ready":true}'"#;
            let ready = launch_script(script, long);
            assert!(ready.is_ok(), "{ready:?}");
            // It is there for as long as the folder is, and so longer than anybody waits for it.
            let stays = r#"while [ -e "$3" ]; do sleep 0.1; done"#;
            for script in ["exit 1", &format!("exec 1>&2; {stays}")] {
                let died = launch_script(script, long);
                assert!(matches!(died, Err(LaunchError::Died { .. })), "{died:?}");
            }
            let slow = launch_script(stays, Duration::from_millis(100));
            assert!(matches!(slow, Err(LaunchError::Slow { .. })), "{slow:?}");
            // One that somebody ends as soon as it is ready is followed by another one.
            let folder = tempfile::tempdir().expect("a folder");
            let twice = r#"
                [ -e again ] && { echo '{"error":{"code":"damaged","message":"twice"}}'; exit; }
                touch again; echo '{"ready":true}'"#;
            let (_, environment) = prepare(folder.path(), twice);
            let connector = Connector::new(environment, false, &Stderr::for_tests(), false);
            let second = connector.expect("a folder").start().expect_err("says so");
            assert_eq!(second.exit(), Exit::Damaged, "{second:?}");
        }
    }
}
