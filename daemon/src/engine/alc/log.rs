//! `alc.log`, `print` and `warn`: lines of the session's log.

use alc_core::LogLine;
use mlua::{Lua, Table};

use super::{add, world};

/// Longer lines are cut: a status view shows the latest twenty in one message.
const LONGEST: usize = 16 << 10;

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // log(level, message, source): whether the script should yield, so that the journal catches up.
    add(lua, host, "log", |lua, arguments| {
        let level = arguments.text(lua, 1)?;
        let message = cut(arguments.text(lua, 2)?);
        let source = arguments.text(lua, 3)?;
        let line = LogLine { level: cut(level), source, message };
        Ok(world(lua, |world| world.log(lua, line).map(|()| world.is_full()))??)
    })
}

fn cut(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    format!("{}… (cut, {} bytes)", &text[..text.floor_char_boundary(LONGEST)], text.len())
}
