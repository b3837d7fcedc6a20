//! What the daemon is told when it starts: arguments and the environment, read once.

use std::{path::PathBuf, time::Duration};

use alc_core::parse_duration;

/// Keeps alc's sessions. It is started by `alc` when it is needed.
#[derive(Debug, clap::Parser)]
#[command(name = "alcd", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Serve one data folder until told to stop.
    Run(Run),
    /// Do what needs no daemon, for the client that runs this: one request on stdin.
    #[command(hide = true)]
    Tool(Tool),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// The data folder.
    #[arg(long, env = "ALC_HOME", value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) given: Given,
    /// Leave the caller's session and say on stdout when clients can connect.
    #[arg(long, hide = true)]
    pub(crate) ready: bool,
}

/// Settings that are given when the program is started; they count before those of `config.toml`.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Given {
    /// How much memory the scripts of paused sessions may keep, in MiB, instead of 512; the others
    /// sleep in the journal.
    #[arg(long, env = "ALC_MEMORY", value_name = "MIB")]
    pub(crate) memory: Option<usize>,
    /// End when for so long nobody was connected and no session ran, instead of after 10 minutes; the
    /// next client starts it again.
    #[arg(long, env = "ALC_IDLE_EXIT", value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) idle_exit: Option<Duration>,
    /// How much memory a script may use, in MiB, instead of 256; with more its session fails.
    #[arg(long, env = "ALC_SESSION_MEMORY", value_name = "MIB")]
    pub(crate) session_memory: Option<usize>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Tool {
    /// What to do.
    pub(crate) verb: Verb,
    /// The data folder.
    #[arg(long, env = "ALC_HOME", value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) given: Given,
}

/// What can be done without a daemon.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Verb {
    /// Load what would be started, and start nothing.
    Check,
    /// Look at the data folder.
    Doctor,
    /// Look at packages and scenarios, or change them.
    Package,
    /// Look at stored evaluations.
    Evals,
    /// Read cards, and name them.
    Card,
    /// Read and change the values of `alc.state`.
    Kv,
    /// Say what the settings are.
    Config,
    /// Say what there is, for whoever completes a command line.
    Names,
}

/// Where a socket may lie that cannot lie in the data folder.
pub(crate) fn runtime_folders() -> Vec<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let folders = runtime.into_iter().chain([std::env::temp_dir(), PathBuf::from("/tmp")]);
    let mut folders: Vec<_> = folders.filter(|folder| folder.is_absolute()).collect();
    folders.dedup();
    folders
}
