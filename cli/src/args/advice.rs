//! The arguments of `advice`: a strategy in place of a script.

use alc_core::Name;
use clap::Args as ClapArgs;

use super::{Given, Turn};
use crate::input::Value;

const EXAMPLES: &str = "\
Examples:
  alc advice cot 'is this diff safe?'
  git diff | alc advice review - --set lang=rust
  alc drive \"$(alc advice cot 'what is 2+2?')\" -- llm

A strategy is an installed package with a function `run`. The task is its `ctx.task`; the result is \
what `run` returns, for most packages the whole `ctx`.";

/// Start a strategy.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Advice {
    /// The package
    pub(crate) strategy: Name,
    /// What it is to do; `-` reads stdin without its last line end, `@FILE` a file
    #[arg(allow_negative_numbers = true)]
    pub(crate) task: Option<Value>,
    #[command(flatten)]
    pub(crate) given: Given,
    #[command(flatten)]
    pub(crate) turn: Turn,
}
