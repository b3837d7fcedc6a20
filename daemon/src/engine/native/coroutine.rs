//! Coroutines through which a pause, and the end of a time slice, reach the host instead of whoever
//! resumed the coroutine.
//!
//! What a script yields carries a mark; anything else that comes out of a suspended coroutine is the
//! host's, and is yielded on, from coroutine to coroutine.

use std::{
    cell::Cell,
    ffi::{CStr, c_int, c_void},
    ptr,
};

use mlua::ffi::{self, lua_State};

use super::{OURS, OWN, is_out_of_memory, ours, own};
use crate::engine::preempt;

unsafe extern "C-unwind" {
    /// Closes what a coroutine has open. It is Lua's own; `mlua` declares it for its own builds only.
    fn lua_closethread(coroutine: *mut lua_State, from: *mut lua_State) -> c_int;
}

/// The address that marks what a script yields; scripts have no way to get at it.
static SCRIPT: u8 = 0;

thread_local! {
    /// Whether a coroutine further out is inside a C function, across which nothing can be yielded.
    static WALLED: Cell<bool> = const { Cell::new(false) };
}

/// Where they keep Lua's own `yield`.
const YIELD: c_int = ffi::lua_upvalueindex(3);

/// Which function goes on when a coroutine does, and so what is below its arguments on the stack.
const RESUME: isize = 1;
const WRAPPED: isize = 0;

// SAFETY, of all that follow: Lua calls them with a state of its own and room for 20 values; more is
// asked for. Nothing that needs dropping is alive where they call Lua, which may raise an error or leave
// by a pause. A coroutine that they run is on the stack or an upvalue, and so alive.

pub(super) unsafe extern "C-unwind" fn can_pause(state: *mut lua_State) -> c_int {
    unsafe {
        ffi::lua_pushboolean(state, c_int::from(reaches_host(state)));
        1
    }
}

unsafe fn reaches_host(state: *mut lua_State) -> bool {
    unsafe { ffi::lua_isyieldable(state) != 0 && !WALLED.get() }
}

pub(super) unsafe extern "C-unwind" fn yields(state: *mut lua_State) -> c_int {
    unsafe {
        if ffi::lua_tothread(state, OWN) == state {
            raise(state, c"attempt to yield from outside a coroutine");
        }
        ffi::lua_pushlightuserdata(state, mark());
        ffi::lua_insert(state, 1);
        ffi::lua_yield(state, ffi::lua_gettop(state))
    }
}

pub(super) unsafe extern "C-unwind" fn resume(state: *mut lua_State) -> c_int {
    unsafe {
        if ffi::lua_tothread(state, 1).is_null() {
            // It says what is wrong.
            return own(state);
        }
        go_on(state, 0, RESUME)
    }
}

pub(super) unsafe extern "C-unwind" fn wrap(state: *mut lua_State) -> c_int {
    unsafe {
        if ffi::lua_type(state, 1) != ffi::LUA_TFUNCTION {
            return own(state);
        }
        let coroutine = ffi::lua_newthread(state);
        ffi::lua_pushvalue(state, 1);
        ffi::lua_xmove(state, coroutine, 1);
        ffi::lua_pushvalue(state, OURS);
        ffi::lua_pushvalue(state, YIELD);
        ffi::lua_pushcclosure(state, wrapped, 3);
        1
    }
}

unsafe extern "C-unwind" fn wrapped(state: *mut lua_State) -> c_int {
    unsafe { go_on(state, 0, WRAPPED) }
}

