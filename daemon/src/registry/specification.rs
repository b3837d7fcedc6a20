//! What a new session runs, and on which terms.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use alc_core::{Budget, Caller, Limits, Name, Program, Script, SessionKind};
use tokio_util::sync::CancellationToken;

use super::{
    RegistryError,
    program::{self, Chunk},
};
use crate::{
    clock,
    engine::{LoadError, Outside, Vm, rehearse},
    journal::Identity,
    packages,
    session::{Beginning, SessionHandle, SpawnError},
};

/// How long what is checked may take to load.
const LOADING: Duration = Duration::from_mins(1);

/// What a new session runs.
#[derive(Clone, Debug)]
pub(crate) struct Specification {
    pub(crate) program: Program,
    pub(crate) ctx: String,
    pub(crate) identity: Identity,
    pub(crate) limits: Limits,
    /// What it finds in `alc.env`.
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) caller: Caller,
}

/// A session that may begin: what it runs is found.
pub(super) struct Draft {
    script: Script,
    identity: Identity,
    limits: Limits,
}

impl Specification {
    /// The same, with these limits where it has none.
    pub(super) fn or(mut self, usual: Limits) -> Self {
        let Limits { deadline, max_llm_calls } = &mut self.limits;
        *deadline = deadline.or(usual.deadline);
        *max_llm_calls = max_llm_calls.or(usual.max_llm_calls);
        self
    }

    /// Finds what is to run, with the data folder `home`.
    pub(super) async fn resolve(self, home: &Arc<Path>) -> Result<Draft, RegistryError> {
        let Self { program, ctx, identity, limits, env, caller } = self;
        let kind = program.kind();
        let Chunk { source, name: chunk, ctx } =
            program::chunk(program, ctx, &caller, home).await?;
        let budget = match kind {
            SessionKind::Run | SessionKind::Advice => Budget::of_context(&ctx),
            // Its `ctx` is not the script's.
            SessionKind::Eval => Budget::default(),
        };
        let budget = budget.with_calls(limits.max_llm_calls);
        let settings = program::settings(&caller, home).await?;
        let script =
            Script { kind, source, chunk, ctx, budget, env, settings, caller, ..Script::default() };
        Ok(Draft { script, identity, limits })
    }

    /// Loads what a session would run: compiles a script, runs all of a strategy but its `run`, and
    /// makes what a scenario describes.
    pub(crate) async fn check(self, home: Arc<Path>) -> Result<(), RegistryError> {
        let loading = match &self.program {
            Program::Advice { strategy } => Some(packages::loading(strategy.as_str())),
            Program::Run { .. } | Program::Eval { .. } => None,
        };
        let Beginning { script, .. } = self.resolve(&home).await?.begin(0, None);
        if script.kind == SessionKind::Run {
            let outside = Outside::own(CancellationToken::new(), home).map_err(LoadError::from);
            let loaded = outside.and_then(|outside| Vm::load(&script, Vec::new(), outside));
            return Ok(loaded.map(drop).map_err(SpawnError::from)?);
        }
        let script = Script { source: loading.unwrap_or(script.source), ..script };
        Ok(rehearse(script, home, LOADING).await.map_err(SpawnError::from)?)
    }
}

impl Draft {
    /// The name that the session is to bear.
    pub(super) fn name(&self) -> Option<&Name> {
        self.identity.name.as_ref()
    }

    /// The session, as it begins now.
    pub(super) fn begin(&self, seed: u64, replaces: Option<SessionHandle>) -> Beginning {
        let started_at = clock::now();
        let limit = self.limits.deadline.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
        Beginning {
            script: Script { seed, started_at, ..self.script.clone() },
            identity: self.identity.clone(),
            deadline_at: limit.map(|limit| started_at.saturating_add(limit)),
            replaces,
        }
    }
}
