//! Generators of random numbers, which scripts seed and hand on.

use mlua::{MetaMethod, UserData, UserDataMethods, Value};
use rand::{Rng, RngExt, SeedableRng, rngs::ChaCha12Rng};

use super::call::{Call, Function, LONGEST, Output};
use crate::engine::alc::Raise;

pub(super) const FUNCTIONS: &[Function] = &[
    ("rng_create", |call| {
        let generator = Generator(ChaCha12Rng::seed_from_u64(call.natural(1)?));
        Ok(Output::Value(Value::UserData(call.lua.create_userdata(generator)?)))
    }),
    ("rng_float", |call| Ok(call.generator(1)?.0.random::<f64>().into())),
    ("rng_int", |call| {
        let (min, max) = (call.integer(2)?, call.integer(3)?);
        if min > max {
            return Err(call.refuse(format_args!("min ({min}) must not be above max ({max})")));
        }
        Ok(Output::Integer(call.generator(1)?.0.random_range(min..=max)))
    }),
    ("shuffle", shuffle),
    ("sample_with_replacement", sample_with_replacement),
];

/// A generator as scripts hold it. It lives and dies with the VM: a replay seeds it again.
pub(super) struct Generator(pub(super) ChaCha12Rng);

impl UserData for Generator {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, _, ()| Ok("LuaRng(StdRng)"));
    }
}

/// A generator that no script holds.
pub(super) fn seeded(seed: u64) -> ChaCha12Rng {
    ChaCha12Rng::seed_from_u64(seed)
}

/// A place in a list of `length`.
pub(super) fn place(generator: &mut impl Rng, length: usize) -> usize {
    generator.random_range(0..length)
}

/// Puts a list in an order of which each is as likely (Fisher and Yates).
pub(super) fn shuffled<T>(generator: &mut impl Rng, list: &mut [T]) {
    for last in (1..list.len()).rev() {
        list.swap(last, place(generator, last + 1));
    }
}

fn shuffle(call: &Call) -> Result<Output, Raise> {
    let list = call.table(2)?;
    let mut places: Vec<usize> = (1..=call.length(&list)?).collect();
    shuffled(&mut call.generator(1)?.0, &mut places);
    pick(call, &list, places)
}

fn sample_with_replacement(call: &Call) -> Result<Output, Raise> {
    let list = call.table(2)?;
    let length = call.length(&list)?;
    if length == 0 {
        return Err(call.refuse("expected non-empty array"));
    }
    let count = call.count(3, "samples", LONGEST)?;
    let mut generator = call.generator(1)?;
    let places = (0..count).map(|_| 1 + place(&mut generator.0, length)).collect();
    drop(generator);
    pick(call, &list, places)
}

/// A new list of the elements in these places.
fn pick(call: &Call, list: &mlua::Table, places: Vec<usize>) -> Result<Output, Raise> {
    let picked = call.lua.create_table_with_capacity(places.len(), 0)?;
    for (place, from) in places.into_iter().enumerate() {
        picked.raw_set(place + 1, list.raw_get::<Value>(from)?)?;
    }
    Ok(Output::Value(Value::Table(picked)))
}
