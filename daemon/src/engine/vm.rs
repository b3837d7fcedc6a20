//! One session's script: `Vm::step` runs it to its next question, or its end, or the end of its slice.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use alc_core::{Call, CallKind, Replay, Reply, Script, SessionError};
use mlua::{Function, Lua, LuaOptions, StdLib, Table};
use tokio_util::sync::CancellationToken;

use super::{
    blank::Spare,
    fork::Fork,
    operation::{Operation, Outcome},
    prelude::Prelude,
    preludes,
    strand::{SCRIPT_MEMORY, Strand, compile, engine_failure, run_as},
    world::{Departure, Made, Pending, World},
};
use crate::packages::Package;

/// What a resting script takes beside what Lua counts, in bytes: its session's task, mlua's part, and
/// what the allocator adds. Measured as the growth of the daemon by a thousand sessions.
const BESIDE_LUA: usize = 12 << 10;

/// What a VM is given of the process around it.
#[derive(Clone, Debug)]
pub(crate) struct Outside {
    /// Cancelled when the session is.
    pub(crate) token: CancellationToken,
    /// The data folder.
    pub(crate) home: Arc<Path>,
    /// The library that the script finds.
    pub(crate) prelude: Arc<Prelude>,
    /// Perhaps a state that has it.
    pub(crate) spare: Arc<Spare>,
    /// How many bytes the script, and each child of it, may use.
    pub(crate) memory: usize,
}

impl Outside {
    /// With this program's own library.
    pub(crate) fn own(token: CancellationToken, home: Arc<Path>) -> mlua::Result<Self> {
        let prelude = preludes::own()?;
        let spare = Arc::new(Spare::new(prelude.clone()));
        Ok(Self { token, home, prelude, spare, memory: SCRIPT_MEMORY })
    }

    /// The same, without a data folder.
    #[cfg(test)]
    pub(super) fn bare(token: CancellationToken) -> Self {
        Self::own(token, Path::new("").into()).expect("compiles")
    }
}

/// One session's Lua, ready to go on.
#[derive(Debug)]
pub(crate) struct Vm {
    /// Holds the session's [`World`], except while a child of a fork steps.
    strand: Strand,
    /// What the strand waits for, if it has forked.
    fork: Option<Fork>,
    outside: Outside,
    worked: Duration,
}

impl Vm {
    /// Loads a script that has made `calls` so far; it runs at the first step.
    pub(crate) fn load(
        script: &Script,
        calls: Vec<Call>,
        outside: Outside,
    ) -> Result<Self, LoadError> {
        Self::prepared(script, calls, outside, |_, host, chunk| run_as(script.kind, host, chunk))
    }

    /// Loads a script of whose chunk `prepare` makes what runs; it is given the host's table.
    pub(super) fn prepared(
        script: &Script,
        calls: Vec<Call>,
        outside: Outside,
        prepare: impl FnOnce(&Lua, &Table, Function) -> mlua::Result<Function>,
    ) -> Result<Self, LoadError> {
        let name = format!("@{}", script.chunk);
        let strand = Strand::prepared(&script.source, &name, &script.ctx, &outside, prepare)?;
        let world = World::new(Replay::new(calls), script, outside.clone(), strand.mark.clone());
        strand.lua.set_app_data(world);
        Ok(Self { strand, fork: None, outside, worked: Duration::ZERO })
    }

    /// Has the script find `package` before it looks anywhere else.
    pub(super) fn keep(&mut self, package: Arc<Package>) {
        if let Some(mut world) = self.strand.lua.app_data_mut::<World>() {
            world.packages.push(package);
        }
    }

    /// Gives the script the answers it waits for, in the order of the queries.
    pub(crate) fn answer(&mut self, replies: Vec<Reply>) -> mlua::Result<()> {
        match &mut self.fork {
            Some(fork) => fork.answer(&self.strand, replies),
            None => self.strand.answer(replies),
        }
    }

    /// Says what the operation that the script waits for is about to change; the calls returned must
    /// reach the journal first.
    pub(crate) fn intends(&mut self, intent: String) -> Vec<Made> {
        match &mut self.fork {
            Some(fork) => fork.intends(&self.strand, intent),
            None => self.strand.intends(intent),
        }
    }

    /// Gives the script the outcome of the operation it waits for.
    pub(crate) fn operated(&mut self, outcome: Outcome) -> mlua::Result<()> {
        match &mut self.fork {
            Some(fork) => fork.operated(&self.strand, outcome),
            None => self.strand.operated(outcome),
        }
    }

    /// How much memory it takes, in bytes, with what its session needs beside it.
    pub(crate) fn size(&self) -> usize {
        BESIDE_LUA + self.strand.lua.used_memory() + self.fork.as_ref().map_or(0, Fork::size)
    }

    /// How long it has worked: about what running it again would take.
    pub(crate) fn worked(&self) -> Duration {
        self.worked
    }

