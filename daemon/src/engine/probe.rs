//! A script that runs outside of any session, to find something out: nobody answers it, no journal
//! keeps it, and it changes nothing.

use std::{path::Path, sync::Arc, time::Duration};

use alc_core::Script;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::{
    operation::{Begun, Outcome},
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
    #[error("it calls alc.llm, and nobody answers here")]
    Asks,
    #[error("it has not ended after {} s", .0.as_secs())]
    Endless(Duration),
    #[error(transparent)]
    BrokeOff(#[from] BrokeOff),
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
    let outside = Outside { token: token.clone(), home };
    let load = move || {
        let mut vm = Vm::load(&script, Vec::new(), outside)?;
        vm.keep(package);
        Ok::<_, LoadError>(vm.step())
    };
    let run = async {
        let mut stepped = pool.run(Turn::Fresh, load).end().await??;
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
                    let looked = spawn_blocking(|| look(operation.begin())).await;
                    let told = vm.operated(looked.map_err(|_| BrokeOff::Panicked)?);
                    told.map_err(|error| ProbeError::Failed(error.to_string()))?;
                    Turn::Fresh
                }
            };
            stepped = pool.run(turn, move || vm.step()).end().await?;
        }
    };
    let ended = tokio::time::timeout(limit, run).await;
    // What is still under way there comes to its end.
    token.cancel();
    ended.unwrap_or(Err(ProbeError::Endless(limit)))
}

/// What an operation comes to that may only look.
fn look(begun: Begun) -> Outcome {
    match begun {
        Begun::Over(outcome) => outcome,
        Begun::Intends { .. } => {
            Err("nothing can be changed while a package is looked at".to_owned())
        }
    }
}
