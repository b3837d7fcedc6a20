//! `alc.fingerprint`: a short name for a text, whatever its case and white space.

use mlua::{Lua, Table, Value};

use super::{add, bad_argument};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    add(lua, host, "fingerprint", |_, arguments| match arguments.get(1) {
        Value::String(text) => Ok(format!("{:08x}", fingerprint(&text.as_bytes()))),
        other => Err(bad_argument(1, "string", other.type_name())),
    })
}

/// DJB2 (Bernstein) of the text in lower case, with runs of white space as one space and none at
/// either end.
fn fingerprint(text: &[u8]) -> u32 {
    let words = text.split(|byte| matches!(byte, b' ' | 9..=13)).filter(|word| !word.is_empty());
    let mut hash = 5381_u32;
    for (place, word) in words.enumerate() {
        let space: &[u8] = if place > 0 { b" " } else { b"" };
        for byte in space.iter().chain(word) {
            hash = hash.wrapping_mul(33).wrapping_add(u32::from(byte.to_ascii_lowercase()));
        }
    }
    hash
}
