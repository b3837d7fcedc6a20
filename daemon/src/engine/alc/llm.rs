//! `alc.llm` and `alc.llm_batch`: questions, for which the session pauses.

use alc_core::{Query, Reply};
use mlua::{IntoLuaMulti, Lua, MultiValue, Table, Value};

use super::{Raise, add, bad_argument, text_of, world};
use crate::engine::{
    convert::ConvertError,
    world::{Asked, PAYLOAD_LIMIT},
};

const MAX_TOKENS: u64 = 1024;
/// How many queries one batch may open.
const LARGEST_BATCH: usize = 10_000;

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // ask(prompt, options, can_yield, past): true and the answer, or false when it must be waited for;
    // `past` comes before the system prompt.
    add(lua, host, "ask", |lua, arguments| {
        let prompt = arguments.text(lua, 1)?;
        let options = arguments.table_or_nil(2)?;
        let query = match options {
            Some(options) => {
                let system = text_of(lua, options.get("system")?)?;
                let past = text_of(lua, arguments.get(4))?;
                let parts: Vec<String> = past.into_iter().chain(system).collect();
                let system = (!parts.is_empty()).then(|| parts.join("\n\n"));
                Query { system, ..query(lua, prompt, &options)? }
            }
            None => plain(prompt),
        };
        ask(lua, vec![query], arguments.flag(lua, 3), true)
    })?;
    // ask_batch(items, can_yield): true and the list of answers, or false.
    add(lua, host, "ask_batch", |lua, arguments| {
        let Value::Table(items) = arguments.get(1) else {
            return Err(bad_argument(1, "table", arguments.get(1).type_name()));
        };
        let count = items.raw_len();
        if count == 0 {
            return Err(Raise::Error("alc.llm_batch: empty items array".to_owned()));
        }
        if count > LARGEST_BATCH {
            let message =
                format!("alc.llm_batch: {count} items are over the limit of {LARGEST_BATCH}");
            return Err(Raise::Error(message));
        }
        let queries =
            (1..=count).map(|place| item(lua, &items, place)).collect::<Result<_, _>>()?;
        ask(lua, queries, arguments.flag(lua, 2), false)
    })
}

fn plain(prompt: String) -> Query {
    Query {
        prompt,
        system: None,
        max_tokens: MAX_TOKENS,
        grounded: false,
        underspecified: false,
        cache_breakpoint: None,
        role: None,
        child: None,
    }
}

/// One item of a batch; here only real strings count.
fn item(lua: &Lua, items: &Table, place: usize) -> Result<Query, Raise> {
    let raise = |what: &str| Raise::Error(format!("alc.llm_batch: item {place} {what}"));
    let Value::Table(item) = items.raw_get(place)? else {
        return Err(raise("is not a table"));
    };
    let prompt = text_of(lua, item.get("prompt")?)?.ok_or_else(|| raise("has no prompt"))?;
    Ok(Query { system: string(&item, "system")?, ..query(lua, prompt, &item)? })
}

/// What `alc.llm` and a batch's items have in common. A value of the wrong type counts as absent.
fn query(lua: &Lua, prompt: String, options: &Table) -> Result<Query, Raise> {
    Ok(Query {
        max_tokens: max_tokens(lua, options.get("max_tokens")?)?,
        grounded: options.get("grounded")?,
        underspecified: options.get("underspecified")?,
        cache_breakpoint: string(options, "cache_breakpoint")?,
        role: string(options, "role")?,
        ..plain(prompt)
    })
}

fn string(options: &Table, name: &str) -> Result<Option<String>, Raise> {
    match options.get(name)? {
        Value::String(text) => {
            Ok(Some(text.to_str().map_err(|_| ConvertError::NotUtf8)?.to_owned()))
        }
        _ => Ok(None),
    }
}

/// A whole number of tokens, the fraction dropped; anything negative or not a number is the default.
fn max_tokens(lua: &Lua, value: Value) -> Result<u64, Raise> {
    if let Value::Integer(tokens) = value {
        return Ok(u64::try_from(tokens).unwrap_or(MAX_TOKENS));
    }
    let number = match value {
        Value::Number(_) | Value::String(_) => lua.coerce_number(value)?,
        _ => None,
    };
    Ok(match number {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
        Some(number) if (0.0..9e18).contains(&number) => number as u64,
        _ => MAX_TOKENS,
    })
}

fn ask(lua: &Lua, queries: Vec<Query>, can_yield: bool, single: bool) -> Result<MultiValue, Raise> {
    let json = serde_json::to_string(&queries).map_err(ConvertError::from)?;
    if json.len() > PAYLOAD_LIMIT {
        let message =
            format!("the question has {} bytes, over the limit of {PAYLOAD_LIMIT}", json.len());
        return Err(Raise::Error(message));
    }
    if !can_yield {
        let message = "cannot ask here: a session cannot pause inside a C function (a metamethod \
                       such as __tostring, a comparator, or an error handler); ask before it";
        return Err(Raise::Error(message.to_owned()));
    }
    let exceeded = world(lua, |world| {
        let elapsed = world.elapsed(lua)?;
        Ok::<_, Raise>(world.account.exceeded(elapsed))
    })??;
    if let Some(message) = exceeded {
        return Err(Raise::Error(message));
    }
    match world(lua, |world| world.ask(lua, queries, json, single))?? {
        Asked::Waits => Ok(false.into_lua_multi(lua)?),
        Asked::Answered(answers) => Ok((true, shaped(lua, answers, single)?).into_lua_multi(lua)?),
    }
}

/// Answers as the script takes them: one string, or a list.
pub(in crate::engine) fn shaped(
    lua: &Lua,
    replies: Vec<Reply>,
    single: bool,
) -> mlua::Result<Value> {
    if single {
        let answer = replies.into_iter().next().map(|reply| reply.text).unwrap_or_default();
        return Ok(Value::String(lua.create_string(answer)?));
    }
    let texts = replies.into_iter().map(|reply| reply.text);
    Ok(Value::Table(lua.create_sequence_from(texts)?))
}
