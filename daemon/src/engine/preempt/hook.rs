//! What happens on a worker when its slice is over: the hook.
//!
//! The hook yields. It must stay set until the next slice has begun, because mlua tells a slice from
//! an ordinary yield by it. Behind a C function that cannot be yielded across, it lets the slice run
//! on, or, once the session is cancelled, raises an error at every instruction until the script is
//! out.
//!
//! Coroutine, token and post are known to the hook only while [`run`] is on the worker's stack, so
//! what comes too late finds nothing or costs one short slice.

#![expect(unsafe_code, reason = "a hook is a C callback")]

use std::{
    cell::Cell,
    ptr,
    sync::{Arc, atomic::Ordering::SeqCst},
};

use mlua::ffi;
use tokio_util::sync::CancellationToken;

use super::Post;
#[cfg(any(not(unix), test))]
use super::{Hooking, permanent};

thread_local! {
    /// The coroutine that runs on this worker, if one does.
    static RUNNING: Cell<*mut ffi::lua_State> = const { Cell::new(ptr::null_mut()) };
    /// What cancels it.
    static TOKEN: Cell<*const CancellationToken> = const { Cell::new(ptr::null()) };
    /// This worker's place with its watchdog, as long as `TOKEN` is set.
    static TOLD: Cell<*const Post> = const { Cell::new(ptr::null()) };
    /// This worker's place with its watchdog, between slices.
    static POST: Cell<Option<Arc<Post>>> = const { Cell::new(None) };
}

/// The calling thread is the worker of this post.
pub(super) fn take_post(post: Arc<Post>) {
    POST.set(Some(post));
}

/// Runs `slice`, which resumes `coroutine`; it ends when its time is over or `token` is cancelled
/// and the coroutine's Lua code runs.
pub(in crate::engine) fn run<T>(
    coroutine: *mut ffi::lua_State,
    token: &CancellationToken,
    slice: impl FnOnce() -> T,
) -> T {
    /// Nothing is known to the hook any more, also when `slice` panics.
    struct Ends(Option<Arc<Post>>);
    impl Drop for Ends {
        fn drop(&mut self) {
            RUNNING.set(ptr::null_mut());
            TOKEN.set(ptr::null());
            TOLD.set(ptr::null());
            if let Some(post) = self.0.take() {
                post.end();
                POST.set(Some(post));
            }
        }
    }
    let ends = Ends(POST.take());
    TOKEN.set(token);
    if let Some(post) = &ends.0 {
        TOLD.set(Arc::as_ptr(post));
        post.begin();
    }
    runs(coroutine);
    slice()
}

/// From now on `coroutine` is what runs on this worker, within the same slice.
pub(in crate::engine) fn switch(coroutine: *mut ffi::lua_State) {
    if RUNNING.get().is_null() {
        return;
    }
    runs(coroutine);
    // SAFETY: `TOLD` is set only while `run` holds what it points to; the caller is about to run the
    // coroutine, on this thread.
    unsafe {
        // What another coroutine was too late for does not wait for the next signal.
        if TOLD.get().as_ref().is_some_and(|post| post.over.load(SeqCst)) {
            ffi::lua_sethook(coroutine, Some(hook), ffi::LUA_MASKCOUNT, 1);
        }
    }
}

/// Whether the script that runs on this worker is cancelled and must get an error; should it catch that,
/// it is looked at again at the next instruction of `state`.
///
/// # Safety
///
/// `state` is about to run on the calling thread.
pub(in crate::engine) unsafe fn stops(state: *mut ffi::lua_State) -> bool {
    let cancelled = is_cancelled();
    // SAFETY: `TOLD` is set only while `run` holds what it points to.
    unsafe {
        if let Some(post) = TOLD.get().as_ref().filter(|_| cancelled) {
            post.over.store(true, SeqCst);
            ffi::lua_sethook(state, Some(hook), ffi::LUA_MASKCOUNT, 1);
        }
        cancelled
    }
}

/// Whether the session that runs on this worker is cancelled.
pub(in crate::engine) fn is_cancelled() -> bool {
    // SAFETY: `TOKEN` is set only while `run` holds what it points to.
    unsafe { TOKEN.get().as_ref() }.is_some_and(CancellationToken::is_cancelled)
}

fn runs(coroutine: *mut ffi::lua_State) {
    RUNNING.set(coroutine);
    #[cfg(any(not(unix), test))]
    // SAFETY: `TOLD` is set only while `run` holds what it points to.
    if unsafe { TOLD.get().as_ref() }.is_some_and(|post| post.hooking == Hooking::Permanent) {
        // SAFETY: the caller is about to resume it, on this thread.
        unsafe { permanent::set(coroutine) };
    }
}

/// Sets the hook on what runs on the calling thread, if anything does. May be called in a signal's
/// handler.
#[cfg(unix)]
pub(super) fn set_on_running() {
    let state = RUNNING.get();
    if !state.is_null() {
        // SAFETY: Lua allows setting a hook from a signal handler; `state` runs on this thread.
        unsafe {
            // Once is enough: Lua walks the whole stack for it, and a signal that interrupts that walk
            // must not begin it again.
            if ffi::lua_gethook(state).is_none() {
                ffi::lua_sethook(state, Some(hook), ffi::LUA_MASKCOUNT, 1);
            }
        }
    }
}

/// Called at an instruction of `state`'s coroutine.
pub(super) unsafe extern "C-unwind" fn hook(state: *mut ffi::lua_State, _: *mut ffi::lua_Debug) {
    // SAFETY: Lua calls this on the thread that runs `state`, at an instruction of a Lua function,
    // which is where yielding without values and raising are allowed. No value that needs dropping
    // is alive when `lua_error` leaves. `TOKEN` and `TOLD` are set only while `run` holds what they
    // point to.
    unsafe {
        let post = TOLD.get().as_ref();
        if let Some(post) = post
            && post.over.swap(false, SeqCst)
        {
            post.hooked.fetch_add(1, SeqCst);
            if ffi::lua_isyieldable(state) != 0 {
                ffi::lua_yield(state, 0);
                return;
            }
            if stops(state) {
                ffi::lua_pushstring(state, c"cancelled".as_ptr());
                ffi::lua_error(state);
            }
        }
        match post.map(|post| post.hooking) {
            #[cfg(any(not(unix), test))]
            Some(Hooking::Permanent) => permanent::rearm(state),
            _ => ffi::lua_sethook(state, None, 0, 0),
        }
    }
}
