//! What scripts keep beyond their session, in plain files below the data folder.

mod state;

pub(crate) use state::{Change, Slot, StateError, Store};
