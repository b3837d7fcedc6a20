//! What differs each time it is asked: the time, the memory in use, a fresh random seed.

use alc_core::CallKind;
use mlua::{Lua, Table};

use super::{Raise, add, world};
use crate::{clock, engine::world::World};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    add(lua, host, "time", |lua, _| measured(lua, CallKind::Time, clock::seconds))?;
    add(lua, host, "memory", |lua, _| {
        measured(lua, CallKind::Memory, || kibibytes(lua.used_memory()))
    })?;
    add(lua, host, "seed", |lua, _| Ok(world(lua, World::next_seed)?.cast_signed()))
}

#[expect(clippy::cast_precision_loss, reason = "Lua counts memory in fractional KiB")]
fn kibibytes(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}

/// A number that is measured once and then read from the journal.
fn measured(lua: &Lua, kind: CallKind, measure: impl FnOnce() -> f64) -> Result<f64, Raise> {
    let text = world(lua, |world| world.effect(lua, kind, "", || format!("{:?}", measure())))??;
    text.parse().map_err(|_| Raise::Error(format!("the journal has no number here: {text}")))
}
