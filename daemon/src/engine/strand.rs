//! One Lua state and the chunk that runs in it: a step takes it to its next question, or its end, or
//! the end of its slice.
//!
//! While it steps, the state holds the session's [`World`].

use alc_core::{ErrorKind, Reply, SessionError, SessionKind};
use mlua::{
    Function, IntoLuaMulti as _, Lua, MultiValue, Table, Thread, Value, chunk::ChunkMode,
    thread::ThreadStatus,
};
use tokio_util::sync::CancellationToken;

use super::{
    alc,
    blank::Blank,
    convert::ArrayMark,
    native,
    operation::Outcome,
    preempt, prelude,
    vm::{LoadError, Outside, Step},
    world::{Made, PAYLOAD_LIMIT, Pending, World},
};

/// How many bytes a script may use where nothing else is set.
pub(crate) const SCRIPT_MEMORY: usize = 256 << 20;

/// From so many bytes on only Lua's own collector, which works in steps, lets go of what is not needed.
const LARGE: usize = 4 << 20;

/// A chunk, ready to go on.
#[derive(Debug)]
pub(super) struct Strand {
    pub(super) lua: Lua,
    main: Thread,
    token: CancellationToken,
    /// What the chunk's last call returns to it.
    resume_with: Option<MultiValue>,
    pub(super) mark: ArrayMark,
    /// How much memory it took when what it does not need was last let go, 0 before the first time.
    tidied: usize,
}

/// What a session of this kind runs of its chunk.
pub(super) fn run_as(kind: SessionKind, host: &Table, chunk: Function) -> mlua::Result<Function> {
    match kind {
        SessionKind::Run | SessionKind::Advice => Ok(chunk),
        SessionKind::Eval => host.get::<Function>("evaluation")?.call(chunk),
    }
}

impl Strand {
    /// Loads a chunk, called `name` in messages, that finds the JSON text `ctx`; one that returns a
    /// scenario becomes its evaluation.
    pub(super) fn load(
        source: &str,
        name: &str,
        ctx: &str,
        kind: SessionKind,
        outside: &Outside,
    ) -> Result<Self, LoadError> {
        Self::prepared(source, name, ctx, outside, |_, host, chunk| run_as(kind, host, chunk))
    }

    /// Loads a chunk of which `prepare` makes what runs; it is given the host's table.
    pub(super) fn prepared(
        source: &str,
        name: &str,
        ctx: &str,
        outside: &Outside,
        prepare: impl FnOnce(&Lua, &Table, Function) -> mlua::Result<Function>,
    ) -> Result<Self, LoadError> {
        let Blank { lua, mark, host } = outside.spare.take(&outside.prelude)?;
        let main: Function = host.raw_get("main")?;
        let ctx = mark.read_json(&lua, ctx).map_err(|error| LoadError::Ctx(error.to_string()))?;
        lua.globals().raw_set("ctx", ctx)?;
        let chunk = prepare(&lua, &host, compile(&lua, source.as_bytes(), name)?)?;
        let main = lua.create_thread(main)?;
        lua.set_memory_limit(outside.memory)?;
        let resume_with = Some(chunk.into_lua_multi(&lua)?);
        let token = outside.token.clone();
        Ok(Self { lua, main, token, resume_with, mark, tidied: 0 })
    }

    /// Gives the chunk the answers it waits for, in the order of the queries.
    pub(super) fn answer(&mut self, replies: Vec<Reply>) -> mlua::Result<()> {
        let world = self.lua.app_data_mut::<World>();
        let single = world.is_some_and(|mut world| world.answered(&replies));
        let answer = alc::shaped(&self.lua, replies, single)?;
        self.resume_with = Some(answer.into_lua_multi(&self.lua)?);
        Ok(())
    }

    /// Says what the operation that the chunk waits for is about to change: all that the journal must
    /// have first.
    pub(super) fn intends(&mut self, intent: String) -> Vec<Made> {
        let world = self.lua.app_data_mut::<World>();
        world.map(|mut world| world.intends(intent)).unwrap_or_default()
    }

