//! The arguments of `eval`: a scenario, and the strategy that is evaluated.

use alc_core::Name;
use clap::Args as ClapArgs;

use super::{Given, Turn};

const EXAMPLES: &str = "\
Examples:
  alc drive \"$(alc eval quiz.lua cot)\" -- llm
  alc eval sums cot --set style=terse     the data folder's scenario `sums`
  alc eval -e 'return {cases = {{input = \"2+2?\", expected = \"4\"}}}' cot
  alc drive \"$(alc eval quiz.lua cot)\" --role grader='judge' -- llm

The strategy runs once for each case; its `ctx` has the case's input as `task`, \
and what --ctx and --set say. Judges that ask a model ask with the role `grader`. \
The result is a report, which is also stored: see `alc evals list`.";

/// Start an evaluation: how good are a strategy's answers?
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES, allow_missing_positional = true)]
pub(crate) struct Eval {
    /// The scenario: a Lua file, `-` for stdin, or the name of one in the data folder's `scenarios`
    #[arg(required_unless_present = "e", conflicts_with = "e")]
    pub(crate) scenario: Option<String>,
    /// The package
    pub(crate) strategy: Name,
    /// The scenario itself
    #[arg(short, value_name = "CODE", allow_hyphen_values = true)]
    pub(crate) e: Option<String>,
    /// Make a card of the report
    #[arg(long)]
    pub(crate) auto_card: bool,
    #[command(flatten)]
    pub(crate) given: Given,
    #[command(flatten)]
    pub(crate) turn: Turn,
}
