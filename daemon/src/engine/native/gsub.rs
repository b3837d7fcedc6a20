//! `string.gsub` whose replacement function may pause.
//!
//! All that it knows stands on Lua's stack, since a pause leaves this function and comes back into
//! [`replaced`]: at its places below, then the pieces of the result so far.

use std::{
    ffi::{c_char, c_int},
    ptr, slice,
};

use mlua::ffi::{self, lua_Integer, lua_State};

use super::{ours, own};

const TEXT: c_int = 1;
const PATTERN: c_int = 2;
/// Where `string.find` is to begin, and that the pattern is one: its further arguments.
const AT: c_int = 3;
const PLAIN: c_int = 4;
const FUNCTION: c_int = 5;
/// Where the last match begins, and what is behind it.
const FIRST: c_int = 6;
const BEHIND: c_int = 7;
/// How many matches there were, and how many there may be.
const COUNT: c_int = 8;
const MOST: c_int = 9;
/// A list of earlier pieces, once there are many.
const EARLIER: c_int = 10;
/// How many pieces stand on the stack until they become one.
const MANY: c_int = 64;
/// What a match takes there meanwhile, with as many captures as Lua has.
const ROOM: c_int = MANY + 64;

const FIND: c_int = ffi::lua_upvalueindex(3);
const CONCAT: c_int = ffi::lua_upvalueindex(4);

// SAFETY, of all here: Lua calls these with its own state, `gsub` has the upvalues that its maker
// names, and room is made for what is pushed. Nothing that needs dropping is alive where Lua is called,
// which may raise an error or leave by a pause. The text stays on the stack, and so where it is.

pub(super) unsafe extern "C-unwind" fn gsub(state: *mut lua_State) -> c_int {
    unsafe {
        match ffi::lua_type(state, 3) {
            ffi::LUA_TFUNCTION => {}
            ffi::LUA_TTABLE
                if ffi::luaL_getmetafield(state, 3, c"__index".as_ptr()) != ffi::LUA_TNIL =>
            {
                ffi::lua_pop(state, 1);
                return ours(state);
            }
            _ => return own(state),
        }
        let mut length = 0;
        ffi::luaL_checklstring(state, 1, &raw mut length);
        ffi::luaL_checklstring(state, 2, ptr::null_mut());
        let most = ffi::luaL_optinteger(state, 4, behind(length));
        ffi::luaL_checkstack(state, ROOM, ptr::null());
        ffi::lua_settop(state, 3);
        ffi::lua_pushnil(state);
        ffi::lua_insert(state, AT);
        ffi::lua_pushboolean(state, 0);
        ffi::lua_insert(state, PLAIN);
        for number in [0, 1, 0, most] {
            ffi::lua_pushinteger(state, number);
        }
        ffi::lua_pushnil(state);
        work(state)
    }
}

/// The function has been called for a match, and may have paused meanwhile: goes on.
unsafe extern "C-unwind" fn replaced(state: *mut lua_State, _: c_int, _: isize) -> c_int {
    unsafe {
        take(state);
        work(state)
    }
}

/// Finds matches and has the function called, from where the last one ended to the end.
unsafe fn work(state: *mut lua_State) -> c_int {
    unsafe {
        let anchored = bytes(state, PATTERN).first() == Some(&b'^');
        let most = ffi::lua_tointeger(state, MOST);
        loop {
            let count = ffi::lua_tointeger(state, COUNT);
            if count >= most || anchored && count > 0 {
                return finish(state);
            }
            let Some(found) = find(state, count > 0, anchored) else { return finish(state) };
            set(state, COUNT, count + 1);
            call(state, found);
            take(state);
        }
    }
}

/// Has Lua find the next match, from behind the last one on; what it found is on top of the stack, and
/// how many values.
unsafe fn find(state: *mut lua_State, again: bool, anchored: bool) -> Option<c_int> {
    unsafe {
        let find = ffi::lua_tocfunction(state, FIND)?;
        let length = bytes(state, TEXT).len();
        let behind = ffi::lua_tointeger(state, BEHIND);
        let mut at = behind;
        loop {
            set(state, AT, at);
            let found = find(state);
            if found < 2 {
                ffi::lua_pop(state, found);
                return None;
            }
            // An empty match right behind the last one does not count.
            if !again || ffi::lua_tointeger(state, 1 - found) + 1 != behind {
                return Some(found);
            }
            ffi::lua_pop(state, found);
            if anchored || usize::try_from(at).is_ok_and(|at| at > length) {
                return None;
            }
            at += 1;
        }
    }
}

