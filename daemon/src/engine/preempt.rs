//! Ends time slices, at no cost while none is over.
//!
//! A watchdog thread signals a worker whose slice is over. The signal's handler sets a hook on the
//! coroutine that runs there, as the `lua` program does on Ctrl-C, and the hook yields. It must stay
//! set until the next slice has begun, because mlua tells a slice from an ordinary yield by it; it
//! then takes itself off at the first instruction. Behind a C function that cannot be yielded
//! across, the hook lets the slice run on, or, once the session is cancelled, raises an error at
//! every instruction until the script is out.
//!
//! The coroutine and the token are known to the handler and the hook only while `run` is on the
//! worker's stack, so a stray signal finds nothing or costs one short slice.

#![expect(unsafe_code, reason = "a hook and a signal handler are C callbacks")]

use std::{
    cell::Cell,
    collections::HashMap,
    ptr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread::{self, JoinHandle, Thread},
    time::{Duration, Instant},
};

use mlua::ffi;
use tokio_util::sync::CancellationToken;

thread_local! {
    /// The coroutine that runs on this worker, if one does.
    static RUNNING: Cell<*mut ffi::lua_State> = const { Cell::new(ptr::null_mut()) };
    /// What cancels it.
    static TOKEN: Cell<*const CancellationToken> = const { Cell::new(ptr::null()) };
    /// Its slice is over and the hook has not acted on that yet.
    static OVER: Cell<bool> = const { Cell::new(false) };
    /// This worker's place with its watchdog, for the hook; set as long as `TOKEN` is.
    static LOOKED_AT: Cell<*const Post> = const { Cell::new(ptr::null()) };
    /// This worker's place with its watchdog.
    static POST: Cell<Option<Arc<Post>>> = const { Cell::new(None) };
}

