//! A fresh Lua state with the prelude in it: the part of what scripts find that is written in Lua.
//!
//! The prelude is compiled once and loaded as bytecode from then on, which is several times faster
//! and leaves less behind in each state.

use std::sync::OnceLock;

use mlua::{Function, Lua, LuaOptions, StdLib, Table, chunk::ChunkMode};

/// What messages call the prelude while it is compiled.
const NAME: &str = "[alc]";
/// What they call it afterwards, stripped of its names.
pub(super) const STRIPPED: &str = "?";

/// Its parts, in the order in which they build on one another.
const PARTS: [&str; 7] = [
    include_str!("prelude/base.lua"),
    include_str!("prelude/reference.lua"),
    include_str!("prelude/coroutine.lua"),
    include_str!("prelude/sort.lua"),
    include_str!("prelude/gsub.lua"),
    include_str!("prelude/session.lua"),
    include_str!("prelude/text.lua"),
];

/// A Lua state with the libraries that touch nothing outside it.
#[expect(unsafe_code, reason = "only a state that is not `safe` loads bytecode")]
pub(super) fn state() -> Lua {
    let libraries =
        StdLib::COROUTINE | StdLib::TABLE | StdLib::STRING | StdLib::UTF8 | StdLib::MATH;
    // SAFETY: what a `safe` state keeps from scripts they cannot reach here either: there is no
    // `debug` and no `package` library, and the prelude's `load` takes no bytecode. The bytecode
    // loaded below comes from this process's own compiler.
    unsafe { Lua::unsafe_new_with(libraries, LuaOptions::new()) }
}

/// Runs the prelude in `lua`; it adds to `host` what the VM calls.
pub(super) fn install(lua: &Lua, host: &Table) -> mlua::Result<()> {
    static COMPILED: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let compiled = match COMPILED.get() {
        Some(compiled) => compiled,
        None => COMPILED.get_or_init({
            let compiled = PARTS.iter().map(|part| compile(lua, part)).collect::<Result<_, _>>()?;
            || compiled
        }),
    };
    for part in compiled {
        let part = lua.load(part.as_slice()).set_mode(ChunkMode::Binary).into_function()?;
        part.call::<()>(host)?;
    }
    Ok(())
}

fn compile(lua: &Lua, part: &str) -> mlua::Result<Vec<u8>> {
    let part: Function = lua.load(part).set_name(format!("={NAME}")).into_function()?;
    // Without names and lines, which would take more room in each state than the code itself.
    Ok(part.dump(true))
}
