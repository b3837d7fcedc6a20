//! Lua's own libraries, for those that a state gets when it touches them.

use mlua::{Lua, StdLib, Table, Value};

use super::add;

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // math_library(): a fresh table with the functions of `math`.
    add(lua, host, "math_library", |lua, _| {
        let globals = lua.globals();
        let kept: Value = globals.raw_get("math")?;
        lua.load_std_libs(StdLib::MATH)?;
        let library: Table = globals.raw_get("math")?;
        globals.raw_set("math", kept)?;
        Ok(library)
    })
}
