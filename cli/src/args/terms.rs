//! On which terms a new session runs.

use std::time::Duration;

use clap::Args as ClapArgs;

use crate::time::parse_duration;

/// Flags of every verb that starts a session.
#[derive(Debug, ClapArgs)]
pub(crate) struct Terms {
    /// Cancel the session if it has not ended after this time: seconds, or 90s, 2h, 7d; the clock
    /// goes on while it waits for answers
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) deadline: Option<Duration>,
    /// Let the session ask no more than so many queries; `budget` in its `ctx` may say fewer
    #[arg(long, value_name = "N")]
    pub(crate) max_llm_calls: Option<u64>,
}
