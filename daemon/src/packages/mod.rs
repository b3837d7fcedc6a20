//! Packages: where they are found for a session, and what of them it keeps.

mod pin;
mod project;
mod resolve;

pub(crate) use pin::{Package, PinError};
pub(crate) use project::{ProjectError, allowed_variables};
pub(crate) use resolve::{Resolver, Search};
