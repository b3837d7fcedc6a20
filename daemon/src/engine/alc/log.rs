//! `alc.log`, `print`, `warn` and `alc.progress`: what a script tells whoever watches.

use alc_core::{CallKind, Event, LogLine, Progress};
use mlua::{Lua, Table, Value};

use super::{Raise, add, world};

/// Longer lines are cut: a status view shows the latest twenty in one message.
const LONGEST: usize = 16 << 10;

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // tell(level, message, source): whether the script should yield, so that the journal catches up.
    add(lua, host, "tell", |lua, arguments| {
        let level = cut(arguments.text(lua, 1)?);
        let message = cut(arguments.text(lua, 2)?);
        let source = arguments.text(lua, 3)?;
        let text = format!("{level}\0{source}\0{message}");
        tell(lua, CallKind::Log, text, Event::Logged(LogLine { level, source, message }))
    })?;
    // progress(step, total, message): the same.
    add(lua, host, "progress", |lua, arguments| {
        let message = match arguments.get(3) {
            Value::Nil => None,
            _ => Some(cut(arguments.text(lua, 3)?)),
        };
        let progress = Progress {
            step: arguments.natural(lua, 1)?,
            total: arguments.natural(lua, 2)?,
            message,
        };
        let text =
            serde_json::to_string(&progress).map_err(|error| Raise::Error(error.to_string()))?;
        tell(lua, CallKind::Progress, text, Event::Progressed(progress))
    })
}

fn tell(lua: &Lua, kind: CallKind, text: String, event: Event) -> Result<bool, Raise> {
    Ok(world(lua, |world| world.tell(lua, kind, text, event).map(|()| world.is_full()))??)
}

fn cut(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    format!("{}… (cut, {} bytes)", &text[..text.floor_char_boundary(LONGEST)], text.len())
}
