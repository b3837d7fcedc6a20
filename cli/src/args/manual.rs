//! The arguments of the verbs that explain `alc` to people and shells: `completions`, `man`, `help`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use clap_complete::Shell;

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  source <(alc completions bash)                        # in ~/.bashrc
  alc completions zsh > \"${fpath[1]}/_alc\"              # once
  alc completions fish > ~/.config/fish/completions/alc.fish
  alc completions powershell | Out-String | Invoke-Expression

Tab then offers verbs, flags and files, and what there is: sessions, labels, packages, scenarios, \
cards, evaluations, keys. It starts no daemon and takes 150 ms at most; where a machine is slow, the \
variable ALC_COMPLETE_MS can say more.";

/// Completion.
#[derive(Debug, ClapArgs)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

const MAN_EXAMPLES: &str = "\
Examples:
  alc man | man -l -
  alc man --dir ~/.local/share/man/man1";

/// The manual.
#[derive(Debug, ClapArgs)]
#[command(after_help = MAN_EXAMPLES)]
pub(crate) struct Man {
    /// Write alc.1 and a page for each command here, and print their paths
    #[arg(long)]
    pub(crate) dir: Option<PathBuf>,
}

const HELP_EXAMPLES: &str = "\
Examples:
  alc help spawn
  alc help daemon stop
  alc help exit-codes";

/// What to explain.
#[derive(Debug, ClapArgs)]
#[command(after_help = HELP_EXAMPLES)]
pub(crate) struct Help {
    /// A command, or `exit-codes`
    #[arg(value_name = "COMMAND")]
    pub(crate) topic: Vec<String>,
}
