//! The arguments of the verbs that take sessions elsewhere: `export`, `import`.

use std::path::PathBuf;

use alc_core::Name;
use clap::Args as ClapArgs;

use super::Session;

const EXPORT_EXAMPLES: &str = "\
Examples:
  alc export deploy-42 > deploy.alc           in a job that is about to end
  alc export deploy-42 -o deploy.alc --move   the same, and end it here

The file has everything that the session was told, also the environment variables that it was given, \
and goes on anywhere, without the packages that it has loaded. Values of `alc.state` and paths stay \
here. Whoever imports it twice has two sessions, and can answer both.";

/// A session as a file.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXPORT_EXAMPLES)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) session: Session,
    /// Write to this file instead of stdout; it appears when it is complete
    #[arg(short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Then cancel the session here, with `moved` as the reason; with -o, which is on disk before
    #[arg(long = "move", requires = "output")]
    pub(crate) moves: bool,
}

const IMPORT_EXAMPLES: &str = "\
Examples:
  alc import deploy.alc && alc resume deploy-42 yes
  ssh ci alc export deploy-42 | alc import -

It prints the session's id. A script in it runs as you: import files that you trust.";

/// A session from a file.
#[derive(Debug, ClapArgs)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(crate) struct Import {
    /// The file that `alc export` wrote; `-` reads stdin
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Give it another id, also where a session has or had the one it comes with
    #[arg(long)]
    pub(crate) new_id: bool,
    /// Give it another name
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<Name>,
    /// The project that it belongs to from now on; without it, as for `spawn`
    #[arg(long, value_name = "DIR")]
    pub(crate) project_root: Option<PathBuf>,
}
