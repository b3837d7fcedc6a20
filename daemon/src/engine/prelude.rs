//! The part of what scripts find that is written in Lua, and how a state gets it.
//!
//! The prelude is one text: a base that every state runs first, and parts that are loaded when a
//! script first touches a field they make. A part begins with a line that says so:
//!
//! ```text
//! --- alc: map filter reduce vote
//! ```
//!
//! for these fields of the table that the base calls `alc`, or `*` for any field. It is a function of
//! the host's table and of a table to put the fields in. It is compiled once and loaded as bytecode
//! from then on, which is several times faster and leaves less behind in each state.
//!
//! A session keeps the text that it was born with, so a later one may change all of it. What it calls
//! of Rust it must find for ever, see [`FAMILIES`].

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    iter,
    sync::Arc,
};

use mlua::{
    Function, Lua, LuaOptions, StdLib, Table, Value,
    chunk::{Chunk, ChunkMode},
};

use super::{
    alc::{self, FAMILIES},
    preludes::PreludeHash,
};

/// What messages call the prelude while it is compiled.
const NAME: &str = "[alc]";
/// What they call it afterwards, stripped of its names.
pub(super) const STRIPPED: &str = "?";
/// How a part begins.
const PART: &str = "\n--- ";

/// The whole prelude.
pub(super) const TEXT: &str = concat!(
    include_str!("prelude/base.lua"),
    include_str!("prelude/tables.lua"),
    include_str!("prelude/reference.lua"),
    include_str!("prelude/globals.lua"),
    include_str!("prelude/coroutine.lua"),
    include_str!("prelude/sort.lua"),
    include_str!("prelude/waiting.lua"),
    include_str!("prelude/require.lua"),
    include_str!("prelude/arguments.lua"),
    include_str!("prelude/math.lua"),
    include_str!("prelude/files.lua"),
    include_str!("prelude/io.lua"),
    include_str!("prelude/os.lua"),
    include_str!("prelude/std.lua"),
    include_str!("prelude/alc/llm.lua"),
    include_str!("prelude/alc/fork.lua"),
    include_str!("prelude/alc/state.lua"),
    include_str!("prelude/alc/card.lua"),
    include_str!("prelude/alc/parallel.lua"),
    include_str!("prelude/alc/intent.lua"),
    include_str!("prelude/alc/guarded.lua"),
    include_str!("prelude/alc/cache.lua"),
    include_str!("prelude/alc/log.lua"),
    include_str!("prelude/alc/budget.lua"),
    include_str!("prelude/alc/stats.lua"),
    include_str!("prelude/alc/time.lua"),
    include_str!("prelude/alc/dirs.lua"),
    include_str!("prelude/alc/env.lua"),
    include_str!("prelude/alc/json.lua"),
    include_str!("prelude/alc/parse.lua"),
    include_str!("prelude/alc/choice.lua"),
    include_str!("prelude/alc/chunk.lua"),
    include_str!("prelude/alc/fingerprint.lua"),
    include_str!("prelude/alc/format.lua"),
    include_str!("prelude/alc/list.lua"),
    include_str!("prelude/alc/tuning.lua"),
    include_str!("prelude/alc/pipe.lua"),
    include_str!("prelude/alc/math.lua"),
    include_str!("prelude/alc/eval.lua"),
    include_str!("prelude/alc/evaluation.lua"),
    include_str!("prelude/evalframe/modules.lua"),
    include_str!("prelude/evalframe/model.lua"),
    include_str!("prelude/evalframe/graders.lua"),
    include_str!("prelude/evalframe/scorers.lua"),
    include_str!("prelude/evalframe/judges.lua"),
    include_str!("prelude/evalframe/providers.lua"),
    include_str!("prelude/evalframe/runner.lua"),
    include_str!("prelude/evalframe/stats.lua"),
    include_str!("prelude/evalframe/report.lua"),
    include_str!("prelude/evalframe/inputs.lua"),
    include_str!("prelude/spec/main.lua"),
    include_str!("prelude/spec/lust.lua"),
    include_str!("prelude/spec/shown.lua"),
    include_str!("prelude/spec/doubles.lua"),
);

/// Makes fields in a table.
pub(super) type Load = fn(&Lua, &Table) -> mlua::Result<()>;

/// A prelude, ready for any number of states.
#[derive(Debug)]
pub(crate) struct Prelude {
    pub(super) hash: PreludeHash,
    base: Vec<u8>,
    parts: Vec<Part>,
    /// The part that makes a field, by `table.field`.
    makers: HashMap<String, usize>,
}

#[derive(Debug)]
struct Part {
    table: String,
    load: Source,
}

#[derive(Debug)]
enum Source {
    Lua(Vec<u8>),
    Rust(Load),
    /// A function of `alc.math`.
    Math(&'static str),
}

impl Prelude {
    /// Compiles a prelude's text.
    pub(super) fn compile(text: &str) -> mlua::Result<Self> {
        let lua = state();
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        let mut parts = text.split(PART);
        let base = compile(&lua, parts.next().unwrap_or_default())?;
        let mut prelude = Self { hash, base, parts: Vec::new(), makers: HashMap::new() };
        for part in parts {
            let (head, body) = part.split_once('\n').unwrap_or((part, ""));
            let (table, fields) = head.split_once(": ").unwrap_or((head, ""));
            let load = Source::Lua(compile(&lua, body)?);
            prelude.add(table, fields.split(' '), load);
        }
        for family in FAMILIES {
            prelude.add("host", family.fields.iter().copied(), Source::Rust(family.load));
        }
        for name in alc::math::names() {
            prelude.add("numerics", iter::once(name), Source::Math(name));
        }
        Ok(prelude)
    }

