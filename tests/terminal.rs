//! A pseudo-terminal: programs as a person at a keyboard meets them.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    num::NonZero,
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags},
    io::{FdFlags, fcntl_setfd},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use crate::env::Limit;

/// Ctrl-C, as a keyboard sends it.
pub(crate) const CTRL_C: &[u8] = b"\x03";

const ROWS: NonZero<u16> = NonZero::new(24).expect("more than none");
const COLUMNS: NonZero<u16> = NonZero::new(80).expect("more than none");
/// How long a screen may take to show what it should.
const PATIENCE: Duration = Duration::from_mins(1);

/// Which of a program's outputs is the terminal; the other one is a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Both,
    Stdout,
    Stderr,
}

/// A terminal of 80 columns with a program on it.
pub(crate) struct Terminal {
    /// The keyboard's and the screen's side.
    controller: File,
    program: Program,
    bytes: Vec<u8>,
    screen: vt100::Parser,
}

/// What a program left that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// What a person sees at the end, without what is empty.
    pub(crate) screen: String,
    /// Every byte that the terminal was sent.
    pub(crate) bytes: String,
    /// What went into the pipe.
    pub(crate) piped: String,
}

impl Terminal {
    /// Starts a program with this as its controlling terminal, its input and its output.
    pub(crate) fn start(command: Command) -> Self {
        Self::showing(Shown::Both, command)
    }

    /// The same with some of its output on the terminal.
    pub(crate) fn showing(shown: Shown, mut command: Command) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        // Another test's program must not inherit it.
        #[cfg(target_os = "linux")]
        let flags = flags | OpenptFlags::CLOEXEC;
        let controller = openpt(flags).expect("a terminal");
        fcntl_setfd(&controller, FdFlags::CLOEXEC).expect("sets");
        grantpt(&controller).expect("grants");
        unlockpt(&controller).expect("unlocks");
        let size =
            Winsize { ws_row: ROWS.get(), ws_col: COLUMNS.get(), ws_xpixel: 0, ws_ypixel: 0 };
        let name = ptsname(&controller, Vec::new()).expect("a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let opened = rustix::fs::open(&name, flags, Mode::empty());
        let user = File::from(opened.expect("opens"));
        tcsetwinsize(&user, size).expect("sets");
        let end = || Stdio::from(user.try_clone().expect("a descriptor"));
        let unless = |other| if shown == other { Stdio::piped() } else { end() };
        command.stdin(end()).stdout(unless(Shown::Stderr)).stderr(unless(Shown::Stdout));
        if command.get_envs().all(|(name, _)| name != "TERM") {
            command.env("TERM", "xterm");
        }
        take_terminal(&mut command);
        let child = command.spawn().expect("runs");
        let limit = Limit::of(&child);
        let screen = vt100::Parser::new(ROWS, COLUMNS, 1000);
        Self {
            controller: File::from(controller),
            program: Program(child, limit),
            bytes: Vec::new(),
            screen,
        }
    }

    /// The program's process id.
    pub(crate) fn pid(&self) -> i32 {
        i32::try_from(self.program.0.id()).expect("a process id")
    }

    /// Types.
    pub(crate) fn press(&mut self, keys: &[u8]) {
        self.controller.write_all(keys).expect("types");
    }

    /// Returns the screen once it has a text. What is drawn with it, but below, may not be there yet.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        self.wait_until(&format!("has {text:?}"), |screen| screen.contains(text))
    }

    /// Returns the screen once it is as it should be. A picture comes in parts: what is not yet so may
    /// be soon.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return screen;
            }
            assert!(self.read(deadline), "it ended before it {what}: {screen}");
        }
    }

    /// What a person sees now.
    pub(crate) fn screen(&self) -> String {
        let rows = self.screen.screen().rows(0, COLUMNS.get());
        let rows: Vec<_> = rows.map(|row| row.trim_end().to_owned()).collect();
        rows.join("\n").trim_end().to_owned()
    }

    /// Closes the terminal, as one closes a window, and returns how the program ended.
    pub(crate) fn close(self) -> ExitStatus {
        let Self { controller, mut program, .. } = self;
        drop(controller);
        program.0.wait().expect("ends")
    }

    /// Returns when the program has ended and nobody else has the terminal.
    pub(crate) fn end(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        while self.read(deadline) {}
        let mut piped = String::new();
        let child = &mut self.program.0;
        if let Some(mut pipe) = child.stdout.take() {
            pipe.read_to_string(&mut piped).expect("UTF-8");
        }
        if let Some(mut pipe) = child.stderr.take() {
            pipe.read_to_string(&mut piped).expect("UTF-8");
        }
        let status = child.wait().expect("ends");
        let screen = self.screen();
        Ended { status, screen, bytes: String::from_utf8(self.bytes).expect("UTF-8"), piped }
    }

    /// Takes in what comes next; false at the end.
    #[track_caller]
    fn read(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).expect("a time");
        let mut ready = [PollFd::new(&self.controller, PollFlags::IN)];
        let ready = poll(&mut ready, Some(&left)).expect("waits");
        assert_ne!(ready, 0, "nothing more in time: {}", self.screen());
        let mut chunk = [0; 4096];
        // Linux says that the other side is gone with an error.
        let count = self.controller.read(&mut chunk).unwrap_or(0);
        self.bytes.extend_from_slice(&chunk[..count]);
        self.screen.process(&chunk[..count]);
        count > 0
    }
}

/// A test that fails must not leave its program behind.
struct Program(Child, #[expect(dead_code, reason = "it acts by being there")] Limit);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lets the program begin a session whose terminal is its standard input, and which no signal is kept
/// from, as the tests themselves may be.
#[expect(unsafe_code, reason = "a terminal is taken between fork and exec")]
fn take_terminal(command: &mut Command) {
    let take = || {
        for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT] {
            // SAFETY: a system call without memory arguments.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
        rustix::process::setsid()?;
        rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
        Ok(())
    };
    // SAFETY: a few system calls; nothing is allocated and no lock is taken after the fork.
    unsafe {
        command.pre_exec(take);
    }
}
