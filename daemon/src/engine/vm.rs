//! One Lua state with one script in it: `Vm::step` runs it to its next question, or its end, or the
//! end of its slice.

use std::{
    ffi::c_void,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use alc_core::{Call, CallKind, ErrorKind, Replay, Reply, Script, SessionError};
use mlua::{
    Function, IntoLuaMulti as _, LightUserData, Lua, LuaOptions, MultiValue, StdLib, Table, Thread,
    Value, chunk::ChunkMode, thread::ThreadStatus,
};
use tokio_util::sync::CancellationToken;

use super::{
    alc,
    convert::ArrayMark,
    operation::{Operation, Outcome},
    preempt, prelude,
    world::{Departure, Made, PAYLOAD_LIMIT, Pending, World},
};

/// How much memory a session may use.
const MEMORY: usize = 256 << 20;

/// The address that marks a pause; scripts have no way to get at it.
static PAUSE: u8 = 0;

/// What a VM is given of the process around it.
#[derive(Clone, Debug)]
pub(crate) struct Outside {
    /// Cancelled when the session is.
    pub(crate) token: CancellationToken,
    /// The data folder.
    pub(crate) home: Arc<Path>,
}

/// One session's Lua, ready to go on.
#[derive(Debug)]
pub(crate) struct Vm {
    lua: Lua,
    main: Thread,
    token: CancellationToken,
    /// What the script's last call returns to it.
    resume_with: Option<MultiValue>,
    worked: Duration,
}

/// How far a step came.
#[derive(Debug)]
pub(crate) enum Step {
    /// Its time is over, or its calls should reach the journal.
    Slice,
    /// It waits for answers to `count` queries from number `first` on.
    Asked {
        first: u32,
        count: u32,
        /// They were in its journal already.
        known: bool,
    },
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
    /// The engine failed.
    #[error("cannot set up Lua")]
    Engine(#[from] mlua::Error),
}

impl Vm {
    /// Loads a script that has made `calls` so far; it runs at the first step.
    pub(crate) fn load(
        script: &Script,
        calls: Vec<Call>,
        outside: Outside,
    ) -> Result<Self, LoadError> {
        let token = outside.token.clone();
        let lua = prelude::state();
        let mark = ArrayMark::new(&lua)?;
        lua.set_app_data(World::new(Replay::new(calls), script, outside, mark.clone()));
        let host = host(&lua, token.clone())?;
        prelude::install(&lua, &host)?;
        let main: Function = host.raw_get("main")?;
        let ctx =
            mark.read_json(&lua, &script.ctx).map_err(|error| LoadError::Ctx(error.to_string()))?;
        lua.globals().raw_set("ctx", ctx)?;
        let chunk = compile(&lua, &script.source, &format!("@{}", script.chunk))?;
        let main = lua.create_thread(main.bind(chunk)?)?;
        // What compiling left behind would stay as long as the script rests.
        lua.gc_collect()?;
        lua.set_memory_limit(MEMORY)?;
        Ok(Self { lua, main, token, resume_with: None, worked: Duration::ZERO })
    }

    /// Gives the script the answers it waits for, in the order of the queries.
    pub(crate) fn answer(&mut self, replies: Vec<Reply>) -> mlua::Result<()> {
        let world = self.lua.app_data_mut::<World>();
        let single = world.is_some_and(|mut world| world.answered(&replies));
        let answer = alc::shaped(&self.lua, replies, single)?;
        self.resume_with = Some(answer.into_lua_multi(&self.lua)?);
        Ok(())
    }

    /// Says what the operation that the script waits for is about to change; the calls returned must
    /// reach the journal first.
    pub(crate) fn intends(&mut self, intent: String) -> Vec<Made> {
        let world = self.lua.app_data_mut::<World>();
        world.map(|mut world| world.intends(intent)).unwrap_or_default()
    }

    /// Gives the script the outcome of the operation it waits for.
    pub(crate) fn operated(&mut self, outcome: Outcome) -> mlua::Result<()> {
        let outcome = match self.lua.app_data_mut::<World>() {
            Some(mut world) => world.operated(outcome),
            None => outcome,
        };
        self.resume_with = Some(alc::told(&self.lua, outcome)?);
        Ok(())
    }

    /// How much memory it takes, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.lua.used_memory()
    }

    /// How long it has worked: about what running it again would take.
    pub(crate) fn worked(&self) -> Duration {
        self.worked
    }

    /// Runs the script as far as it goes in one slice.
    pub(crate) fn step(mut self) -> Stepped {
        let begun = Instant::now();
        let given = self.resume_with.take();
        let resumed = preempt::run(self.main.state(), &self.token, || match given {
            Some(values) => self.main.resume::<MultiValue>(values),
            None => self.main.resume::<MultiValue>(()),
        });
        let step = match resumed {
            _ if self.token.is_cancelled() => Step::Slice,
            Ok(values) if self.main.status() == ThreadStatus::Resumable => self.paused(&values),
            Ok(values) => self.ended(values),
            Err(error) => Step::Failed(engine_error(&error)),
        };
        let slice_over = matches!(step, Step::Slice);
        let operates = matches!(step, Step::Operates(_));
        let made = self.lua.app_data_mut::<World>().map(|mut world| {
            // What an operation only looks at gets to the journal together with what comes next.
            let stays = operates && !world.is_full();
            if stays { Vec::new() } else { world.take_made(slice_over) }
        });
        self.worked += begun.elapsed();
        Stepped { vm: self, step, made: made.unwrap_or_default() }
    }

    /// Why the script yielded: a yield that carries the mark is a call's, any other a slice's end.
    fn paused(&self, values: &MultiValue) -> Step {
        let by_call =
            matches!(values.front(), Some(Value::LightUserData(mark)) if *mark == pause());
        let Some(mut world) = self.lua.app_data_mut::<World>().filter(|_| by_call) else {
            return Step::Slice;
        };
        match &mut world.pending {
            Some(Pending::Operation(operation, _)) => {
                operation.take().map_or(Step::Slice, Step::Operates)
            }
            Some(Pending::Answers { first, count, known, .. }) => {
                Step::Asked { first: *first, count: *count, known: *known }
            }
            Some(Pending::Diverged(_) | Pending::OutOfMemory) => {
                stopped(&mut world).unwrap_or(Step::Slice)
            }
            None => Step::Slice,
        }
    }

    /// How the script ended: `true` and its value, or `false` and what was raised.
    fn ended(&self, mut values: MultiValue) -> Step {
        let (mark, stopped) = match self.lua.app_data_mut::<World>() {
            // A script may have caught the error that told it to stop.
            Some(mut world) => (world.mark.clone(), stopped(&mut world)),
            None => {
                return Step::Failed(failure(ErrorKind::EngineError, "the session has no world"));
            }
        };
        if let Some(stopped) = stopped {
            return stopped;
        }
        let ok = matches!(values.pop_front(), Some(Value::Boolean(true)));
        let value = values.pop_front().unwrap_or(Value::Nil);
        let step = if ok { finished(&mark, &value) } else { Step::Failed(raised(value)) };
        let finish = self.lua.app_data_mut::<World>().map(|mut world| world.finish());
        match finish {
            Some(Err(departure)) => Step::Diverged(departure.into()),
            _ => step,
        }
    }
}

/// The end of a script that must not go on.
fn stopped(world: &mut World) -> Option<Step> {
    match world.pending.take() {
        Some(Pending::Diverged(departure)) => Some(Step::Diverged((*departure).into())),
        Some(Pending::OutOfMemory) => Some(Step::Failed(out_of_memory())),
        other => {
            world.pending = other;
            None
        }
    }
}

fn pause() -> LightUserData {
    LightUserData((&raw const PAUSE).cast_mut().cast::<c_void>())
}

fn host(lua: &Lua, token: CancellationToken) -> mlua::Result<Table> {
    let host = lua.create_table()?;
    host.raw_set("pause", pause())?;
    let traceback = lua.create_function(|lua, ()| lua.traceback(None, 2))?;
    host.raw_set("traceback", traceback)?;
    let enter = lua.create_function(|_, coroutine: Thread| {
        preempt::switch(coroutine.state());
        Ok(())
    })?;
    host.raw_set("enter", enter)?;
    let cancelled = lua.create_function(move |_, ()| Ok(token.is_cancelled()))?;
    host.raw_set("cancelled", cancelled)?;
    Ok(host)
}

/// Compiles a source, whose lines keep their numbers.
pub(super) fn compile(lua: &Lua, source: &str, name: &str) -> Result<Function, LoadError> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    // What the `lua` program does with a first line such as `#!/usr/bin/env lua`.
    let source = if source.starts_with('#') { format!("--{source}") } else { source.to_owned() };
    let chunk = lua.load(source).set_name(name).set_mode(ChunkMode::Text);
    chunk.into_function().map_err(|error| match error {
        mlua::Error::SyntaxError { message, .. } => LoadError::Syntax(message),
        error => LoadError::Engine(error),
    })
}

