//! What is left of a session's budget, and how much it has asked.

use mlua::{Lua, Table};

use super::{Raise, add, world};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // budget(): what is left of each limit, and whether a script may go on; nothing without one.
    add(lua, host, "budget", |lua, _| {
        let remaining = world(lua, |world| {
            let elapsed = world.elapsed(lua)?;
            Ok::<_, Raise>(world.account.is_limited().then(|| world.account.remaining(elapsed)))
        })??;
        let Some(remaining) = remaining else { return Ok(None) };
        let left = lua.create_table()?;
        left.raw_set("llm_calls", remaining.llm_calls)?;
        left.raw_set("elapsed_ms", remaining.elapsed_ms)?;
        left.raw_set("tokens", remaining.tokens)?;
        Ok(Some(left))
    })?;
    // llm_calls(): how many queries were asked so far.
    add(lua, host, "llm_calls", |lua, _| world(lua, |world| world.asked()))
}
