//! The arguments of `evals`: evaluations that are stored.

use alc_core::Name;
use clap::{Args as ClapArgs, Subcommand};

/// Stored evaluations.
#[derive(Debug, Subcommand)]
pub(crate) enum Evals {
    /// List stored evaluations, the newest first
    List(EvalsList),
    /// Print a stored evaluation: its summary, and the cases that failed
    Show(EvalsShow),
    /// Say which of two stored evaluations is better, if the difference is no chance
    Compare(EvalsCompare),
}

const LIST_EXAMPLES: &str = "\
Examples:
  alc evals list --strategy cot
  alc evals compare $(alc evals list -q --limit 2)

It prints id, strategy, time, passed, cases and mean score, separated by tabs.";

/// Which stored evaluations.
#[derive(Debug, ClapArgs)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct EvalsList {
    /// Only those of this strategy
    #[arg(long, value_name = "NAME")]
    pub(crate) strategy: Option<Name>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

/// One stored evaluation.
#[derive(Debug, ClapArgs)]
pub(crate) struct EvalsShow {
    /// The evaluation, by its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

/// Two stored evaluations.
#[derive(Debug, ClapArgs)]
pub(crate) struct EvalsCompare {
    /// The first, by its id
    #[arg(value_name = "A")]
    pub(crate) a: String,
    /// The second
    #[arg(value_name = "B")]
    pub(crate) b: String,
}
