//! The host's side of the `alc` table: functions that the prelude wraps.
//!
//! Each returns `true` and its results, `false` and a message to raise, or `nil` when the script
//! has left its journal and must not go on. So every error a script sees is a plain string.

mod budget;
mod card;
mod choice;
mod clock;
pub(super) mod compare;
mod env;
mod evaluation;
mod extract;
mod files;
mod fingerprint;
mod fork;
mod handles;
mod json;
mod library;
mod llm;
mod log;
pub(super) mod math;
mod number;
mod process;
mod reference;
mod require;
mod state;
mod stats;

use alc_core::CallKind;
pub(super) use llm::shaped;
pub(crate) use math::{Sample, Welch, welch};
use mlua::{FromLua, Function, IntoLuaMulti, Lua, MultiValue, Table, Value};

use super::{
    convert::ConvertError,
    operation::{Operation, Outcome},
    prelude::Load,
    world::{Departed, Operated, World},
};

/// Why a host function returns no result.
pub(super) enum Raise {
    /// The script did something wrong: it gets this text.
    Error(String),
    /// The script must not go on.
    Departed,
}

impl From<Departed> for Raise {
    fn from(_: Departed) -> Self {
        Self::Departed
    }
}

impl From<ConvertError> for Raise {
    fn from(error: ConvertError) -> Self {
        Self::Error(error.to_string())
    }
}

impl From<mlua::Error> for Raise {
    fn from(error: mlua::Error) -> Self {
        match error {
            // As Lua itself says it, which the prelude knows.
            mlua::Error::MemoryError(_) => Self::Error("not enough memory".to_owned()),
            error => Self::Error(error.to_string()),
        }
    }
}

/// Fields of the host's table, made when the prelude first touches one of them.
pub(super) struct Family {
    pub(super) fields: &'static [&'static str],
    pub(super) load: Load,
}

/// All of them. Preludes of every release call them, those of sessions that were born long ago too: a
/// function keeps its name and its meaning for ever, and one that should do something else is another
/// one. Scripts see none of them but through the prelude.
pub(super) const FAMILIES: &[Family] = &[
    host(&["ask", "ask_batch"], llm::register),
    host(&["budget", "llm_calls"], budget::register),
    host(&["tell", "progress"], log::register),
    host(&["stats_record"], stats::register),
    host(&["time", "memory", "seed"], clock::register),
    host(&["getenv", "environment", "view"], env::register),
    host(&["file_read", "file_is", "folder", "file_remove", "file_rename"], files::register),
    host(
        &["file_open", "file_load", "file_store", "file_size", "file_temporary"],
        handles::register,
    ),
    host(&["process_run"], process::register),
    host(&["fork"], fork::register),
    host(
        &[
            "state_get",
            "state_keys",
            "state_list",
            "state_show",
            "state_put",
            "state_delete",
            "state_incr",
            "state_set_dispatched",
            "state_delete_dispatched",
            "state_reset",
        ],
        state::register,
    ),
    host(
        &[
            "card_get",
            "card_list",
            "card_find",
            "card_alias_list",
            "card_get_by_alias",
            "card_lineage",
            "card_past",
            "card_read_samples",
            "card_column",
            "card_compare",
            "card_create",
            "card_append",
            "card_write_samples",
            "card_alias_set",
            "card_open",
            "card_close",
            "card_sink_backfill",
        ],
        card::register,
    ),
    host(&["json_encode", "json_decode"], json::register),
    host(&["json_extract"], extract::register),
    host(&["plain", "student_quantile", "welch", "evaluation_save"], evaluation::register),
    host(&["named", "closest"], choice::register),
    host(&["fingerprint"], fingerprint::register),
    host(&["shown_by", "out_of_memory"], reference::register),
    host(&["package_find", "package_module", "path_find"], require::register),
    host(&["math_library", "os_library", "recorded"], library::register),
];

const fn host(fields: &'static [&'static str], load: Load) -> Family {
    Family { fields, load }
}

/// Adds one function.
pub(super) fn add<R: IntoLuaMulti>(
    lua: &Lua,
    host: &Table,
    name: &str,
    act: impl Fn(&Lua, Arguments) -> Result<R, Raise> + Send + 'static,
) -> mlua::Result<()> {
    host.raw_set(name, function(lua, act)?)
}

/// Makes one function.
fn function<R: IntoLuaMulti>(
    lua: &Lua,
    act: impl Fn(&Lua, Arguments) -> Result<R, Raise> + Send + 'static,
) -> mlua::Result<Function> {
    lua.create_function(move |lua, values: MultiValue| returned(lua, act(lua, Arguments(values))))
}

