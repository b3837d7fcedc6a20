//! `alc.fork`: strategies that run side by side, as children of the session.

use mlua::{Lua, Table, Value};

use super::{Arguments, Raise, add, text_of, world};
use crate::engine::{fork::Wanted, world::Pending};

/// How many children one fork may have.
const MOST: usize = 1000;

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // fork(strategies, ctx): the script is to pause, and then gets a list of how each ended; `ctx` is
    // JSON text.
    add(lua, host, "fork", |lua, arguments| {
        let strategies = strategies(lua, &arguments)?;
        let ctx = arguments.text(lua, 2)?;
        let children =
            strategies.into_iter().map(|strategy| Wanted { strategy, ctx: ctx.clone() }).collect();
        world(lua, |world| {
            if world.namespace.is_some() {
                return Err(Raise::Error("alc.fork: nested fork not supported".to_owned()));
            }
            world.pending = Some(Pending::Fork(Some(children)));
            Ok(())
        })?
    })
}

fn strategies(lua: &Lua, arguments: &Arguments) -> Result<Vec<String>, Raise> {
    let empty = || Raise::Error("alc.fork: strategies must be a non-empty array".to_owned());
    let Value::Table(list) = arguments.get(1) else { return Err(empty()) };
    let count = list.raw_len();
    if count == 0 {
        return Err(empty());
    }
    if count > MOST {
        let message = format!("alc.fork: {count} strategies are over the limit of {MOST}");
        return Err(Raise::Error(message));
    }
    let name = |place| {
        let name = text_of(lua, list.raw_get(place)?)?.unwrap_or_default();
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(sound) {
            let message = format!("alc.fork: invalid strategy name at index {place}: '{name}'");
            return Err(Raise::Error(message));
        }
        Ok(name)
    };
    (1..=count).map(name).collect()
}
