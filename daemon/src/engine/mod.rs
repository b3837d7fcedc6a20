//! Lua: virtual machines, the threads that run them, and what a script finds in them.

mod alc;
mod blank;
mod budget;
mod convert;
mod fork;
mod native;
mod operation;
mod pool;
mod preempt;
mod prelude;
mod preludes;
mod probe;
mod spec;
mod strand;
mod vm;
mod world;

pub(crate) use alc::compare::compare as compare_cards;
pub(crate) use alc::{Sample, Welch, welch};
#[cfg(feature = "fuzz")]
pub(crate) use convert::through_lua;
pub(crate) use operation::{Begun, Operation, Outcome};
pub(crate) use pool::{BrokeOff, Doing, Pool, Turn};
pub(crate) use prelude::Prelude;
pub(crate) use preludes::{PreludeHash, Preludes};
pub(crate) use probe::{ProbeError, probe, rehearse};
pub(crate) use spec::{Case, Notes, Spec, run_spec};
pub(crate) use strand::SCRIPT_MEMORY;
pub(crate) use vm::{
    Divergence, LoadError, Outside, Step, Stepped, Vm, check_syntax, iterates_as_always,
};
pub(crate) use world::{Made, PAYLOAD_LIMIT};
