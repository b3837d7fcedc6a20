//! Numbers as arguments, also where a script has them as text.

use mlua::{Lua, Value};

use super::{Arguments, Raise, bad_argument};

impl Arguments {
    /// Argument `place` as a number.
    pub(super) fn number(&self, lua: &Lua, place: usize) -> Result<f64, Raise> {
        let value = self.get(place);
        let given = value.type_name();
        number_of(lua, value)?.ok_or_else(|| bad_argument(place, "number", given))
    }

    /// Argument `place` as a whole number, the fraction dropped.
    pub(super) fn whole(&self, lua: &Lua, place: usize) -> Result<i64, Raise> {
        let whole = self.truncated(lua, place, "integer")?;
        i64::try_from(whole).map_err(|_| bad_argument(place, "integer", &whole.to_string()))
    }

    /// Argument `place` as a whole number that is not negative, the fraction dropped.
    pub(super) fn natural(&self, lua: &Lua, place: usize) -> Result<u64, Raise> {
        let wanted = "non-negative integer";
        let whole = self.truncated(lua, place, wanted)?;
        u64::try_from(whole).map_err(|_| bad_argument(place, wanted, &whole.to_string()))
    }

    fn truncated(&self, lua: &Lua, place: usize, wanted: &str) -> Result<i128, Raise> {
        let value = self.get(place);
        let given = value.type_name();
        let number = match value {
            Value::Integer(integer) => return Ok(integer.into()),
            Value::String(_) => match lua.coerce_integer(value.clone())? {
                Some(integer) => return Ok(integer.into()),
                None => number_of(lua, value)?,
            },
            value => number_of(lua, value)?,
        };
        let number = number.ok_or_else(|| bad_argument(place, wanted, given))?;
        if number.is_nan() {
            return Err(bad_argument(place, wanted, "NaN"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "the largest is too large for anybody")]
        Ok(number as i128)
    }
}

/// A number, or the one that a string is.
pub(super) fn number_of(lua: &Lua, value: Value) -> Result<Option<f64>, Raise> {
    match value {
        Value::Integer(_) | Value::Number(_) | Value::String(_) => Ok(lua.coerce_number(value)?),
        _ => Ok(None),
    }
}
