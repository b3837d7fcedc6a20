//! What the evaluation library needs of the host.

use mlua::{Lua, Table, Value};

use super::{
    Raise, add,
    math::{Sample, student_quantile, welch},
    world,
};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // plain(value): a copy of what JSON can say of it.
    add(lua, host, "plain", |lua, arguments| {
        let mark = world(lua, |world| world.mark.clone())?;
        Ok(mark.build(lua, &mark.plain(&arguments.get(1))?)?)
    })?;
    // student_quantile(p, df): below which number that share of Student's distribution lies.
    add(lua, host, "student_quantile", |lua, arguments| {
        Ok(student_quantile(arguments.number(lua, 1)?, arguments.number(lua, 2)?))
    })?;
    // welch(n, mean, deviation, n, mean, deviation): t, degrees of freedom and p, or nothing where
    // the samples are too small.
    add(lua, host, "welch", |lua, arguments| {
        let sample = |first| -> Result<Sample, Raise> {
            let number = |place| arguments.number(lua, place);
            let (count, mean) = (number(first)?, number(first + 1)?);
            Ok(Sample { count, mean, variance: number(first + 2)?.powi(2) })
        };
        let test = welch(sample(1)?, sample(4)?);
        Ok(match test {
            Some(test) => (Value::Number(test.t), Value::Number(test.df), Value::Number(test.p)),
            None => (Value::Nil, Value::Nil, Value::Nil),
        })
    })
}
