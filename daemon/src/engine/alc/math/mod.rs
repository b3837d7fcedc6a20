//! `alc.math`: random numbers, statistics and special functions.
//!
//! Results depend on the arguments alone, on every platform: what is not exact by definition comes
//! from `libm`.

mod calibration;
mod call;
mod distributions;
mod hypothesis;
mod incomplete;
mod information;
mod random;
mod ranks;
mod resampling;
mod samples;
mod series;
mod special;
mod summary;

use call::{Call, Function};
pub(super) use distributions::student_quantile;
pub(crate) use hypothesis::{Sample, Welch, welch};
use mlua::Lua;

/// The functions, a family at a time.
const FAMILIES: [&[Function]; 11] = [
    random::FUNCTIONS,
    samples::FUNCTIONS,
    summary::FUNCTIONS,
    series::FUNCTIONS,
    distributions::FUNCTIONS,
    special::FUNCTIONS,
    hypothesis::FUNCTIONS,
    ranks::FUNCTIONS,
    information::FUNCTIONS,
    resampling::FUNCTIONS,
    calibration::FUNCTIONS,
];

/// The names of all functions.
pub(in crate::engine) fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.into_iter().flatten().map(|(name, _)| *name)
}

/// The function of this name, if there is one; the prelude wraps it.
pub(in crate::engine) fn function(lua: &Lua, name: &str) -> mlua::Result<Option<mlua::Function>> {
    let mut functions = FAMILIES.into_iter().flatten();
    let Some((name, act)) = functions.find(|(known, _)| *known == name) else { return Ok(None) };
    super::function(lua, move |lua, arguments| act(&Call { lua, name, arguments })).map(Some)
}
