//! `alc.stats.record`: figures that a session keeps about itself, shown with its result.

use alc_core::CallKind;
use mlua::{Lua, Table};
use serde_json::Value;

use super::{Raise, add, world};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // stats_record(key, json): whether the script should yield, so that the journal catches up.
    add(lua, host, "stats_record", |lua, arguments| {
        let key = Value::from(arguments.text(lua, 1)?);
        let figure = format!("{{{key}:{}}}", arguments.text(lua, 2)?);
        world(lua, |world| {
            // The figures of a fork's child end with it.
            if world.namespace.is_some() {
                return Ok(false);
            }
            world.effect(lua, CallKind::Stats, &figure, || figure.clone())?;
            Ok::<_, Raise>(world.is_full())
        })?
    })
}
