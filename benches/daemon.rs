//! A daemon with a data folder of its own, and what the system knows of its process.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use alc_core::{Reference, SessionId};
use alc_ipc::{Answers, Client, Endpoint, Home, Json, Resume, Resumed, Spawn, Wait, WaitFor};
use tempfile::TempDir;

/// Asks for ever.
pub(crate) const LOOP: &str = "for i = 1, 1000000 do alc.llm('question ' .. i) end";
/// How many clients make sessions at a time.
const HANDS: u32 = 32;

/// A daemon that ends with its folder.
pub(crate) struct Daemon {
    folder: TempDir,
    home: Home,
    child: Child,
}

impl Daemon {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::find(Some(folder.path().join("home"))).expect("a home");
        let child = launch(&home, arguments);
        Self { folder, home, child }
    }

    /// Ends it and starts the next one; says how long that one takes until it is ready.
    pub(crate) fn restart(&mut self, arguments: &[&str]) -> Duration {
        let deadline = Instant::now() + Duration::from_secs(10);
        Client::stop(&self.endpoint(), true, deadline).expect("ends");
        self.child.wait().expect("ends");
        let begun = Instant::now();
        self.child = launch(&self.home, arguments);
        begun.elapsed()
    }

    /// Where there is room for more.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn endpoint(&self) -> Endpoint {
        Endpoint::read(&self.home).expect("reads").expect("an endpoint")
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.endpoint()).expect("connects")
    }

    /// The command line for this folder.
    pub(crate) fn alc(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_alc"));
        command.env("ALC_HOME", self.home.path()).args(arguments);
        command
    }

    /// Starts so many sessions that pause at once.
    pub(crate) fn pause_many(&self, count: u32) {
        thread::scope(|scope| {
            for hand in 0..HANDS {
                let share = count / HANDS + u32::from(hand < count % HANDS);
                scope.spawn(move || {
                    let mut client = self.client();
                    (0..share).for_each(|_| drop(paused(&mut client, LOOP)));
                });
            }
        });
    }

    /// The memory that is in use, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
    }

    pub(crate) fn resident_mib(&self) -> f64 {
        u32::try_from(self.resident_kib()).map_or(f64::MAX, f64::from) / 1024.0
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn threads(&self) -> usize {
        self.tasks().len()
    }

    /// What part of a core it takes within so long, and how often a second one of its threads wakes up.
    pub(crate) fn activity(&self, time: Duration) -> (f64, f64) {
        let before = self.work();
        thread::sleep(time);
        let after = self.work();
        let busy = after.0.saturating_sub(before.0);
        let woken = u32::try_from(after.1.saturating_sub(before.1)).unwrap_or(u32::MAX);
        (busy.as_secs_f64() / time.as_secs_f64(), f64::from(woken) / time.as_secs_f64())
    }

    /// For how long its threads have computed.
    pub(crate) fn computed(&self) -> Duration {
        self.work().0
    }

    /// For how long its threads have computed, and how often they went to sleep.
    fn work(&self) -> (Duration, u64) {
        let sum = self.tasks().into_iter().reduce(|sum, task| (sum.0 + task.0, sum.1 + task.1));
        let (nanoseconds, slept) = sum.unwrap_or_default();
        (Duration::from_nanos(nanoseconds), slept)
    }

    /// Of each thread, for how many nanoseconds it ran, and how often it went to sleep.
    fn tasks(&self) -> Vec<(u64, u64)> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).into_iter().flatten();
        let numbers = tasks.flatten().map(|task| {
            let read = |file| fs::read_to_string(task.path().join(file)).unwrap_or_default();
            let (schedule, status) = (read("schedstat"), read("status"));
            let busy = schedule.split_whitespace().next().and_then(|word| word.parse().ok());
            let line =
                status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            let slept = line.and_then(|line| line.trim().parse().ok());
            (busy.unwrap_or_default(), slept.unwrap_or_default())
        });
        numbers.collect()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Starts a daemon, and returns when it is ready.
fn launch(home: &Home, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alcd"));
    command.args(["run", "--ready", "--home"]).arg(home.path()).args(arguments);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("reads");
    assert_eq!(line, "{\"ready\":true}\n");
    child
}

/// Starts a session, which is on disk then.
pub(crate) fn spawn(client: &mut Client, source: &str) -> SessionId {
    let spawn = Spawn::new(source.to_owned(), "bench".to_owned(), Json("{}".to_owned()));
    client.spawn(spawn).expect("spawns")
}

/// Starts a session and waits for its first pause.
pub(crate) fn paused(client: &mut Client, source: &str) -> SessionId {
    let id = spawn(client, source);
    wait(client, &id, WaitFor::Actionable);
    id
}

pub(crate) fn wait(client: &mut Client, id: &SessionId, until: WaitFor) {
    let session = Reference::from(id.clone());
    client.wait(Wait { session, until }).expect("gets there");
}

/// Answers, and asks for the next question or not.
pub(crate) fn answer(client: &mut Client, id: &SessionId, next: bool) -> Resumed {
    let answers = Answers::One { text: "an answer".to_owned(), usage: None };
    let resume = Resume { next, ..Resume::new(id.clone().into(), answers) };
    client.resume(resume).expect("answers")
}

/// Answers, and returns when the session is paused again.
pub(crate) fn answer_to_next(client: &mut Client, id: &SessionId) {
    if answer(client, id, true).next.is_none() {
        wait(client, id, WaitFor::Actionable);
    }
}
