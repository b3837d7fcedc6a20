//! `alc` and `alcd` as their users meet them: real processes, a real journal, real Lua.

mod env;

mod cancelling;
mod concurrency;
mod lifecycle;
mod recovery;
