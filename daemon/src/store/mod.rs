//! What scripts keep beyond their session, in plain files below the data folder.

mod file;
mod state;

pub(crate) use file::{lock, replace};
pub(crate) use state::{Change, Slot, StateError, Store};
