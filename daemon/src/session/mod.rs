//! One session at work: the task that owns it, and the handle that others hold.

mod actor;
mod answer;
mod deadline;
mod divergence;
mod handle;
mod operation;
mod record;
#[cfg(test)]
mod tests;
mod work;

pub(crate) use actor::{Actor, Beginning, Origin, SpawnError};
pub(crate) use answer::unnamed;
pub(crate) use handle::{Accepted, Given, Position, Rejected, SessionHandle};
