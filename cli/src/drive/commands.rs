//! The commands at work: each has a thread that reads what it prints, and they can all be ended.

use std::{
    io::{self, Read as _, Write as _},
    process::{ChildStdout, Command, ExitStatus},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::process::Process;

/// How long a command may take to end that was asked to.
pub(super) const GRACE: Duration = Duration::from_secs(2);
/// How long it takes until one is gone that was killed.
const DEATH: Duration = Duration::from_secs(1);

/// The commands of one driver; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commands(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    now: Mutex<Now>,
    fewer: Condvar,
}

#[derive(Debug, Default)]
struct Now {
    at_work: Vec<Arc<Process>>,
    /// Nothing is begun any more, and what is printed is dropped.
    over: bool,
}

/// What a command is given, and how much it may print.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) prompt: String,
    pub(super) limit: usize,
    /// Kept as long as the command is at work.
    pub(super) system: Option<tempfile::TempPath>,
}

/// What a command left that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// No more than one byte over the limit.
    pub(super) printed: Vec<u8>,
    pub(super) status: ExitStatus,
}

impl Commands {
    /// Starts a command; `done` is told what it left, from another thread. Refused once all are ended.
    pub(super) fn start(
        &self,
        command: Command,
        task: Task,
        done: impl FnOnce(io::Result<Ended>) + Send + 'static,
    ) -> io::Result<Arc<Process>> {
        let mut now = self.0.now();
        if now.over {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let (process, stdin, stdout) = Process::start(command)?;
        let process = Arc::new(process);
        let Task { prompt, limit, system } = task;
        // It need not read its prompt, nor need whoever it leaves behind.
        let feed = move || { &stdin }.write_all(prompt.as_bytes()).ok();
        let (shared, its) = (Arc::clone(&self.0), Arc::clone(&process));
        let attend = move || {
            let ended = attend(&its, stdout, limit);
            drop(system);
            if shared.leave(&its) {
                done(ended);
            }
        };
        let threads = spawn("prompt", feed).and_then(|()| spawn("answer", attend));
        if let Err(error) = threads {
            process.kill();
            return Err(error);
        }
        now.at_work.push(Arc::clone(&process));
        Ok(process)
    }

    /// Ends every command, gently at first, and returns when they are gone.
    pub(crate) fn end(&self) {
        let mut now = self.0.now();
        now.over = true;
        now.at_work.iter().for_each(|process| process.terminate());
        now = self.0.wait(now, GRACE);
        now.at_work.iter().for_each(|process| process.kill());
        drop(self.0.wait(now, DEATH));
    }
}

impl Shared {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A command is gone; true if it matters what it left.
    fn leave(&self, process: &Arc<Process>) -> bool {
        let mut now = self.now();
        now.at_work.retain(|other| !Arc::ptr_eq(other, process));
        self.fewer.notify_all();
        !now.over
    }

    /// Waits until none is left, or the time is up.
    fn wait<'a>(&self, now: MutexGuard<'a, Now>, time: Duration) -> MutexGuard<'a, Now> {
        let waited = self.fewer.wait_timeout_while(now, time, |now| !now.at_work.is_empty());
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

fn attend(process: &Process, stdout: ChildStdout, limit: usize) -> io::Result<Ended> {
    let mut printed = Vec::new();
    let read = stdout.take(limit as u64 + 1).read_to_end(&mut printed);
    if printed.len() > limit || read.is_err() {
        process.kill();
    }
    let status = process.wait()?;
    read.map(|_| Ended { printed, status })
}

fn spawn<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(body).map(drop)
}