/// Has an operation done: `true` and its value, or `false` where the script must wait for it.
/// `arguments` are all that the operation depends on, as text.
fn operate(
    lua: &Lua,
    kind: CallKind,
    arguments: String,
    operation: Operation,
) -> Result<(bool, Value), Raise> {
    match world(lua, |world| world.operate(lua, kind, arguments, operation))?? {
        Operated::Waits => Ok((false, Value::Nil)),
        Operated::Known(Ok(text)) => Ok((true, read_json(lua, &text)?)),
        Operated::Known(Err(message)) => Err(Raise::Error(message)),
    }
}

/// What a script is resumed with after an operation: as a host function returns it.
pub(super) fn told(lua: &Lua, outcome: Outcome) -> mlua::Result<MultiValue> {
    let outcome = outcome.map_err(Raise::Error).and_then(|text| read_json(lua, &text));
    returned(lua, outcome)
}

fn read_json(lua: &Lua, text: &str) -> Result<Value, Raise> {
    let mark = world(lua, |world| world.mark.clone())?;
    Ok(mark.read_json(lua, text)?)
}

/// What a host function returns to the prelude.
fn returned<R: IntoLuaMulti>(lua: &Lua, result: Result<R, Raise>) -> mlua::Result<MultiValue> {
    match result {
        Ok(result) => {
            let mut values = result.into_lua_multi(lua)?;
            values.push_front(Value::Boolean(true));
            Ok(values)
        }
        Err(Raise::Error(message)) => (false, message).into_lua_multi(lua),
        Err(Raise::Departed) => (Value::Nil, "the script left its journal").into_lua_multi(lua),
    }
}

/// The VM's [`World`]; it is there from the VM's first moment to its last.
fn world<T>(lua: &Lua, act: impl FnOnce(&mut World) -> T) -> Result<T, Raise> {
    let mut world = lua
        .app_data_mut::<World>()
        .ok_or_else(|| Raise::Error("the session has no world".to_owned()))?;
    Ok(act(&mut world))
}

/// What a script called a host function with.
pub(super) struct Arguments(MultiValue);

impl Arguments {
    pub(super) fn get(&self, number: usize) -> Value {
        self.0.get(number - 1).cloned().unwrap_or(Value::Nil)
    }

    /// Argument `number` as text; numbers are written as Lua would.
    pub(super) fn text(&self, lua: &Lua, number: usize) -> Result<String, Raise> {
        let value = self.get(number);
        let given = value.type_name();
        match text_of(lua, value)? {
            Some(text) => Ok(text),
            None => Err(bad_argument(number, "string", given)),
        }
    }

    /// Argument `number` as a table, or nothing.
    fn table_or_nil(&self, number: usize) -> Result<Option<Table>, Raise> {
        match self.get(number) {
            Value::Nil => Ok(None),
            Value::Table(table) => Ok(Some(table)),
            other => Err(bad_argument(number, "table", other.type_name())),
        }
    }

    /// All arguments from `number` on.
    fn from(&self, number: usize) -> MultiValue {
        self.0.iter().skip(number - 1).cloned().collect()
    }

    /// Argument `number` as bytes.
    fn bytes(&self, number: usize) -> Result<Vec<u8>, Raise> {
        match self.get(number) {
            Value::String(text) => Ok(text.as_bytes().to_vec()),
            other => Err(bad_argument(number, "string", other.type_name())),
        }
    }

    /// Argument `number` as a whole number.
    fn integer(&self, lua: &Lua, number: usize) -> Result<i64, Raise> {
        let value = self.get(number);
        let given = value.type_name();
        lua.coerce_integer(value)?.ok_or_else(|| bad_argument(number, "integer", given))
    }

    fn flag(&self, lua: &Lua, number: usize) -> bool {
        bool::from_lua(self.get(number), lua).unwrap_or_default()
    }
}

fn bad_argument(number: usize, wanted: &str, given: &str) -> Raise {
    let given = match given {
        "nil" => "no value",
        "integer" => "number",
        given => given,
    };
    Raise::Error(format!("bad argument #{number}: {wanted} expected, got {given}"))
}

/// The text of a string or number, `None` for anything else.
fn text_of(lua: &Lua, value: Value) -> Result<Option<String>, Raise> {
    match value {
        Value::String(_) | Value::Integer(_) | Value::Number(_) => {}
        _ => return Ok(None),
    }
    match lua.coerce_string(value)? {
        Some(string) => Ok(Some(string.to_str().map_err(|_| ConvertError::NotUtf8)?.to_owned())),
        None => Ok(None),
    }
}