/// Says what is wrong with a source, without running it.
pub(crate) fn check_syntax(source: &str, name: &str) -> Result<(), LoadError> {
    compile(&Lua::new_with(StdLib::NONE, LuaOptions::new())?, source, name).map(|_| ())
}

fn finished(mark: &ArrayMark, value: &Value) -> Step {
    match mark.write_json(value) {
        Ok(text) if text.len() > PAYLOAD_LIMIT => {
            let message =
                format!("the result has {} bytes, over the limit of {PAYLOAD_LIMIT}", text.len());
            Step::Failed(failure(ErrorKind::Other, message))
        }
        Ok(text) => Step::Finished(text),
        Err(error) => {
            Step::Failed(failure(ErrorKind::Other, format!("the result has no JSON form: {error}")))
        }
    }
}

/// What the prelude's handler made of an uncaught error, or the bare error where it could not run.
fn raised(value: Value) -> SessionError {
    let (message, traceback) = match value {
        Value::Table(table) => (
            table.raw_get::<Value>("message").unwrap_or(Value::Nil),
            table.raw_get::<Option<mlua::LuaString>>("traceback").unwrap_or_default(),
        ),
        other => (other, None),
    };
    let message = match message {
        Value::String(text) => text.to_string_lossy(),
        other => other.type_name().to_owned(),
    };
    if message == "not enough memory" {
        return out_of_memory();
    }
    let budget = message.starts_with("budget_exceeded:");
    let kind = if budget { ErrorKind::Budget } else { ErrorKind::LuaError };
    let traceback = traceback.map(|text| own_lines(&text.to_string_lossy()));
    SessionError { kind, message, traceback }
}

/// A traceback without the lines of the prelude, and of what only calls it.
fn own_lines(traceback: &str) -> String {
    let prelude = format!("\t{}:", prelude::STRIPPED);
    let foreign = |line: &&str| line.starts_with(&prelude) || line.ends_with("in upvalue '?'");
    let lines: Vec<_> = traceback.lines().filter(|line| !foreign(line)).collect();
    // The call of the chunk itself.
    lines.join("\n").trim_end_matches("\n\t(...tail calls...)").to_owned()
}

fn engine_error(error: &mlua::Error) -> SessionError {
    match error {
        mlua::Error::MemoryError(_) => out_of_memory(),
        error => failure(ErrorKind::EngineError, error.to_string()),
    }
}

fn out_of_memory() -> SessionError {
    failure(ErrorKind::Memory, format!("not enough memory: a session may use {} MiB", MEMORY >> 20))
}

fn failure(kind: ErrorKind, message: impl Into<String>) -> SessionError {
    SessionError { kind, message: message.into(), traceback: None }
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
