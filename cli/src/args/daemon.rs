//! The arguments of the verbs about the background process.

use std::time::Duration;

use clap::{Args as ClapArgs, Subcommand};

use crate::time::parse_duration;

/// The background process.
#[derive(Debug, Subcommand)]
pub(crate) enum Daemon {
    /// Run the daemon in the foreground
    Run,
    /// Start the daemon, unless it runs
    Start,
    /// Stop the daemon and wait until it is gone; sessions go on at the next start
    Stop(Stop),
    /// Stop the daemon, if it runs, and start it anew, as after an upgrade; every session is kept
    Restart(Stop),
    /// Print `key=value` lines about the daemon; exit with 69 if it does not run
    Status,
    /// Print the daemon's log, also when it does not run
    Log(DaemonLog),
    /// Have the daemon start whenever you log in, by systemd, launchd or Windows' Task Scheduler
    Install(Install),
    /// Undo `install`; the daemon that it started ends, sessions are kept
    Uninstall,
}

/// Stopping; a restart does it first.
#[derive(Debug, ClapArgs)]
pub(crate) struct Stop {
    /// Also while Lua is running; it cancels nothing
    #[arg(long)]
    pub(crate) force: bool,
    /// Give up after this time, with exit code 124
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "30s")]
    pub(crate) timeout: Duration,
}

/// What the daemon wrote down about itself.
#[derive(Debug, ClapArgs)]
pub(crate) struct DaemonLog {
    /// Go on as it grows, until interrupted
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// Only the last so many lines of what is there
    #[arg(short = 'n', value_name = "LINES")]
    pub(crate) lines: Option<usize>,
}

const INSTALL_EXAMPLES: &str = "\
Examples:
  alc daemon install
  alc daemon install --print
  loginctl enable-linger           also before you log in, with systemd

Nobody needs this to use `alc`: commands start the daemon. With it, sessions that were running, and \
deadlines, go on after a restart of the machine. It serves the data folder that ALC_HOME names now.";

/// Starting with the user's session.
#[derive(Debug, ClapArgs)]
#[command(after_help = INSTALL_EXAMPLES)]
pub(crate) struct Install {
    /// Change nothing, and print what would be written
    #[arg(long)]
    pub(crate) print: bool,
}
