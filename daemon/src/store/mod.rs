//! What sessions leave behind, in plain files below the data folder.

mod cards;
mod evaluations;
mod file;
mod reset;
mod state;

pub(crate) use cards::{
    CardChange, CardError, Cards, Column, Query, Run, SampleQuery, Walk, Wanted, is_card_name,
    is_status, past_cards,
};
pub(crate) use evaluations::{EvaluationError, Evaluations, Meta};
pub(crate) use file::{lock, replace};
pub(crate) use reset::reset;
pub(crate) use state::{Change, Slot, StateError, Store};
