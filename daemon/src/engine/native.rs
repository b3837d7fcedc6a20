//! Functions of Lua's own that scripts get in a changed form, as Lua's C functions: a wrapper written
//! in Lua would double what they cost.
//!
//! Most of them look at their arguments and go on as Lua's own function, in the same frame; only where
//! a script could see an address or pause inside them, they call what the prelude has instead.

#![expect(unsafe_code, reason = "these are C functions, called by Lua")]

mod coroutine;
mod gsub;

use std::{
    ffi::{CStr, c_int, c_void},
    slice,
};

use mlua::{
    Lua, Table,
    ffi::{self, lua_CFunction, lua_State},
};

use super::preempt;

/// Where such a function keeps Lua's own, and what the prelude has instead: a function, or the name of
/// the host's field that has it, which is then loaded when it is first needed.
const OWN: c_int = ffi::lua_upvalueindex(1);
const OURS: c_int = ffi::lua_upvalueindex(2);

/// The address under which a state keeps the host's table.
static HOST: u8 = 0;
/// The address that marks a pause; scripts have no way to get at it.
static PAUSE: u8 = 0;

/// What a prelude finds in the host's table from the first: functions without a closure, since each
/// state has them.
const FUNCTIONS: [(&CStr, lua_CFunction); 5] = [
    // closure(name, own, ours, ...): the function of this name; what follows are its upvalues.
    (c"closure", closure),
    // traceback(): where whoever called is.
    (c"traceback", traceback),
    // enter(coroutine): it is what runs from now on.
    (c"enter", enter),
    // cancelled(): whether the session is.
    (c"cancelled", cancelled),
    // can_pause(): whether a pause would reach the host from here.
    (c"can_pause", coroutine::can_pause),
];

/// What a pause yields.
pub(super) fn pause() -> *mut c_void {
    (&raw const PAUSE).cast_mut().cast()
}

/// Fills the host's table.
pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // SAFETY: the table is on the stack, at 1, and what is pushed is taken off again.
    unsafe {
        lua.exec_raw::<()>(host, |state| {
            for (name, function) in FUNCTIONS {
                ffi::lua_pushcfunction(state, function);
                ffi::lua_setfield(state, 1, name.as_ptr());
            }
            ffi::lua_pushlightuserdata(state, pause());
            ffi::lua_setfield(state, 1, c"pause".as_ptr());
            ffi::lua_rawsetp(state, ffi::LUA_REGISTRYINDEX, (&raw const HOST).cast());
        })
    }
}

/// What a name stands for, and what its upvalues are behind Lua's own function and the prelude's.
fn function(name: &[u8]) -> Option<lua_CFunction> {
    Some(match name {
        b"tostring" => tostring,
        b"format" => format,
        // `string.find` and `table.concat`; the prelude's is for tables with an `__index`.
        b"gsub" => gsub::gsub,
        b"sort" => sort,
        b"ipairs" => ipairs,
        // `"__gc"` and `"__mode"`.
        b"setmetatable" => setmetatable,
        // The prelude's looks at an error of memory, also in what follows.
        b"pcall" => pcall,
        // The metatable of tables that have fields to load.
        b"next" => next,
        b"rawget" => rawget,
        // `coroutine.yield`.
        b"resume" => coroutine::resume,
        b"wrap" => coroutine::wrap,
        // In place of Lua's own the outermost coroutine.
        b"yield" => coroutine::yields,
        _ => return None,
    })
}

/// Goes on as Lua's own function, with the same arguments.
///
/// # Safety
///
/// To be called by a C function with the upvalue `OWN`, and with nothing on its stack but its arguments.
unsafe fn own(state: *mut lua_State) -> c_int {
    // SAFETY: the function finds its arguments where it expects them, and has no upvalues of its own.
    unsafe { ffi::lua_tocfunction(state, OWN).map_or(0, |function| function(state)) }
}

