//! `alc.log`, `print`, `warn` and `alc.progress`: what a script tells whoever watches.

use alc_core::{CallKind, Event, LogLine, Progress};
use mlua::{Lua, Table, Value};

use super::{Arguments, Raise, add, bad_argument, world};

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
            step: count(lua, &arguments, 1)?,
            total: count(lua, &arguments, 2)?,
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

/// Argument `number` as a non-negative whole number, the fraction dropped.
fn count(lua: &Lua, arguments: &Arguments, number: usize) -> Result<u64, Raise> {
    let value = arguments.get(number);
    let given = value.type_name();
    let not_one = || bad_argument(number, "non-negative integer", given);
    let number = match value {
        Value::Integer(_) | Value::Number(_) | Value::String(_) => lua.coerce_number(value)?,
        _ => None,
    };
    match number {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
        Some(number) if (0.0..9e15).contains(&number) => Ok(number as u64),
        _ => Err(not_one()),
    }
}

fn cut(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    format!("{}… (cut, {} bytes)", &text[..text.floor_char_boundary(LONGEST)], text.len())
}