    /// Runs the script as far as it goes in one slice.
    pub(crate) fn step(mut self) -> Stepped {
        let begun = Instant::now();
        let step = self.advance().unwrap_or_else(|error| Step::Failed(engine_failure(&error)));
        let slice_over = matches!(step, Step::Slice);
        let operates = matches!(step, Step::Operates(_));
        let made = self.strand.lua.app_data_mut::<World>().map(|mut world| {
            // What an operation only looks at gets to the journal together with what comes next.
            let stays = operates && !world.is_full();
            if stays { Vec::new() } else { world.take_made(slice_over) }
        });
        self.worked += begun.elapsed();
        Stepped { vm: self, step, made: made.unwrap_or_default() }
    }

    fn advance(&mut self) -> mlua::Result<Step> {
        let Some(fork) = &mut self.fork else {
            let step = self.strand.step();
            match step {
                Step::Slice => self.fork = self.forked()?,
                Step::Asked { .. } => self.strand.tidy()?,
                _ => {}
            }
            return Ok(step);
        };
        if let Some(step) = fork.step(&self.strand)? {
            return Ok(step);
        }
        let told = fork.told();
        self.fork = None;
        if let Some(mut world) = self.strand.lua.app_data_mut::<World>() {
            world.pending = None;
        }
        self.strand.told(Ok(told))?;
        Ok(Step::Slice)
    }

    /// The children that the script has just asked for.
    fn forked(&self) -> mlua::Result<Option<Fork>> {
        let children = match self.strand.lua.app_data_mut::<World>() {
            Some(mut world) => match &mut world.pending {
                Some(Pending::Fork(children)) => children.take(),
                _ => None,
            },
            None => None,
        };
        let Some(children) = children else { return Ok(None) };
        Fork::new(children, &self.outside).map(Some)
    }
}

/// How far a step came.
#[derive(Debug)]
pub(crate) enum Step {
    /// Its time is over, or its calls should reach the journal.
    Slice,
    /// It waits for answers to `count` queries from number `first` on.
    Asked { first: u32, count: u32 },
    /// It waits for this.
    Operates(Operation),
    /// It returned this, as JSON text.
    Finished(String),
    /// It failed.
    Failed(SessionError),
    /// It did something else than its journal says.
    Diverged(Divergence),
}

/// Where a script and its journal part.
#[derive(Debug)]
pub(crate) struct Divergence {
    /// How many calls matched.
    pub(crate) after: u64,
    /// The kind of the next call on record, if there is one.
    pub(crate) recorded: Option<CallKind>,
    /// What the script did instead, with the call's arguments as text; `None` if it ended.
    pub(crate) instead: Option<(CallKind, String)>,
    /// The Lua line that did it, where known.
    pub(crate) line: Option<String>,
}

impl From<Departure> for Divergence {
    fn from(departure: Departure) -> Self {
        Self {
            after: departure.difference.after,
            recorded: departure.difference.recorded.map(|call| call.kind),
            instead: departure.instead,
            line: departure.line,
        }
    }
}

/// A step's end: the VM for the next one, and the calls that must reach the journal before.
#[derive(Debug)]
pub(crate) struct Stepped {
    pub(crate) vm: Vm,
    pub(crate) step: Step,
    pub(crate) made: Vec<Made>,
}

/// The script cannot even begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// It is not Lua.
    #[error("{0}")]
    Syntax(String),
    /// Its context is not JSON that Lua can hold.
    #[error("the context cannot be read: {0}")]
    Ctx(String),
    /// It is Lua, and raises this before it can do what it is for.
    #[error("{0}")]
    Raised(String),
    /// The engine failed.
    #[error("cannot set up Lua")]
    Engine(#[from] mlua::Error),
}

/// Says what is wrong with a source, without running it.
pub(crate) fn check_syntax(source: &[u8], name: &str) -> Result<(), LoadError> {
    compile(&Lua::new_with(StdLib::NONE, LuaOptions::new())?, source, name).map(|_| ())
}

/// Whether this Lua iterates over string keys in the one order that replay relies on.
pub(crate) fn iterates_as_always() -> mlua::Result<bool> {
    let lua = Lua::new_with(StdLib::TABLE, LuaOptions::new())?;
    let keys: String = lua.load(ORDER).eval()?;
    Ok(keys == ALWAYS)
}

/// Twelve string keys, joined in the order of `pairs`.
const ORDER: &str = r#"
    local t, keys = {}, {}
    for word in pairs({ ash = 1, birch = 1, cedar = 1, dogwood = 1, elm = 1, fir = 1, ginkgo = 1,
        hazel = 1, ironwood = 1, juniper = 1, katsura = 1, larch = 1 }) do
        keys[#keys + 1] = word
    end
    return table.concat(keys, " ")
"#;
/// The order in which they come, in every process and on every machine.
const ALWAYS: &str = "fir ironwood elm birch larch ginkgo ash cedar dogwood katsura juniper hazel";

#[cfg(test)]
mod tests;