/// Has the prelude's function do it; that may pause.
///
/// # Safety
///
/// The same with the upvalue `OURS`.
unsafe fn ours(state: *mut lua_State) -> c_int {
    // SAFETY: there is room for two values more; `returned` goes on where the call pauses.
    unsafe {
        let count = ffi::lua_gettop(state);
        if ffi::lua_type(state, OURS) == ffi::LUA_TSTRING {
            ffi::lua_rawgetp(state, ffi::LUA_REGISTRYINDEX, (&raw const HOST).cast());
            ffi::lua_pushvalue(state, OURS);
            ffi::lua_gettable(state, -2);
            ffi::lua_replace(state, -2);
        } else {
            ffi::lua_pushvalue(state, OURS);
        }
        ffi::lua_insert(state, 1);
        ffi::lua_callk(state, count, ffi::LUA_MULTRET, 0, Some(returned));
        ffi::lua_gettop(state)
    }
}

/// Returns everything on the stack.
unsafe extern "C-unwind" fn returned(state: *mut lua_State, _: c_int, _: isize) -> c_int {
    // SAFETY: Lua calls this with its own state.
    unsafe { ffi::lua_gettop(state) }
}

/// Whether Lua shows such a value by its address.
fn is_reference(kind: c_int) -> bool {
    use ffi::{LUA_TFUNCTION, LUA_TLIGHTUSERDATA, LUA_TTABLE, LUA_TTHREAD, LUA_TUSERDATA};
    matches!(kind, LUA_TTABLE | LUA_TFUNCTION | LUA_TTHREAD | LUA_TUSERDATA | LUA_TLIGHTUSERDATA)
}

// SAFETY, of all that follow: Lua calls them with a state of its own and room for 20 values, and
// nothing that needs dropping is alive where they call Lua, which may raise an error.

unsafe extern "C-unwind" fn closure(state: *mut lua_State) -> c_int {
    unsafe {
        let mut length = 0;
        let name = ffi::luaL_checklstring(state, 1, &raw mut length);
        let Some(function) = function(slice::from_raw_parts(name.cast::<u8>(), length)) else {
            return ffi::luaL_error(state, c"no function is called so: %s".as_ptr(), name);
        };
        ffi::lua_remove(state, 1);
        ffi::lua_pushcclosure(state, function, ffi::lua_gettop(state));
        1
    }
}

unsafe extern "C-unwind" fn traceback(state: *mut lua_State) -> c_int {
    unsafe {
        ffi::luaL_traceback(state, state, std::ptr::null(), 2);
        1
    }
}

unsafe extern "C-unwind" fn enter(state: *mut lua_State) -> c_int {
    unsafe {
        let coroutine = ffi::lua_tothread(state, 1);
        if !coroutine.is_null() {
            preempt::switch(coroutine);
        }
        0
    }
}

unsafe extern "C-unwind" fn cancelled(state: *mut lua_State) -> c_int {
    unsafe {
        ffi::lua_pushboolean(state, c_int::from(preempt::is_cancelled()));
        1
    }
}

unsafe extern "C-unwind" fn next(state: *mut lua_State) -> c_int {
    // A loop that goes on had everything loaded when it began.
    unsafe {
        if ffi::lua_isnoneornil(state, 2) != 0 && has_more(state) {
            ours(state)
        } else {
            own(state)
        }
    }
}

unsafe extern "C-unwind" fn rawget(state: *mut lua_State) -> c_int {
    unsafe { if has_more(state) { ours(state) } else { own(state) } }
}

/// Whether the first argument is a table with fields to load.
unsafe fn has_more(state: *mut lua_State) -> bool {
    unsafe {
        if ffi::lua_type(state, 1) != ffi::LUA_TTABLE || ffi::lua_getmetatable(state, 1) == 0 {
            return false;
        }
        let has_more = ffi::lua_rawequal(state, -1, ffi::lua_upvalueindex(3)) != 0;
        ffi::lua_pop(state, 1);
        has_more
    }
}

unsafe extern "C-unwind" fn tostring(state: *mut lua_State) -> c_int {
    unsafe { if is_reference(ffi::lua_type(state, 1)) { ours(state) } else { own(state) } }
}

