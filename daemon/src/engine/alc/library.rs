//! Lua's own libraries, for those that a state gets when it touches them.

use alc_core::CallKind;
use mlua::{Lua, StdLib, Table, Value};

use super::{Raise, add, world};
use crate::engine::operation::{load, store};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // math_library(): a fresh table with the functions of `math`.
    add(lua, host, "math_library", |lua, _| {
        let globals = lua.globals();
        let kept: Value = globals.raw_get("math")?;
        lua.load_std_libs(StdLib::MATH)?;
        let library: Table = globals.raw_get("math")?;
        globals.raw_set("math", kept)?;
        Ok(library)
    })?;
    // os_library(): the functions of `os` that only tell the time.
    add(lua, host, "os_library", |lua, _| {
        let globals = lua.globals();
        let kept: Value = globals.raw_get("os")?;
        lua.load_std_libs(StdLib::OS)?;
        let library: Table = globals.raw_get("os")?;
        globals.raw_set("os", kept)?;
        let told = lua.create_table()?;
        for name in ["clock", "date", "difftime", "time"] {
            told.raw_set(name, library.raw_get::<Value>(name)?)?;
        }
        Ok(told)
    })?;
    // recorded(name, function, ...): the function's result, from the journal once it is there.
    add(lua, host, "recorded", |lua, arguments| {
        let name = arguments.text(lua, 1)?;
        let Value::Function(function) = arguments.get(2) else { return Ok(Value::Nil) };
        let given = arguments.from(3);
        let mark = world(lua, |world| world.mark.clone())?;
        let listed = lua.create_sequence_from(given.iter().cloned())?;
        let key = format!("{name}\0{}", mark.write_json(&Value::Table(listed))?);
        let call = || {
            let outcome = function.call::<Value>(given.clone()).map_err(|error| raised(&error));
            let value = outcome
                .and_then(|value| mark.write_json(&value).map_err(|error| error.to_string()));
            store(&value)
        };
        let text = world(lua, |world| world.effect(lua, CallKind::Time, &key, call))??;
        Ok(mark.read_json(lua, &load(&text).map_err(Raise::Error)?)?)
    })
}

/// What a function of Lua's own raised, without what the engine adds.
fn raised(error: &mlua::Error) -> String {
    match error {
        mlua::Error::RuntimeError(message) => {
            message.split("\nstack traceback:").next().unwrap_or_default().to_owned()
        }
        mlua::Error::CallbackError { cause, .. } => raised(cause),
        error => error.to_string(),
    }
}