/// What the watchdog sees of one worker.
struct Post {
    #[cfg(unix)]
    thread: libc::pthread_t,
    /// When the slice began, in microseconds since [`epoch`]; 0 between slices.
    begun: AtomicU64,
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

/// Watches the workers of one pool. Those that are not lost must be gone when it is dropped.
pub(super) struct Watchdog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Lets threads become watched workers.
#[derive(Clone)]
pub(super) struct Enrolment(Arc<Shared>);

impl Watchdog {
    pub(super) fn start(patience: Patience) -> std::io::Result<Self> {
        install_handler()?;
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new().name("alc-watchdog".to_owned()).spawn({
            let shared = shared.clone();
            move || watch(&shared, patience)
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(super) fn enrolment(&self) -> Enrolment {
        Enrolment(self.shared.clone())
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
            #[cfg(unix)]
            // SAFETY: it has no preconditions.
            thread: unsafe { libc::pthread_self() },
            begun: AtomicU64::new(0),
            hooked: AtomicU64::new(0),
            lost: Box::new(lost),
            shared: self.0.clone(),
        });
        self.0.posts().push(post.clone());
        POST.set(Some(post));
    }
}

/// What the watchdog remembers of a worker between two looks.
#[derive(Clone, Copy, Default)]
struct Seen {
    begun: u64,
    hooked: u64,
    /// When the slice was first over without a hook having acted since.
    over_since: u64,
    signalled: u64,
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
    // Signalled again every slice, where the hook could not end it.
    let due = begun.max(seen.signalled) + slice;
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
    signal(post);
    seen.signalled = now;
    Some(now + slice)
}

/// Runs `slice`, which resumes `coroutine`; it ends when its time is over or `token` is cancelled
/// and the coroutine's Lua code runs.
pub(super) fn run<T>(
    coroutine: *mut ffi::lua_State,
    token: &CancellationToken,
    slice: impl FnOnce() -> T,
) -> T {
    /// Nothing is known to handler and hook any more, also when `slice` panics.
    struct Ends(Option<Arc<Post>>);
    impl Drop for Ends {
        fn drop(&mut self) {
            RUNNING.set(ptr::null_mut());
            TOKEN.set(ptr::null());
            LOOKED_AT.set(ptr::null());
            if let Some(post) = self.0.take() {
                post.begun.store(0, SeqCst);
                POST.set(Some(post));
            }
        }
    }
    let ends = Ends(POST.take());
    OVER.set(false);
    TOKEN.set(token);
    RUNNING.set(coroutine);
    if let Some(post) = &ends.0 {
        LOOKED_AT.set(Arc::as_ptr(post));
        post.begun.store(micros(), SeqCst);
        if post.shared.parked.load(SeqCst)
            && let Some(watchdog) = post.shared.thread.get()
        {
            watchdog.unpark();
        }
    }
    slice()
}

/// From now on `coroutine` is what runs on this worker, within the same slice.
pub(super) fn switch(coroutine: *mut ffi::lua_State) {
    if !RUNNING.get().is_null() {
        RUNNING.set(coroutine);
    }
}

/// The slice of `state`'s coroutine is over, or `state` has just begun a slice.
unsafe extern "C-unwind" fn hook(state: *mut ffi::lua_State, _: *mut ffi::lua_Debug) {
    // SAFETY: Lua calls this on the thread that runs `state`, at an instruction of a Lua function,
    // which is where yielding without values and raising are allowed. No value that needs dropping
    // is alive when `lua_error` leaves. `TOKEN` and `LOOKED_AT` are set only while `run` holds what
    // they point to.
    unsafe {
        if OVER.replace(false) {
            let post = LOOKED_AT.get();
            if !post.is_null() {
                (*post).hooked.fetch_add(1, SeqCst);
            }
            if ffi::lua_isyieldable(state) != 0 {
                ffi::lua_yield(state, 0);
                return;
            }
            let token = TOKEN.get();
            if !token.is_null() && (*token).is_cancelled() {
                OVER.set(true);
                ffi::lua_pushstring(state, c"cancelled".as_ptr());
                ffi::lua_error(state);
            }
        }
        ffi::lua_sethook(state, None, 0, 0);
    }
}

#[cfg(unix)]
fn signal(post: &Post) {
    // SAFETY: workers enrol with their own id, and outlive the watchdog or are lost and forgotten.
    unsafe {
        libc::pthread_kill(post.thread, libc::SIGURG);
    }
}

#[cfg(unix)]
extern "C" fn on_signal(_: libc::c_int) {
    let state = RUNNING.get();
    if !state.is_null() {
        OVER.set(true);
        // SAFETY: Lua allows setting a hook from a signal handler; `state` runs on this thread.
        unsafe {
            ffi::lua_sethook(state, Some(hook), ffi::LUA_MASKCOUNT, 1);
        }
    }
}

/// SIGURG, since nothing else uses it and its default is to be ignored.
#[cfg(unix)]
fn install_handler() -> std::io::Result<()> {
    // SAFETY: all-zero is a valid `sigaction`, and the handler only touches thread-local cells
    // without destructors and Lua's hook.
    let status = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as *const () as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(libc::SIGURG, &raw const action, ptr::null_mut())
    };
    if status == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use alc_core::Script;

    use super::*;
    use crate::engine::{BrokeOff, Outside, Pool, Step, Turn, Vm};

    fn pool(workers: usize, slice: Duration) -> Pool {
        Pool::with_patience(workers, Patience { slice, call: Duration::from_hours(1) })
            .expect("starts")
    }

    fn load(source: &str, token: &CancellationToken) -> Vm {
        let script = Script {
            source: source.to_owned(),
            chunk: "test.lua".to_owned(),
            ctx: "{}".to_owned(),
            seed: 7,
            ..Script::default()
        };
        let outside = Outside { token: token.clone(), home: std::path::Path::new("").into() };
        Vm::load(&script, vec![], outside).expect("loads")
    }

    /// The result of a script that asks nothing, and in how many steps it came.
    async fn run_to_end(pool: &Pool, source: &str) -> (String, u32) {
        let mut vm = load(source, &CancellationToken::new());
        let mut steps = 0;
        loop {
            let stepped = pool.run(Turn::Slice, move || vm.step()).end().await.expect("steps");
            steps += 1;
            match stepped.step {
                Step::Slice => vm = stepped.vm,
                Step::Finished(value) => return (value, steps),
                other => panic!("{other:?}"),
            }
        }
    }