    /// Gives the chunk the outcome of the operation it waits for.
    pub(super) fn operated(&mut self, outcome: Outcome) -> mlua::Result<()> {
        let outcome = match self.lua.app_data_mut::<World>() {
            Some(mut world) => world.operated(outcome),
            None => outcome,
        };
        self.told(outcome)
    }

    /// Gives the chunk what it waits for, as a host function returns it.
    pub(super) fn told(&mut self, outcome: Outcome) -> mlua::Result<()> {
        self.resume_with = Some(alc::told(&self.lua, outcome)?);
        Ok(())
    }

    /// Runs the chunk as far as it goes in one slice.
    pub(super) fn step(&mut self) -> Step {
        let given = self.resume_with.take();
        let resumed = preempt::run(self.main.state(), &self.token, || match given {
            Some(values) => self.main.resume::<MultiValue>(values),
            None => self.main.resume::<MultiValue>(()),
        });
        match resumed {
            _ if self.token.is_cancelled() => Step::Slice,
            Ok(values) if self.main.status() == ThreadStatus::Resumable => self.paused(&values),
            Ok(values) => self.ended(values),
            Err(error) => Step::Failed(engine_failure(&error)),
        }
    }

    /// Lets go of what the chunk does not need while it rests, if that may be worth it.
    pub(super) fn tidy(&mut self) -> mlua::Result<()> {
        let used = self.lua.used_memory();
        if used > self.tidied + self.tidied / 4 && used < LARGE {
            self.lua.gc_collect()?;
            self.tidied = self.lua.used_memory();
        }
        Ok(())
    }

    /// Why the script yielded: a yield that carries the mark is a call's, any other a slice's end.
    fn paused(&self, values: &MultiValue) -> Step {
        let by_call =
            matches!(values.front(), Some(Value::LightUserData(mark)) if mark.0 == native::pause());
        let Some(mut world) = self.lua.app_data_mut::<World>().filter(|_| by_call) else {
            return Step::Slice;
        };
        match &mut world.pending {
            Some(Pending::Operation(operation, _)) => {
                operation.take().map_or(Step::Slice, Step::Operates)
            }
            Some(Pending::Answers { first, count, .. }) => {
                Step::Asked { first: *first, count: *count }
            }
            Some(Pending::Diverged(_) | Pending::OutOfMemory) => {
                stopped(&mut world).unwrap_or(Step::Slice)
            }
            // A fork is for the VM to go on with.
            Some(Pending::Fork(_)) | None => Step::Slice,
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

/// Compiles a source, whose lines keep their numbers.
pub(super) fn compile(lua: &Lua, source: &[u8], name: &str) -> Result<Function, LoadError> {
    let source = source.strip_prefix("\u{feff}".as_bytes()).unwrap_or(source);
    // What the `lua` program does with a first line such as `#!/usr/bin/env lua`.
    let comment: &[u8] = if source.starts_with(b"#") { b"--" } else { b"" };
    let chunk = lua.load([comment, source].concat()).set_name(name).set_mode(ChunkMode::Text);
    chunk.into_function().map_err(|error| match error {
        mlua::Error::SyntaxError { message, .. } => LoadError::Syntax(message),
        error => LoadError::Engine(error),
    })
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
    // A script may have raised it again, which puts its line before it.
    let budget = message.contains("budget_exceeded: max_");
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

pub(super) fn engine_failure(error: &mlua::Error) -> SessionError {
    match error {
        mlua::Error::MemoryError(_) => out_of_memory(),
        error => failure(ErrorKind::EngineError, error.to_string()),
    }
}

fn out_of_memory() -> SessionError {
    let message = "not enough memory: the script needs more than the setting session.memory allows";
    failure(ErrorKind::Memory, message)
}

fn failure(kind: ErrorKind, message: impl Into<String>) -> SessionError {
    SessionError { kind, message: message.into(), traceback: None }
}
