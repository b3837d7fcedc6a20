//! While a verb waits: SIGINT, SIGTERM and SIGHUP end the client alone, which says what it leaves
//! behind and how to go on, and dies of the signal; and a reader who leaves ends a verb that reads.
//!
//! A thread attends to both, so that it does not matter where the verb is held up: connecting,
//! starting a daemon, or writing to a pager that nobody scrolls. It begins with the first wait.

#[cfg_attr(unix, path = "signals/unix.rs")]
#[cfg_attr(windows, path = "signals/windows.rs")]
mod platform;

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use signal_hook::low_level;

use self::platform::{attend, takes_a_line};
use crate::{error::Interrupted, output::Stderr};

/// How long a signal waits for a line that is being printed.
const GRACE: Duration = Duration::from_millis(50);

/// What is said of a verb that a signal ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// What was given up, and how things stand.
    pub(crate) sentence: String,
    /// The command that goes on.
    pub(crate) command: String,
}

/// Knows what is left behind if the client ends now.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    scene: Arc<Scene>,
    /// Who reads stdout may leave at any time.
    only_reads: bool,
}

#[derive(Debug)]
struct Scene {
    stderr: Stderr,
    now: Mutex<Now>,
    /// A step is done.
    stepped: Condvar,
}

#[derive(Debug, Default)]
struct Now {
    /// While the verb waits.
    left: Option<Left>,
    /// Something is printed, and then something else is left.
    stepping: bool,
    attended: bool,
    /// Nobody reads stdout any more.
    unread: bool,
}

/// The verb waits until this is dropped.
#[derive(Debug)]
pub(crate) struct Waiting<'a> {
    scene: &'a Scene,
    /// A wait within another one changes nothing: the outer one says what is left.
    outermost: bool,
}

impl Signals {
    /// For a verb that waits perhaps; nothing happens until it does.
    pub(crate) fn new(stderr: Stderr, only_reads: bool) -> Self {
        let (now, stepped) = (Mutex::default(), Condvar::new());
        Self { scene: Arc::new(Scene { stderr, now, stepped }), only_reads }
    }

    /// From now on the verb waits, and leaves this if it is ended.
    pub(crate) fn waiting(&self, left: Left) -> Waiting<'_> {
        let mut now = self.scene.now();
        let outermost = now.left.is_none();
        if outermost {
            now.left = Some(left);
        }
        if !now.attended {
            now.attended = true;
            attend(&self.scene, self.only_reads);
        }
        if now.unread {
            self.scene.leave();
        }
        Waiting { scene: &self.scene, outermost }
    }
}

impl Waiting<'_> {
    /// Does something after which something else is left, such as printing an event. A signal lets
    /// it finish, unless it takes too long.
    pub(crate) fn step<T>(&self, act: impl FnOnce() -> (T, Left)) -> T {
        self.scene.now().stepping = true;
        let (done, left) = act();
        let mut now = self.scene.now();
        now.stepping = false;
        if self.outermost {
            now.left = Some(left);
        }
        self.scene.stepped.notify_one();
        done
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.outermost {
            self.scene.now().left = None;
        }
    }
}

impl Scene {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what is left, and dies of the signal. No verb ends meanwhile.
    fn die(&self, signal: i32) {
        let stepped = self.stepped.wait_timeout_while(self.now(), GRACE, |now| now.stepping);
        let (now, _) = stepped.unwrap_or_else(PoisonError::into_inner);
        let left = now.left.as_ref().filter(|_| takes_a_line());
        self.stderr.end(left.map(|left| Interrupted { signal, left }), || {
            low_level::emulate_default_handler(signal).ok();
        });
    }

    /// Ends the client as one whose reader has seen enough. `_exit`, since the other thread may be
    /// anywhere; a verb that only reads leaves nothing unfinished.
    fn leave(&self) {
        self.stderr.end(None, || low_level::exit(0));
    }
}
