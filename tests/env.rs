//! A data folder of one's own, with both programs at hand.

use std::{
    fs::{DirBuilder, File},
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Once,
    time::{Duration, Instant},
};

use alc_ipc::{Client, Endpoint, Home};
use serde_json::Value;
use tempfile::TempDir;

use crate::schemas;

/// A home that no other test sees; its daemon ends with it.
pub(crate) struct TestEnv {
    folder: TempDir,
    home: PathBuf,
}

/// What a finished `alc` left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn new(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8 output");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// The same, if it is as published where the command was to print JSON.
    #[track_caller]
    fn checked(self, command: &Command) -> Self {
        if command.get_args().take_while(|word| *word != "--").any(|word| word == "--json") {
            schemas::check(&self.stdout);
            schemas::check(&self.stderr);
        }
        self
    }

    /// The standard output of a command that did what it was asked, without the last newline.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout.strip_suffix('\n').unwrap_or(&self.stdout).to_owned()
    }

    /// Asserts a failure: its exit code, its code name, and an empty standard output.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, name: &str) -> String {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert!(self.stderr.starts_with("alc: "), "{self:?}");
        assert!(self.stderr.contains(&format!("[{name}]")), "{self:?}");
        self.stderr
    }
}

impl TestEnv {
    pub(crate) fn new() -> Self {
        Self::with_home("home")
    }

    /// The same with its home at this place in the test's folder.
    pub(crate) fn with_home(name: impl AsRef<Path>) -> Self {
        default_signals();
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join(name);
        Self { folder, home }
    }

    /// Where the test may put files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// Sets the daemon's clock so many milliseconds forward, or back. It must have been moved before
    /// the first daemon starts, be it by nothing.
    pub(crate) fn move_clock(&self, by: i64) {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(self.home()).expect("makes a home");
        let next = self.file("next-clock", by.to_string());
        std::fs::rename(next, self.home().join("test-clock")).expect("moves");
    }