    fn add<'a>(&mut self, table: &str, fields: impl Iterator<Item = &'a str>, load: Source) {
        for field in fields {
            let earlier = self.makers.insert(format!("{table}.{field}"), self.parts.len());
            debug_assert_eq!(earlier, None, "{table}.{field} is made twice");
        }
        self.parts.push(Part { table: table.to_owned(), load });
    }

    /// The names of the fields of a table, in order.
    #[cfg(test)]
    pub(super) fn fields(&self, table: &str) -> Vec<&str> {
        let prefix = format!("{table}.");
        let mut fields: Vec<_> =
            self.makers.keys().filter_map(|maker| maker.strip_prefix(&prefix)).collect();
        fields.sort_unstable();
        fields
    }

    /// The parts that make a field of a table, or all its fields.
    fn makers(&self, table: &str, field: Option<&str>) -> Vec<usize> {
        let maker = |field| self.makers.get(&format!("{table}.{field}")).copied();
        match field {
            Some(field) => maker(field).or_else(|| maker("*")).into_iter().collect(),
            None => (0..self.parts.len()).filter(|part| self.parts[*part].table == table).collect(),
        }
    }
}

fn compile(lua: &Lua, part: &str) -> mlua::Result<Vec<u8>> {
    let part: Function = lua.load(part).set_name(format!("={NAME}")).into_function()?;
    // Without names and lines, which would take more room in each state than the code itself.
    Ok(part.dump(true))
}

fn load<'a>(lua: &Lua, bytecode: &'a [u8]) -> Chunk<'a> {
    lua.load(bytecode).set_mode(ChunkMode::Binary)
}

/// A Lua state with the libraries that touch nothing outside it.
#[expect(unsafe_code, reason = "only a state that is not `safe` loads bytecode")]
pub(super) fn state() -> Lua {
    let libraries = StdLib::COROUTINE | StdLib::TABLE | StdLib::STRING | StdLib::UTF8;
    // SAFETY: what a `safe` state keeps from scripts they cannot reach here either: there is no
    // `debug` and no `package` library, and the prelude's `load` takes no bytecode. The bytecode
    // loaded below comes from this process's own compiler.
    unsafe { Lua::unsafe_new_with(libraries, LuaOptions::new()) }
}

/// Runs a prelude's base in `lua`; it adds to `host` what the VM calls.
pub(super) fn install(lua: &Lua, host: &Table, prelude: Arc<Prelude>) -> mlua::Result<()> {
    let base = load(lua, &prelude.base).into_function()?;
    let loaded = RefCell::new(HashSet::new());
    // fetch(host, name, object, field): the value of a field of the table that the base calls so,
    // loaded if need be; without a field all are loaded and the table becomes a plain one.
    alc::add(lua, host, "fetch", move |lua, arguments| {
        let (Value::Table(host), Value::Table(object)) = (arguments.get(1), arguments.get(3))
        else {
            return Ok(Value::Nil);
        };
        let (table, field) = (arguments.text(lua, 2)?, arguments.get(4));
        let name = match &field {
            Value::Nil => None,
            Value::String(name) => Some(name.to_string_lossy()),
            _ => return Ok(Value::Nil),
        };
        for part in prelude.makers(&table, name.as_deref()) {
            // Noted first, since a part may touch what it makes.
            if !loaded.borrow_mut().insert(part) {
                continue;
            }
            if let Err(error) = fill(lua, &host, &object, &prelude.parts[part].load) {
                // There was no room for it here; elsewhere there may be.
                loaded.borrow_mut().remove(&part);
                return Err(error.into());
            }
        }
        if field.is_nil() {
            object.set_metatable(None)?;
        }
        Ok(object.raw_get(field)?)
    })?;
    base.call(host)
}

/// Puts a part's fields in `object`, except where a script has put its own.
fn fill(lua: &Lua, host: &Table, object: &Table, source: &Source) -> mlua::Result<()> {
    let fields = lua.create_table()?;
    match source {
        Source::Lua(bytecode) => {
            let part = load(lua, bytecode);
            // An earlier prelude may have none.
            let part = match host.raw_get("globals")? {
                Some(globals) => part.set_environment(globals),
                None => part,
            };
            part.call::<()>((host, &fields))?;
        }
        Source::Rust(load) => load(lua, &fields)?,
        Source::Math(name) => {
            let raising: Function = host.get("raising")?;
            let function: Function = raising.call(alc::math::function(lua, name)?)?;
            fields.raw_set(*name, function)?;
        }
    }
    fields.for_each(|name: Value, value: Value| {
        if object.raw_get::<Value>(&name)?.is_nil() {
            object.raw_set(name, value)?;
        }
        Ok(())
    })
}
