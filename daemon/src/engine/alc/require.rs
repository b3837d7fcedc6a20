//! What `require` needs of the host: packages, kept as they were when they were first required, and
//! files on Lua's own search path.

use std::fs;

use alc_core::CallKind;
use mlua::{Lua, Table, Value};
use serde::Serialize;

use super::{Raise, add, handles::text, operate, world};
use crate::{
    cause::chain,
    engine::{
        operation::{Begun, Operation, Outcome},
        strand::compile,
        world::World,
    },
    packages::{Located, Package, Passed, Resolver},
};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // package_find(module): whether its package is kept now, the files that are not there, and what
    // is wrong with the links that were passed over.
    add(lua, host, "package_find", |lua, arguments| {
        let module = arguments.text(lua, 1)?;
        let (caller, home) = world(lua, |world| (world.caller.clone(), world.home.clone()))?;
        let name = module.clone();
        let find = move || {
            let resolver = Resolver::new(&caller, &home).map_err(|error| chain(&error))?;
            let search = resolver.find(&name).map_err(|error| chain(&error))?;
            let Passed { missing, broken } = search.passed;
            // Of what is found nobody asks where it is not.
            let missing = if search.package.is_some() { Vec::new() } else { missing };
            let broken = broken.iter().map(Located::leads_nowhere).collect();
            json(&Found { package: search.package, missing, broken })
        };
        let operation = Operation::new(move |_| Begun::Over(find())).taken_by(keep);
        operate(lua, CallKind::Require, module, operation)
    })?;
    // package_module(module): its function and its file's name, if its package is kept.
    add(lua, host, "package_module", |lua, arguments| {
        let module = arguments.text(lua, 1)?;
        let packages = world(lua, |world| world.packages.clone())?;
        match packages.iter().find_map(|package| package.module(&module)) {
            None => Ok((Value::Nil, String::new())),
            Some((file, source)) => match compile(lua, source, file) {
                Ok(function) => Ok((Value::Function(function), file.to_owned())),
                Err(error) => Err(Raise::Error(format!(
                    "error loading module '{module}' from file '{file}':\n\t{error}"
                ))),
            },
        }
    })?;
    // path_find(files): the first of the files that can be read, and its bytes; or nothing.
    add(lua, host, "path_find", |lua, arguments| {
        let Some(files) = arguments.table_or_nil(1)? else { return Ok((true, Value::Nil)) };
        let files: Vec<String> = files.sequence_values().collect::<mlua::Result<_>>()?;
        let arguments = files.join("\0");
        let located = world(lua, |world| {
            files.into_iter().map(|file| (world.located(&file), file)).collect::<Vec<_>>()
        })?;
        let look = move || {
            let read = |(path, file)| Some((file, text(fs::read(path).ok()?)));
            json(&located.into_iter().find_map(read))
        };
        let operation = Operation::new(move |_| Begun::Over(look()));
        operate(lua, CallKind::Require, arguments, operation)
    })
}

/// What a search for a package came to, as the journal keeps it.
#[derive(Serialize, serde::Deserialize)]
struct Found<P> {
    package: Option<P>,
    missing: Vec<String>,
    broken: Vec<String>,
}

/// Keeps a package that was found.
fn keep(world: &mut World, text: &str) -> Outcome {
    let found: Found<Box<serde_json::value::RawValue>> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let package = found.package.map(|package| Package::shared(package.get())).transpose();
    let package = package.map_err(|error| error.to_string())?;
    let kept = package.is_some();
    world.packages.extend(package);
    json(&Found { package: Some(kept), missing: found.missing, broken: found.broken })
}

fn json(value: &impl Serialize) -> Outcome {
    serde_json::to_string(value).map_err(|error| error.to_string())
}