    /// Writes a file into the test's folder.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::write(&path, text).expect("writes");
        path
    }

    /// Writes an executable file into the test's folder. Another process does so: what this one has open
    /// for writing, another test's child may have, too, and then it cannot be run.
    pub(crate) fn executable(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let draft = self.file(&format!("{name}.draft"), text);
        self.copy_of_program(&draft, name)
    }

    /// A copy of a program in the test's folder, made in the same way.
    pub(crate) fn copy_of_program(&self, program: &Path, name: &str) -> PathBuf {
        let path = self.folder().join(name);
        let mut install = Command::new("install");
        let installed = install.args(["-m", "755"]).arg(program).arg(&path).status();
        assert!(installed.expect("install runs").success());
        path
    }

    /// One of the programs, with this home and nothing else of the caller's environment.
    pub(crate) fn program(&self, path: &str) -> Command {
        let mut command = Command::new(path);
        command
            .env_clear()
            .env("ALC_HOME", self.home())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .current_dir(self.folder())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_alc"));
        command.args(arguments);
        command
    }

    /// Runs `alc` to its end.
    #[track_caller]
    pub(crate) fn alc<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
        let mut command = self.command(arguments);
        Ran::new(command.output().expect("alc runs")).checked(&command)
    }

    /// Runs `alc` without root's right to pass over permissions; `None` where a test runs as root and
    /// nothing can take that away.
    pub(crate) fn alc_of_a_user<'a>(
        &self,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Option<Ran> {
        if alc_ipc::own_uid() != 0 {
            return Some(self.alc(arguments));
        }
        let mut command = self.program("setpriv");
        command.args(["--bounding-set=-dac_override,-dac_read_search", env!("CARGO_BIN_EXE_alc")]);
        command.args(arguments).output().ok().map(Ran::new)
    }

    /// Runs `alc` with something on its standard input.
    #[track_caller]
    pub(crate) fn alc_with<'a>(
        &self,
        arguments: impl IntoIterator<Item = &'a str>,
        input: impl AsRef<[u8]>,
    ) -> Ran {
        let mut command = self.command(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("alc runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A command that refuses its arguments may not read what it is given.
        let _ = stdin.write_all(input.as_ref());
        drop(stdin);
        Ran::new(child.wait_with_output().expect("alc ends")).checked(&command)
    }

    /// Starts a session from source, and returns its id.
    #[track_caller]
    pub(crate) fn spawn(&self, source: &str) -> String {
        self.alc_with(["spawn", "-"], source).ok()
    }

    /// Starts a session and waits for its first query.
    #[track_caller]
    pub(crate) fn spawn_paused(&self, source: &str) -> String {
        let id = self.spawn(source);
        self.alc(["prompt", &id]).ok();
        id
    }

    /// What `--json` prints, a value a line.
    #[track_caller]
    pub(crate) fn json<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Vec<Value> {
        let arguments: Vec<_> = arguments.into_iter().chain(["--json"]).collect();
        let ran = self.alc(arguments);
        let lines = ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        lines.collect()
    }

    /// A session's history without what differs from run to run: `seq`, times, ids, and the marks
    /// of daemons that took it up again.
    pub(crate) fn history(&self, id: &str) -> Vec<String> {
        let events = self.json(["watch", id]);
        let told = events.into_iter().filter(|event| event["kind"] != "recovered").map(|event| {
            let Value::Object(mut event) = event else { panic!("no object") };
            event.retain(|key, _| !matches!(key.as_str(), "seq" | "at" | "session"));
            Value::Object(event).to_string().replace(id, "ID")
        });
        told.collect()
    }

    /// Where this home's daemon listens, or the last one did.
    pub(crate) fn endpoint(&self) -> Option<Endpoint> {
        let home = Home::find(Some(self.home().to_owned())).expect("a path");
        Endpoint::read(&home).expect("reads")
    }

    /// A connection of one's own. The daemon is started if it is not there, also if somebody kills
    /// it meanwhile.
    pub(crate) fn connect(&self) -> Client {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let client = self.endpoint().and_then(|endpoint| Client::connect(&endpoint).ok());
            if let Some(client) = client {
                return client;
            }
            let started = self.alc(["daemon", "start"]);
            assert!(Instant::now() < deadline, "there is no daemon: {started:?}");
        }
    }

    /// A daemon with these fail points, which listens.
    pub(crate) fn start_daemon(&self, points: &str) -> Child {
        let mut command = self.program(env!("CARGO_BIN_EXE_alcd"));
        command.args(["run", "--ready"]).env("FAILPOINTS", points);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("alcd runs");
        let mut said = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut said).expect("reads");
        assert_eq!(said, "{\"ready\":true}\n");
        child
    }

    /// The running daemon's process id.
    pub(crate) fn daemon_pid(&self) -> Option<i32> {
        let status = self.alc(["daemon", "status"]);
        status.stdout.lines().find_map(|line| line.strip_prefix("pid=")?.parse().ok())
    }

    /// Kills the daemon, if one runs, and waits until it is gone. A client that waits may have started
    /// the next one by then.
    pub(crate) fn kill_daemon(&self) {
        let Some(pid) = self.daemon_pid() else { return };
        kill(pid, libc::SIGKILL);
        let lock = File::options().write(true).open(self.home().join("lock")).expect("a lock file");
        let deadline = Instant::now() + Duration::from_mins(1);
        while lock.try_lock().is_err() && self.daemon_pid().is_none_or(|other| other == pid) {
            assert!(Instant::now() < deadline, "{pid} lives on");
        }
    }

    /// Returns once no daemon owns the home.
    pub(crate) fn wait_for_lock(&self) {
        let lock = File::options().write(true).open(self.home().join("lock")).expect("a lock file");
        lock.lock().expect("locks");
    }
}

impl Drop for TestEnv {
    fn drop(&mut self) {
        if self.home().exists() {
            let _ = self.command(["daemon", "stop", "--force"]).output();
        }
    }
}

/// Kills a program that takes longer than any test should, until this is dropped; whoever waits for it
/// fails then, and does not hang.
pub(crate) struct Limit {
    _alive: std::sync::mpsc::Sender<()>,
}

impl Limit {
    pub(crate) fn of(child: &std::process::Child) -> Self {
        let pid = i32::try_from(child.id()).expect("a process id");
        let (alive, over) = std::sync::mpsc::channel::<()>();
        std::thread::spawn(move || {
            let waited = over.recv_timeout(Duration::from_mins(2));
            if waited == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                kill(pid, libc::SIGKILL);
            }
        });
        Self { _alive: alive }
    }
}

/// Whoever runs the tests may ignore signals, as `nohup` does; what they test must not inherit that.
#[expect(unsafe_code, reason = "what a signal does has no safe form in std")]
fn default_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM] {
            // SAFETY: no handler of anybody's is replaced; the tests have none for these.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
    });
}

/// Sends a signal to a process that this test started, or to a group of them, by its id below 0.
#[expect(unsafe_code, reason = "a signal to a process has no safe form in std")]
pub(crate) fn kill(pid: i32, signal: i32) {
    // SAFETY: a system call without memory arguments.
    let status = unsafe { libc::kill(pid, signal) };
    assert_eq!(status, 0, "no process {pid}");
}