/// Calls the function for the match on top of the stack: below its result comes the piece before it.
unsafe fn call(state: *mut lua_State, found: c_int) {
    unsafe {
        let behind = ffi::lua_tointeger(state, BEHIND);
        let place = ffi::lua_gettop(state) - found + 1;
        let (first, next) =
            (ffi::lua_tointeger(state, place), ffi::lua_tointeger(state, place + 1) + 1);
        set(state, FIRST, first);
        set(state, BEHIND, next);
        push(state, behind, first);
        ffi::lua_replace(state, place);
        ffi::lua_pushvalue(state, FUNCTION);
        ffi::lua_replace(state, place + 1);
        if found == 2 {
            push(state, first, next);
        }
        ffi::lua_callk(state, (found - 2).max(1), 1, 0, Some(replaced));
    }
}

/// Makes a piece of what the function returned; nothing or false stands for the match itself.
unsafe fn take(state: *mut lua_State) {
    unsafe {
        if ffi::lua_toboolean(state, -1) == 0 {
            ffi::lua_pop(state, 1);
            push(state, ffi::lua_tointeger(state, FIRST), ffi::lua_tointeger(state, BEHIND));
        } else if ffi::lua_isstring(state, -1) == 0 {
            let kind = ffi::luaL_typename(state, -1);
            ffi::luaL_error(state, c"invalid replacement value (a %s)".as_ptr(), kind);
        }
        if ffi::lua_gettop(state) - EARLIER >= MANY {
            gather(state);
        }
    }
}

/// Moves the pieces on the stack to the list of earlier ones, as one.
unsafe fn gather(state: *mut lua_State) {
    unsafe {
        ffi::lua_concat(state, ffi::lua_gettop(state) - EARLIER);
        if ffi::lua_type(state, EARLIER) == ffi::LUA_TNIL {
            ffi::lua_createtable(state, 4, 0);
            ffi::lua_replace(state, EARLIER);
        }
        let place = behind(ffi::lua_rawlen(state, EARLIER));
        ffi::lua_rawseti(state, EARLIER, place);
    }
}

/// The result and the number of matches.
unsafe fn finish(state: *mut lua_State) -> c_int {
    unsafe {
        let end = behind(bytes(state, TEXT).len());
        let count = ffi::lua_tointeger(state, COUNT);
        if count == 0 {
            ffi::lua_pushvalue(state, TEXT);
        } else {
            push(state, ffi::lua_tointeger(state, BEHIND), end);
            if ffi::lua_type(state, EARLIER) == ffi::LUA_TNIL {
                ffi::lua_concat(state, ffi::lua_gettop(state) - EARLIER);
            } else {
                gather(state);
                ffi::lua_pushvalue(state, CONCAT);
                ffi::lua_pushvalue(state, EARLIER);
                ffi::lua_call(state, 1, 1);
            }
        }
        ffi::lua_pushinteger(state, count);
        2
    }
}

/// The place behind so many.
fn behind(count: usize) -> lua_Integer {
    lua_Integer::try_from(count).unwrap_or(lua_Integer::MAX - 1) + 1
}

unsafe fn set(state: *mut lua_State, place: c_int, number: lua_Integer) {
    unsafe {
        ffi::lua_pushinteger(state, number);
        ffi::lua_replace(state, place);
    }
}

/// Pushes the part of the text that begins at `first` and ends before `next`, counted from 1.
unsafe fn push(state: *mut lua_State, first: lua_Integer, next: lua_Integer) {
    unsafe {
        let place = |number: lua_Integer| usize::try_from(number - 1).unwrap_or_default();
        let part = bytes(state, TEXT).get(place(first)..place(next)).unwrap_or_default();
        ffi::lua_pushlstring(state, part.as_ptr().cast::<c_char>(), part.len());
    }
}

/// The bytes of the string at this place of the stack, as long as it stands there.
unsafe fn bytes<'a>(state: *mut lua_State, place: c_int) -> &'a [u8] {
    unsafe {
        let mut length = 0;
        let text = ffi::lua_tolstring(state, place, &raw mut length);
        slice::from_raw_parts(text.cast::<u8>(), length)
    }
}
