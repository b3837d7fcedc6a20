//! One session at work: the task that owns it, and the handle that others hold.

mod actor;
mod handle;

pub(crate) use actor::{Actor, Origin, SpawnError};
pub(crate) use handle::{Accepted, Given, Position, Rejected, SessionHandle};
