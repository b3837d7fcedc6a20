//! On which terms a new session runs: its limits, and what it sees of whoever starts it.

use std::{path::PathBuf, time::Duration};

use clap::Args as ClapArgs;

use crate::{caller::Variable, time::parse_duration};

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
    /// Let the script see an environment variable: with this value, or the one it has here; may be
    /// repeated
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub(crate) env: Vec<Variable>,
    /// The project that the session belongs to; without it, what `ALC_PROJECT_ROOT` says, or else the
    /// nearest folder from here upwards that has an alc.toml
    #[arg(long, value_name = "DIR")]
    pub(crate) project_root: Option<PathBuf>,
    /// Load what would run, and start nothing, not even the daemon
    #[arg(long)]
    pub(crate) check: bool,
}
