//! What sessions leave behind, in plain files below the data folder.

mod evaluations;
mod file;
mod state;

pub(crate) use evaluations::{EvaluationError, Evaluations, Meta};
pub(crate) use file::{lock, replace};
pub(crate) use state::{Change, Slot, StateError, Store};
