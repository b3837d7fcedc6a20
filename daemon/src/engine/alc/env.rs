//! The environment, as it was when the session was spawned.

use mlua::{Function, Lua, MetaMethod, Table, UserData, UserDataFields};

use super::{add, world};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // getenv(name): a variable that the session was given.
    add(lua, host, "getenv", |lua, arguments| {
        let name = arguments.text(lua, 1)?;
        world(lua, |world| world.caller.env.get(&name).cloned())
    })?;
    // environment(): the variables of `alc.env`.
    add(lua, host, "environment", |lua, _| {
        Ok(lua.create_table_from(world(lua, |world| world.env.clone())?)?)
    })?;
    // view(index, newindex): a userdata that does this when it is read and assigned to.
    add(lua, host, "view", |lua, arguments| {
        for (number, event) in [(1, INDEX), (2, NEW_INDEX)] {
            lua.set_named_registry_value(event, arguments.get(number))?;
        }
        Ok(lua.create_userdata(View)?)
    })
}

/// Where a state keeps what its view does.
const INDEX: &str = "alc.env.index";
const NEW_INDEX: &str = "alc.env.newindex";

/// Has nothing of its own: what can be done with it is written in Lua, where errors are plain strings.
struct View;

impl UserData for View {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        let kept = |event| move |lua: &Lua| lua.named_registry_value::<Function>(event);
        fields.add_meta_field_with(MetaMethod::Index, kept(INDEX));
        fields.add_meta_field_with(MetaMethod::NewIndex, kept(NEW_INDEX));
    }
}