unsafe extern "C-unwind" fn format(state: *mut lua_State) -> c_int {
    unsafe {
        let count = ffi::lua_gettop(state);
        if (2..=count).any(|place| is_reference(ffi::lua_type(state, place))) {
            return ours(state);
        }
        if ffi::lua_type(state, 1) == ffi::LUA_TSTRING {
            let mut length = 0;
            let pattern = ffi::lua_tolstring(state, 1, &raw mut length);
            if slice::from_raw_parts(pattern.cast::<u8>(), length).contains(&b'p') {
                return ours(state);
            }
        }
        own(state)
    }
}

unsafe extern "C-unwind" fn ipairs(state: *mut lua_State) -> c_int {
    unsafe {
        if ffi::luaL_getmetafield(state, 1, c"__index".as_ptr()) == ffi::LUA_TNIL {
            return own(state);
        }
        ffi::lua_settop(state, 1);
        ours(state)
    }
}

unsafe extern "C-unwind" fn sort(state: *mut lua_State) -> c_int {
    unsafe {
        if ffi::lua_type(state, 1) != ffi::LUA_TTABLE {
            return own(state);
        }
        ffi::lua_settop(state, 2);
        let pauses = match ffi::lua_type(state, 2) {
            ffi::LUA_TFUNCTION => true,
            ffi::LUA_TNIL => {
                ffi::lua_rawgeti(state, 1, 1);
                ffi::luaL_getmetafield(state, 3, c"__lt".as_ptr()) != ffi::LUA_TNIL
            }
            _ => false,
        };
        ffi::lua_settop(state, 2);
        if pauses { ours(state) } else { own(state) }
    }
}

unsafe extern "C-unwind" fn setmetatable(state: *mut lua_State) -> c_int {
    unsafe {
        let (object, metatable) = (ffi::lua_type(state, 1), ffi::lua_type(state, 2));
        if object != ffi::LUA_TTABLE || !matches!(metatable, ffi::LUA_TNIL | ffi::LUA_TTABLE) {
            // It says what is wrong.
            return own(state);
        }
        ffi::lua_settop(state, 2);
        let mut fit = metatable == ffi::LUA_TTABLE && ffi::lua_getmetatable(state, 1) == 0;
        for field in [3, 4] {
            if fit {
                ffi::lua_pushvalue(state, ffi::lua_upvalueindex(field));
                fit = ffi::lua_rawget(state, 2) == ffi::LUA_TNIL;
            }
        }
        ffi::lua_settop(state, 2);
        if !fit {
            return ours(state);
        }
        // All that Lua's own does where there is no metatable yet.
        ffi::lua_setmetatable(state, 1);
        1
    }
}

unsafe extern "C-unwind" fn pcall(state: *mut lua_State) -> c_int {
    unsafe {
        ffi::luaL_checkany(state, 1);
        ffi::lua_pushboolean(state, 1);
        ffi::lua_insert(state, 1);
        let count = ffi::lua_gettop(state) - 2;
        let status = ffi::lua_pcallk(state, count, ffi::LUA_MULTRET, 0, 0, Some(protected));
        protected(state, status, 0)
    }
}

/// What a protected call came to: `true` and its results are on the stack, or an error is on top.
unsafe extern "C-unwind" fn protected(state: *mut lua_State, status: c_int, _: isize) -> c_int {
    unsafe {
        if matches!(status, ffi::LUA_OK | ffi::LUA_YIELD) {
            return ffi::lua_gettop(state);
        }
        // In place of `true`, which is below it.
        ffi::lua_pushboolean(state, 0);
        ffi::lua_replace(state, 1);
        if is_out_of_memory(state) { ours(state) } else { ffi::lua_gettop(state) }
    }
}

/// Whether the value on top says that memory ran out.
unsafe fn is_out_of_memory(state: *mut lua_State) -> bool {
    const MESSAGE: &[u8] = b"not enough memory";
    unsafe {
        if ffi::lua_type(state, -1) != ffi::LUA_TSTRING {
            return false;
        }
        let mut length = 0;
        let text = ffi::lua_tolstring(state, -1, &raw mut length);
        slice::from_raw_parts(text.cast::<u8>(), length) == MESSAGE
    }
}