/// Gives the coroutine what is on the stack, and goes on until it returns, fails or yields to whoever
/// called; what it yields to the host goes on outwards, and the answer comes back to here.
unsafe extern "C-unwind" fn go_on(state: *mut lua_State, _: c_int, caller: isize) -> c_int {
    unsafe {
        let coroutine = ffi::lua_tothread(state, if caller == RESUME { 1 } else { OWN });
        let below = c_int::from(caller == RESUME);
        let mut count = ffi::lua_gettop(state) - below;
        if ffi::lua_checkstack(coroutine, count) == 0 {
            ffi::lua_settop(state, below);
            ffi::lua_pushstring(state, c"too many arguments to resume".as_ptr());
            return failed(state, coroutine, caller);
        }
        ffi::lua_xmove(state, coroutine, count);
        loop {
            let (status, returned) = run(state, coroutine, count);
            let yielded = status == ffi::LUA_YIELD;
            if !yielded && status != ffi::LUA_OK {
                ffi::lua_xmove(coroutine, state, 1);
                return failed(state, coroutine, caller);
            }
            if !yielded || is_marked(coroutine, returned) {
                return passed(state, coroutine, caller, returned, yielded);
            }
            if reaches_host(state) {
                // In a frame of its own, since `mlua` empties the one that yields.
                ffi::luaL_checkstack(state, returned + 1, ptr::null());
                ffi::lua_pushvalue(state, YIELD);
                ffi::lua_xmove(coroutine, state, returned);
                ffi::lua_callk(state, returned, ffi::LUA_MULTRET, caller, Some(go_on));
                return go_on(state, ffi::LUA_OK, caller);
            }
            // The end of a slice, behind a C function: nobody can be told, so it goes on.
            ffi::lua_pop(coroutine, returned);
            if preempt::stops(state) {
                raise(state, c"cancelled");
            }
            count = 0;
        }
    }
}

/// Runs the coroutine with this many arguments on its stack; how it left off, and how many values it
/// has for whoever called.
unsafe fn run(state: *mut lua_State, coroutine: *mut lua_State, count: c_int) -> (c_int, c_int) {
    unsafe {
        let walled = WALLED.get();
        WALLED.set(!reaches_host(state));
        preempt::switch(coroutine);
        let mut returned = 0;
        let status = ffi::lua_resume(coroutine, state, count, &raw mut returned);
        preempt::switch(state);
        WALLED.set(walled);
        (status, returned)
    }
}

/// Returns what the coroutine has for the script.
unsafe fn passed(
    state: *mut lua_State,
    coroutine: *mut lua_State,
    caller: isize,
    returned: c_int,
    yielded: bool,
) -> c_int {
    unsafe {
        if ffi::lua_checkstack(state, returned + 1) == 0 {
            ffi::lua_pop(coroutine, returned);
            ffi::lua_pushstring(state, c"too many results to resume".as_ptr());
            return failed(state, coroutine, caller);
        }
        let place = ffi::lua_gettop(state) + 1;
        ffi::lua_xmove(coroutine, state, returned);
        if yielded {
            ffi::lua_remove(state, place);
        }
        if caller == RESUME {
            ffi::lua_pushboolean(state, 1);
            ffi::lua_replace(state, 1);
        }
        ffi::lua_gettop(state)
    }
}

/// Tells of the error on top of the stack, as `resume` and a wrapped coroutine do.
unsafe fn failed(state: *mut lua_State, coroutine: *mut lua_State, caller: isize) -> c_int {
    unsafe {
        if caller == RESUME || is_out_of_memory(state) {
            ffi::lua_pushboolean(state, 0);
            ffi::lua_insert(state, -2);
            if caller == RESUME {
                ffi::lua_remove(state, 1);
            }
            return if is_out_of_memory(state) { ours(state) } else { 2 };
        }
        if !matches!(ffi::lua_status(coroutine), ffi::LUA_OK | ffi::LUA_YIELD) {
            preempt::switch(coroutine);
            lua_closethread(coroutine, state);
            preempt::switch(state);
            ffi::lua_xmove(coroutine, state, 1);
        }
        if ffi::lua_type(state, -1) == ffi::LUA_TSTRING && !is_out_of_memory(state) {
            ffi::luaL_where(state, 1);
            ffi::lua_insert(state, -2);
            ffi::lua_concat(state, 2);
        }
        ffi::lua_error(state)
    }
}

/// Whether a script yielded what is on top of the coroutine's stack.
unsafe fn is_marked(coroutine: *mut lua_State, returned: c_int) -> bool {
    unsafe {
        returned > 0
            && ffi::lua_islightuserdata(coroutine, -returned) != 0
            && ffi::lua_touserdata(coroutine, -returned) == mark()
    }
}

fn mark() -> *mut c_void {
    (&raw const SCRIPT).cast_mut().cast()
}

unsafe fn raise(state: *mut lua_State, message: &CStr) -> ! {
    unsafe {
        ffi::lua_pushstring(state, message.as_ptr());
        ffi::lua_error(state)
    }
}
