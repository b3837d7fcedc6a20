//! `alc.json_extract`: the JSON in what a model wrote around it.

use mlua::{Lua, Table, Value};
use serde_json::Value as Json;

use super::{Raise, add, world};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    add(lua, host, "json_extract", |lua, arguments| {
        let found = extract(&arguments.text(lua, 1)?);
        let mark = world(lua, |world| world.mark.clone())?;
        found.map_or(Ok(Value::Nil), |json| mark.build(lua, &json).map_err(Raise::from))
    })
}

/// The first object or array among: the whole text, what its first fence holds, and whatever begins
/// with a brace, then with a bracket.
fn extract(text: &str) -> Option<Json> {
    complete(text)
        .or_else(|| fenced(text, "```json").and_then(complete))
        .or_else(|| fenced(text, "```").and_then(complete))
        .or_else(|| embedded(text, '{'))
        .or_else(|| embedded(text, '['))
}

fn complete(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok().filter(|json: &Json| json.is_object() || json.is_array())
}

fn fenced<'a>(text: &'a str, fence: &str) -> Option<&'a str> {
    let (_, behind) = text.split_once(fence)?;
    behind.split_once("```").map(|(inside, _)| inside)
}

/// The first JSON value that begins with `open`.
fn embedded(text: &str, open: char) -> Option<Json> {
    // What begins in vain may have been read for long: not again and again.
    let mut effort = text.len().saturating_mul(32).saturating_add(1 << 16);
    for (start, _) in text.match_indices(open) {
        let rest = &text[start..];
        match serde_json::Deserializer::from_str(rest).into_iter().next()? {
            Ok(json) => return Some(json),
            Err(error) => effort = effort.checked_sub(place(rest, &error))?,
        }
    }
    None
}

/// About where in a text a JSON error is.
fn place(text: &str, error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    lines.map(str::len).sum::<usize>() + error.column() + 1
}
