//! A command that runs, with all that it starts: on Unix a process group of its own.

use std::{
    io,
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A running command.
#[derive(Debug)]
pub(super) struct Process(Mutex<Leader>);

#[derive(Debug)]
struct Leader {
    child: Child,
    /// Its process id may be somebody else's by now.
    over: bool,
}

impl Process {
    /// Starts a command, which is written to and read from; its stderr is this process's.
    pub(super) fn start(mut command: Command) -> io::Result<(Self, ChildStdin, ChildStdout)> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => {
                Ok((Self(Mutex::new(Leader { child, over: false })), stdin, stdout))
            }
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Asks it to end.
    pub(super) fn terminate(&self) {
        self.lock().terminate();
    }

    /// Ends it.
    pub(super) fn kill(&self) {
        self.lock().kill();
    }

    /// How it ended.
    #[cfg(unix)]
    pub(super) fn wait(&self) -> io::Result<ExitStatus> {
        let leader = self.lock().id();
        // Not locked meanwhile, so that it can be ended; and it keeps its id, so that nothing else is.
        await_end(leader)?;
        let mut leader = self.lock();
        leader.over = true;
        leader.child.wait()
    }

    /// How it ended; looked for now and then.
    #[cfg(not(unix))]
    pub(super) fn wait(&self) -> io::Result<ExitStatus> {
        let (_sender, never) = std::sync::mpsc::channel::<()>();
        loop {
            if let Some(status) = self.lock().child.try_wait()? {
                return Ok(status);
            }
            never.recv_timeout(std::time::Duration::from_millis(20)).ok();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Leader> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(unix)]
mod group {
    //! Signals to the whole group.

    use std::io;

    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

    use super::Leader;

    impl Leader {
        pub(super) fn id(&self) -> Pid {
            Pid::from_child(&self.child)
        }

        pub(super) fn terminate(&self) {
            self.send(Signal::TERM);
            // A command that stands still, since it wanted the terminal, would not hear of it.
            self.send(Signal::CONT);
        }

        pub(super) fn kill(&self) {
            self.send(Signal::KILL);
        }

        fn send(&self, signal: Signal) {
            if !self.over {
                // One that has ended just now needs no signal.
                kill_process_group(self.id(), signal).ok();
            }
        }
    }

    /// Waits until a child has ended, and leaves it to be waited for.
    pub(super) fn await_end(child: Pid) -> io::Result<()> {
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        loop {
            match waitid(WaitId::Pid(child), ended) {
                Err(rustix::io::Errno::INTR) => {}
                waited => return Ok(waited.map(drop)?),
            }
        }
    }
}

#[cfg(unix)]
use self::group::await_end;

#[cfg(not(unix))]
impl Leader {
    fn terminate(&mut self) {
        self.kill();
    }

    fn kill(&mut self) {
        if !self.over {
            // One that has ended just now needs no signal.
            self.child.kill().ok();
        }
    }
}
