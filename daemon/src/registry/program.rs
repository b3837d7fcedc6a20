//! From what a session is to run to the Lua that does; what is not there, or does not load, makes no
//! session.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use alc_core::{Caller, Name, Program, Scenario, Settings};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::task::spawn_blocking;

use super::RegistryError;
use crate::{
    engine::{BrokeOff, PAYLOAD_LIMIT, check_syntax},
    packages::{self, Resolver},
    session::SpawnError,
    settings,
};

/// A chunk of Lua, what messages call it, and what it finds.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    pub(super) source: String,
    pub(super) name: String,
    /// JSON text.
    pub(super) ctx: String,
}

/// What an evaluation finds in place of a `ctx`.
#[derive(Serialize)]
struct Evaluated<'a> {
    strategy: &'a Name,
    /// What each run of the strategy finds in its `ctx`.
    opts: Box<RawValue>,
    auto_card: bool,
    /// What the scenario is called, if it is loaded by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a Name>,
}

/// The Lua of `program`, for `caller`, with the data folder `home`.
pub(super) async fn chunk(
    program: Program,
    ctx: String,
    caller: &Caller,
    home: &Arc<Path>,
) -> Result<Chunk, RegistryError> {
    let (strategy, scenario) = match program {
        // Nothing has to be looked for.
        Program::Run { source, chunk } => return Ok(Chunk { source, name: chunk, ctx }),
        Program::Advice { strategy } => (strategy, None),
        Program::Eval { scenario, strategy, auto_card } => (strategy, Some((scenario, auto_card))),
    };
    let (caller, home) = (caller.clone(), home.clone());
    let look = move || {
        find(&strategy, &caller, &home)?;
        match scenario {
            None => {
                let source = packages::advice(strategy.as_str());
                Ok(Chunk { source, name: strategy.to_string(), ctx })
            }
            Some((scenario, auto_card)) => evaluation(scenario, &strategy, auto_card, ctx, &home),
        }
    };
    spawn_blocking(look).await.map_err(|_| SpawnError::BrokeOff(BrokeOff::Panicked))?
}

/// The settings that count for `caller`, with the data folder `home`.
pub(super) async fn settings(caller: &Caller, home: &Arc<Path>) -> Result<Settings, RegistryError> {
    let (caller, home) = (caller.clone(), home.clone());
    let read = spawn_blocking(move || settings::of_caller(&caller, &home)).await;
    Ok(read.map_err(|_| SpawnError::BrokeOff(BrokeOff::Panicked))?)
}

/// Refuses a strategy that is not installed, or whose first file is not Lua.
fn find(strategy: &Name, caller: &Caller, home: &Path) -> Result<(), RegistryError> {
    let search = Resolver::new(caller, home)?.find(strategy.as_str())?;
    let found = search.package.as_ref().and_then(|package| package.module(strategy.as_str()));
    match (found, search.passed.broken.first()) {
        (Some((file, source)), _) => Ok(check_syntax(source, file).map_err(SpawnError::Load)?),
        (None, Some(link)) => Err(RegistryError::BrokenLink(link.leads_nowhere())),
        (None, None) => Err(RegistryError::UnknownStrategy(strategy.clone())),
    }
}

fn evaluation(
    scenario: Scenario,
    strategy: &Name,
    auto_card: bool,
    opts: String,
    home: &Path,
) -> Result<Chunk, RegistryError> {
    let (source, name, own) = match scenario {
        Scenario::Source { source, chunk } => (source, chunk, None),
        Scenario::Named(name) => {
            let file = format!("{}.lua", name.as_str());
            (named(&name, home.join("scenarios").join(&file))?, file, Some(name))
        }
    };
    let odd = |error: serde_json::Error| RegistryError::Context(error.to_string());
    let opts = RawValue::from_string(opts).map_err(odd)?;
    let ctx = Evaluated { strategy, opts, auto_card, name: own.as_ref() };
    let ctx = serde_json::to_string(&ctx).map_err(odd)?;
    Ok(Chunk { source, name, ctx })
}

/// A scenario of the data folder.
fn named(name: &Name, path: PathBuf) -> Result<String, RegistryError> {
    match fs::read_to_string(&path) {
        Ok(source) if source.len() > PAYLOAD_LIMIT => {
            let error = io::Error::other(format!("it has more than {PAYLOAD_LIMIT} bytes"));
            Err(RegistryError::Scenario(path, error))
        }
        Ok(source) => Ok(source),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(RegistryError::UnknownScenario(name.clone()))
        }
        Err(error) => Err(RegistryError::Scenario(path, error)),
    }
}
