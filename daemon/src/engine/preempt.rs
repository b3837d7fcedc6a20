//! Ends time slices.
//!
//! A watchdog thread looks at the workers and tells one whose slice is over; there a hook of Lua's
//! yields. Where threads can be signalled the hook is set only then, so a script that is within its
//! slice pays nothing for it; elsewhere it is always set.
//!
//! ```text
//! watchdog ─► Post.over ─► signal ─► sets the hook ─► the hook yields, or raises
//!                   └───── the permanent hook looks ─┘
//! ```

mod hook;
#[cfg(any(not(unix), test))]
mod permanent;
#[cfg(unix)]
mod signal;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread::{self, JoinHandle, Thread},
    time::{Duration, Instant},
};

pub(super) use hook::{is_cancelled, run, stops, switch};

/// What the watchdog sees of one worker, and tells it.
struct Post {
    hooking: Hooking,
    #[cfg(unix)]
    thread: signal::ThreadId,
    /// When the slice began, in microseconds since [`epoch`]; 0 between slices.
    begun: AtomicU64,
    /// The slice is over, and no hook has acted on that yet.
    over: AtomicBool,
    /// How often a hook has acted on this worker: Lua code runs there.
    hooked: AtomicU64,
    /// What to do when the worker is lost in a C function.
    lost: Box<dyn Fn() + Send + Sync>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    posts: Mutex<Vec<Arc<Post>>>,
    /// The watchdog sleeps until somebody wakes it: no slice was under way when it last looked.
    parked: AtomicBool,
    stopped: AtomicBool,
    thread: OnceLock<Thread>,
}

impl Shared {
    fn posts(&self) -> MutexGuard<'_, Vec<Arc<Post>>> {
        // Nothing under the lock can panic half-way.
        self.posts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_idle(&self) -> bool {
        self.posts().iter().all(|post| post.begun.load(SeqCst) == 0)
    }
}

impl Post {
    /// A slice begins.
    fn begin(&self) {
        self.over.store(false, SeqCst);
        self.begun.store(micros(), SeqCst);
        if self.shared.parked.load(SeqCst)
            && let Some(watchdog) = self.shared.thread.get()
        {
            watchdog.unpark();
        }
    }

    fn end(&self) {
        self.begun.store(0, SeqCst);
    }

    /// Tells the worker that its slice is over. Should that come late, it costs one short slice.
    fn interrupt(&self) {
        self.over.store(true, SeqCst);
        match self.hooking {
            #[cfg(unix)]
            Hooking::OnSignal => self.thread.signal(),
            #[cfg(any(not(unix), test))]
            Hooking::Permanent => {}
        }
    }
}

fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}

fn micros() -> u64 {
    in_micros(epoch().elapsed()).max(1)
}

fn in_micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// How long things may take before the watchdog acts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// A slice; then others get their turn.
    pub(super) slice: Duration,
    /// One call of a C function, such as a pattern that never ends; then its worker is given up.
    pub(super) call: Duration,
}

/// How the hook gets to a script whose slice is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hooking {
    /// A signal sets it: it costs nothing before.
    #[cfg(unix)]
    OnSignal,
    /// It is always set, and looks now and then.
    #[cfg(any(not(unix), test))]
    Permanent,
}

impl Hooking {
    /// The best that this platform has.
    #[cfg(unix)]
    pub(super) const BEST: Self = Self::OnSignal;
    /// The best that this platform has.
    #[cfg(not(unix))]
    pub(super) const BEST: Self = Self::Permanent;
}

/// Watches the workers of one pool. Those that are not lost must be gone when it is dropped.
pub(super) struct Watchdog {
    shared: Arc<Shared>,
    hooking: Hooking,
    thread: Option<JoinHandle<()>>,
}

/// Lets threads become watched workers.
#[derive(Clone)]
pub(super) struct Enrolment {
    shared: Arc<Shared>,
    hooking: Hooking,
}

impl Watchdog {
    pub(super) fn start(patience: Patience, hooking: Hooking) -> std::io::Result<Self> {
        #[cfg(unix)]
        signal::install_handler()?;
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new().name("alc-watchdog".to_owned()).spawn({
            let shared = shared.clone();
            move || watch(&shared, patience)
        })?;
        Ok(Self { shared, hooking, thread: Some(thread) })
    }

    pub(super) fn enrolment(&self) -> Enrolment {
        Enrolment { shared: self.shared.clone(), hooking: self.hooking }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.stopped.store(true, SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A watchdog that panicked has nothing left to stop.
            let _ = thread.join();
        }
    }
}

impl Enrolment {
    /// Makes the calling thread a watched worker. When it is lost in a C function, the watchdog
    /// calls `lost` and watches it no more.
    pub(super) fn enrol(&self, lost: impl Fn() + Send + Sync + 'static) {
        let post = Arc::new(Post {
            hooking: self.hooking,
            #[cfg(unix)]
            thread: signal::ThreadId::own(),
            begun: AtomicU64::new(0),
            over: AtomicBool::new(false),
            hooked: AtomicU64::new(0),
            lost: Box::new(lost),
            shared: self.shared.clone(),
        });
        self.shared.posts().push(post.clone());
        hook::take_post(post);
    }
}

/// What the watchdog remembers of a worker between two looks.
#[derive(Clone, Copy, Default)]
struct Seen {
    begun: u64,
    hooked: u64,
    /// When the slice was first over without a hook having acted since.
    over_since: u64,
    interrupted: u64,
}

fn watch(shared: &Shared, patience: Patience) {
    let _ = shared.thread.set(thread::current());
    let mut seen: HashMap<*const Post, Seen> = HashMap::new();
    while !shared.stopped.load(SeqCst) {
        let posts = shared.posts().clone();
        let now = micros();
        let dues = posts.iter().filter_map(|post| {
            look(post, seen.entry(Arc::as_ptr(post)).or_default(), now, patience)
        });
        if let Some(next) = dues.min() {
            let wait = Duration::from_micros(next.saturating_sub(now).max(20));
            thread::park_timeout(wait);
            continue;
        }
        seen.clear();
        // A slice that begins now sees the flag, or is seen by the second look.
        shared.parked.store(true, SeqCst);
        if shared.is_idle() && !shared.stopped.load(SeqCst) {
            thread::park();
        }
        shared.parked.store(false, SeqCst);
    }
}

/// Looks at one worker and does what is due; returns when to look again, if a slice is under way.
fn look(post: &Arc<Post>, seen: &mut Seen, now: u64, patience: Patience) -> Option<u64> {
    let (begun, hooked) = (post.begun.load(SeqCst), post.hooked.load(SeqCst));
    if begun == 0 {
        return None;
    }
    if begun != seen.begun || hooked != seen.hooked {
        *seen = Seen { begun, hooked, ..Seen::default() };
    }
    let slice = in_micros(patience.slice);
    // Told again every slice, where the hook could not end it.
    let due = begun.max(seen.interrupted) + slice;
    if due > now {
        return Some(due);
    }
    if seen.over_since == 0 {
        seen.over_since = now;
    }
    if now - seen.over_since >= in_micros(patience.call) {
        post.shared.posts().retain(|other| !Arc::ptr_eq(other, post));
        (post.lost)();
        return None;
    }
    post.interrupt();
    seen.interrupted = now;
    Some(now + slice)
}

#[cfg(test)]
mod tests;
