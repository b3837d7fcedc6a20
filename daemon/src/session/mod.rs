//! One session at work: the task that owns it, and the handle that others hold.

mod actor;
mod answer;
mod deadline;
mod divergence;
mod handle;
mod held;
mod history;
mod operation;
mod origin;
mod passage;
mod record;
#[cfg(test)]
mod tests;
mod wake;
mod work;

pub(crate) use actor::Actor;
pub(crate) use answer::unnamed;
pub(crate) use handle::{Accepted, Answers, Given, Rejected, SessionHandle};
pub(crate) use origin::{Beginning, Origin, SpawnError};
pub(crate) use passage::Passage;
