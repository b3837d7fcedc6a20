//! While a verb waits: SIGINT, SIGTERM and SIGHUP end the client alone, which says what it leaves
//! behind and how to go on, and dies of the signal; and a reader who leaves ends a verb that reads.
//!
//! A thread attends to both, so that it does not matter where the verb is held up: connecting,
//! starting a daemon, or writing to a pager that nobody scrolls. It begins with the first wait.

#[cfg_attr(unix, path = "signals/unix.rs")]
#[cfg_attr(windows, path = "signals/windows.rs")]
mod platform;

use std::{
    fmt,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use signal_hook::{consts::SIGINT, low_level};

use self::platform::{attend, stdout_has_room, takes_a_line};
use crate::{error::Interrupted, output::Stderr};

/// How long a signal waits for a line that is being printed, and then for room for its own.
const GRACE: Duration = Duration::from_millis(40);
/// How long it waits for a line that somebody takes: on a busy machine it may be noted as printed late.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is said of a verb that a signal ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// What was given up, and how things stand.
    pub(crate) sentence: String,
    /// The command that goes on.
    pub(crate) command: String,
}

/// Knows what is left behind if the client ends now.
#[derive(Clone)]
pub(crate) struct Signals {
    scene: Arc<Scene>,
    /// Who reads stdout may leave at any time.
    only_reads: bool,
}

struct Scene {
    stderr: Stderr,
    now: Mutex<Now>,
    /// A step is done.
    stepped: Condvar,
    /// Another program has the keyboard, and means what is typed there.
    lent: AtomicBool,
}

#[derive(Default)]
struct Now {
    /// While the verb waits.
    left: Option<Left>,
    /// What is done before the client dies.
    first: Option<Box<dyn FnOnce() + Send>>,
    /// Something is printed, and then something else is left.
    stepping: bool,
    attended: bool,
    /// Nobody reads stdout any more.
    unread: bool,
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signals").finish_non_exhaustive()
    }
}

/// The verb waits until this is dropped.
pub(crate) struct Waiting<'a> {
    scene: &'a Scene,
    /// A wait within another one changes nothing: the outer one says what is left.
    outermost: bool,
}

impl Signals {
    /// For a verb that waits perhaps; nothing happens until it does.
    pub(crate) fn new(stderr: Stderr, only_reads: bool) -> Self {
        let (now, stepped, lent) = (Mutex::default(), Condvar::new(), AtomicBool::new(false));
        Self { scene: Arc::new(Scene { stderr, now, stepped, lent }), only_reads }
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

    /// Does what Ctrl-C does, for a terminal that takes it for a key.
    pub(crate) fn interrupt() {
        low_level::raise(SIGINT).ok();
    }

    /// Lets another program have the keyboard, as an editor does: what interrupts that one is none of
    /// ours.
    pub(crate) fn lend_keyboard<T>(&self, act: impl FnOnce() -> T) -> T {
        self.scene.lent.store(true, Ordering::Relaxed);
        let done = act();
        self.scene.lent.store(false, Ordering::Relaxed);
        done
    }
}

impl Waiting<'_> {
    /// Has this done before a signal ends the client.
    pub(crate) fn do_first(&self, act: impl FnOnce() + Send + 'static) {
        if self.outermost {
            self.scene.now().first = Some(Box::new(act));
        }
    }

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
            let mut now = self.scene.now();
            (now.left, now.first) = (None, None);
        }
    }
}

impl Scene {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what is left, and dies of the signal. No verb ends meanwhile.
    fn die(&self, signal: i32) {
        if signal == SIGINT && self.lent.load(Ordering::Relaxed) {
            return;
        }
        let wait = |now, grace| {
            let stepped = self.stepped.wait_timeout_while(now, grace, |now: &mut Now| now.stepping);
            stepped.unwrap_or_else(PoisonError::into_inner).0
        };
        let mut now = wait(self.now(), GRACE);
        if now.stepping && stdout_has_room() {
            now = wait(now, PATIENCE);
        }
        if let Some(first) = now.first.take() {
            first();
        }
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
