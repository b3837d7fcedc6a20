//! What the prelude must know of values that Lua itself does not tell.

use mlua::{Lua, MetaMethod, Table, Value};

use crate::engine::world::{Pending, World};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // shown_by(value): whether it has a `__tostring`, and its `__name`, whatever `__metatable` says.
    let shown_by = lua.create_function(|_, value: Value| {
        let metatable = match &value {
            Value::Table(table) => table.metatable(),
            Value::UserData(object) => {
                return Ok((object.metatable()?.contains(MetaMethod::ToString)?, None));
            }
            _ => None,
        };
        let Some(metatable) = metatable else { return Ok((false, None)) };
        let custom: Value = metatable.raw_get("__tostring")?;
        let name: Value = metatable.raw_get("__name")?;
        let name = if let Value::String(name) = name { Some(name) } else { None };
        Ok((!custom.is_nil(), name))
    })?;
    host.raw_set("shown_by", shown_by)?;
    // out_of_memory(): notes that the script must not go on.
    let out_of_memory = lua.create_function(|lua, ()| {
        if let Some(mut world) = lua.app_data_mut::<World>() {
            world.pending = Some(Pending::OutOfMemory);
        }
        Ok(())
    })?;
    host.raw_set("out_of_memory", out_of_memory)
}
