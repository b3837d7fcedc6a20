//! From what a session is to run to the Lua that does; what is not there, or does not load, makes no
//! session.

use std::{path::Path, sync::Arc};

use alc_core::{Caller, Name, Program};
use tokio::task::spawn_blocking;

use super::RegistryError;
use crate::{
    engine::{BrokeOff, check_syntax},
    packages::{self, Resolver, Search},
    session::SpawnError,
};

/// A chunk of Lua, and what messages call it.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    pub(super) source: String,
    pub(super) name: String,
}

/// The Lua of `program`, for `caller`, with the data folder `home`.
pub(super) async fn chunk(
    program: Program,
    caller: &Caller,
    home: &Arc<Path>,
) -> Result<Chunk, RegistryError> {
    match program {
        Program::Run { source, chunk } => Ok(Chunk { source, name: chunk }),
        Program::Advice { strategy } => {
            let (caller, home, name) = (caller.clone(), home.clone(), strategy.clone());
            spawn_blocking(move || find(&name, &caller, &home))
                .await
                .map_err(|_| SpawnError::BrokeOff(BrokeOff::Panicked))??;
            Ok(Chunk {
                source: packages::advice(strategy.as_str()),
                name: strategy.as_str().to_owned(),
            })
        }
    }
}

/// Refuses a strategy that is not installed, or whose first file is not Lua.
fn find(strategy: &Name, caller: &Caller, home: &Path) -> Result<(), RegistryError> {
    let package = match Resolver::new(caller, home)?.find(strategy.as_str())? {
        Search::Found(package) => package,
        Search::Missing(_) => return Err(RegistryError::UnknownStrategy(strategy.clone())),
    };
    match package.module(strategy.as_str()) {
        Some((file, source)) => Ok(check_syntax(source, file).map_err(SpawnError::Load)?),
        None => Err(RegistryError::UnknownStrategy(strategy.clone())),
    }
}
