//! Files as a whole: read, looked for, removed, renamed. Relative paths start in the caller's folder.

use std::{fs, io, path::PathBuf};

use alc_core::CallKind;
use mlua::{Lua, Table};
use serde_json::Value as Json;

use super::{Arguments, Raise, add, operate, world};
use crate::engine::{
    operation::{Begun, Operation, Outcome},
    world::PAYLOAD_LIMIT,
};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    add(lua, host, "file_read", |lua, arguments| {
        let path = path(lua, &arguments, 1)?;
        look(lua, format!("read\0{}", path.shown), move || read(&path))
    })?;
    add(lua, host, "file_is", |lua, arguments| {
        let path = path(lua, &arguments, 1)?;
        let is_file = move || Ok(fs::File::open(&path.full).is_ok().to_string());
        look(lua, format!("is\0{}", path.shown), is_file)
    })?;
    // The folders that scripts may want to name. On another machine they are elsewhere, and a script
    // that has gone there must not see that in its past.
    add(lua, host, "folder", |lua, arguments| {
        let name = arguments.text(lua, 1)?;
        let path = world(lua, |world| {
            let path = Json::from(world.home.join(&name).to_string_lossy());
            world.effect(lua, CallKind::File, &format!("folder\0{name}"), || path.to_string())
        })??;
        Ok(serde_json::from_str::<String>(&path).unwrap_or_default())
    })?;
    // The results of `os.remove` and `os.rename`, a failure included, as a list.
    add(lua, host, "file_remove", |lua, arguments| {
        let path = path(lua, &arguments, 1)?;
        let arguments = format!("remove\0{}", path.shown);
        once(lua, arguments, move || Ok(told(remove(&path.full).map(|()| true), &path.shown)))
    })?;
    add(lua, host, "file_rename", |lua, arguments| {
        let (from, to) = (path(lua, &arguments, 1)?, path(lua, &arguments, 2)?);
        let arguments = format!("rename\0{}\0{}", from.shown, to.shown);
        once(lua, arguments, move || {
            Ok(told(fs::rename(&from.full, &to.full).map(|()| true), &from.shown))
        })
    })
}

/// A path as the script gave it, and where that is.
pub(super) struct Path {
    pub(super) shown: String,
    pub(super) full: PathBuf,
}

pub(super) fn path(lua: &Lua, arguments: &Arguments, number: usize) -> Result<Path, Raise> {
    let shown = arguments.text(lua, number)?;
    let full = world(lua, |world| world.located(&shown))?;
    Ok(Path { shown, full })
}

/// An operation that changes nothing.
pub(super) fn look(
    lua: &Lua,
    arguments: String,
    act: impl FnOnce() -> Outcome + Send + Sync + 'static,
) -> Result<(bool, mlua::Value), Raise> {
    operate(lua, CallKind::File, arguments, Operation::new(|_| Begun::Over(act())))
}

/// A change that nobody can tell was made or not, once its result is lost.
pub(super) fn once(
    lua: &Lua,
    arguments: String,
    act: impl FnOnce() -> Outcome + Send + Sync + 'static,
) -> Result<(bool, mlua::Value), Raise> {
    let operation = Operation::once(&arguments.replace('\0', " "), act);
    operate(lua, CallKind::File, arguments, operation)
}

fn read(path: &Path) -> Outcome {
    let failed = |error: &dyn std::fmt::Display| Err(format!("{}: {error}", path.shown));
    match fs::metadata(&path.full) {
        Err(error) => return failed(&error),
        Ok(metadata) if metadata.len() > PAYLOAD_LIMIT as u64 => {
            return failed(&format!("over the limit of {PAYLOAD_LIMIT} bytes"));
        }
        Ok(_) => {}
    }
    match fs::read_to_string(&path.full) {
        Ok(text) => serde_json::to_string(&text).or_else(|error| failed(&error)),
        Err(error) => failed(&error),
    }
}

fn remove(path: &std::path::Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) }
}

/// What Lua's `os` and `io` functions return, as a list: what `result` makes of success, else nothing,
/// a message and an error number.
pub(super) fn told<T: Into<Json>>(result: io::Result<T>, shown: &str) -> String {
    let list = match result {
        Ok(value) => serde_json::json!([value.into()]),
        Err(error) => {
            let number = error.raw_os_error().unwrap_or_default();
            // As C says it, without the number.
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            serde_json::json!([null, format!("{shown}: {text}"), number])
        }
    };
    list.to_string()
}
