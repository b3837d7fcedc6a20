//! Lua values to JSON text and back.
//!
//! A table with a positive raw length is an array of exactly that length; any other is an object,
//! unless it came from a JSON array and carries that mark. Keys are written in byte order, so equal
//! values have equal texts.

use std::collections::BTreeMap;

use mlua::{Lua, Table, Value};
use serde_json::Value as Json;

/// How deep values may be nested; what `serde_json` reads, too.
const DEEPEST: usize = 128;

/// How much of that [`ArrayMark::plain`] leaves to what its result becomes a part of.
const ROOM: usize = 28;
/// Where the metatable of a table that cannot be changed has the table's content.
const FROZEN: &str = "alc.frozen";

/// No text is longer, in bytes: tables that share their parts, or have a length and no elements, can
/// stand for more than any memory holds.
const LONGEST: usize = 32 << 20;

/// The value has no JSON form, or the text no value.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConvertError {
    #[error("recursive table detected")]
    Recursive,
    #[error("a value is nested deeper than {DEEPEST} levels")]
    TooDeep,
    #[error("a value has more than {LONGEST} bytes as JSON")]
    TooLong,
    #[error("unsupported value type `{0}`")]
    Unsupported(&'static str),
    #[error("invalid type: {0}, expected a string key")]
    Key(&'static str),
    #[error("a string is not valid UTF-8")]
    NotUtf8,
    #[error("{0}")]
    Syntax(#[from] serde_json::Error),
    #[error("{0}")]
    Lua(String),
}

impl From<mlua::Error> for ConvertError {
    fn from(error: mlua::Error) -> Self {
        Self::Lua(error.to_string())
    }
}

/// Marks tables that were JSON arrays, so that an empty one stays one.
#[derive(Clone, Debug)]
pub(super) struct ArrayMark(Table);

impl ArrayMark {
    pub(super) fn new(lua: &Lua) -> mlua::Result<Self> {
        let mark = lua.create_table()?;
        mark.raw_set("__metatable", false)?;
        Ok(Self(mark))
    }

    /// The JSON text of `value`.
    pub(super) fn write_json(&self, value: &Value) -> Result<String, ConvertError> {
        let mut text = String::new();
        self.write(value, &mut text, &mut Vec::new())?;
        Ok(text)
    }

    /// The value of a JSON text.
    pub(super) fn read_json(&self, lua: &Lua, text: &str) -> Result<Value, ConvertError> {
        self.build(lua, &serde_json::from_str(text)?)
    }

    fn write(
        &self,
        value: &Value,
        text: &mut String,
        inside: &mut Vec<*const std::ffi::c_void>,
    ) -> Result<(), ConvertError> {
        if text.len() > LONGEST {
            return Err(ConvertError::TooLong);
        }
        match value {
            Value::Nil => text.push_str("null"),
            Value::Boolean(flag) => text.push_str(if *flag { "true" } else { "false" }),
            Value::Integer(number) => text.push_str(&number.to_string()),
            // serde_json writes NaN and infinities as null, and 2.0 as 2.0.
            Value::Number(number) => text.push_str(&serde_json::to_string(number)?),
            Value::String(string) => {
                let string = string.to_str().map_err(|_| ConvertError::NotUtf8)?;
                text.push_str(&serde_json::to_string(&*string)?);
            }
            Value::Table(table) => {
                let address = table.to_pointer();
                if inside.contains(&address) {
                    return Err(ConvertError::Recursive);
                }
                if inside.len() == DEEPEST {
                    return Err(ConvertError::TooDeep);
                }
                inside.push(address);
                let table = &content(table)?;
                let length = table.raw_len();
                if length > 0 || self.is_on(table) {
                    self.write_array(table, length, text, inside)?;
                } else {
                    self.write_object(table, text, inside)?;
                }
                inside.pop();
            }
            other => return Err(ConvertError::Unsupported(other.type_name())),
        }
        Ok(())
    }

    fn write_array(
        &self,
        table: &Table,
        length: usize,
        text: &mut String,
        inside: &mut Vec<*const std::ffi::c_void>,
    ) -> Result<(), ConvertError> {
        text.push('[');
        for place in 1..=length {
            if place > 1 {
                text.push(',');
            }
            self.write(&table.raw_get(place)?, text, inside)?;
        }
        text.push(']');
        Ok(())
    }

    fn write_object(
        &self,
        table: &Table,
        text: &mut String,
        inside: &mut Vec<*const std::ffi::c_void>,
    ) -> Result<(), ConvertError> {
        let mut members = BTreeMap::new();
        table.for_each(|key: Value, value: Value| {
            members.insert(member_name(&key).map_err(mlua::Error::external)?, value);
            Ok(())
        })?;
        text.push('{');
        for (place, (name, value)) in members.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            text.push_str(&serde_json::to_string(name)?);
            text.push(':');
            self.write(value, text, inside)?;
        }
        text.push('}');
        Ok(())
    }

    /// What JSON can say of `value`: functions and the like, keys that are no strings and what is inside
    /// itself or too deep are left out, and bytes that are not UTF-8 replaced.
    pub(super) fn plain(&self, value: &Value) -> Result<Json, ConvertError> {
        self.plain_inside(value, &mut Vec::new(), &mut { LONGEST })
    }

    fn plain_inside(
        &self,
        value: &Value,
        inside: &mut Vec<*const std::ffi::c_void>,
        room: &mut usize,
    ) -> Result<Json, ConvertError> {
        let text = value.as_string().map_or(0, |text| text.as_bytes().len());
        *room = room.checked_sub(text + size_of::<Json>()).ok_or(ConvertError::TooLong)?;
        Ok(match value {
            Value::Boolean(flag) => Json::Bool(*flag),
            Value::Integer(number) => Json::from(*number),
            Value::Number(number) => Json::from(*number),
            Value::String(string) => Json::String(string.to_string_lossy()),
            Value::Table(table)
                if inside.len() < DEEPEST - ROOM && !inside.contains(&table.to_pointer()) =>
            {
                inside.push(table.to_pointer());
                let table = content(table)?;
                let length = table.raw_len();
                let json = if length > 0 || self.is_on(&table) {
                    let element = |place| self.plain_inside(&table.raw_get(place)?, inside, room);
                    Json::Array((1..=length).map(element).collect::<Result<_, ConvertError>>()?)
                } else {
                    let mut members = serde_json::Map::new();
                    table.for_each(|key: Value, member: Value| {
                        if let Value::String(name) = key {
                            let member = self.plain_inside(&member, inside, room);
                            let member = member.map_err(mlua::Error::external)?;
                            members.insert(name.to_string_lossy(), member);
                        }
                        Ok(())
                    })?;
                    Json::Object(members)
                };
                inside.pop();
                json
            }
            _ => Json::Null,
        })
    }

    fn is_on(&self, table: &Table) -> bool {
        table.metatable().is_some_and(|metatable| metatable.to_pointer() == self.0.to_pointer())
    }

    /// The Lua value of parsed JSON.
    pub(super) fn build(&self, lua: &Lua, json: &Json) -> Result<Value, ConvertError> {
        Ok(match json {
            Json::Null => Value::Nil,
            Json::Bool(flag) => Value::Boolean(*flag),
            Json::Number(number) => match number.as_i64() {
                Some(integer) => Value::Integer(integer),
                None => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(string) => Value::String(lua.create_string(string)?),
            Json::Array(elements) => {
                // Allocated at full length, so that a null inside does not shorten it.
                let table = lua.create_table_with_capacity(elements.len(), 0)?;
                for (place, element) in elements.iter().enumerate() {
                    table.raw_set(place + 1, self.build(lua, element)?)?;
                }
                table.set_metatable(Some(self.0.clone()))?;
                Value::Table(table)
            }
            Json::Object(members) => {
                let table = lua.create_table_with_capacity(0, members.len())?;
                for (name, member) in members {
                    table.raw_set(name.as_str(), self.build(lua, member)?)?;
                }
                Value::Table(table)
            }
        })
    }
}

/// The table itself, or what it shows where it cannot be changed.
fn content(table: &Table) -> Result<Table, ConvertError> {
    let shown = match table.metatable() {
        Some(metatable) => metatable.raw_get::<Option<Table>>(FROZEN)?,
        None => None,
    };
    Ok(shown.unwrap_or_else(|| table.clone()))
}

fn member_name(key: &Value) -> Result<String, ConvertError> {
    match key {
        Value::String(name) => Ok(name.to_str().map_err(|_| ConvertError::NotUtf8)?.to_owned()),
        other => Err(ConvertError::Key(other.type_name())),
    }
}

/// A JSON text as it is written once its value was one of Lua's.
#[cfg(feature = "fuzz")]
pub(crate) fn through_lua(text: &str) -> Option<String> {
    let lua = Lua::new();
    let mark = ArrayMark::new(&lua).ok()?;
    let value = mark.read_json(&lua, text).ok()?;
    mark.write_json(&value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `alc.json_encode` of a Lua expression is.
    fn encoded(expression: &str) -> Result<String, String> {
        let lua = Lua::new();
        let mark = ArrayMark::new(&lua).expect("a table");
        let value: Value = lua.load(expression).eval().expect("evaluates");
        mark.write_json(&value).map_err(|error| error.to_string())
    }

    #[test]
    fn lua_values_have_these_texts() {
        for (expression, text) in [
            ("nil", "null"),
            ("true", "true"),
            ("'a\\n\u{fc}'", "\"a\\n\u{fc}\""),
            ("9007199254740993", "9007199254740993"),
            ("math.mininteger", "-9223372036854775808"),
            ("2.0", "2.0"),
            ("0.1", "0.1"),
            ("0/0", "null"),
            ("math.huge", "null"),
            ("{}", "{}"),
            ("{1, 2}", "[1,2]"),
            ("{'x', a = 1}", "[\"x\"]"),
            ("{b = 1, a = {c = 2}}", "{\"a\":{\"c\":2},\"b\":1}"),
            ("(function() local t = {1} return {t, t} end)()", "[[1],[1]]"),
            ("setmetatable({}, {__index = function() return 1 end})", "{}"),
        ] {
            assert_eq!(encoded(expression).as_deref(), Ok(text), "{expression}");
        }
    }

    #[test]
    fn what_has_no_text_says_why() {
        for (expression, reason) in [
            ("(function() local t = {} t.t = t return t end)()", "recursive table detected"),
            ("{f = print}", "unsupported value type"),
            ("{[2] = 'x'}", "expected a string key"),
            ("{[true] = 1}", "invalid type"),
            ("'\\xff'", "UTF-8"),
            ("(function() local t = {} for i = 1, 200 do t = {t} end return t end)()", "nested"),
            // Each level has the one below twice.
            (
                "(function() local t = ('x'):rep(1 << 20) for i = 1, 99 do t = {t, t} end return t end)()",
                "bytes",
            ),
        ] {
            let error = encoded(expression).expect_err(expression);
            assert!(error.contains(reason), "{expression}: {error}");
        }
    }

    #[test]
    fn json_becomes_these_lua_values() {
        let lua = Lua::new();
        let mark = ArrayMark::new(&lua).expect("a table");
        for (text, check) in [
            ("null", "v == nil"),
            ("1", "math.type(v) == 'integer'"),
            ("1.0", "math.type(v) == 'float'"),
            ("9223372036854775807", "v == math.maxinteger"),
            ("9223372036854775808", "math.type(v) == 'float'"),
            ("[1,null,3]", "#v == 3 and v[2] == nil"),
            ("[]", "getmetatable(v) == false and #v == 0"),
            ("{\"a\":null,\"b\":[]}", "v.a == nil and next(v.b) == nil"),
        ] {
            let value = mark.read_json(&lua, text).expect(text);
            lua.globals().set("v", value).expect("sets");
            assert!(lua.load(check).eval::<bool>().expect(check), "{text}");
        }
    }

    #[test]
    fn an_array_stays_one_when_emptied_or_appended_to() {
        let lua = Lua::new();
        let mark = ArrayMark::new(&lua).expect("a table");
        let value = mark.read_json(&lua, "[]").expect("converts");
        assert_eq!(mark.write_json(&value).expect("converts"), "[]");
        lua.globals().set("v", value.clone()).expect("sets");
        lua.load("v[1] = 'x'; table.insert(v, 2)").exec().expect("runs");
        assert_eq!(mark.write_json(&value).expect("converts"), "[\"x\",2]");
    }

    #[test]
    fn bad_json_names_the_place() {
        let lua = Lua::new();
        let mark = ArrayMark::new(&lua).expect("a table");
        for text in ["", "{", "1 2", "[1,]"] {
            let error = mark.read_json(&lua, text).expect_err(text).to_string();
            assert!(error.contains("line") && error.contains("column"), "{text}: {error}");
        }
    }
}