    /// Varargs, closures, metamethods, `<close>`, gsub, sort, string formatting and pcall, all
    /// folded into one number.
    const MIX: &str = r##"
        local acc = 7
        local function mix(...)
          for i = 1, select("#", ...) do
            local v = select(i, ...)
            acc = (acc * 31 + (math.tointeger(v) or #tostring(v))) % 1000000007
          end
          return ...
        end
        local meta = {
          __index = function(_, key) return #key + 1 end,
          __concat = function(a, b) return "c" .. type(a) .. type(b) end,
          __lt = function(a, b) return a.v < b.v end,
          __call = function(_, ...) return mix(...) end,
        }
        local object = setmetatable({v = 3}, meta)
        for round = 1, 3000 do
          mix(select(2, ("a" .. round .. "b"):gsub("%d", "%0x")))
          mix(object["k" .. round], object .. "z", "z" .. object, select("#", object(1, 2, round)))
          local ok, failure = pcall(function(...)
            local closing <close> = setmetatable({}, {__close = function() mix(9) end})
            if round % 3 == 0 then error({code = round}) end
            return mix(...)
          end, round, round + 1, "q")
          mix(ok and 1 or 2, ok and failure or failure.code)
          local formatted = string.format("%d:%s:%5.2f", round, ("%x"):format(round), round / 7)
          mix(formatted, #formatted, formatted:find(":", 1, true))
          local list = {}
          for i = 1, 30 do list[i] = (i * 7919 + round) % 101 end
          table.sort(list, function(x, y) return x < y end)
          mix(table.unpack(list))
        end
        return acc
    "##;

    #[tokio::test]
    async fn slices_of_any_length_change_no_result() {
        let unsliced = pool(1, Duration::from_hours(1));
        let (expected, steps) = run_to_end(&unsliced, MIX).await;
        assert_eq!(steps, 1);
        let sliced = pool(1, Duration::from_micros(30));
        for _ in 0..5 {
            let (value, steps) = run_to_end(&sliced, MIX).await;
            assert_eq!(value, expected);
            assert!(steps > 1, "it was never sliced");
        }
    }

    #[tokio::test]
    async fn a_cancelled_script_gives_its_worker_back_wherever_it_loops() {
        let pool = pool(1, Duration::from_millis(1));
        for source in [
            "while true do end",
            "repeat until false",
            "while true do pcall(error, 'x') end",
            "while true do pcall(function() while true do end end) end",
            "local t = setmetatable({}, {__index = function() while true do end end}) return t.x",
            "table.sort({1, 2, 3}, function() while true do end end)",
            "while true do pcall(table.sort, {1, 2, 3}, function() while true do end end) end",
            "(('x'):rep(9)):gsub('x', function() while true do pcall(function() while true do end end) end end)",
            "xpcall(error, function() while true do end end)",
            "tostring(setmetatable({}, {__tostring = function() while true do end end}))",
            "local c <close> = setmetatable({}, {__close = function() while true do end end}) error('x')",
        ] {
            let token = CancellationToken::new();
            let vm = load(source, &token);
            token.cancel();
            let stepped = pool.run(Turn::Fresh, move || vm.step()).end().await.expect("steps");
            assert!(matches!(stepped.step, Step::Slice), "{source}: {:?}", stepped.step);
        }
    }

    #[tokio::test]
    async fn endless_scripts_share_the_workers() {
        let pool = pool(2, Duration::from_micros(200));
        let token = CancellationToken::new();
        let mut turns = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let (pool, mut vm) = (pool.clone(), load("while true do end", &token));
            turns.spawn(async move {
                for _ in 0..20 {
                    let stepped =
                        pool.run(Turn::Slice, move || vm.step()).end().await.expect("steps");
                    assert!(matches!(stepped.step, Step::Slice));
                    vm = stepped.vm;
                }
            });
        }
        while let Some(done) = turns.join_next().await {
            done.expect("had its turns");
        }
    }

    #[tokio::test]
    async fn a_worker_lost_in_a_c_function_is_replaced() {
        let patience = Patience { slice: Duration::from_millis(1), call: Duration::from_secs(1) };
        let pool = Pool::with_patience(1, patience).expect("starts");
        let endless = "return (('a'):rep(60)):find(('a-'):rep(60) .. 'b')";
        let stuck = load(endless, &CancellationToken::new());
        let mut waiting = pool.run(Turn::Fresh, move || stuck.step());
        // Lua behind a C function is slow, not lost.
        let (value, _) = run_to_end(
            &pool,
            "table.concat(setmetatable({}, {__len = function() return 1 end, __index = function() \
               for i = 1, 2e7 do end return 'x' end})) return 1",
        )
        .await;
        assert_eq!(value, "1");
        assert_eq!(waiting.end().await.map(|_| ()), Err(BrokeOff::Stuck));
        pool.exhausted().await;
    }
}
