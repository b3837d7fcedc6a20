//! The arguments of the verbs that show sessions on one live screen: `top`, `inbox`.

use alc_core::{Label, StateName};
use clap::Args as ClapArgs;

use super::state;

/// Everything.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Enter shows what a session asks, `e` answers it in your editor ($VISUAL, $EDITOR), `c` cancels it.")]
pub(crate) struct Top {
    /// Only sessions in these states, separated by commas
    #[arg(long, value_delimiter = ',', value_parser = state())]
    pub(crate) state: Vec<StateName>,
    /// Only sessions with this label; may be repeated, and then all count
    #[arg(short = 'l', value_name = "KEY=VALUE")]
    pub(crate) labels: Vec<Label>,
}

/// What waits for answers.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Enter shows what a session asks, `e` answers it in your editor ($VISUAL, $EDITOR), `c` cancels it.")]
pub(crate) struct Inbox {
    /// Only sessions with this label; may be repeated, and then all count
    #[arg(short = 'l', value_name = "KEY=VALUE")]
    pub(crate) labels: Vec<Label>,
}
