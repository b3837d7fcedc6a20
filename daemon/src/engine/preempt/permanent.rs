//! The hook for platforms without signals between threads: it is set on every coroutine that runs,
//! and looks every so many instructions. Whatever the interval, Lua that computes takes more than
//! twice as long.

#![expect(unsafe_code, reason = "setting a hook is a C call")]

use mlua::ffi;

use super::hook::hook;

/// How many instructions lie between two looks: some microseconds.
const INTERVAL: i32 = 1000;

/// Sets the hook on a coroutine, unless it is there: its count must go on, or a script that changes
/// coroutines often would never be looked at.
///
/// # Safety
///
/// `state` is alive and no other thread uses it.
pub(super) unsafe fn set(state: *mut ffi::lua_State) {
    // SAFETY: as the caller promises.
    unsafe {
        if ffi::lua_gethook(state).is_none() {
            rearm(state);
        }
    }
}

/// Has the hook look again after the interval.
///
/// # Safety
///
/// As for [`set`].
pub(super) unsafe fn rearm(state: *mut ffi::lua_State) {
    // SAFETY: as the caller promises.
    unsafe {
        ffi::lua_sethook(state, Some(hook), ffi::LUA_MASKCOUNT, INTERVAL);
    }
}
