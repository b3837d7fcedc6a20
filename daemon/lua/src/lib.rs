//! Lua 5.4, built with a fixed hash seed and sort pivot so that replay iterates tables as before.
//!
//! There is no API: linking this crate gives `mlua` the Lua it runs on.
