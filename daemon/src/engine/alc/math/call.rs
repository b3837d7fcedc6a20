//! One call of a function of `alc.math`: its arguments, checked, and its result.

use std::sync::{Mutex, PoisonError};

use mlua::{AnyUserData, IntoLua, Lua, Table, UserDataRefMut, Value};

use super::random::Generator;
use crate::engine::alc::{Arguments, Raise, bad_argument, function, number::number_of};

/// How many elements a list may have: no function can be interrupted while it goes through one.
pub(super) const LONGEST: usize = 1 << 18;

/// A function: its name and what it does.
pub(super) type Function = (&'static str, fn(&Call) -> Result<Output, Raise>);

/// What a script called, and with what.
pub(super) struct Call<'a> {
    pub(super) lua: &'a Lua,
    pub(super) name: &'static str,
    pub(super) arguments: Arguments,
}

/// What a function returns.
pub(super) enum Output {
    Number(f64),
    Integer(i64),
    Numbers(Vec<f64>),
    Integers(Vec<i64>),
    List(Vec<Output>),
    Record(Vec<(&'static str, Output)>),
    Value(Value),
}

impl From<f64> for Output {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<f64>> for Output {
    fn from(numbers: Vec<f64>) -> Self {
        Self::Numbers(numbers)
    }
}

impl From<usize> for Output {
    fn from(count: usize) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl IntoLua for Output {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        Ok(match self {
            Self::Number(number) => Value::Number(number),
            Self::Integer(integer) => Value::Integer(integer),
            Self::Numbers(numbers) => Value::Table(lua.create_sequence_from(numbers)?),
            Self::Integers(integers) => Value::Table(lua.create_sequence_from(integers)?),
            Self::List(outputs) => Value::Table(lua.create_sequence_from(outputs)?),
            Self::Record(fields) => Value::Table(lua.create_table_from(fields)?),
            Self::Value(value) => value,
        })
    }
}

/// A count as a number; none is so large that it is not exact.
#[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}

impl Call<'_> {
    /// An error of this function.
    pub(super) fn refuse(&self, what: impl std::fmt::Display) -> Raise {
        Raise::Error(format!("{}: {what}", self.name))
    }

    /// What `work` yields when it is done; each call does a little of it, and between two of them the
    /// session may rest or end.
    pub(super) fn later(
        &self,
        work: impl FnMut() -> Option<Output> + Send + 'static,
    ) -> Result<Output, Raise> {
        // Given back when it is done: the collector does not know how large it is.
        let work = Mutex::new(Some(work));
        let go_on = function(self.lua, move |_, _| {
            let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
            let output = work.as_mut().and_then(|work| work());
            if output.is_some() {
                *work = None;
            }
            Ok(output)
        })?;
        Ok(Output::Value(Value::Function(go_on)))
    }

    pub(super) fn number(&self, place: usize) -> Result<f64, Raise> {
        self.arguments.number(self.lua, place)
    }

    /// Argument `place`, called `name`, as a number for which `holds`, as `rule` says.
    pub(super) fn number_that(
        &self,
        place: usize,
        name: &str,
        rule: &str,
        holds: impl Fn(f64) -> bool,
    ) -> Result<f64, Raise> {
        let number = self.number(place)?;
        if !holds(number) {
            return Err(self.refuse(format_args!("{name} must be {rule}, got {number}")));
        }
        Ok(number)
    }

    pub(super) fn finite(&self, place: usize, name: &str) -> Result<f64, Raise> {
        self.number_that(place, name, "finite", f64::is_finite)
    }

    pub(super) fn positive(&self, place: usize, name: &str) -> Result<f64, Raise> {
        self.number_that(place, name, "> 0 and finite", |number| number > 0.0 && number.is_finite())
    }

    /// A number from 0 to 1.
    pub(super) fn share(&self, place: usize, name: &str) -> Result<f64, Raise> {
        self.number_that(place, name, "in [0, 1]", |number| (0.0..=1.0).contains(&number))
    }

    pub(super) fn integer(&self, place: usize) -> Result<i64, Raise> {
        self.arguments.whole(self.lua, place)
    }

    /// A whole number that is not negative, such as a seed.
    pub(super) fn natural(&self, place: usize) -> Result<u64, Raise> {
        self.arguments.natural(self.lua, place)
    }

    /// A number of things called `name`, at most `limit`.
    pub(super) fn count(&self, place: usize, name: &str, limit: usize) -> Result<usize, Raise> {
        let natural = self.natural(place)?;
        usize::try_from(natural).ok().filter(|count| *count <= limit).ok_or_else(|| {
            self.refuse(format_args!("{natural} {name} are over the limit of {limit}"))
        })
    }

    /// Argument `place` as a generator.
    pub(super) fn generator(&self, place: usize) -> Result<UserDataRefMut<Generator>, Raise> {
        let value = self.arguments.get(place);
        let wanted = || bad_argument(place, "generator of alc.math.rng_create", value.type_name());
        let userdata: &AnyUserData = value.as_userdata().ok_or_else(wanted)?;
        userdata.borrow_mut().map_err(|_| wanted())
    }

    pub(super) fn table(&self, place: usize) -> Result<Table, Raise> {
        match self.arguments.get(place) {
            Value::Table(table) => Ok(table),
            other => Err(bad_argument(place, "table", other.type_name())),
        }
    }

    pub(super) fn table_or_nil(&self, place: usize) -> Result<Option<Table>, Raise> {
        self.arguments.table_or_nil(place)
    }

    /// How many elements a list has, if there are not too many.
    pub(super) fn length(&self, list: &Table) -> Result<usize, Raise> {
        let length = list.raw_len();
        if length > LONGEST {
            let what = format_args!("{length} elements are over the limit of {LONGEST}");
            return Err(self.refuse(what));
        }
        Ok(length)
    }

    /// Argument `place` as a list of finite numbers, at least one.
    pub(super) fn list(&self, place: usize) -> Result<Vec<f64>, Raise> {
        let list =
            self.numbers(&self.table(place)?, |place| format!("element at index {place}"))?;
        if list.is_empty() {
            return Err(self.refuse("expected non-empty array"));
        }
        Ok(list)
    }

    /// Two lists of the same length, `least` or more.
    pub(super) fn pair(&self, least: usize) -> Result<(Vec<f64>, Vec<f64>), Raise> {
        let (xs, ys) = (self.list(1)?, self.list(2)?);
        if xs.len() != ys.len() {
            let what =
                format_args!("arrays must have equal length, got {} and {}", xs.len(), ys.len());
            return Err(self.refuse(what));
        }
        if xs.len() < least {
            return Err(self.refuse(format_args!("need at least {least} values")));
        }
        Ok((xs, ys))
    }

    /// The finite numbers in a list, whose elements errors call what `called` says.
    pub(super) fn numbers(
        &self,
        list: &Table,
        called: impl Fn(usize) -> String,
    ) -> Result<Vec<f64>, Raise> {
        let length = self.length(list)?;
        let mut numbers = Vec::with_capacity(length);
        for place in 1..=length {
            let value: Value = list.raw_get(place)?;
            let kind = value.type_name();
            match number_of(self.lua, value)? {
                Some(number) if number.is_finite() => numbers.push(number),
                Some(number) => {
                    let what = format_args!("{} is {number}, not a finite number", called(place));
                    return Err(self.refuse(what));
                }
                None => {
                    let what = format_args!("{} is a {kind}, not a number", called(place));
                    return Err(self.refuse(what));
                }
            }
        }
        Ok(numbers)
    }
}
