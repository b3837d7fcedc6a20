//! `alc.json_encode` and `alc.json_decode`.

use mlua::{Lua, Table};

use super::{Raise, add, world};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    add(lua, host, "json_encode", |lua, arguments| {
        let mark = world(lua, |world| world.mark.clone())?;
        Ok(mark.write_json(&arguments.get(1))?)
    })?;
    add(lua, host, "json_decode", |lua, arguments| {
        let text = arguments.text(lua, 1)?;
        let mark = world(lua, |world| world.mark.clone())?;
        mark.read_json(lua, &text).map_err(Raise::from)
    })
}
