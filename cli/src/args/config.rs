//! The arguments of `alc config`.

use clap::{Args as ClapArgs, Subcommand};

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Print the settings; a flag counts before the environment, that before the file
    Show(ShowConfig),
    /// Print where the file is, or would be
    Path,
}

const EXAMPLES: &str = "\
The file config.toml in the data folder, read when a daemon starts, with the defaults:
  [daemon]
  memory = 512             # MiB for paused scripts; ALC_MEMORY
  idle_exit = \"10m\"        # ends when nobody needs it; ALC_IDLE_EXIT
  log_size = \"16M\"         # a longer log is put aside at the next start

  [session]
  memory = 256             # MiB a script may use; ALC_SESSION_MEMORY
  # max_llm_calls = 100    # as spawn --max-llm-calls
  # deadline = \"30d\"       # as spawn --deadline

  [gc]                     # as alc gc --older-than and --keep-bytes
  older_than = \"30d\"
  # keep_bytes = \"10G\"

  [[hook]]                 # an example; the event on stdin; ALC_SESSION, ALC_STATE
  on = [\"paused\", \"failed\"]   # or done, cancelled
  run = [\"notify-send\", \"alc\"]
  timeout = \"30s\"";

/// The settings.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ShowConfig {
    /// Say also who sets each: the environment, the file or nobody
    #[arg(long)]
    pub(crate) origin: bool,
}
