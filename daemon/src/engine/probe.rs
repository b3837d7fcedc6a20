//! A script that runs outside of any session, to find something out: nobody answers it, and no journal
//! keeps it.

use std::{path::Path, sync::Arc, time::Duration};

use alc_core::{Script, SessionKind};
use mlua::Function;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::{
    operation::{Begun, Operation, Outcome},
    pool::{BrokeOff, Pool, Turn},
    vm::{LoadError, Outside, Step, Stepped, Vm},
};
use crate::packages::Package;

/// A probe came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("{0}")]
    Failed(String),
    #[error("cannot start Lua")]
    Threads(#[source] std::io::Error),
    #[error("it calls alc.llm, and nobody answers here")]
    Asks,
    #[error("it has not ended after {} s", .0.as_secs())]
    Endless(Duration),
    #[error(transparent)]
    BrokeOff(#[from] BrokeOff),
}

/// What a script that runs alone may do to files and processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    Look,
    Change,
}

/// Runs `script`, which finds `package` before it looks anywhere else, to its end: its value as JSON
/// text.
pub(crate) async fn probe(
    script: Script,
    package: Arc<Package>,
    home: Arc<Path>,
    pool: &Pool,
    limit: Duration,
) -> Result<String, ProbeError> {
    let token = CancellationToken::new();
    let outside = Outside::own(token.clone(), home).map_err(LoadError::from)?;
    let load = move || {
        let mut vm = Vm::load(&script, Vec::new(), outside)?;
        vm.keep(package);
        Ok(vm)
    };
    within(limit, &token, to_end(load, pool, May::Look)).await
}

/// Runs `script` to its first question, an evaluation to its first case, or else to its end. What it
/// does to files and processes is done.
pub(crate) async fn rehearse(
    script: Script,
    home: Arc<Path>,
    limit: Duration,
) -> Result<(), ProbeError> {
    let token = CancellationToken::new();
    let outside = Outside::own(token.clone(), home).map_err(LoadError::from)?;
    let pool = Pool::start(1).map_err(ProbeError::Threads)?;
    let load = move || match script.kind {
        SessionKind::Run | SessionKind::Advice => Vm::load(&script, Vec::new(), outside),
        SessionKind::Eval => Vm::prepared(&script, Vec::new(), outside, |_, host, chunk| {
            host.get::<Function>("rehearsal")?.call(chunk)
        }),
    };
    match within(limit, &token, to_end(load, &pool, May::Change)).await {
        Ok(_) | Err(ProbeError::Asks) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Lets a script run for so long.
pub(super) async fn within<T>(
    limit: Duration,
    token: &CancellationToken,
    run: impl Future<Output = Result<T, ProbeError>>,
) -> Result<T, ProbeError> {
    let ended = tokio::time::timeout(limit, run).await;
    // What is still under way there comes to its end.
    token.cancel();
    ended.unwrap_or(Err(ProbeError::Endless(limit)))
}

/// Runs what `load` loads, to its end.
pub(super) async fn to_end(
    load: impl FnOnce() -> Result<Vm, LoadError> + Send + 'static,
    pool: &Pool,
    may: May,
) -> Result<String, ProbeError> {
    let mut stepped = pool.run(Turn::Fresh, move || load().map(Vm::step)).end().await??;
    loop {
        let Stepped { mut vm, step, .. } = stepped;
        let turn = match step {
            Step::Finished(text) => return Ok(text),
            Step::Failed(error) => return Err(ProbeError::Failed(error.message)),
            Step::Asked { .. } => return Err(ProbeError::Asks),
            // It has no journal to part from.
            Step::Diverged(_) => return Err(BrokeOff::Panicked.into()),
            Step::Slice => Turn::Slice,
            Step::Operates(operation) => {
                let outcome = operated(operation, &mut vm, may).await?;
                let told = vm.operated(outcome);
                told.map_err(|error| ProbeError::Failed(error.to_string()))?;
                Turn::Fresh
            }
        };
        stepped = pool.run(turn, move || vm.step()).end().await?;
    }
}

async fn operated(operation: Operation, vm: &mut Vm, may: May) -> Result<Outcome, BrokeOff> {
    let begun = spawn_blocking(|| operation.begin()).await.map_err(|_| BrokeOff::Panicked)?;
    match begun {
        Begun::Over(outcome) => Ok(outcome),
        Begun::Intends { .. } if may == May::Look => {
            Ok(Err("nothing can be changed while a package is looked at".to_owned()))
        }
        Begun::Intends { intent, finish } => {
            vm.intends(intent);
            spawn_blocking(finish).await.map_err(|_| BrokeOff::Panicked)
        }
    }
}
